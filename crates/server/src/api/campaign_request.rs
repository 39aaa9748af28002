//! `/v1/campaign-requests`: what campaigns ask of a merchant, and what its managers answer.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tillkey_rules::campaign::TargetState;
use tillkey_rules::refusal::Refusal;
use tillkey_rules::vocabulary::Reason;
use tillkey_wire::ids::{CampaignId, CaseId, OperatorNumber, TerminalNumber};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::address::Named;
use super::caller::{Key, ManagerCaller};
use super::json::{NoBody, StrictJson};
use super::problem::{Problem, ProblemBody};
use super::words::{ReasonWord, TargetStateWord};
use crate::act::campaign::{self as act, Answered, Asked, AskedTarget};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(consent))
        .routes(routes!(object))
}

/// A campaign that asks the merchant for new passwords.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CampaignRequest)]
struct AskedBody {
    /// Which campaign.
    #[schema(value_type = String)]
    campaign: CampaignId,
    /// Why.
    #[schema(value_type = ReasonWord)]
    reason: Reason,
    /// When the merchant was asked.
    #[schema(value_type = String, format = DateTime)]
    asked_at: Timestamp,
    /// When old passwords open nothing any more, where they do and have not yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    rest_at: Option<Timestamp>,
    /// Whether the bank holds it: no answers are taken.
    held: bool,
    /// How many operators are due, of those that are shown.
    due: u32,
}

impl From<Asked> for AskedBody {
    fn from(asked: Asked) -> Self {
        Self {
            campaign: asked.campaign,
            reason: asked.reason,
            asked_at: asked.asked_at,
            rest_at: asked.rest_at,
            held: asked.is_held,
            due: asked.due,
        }
    }
}

/// What is asked of the merchant.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CampaignRequests)]
struct AskedBodies {
    /// The newest first.
    items: Vec<AskedBody>,
}

/// Lists the campaigns that ask the manager's merchant for new passwords.
#[utoipa::path(
    get, path = "/v1/campaign-requests", tag = "campaigns",
    responses(
        (status = 200, body = AskedBodies),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("manager" = []))
)]
async fn list(State(api): State<Api>, by: ManagerCaller) -> Result<Json<AskedBodies>, Problem> {
    let found = act::asked(&api.shell, &by.0).await?;
    let items = found.into_iter().map(AskedBody::from).collect();
    Ok(Json(AskedBodies { items }))
}

/// An operator that a campaign asks about.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CampaignRequestOperator)]
struct TargetBody {
    /// The terminal's number when the list was made.
    #[schema(value_type = String)]
    terminal_number: TerminalNumber,
    /// The operator.
    #[schema(value_type = String)]
    operator: OperatorNumber,
    /// How far it has come.
    #[schema(value_type = TargetStateWord)]
    state: TargetState,
    /// Its latest case.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    case: Option<CaseId>,
    /// Since when its old password opens nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    rested_at: Option<Timestamp>,
    /// Whether the manager may answer for this rank.
    may_answer: bool,
}

impl From<AskedTarget> for TargetBody {
    fn from(target: AskedTarget) -> Self {
        Self {
            terminal_number: target.terminal_number,
            operator: target.operator,
            state: target.state,
            case: target.case,
            rested_at: target.rested_at,
            may_answer: target.may_answer,
        }
    }
}

/// A campaign with the merchant's operators in it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CampaignRequestDetail)]
struct RequestBody {
    /// The campaign.
    #[serde(flatten)]
    asked: AskedBody,
    /// The operators, those first that are due.
    operators: Vec<TargetBody>,
}

/// Shows what a campaign asks of the manager's merchant.
#[utoipa::path(
    get, path = "/v1/campaign-requests/{campaign}", tag = "campaigns",
    params(("campaign" = String, Path)),
    responses(
        (status = 200, body = RequestBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("manager" = []))
)]
async fn show(
    State(api): State<Api>,
    Named(campaign): Named<CampaignId>,
    by: ManagerCaller,
) -> Result<Json<RequestBody>, Problem> {
    let found = act::request(&api.shell, campaign, &by.0).await?;
    Ok(Json(RequestBody {
        asked: found.asked.into(),
        operators: found.targets.into_iter().map(TargetBody::from).collect(),
    }))
}

/// One operator to answer for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AnsweredOperator {
    /// The terminal's number as it is listed.
    #[schema(value_type = String)]
    terminal_number: TerminalNumber,
    /// The operator.
    #[schema(value_type = String)]
    operator: OperatorNumber,
}

/// For whom a manager consents.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CampaignConsent {
    /// One to ten of those that are due.
    operators: Vec<AnsweredOperator>,
}

/// What came of a consent for one operator.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CampaignAnswer)]
struct AnsweredBody {
    /// The terminal's number.
    #[schema(value_type = String)]
    terminal_number: TerminalNumber,
    /// The operator.
    #[schema(value_type = String)]
    operator: OperatorNumber,
    /// Its case.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    case: Option<CaseId>,
    /// Why it has none: the code of a problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<&'static str>,
}

impl From<Answered> for AnsweredBody {
    fn from(answered: Answered) -> Self {
        let refused = answered.case.as_ref().err().map(Refusal::code);
        Self {
            terminal_number: answered.terminal_number,
            operator: answered.operator,
            case: answered.case.ok(),
            refused,
        }
    }
}

/// What came of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CampaignAnswers)]
struct AnsweredBodies {
    /// In the order that was asked for.
    items: Vec<AnsweredBody>,
}

/// Consents, with a recent sign-in: each operator has a case from then on, and its code
/// goes to the registered phone as soon as the policy lets it.
#[utoipa::path(
    post, path = "/v1/campaign-requests/{campaign}/consents", tag = "campaigns",
    request_body = CampaignConsent,
    params(("campaign" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = AnsweredBodies),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("manager" = []))
)]
async fn consent(
    State(api): State<Api>,
    Named(campaign): Named<CampaignId>,
    by: ManagerCaller,
    key: Key,
    request: StrictJson<CampaignConsent>,
) -> Result<Json<AnsweredBodies>, Problem> {
    let once = key.once(by.principal(), request.digest);
    let operators = request.body.operators.into_iter();
    let operators = operators.map(|one| (one.terminal_number, one.operator));
    let answered = act::consent(&api.shell, campaign, operators.collect(), &by.0, once).await?;
    let items = answered.into_iter().map(AnsweredBody::from).collect();
    Ok(Json(AnsweredBodies { items }))
}

/// How far an objection goes.
#[derive(Debug, Serialize, ToSchema)]
struct CampaignObjection {
    /// For how many operators it counts.
    operators: u32,
}

/// Says, with a recent sign-in, that the merchant does not want it.
#[utoipa::path(
    post, path = "/v1/campaign-requests/{campaign}/objection", tag = "campaigns",
    params(("campaign" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = CampaignObjection),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("manager" = []))
)]
async fn object(
    State(api): State<Api>,
    Named(campaign): Named<CampaignId>,
    by: ManagerCaller,
    key: Key,
    request: NoBody,
) -> Result<Json<CampaignObjection>, Problem> {
    let once = key.once(by.principal(), request.digest);
    let operators = act::object(&api.shell, campaign, &by.0, once).await?;
    Ok(Json(CampaignObjection { operators }))
}
