//! The reviewers' queue, what a reviewer says, and taking a case back from them.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tillkey_rules::vocabulary::{Channel, Reason};
use tillkey_wire::ids::{CaseId, Rank};
use utoipa::{IntoParams, ToSchema};

use super::super::Api;
use super::super::address::{Named, StrictQuery};
use super::super::caller::{CaseCaller, Key, Staff};
use super::super::json::{FieldFault, NoBody, StrictJson};
use super::super::limits::COMMENT_LENGTH_MAX;
use super::super::problem::{Problem, ProblemBody};
use super::super::words::{ChannelWord, RankWord, ReasonWord};
use super::body::{CaseBody, SubjectBody};
use crate::act::case as act;

/// What a reviewer says.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReviewCase {
    /// `approve` or `refuse`.
    verdict: ReviewVerdict,
    /// Why, at most 1,000 characters; a refusal needs it.
    #[schema(max_length = 1000)]
    comment: Option<String>,
    /// The `edition` of the dossier that was seen: a case that was changed since is not
    /// reviewed by this.
    edition: Option<u32>,
}

/// Whether the case goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ReviewVerdict {
    /// It goes on.
    Approve,
    /// It ends here.
    Refuse,
}

fn checked(field: &'static str, text: String) -> Result<String, FieldFault> {
    let control = |c: char| c.is_control() && c != '\n';
    if text.chars().count() > COMMENT_LENGTH_MAX || text.contains(control) {
        let rule = "at most 1000 characters, no control characters but line feeds";
        return Err(FieldFault::new(field, rule));
    }
    Ok(text)
}

impl ReviewCase {
    fn read(self) -> Result<act::Review, FieldFault> {
        Ok(act::Review {
            approve: self.verdict == ReviewVerdict::Approve,
            comment: checked("comment", self.comment.unwrap_or_default())?,
            edition: self.edition,
        })
    }
}

/// Approves or refuses a case. Whoever had a hand in it may not; whoever proved who they
/// are more than five minutes ago does so again first.
#[utoipa::path(
    post, path = "/v1/cases/{case}/review", tag = "cases", request_body = ReviewCase,
    params(("case" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = CaseBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
pub(super) async fn review(
    State(api): State<Api>,
    Named(case): Named<CaseId>,
    staff: Staff,
    key: Key,
    request: StrictJson<ReviewCase>,
) -> Result<Json<CaseBody>, Problem> {
    let once = key.once(staff.principal(), request.digest);
    let review = request.body.read()?;
    let view = act::review(&api.shell, case, review, &staff.signed_in, once).await?;
    Ok(Json(view.into()))
}

/// Why a case goes on without a backup.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WaiveBackup {
    /// Why, at most 1,000 characters.
    #[schema(max_length = 1000)]
    reason: String,
}

/// Lets an approved case go on without the backup that it waits for, because its terminal
/// cannot make one. For a reviewer who had no hand in the case.
#[utoipa::path(
    post, path = "/v1/cases/{case}/backup-waiver", tag = "cases", request_body = WaiveBackup,
    params(("case" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = CaseBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
pub(super) async fn waive_backup(
    State(api): State<Api>,
    Named(case): Named<CaseId>,
    staff: Staff,
    key: Key,
    request: StrictJson<WaiveBackup>,
) -> Result<Json<CaseBody>, Problem> {
    let once = key.once(staff.principal(), request.digest);
    let reason = checked("reason", request.body.reason)?;
    let view = act::waive_backup(&api.shell, case, &reason, &staff.signed_in, once).await?;
    Ok(Json(view.into()))
}

/// Takes a case back from its reviewers, to add or to change something. What they
/// approved is void, and the decision is to be asked for anew.
#[utoipa::path(
    post, path = "/v1/cases/{case}/amendment", tag = "cases",
    params(("case" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = CaseBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("case" = []), ("staff" = []))
)]
pub(super) async fn amend(
    State(api): State<Api>,
    Named(case): Named<CaseId>,
    caller: CaseCaller,
    key: Key,
    request: NoBody,
) -> Result<Json<CaseBody>, Problem> {
    let once = key.once(caller.principal, request.digest);
    let view = act::amend(&api.shell, case, &caller.access, once).await?;
    Ok(Json(view.into()))
}

/// Which waiting cases to show.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct QueueQuery {
    /// Only those of this channel.
    #[param(value_type = Option<ChannelWord>)]
    channel: Option<Channel>,
    /// Only those for operators of this rank.
    #[param(value_type = Option<RankWord>)]
    rank: Option<Rank>,
}

/// A case that waits for its reviewers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WaitingCase)]
pub(super) struct WaitingBody {
    /// Which case.
    #[schema(value_type = String)]
    case: CaseId,
    /// The channel it came by.
    #[schema(value_type = ChannelWord)]
    channel: Channel,
    /// Why the password is to be replaced.
    #[schema(value_type = ReasonWord)]
    reason: Reason,
    /// Whose password.
    subject: SubjectBody,
    /// The operator's rank.
    #[schema(value_type = RankWord)]
    rank: Rank,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    opened_at: Timestamp,
    /// Until when the reviewers have time.
    #[schema(value_type = String, format = DateTime)]
    review_by: Timestamp,
    /// How many reviewers the policy asks for.
    reviewers_needed: u8,
    /// How many have approved.
    reviews: u8,
    /// Why the caller does not review it: `own_work`, `reviewed` or `not_reviewer`.
    obstacle: Option<&'static str>,
}

impl From<act::Waiting> for WaitingBody {
    fn from(waiting: act::Waiting) -> Self {
        Self {
            case: waiting.case,
            channel: waiting.channel,
            reason: waiting.reason,
            rank: waiting.subject.operator.rank(),
            subject: waiting.subject.into(),
            opened_at: waiting.opened_at,
            review_by: waiting.review_by,
            reviewers_needed: waiting.needed,
            reviews: waiting.approved,
            obstacle: waiting.obstacle.map(act::Obstacle::name),
        }
    }
}

/// What waits for reviewers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReviewQueue)]
pub(super) struct QueueBody {
    /// The cases, the most urgent first; two hundred at most.
    items: Vec<WaitingBody>,
    /// Approved cases whose terminal makes no backup or is away, and for whom the caller
    /// may go without (`backup-waiver`), the newest first.
    unprepared: Vec<UnpreparedBody>,
    /// How many wait in all, whatever the filter.
    waiting: u64,
}

/// An approved case that comes to no backup.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UnpreparedCase)]
pub(super) struct UnpreparedBody {
    /// Which case.
    #[schema(value_type = String)]
    case: CaseId,
    /// The channel it came by.
    #[schema(value_type = ChannelWord)]
    channel: Channel,
    /// Whose password.
    subject: SubjectBody,
    /// Since when it waits.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// Whether the terminal tried and could not; otherwise it is not connected.
    failed: bool,
}

impl From<act::Unprepared> for UnpreparedBody {
    fn from(one: act::Unprepared) -> Self {
        Self {
            case: one.case,
            channel: one.channel,
            subject: one.subject.into(),
            since: one.since,
            failed: one.failed,
        }
    }
}

/// Shows what waits for reviewers, the most urgent first.
#[utoipa::path(
    get, path = "/v1/reviews", tag = "cases", params(QueueQuery),
    responses(
        (status = 200, body = QueueBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
pub(super) async fn queue(
    State(api): State<Api>,
    staff: Staff,
    StrictQuery(query): StrictQuery<QueueQuery>,
) -> Result<Json<QueueBody>, Problem> {
    let filter = act::QueueFilter {
        channel: query.channel,
        rank: query.rank,
    };
    let queue = act::queue(&api.shell, &staff.signed_in, filter).await?;
    Ok(Json(QueueBody {
        items: queue.items.into_iter().map(WaitingBody::from).collect(),
        unprepared: queue
            .unprepared
            .into_iter()
            .map(UnpreparedBody::from)
            .collect(),
        waiting: queue.waiting,
    }))
}
