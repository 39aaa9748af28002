//! What happened, in plain words.

use tillkey_rules::event::{CaseEvent, CodeEnd, Destination, OldPassword, VoidReason};
use tillkey_rules::party::Actor;

use super::super::case_words::CaseNames;
use super::super::when::Reading;
use super::super::words::fill;
use super::DossierWords;
use crate::act::case::Opinion;

/// Says things to one reader.
#[derive(Debug, Clone, Copy)]
pub(super) struct Said {
    pub(super) words: &'static DossierWords,
    pub(super) names: &'static CaseNames,
    pub(super) reading: Reading,
}

impl Said {
    /// Who did something.
    pub(super) fn who(self, actor: &Actor) -> String {
        let words = &self.words.who;
        match actor {
            Actor::Holder => words.holder.clone(),
            Actor::Terminal { .. } => words.terminal.clone(),
            Actor::System => words.system.clone(),
            Actor::Staff { staff, .. } => staff.to_string(),
        }
    }

    /// What a reviewer said.
    pub(super) fn opinion(self, opinion: &Opinion) -> String {
        let words = &self.words.opinion;
        let sentence = match (opinion.approved, opinion.counts) {
            (true, true) => &words.approved,
            (true, false) => &words.approved_void,
            (false, _) => &words.refused,
        };
        fill(sentence, "who", &self.who(&opinion.by))
    }

    /// What happened.
    pub(super) fn event(self, event: &CaseEvent) -> String {
        let words = &self.words.story;
        let names = self.names;
        let kind = |sentence: &str, of| fill(sentence, "kind", names.evidence(of));
        let channel = |sentence: &str, of| fill(sentence, "channel", names.channel(of));
        match event {
            CaseEvent::Opened {
                channel: by,
                reason,
                ..
            } => {
                let said = channel(&words.opened, *by);
                fill(&said, "reason", names.reason(*reason))
            }
            CaseEvent::Challenged { kind: of, .. } => kind(&words.challenged, *of),
            CaseEvent::Matched { kind: of, .. } => kind(&words.matched, *of),
            CaseEvent::NotMatched { kind: of } => kind(&words.not_matched, *of),
            CaseEvent::Scanned(scan) => {
                let sentence = match scan.reuse {
                    None => &words.scanned,
                    Some(_) => &words.scanned_again,
                };
                kind(sentence, scan.kind)
            }
            CaseEvent::DeliveryChosen { to } => match to {
                Destination::SealedSlip => &words.slip_chosen,
                Destination::Contact | Destination::TerminalScreen => &words.phone_chosen,
            }
            .clone(),
            CaseEvent::Decided { verdict, .. } => fill(
                &words.decided,
                "decision",
                names.decision(Some(verdict.decision)),
            ),
            CaseEvent::HandedOver { channel: to } => channel(&words.handed_over, *to),
            CaseEvent::Amended => words.amended.clone(),
            CaseEvent::Reviewed { approved: true, .. } => words.reviewed.clone(),
            CaseEvent::Reviewed { .. } => words.reviewed_no.clone(),
            CaseEvent::Approved { old_password } => match old_password {
                OldPassword::Kept => words.approved.clone(),
                OldPassword::Revoked => words.approved_revoked.clone(),
                OldPassword::EndsAt { at } => {
                    fill(&words.approved_ends, "time", &self.reading.minute(*at))
                }
            },
            CaseEvent::Prepared(_) => words.prepared.clone(),
            CaseEvent::CodeIssued { to, expires_at, .. } => {
                let sentence = match to {
                    Destination::Contact => &words.code_issued,
                    Destination::TerminalScreen => &words.code_on_screen,
                    Destination::SealedSlip => &words.code_on_slip,
                };
                fill(sentence, "time", &self.reading.minute(*expires_at))
            }
            CaseEvent::CodeAnnounced { .. } => words.code_announced.clone(),
            CaseEvent::CodeMistyped { tries_left } => {
                fill(&words.code_mistyped, "n", &tries_left.to_string())
            }
            CaseEvent::CodeEnded { why, .. } => match why {
                CodeEnd::Expired => &words.code_expired,
                CodeEnd::TriesUsedUp => &words.code_tries,
                CodeEnd::ChoiceLapsed => &words.code_lapsed,
                CodeEnd::Replaced => &words.code_replaced,
            }
            .clone(),
            CaseEvent::CodeRedeemed { .. } => words.code_redeemed.clone(),
            CaseEvent::Effective { .. } => words.effective.clone(),
            CaseEvent::Cancelled => words.cancelled.clone(),
            CaseEvent::Expired => words.expired.clone(),
            CaseEvent::Superseded { newer } => fill(&words.superseded, "case", &newer.to_string()),
            CaseEvent::Voided { why } => match why {
                VoidReason::MerchantNotActive => &words.void_merchant,
                VoidReason::TerminalNotInService => &words.void_terminal,
                VoidReason::OperatorRemoved => &words.void_operator,
                VoidReason::ContactChanged => &words.void_contact,
            }
            .clone(),
            CaseEvent::Refused => words.refused.clone(),
        }
    }
}
