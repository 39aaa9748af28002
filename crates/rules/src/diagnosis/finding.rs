//! One thing that was found: a stable code, how much it weighs, and its details.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How much a finding weighs, the weightiest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// As long as this holds, nobody can sign on.
    Cause,
    /// The likely reason, where nothing stands in the way.
    Likely,
    /// Good to know.
    Note,
}

impl Severity {
    /// Every severity, the weightiest first.
    pub const ALL: [Self; 3] = [Self::Cause, Self::Likely, Self::Note];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cause => "cause",
            Self::Likely => "likely",
            Self::Note => "note",
        }
    }
}

/// What a finding's sentence is filled in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// An instant, to be read where the merchant is.
    At(Timestamp),
    /// A number.
    Number(u64),
}

/// Declares the findings: the variant with its details, the stable code, the severity.
macro_rules! findings {
    ($($(#[$doc:meta])* $name:ident $({ $($(#[$fdoc:meta])* $field:ident: $kind:ident),+ })? = $code:literal, $severity:ident;)+) => {
        /// Why an operator cannot sign on, or what is good to know about it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "finding", rename_all = "snake_case")]
        pub enum Finding {
            $($(#[$doc])* $name $({ $($(#[$fdoc])* $field: $kind),+ })?,)+
        }

        impl Finding {
            /// The stable code, as in the API.
            pub const fn code(&self) -> &'static str {
                match self {
                    $(Self::$name { .. } => $code,)+
                }
            }

            /// How much it weighs.
            pub const fn severity(&self) -> Severity {
                match self {
                    $(Self::$name { .. } => Severity::$severity,)+
                }
            }

            /// What its sentence is filled in with, by name.
            pub fn details(&self) -> Vec<(&'static str, Detail)> {
                match self {
                    $(Self::$name $({ $($field),+ })? => {
                        vec![$($((stringify!($field), Detail::from(*$field))),+)?]
                    })+
                }
            }

            /// One of each, for the tables that must cover them all.
            pub fn one_of_each() -> Vec<Self> {
                vec![$(Self::$name $({ $($field: findings!(@sample $kind)),+ })?,)+]
            }
        }
    };
    (@sample Timestamp) => { Timestamp::UNIX_EPOCH };
    (@sample $number:ident) => { 7 };
}

findings! {
    /// The acquirer suspended the merchant.
    MerchantSuspended = "merchant_suspended", Cause;
    /// The merchant is gone.
    MerchantClosed = "merchant_closed", Cause;
    /// The terminal left service or went to another merchant.
    TerminalNotInService = "terminal_not_in_service", Cause;
    /// The terminal was never enrolled.
    TerminalNotEnrolled = "terminal_not_enrolled", Cause;
    /// No operator has this number on this terminal.
    OperatorUnknown = "operator_unknown", Cause;
    /// The operator was removed.
    OperatorRemoved {
        /// When.
        at: Timestamp
    } = "operator_removed", Cause;
    /// No password was ever chosen.
    NoPasswordYet = "no_password_yet", Cause;
    /// The password ended at its deadline.
    PasswordLapsed {
        /// When.
        at: Timestamp
    } = "password_lapsed", Cause;
    /// The password was revoked.
    PasswordRevoked {
        /// When.
        at: Timestamp
    } = "password_revoked", Cause;
    /// Nobody signed on for so long that the account was put to rest.
    OperatorDormant {
        /// When.
        at: Timestamp
    } = "operator_dormant", Cause;
    /// The bank asked for a new password, and the time for it is over.
    RenewalDue {
        /// When.
        at: Timestamp
    } = "renewal_due", Cause;
    /// Too many sign-ons did not finish: the next one has to wait.
    SignOnHeld {
        /// Until when.
        until: Timestamp
    } = "sign_on_held", Cause;
    /// The terminal has no live link.
    TerminalOffline {
        /// When it was last heard.
        seen_at: Timestamp
    } = "terminal_offline", Cause;
    /// The terminal has not been heard since it was enrolled.
    TerminalNeverSeen = "terminal_never_seen", Cause;
    /// Too many reset codes were typed: the next one has to wait.
    CodeEntryHeld {
        /// Until when.
        until: Timestamp
    } = "code_entry_held", Likely;
    /// A case is open and nothing is proven yet, or not enough.
    CaseUnproven {
        /// When it closes by itself.
        until: Timestamp
    } = "case_unproven", Likely;
    /// A case waits for its reviewers.
    CaseInReview {
        /// Until when they have time.
        until: Timestamp
    } = "case_in_review", Likely;
    /// A case is approved, and its code waits for the terminal or a contact.
    CodeNotSent = "code_not_sent", Likely;
    /// A reset code is out and was not typed.
    CodeNotTyped {
        /// Until when it can be.
        until: Timestamp
    } = "code_not_typed", Likely;
    /// A reset code ended unused, and another can be sent.
    CodeOver = "code_over", Likely;
    /// A reset code ended unused, and it was the last of its case.
    CodesUsedUp = "codes_used_up", Likely;
    /// The code was typed, and no new password chosen yet.
    PasswordNotChosen {
        /// Until when it can be.
        until: Timestamp
    } = "password_not_chosen", Likely;
    /// The last case was not approved.
    CaseRefused {
        /// When.
        at: Timestamp
    } = "case_refused", Likely;
    /// The last case was withdrawn.
    CaseCancelled {
        /// When.
        at: Timestamp
    } = "case_cancelled", Likely;
    /// The last case ran out of time.
    CaseExpired {
        /// When.
        at: Timestamp
    } = "case_expired", Likely;
    /// The facts changed under the last case.
    CaseVoid {
        /// When.
        at: Timestamp
    } = "case_void", Likely;
    /// Sign-ons did not finish: most often the password was typed wrong.
    SignOnsUnfinished {
        /// How many.
        count: u32
    } = "sign_ons_unfinished", Likely;
    /// The password in force is a later one; those before it are dead.
    PasswordInForce {
        /// Which one, from 1.
        version: u32,
        /// Since when.
        since: Timestamp
    } = "password_in_force", Note;
    /// The password in force is the first.
    FirstPasswordInForce {
        /// Since when.
        since: Timestamp
    } = "first_password_in_force", Note;
    /// The password in force ends at a deadline.
    PasswordEnds {
        /// When.
        until: Timestamp
    } = "password_ends", Note;
    /// The operator is signed on.
    SignedOn {
        /// Since when.
        since: Timestamp
    } = "signed_on", Note;
    /// The terminal's clock is ahead.
    ClockAhead {
        /// By how many minutes.
        minutes: u64
    } = "clock_ahead", Note;
    /// The terminal's clock is behind.
    ClockBehind {
        /// By how many minutes.
        minutes: u64
    } = "clock_behind", Note;
    /// Everything that is known is as it should be.
    NothingWrong = "nothing_wrong", Note;
}

impl From<Timestamp> for Detail {
    fn from(at: Timestamp) -> Self {
        Self::At(at)
    }
}

impl From<u32> for Detail {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<u64> for Detail {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}
