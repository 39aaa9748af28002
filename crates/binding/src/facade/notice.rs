//! What a terminal tells whoever draws its screen, as plain data.

use std::fmt;

use jiff::Timestamp;
use tillkey_terminal as sdk;
use tillkey_terminal::wire::ids::OperatorNumber;
use tillkey_terminal::wire::secret::Secret;

use super::{Activity, Deed, Entry, Names, Rule, WhyNotRestored};

/// A code or a number to be shown: wiped when dropped, and never formatted.
pub struct Shown(Secret<String>);

#[cfg(feature = "kotlin")]
uniffi::custom_type!(Shown, String, {
    try_lift: |text| Ok(Shown::new(&text)),
    lower: |shown| shown.expose().to_owned(),
});

impl Shown {
    pub(crate) fn new(text: &str) -> Self {
        Self(Secret::new(text.to_owned()))
    }

    /// The text, to be shown; never to be printed, logged or sent.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Something that happened on the terminal. Times are milliseconds since 1970, by the
/// server's clock.
#[derive(Debug)]
#[cfg_attr(feature = "kotlin", derive(uniffi::Enum))]
pub enum Notice {
    /// The terminal is enrolled and saved. Say `connected` again, on this link or the next.
    Enrolled {
        /// As what.
        names: Names,
    },
    /// Somebody answered that the enrolment is refused. Nobody has proven to be the
    /// server yet, so this is a hint.
    EnrolmentRefused {
        /// The stable name of the refusal.
        code: String,
        /// When to try again; with another code, if absent.
        retry_at_ms: Option<i64>,
    },
    /// The server knows the terminal; everything that waited is being sent again.
    Welcomed,
    /// An operator is signed on.
    SignedOn {
        /// Who.
        operator: u8,
        /// The session.
        session: String,
    },
    /// The password is wrong, or there is none. It has been counted.
    WrongPassword {
        /// Whose.
        operator: u8,
    },
    /// Too many passwords were wrong without a link: nothing is compared now.
    TooManyTries {
        /// Whose.
        operator: u8,
        /// By the device's clock, when the next one may be tried; if absent, once the
        /// terminal has been connected.
        until_ms: Option<i64>,
    },
    /// The sign-on did not come through: ask for the password again.
    SignOnInterrupted {
        /// Whose.
        operator: u8,
    },
    /// An operator's session is over: lock.
    SessionEnded {
        /// Whose.
        operator: u8,
        /// Which.
        session: String,
    },
    /// A transaction is in the journal, and on storage: print the receipt.
    Recorded {
        /// As it is there.
        entry: Entry,
    },
    /// A backup for the bank is on its way: say how far, and hold nobody up.
    BackingUp {
        /// The part that is being sent, counted from 1.
        part: u32,
        /// How many there are.
        parts: u32,
    },
    /// The bank has the backup.
    BackedUp,
    /// A backup is being fetched: say how far, and hold nobody up.
    Restoring {
        /// The part that has come, counted from 1.
        part: u32,
        /// How many there are.
        parts: u32,
    },
    /// The journal is that of the backup, or holds it already.
    Restored {
        /// How many entries it has had.
        entries: u64,
    },
    /// The journal was left as it is.
    NotRestored {
        /// Why.
        why: WhyNotRestored,
    },
    /// Show this code to whoever stands before the terminal, and ask for it.
    CodeOnScreen {
        /// Whose password it opens.
        operator: u8,
        /// The case.
        case_id: String,
        /// The code.
        code: Shown,
        /// When it ends.
        expires_at_ms: i64,
    },
    /// A code is on its way to the registered contact: ask for it.
    CodeIssued {
        /// Whose password it opens.
        operator: u8,
        /// The case.
        case_id: String,
        /// When it ends.
        expires_at_ms: i64,
    },
    /// Show this number, with what it is for, and say that it is to be read only to the
    /// bank that the person called themselves.
    InHandNumber {
        /// The number.
        number: Shown,
        /// What the bank asked for; none where it was asked for at the terminal.
        asked: Option<AskedFor>,
    },
    /// Show this challenge to whoever forgot the password: they call the bank and read it
    /// out, and get the answer in return.
    OfflineChallenge {
        /// Whose password is to be replaced.
        operator: u8,
        /// What is read out.
        challenge: Shown,
        /// Until when an answer is taken, by the device's clock.
        until_ms: i64,
        /// How many answers are compared until then.
        tries_left: u32,
    },
    /// The answer is wrong; with no tries left, a new challenge is needed.
    WrongAnswer {
        /// Whose challenge it was.
        operator: u8,
        /// How many answers are still compared.
        tries_left: u32,
    },
    /// Ask for a new password: the answer was right, or a supervisor says so, and there is
    /// no link. By a supervisor's word only the cashier may see the keypad now.
    ChooseNow {
        /// Who may choose.
        operator: u8,
        /// Until when, by the device's clock.
        until_ms: i64,
        /// The least number of digits that it has to have.
        digits_min: u8,
    },
    /// The new password works here from now on, and no older one does. It is registered
    /// when its operator signs on with it while there is a link.
    InForceOffline {
        /// Whose.
        operator: u8,
    },
    /// The bank does not accept the password that was set without a link: it works no more.
    /// Say so, and that the bank is to be called.
    OfflinePasswordRefused {
        /// Whose.
        operator: u8,
        /// The stable name of the refusal.
        code: String,
    },
    /// A supervisor added a cashier, who has no password yet.
    Added {
        /// Whom.
        operator: u8,
    },
    /// A supervisor removed a cashier.
    Removed {
        /// Whom.
        operator: u8,
    },
    /// The bank knows of something that was done here.
    DeedTaken {
        /// What.
        deed: Deed,
        /// About whom.
        operator: u8,
    },
    /// The bank does not take what was done here, and it does not hold any more: say so.
    DeedRefused {
        /// What.
        deed: Deed,
        /// About whom.
        operator: u8,
        /// The stable name of the refusal.
        code: String,
    },
    /// The code was right, or the bank agrees with a supervisor: ask for a new password.
    CodeAccepted {
        /// Who may choose.
        operator: u8,
        /// The case.
        case_id: String,
        /// Until when.
        until_ms: i64,
        /// The least number of digits that it has to have.
        digits_min: u8,
    },
    /// The chosen password breaks rules: say which, and ask again.
    PasswordRefused {
        /// Whose.
        operator: u8,
        /// What it breaks.
        broken: Vec<Rule>,
    },
    /// The new password is on its way and safe against a power cut; the old one, if
    /// any, still holds.
    PasswordSent {
        /// Whose.
        operator: u8,
        /// The case.
        case_id: String,
    },
    /// The new password works from now on, and no older one does.
    Effective {
        /// Whose.
        operator: u8,
        /// The case.
        case_id: String,
        /// Which of the operator's passwords it is.
        credential_version: u32,
    },
    /// The operator's password no longer works.
    CredentialRevoked {
        /// Whose.
        operator: u8,
    },
    /// The server said no.
    Refused {
        /// To what.
        activity: Activity,
        /// For whom, if it is about an operator.
        operator: Option<u8>,
        /// The stable name of the refusal.
        code: String,
        /// When to try again.
        retry_at_ms: Option<i64>,
    },
}

/// For what the server wants to know that the terminal is in hand.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "kotlin", derive(uniffi::Record))]
pub struct AskedFor {
    /// The case.
    pub case_id: String,
    /// Whose password is to be replaced.
    pub operator: u8,
    /// Until when it is wanted.
    pub expires_at_ms: i64,
}

impl From<sdk::AskedFor> for AskedFor {
    fn from(asked: sdk::AskedFor) -> Self {
        Self {
            case_id: asked.case.to_string(),
            operator: asked.operator.number(),
            expires_at_ms: asked.expires_at.as_millisecond(),
        }
    }
}

impl From<sdk::Notice> for Notice {
    fn from(notice: sdk::Notice) -> Self {
        use sdk::Notice as Sdk;
        match notice {
            Sdk::Enrolled(enrolled) => Self::Enrolled {
                names: (&enrolled).into(),
            },
            Sdk::EnrolmentRefused { code, retry_at } => Self::EnrolmentRefused {
                code: code.to_string(),
                retry_at_ms: retry_at.map(Timestamp::as_millisecond),
            },
            Sdk::Welcomed => Self::Welcomed,
            Sdk::SignedOn { operator, session } => Self::SignedOn {
                operator: operator.number(),
                session: session.to_string(),
            },
            Sdk::WrongPassword { operator } => Self::WrongPassword {
                operator: operator.number(),
            },
            Sdk::TooManyTries { operator, until } => Self::TooManyTries {
                operator: operator.number(),
                until_ms: until.map(Timestamp::as_millisecond),
            },
            Sdk::OfflineChallenge {
                operator,
                challenge,
                until,
                tries_left,
            } => Self::OfflineChallenge {
                operator: operator.number(),
                challenge: Shown::new(challenge.expose()),
                until_ms: until.as_millisecond(),
                tries_left,
            },
            Sdk::WrongAnswer {
                operator,
                tries_left,
            } => Self::WrongAnswer {
                operator: operator.number(),
                tries_left,
            },
            Sdk::ChooseNow {
                operator,
                until,
                rules,
            } => Self::ChooseNow {
                operator: operator.number(),
                until_ms: until.as_millisecond(),
                digits_min: rules.length_min(operator.rank()),
            },
            Sdk::InForceOffline { operator } => Self::InForceOffline {
                operator: operator.number(),
            },
            Sdk::OfflinePasswordRefused { operator, code } => Self::OfflinePasswordRefused {
                operator: operator.number(),
                code: code.to_string(),
            },
            Sdk::Added { operator } => Self::Added {
                operator: operator.number(),
            },
            Sdk::Removed { operator } => Self::Removed {
                operator: operator.number(),
            },
            Sdk::DeedTaken(deed) => Self::DeedTaken {
                operator: deed.operator.number(),
                deed: (&deed).into(),
            },
            Sdk::DeedRefused { deed, code } => Self::DeedRefused {
                operator: deed.operator.number(),
                deed: (&deed).into(),
                code: code.to_string(),
            },
            Sdk::SignOnInterrupted { operator } => Self::SignOnInterrupted {
                operator: operator.number(),
            },
            Sdk::SessionEnded { operator, session } => Self::SessionEnded {
                operator: operator.number(),
                session: session.to_string(),
            },
            Sdk::Recorded(entry) => Self::Recorded {
                entry: (&entry).into(),
            },
            Sdk::BackingUp { part, parts } => Self::BackingUp { part, parts },
            Sdk::BackedUp => Self::BackedUp,
            Sdk::Restoring { part, parts } => Self::Restoring { part, parts },
            Sdk::Restored(Ok(head)) => Self::Restored {
                entries: head.entries,
            },
            Sdk::Restored(Err(why)) => Self::NotRestored { why: why.into() },
            Sdk::InHandNumber { number, asked } => Self::InHandNumber {
                number: Shown::new(number.expose()),
                asked: asked.map(Into::into),
            },
            Sdk::CredentialRevoked { operator } => Self::CredentialRevoked {
                operator: operator.number(),
            },
            Sdk::Refused {
                activity,
                operator,
                code,
                retry_at,
            } => Self::Refused {
                activity: activity.into(),
                operator: operator.map(OperatorNumber::number),
                code: code.to_string(),
                retry_at_ms: retry_at.map(Timestamp::as_millisecond),
            },
            Sdk::CodeOnScreen {
                operator,
                case,
                code,
                expires_at,
            } => Self::CodeOnScreen {
                operator: operator.number(),
                case_id: case.to_string(),
                code: Shown::new(code.expose()),
                expires_at_ms: expires_at.as_millisecond(),
            },
            Sdk::CodeIssued {
                operator,
                case,
                expires_at,
            } => Self::CodeIssued {
                operator: operator.number(),
                case_id: case.to_string(),
                expires_at_ms: expires_at.as_millisecond(),
            },
            Sdk::CodeAccepted {
                operator,
                case,
                until,
                rules,
            } => Self::CodeAccepted {
                operator: operator.number(),
                case_id: case.to_string(),
                until_ms: until.as_millisecond(),
                digits_min: rules.length_min(operator.rank()),
            },
            Sdk::PasswordRefused { operator, broken } => Self::PasswordRefused {
                operator: operator.number(),
                broken: broken.into_iter().map(Into::into).collect(),
            },
            Sdk::PasswordSent { operator, case } => Self::PasswordSent {
                operator: operator.number(),
                case_id: case.to_string(),
            },
            Sdk::Effective {
                operator,
                case,
                credential_version,
            } => Self::Effective {
                operator: operator.number(),
                case_id: case.to_string(),
                credential_version,
            },
        }
    }
}
