//! An entry in plain words: who, and what happened.

use jiff::Timestamp;
use tillkey_rules::backup::BackupFault;
use tillkey_rules::event::{
    CaseEvent, CodeEnd, Destination, Event, OldPassword, Preparation, VoidReason,
};
use tillkey_rules::party::Actor;
use tillkey_wire::ids::CaseId;

use super::super::case_words::CaseNames;
use super::super::when::Reading;
use super::super::words::{fill, side};
use super::words::LedgerWords;
use crate::act::ledger::{Placed, kind_of};

/// An entry as a line of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its place in the ledger.
    pub position: u64,
    /// When.
    pub at: Timestamp,
    /// The same as a reader reads it.
    pub time: String,
    /// Who.
    pub who: String,
    /// What happened.
    pub what: String,
    /// Why, where a policy gave its reasons.
    pub because: Vec<String>,
    /// The case that it belongs to.
    pub case: Option<CaseId>,
}

/// Tells entries in a reader's language.
#[derive(Debug, Clone, Copy)]
pub struct Teller {
    words: &'static LedgerWords,
    names: &'static CaseNames,
    reading: Reading,
}

impl Teller {
    /// A teller for a reader.
    pub fn new(reading: Reading) -> Self {
        Self {
            words: LedgerWords::of(reading.language),
            names: CaseNames::of(reading.language),
            reading,
        }
    }

    /// Tells one entry.
    pub fn line(&self, placed: &Placed) -> Line {
        let entry = &placed.entry;
        let (what, because) = match &entry.event {
            Event::Case(step) => (self.step(step), self.because(step)),
            _ => (self.kind(&kind_of(entry)), Vec::new()),
        };
        Line {
            position: placed.position,
            at: entry.at,
            time: self.reading.second(entry.at),
            who: self.who(&entry.by),
            what,
            because,
            case: entry.case,
        }
    }

    /// Who did something.
    pub fn who(&self, by: &Actor) -> String {
        let words = &self.words.who;
        match by {
            Actor::Staff { staff, .. } => staff.to_string(),
            Actor::Holder => words.holder.clone(),
            Actor::Manager { .. } => words.manager.clone(),
            Actor::Terminal { .. } => words.terminal.clone(),
            Actor::System => words.system.clone(),
        }
    }

    /// What a kind of event is called; its stable name where it has no other.
    pub fn kind(&self, kind: &str) -> String {
        if let Some(step) = kind.strip_prefix("case.") {
            return self.names.step(step).to_owned();
        }
        if let Some(step) = kind.strip_prefix("application.") {
            let entries = self.words.application.entries();
            let found = entries.into_iter().find(|(key, _)| *key == step);
            return found.map_or(kind, |(_, text)| text).to_owned();
        }
        if let Some(step) = kind.strip_prefix("campaign.") {
            let entries = self.words.campaign.entries();
            let found = entries.into_iter().find(|(key, _)| *key == step);
            return found.map_or(kind, |(_, text)| text).to_owned();
        }
        let entries = self.words.kind.entries();
        let found = entries.into_iter().find(|(key, _)| *key == kind);
        found.map_or(kind, |(_, text)| text).to_owned()
    }

    fn because(&self, step: &CaseEvent) -> Vec<String> {
        let CaseEvent::Decided { verdict, .. } = step else {
            return Vec::new();
        };
        let language = self.reading.language;
        let reason = |reason| side(reason, language).to_owned();
        verdict.reasons.iter().map(reason).collect()
    }

    fn until(&self, sentence: &str, at: Timestamp) -> String {
        fill(sentence, "time", &self.reading.second(at))
    }

    /// What happened to a case.
    pub fn step(&self, step: &CaseEvent) -> String {
        let (words, names) = (&self.words.tell, self.names);
        match step {
            CaseEvent::Opened { .. } => self.opened(step),
            CaseEvent::Challenged { kind, expires_at } => {
                let text = fill(&words.challenged, "kind", names.evidence(*kind));
                self.until(&text, *expires_at)
            }
            CaseEvent::Matched { kind, .. } => fill(&words.matched, "kind", names.evidence(*kind)),
            CaseEvent::NotMatched { kind } => {
                fill(&words.not_matched, "kind", names.evidence(*kind))
            }
            CaseEvent::Objected => words.objected.clone(),
            CaseEvent::Decided { verdict, .. } => {
                let decision = names.decision(Some(verdict.decision));
                fill(&words.decided, "decision", decision)
            }
            CaseEvent::HandedOver { channel } => {
                fill(&words.handed_over, "channel", names.channel(*channel))
            }
            CaseEvent::Amended => words.amended.clone(),
            CaseEvent::Reviewed { approved: true, .. } => words.reviewed_yes.clone(),
            CaseEvent::Reviewed { .. } => words.reviewed_no.clone(),
            CaseEvent::ReviewedInCampaign { campaign, .. } => fill(
                &words.reviewed_in_campaign,
                "campaign",
                &campaign.to_string(),
            ),
            CaseEvent::Approved { old_password } => match old_password {
                OldPassword::Kept => words.approved_kept.clone(),
                OldPassword::Revoked => words.approved_revoked.clone(),
                OldPassword::EndsAt { at } => self.until(&words.approved_ends_at, *at),
            },
            CaseEvent::Scanned(_) => words.scanned.clone(),
            CaseEvent::DeliveryChosen { to } => match to {
                Destination::SealedSlip => words.delivery_slip.clone(),
                _ => words.delivery_contact.clone(),
            },
            CaseEvent::BackupAsked { .. }
            | CaseEvent::BackupFailed { .. }
            | CaseEvent::Prepared(_)
            | CaseEvent::JournalCompared { .. } => self.backup(step),
            CaseEvent::CodeIssued { .. }
            | CaseEvent::CodeAnnounced { .. }
            | CaseEvent::CodeMistyped { .. }
            | CaseEvent::CodeEnded { .. }
            | CaseEvent::CodeRedeemed { .. } => self.code(step),
            CaseEvent::Effective {
                credential_version, ..
            } => fill(&words.effective, "version", &credential_version.to_string()),
            CaseEvent::Cancelled => words.cancelled.clone(),
            CaseEvent::Expired => words.expired.clone(),
            CaseEvent::Superseded { newer } => fill(&words.superseded, "case", &newer.to_string()),
            CaseEvent::Voided { why } => fill(&words.voided, "why", self.void(*why)),
            CaseEvent::Refused => words.refused.clone(),
        }
    }

    fn opened(&self, step: &CaseEvent) -> String {
        let CaseEvent::Opened {
            subject,
            channel,
            reason,
            ..
        } = step
        else {
            return String::new();
        };
        let (words, names) = (&self.words.tell, self.names);
        let sentence = match subject {
            Some(subject) => {
                let text = fill(&words.opened, "terminal", subject.terminal_number.as_str());
                fill(&text, "operator", &subject.operator.to_string())
            }
            None => words.opened_nobody.clone(),
        };
        let text = fill(&sentence, "channel", names.channel(*channel));
        fill(&text, "reason", names.reason(*reason))
    }

    /// What happened to a case's backup.
    fn backup(&self, step: &CaseEvent) -> String {
        let words = &self.words.tell;
        match step {
            CaseEvent::BackupAsked { .. } => words.backup_asked.clone(),
            CaseEvent::BackupFailed { why } => match why {
                BackupFault::NotDone => words.backup_not_done.clone(),
                BackupFault::Damaged => words.backup_damaged.clone(),
                BackupFault::Foreign => words.backup_foreign.clone(),
                BackupFault::TooLarge => words.backup_too_large.clone(),
            },
            CaseEvent::Prepared(Preparation::NothingToBackUp) => words.prepared.clone(),
            CaseEvent::Prepared(Preparation::Snapshot {
                records, unsettled, ..
            }) => {
                let text = fill(&words.prepared_snapshot, "records", &records.to_string());
                fill(&text, "unsettled", &unsettled.to_string())
            }
            CaseEvent::Prepared(Preparation::Unreachable) => words.prepared_unreachable.clone(),
            CaseEvent::Prepared(Preparation::Waived { .. }) => words.prepared_waived.clone(),
            CaseEvent::JournalCompared { intact, after, .. } => {
                let sentence = match intact {
                    true => &words.journal_intact,
                    false => &words.journal_differs,
                };
                fill(sentence, "entries", &after.entries.to_string())
            }
            _ => String::new(),
        }
    }

    /// What happened to a reset code.
    fn code(&self, step: &CaseEvent) -> String {
        let words = &self.words.tell;
        match step {
            CaseEvent::CodeIssued { to, expires_at, .. } => {
                let sentence = match to {
                    Destination::Contact => &words.code_to_contact,
                    Destination::TerminalScreen => &words.code_to_screen,
                    Destination::SealedSlip => &words.code_to_slip,
                    Destination::AnswerToContact => &words.answer_to_contact,
                    Destination::AnswerReadOut => &words.answer_read_out,
                };
                self.until(sentence, *expires_at)
            }
            CaseEvent::CodeAnnounced { .. } => words.code_announced.clone(),
            CaseEvent::CodeMistyped { tries_left } => {
                fill(&words.code_mistyped, "tries", &tries_left.to_string())
            }
            CaseEvent::CodeEnded { why, .. } => match why {
                CodeEnd::Expired => words.code_expired.clone(),
                CodeEnd::TriesUsedUp => words.code_used_up.clone(),
                CodeEnd::ChoiceLapsed => words.code_lapsed.clone(),
                CodeEnd::Replaced => words.code_replaced.clone(),
            },
            CaseEvent::CodeRedeemed { until, .. } => self.until(&words.code_redeemed, *until),
            _ => String::new(),
        }
    }

    /// Why a case could not go on.
    pub fn void(&self, why: VoidReason) -> &'static str {
        let words = &self.words.void;
        match why {
            VoidReason::MerchantNotActive => &words.merchant_not_active,
            VoidReason::TerminalNotInService => &words.terminal_not_in_service,
            VoidReason::OperatorRemoved => &words.operator_removed,
            VoidReason::ContactChanged => &words.contact_changed,
        }
    }

    /// The kinds that can be searched for, with what they are called.
    pub fn kinds(&self) -> Vec<(String, String)> {
        let steps = self.names.step.entries().into_iter();
        let steps = steps.map(|(key, text)| (format!("case.{key}"), text.to_owned()));
        let rest = self.words.kind.entries().into_iter();
        let rest = rest.map(|(key, text)| (key.to_owned(), text.to_owned()));
        let applying = self.words.application.entries().into_iter();
        let applying = applying.map(|(key, text)| (format!("application.{key}"), text.to_owned()));
        let planned = self.words.campaign.entries().into_iter();
        let planned = planned.map(|(key, text)| (format!("campaign.{key}"), text.to_owned()));
        steps.chain(rest).chain(applying).chain(planned).collect()
    }
}
