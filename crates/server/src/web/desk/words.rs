//! The words of the desk. What is read out stands in both languages beside each other,
//! whatever the agent reads: a caller speaks one or the other.

use tillkey_rules::vocabulary::EvidenceKind;

use super::super::words::{file, words};

file! {
    /// The words of the desk.
    DeskWords ("desk.zh-CN.toml", "desk.en.toml") {
        search: SearchWords,
        till: TillWords,
        queue: QueueWords,
        diagnosis: DeskDiagnosisWords,
        call: CallWords,
        stage: CallStageWords,
        sms_code: KindWords,
        terminal_in_hand: KindWords,
        recent_transactions: KindWords,
        manager_consent: KindWords,
    }
}

words! {
    /// Where a call begins.
    SearchWords {
        title, lead, by, merchant, serial_number, phone, case, what, hint, shape, find, left,
        used_up, nothing, no_case, found, erased, terminals, no_terminals, last, last_none, again,
    }
    /// A terminal and its operators.
    TillWords {
        title, merchant, online, offline, seen, never, not_in_service, operators, operator, rank,
        password, set, not_set, open_case, none, diagnose, no_operators, begin, begin_say, reason,
        check, send, back,
    }
    /// The cases that wait.
    QueueWords {
        title, own, all, state, opened, closes, case, empty_own, empty_all, more, lead,
    }
    /// Why an operator cannot sign on.
    DeskDiagnosisWords { title, lead, to_case, to_terminal, }
    /// What every call has.
    CallWords {
        title, say, now, facts, merchant, terminal, operator, reason, channel, closes, nobody,
        holds, holds_none, decision, timeline, tries, not_matched, no_tries, shape, left, other,
        other_lead, never, never_password, never_registered, never_right, never_code, presses,
        presses_say, doubts, doubts_lead, hand_over, hand_over_lead, hand_over_say, cancel,
        cancel_lead, cancel_yes, diagnose, new_case, keys, keys_lead, key_search, key_queue,
        key_answer, key_hand_over, key_cancel,
    }
    /// Where a call stands once it is not about evidence.
    CallStageWords {
        decide, decide_lead, decide_go, counter, counter_say, stuck, stuck_say, review, review_say,
        review_lead, preparing, preparing_say, code_over, code_over_say, code_over_send,
        used_up_say, issued, issued_say, issued_told, issued_away, issued_until, issued_again,
        issued_send, issued_note, answered_say, redeemed, redeemed_say, effective, effective_say,
        refused, refused_say, cancelled, cancelled_say, expired, expired_say, superseded, superseded_say,
        void, void_say, elsewhere, elsewhere_lead,
    }
    /// How one kind of evidence is gathered by telephone.
    KindWords {
        shows, ready_say, send, again, answer_say, field, check, until, over, wait, never, unable,
    }
}

impl DeskWords {
    /// The words of a kind of evidence that can be gathered by telephone; none of one
    /// that cannot. A new kind is a table in the two word files and a line here.
    pub(in crate::web) const fn kind(&self, kind: EvidenceKind) -> Option<&KindWords> {
        match kind {
            EvidenceKind::SmsCode => Some(&self.sms_code),
            EvidenceKind::TerminalInHand => Some(&self.terminal_in_hand),
            EvidenceKind::RecentTransactions => Some(&self.recent_transactions),
            EvidenceKind::ManagerConsent => Some(&self.manager_consent),
            EvidenceKind::PortalSession
            | EvidenceKind::SupervisorSignOn
            | EvidenceKind::IdentityDocument
            | EvidenceKind::BusinessLicence => None,
        }
    }
}
