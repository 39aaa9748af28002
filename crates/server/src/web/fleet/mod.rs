//! Campaigns: planned resets of many operators, for staff.
//!
//! 1. [`campaigns`]: those that there are.
//! 2. [`plan`]: whom and how, as somebody types it ([`typed`]).
//! 3. [`campaign`]: where one stands, what is on its list, how its waves go; and what can
//!    be said of it ([`steer`]). Looking approves nothing.
//! 4. [`targets`]: its operators with what came of each, to look through and as files.

pub mod campaign;
pub mod campaigns;
pub mod plan;
mod selection;
mod standing;
mod steer;
pub mod targets;
pub mod typed;
mod words;

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tillkey_rules::party::Role;
use tillkey_wire::ids::CampaignId;

pub use words::FleetWords;

use super::seat::Seat;
use super::site::Site;
use crate::act::Failure;
use crate::act::campaign::READERS;

/// The campaigns' pages.
pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route(campaigns::PATH, get(campaigns::show))
        .route(plan::PATH, get(plan::show).post(plan::send))
        .route("/fleet/campaigns/{campaign}", get(campaign::show))
        .route("/fleet/campaigns/{campaign}/events", get(campaign::events))
        .route("/fleet/campaigns/{campaign}/list", get(targets::show))
        .route(
            "/fleet/campaigns/{campaign}/manifest",
            get(targets::manifest),
        )
        .route(
            "/fleet/campaigns/{campaign}/outcomes",
            get(targets::outcomes),
        )
        .route("/fleet/campaigns/{campaign}/verdict", post(steer::decide))
        .route("/fleet/campaigns/{campaign}/pause", post(steer::pause))
        .route("/fleet/campaigns/{campaign}/resume", post(steer::resume))
        .route(
            "/fleet/campaigns/{campaign}/cancellation",
            post(steer::cancel),
        )
}

/// Which campaign an address names, for whoever has one of these roles.
fn named(seat: &Seat, campaign: &str, roles: &[Role]) -> Result<CampaignId, Response> {
    seat.must_be(roles)?;
    campaign.parse().map_err(|_| seat.failed(&Failure::Unknown))
}

/// Where somebody of this role opens a case.
const fn cases_of(role: Option<Role>) -> Option<&'static str> {
    match role {
        Some(Role::Reviewer) => Some("/review"),
        Some(Role::Auditor) => Some("/ledger/cases"),
        _ => None,
    }
}

/// A file to keep, as it comes.
fn download(name: &str, kind: &'static str, body: axum::body::Body) -> Response {
    // The names are ours: letters, digits and hyphens.
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""))
        .unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    (headers, body).into_response()
}
