//! `/counter`: a clerk before a person with their originals. The queue, and a case from
//! the first document to the password in force.
//!
//! The clerk types what a document says and is told whether it matched, never what was
//! expected. A document number never comes back in an answer, and no page holds a code.

pub mod case;
mod live;
pub mod queue;
mod stage;
mod step;
mod upload;
mod words;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

pub use words::CounterPageWords;

use super::limits::SCAN_FORM_BYTES_MAX;
use super::offline;
use super::site::Site;

/// The counter's pages.
pub(super) fn routes() -> Router<Site> {
    let scans = post(upload::take).layer(DefaultBodyLimit::max(SCAN_FORM_BYTES_MAX));
    Router::new()
        .route("/counter", get(queue::show))
        .route("/counter/open", get(queue::back).post(queue::open))
        .route("/counter/find", get(queue::find))
        .route("/counter/{case}", get(case::show))
        .route("/counter/{case}/events", get(live::events))
        .route("/counter/{case}/take", post(step::take))
        .route("/counter/{case}/identity", post(step::identity))
        .route("/counter/{case}/licence", post(step::licence))
        .route("/counter/{case}/sms", post(step::send_sms))
        .route("/counter/{case}/code", post(step::code))
        .route("/counter/{case}/delivery", post(step::delivery))
        .route("/counter/{case}/submission", post(step::submit))
        .route("/counter/{case}/reset-code", post(step::send_reset_code))
        .route(
            "/counter/{case}/offline",
            get(offline::show_to_clerk).post(offline::answer_clerk),
        )
        .route("/counter/{case}/slip", post(step::print_slip))
        .route("/counter/{case}/cancellation", post(step::cancel))
        .route("/counter/{case}/form", get(step::form))
        .route("/counter/{case}/scans/{scan}", get(upload::show))
        .route("/counter/{case}/scans/{kind}/{side}", scans)
}
