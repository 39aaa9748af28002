//! The words of the settings.

use tillkey_rules::vocabulary::ManagerRight;

use super::super::words::{file, words};

file! {
    /// The words of the settings.
    SettingsWords ("settings.zh-CN.toml", "settings.en.toml") {
        sessions: SessionsWords,
        password: PasswordWords,
        staff: StaffListWords,
        managers: ManagersWords,
        rights: RightWords,
        access_reviews: AccessReviewsWords,
    }
}

words! {
    /// The sessions of an account.
    SessionsWords {
        title, title_of, lead, device, device_unknown, network, started, used, action, this, end,
        everywhere, everywhere_of, everywhere_hint, password, back, empty,
    }
    /// One's own password.
    PasswordWords {
        title, first, lead, old, new, again, hint, send, wrong, unlike, too_many, busy, done,
    }
    /// The accounts.
    StaffListWords {
        title, lead, account, person, role, state, enabled, disabled, first_password, action,
        sessions, disable, disable_sure, add, add_lead, account_hint, person_hint, send, invalid,
        exists, added, added_lead, gone, own, forgotten, next,
    }
    /// The managers of a merchant.
    ManagersWords {
        title, merchant, merchant_hint, find, none, erased, erased_said, name, phone, person, rights, disabled,
        action, change, save, disable, dormant, enable, signed_in, disable_sure, add, add_lead, phone_hint, person_hint,
        send, number_wrong, unknown, name_wrong, phone_wrong, person_wrong, no_rights, exists,
        full, gone,
    }
    /// Which merchants have not reviewed who has access.
    AccessReviewsWords {
        title, lead, state, all, open, overdue, merchant, opened, until, reminded, none, next,
    }
    /// What a manager may do.
    RightWords {
        reset_cashiers, reset_supervisor, reset_administrator, manage_operators,
        change_contact, see_records, consent,
    }
}

impl RightWords {
    /// The word for a right.
    pub(in crate::web) fn of(&self, right: ManagerRight) -> &str {
        match right {
            ManagerRight::ResetCashiers => &self.reset_cashiers,
            ManagerRight::ResetSupervisor => &self.reset_supervisor,
            ManagerRight::ResetAdministrator => &self.reset_administrator,
            ManagerRight::ManageOperators => &self.manage_operators,
            ManagerRight::ChangeContact => &self.change_contact,
            ManagerRight::SeeRecords => &self.see_records,
            ManagerRight::Consent => &self.consent,
        }
    }
}
