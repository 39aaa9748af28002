//! `/v1/merchants/{merchant}/erasure` and `/v1/erasures`: erasing what is held of a
//! merchant and its people, by two persons.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tillkey_rules::erasure::{ErasureReason, ErasureVerdict};
use tillkey_rules::vocabulary::MerchantStatus;
use tillkey_wire::ids::{MerchantNumber, StaffId};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::address::Named;
use super::caller::{Key, Staff};
use super::json::StrictJson;
use super::problem::{Problem, ProblemBody};
use super::words::{ErasureReasonWord, MerchantStatusWord};
use crate::act::erasure::{self as act, ErasureView, WaitingErasure};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(show, ask))
        .routes(routes!(review))
        .routes(routes!(list))
}

/// How the erasure of a merchant stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Erasure)]
struct ErasureBody {
    /// Whose.
    #[schema(value_type = String)]
    merchant: MerchantNumber,
    /// Whether it is served.
    #[schema(value_type = MerchantStatusWord)]
    status: MerchantStatus,
    /// Since when it is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_at: Option<Timestamp>,
    /// When it is erased by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    kept_until: Option<Timestamp>,
    /// When it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    erased_at: Option<Timestamp>,
    /// What stands in the way: `not_closed`, `terminal_in_service`, `case_open`,
    /// `application_open`, `alert_open`, `deposit_owed`, `backup_unsettled`,
    /// `restore_open`.
    obstacles: Vec<&'static str>,
    /// The request that waits for another person.
    #[serde(skip_serializing_if = "Option::is_none")]
    waits: Option<WaitingErasureBody>,
}

/// A request that waits for another person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WaitingErasure)]
struct WaitingErasureBody {
    /// Whose.
    #[schema(value_type = String)]
    merchant: MerchantNumber,
    /// Why.
    #[schema(value_type = ErasureReasonWord)]
    reason: ErasureReason,
    /// Who asked.
    #[schema(value_type = String)]
    account: StaffId,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    asked_at: Timestamp,
    /// Whether the caller asked, and cannot approve it.
    is_own: bool,
}

impl From<WaitingErasure> for WaitingErasureBody {
    fn from(waits: WaitingErasure) -> Self {
        Self {
            merchant: waits.merchant,
            reason: waits.reason,
            account: waits.account,
            asked_at: waits.asked_at,
            is_own: waits.is_own,
        }
    }
}

impl From<ErasureView> for ErasureBody {
    fn from(view: ErasureView) -> Self {
        Self {
            merchant: view.merchant,
            status: view.status,
            closed_at: view.closed_at,
            kept_until: view.kept_until,
            erased_at: view.erased_at,
            obstacles: view.obstacles.iter().map(|one| one.name()).collect(),
            waits: view.waits.map(Into::into),
        }
    }
}

/// Requests that wait.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WaitingErasures)]
struct WaitingErasuresBody {
    /// The oldest first.
    items: Vec<WaitingErasureBody>,
}

/// Why a merchant is to be erased before its time.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AskErasure {
    /// Why.
    #[schema(value_type = ErasureReasonWord)]
    reason: ErasureReason,
}

/// What another person says to that.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReviewErasure {
    /// `approve` or `refuse`. What is approved is gone for good.
    verdict: Verdict,
}

/// What another person says to an erasure.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ErasureVerdict)]
enum Verdict {
    /// It is erased now.
    Approve,
    /// It stays.
    Refuse,
}

/// Shows how the erasure of a merchant stands, and what stands in its way.
#[utoipa::path(
    get, path = "/v1/merchants/{merchant}/erasure", tag = "merchants",
    params(("merchant" = String, Path)),
    responses(
        (status = 200, body = ErasureBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn show(
    State(api): State<Api>,
    Named(merchant): Named<MerchantNumber>,
    staff: Staff,
) -> Result<Json<ErasureBody>, Problem> {
    let view = act::view(&api.shell, merchant, &staff.signed_in).await?;
    Ok(Json(view.into()))
}

/// Asks that what is held of a merchant and its people be erased before its time. A
/// reviewer, who is another person, approves it.
#[utoipa::path(
    post, path = "/v1/merchants/{merchant}/erasure", tag = "merchants", request_body = AskErasure,
    params(("merchant" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 202, description = "It waits for another person"),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn ask(
    State(api): State<Api>,
    Named(merchant): Named<MerchantNumber>,
    staff: Staff,
    key: Key,
    request: StrictJson<AskErasure>,
) -> Result<StatusCode, Problem> {
    let once = key.once(staff.principal(), request.digest);
    let what = (merchant, request.body.reason);
    act::ask(&api.shell, what, &staff.signed_in, once).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Approves or declines an erasure. Whoever proved who they are more than five minutes ago
/// does so again first.
#[utoipa::path(
    post, path = "/v1/merchants/{merchant}/erasure/review", tag = "merchants",
    request_body = ReviewErasure,
    params(("merchant" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 204),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn review(
    State(api): State<Api>,
    Named(merchant): Named<MerchantNumber>,
    staff: Staff,
    key: Key,
    request: StrictJson<ReviewErasure>,
) -> Result<StatusCode, Problem> {
    let once = key.once(staff.principal(), request.digest);
    let verdict = match request.body.verdict {
        Verdict::Approve => ErasureVerdict::Approve,
        Verdict::Refuse => ErasureVerdict::Decline,
    };
    act::review(&api.shell, (merchant, verdict), &staff.signed_in, once).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists the erasures that wait for another person, the oldest first.
#[utoipa::path(
    get, path = "/v1/erasures", tag = "merchants",
    responses(
        (status = 200, body = WaitingErasuresBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn list(State(api): State<Api>, staff: Staff) -> Result<Json<WaitingErasuresBody>, Problem> {
    let found = act::list(&api.shell, &staff.signed_in).await?;
    Ok(Json(WaitingErasuresBody {
        items: found.into_iter().map(Into::into).collect(),
    }))
}
