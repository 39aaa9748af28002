//! The words about what is held of people: for staff, and for the merchant's own page.

use tillkey_rules::erasure::{ErasureReason, Obstacle};
use tillkey_rules::vocabulary::DisclosureReason;

use super::words::{file, words};

file! {
    /// The words about personal data.
    PersonalWords ("personal.zh-CN.toml", "personal.en.toml") {
        merchants: MerchantPageWords,
        obstacle: ObstacleWords,
        erasure_reason: ErasureReasonWords,
        disclosure_reason: DisclosureReasonWords,
        data: DataPageWords,
        kind: KindWords,
        why: KindWords,
        until: KindWords,
    }
}

words! {
    /// The page of staff about one merchant.
    MerchantPageWords {
        title, lead, merchant, merchant_hint, find, status, closed_at, kept_until,
        erased, erased_lead, phone, phone_none, phone_open, phone_note, phone_shown, why, choose,
        password, password_hint, send_phone, export, export_note, send_export, close, close_note,
        send_close, erase, erase_note, barred_by, nothing, send_erase, asked, waits_other,
        waits_own, approve, refuse, approve_note, waiting, none_waiting,
        number_wrong, unknown, reason_missing, password_needed, password_wrong, too_many, barred,
        erased_said, own_work, moved, busy,
    }
    /// What stands in the way of an erasure.
    ObstacleWords {
        not_closed, terminal_in_service, case_open, application_open, alert_open, deposit_owed,
        backup_unsettled, restore_open,
    }
    /// Why a merchant is to be erased before its time.
    ErasureReasonWords { requested, purpose_over, unfounded, }
    /// Why somebody looks at a registered phone.
    DisclosureReasonWords { call_back, investigation, authority, merchant_asks, }
    /// A merchant's own page about what is held of it.
    DataPageWords {
        title, lead, count, until, given, given_part, download, download_note, correct,
        erase, own_look, too_many,
    }
    /// One text for each kind of thing that is held.
    KindWords {
        contact, documents, managers, sessions, scans, application, messages, terminals, cases,
        backups,
    }
}

impl ObstacleWords {
    /// What stands in the way, and what to do about it.
    pub(in crate::web) fn of(&self, obstacle: Obstacle) -> &str {
        match obstacle {
            Obstacle::NotClosed => &self.not_closed,
            Obstacle::TerminalInService => &self.terminal_in_service,
            Obstacle::CaseOpen => &self.case_open,
            Obstacle::ApplicationOpen => &self.application_open,
            Obstacle::AlertOpen => &self.alert_open,
            Obstacle::DepositOwed => &self.deposit_owed,
            Obstacle::BackupUnsettled => &self.backup_unsettled,
            Obstacle::RestoreOpen => &self.restore_open,
        }
    }
}

impl ErasureReasonWords {
    /// The words for a reason.
    pub(in crate::web) fn of(&self, reason: ErasureReason) -> &str {
        match reason {
            ErasureReason::Requested => &self.requested,
            ErasureReason::PurposeOver => &self.purpose_over,
            ErasureReason::Unfounded => &self.unfounded,
        }
    }
}

impl DisclosureReasonWords {
    /// The words for a reason.
    pub(in crate::web) fn of(&self, reason: DisclosureReason) -> &str {
        match reason {
            DisclosureReason::CallBack => &self.call_back,
            DisclosureReason::Investigation => &self.investigation,
            DisclosureReason::Authority => &self.authority,
            DisclosureReason::MerchantAsks => &self.merchant_asks,
        }
    }
}
