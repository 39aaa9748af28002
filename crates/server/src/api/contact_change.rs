//! `/v1/contact-changes`: a manager changes their merchant's registered phone, in two
//! steps and apart from any reset; `/v1/message-language`, the language of messages to it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tillkey_wire::code::SmsCode;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::caller::{Key, ManagerCaller, Peer};
use super::json::StrictJson;
use super::managers::PhoneField;
use super::problem::{Problem, ProblemBody};
use crate::act::Language;
use crate::act::contact_change::{self as act, Pending};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(ask))
        .routes(routes!(confirm))
        .routes(routes!(set_language))
}

/// The phone to register.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangeContact {
    /// A mobile number; a code goes to it.
    #[schema(value_type = String)]
    phone: PhoneField,
}

/// A change that waits for its code.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContactChange)]
struct PendingBody {
    /// The new phone, its middle hidden.
    phone_masked: String,
    /// Until when the code can be typed.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

impl From<Pending> for PendingBody {
    fn from(pending: Pending) -> Self {
        let Pending {
            phone_masked,
            expires_at,
        } = pending;
        Self {
            phone_masked,
            expires_at,
        }
    }
}

/// Asks for another registered phone. It takes a fresh sign-in; a code goes to the new
/// phone, and nothing changes before it is confirmed.
#[utoipa::path(
    post, path = "/v1/contact-changes", tag = "managers", request_body = ChangeContact,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 202, body = PendingBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("manager" = []))
)]
async fn ask(
    State(api): State<Api>,
    by: ManagerCaller,
    peer: Peer,
    key: Key,
    request: StrictJson<ChangeContact>,
) -> Result<(StatusCode, Json<PendingBody>), Problem> {
    let once = key.once(by.principal(), request.digest);
    let phone = request.body.phone.0;
    let pending = act::ask(&api.shell, phone, &by.0, &peer.0, once).await?;
    Ok((StatusCode::ACCEPTED, Json(pending.into())))
}

/// The code of a change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConfirmContact {
    /// The six digits that were sent to the new phone.
    #[schema(value_type = String, pattern = "^[0-9]{6}$")]
    code: SmsCode,
}

/// Confirms the new phone with the code. The old one is told, and for 72 hours the
/// policy treats the contact as fresh.
#[utoipa::path(
    post, path = "/v1/contact-changes/confirmation", tag = "managers",
    request_body = ConfirmContact,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 204),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("manager" = []))
)]
async fn confirm(
    State(api): State<Api>,
    by: ManagerCaller,
    peer: Peer,
    key: Key,
    request: StrictJson<ConfirmContact>,
) -> Result<StatusCode, Problem> {
    let once = key.once(by.principal(), request.digest);
    act::confirm(&api.shell, request.body.code, &by.0, &peer.0, once).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The language of messages from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PutMessageLanguage {
    /// `zh-CN` or `en`.
    #[schema(value_type = String, pattern = "^(zh-CN|en)$")]
    language: Language,
}

/// Sets the language of the messages to the manager's merchant and its managers.
#[utoipa::path(
    put, path = "/v1/message-language", tag = "managers", request_body = PutMessageLanguage,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 204),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("manager" = []))
)]
async fn set_language(
    State(api): State<Api>,
    by: ManagerCaller,
    key: Key,
    request: StrictJson<PutMessageLanguage>,
) -> Result<StatusCode, Problem> {
    let once = key.once(by.principal(), request.digest);
    act::set_language(&api.shell, request.body.language, &by.0, once).await?;
    Ok(StatusCode::NO_CONTENT)
}
