//! Words that stand for one thing each, with the numbers that C knows them by. A number
//! that was given out is never given to anything else; 0 is none of them.

use tillkey_terminal as sdk;
use tillkey_terminal::wire::message::{self, DeedKind, NotRestored};
use tillkey_terminal::wire::password;

/// The number of each word, and the words that the SDK has for the same.
macro_rules! numbered {
    ($name:ident $(from $sdk:ty { $($word:ident),* $(,)? })?) => {
        impl $name {
            /// The number that C knows it by.
            #[expect(clippy::as_conversions, reason = "a word's number is its discriminant")]
            pub const fn number(self) -> i32 {
                self as i32
            }
        }

        $(impl From<$sdk> for $name {
            fn from(word: $sdk) -> Self {
                match word {
                    $(<$sdk>::$word => Self::$word,)*
                }
            }
        })?
    };
}

pub(crate) use numbered;

/// What the server can refuse.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "kotlin", derive(uniffi::Enum))]
pub enum Activity {
    /// The terminal itself: it is not served.
    Connect = 1,
    /// A sign-on.
    SignOn = 2,
    /// A sign-off; it holds on the terminal all the same.
    SignOff = 3,
    /// A first password.
    FirstPassword = 4,
    /// A reset code.
    Redeem = 5,
    /// A new password. The old one, if any, still holds.
    NewPassword = 6,
    /// The agreement on numbers that prove the terminal in hand.
    InHand = 7,
    /// What the terminal said of its condition.
    Health = 8,
    /// A backup. Resend when the time to try again has come.
    Backup = 9,
    /// A backup that is to be put back. As a backup.
    Restore = 10,
    /// Where the journal stands.
    Journal = 11,
    /// The acknowledgement of a command.
    Acknowledge = 12,
    /// That a cashier chooses whom a supervisor sent. `not_prepared` means not yet: the
    /// terminal is backed up first, and asks again by itself.
    Choose = 13,
    /// A session that began without a link, or the wrong passwords that were typed then.
    OfflineSignOn = 14,
    /// Something that was done at the terminal. Resend when the time to try again has come.
    Deed = 15,
}

numbered!(Activity from sdk::Activity {
    Connect, SignOn, SignOff, FirstPassword, Redeem, NewPassword, InHand, Health, Backup,
    Restore, Journal, Acknowledge, Choose, OfflineSignOn, Deed,
});

/// What was done at the terminal, on its own screen.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "kotlin", derive(uniffi::Enum))]
pub enum Deed {
    /// A supervisor added a cashier.
    Add = 1,
    /// A supervisor removed a cashier.
    Remove = 2,
    /// A supervisor wants a cashier to choose a new password.
    Reset = 3,
    /// A supervisor had a cashier choose one without a link.
    ResetOffline = 4,
    /// The answer to a challenge was right, and a new password was chosen.
    Answered = 5,
}

numbered!(Deed);

impl From<&message::Deed> for Deed {
    fn from(deed: &message::Deed) -> Self {
        match deed.kind {
            DeedKind::Add { .. } => Self::Add,
            DeedKind::Remove { .. } => Self::Remove,
            DeedKind::Reset { .. } => Self::Reset,
            DeedKind::ResetOffline { .. } => Self::ResetOffline,
            DeedKind::Answered { .. } => Self::Answered,
        }
    }
}

/// One thing that a new password is checked for.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "kotlin", derive(uniffi::Enum))]
pub enum Rule {
    /// Only the digits 0 to 9.
    Digits = 1,
    /// Neither too short nor too long.
    Length = 2,
    /// Not a run up or down.
    Sequence = 3,
    /// Not one short group over and over.
    Repeat = 4,
    /// Not a published default, nor a date as defaults are printed.
    PublishedDefault = 5,
    /// Not part of the serial number printed on the device.
    SerialNumber = 6,
    /// Not part of the terminal number printed on every receipt.
    TerminalNumber = 7,
    /// Not one of this operator's last four.
    LastFour = 8,
}

numbered!(Rule from password::Rule {
    Digits, Length, Sequence, Repeat, PublishedDefault, SerialNumber, TerminalNumber, LastFour,
});

/// Why a backup was not put back.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "kotlin", derive(uniffi::Enum))]
pub enum WhyNotRestored {
    /// The file is not the one that was announced: cut short, or altered.
    Damaged = 1,
    /// It cannot be opened with this terminal's key.
    Unreadable = 2,
    /// What is in it is another terminal's, or another merchant's or acquirer's.
    Foreign = 3,
    /// Its records do not come to what was announced.
    Records = 4,
    /// The terminal has taken transactions of its own since.
    NotEmpty = 5,
    /// It could not be written.
    Storage = 6,
}

numbered!(WhyNotRestored from NotRestored {
    Damaged, Unreadable, Foreign, Records, NotEmpty, Storage,
});

/// How far a new password has come.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "kotlin", derive(uniffi::Enum))]
pub enum Progress {
    /// None is under way.
    Idle = 1,
    /// The server has been asked about a code.
    Asking = 2,
    /// The code was right; a password may be chosen.
    Choosing = 3,
    /// It was chosen and is being prepared with the server.
    Registering = 4,
    /// It is on its way, and will be sent until the server answers.
    Sent = 5,
}

numbered!(Progress from sdk::Progress { Idle, Asking, Choosing, Registering, Sent });

/// How far a terminal has come.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "kotlin", derive(uniffi::Enum))]
pub enum Stage {
    /// It wants an enrolment code.
    Blank = 1,
    /// It has asked to be enrolled and waits for the answer.
    Enrolling = 2,
    /// It is enrolled.
    Enrolled = 3,
}

numbered!(Stage);

impl From<sdk::Standing<'_>> for Stage {
    fn from(standing: sdk::Standing<'_>) -> Self {
        match standing {
            sdk::Standing::Blank => Self::Blank,
            sdk::Standing::Enrolling => Self::Enrolling,
            sdk::Standing::Enrolled(_) => Self::Enrolled,
        }
    }
}

/// One thing that is kept. Each slot is written whole.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "kotlin", derive(uniffi::Enum))]
pub enum Slot {
    /// The device's keys and what it is enrolled as. Secret.
    Identity = 1,
    /// How far message counters are reserved.
    Counter = 2,
    /// Operators, pending registrations, settled commands.
    Book = 3,
    /// How far the numbers that prove the terminal in hand have come.
    InHand = 4,
}

numbered!(Slot from sdk::Slot { Identity, Counter, Book, InHand });
