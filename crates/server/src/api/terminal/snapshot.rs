//! `/v1/terminals/{terminal}/snapshots` and `…/restores`: a terminal's backups, and
//! putting one of them back.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tillkey_store::restore::Restore;
use tillkey_store::snapshot::Snapshot;
use tillkey_wire::ids::{CaseId, SnapshotId, TerminalId};
use utoipa::ToSchema;

use super::super::Api;
use super::super::address::Named;
use super::super::caller::{Key, Member, Staff};
use super::super::json::StrictJson;
use super::super::problem::{Problem, ProblemBody};
use crate::act::restore::{self as act, Backups, Verdict};

/// A terminal's backups, and what is being put back onto it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TerminalSnapshots)]
pub(super) struct SnapshotsBody {
    /// Its backups, the newest first.
    items: Vec<SnapshotBody>,
    /// The last restore onto it.
    restore: Option<RestoreBody>,
}

/// A backup. What is in it is sealed; this is what is known of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Snapshot)]
struct SnapshotBody {
    /// Which one.
    #[schema(value_type = String)]
    snapshot: SnapshotId,
    /// The case that it was made for.
    #[schema(value_type = String)]
    case: CaseId,
    /// How long the sealed file is.
    bytes: u32,
    /// SHA-256 over it, in hexadecimal.
    digest: String,
    /// How many records are in it.
    records: u32,
    /// How many entries the journal had had.
    entries: u64,
    /// How many transactions were not settled.
    unsettled: u32,
    /// When it was checked and stored.
    #[schema(value_type = String, format = DateTime)]
    stored_at: Timestamp,
    /// When its file was removed.
    #[schema(value_type = Option<String>, format = DateTime)]
    removed_at: Option<Timestamp>,
}

/// A backup that is put back onto a terminal.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Restore)]
struct RestoreBody {
    /// Which backup.
    #[schema(value_type = String)]
    snapshot: SnapshotId,
    /// `asked`, `approved`, `declined`, `done` or `failed`.
    state: &'static str,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    asked_at: Timestamp,
}

impl From<Snapshot> for SnapshotBody {
    fn from(snapshot: Snapshot) -> Self {
        Self {
            snapshot: snapshot.id,
            case: snapshot.case,
            bytes: snapshot.bytes,
            digest: snapshot.digest.to_string(),
            records: snapshot.records,
            entries: snapshot.head.entries,
            unsettled: snapshot.head.unsettled.count(),
            stored_at: snapshot.stored_at,
            removed_at: snapshot.removed_at,
        }
    }
}

impl From<Restore> for RestoreBody {
    fn from(restore: Restore) -> Self {
        Self {
            snapshot: restore.snapshot,
            state: restore.state.name(),
            asked_at: restore.asked_at,
        }
    }
}

impl From<Backups> for SnapshotsBody {
    fn from(backups: Backups) -> Self {
        Self {
            items: backups.snapshots.into_iter().map(Into::into).collect(),
            restore: backups.restore.map(Into::into),
        }
    }
}

/// Which backup is to be put back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AskRestore {
    /// Which one: of this terminal, or of the one whose place it takes.
    #[schema(value_type = String)]
    snapshot: SnapshotId,
}

/// What a reviewer says of a restore.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReviewRestore {
    /// The backup that was asked for.
    #[schema(value_type = String)]
    snapshot: SnapshotId,
    /// `approve` or `refuse`.
    verdict: RestoreVerdict,
}

/// Whether a backup is put back.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RestoreVerdict {
    /// It is.
    Approve,
    /// It is not.
    Refuse,
}

/// Lists a terminal's backups.
#[utoipa::path(
    get, path = "/v1/terminals/{terminal}/snapshots", tag = "terminals",
    params(("terminal" = String, Path)),
    responses(
        (status = 200, body = SnapshotsBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []), ("manager" = []))
)]
pub(super) async fn list(
    State(api): State<Api>,
    Named(terminal): Named<TerminalId>,
    member: Member,
) -> Result<Json<SnapshotsBody>, Problem> {
    let backups = act::list(&api.shell, terminal, member.keeper()).await?;
    Ok(Json(backups.into()))
}

/// Asks for a backup to be put back onto a terminal: onto its own after a factory reset,
/// or onto the one that takes its place. A reviewer, who is another person, approves it.
#[utoipa::path(
    post, path = "/v1/terminals/{terminal}/restores", tag = "terminals",
    request_body = AskRestore,
    params(("terminal" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 204),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
pub(super) async fn ask(
    State(api): State<Api>,
    Named(terminal): Named<TerminalId>,
    staff: Staff,
    key: Key,
    request: StrictJson<AskRestore>,
) -> Result<StatusCode, Problem> {
    let once = key.once(staff.principal(), request.digest);
    let what = (terminal, request.body.snapshot);
    act::ask(&api.shell, what, &staff.signed_in, once).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Approves or declines a restore. Whoever proved who they are more than five minutes ago
/// does so again first.
#[utoipa::path(
    post, path = "/v1/terminals/{terminal}/restores/review", tag = "terminals",
    request_body = ReviewRestore,
    params(("terminal" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 204),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
pub(super) async fn review(
    State(api): State<Api>,
    Named(terminal): Named<TerminalId>,
    staff: Staff,
    key: Key,
    request: StrictJson<ReviewRestore>,
) -> Result<StatusCode, Problem> {
    let once = key.once(staff.principal(), request.digest);
    let ReviewRestore { snapshot, verdict } = request.body;
    let verdict = match verdict {
        RestoreVerdict::Approve => Verdict::Approve,
        RestoreVerdict::Refuse => Verdict::Decline,
    };
    act::review(
        &api.shell,
        (terminal, snapshot),
        verdict,
        &staff.signed_in,
        once,
    )
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
