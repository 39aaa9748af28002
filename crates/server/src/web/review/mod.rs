//! The reviewers' workplace: what waits, the most urgent first, and one case at a time.
//!
//! Looking approves nothing: a verdict is a form that this site's own page posted, by a
//! person who has just proved who they are. Whatever happens meanwhile (the session
//! ends, somebody else decides, the case is changed) is said in words, and what was
//! written is not lost.

pub mod queue;
pub mod verdict;
mod words;

use axum::Router;
use axum::routing::{get, post};

pub use words::ReviewerWords;

use super::site::Site;

/// The reviewers' pages.
pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/review", get(queue::show))
        .route("/review/events", get(queue::events))
        .route("/review/{case}", get(verdict::show))
        .route("/review/{case}/verdict", post(verdict::send))
        .route("/review/{case}/backup-waiver", post(verdict::waive))
}
