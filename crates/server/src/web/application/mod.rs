//! Applying: a phone, a form, papers; then how it stands, until the terminal works.
//!
//! The token is in a cookie that belongs to the application's own pages, and never in an
//! address. Whoever lost it comes back by number and phone.

mod back;
mod page;
mod paper;
mod start;
mod step;
mod words;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

pub use back::{BackPage, EnterPage, Typed as BackTyped};
pub(in crate::web) use page::mark;
pub use page::{ApplicationPage, Mistake};
pub(in crate::web) use start::place;
pub use start::{Chosen, StartPage};
pub use words::ApplicationWords;

use super::limits::SCAN_FORM_BYTES_MAX;
use super::site::Site;

pub(super) fn routes() -> Router<Site> {
    let papers = Router::new()
        .route(
            "/applications/{application}/papers/{paper}",
            post(paper::take),
        )
        .layer(DefaultBodyLimit::max(SCAN_FORM_BYTES_MAX));
    Router::new()
        .route(start::PATH, get(start::show).post(start::send))
        .route(back::PATH, get(back::show).post(back::send))
        .route(
            "/apply/return/{application}",
            get(back::code).post(back::enter),
        )
        .route("/applications/{application}", get(page::show))
        .route("/applications/{application}/events", get(page::events))
        .route("/applications/{application}/code", post(step::send_code))
        .route("/applications/{application}/proof", post(step::prove))
        .route("/applications/{application}/form", post(step::write))
        .route(
            "/applications/{application}/withdrawal",
            post(step::withdraw),
        )
        .route(
            "/applications/{application}/receipt-code",
            post(step::send_receipt_code),
        )
        .route("/applications/{application}/receipt", post(step::receive))
        .merge(papers)
}
