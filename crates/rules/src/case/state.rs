//! Where a case stands, and what is known of it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tillkey_wire::ids::{CaseId, CodeId, PersonId, SnapshotId};

use crate::backup::Progress;
use crate::event::{Destination, OldPassword, Preparation, VoidReason};
use crate::party::Subject;
use crate::policy::Verdict;
use crate::refusal::Refusal;
use crate::scan::{Reuse, Scan};
use crate::vocabulary::{Channel, EvidenceKind, Reason};

/// Where a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Evidence is being gathered.
    Gathering,
    /// The evidence is enough once other people agree.
    InReview,
    /// The way is free; no live code exists.
    Approved,
    /// A reset code is on its way or waiting to be typed.
    Issued,
    /// The code was typed; a new password is being chosen.
    Redeemed,
    /// The new password is in force.
    Effective,
    /// The policy or a reviewer said no.
    Refused,
    /// Somebody withdrew it.
    Cancelled,
    /// A deadline passed.
    Expired,
    /// A newer case took its place.
    Superseded,
    /// The facts changed.
    Void,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 11] = [
        Self::Gathering,
        Self::InReview,
        Self::Approved,
        Self::Issued,
        Self::Redeemed,
        Self::Effective,
        Self::Refused,
        Self::Cancelled,
        Self::Expired,
        Self::Superseded,
        Self::Void,
    ];

    /// Whether anything can still happen.
    pub const fn is_open(self) -> bool {
        matches!(
            self,
            Self::Gathering | Self::InReview | Self::Approved | Self::Issued | Self::Redeemed
        )
    }

    /// Whether the policy's demands are met: a credential may be changed.
    pub const fn is_approved(self) -> bool {
        matches!(self, Self::Approved | Self::Issued | Self::Redeemed)
    }

    /// The stable name, as in the API and the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gathering => "gathering",
            Self::InReview => "in_review",
            Self::Approved => "approved",
            Self::Issued => "issued",
            Self::Redeemed => "redeemed",
            Self::Effective => "effective",
            Self::Refused => "refused",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Superseded => "superseded",
            Self::Void => "void",
        }
    }
}

/// A proof that the case holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gathered {
    /// When it matched.
    pub at: Timestamp,
    /// The registered contact that it stands on, where it does.
    pub contact_version: Option<u32>,
}

/// What a reviewer decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// When.
    pub at: Timestamp,
    /// Who: a person, whatever the account.
    pub person: PersonId,
    /// What.
    pub approved: bool,
}

/// A live reset code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// Which one.
    pub id: CodeId,
    /// Where it went.
    pub to: Destination,
    /// Until when it can be typed.
    pub expires_at: Timestamp,
    /// How often it was typed wrong.
    pub mistyped: u32,
    /// The registered contact that it went to.
    pub contact_version: Option<u32>,
    /// Once it was typed: until when a new password can be chosen.
    pub chosen_by: Option<Timestamp>,
}

/// One request to reset one operator's password.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Case {
    pub(super) id: CaseId,
    pub(super) version: u64,
    pub(super) state: State,
    pub(super) subject: Option<Subject>,
    pub(super) claimed: String,
    pub(super) channel: Channel,
    pub(super) reason: Reason,
    #[serde(default)]
    pub(super) offline: bool,
    pub(super) opened_at: Timestamp,
    pub(super) changed_at: Timestamp,
    pub(super) deadline: Timestamp,
    pub(super) evidence: BTreeMap<EvidenceKind, Gathered>,
    pub(super) makers: BTreeSet<PersonId>,
    /// The scans that it holds, one a side.
    #[serde(default)]
    pub(super) scans: Vec<Scan>,
    /// How many were taken, those that another replaced included.
    #[serde(default)]
    pub(super) scans_taken: u32,
    /// Where any of them was seen before. A better one later does not undo it.
    #[serde(default)]
    pub(super) reuses: BTreeSet<Reuse>,
    #[serde(default)]
    pub(super) delivery: Destination,
    pub(super) verdict: Option<Verdict>,
    /// The version of the registered contact when the policy was last asked.
    #[serde(default)]
    pub(super) decided_contact: Option<u32>,
    pub(super) reviewers_needed: u8,
    pub(super) review_by: Option<Timestamp>,
    pub(super) reviews: Vec<Review>,
    #[serde(default)]
    pub(super) amendments: u32,
    pub(super) old_password: Option<OldPassword>,
    /// How far its backup has come.
    #[serde(default)]
    pub(super) backup: Progress,
    pub(super) preparation: Option<Preparation>,
    pub(super) codes_issued: u32,
    pub(super) code: Option<Code>,
    pub(super) announced: bool,
    pub(super) effective: Option<(u32, String)>,
    /// Whether the journal after the reset still holds all that was in the backup.
    #[serde(default)]
    pub(super) journal_intact: Option<bool>,
    pub(super) newer: Option<CaseId>,
    pub(super) void_reason: Option<VoidReason>,
}

impl Case {
    /// Which case.
    pub const fn id(&self) -> CaseId {
        self.id
    }

    /// How many events it is the fold of.
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// Where it stands.
    pub const fn state(&self) -> State {
        self.state
    }

    /// Whose password; none where the request named nobody that exists.
    pub const fn subject(&self) -> Option<&Subject> {
        self.subject.as_ref()
    }

    /// The keyed digest of what the request named: guesses are counted against it.
    pub fn claimed(&self) -> &str {
        &self.claimed
    }

    /// The part of it that is the merchant's, the same for every terminal and operator.
    pub fn claimed_merchant(&self) -> &str {
        self.claimed
            .split_once('.')
            .map_or(&self.claimed, |(merchant, _)| merchant)
    }

    /// The channel it is in now.
    pub const fn channel(&self) -> Channel {
        self.channel
    }

    /// Why the password is to be replaced.
    pub const fn reason(&self) -> Reason {
        self.reason
    }

    /// When it was opened.
    pub const fn opened_at(&self) -> Timestamp {
        self.opened_at
    }

    /// When its last event happened.
    pub const fn changed_at(&self) -> Timestamp {
        self.changed_at
    }

    /// When it closes by itself.
    pub const fn deadline(&self) -> Timestamp {
        self.deadline
    }

    /// The proofs it holds.
    pub const fn evidence(&self) -> &BTreeMap<EvidenceKind, Gathered> {
        &self.evidence
    }

    /// The persons who had a hand in it and so cannot review it.
    pub const fn makers(&self) -> &BTreeSet<PersonId> {
        &self.makers
    }

    /// The scans that it holds, one a side.
    pub fn scans(&self) -> &[Scan] {
        &self.scans
    }

    /// How many scans were taken, those that another replaced included.
    pub const fn scans_taken(&self) -> u32 {
        self.scans_taken
    }

    /// Where any scan of it, kept or replaced, was seen before.
    pub const fn reuses(&self) -> &BTreeSet<Reuse> {
        &self.reuses
    }

    /// Where its codes go.
    pub const fn delivery(&self) -> Destination {
        self.delivery
    }

    /// What the policy last said.
    pub const fn verdict(&self) -> Option<&Verdict> {
        self.verdict.as_ref()
    }

    /// How many reviewers the policy asks for.
    pub const fn reviewers_needed(&self) -> u8 {
        self.reviewers_needed
    }

    /// Until when the reviewers have time.
    pub const fn review_by(&self) -> Option<Timestamp> {
        self.review_by
    }

    /// What the reviewers said of the case as it stands. What they said before it was
    /// amended is in the ledger alone.
    pub fn reviews(&self) -> &[Review] {
        &self.reviews
    }

    /// How often it was taken back from its reviewers.
    pub const fn amendments(&self) -> u32 {
        self.amendments
    }

    /// How far its backup has come.
    pub const fn backup(&self) -> &Progress {
        &self.backup
    }

    /// Whether this is the backup that it stands on.
    pub fn is_backed_up_by(&self, id: SnapshotId) -> bool {
        matches!(&self.preparation, Some(Preparation::Snapshot { snapshot, .. }) if *snapshot == id)
    }

    /// Whether the terminal tells in it of what was done while it had no link.
    pub const fn is_offline(&self) -> bool {
        self.offline
    }

    /// Whether the terminal's supervisor vouches for the operator.
    pub fn has_supervisor(&self) -> bool {
        self.channel == Channel::Terminal
            && self.evidence.contains_key(&EvidenceKind::SupervisorSignOn)
    }

    /// Whether it is approved and waits for the terminal before it may issue a code.
    pub fn waits_for_backup(&self) -> bool {
        self.state == State::Approved && self.preparation.is_none()
    }

    /// Whether the journal after the reset still holds all that was in the backup; none
    /// until the terminal has said so.
    pub const fn journal_intact(&self) -> Option<bool> {
        self.journal_intact
    }

    /// What was made ready before the code.
    pub const fn preparation(&self) -> Option<&Preparation> {
        self.preparation.as_ref()
    }

    /// What the approval did to the old password.
    pub const fn old_password(&self) -> Option<OldPassword> {
        self.old_password
    }

    /// How many reset codes it has issued.
    pub const fn codes_issued(&self) -> u32 {
        self.codes_issued
    }

    /// The live code, if there is one.
    pub const fn code(&self) -> Option<&Code> {
        self.code.as_ref()
    }

    /// Whether the terminal shows where to type the code.
    pub const fn is_announced(&self) -> bool {
        self.announced
    }

    /// The version of the password that this case put in force.
    pub fn credential_version(&self) -> Option<u32> {
        self.effective.as_ref().map(|(version, _)| *version)
    }

    /// The case that took this one's place.
    pub const fn newer(&self) -> Option<CaseId> {
        self.newer
    }

    /// What changed so that it could not go on.
    pub const fn void_reason(&self) -> Option<VoidReason> {
        self.void_reason
    }

    /// Whether anybody has proven anything yet. A case that nobody has proven
    /// supersedes nothing, or a stranger could kill the real one's code.
    pub fn is_proven(&self) -> bool {
        !self.evidence.is_empty()
    }

    /// This case as one that a credential change can stand on.
    ///
    /// # Errors
    /// [`Refusal::OutOfOrder`] unless it is approved and has a subject.
    pub const fn approved(&self) -> Result<ApprovedCase<'_>, Refusal> {
        match (&self.subject, self.state.is_approved()) {
            (Some(subject), true) => Ok(ApprovedCase {
                case: self,
                subject,
            }),
            _ => Err(Refusal::OutOfOrder),
        }
    }
}

/// A case whose policy demands are met. Only [`Case::approved`] makes one.
#[derive(Debug, Clone, Copy)]
pub struct ApprovedCase<'a> {
    case: &'a Case,
    subject: &'a Subject,
}

impl<'a> ApprovedCase<'a> {
    /// The case.
    pub const fn case(&self) -> &'a Case {
        self.case
    }

    /// Whose password.
    pub const fn subject(&self) -> &'a Subject {
        self.subject
    }
}
