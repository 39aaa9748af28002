//! Alerts, for those who look into them: what waits, and one alert with its story.
//!
//! 1. [`queue`]: what waits, the most urgent first, and how often each rule was wrong.
//! 2. [`story`]: one alert, the entries that led to it, who has it, and what it came to.

pub mod queue;
pub mod story;
mod words;

use axum::Router;
use axum::routing::{get, post};

pub use words::WatchWords;

use super::site::Site;

/// The alerts' pages.
pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/watch", get(queue::show))
        .route("/watch/{alert}", get(story::show))
        .route("/watch/{alert}/owner", post(story::take))
        .route("/watch/{alert}/outcome", post(story::close))
}
