//! `/v1/merchant-number-lookups`: a merchant number was forgotten. What is found is in
//! no answer: it goes to the registered phone.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::caller::{Key, Peer};
use super::json::StrictJson;
use super::merchant::Personal;
use super::problem::{Problem, ProblemBody};
use crate::act::party as act;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(ask))
}

/// Whose merchant numbers are asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AskForMerchantNumbers {
    /// The phone, 11 digits with or without `+86`.
    #[schema(value_type = String, example = "13800138000")]
    phone: Personal,
}

/// Sends the merchant numbers of a phone to that phone. The answer is the same whether
/// or not it is registered, and three a day are sent at most.
#[utoipa::path(
    post, path = "/v1/merchant-number-lookups", tag = "merchants",
    request_body = AskForMerchantNumbers,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 202, description = "If the phone is registered, a message goes to it"),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(())
)]
async fn ask(
    State(api): State<Api>,
    peer: Peer,
    key: Key,
    request: StrictJson<AskForMerchantNumbers>,
) -> Result<StatusCode, Problem> {
    let phone = request.body.phone.phone("phone")?;
    let once = key.once(format!("source {}", peer.0), request.digest);
    act::send_merchant_numbers(&api.shell, phone, &peer.0, once).await?;
    Ok(StatusCode::ACCEPTED)
}
