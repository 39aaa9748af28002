//! What staff set for themselves (their sessions, their password), what an administrator
//! sets for the others, and what is held of a merchant.

pub mod access_reviews;
pub mod managers;
pub mod merchants;
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
        .route("/settings/merchants", get(merchants::show))
        .route("/settings/merchants/closing", post(merchants::close))
        .route("/settings/merchants/contact", post(merchants::disclose))
        .route("/settings/merchants/personal-data", post(merchants::export))
        .route("/settings/merchants/erasure", post(merchants::ask))
        .route(
            "/settings/merchants/erasure/verdict",
            post(merchants::review),
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
