//! The words of the settings.

use super::super::words::{file, words};

file! {
    /// The words of the settings.
    SettingsWords ("settings.zh-CN.toml", "settings.en.toml") {
        sessions: SessionsWords,
        password: PasswordWords,
        staff: StaffListWords,
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
}
