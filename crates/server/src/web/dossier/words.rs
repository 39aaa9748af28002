//! The words for a case as staff see it, besides those of the closed
//! lists and of what happened.

use super::super::words::{file, words};
use crate::act::case::Flag;

file! {
    /// The words for a case as staff see it.
    DossierWords ("dossier.zh-CN.toml", "dossier.en.toml") {
        sheet: SheetWords,
        opinion: OpinionWords,
        flag: FlagWords,
        known: KnownWords,
    }
}

words! {
    /// What the parts are called.
    SheetWords {
        number, merchant, erased, terminal, operator, channel, reason, opened, closes, backup, flags, evidence,
        evidence_none, kind, at, by, missed, decision, decision_none, known, opinions, story,
    }
    /// What a reviewer said.
    OpinionWords { approved, approved_void, refused, }
    /// What stands out.
    FlagWords {
        scan_elsewhere, scan_earlier, fresh_contact, open_alert, administrator_rank, many_resets, many_failures, night, terminal_away,
        amended,
    }
    /// What is known of the operator now.
    KnownWords {
        resets, failures, contact, contact_none, contact_hours, contact_days, contact_old,
        terminal, online, away, password, password_set, password_none, merchant, batch, batch_open, batch_settled,
    }
}

impl FlagWords {
    /// What stands out, in words.
    pub(in crate::web) fn of(&self, flag: Flag) -> &str {
        match flag {
            Flag::ScanSeenElsewhere => &self.scan_elsewhere,
            Flag::ScanSeenEarlier => &self.scan_earlier,
            Flag::FreshContact => &self.fresh_contact,
            Flag::OpenAlert => &self.open_alert,
            Flag::AdministratorRank => &self.administrator_rank,
            Flag::ManyResets => &self.many_resets,
            Flag::ManyFailures => &self.many_failures,
            Flag::Night => &self.night,
            Flag::TerminalAway => &self.terminal_away,
            Flag::Amended => &self.amended,
        }
    }
}
