//! The first page: what this is, and the way in.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::Language;
use super::frame::{Frame, respond};
use super::site::Site;

/// The first page.
#[derive(Debug, Template)]
#[template(path = "home.html")]
pub struct HomePage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
}

pub(super) async fn show(State(site): State<Site>, language: Language) -> Response {
    respond(
        StatusCode::OK,
        &HomePage {
            frame: site.frame(language, "/"),
        },
    )
}
