//! What staff set for themselves (their sessions, their password), and what an
//! administrator sets for the others.

pub mod access_reviews;
pub mod managers;
pub mod password;
pub mod sessions;
pub mod staff;
mod words;

use axum::Router;
use axum::routing::{get, post};

pub use words::SettingsWords;

use super::site::Site;

/// The settings.
pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/settings/sessions", get(sessions::show))
        .route("/settings/sessions/end", post(sessions::end))
        .route(
            "/settings/password",
            get(password::show).post(password::send),
        )
        .route(
            "/settings/managers",
            get(managers::show).post(managers::add),
        )
        .route(
            "/settings/managers/{manager}/rights",
            post(managers::set_rights),
        )
        .route(
            "/settings/managers/{manager}/disable",
            post(managers::disable),
        )
        .route(
            "/settings/managers/{manager}/enable",
            post(managers::enable),
        )
        .route("/settings/access-reviews", get(access_reviews::show))
        .route("/settings/staff", get(staff::show).post(staff::add))
        .route("/settings/staff/{account}/disable", post(staff::disable))
        .route("/settings/staff/{account}/sessions", get(sessions::show_of))
        .route(
            "/settings/staff/{account}/sessions/end",
            post(sessions::end_of),
        )
}
