//! Applying for a terminal: four questions, the products side by side, one with all of
//! its terms. Nothing that is answered here is kept or says who somebody is.

mod answers;
mod ask;
mod compare;
mod offer;
mod product;
mod words;

use axum::Router;
use axum::routing::get;

pub use answers::{Answers, Band};
pub use ask::AskPage;
pub use compare::ComparePage;
pub use product::ProductPage;
pub use words::ApplyWords;

use super::site::Site;

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route(ask::PATH, get(ask::show))
        .route(compare::PATH, get(compare::show))
        .route("/apply/products/{product}", get(product::show))
}
