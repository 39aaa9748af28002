//! What to do, by what the terminal's screen says: the same for everybody.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::Language;
use super::super::frame::{Frame, respond};
use super::super::site::Site;
use super::DiagnosisWords;

/// The page for anybody.
#[derive(Debug, Template)]
#[template(path = "diagnosis/guide.html")]
pub struct GuidePage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
}

impl GuidePage<'_> {
    fn words(&self) -> &'static DiagnosisWords {
        DiagnosisWords::of(self.frame.language())
    }
}

/// Shows it.
pub(in super::super) async fn show(State(site): State<Site>, language: Language) -> Response {
    let page = GuidePage {
        frame: site.frame(language, "/help/diagnose"),
    };
    respond(StatusCode::OK, &page)
}
