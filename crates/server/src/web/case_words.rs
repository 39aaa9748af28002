//! What the closed word lists of a case are called on screens: channels, reasons, kinds
//! of evidence, decisions, states, steps. One place, so that a thing has one name on
//! every page.

use tillkey_rules::case::State;
use tillkey_rules::policy::Decision;
use tillkey_rules::vocabulary::{Channel, EvidenceKind, MerchantStatus, Reason};

use super::words::{file, fill, words};
use crate::act::case::{BackupState, BackupView};

file! {
    /// What the closed word lists of a case are called.
    CaseNames ("case.zh-CN.toml", "case.en.toml") {
        channel: ChannelWords,
        reason: ReasonWords,
        evidence: EvidenceWords,
        decision: DecisionWords,
        state: StateWords,
        step: StepNames,
        backup: BackupWords,
        rank: RankWords,
        merchant: MerchantWords,
    }
}

words! {
    /// Where a case came from.
    ChannelWords { hotline, counter, portal, app, terminal, campaign, }
    /// Why a password is to be replaced.
    ReasonWords { forgotten, locked, staff_left, compromised, system_update, first_password, }
    /// Kinds of evidence.
    EvidenceWords {
        sms_code, portal_session, terminal_in_hand, manager_consent, supervisor_sign_on,
        recent_transactions, identity_document, business_licence,
    }
    /// What the policy says.
    DecisionWords { refuse, more_evidence, counter_only, review, review_by_two, go_ahead, none, }
    /// Where a case stands.
    StateWords {
        gathering, in_review, approved, issued, redeemed, effective, refused, cancelled, expired,
        superseded, void,
    }
    /// What happened to a case, one short line each.
    StepNames {
        opened, challenged, matched, not_matched, objected, scanned, delivery_chosen, decided,
        handed_over, amended, reviewed, reviewed_in_campaign, approved, backup_asked, backup_failed, prepared, code_issued, answer_given,
        code_announced,
        code_mistyped, code_ended, code_redeemed,
        effective, journal_compared, cancelled, expired, superseded, voided, refused,
    }
    /// How the backup of the terminal stands, a sentence each.
    BackupWords { waits_for_terminal, under_way, failed, stored, waived, unreachable, intact, differs, }
    /// What kinds of operators there are.
    RankWords { cashier, supervisor, administrator, }
    /// Whether a merchant may be served.
    MerchantWords { active, suspended, closed, }
}

/// A word of a list by its stable name, or that name where the list does not have it
/// yet: a name that is understood by some is better than none.
fn named<'a>(entries: &[(&'static str, &'a str)], name: &'a str) -> &'a str {
    entries
        .iter()
        .find(|(key, _)| *key == name)
        .map_or(name, |(_, text)| text)
}

impl CaseNames {
    /// A channel.
    pub fn channel(&self, channel: Channel) -> &str {
        named(&self.channel.entries(), channel.name())
    }

    /// A reason.
    pub fn reason(&self, reason: Reason) -> &str {
        named(&self.reason.entries(), reason.name())
    }

    /// A kind of evidence.
    pub fn evidence(&self, kind: EvidenceKind) -> &str {
        named(&self.evidence.entries(), kind.name())
    }

    /// A decision; none was asked for yet where there is none.
    pub fn decision(&self, decision: Option<Decision>) -> &str {
        match decision {
            None => &self.decision.none,
            Some(Decision::Review { reviewers }) if reviewers.count() > 1 => {
                &self.decision.review_by_two
            }
            Some(Decision::Review { .. }) => &self.decision.review,
            Some(Decision::Refuse) => &self.decision.refuse,
            Some(Decision::MoreEvidence) => &self.decision.more_evidence,
            Some(Decision::CounterOnly) => &self.decision.counter_only,
            Some(Decision::GoAhead) => &self.decision.go_ahead,
        }
    }

    /// A state.
    pub fn state(&self, state: State) -> &str {
        named(&self.state.entries(), state.name())
    }

    /// A step of a case, by its stable name.
    pub fn step<'a>(&'a self, step: &'a str) -> &'a str {
        named(&self.step.entries(), step)
    }

    /// How the backup of the terminal stands; none where there is nothing to say.
    pub fn backup(&self, backup: Option<&BackupView>) -> Option<String> {
        let (words, backup) = (&self.backup, backup?);
        let sentence = match (backup.state, backup.journal_intact) {
            (BackupState::WaitsForTerminal, _) => &words.waits_for_terminal,
            (BackupState::UnderWay, _) => &words.under_way,
            (BackupState::Failed, _) => &words.failed,
            (BackupState::Stored, None) => &words.stored,
            (BackupState::Stored, Some(true)) => &words.intact,
            (BackupState::Stored, Some(false)) => &words.differs,
            (BackupState::Waived, _) => &words.waived,
            (BackupState::Unreachable, _) => &words.unreachable,
            (BackupState::NotNeeded, _) => return None,
        };
        let records = backup.records.unwrap_or_default().to_string();
        Some(fill(sentence, "records", &records))
    }

    /// A merchant's status.
    pub fn merchant(&self, status: MerchantStatus) -> &str {
        named(&self.merchant.entries(), status.name())
    }

    /// An operator's rank, by its stable name.
    pub fn rank<'a>(&'a self, rank: &'a str) -> &'a str {
        named(&self.rank.entries(), rank)
    }
}
