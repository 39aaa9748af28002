//! The words of the staff's pages about applications.

use tillkey_rules::onboarding::application::ApplicationCheck;

use super::super::words::{file, words};

file! {
    /// The words of the staff's pages about applications.
    IntakeWords ("intake.zh-CN.toml", "intake.en.toml") {
        queue: IntakeQueueWords,
        sheet: SheetWords,
        check: CheckWords,
        how: CheckHowWords,
        checks: ChecksWords,
        verdict: IntakeVerdictWords,
        ship: ShipWords,
        deposits: DepositsWords,
        mistake: IntakeMistakeWords,
    }
}

words! {
    /// What waits.
    IntakeQueueWords {
        title, to_check, to_approve, to_ship, returned, number, product, applicant, region,
        since, returns, empty, older, deposits,
    }
    /// One application.
    SheetWords {
        title, back, facts, number, product, applicant, region, phone, merchant, serial,
        terminal, parcel, form, field, value, open, opened, open_note, papers, look, missing,
        seen_elsewhere, remark, makers, nobody, story, nothing_to_do,
    }
    /// What is checked.
    CheckWords { contact_reached, licence_number, identity_number, account, site, }
    /// How it is checked.
    CheckHowWords { contact_reached, licence_number, identity_number, account, site, }
    /// Checking.
    ChecksWords {
        title, lead, holds, does_not_hold, holds_said, does_not_hold_said, number, compare,
        propose, propose_note, propose_open,
    }
    /// Deciding.
    IntakeVerdictWords {
        title, lead, approve, approve_note, remark, remark_hint, give_back, decline, password,
        password_hint,
    }
    /// Sending the terminal.
    ShipWords { title, lead, serial, serial_hint, carrier, tracking, send, }
    /// Deposits to be paid back.
    DepositsWords {
        title, lead, empty, merchant, terminal, amount, counted, since, reference, send, wrong,
    }
    /// What went wrong.
    IntakeMistakeWords {
        not_matched, check_digit, reason, comment, own_work, checks_open, password_wrong,
        password_needed, too_many, moved, exists, serial, parcel, not_offered, choose,
    }
}

impl IntakeWords {
    /// What is checked, and how.
    pub(super) fn check(&self, check: ApplicationCheck) -> (&str, &str) {
        let (what, how) = (&self.check, &self.how);
        match check {
            ApplicationCheck::ContactReached => (&what.contact_reached, &how.contact_reached),
            ApplicationCheck::LicenceNumber => (&what.licence_number, &how.licence_number),
            ApplicationCheck::IdentityNumber => (&what.identity_number, &how.identity_number),
            ApplicationCheck::Account => (&what.account, &how.account),
            ApplicationCheck::Site => (&what.site, &how.site),
        }
    }
}
