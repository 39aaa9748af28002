//! The answer to the challenge of a terminal without a link.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use tillkey_rules::event::Destination;
use tillkey_wire::code::OfflineChallenge;
use tillkey_wire::ids::CaseId;
use utoipa::ToSchema;

use super::super::Api;
use super::super::address::Named;
use super::super::caller::CaseCaller;
use super::super::json::StrictJson;
use super::super::problem::{Problem, ProblemBody};
use super::body::CaseBody;
use crate::act::case as act;

/// The challenge that a terminal shows, and where the answer goes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OfflineAnswerRequest {
    /// The challenge, 8 digits.
    #[schema(value_type = String, pattern = "^[0-9]{8}$", example = "07348112")]
    challenge: OfflineChallenge,
    /// To the registered phone, or to the staff who asks, to be read out.
    to: AnswerWord,
}

/// Where an answer goes.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum AnswerWord {
    /// To the registered phone.
    Contact,
    /// Into the response, for staff who read it out.
    ReadOut,
}

/// A challenge that was answered.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OfflineAnswer)]
pub(super) struct OfflineAnswerBody {
    /// The case as it stands now.
    case: CaseBody,
    /// The answer, 8 digits, to be read out; `null` where it went to the registered phone.
    answer: Option<String>,
}

/// Answers the challenge that a terminal without a network shows, once the case is
/// approved: a new password can be chosen there, is in force on that terminal at once,
/// and is registered when the terminal is back. The same challenge again in the same case
/// is answered the same, so no `Idempotency-Key` is needed, and the answer is stored
/// nowhere.
#[utoipa::path(
    post, path = "/v1/cases/{case}/offline-answer", tag = "cases",
    request_body = OfflineAnswerRequest,
    params(("case" = String, Path)),
    responses(
        (status = 200, body = OfflineAnswerBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("case" = []), ("staff" = []))
)]
pub(super) async fn answer(
    State(api): State<Api>,
    Named(case): Named<CaseId>,
    caller: CaseCaller,
    request: StrictJson<OfflineAnswerRequest>,
) -> Result<Json<OfflineAnswerBody>, Problem> {
    let OfflineAnswerRequest { challenge, to } = request.body;
    let to = match to {
        AnswerWord::Contact => Destination::AnswerToContact,
        AnswerWord::ReadOut => Destination::AnswerReadOut,
    };
    let answered = act::answer_offline(&api.shell, case, (challenge, to), &caller.access).await?;
    Ok(Json(OfflineAnswerBody {
        case: answered.view.into(),
        answer: answered.answer.map(|answer| answer.expose().clone()),
    }))
}
