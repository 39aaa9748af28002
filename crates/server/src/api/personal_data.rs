//! `/v1/merchants/{merchant}/personal-data`, `/v1/personal-data` and
//! `/v1/merchants/{merchant}/contact-disclosures`: what is held, and a look at a phone.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use tillkey_rules::vocabulary::DisclosureReason;
use tillkey_wire::ids::MerchantNumber;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::address::Named;
use super::caller::{ManagerCaller, Staff};
use super::json::StrictJson;
use super::problem::{Problem, ProblemBody};
use super::words::DisclosureReasonWord;
use crate::act::contact_disclosure;
use crate::act::personal_data::{self as act, Holding};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(export))
        .routes(routes!(download))
        .routes(routes!(disclose))
}

/// All that is held of a merchant and its people: `contacts`, `documents`, `managers`,
/// `sessions`, `scans`, `applications`, `messages`, `terminals`, `cases`, `backups`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PersonalData, value_type = Object)]
struct PersonalDataBody(Holding);

/// Why somebody looks at a registered phone.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Disclose {
    /// Why. The merchant sees that it was looked at.
    #[schema(value_type = DisclosureReasonWord)]
    reason: DisclosureReason,
}

/// A registered phone, in full.
#[derive(Debug, Serialize, ToSchema)]
struct DisclosedContact {
    /// The number.
    phone: String,
}

/// Kept by nobody on the way.
fn unkept<T: Serialize>(body: T) -> impl IntoResponse {
    let never = HeaderValue::from_static("no-store");
    ([(header::CACHE_CONTROL, never)], Json(body))
}

/// Gives all that is held of a merchant and its people, to be handed to whoever asked for
/// it and has shown who they are. It takes a fresh sign-in, is in the ledger and in the
/// merchant's history, and a day has only so many.
#[utoipa::path(
    get, path = "/v1/merchants/{merchant}/personal-data", tag = "merchants",
    params(("merchant" = String, Path)),
    responses(
        (status = 200, body = PersonalDataBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn export(
    State(api): State<Api>,
    Named(merchant): Named<MerchantNumber>,
    staff: Staff,
) -> Result<impl IntoResponse, Problem> {
    let held = act::export(&api.shell, merchant, &staff.signed_in).await?;
    Ok(unkept(PersonalDataBody(held)))
}

/// Gives a manager what is held of their merchant: their own data in full, others' masked,
/// the registered phone with the right to change it, what was written in the application
/// with every right.
#[utoipa::path(
    get, path = "/v1/personal-data", tag = "managers",
    responses(
        (status = 200, body = PersonalDataBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("manager" = []))
)]
async fn download(
    State(api): State<Api>,
    manager: ManagerCaller,
) -> Result<impl IntoResponse, Problem> {
    let held = act::download(&api.shell, &manager.0).await?;
    Ok(unkept(PersonalDataBody(held)))
}

/// Shows a merchant's registered phone in full, once. It takes a fresh sign-in and a
/// reason, is in the ledger and in the merchant's history, and a day has only so many. It
/// takes no idempotency key: asked again, it is another look.
#[utoipa::path(
    post, path = "/v1/merchants/{merchant}/contact-disclosures", tag = "merchants",
    request_body = Disclose, params(("merchant" = String, Path)),
    responses(
        (status = 200, body = DisclosedContact),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn disclose(
    State(api): State<Api>,
    Named(merchant): Named<MerchantNumber>,
    staff: Staff,
    request: StrictJson<Disclose>,
) -> Result<impl IntoResponse, Problem> {
    let what = (merchant, request.body.reason);
    let phone = contact_disclosure::disclose(&api.shell, what, &staff.signed_in).await?;
    let phone = phone.expose().clone();
    Ok(unkept(DisclosedContact { phone }))
}
