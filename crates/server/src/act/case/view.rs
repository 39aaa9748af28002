//! A case as it is shown: outcomes, never data.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tillkey_rules::case::{Case, State};
use tillkey_rules::event::{CaseEvent, Destination, Event, Preparation};
use tillkey_rules::policy::{Bilingual, Decision};
use tillkey_rules::trade::Question;
use tillkey_rules::vocabulary::{Channel, EvidenceKind, Reason};
use tillkey_store::event;
use tillkey_store::fault::Fault;
use tillkey_store::tx::Tx;
use tillkey_wire::ids::{CaseId, OperatorNumber, TerminalNumber};

use super::questions;
use crate::limits::TIMELINE_EVENTS_MAX;
use crate::shell::Shell;

/// A case as it is shown to whoever may see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseView {
    /// Which case.
    pub case: CaseId,
    /// Where it stands.
    pub state: State,
    /// The channel it is in.
    pub channel: Channel,
    /// Why the password is to be replaced.
    pub reason: Reason,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it closes by itself.
    pub deadline: Timestamp,
    /// What the policy last said.
    pub decision: Option<Decision>,
    /// And why.
    pub reasons: Vec<Bilingual>,
    /// The evidence that would help now.
    pub next: Vec<EvidenceKind>,
    /// The evidence that it holds.
    pub evidence: Vec<EvidenceKind>,
    /// Where its codes go.
    #[serde(default)]
    pub delivery: Destination,
    /// How many reviewers are needed.
    pub reviewers_needed: u8,
    /// How many have approved.
    pub reviews: u8,
    /// Until when they have time.
    pub review_by: Option<Timestamp>,
    /// The questions about the merchant's trade that were asked and can be answered now.
    #[serde(default)]
    pub questions: Vec<Question>,
    /// Until when the last challenge can be answered.
    pub challenge_expires_at: Option<Timestamp>,
    /// Where the live code went; none where there is none.
    #[serde(default)]
    pub code_to: Option<Destination>,
    /// Until when the reset code can be typed and, once it was, a new password chosen.
    pub code_expires_at: Option<Timestamp>,
    /// Whether the terminal shows where to type it.
    pub code_announced: bool,
    /// How many more reset codes this case may issue.
    pub codes_left: u32,
    /// Where the code is to be typed. Shown once something is proven: before that
    /// it would tell an outsider that the terminal exists.
    pub terminal_number: Option<TerminalNumber>,
    /// For whom.
    pub operator: Option<OperatorNumber>,
    /// How the backup of the terminal stands, from the approval on.
    #[serde(default)]
    pub backup: Option<BackupView>,
    /// The case that took this one's place.
    pub newer: Option<CaseId>,
    /// Whether whoever looks may object to it, as a manager.
    #[serde(default)]
    pub may_object: bool,
    /// What happened so far.
    pub timeline: Vec<TimelineItem>,
}

/// How the backup before a reset stands, and whether the journal after it is the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupView {
    /// How it stands.
    pub state: BackupState,
    /// How many records are in it.
    pub records: Option<u32>,
    /// SHA-256 of the sealed file, in hexadecimal.
    pub digest: Option<String>,
    /// Whether the journal after the reset holds all that was backed up; none until the
    /// terminal has said so.
    pub journal_intact: Option<bool>,
}

/// How a backup stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BackupState {
    /// The terminal has to come on line first.
    WaitsForTerminal,
    /// The terminal was asked for one.
    UnderWay,
    /// The terminal made none, or none that holds.
    Failed,
    /// It is stored and was checked.
    Stored,
    /// A reviewer let the case go on without one.
    Waived,
    /// The terminal has no link, and the password is set without one.
    Unreachable,
    /// There is nothing to back up.
    NotNeeded,
}

impl BackupState {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::WaitsForTerminal,
        Self::UnderWay,
        Self::Failed,
        Self::Stored,
        Self::Waived,
        Self::Unreachable,
        Self::NotNeeded,
    ];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::WaitsForTerminal => "waits_for_terminal",
            Self::UnderWay => "under_way",
            Self::Failed => "failed",
            Self::Stored => "stored",
            Self::Waived => "waived",
            Self::Unreachable => "unreachable",
            Self::NotNeeded => "not_needed",
        }
    }
}

impl BackupView {
    fn of(case: &Case, online: bool) -> Option<Self> {
        let bare = |state| Self {
            state,
            records: None,
            digest: None,
            journal_intact: None,
        };
        Some(match case.preparation() {
            Some(Preparation::Snapshot {
                records, digest, ..
            }) => Self {
                state: BackupState::Stored,
                records: Some(*records),
                digest: Some(digest.clone()),
                journal_intact: case.journal_intact(),
            },
            Some(Preparation::Waived { .. }) => bare(BackupState::Waived),
            Some(Preparation::Unreachable) => bare(BackupState::Unreachable),
            Some(Preparation::NothingToBackUp) => bare(BackupState::NotNeeded),
            None if !case.waits_for_backup() => return None,
            None if case.backup().fault.is_some() => bare(BackupState::Failed),
            None if online && case.backup().asked > 0 => bare(BackupState::UnderWay),
            None => bare(BackupState::WaitsForTerminal),
        })
    }
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineItem {
    /// When.
    pub at: Timestamp,
    /// The stable name of the case's event.
    pub step: String,
}

/// Draws the view of a case, in the transaction that read it.
pub(in crate::act) fn draw(tx: &mut dyn Tx, shell: &Shell, case: &Case) -> Result<CaseView, Fault> {
    let mut timeline = Vec::new();
    let mut challenge_expires_at = None;
    for placed in event::of_case(tx, case.id(), TIMELINE_EVENTS_MAX)? {
        let Event::Case(event) = placed.entry.event else {
            continue;
        };
        match event {
            CaseEvent::Challenged { expires_at, .. } => challenge_expires_at = Some(expires_at),
            CaseEvent::Matched { .. } => challenge_expires_at = None,
            _ => {}
        }
        let step = match &event {
            // What is typed without a link is no code that was sent.
            CaseEvent::CodeIssued { to, .. } if to.is_answer() => "answer_given",
            event => event.name(),
        };
        timeline.push(TimelineItem {
            at: placed.entry.at,
            step: step.to_owned(),
        });
    }
    let shown = case.subject().filter(|_| case.is_proven());
    let online = shown.is_some_and(|subject| shell.presence().is_online(subject.terminal));
    let verdict = case.verdict();
    let approvals = case
        .reviews()
        .iter()
        .filter(|review| review.approved)
        .count();
    Ok(CaseView {
        case: case.id(),
        state: case.state(),
        channel: case.channel(),
        reason: case.reason(),
        opened_at: case.opened_at(),
        deadline: case.deadline(),
        decision: verdict.map(|verdict| verdict.decision),
        reasons: verdict
            .map(|verdict| verdict.reasons.clone())
            .unwrap_or_default(),
        next: next(shell, case),
        evidence: case.evidence().keys().copied().collect(),
        delivery: case.delivery(),
        reviewers_needed: case.reviewers_needed(),
        reviews: u8::try_from(approvals).unwrap_or(u8::MAX),
        review_by: case.review_by(),
        questions: questions::shown(tx, shell, case)?,
        challenge_expires_at,
        code_to: case.code().map(|code| code.to),
        code_expires_at: case
            .code()
            .map(|code| code.chosen_by.unwrap_or(code.expires_at)),
        code_announced: case.is_announced(),
        codes_left: shell
            .terms()
            .reset_codes_per_case
            .saturating_sub(case.codes_issued()),
        terminal_number: shown.map(|subject| subject.terminal_number.clone()),
        operator: shown.map(|subject| subject.operator),
        backup: BackupView::of(case, online),
        newer: case.newer(),
        may_object: false,
        timeline,
    })
}

/// What would help now: what the policy last named, or the channel's first kind.
pub(super) fn next(shell: &Shell, case: &Case) -> Vec<EvidenceKind> {
    if case.state() != State::Gathering {
        return Vec::new();
    }
    match case.verdict() {
        Some(verdict) => {
            let held = case.evidence();
            verdict
                .next
                .iter()
                .copied()
                .filter(|kind| !held.contains_key(kind))
                .collect()
        }
        None => {
            let offers = shell.policy().offers().of(case.channel()).iter().copied();
            offers
                .filter(|kind| shell.offered().contains(kind))
                .take(1)
                .collect()
        }
    }
}
