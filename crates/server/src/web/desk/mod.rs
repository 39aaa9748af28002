//! The hotline's desk, for agents.
//!
//! 1. [`search`]: whoever calls is looked up, masked, counted and recorded.
//! 2. [`till`]: a terminal with its operators; a case is opened for one of them.
//! 3. [`call`]: the call itself, a script that follows the case's next best evidence.
//! 4. [`step`]: what an agent can do in it.
//! 5. [`queue`]: the cases that wait.
//! 6. [`diagnosis`]: why an operator cannot sign on.
//!
//! **Invariant.** No page here has a control that resets anything before the case is
//! approved, and none ever shows a code, or what would be the right answer (F01, F02).

pub mod call;
pub mod diagnosis;
pub mod queue;
pub mod search;
mod spoken;
mod step;
pub mod till;
mod words;

use axum::Router;
use axum::routing::{get, post};
use tillkey_rules::party::Role;

use super::offline;
use super::site::Site;
pub use words::DeskWords;

/// Who sits here.
const ROLES: [Role; 1] = [Role::Agent];

/// The desk's addresses.
pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/desk", get(search::show))
        .route("/desk/look-up", get(search::back).post(search::find))
        .route("/desk/queue", get(queue::show))
        .route("/desk/queue/events", get(queue::events))
        .route("/desk/terminals/{terminal}", get(till::show))
        .route("/desk/terminals/{terminal}/cases", post(till::open))
        .route(
            "/desk/terminals/{terminal}/operators/{operator}",
            get(diagnosis::show),
        )
        .route("/desk/cases/{case}", get(call::show))
        .route("/desk/cases/{case}/events", get(call::events))
        .route("/desk/cases/{case}/challenge", post(step::ask))
        .route("/desk/cases/{case}/evidence", post(step::answer))
        .route("/desk/cases/{case}/submission", post(step::submit))
        .route("/desk/cases/{case}/reset-code", post(step::send_code_again))
        .route(
            "/desk/cases/{case}/offline",
            get(offline::show_to_agent).post(offline::answer_agent),
        )
        .route("/desk/cases/{case}/cancellation", post(step::cancel))
}
