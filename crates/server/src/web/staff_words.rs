//! The words that every staff page shares: navigation and signing in.

use super::words::{file, words};

file! {
    /// The words that every staff page shares.
    StaffWords ("staff.zh-CN.toml", "staff.en.toml") {
        nav: NavWords,
        role: RoleWords,
        sign_in: SignInWords,
        carry: CarryWords,
        not_allowed: NotAllowedWords,
    }
}

words! {
    /// Where staff can go.
    NavWords {
        label, desk, counter, review, intake, campaigns, watch, ledger, dashboard, staff,
        managers, merchants, access_reviews, account, sign_out,
    }
    /// What staff are called.
    RoleWords { agent, clerk, reviewer, auditor, administrator, integrator, }
    /// Where staff sign in.
    SignInWords {
        title, lead, account, password, send, wrong, too_many, busy, ended, kept, help,
    }
    /// After a session ended in the middle of a form.
    CarryWords { title, lead, send, leave, }
    /// A page of another role.
    NotAllowedWords { title, lead, go, }
}
