//! Where staff work on applications: what waits, and one application at a time.
//!
//! Values are masked until somebody opens one, which the ledger keeps. Numbers are typed
//! from the papers and compared by the server. To approve takes another person than the
//! ones who checked.

pub mod deposits;
pub mod queue;
pub mod sheet;
mod step;
mod words;

use axum::Router;
use axum::routing::{get, post};

pub use words::IntakeWords;

use super::site::Site;
use tillkey_rules::party::Role;

/// Who works here.
const HERE: [Role; 5] = [
    Role::Agent,
    Role::Clerk,
    Role::Reviewer,
    Role::Auditor,
    Role::Administrator,
];

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/intake", get(queue::show))
        .route("/intake/deposits", get(deposits::show))
        .route(
            "/intake/deposits/{terminal}/return",
            post(deposits::give_back),
        )
        .route("/intake/{application}", get(sheet::show))
        .route("/intake/{application}/papers/{paper}", get(step::look))
        .route("/intake/{application}/disclosure", post(step::disclose))
        .route("/intake/{application}/checks", post(step::check))
        .route("/intake/{application}/proposal", post(step::propose))
        .route("/intake/{application}/verdict", post(step::decide))
        .route("/intake/{application}/shipment", post(step::ship))
}
