//! `/v1/access-reviews`: which merchants have not reviewed who has access, for staff; and
//! `/v1/access-review`, a merchant's own review, for its managers.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tillkey_rules::access_review::{Answer, Answers, Holder, Reach};
use tillkey_rules::vocabulary::ManagerRight;
use tillkey_wire::ids::{ManagerId, MerchantNumber, OperatorNumber, TerminalId, TerminalNumber};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::address::StrictQuery;
use super::caller::{Key, ManagerCaller, Staff};
use super::json::{FieldFault, StrictJson};
use super::problem::{Problem, ProblemBody};
use super::words::RightWord;
use crate::act::access_review::{
    self as act, OpenReview, OpenState, OperatorLine, ReviewView, Reviewed,
};
use crate::act::managers::Fellow;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show, complete))
}

/// How a review stands that is not completed.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ReviewState {
    /// Its merchant has time.
    Open,
    /// It has none left.
    Overdue,
}

impl From<ReviewState> for OpenState {
    fn from(state: ReviewState) -> Self {
        match state {
            ReviewState::Open => Self::Open,
            ReviewState::Overdue => Self::Overdue,
        }
    }
}

/// Which reviews to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// In one state; left out, all that are not completed.
    #[param(inline)]
    state: Option<ReviewState>,
    /// Where an earlier page ended.
    #[param(value_type = Option<String>)]
    cursor: Option<MerchantNumber>,
}

/// A merchant's review that is not completed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenAccessReview)]
struct OpenBody {
    /// Whose.
    #[schema(value_type = String)]
    merchant: MerchantNumber,
    /// Counts the merchant's reviews, from 1.
    round: u32,
    /// How it stands.
    #[schema(inline)]
    state: ReviewState,
    /// When it fell due.
    #[schema(value_type = String, format = DateTime)]
    opened_at: Timestamp,
    /// From when on it is overdue.
    #[schema(value_type = String, format = DateTime)]
    overdue_at: Timestamp,
    /// When the merchant was reminded.
    #[schema(value_type = Option<String>, format = DateTime)]
    reminded_at: Option<Timestamp>,
}

impl From<OpenReview> for OpenBody {
    fn from(review: OpenReview) -> Self {
        Self {
            merchant: review.merchant,
            round: review.round,
            state: match review.state {
                OpenState::Open => ReviewState::Open,
                OpenState::Overdue => ReviewState::Overdue,
            },
            opened_at: review.opened_at,
            overdue_at: review.overdue_at,
            reminded_at: review.reminded_at,
        }
    }
}

/// Reviews that are not completed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenAccessReviews)]
struct OpenBodies {
    /// In order of the merchant numbers.
    items: Vec<OpenBody>,
    /// The cursor of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// Lists the merchants that have not reviewed who has access.
#[utoipa::path(
    get, path = "/v1/access-reviews", tag = "access reviews", params(Which),
    responses(
        (status = 200, body = OpenBodies),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn list(
    State(api): State<Api>,
    staff: Staff,
    StrictQuery(which): StrictQuery<Which>,
) -> Result<Json<OpenBodies>, Problem> {
    let asked = (which.state.map(OpenState::from), which.cursor);
    let page = act::list(&api.shell, asked, &staff.signed_in).await?;
    Ok(Json(OpenBodies {
        items: page.items.into_iter().map(OpenBody::from).collect(),
        next_cursor: page.next_cursor,
    }))
}

/// An operator in a review.
#[derive(Debug, Serialize, ToSchema)]
struct ReviewedOperator {
    /// On which terminal.
    #[schema(value_type = String)]
    terminal: TerminalId,
    /// Its number.
    #[schema(value_type = String)]
    terminal_number: TerminalNumber,
    /// The account.
    #[schema(value_type = String)]
    operator: OperatorNumber,
    /// When it last signed on.
    #[schema(value_type = Option<String>, format = DateTime)]
    signed_on_at: Option<Timestamp>,
    /// Since when its password is in force.
    #[schema(value_type = Option<String>, format = DateTime)]
    password_since: Option<Timestamp>,
    /// Since when it is at rest.
    #[schema(value_type = Option<String>, format = DateTime)]
    dormant_at: Option<Timestamp>,
    /// Whether the caller may remove it; if not, it can only be kept.
    removable: bool,
}

impl From<OperatorLine> for ReviewedOperator {
    fn from(line: OperatorLine) -> Self {
        Self {
            terminal: line.terminal,
            terminal_number: line.terminal_number,
            operator: line.account.operator,
            signed_on_at: line.account.signed_on_at,
            password_since: line.account.password_since,
            dormant_at: line.account.dormant_at,
            removable: line.reach == Reach::Removable,
        }
    }
}

/// A manager in a review.
#[derive(Debug, Serialize, ToSchema)]
struct ReviewedManager {
    /// The account.
    #[schema(value_type = String)]
    manager: ManagerId,
    /// The first character of the name.
    name_masked: String,
    /// The phone, its middle hidden.
    phone_masked: String,
    /// What they may do.
    #[schema(value_type = Vec<RightWord>)]
    rights: Vec<ManagerRight>,
    /// When they last signed in.
    #[schema(value_type = Option<String>, format = DateTime)]
    signed_in_at: Option<Timestamp>,
    /// Since when the account is at rest.
    #[schema(value_type = Option<String>, format = DateTime)]
    dormant_at: Option<Timestamp>,
    /// Whether it is the caller.
    you: bool,
    /// Whether the caller may end their access; if not, they can only be kept.
    removable: bool,
}

impl From<Fellow> for ReviewedManager {
    fn from(fellow: Fellow) -> Self {
        Self {
            manager: fellow.manager,
            name_masked: fellow.name_masked,
            phone_masked: fellow.phone_masked,
            rights: fellow.rights.into_iter().collect(),
            signed_in_at: fellow.signed_in_at,
            dormant_at: fellow.dormant_at,
            you: fellow.is_you,
            removable: fellow.reach == Reach::Removable,
        }
    }
}

/// A merchant's own review.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccessReview)]
struct ReviewBody {
    /// Counts the merchant's reviews, from 1; the answers name it.
    round: u32,
    /// When it fell due.
    #[schema(value_type = String, format = DateTime)]
    opened_at: Timestamp,
    /// From when on it is overdue.
    #[schema(value_type = String, format = DateTime)]
    overdue_at: Timestamp,
    /// Every operator.
    operators: Vec<ReviewedOperator>,
    /// Every manager.
    managers: Vec<ReviewedManager>,
}

impl From<ReviewView> for ReviewBody {
    fn from(view: ReviewView) -> Self {
        let operators = view.operators.into_iter().map(ReviewedOperator::from);
        let managers = view.managers.into_iter().map(ReviewedManager::from);
        Self {
            round: view.review.round,
            opened_at: view.review.opened_at,
            overdue_at: view.review.overdue_at,
            operators: operators.collect(),
            managers: managers.collect(),
        }
    }
}

/// Shows the merchant's review, while one waits.
#[utoipa::path(
    get, path = "/v1/access-review", tag = "access reviews",
    responses(
        (status = 200, body = ReviewBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("manager" = []))
)]
async fn show(State(api): State<Api>, by: ManagerCaller) -> Result<Json<ReviewBody>, Problem> {
    Ok(Json(act::view(&api.shell, &by.0).await?.into()))
}

/// What is said of an account.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum AnswerWord {
    /// It is still needed.
    Keep,
    /// It ends now.
    Remove,
}

impl From<AnswerWord> for Answer {
    fn from(word: AnswerWord) -> Self {
        match word {
            AnswerWord::Keep => Self::Keep,
            AnswerWord::Remove => Self::Remove,
        }
    }
}

/// The answer for one operator.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OperatorAnswer {
    /// On which terminal.
    #[schema(value_type = String)]
    terminal: TerminalId,
    /// The account.
    #[schema(value_type = String)]
    operator: OperatorNumber,
    /// Whether it stays.
    #[schema(inline)]
    answer: AnswerWord,
}

/// The answer for one manager.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ManagerAnswer {
    /// The account.
    #[schema(value_type = String)]
    manager: ManagerId,
    /// Whether it stays.
    #[schema(inline)]
    answer: AnswerWord,
}

/// The answers, for everybody.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AccessReviewAnswers {
    /// Which review it is.
    round: u32,
    /// For each operator.
    operators: Vec<OperatorAnswer>,
    /// For each manager.
    managers: Vec<ManagerAnswer>,
}

impl AccessReviewAnswers {
    /// Each account once.
    fn read(self) -> Result<(u32, Answers), FieldFault> {
        let operators = self.operators.into_iter().map(|one| {
            let (terminal, operator) = (one.terminal, one.operator);
            (Holder::Operator { terminal, operator }, one.answer)
        });
        let managers = self.managers.into_iter().map(|one| {
            let manager = one.manager;
            (Holder::Manager { manager }, one.answer)
        });
        let mut answers = Answers::new();
        for (holder, answer) in operators.chain(managers) {
            if answers.insert(holder, answer.into()).is_some() {
                return Err(FieldFault::new("operators", "each account once"));
            }
        }
        Ok((self.round, answers))
    }
}

/// What came of a review.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccessReviewed)]
struct ReviewedBody {
    /// How many operators stay.
    kept: u32,
    /// How many operators were removed.
    removed: u32,
    /// How many managers stay.
    managers_kept: u32,
    /// How many managers lost their access.
    managers_removed: u32,
}

impl From<Reviewed> for ReviewedBody {
    fn from(reviewed: Reviewed) -> Self {
        Self {
            kept: reviewed.kept,
            removed: reviewed.removed,
            managers_kept: reviewed.managers_kept,
            managers_removed: reviewed.managers_removed,
        }
    }
}

/// Completes the merchant's review: an answer for everybody, with a recent sign-in.
#[utoipa::path(
    put, path = "/v1/access-review", tag = "access reviews",
    request_body = AccessReviewAnswers,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = ReviewedBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("manager" = []))
)]
async fn complete(
    State(api): State<Api>,
    by: ManagerCaller,
    key: Key,
    request: StrictJson<AccessReviewAnswers>,
) -> Result<Json<ReviewedBody>, Problem> {
    let once = key.once(by.principal(), request.digest);
    let answers = request.body.read()?;
    let reviewed = act::complete(&api.shell, answers, &by.0, once).await?;
    Ok(Json(reviewed.into()))
}
