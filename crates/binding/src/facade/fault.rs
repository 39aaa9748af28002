//! Why a call did not do what it was to do, in numbers that C knows.

use std::fmt;

use tillkey_terminal as sdk;
use tillkey_terminal::DeviceFault;

use super::words::numbered;

/// Why a call did not do what it was to do. Nothing was done then, unless it says so.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "kotlin", derive(uniffi::Error), uniffi(flat_error))]
pub enum Fault {
    /// A pointer is null that must not be.
    Null = 1,
    /// A length or a size cannot be right.
    Size = 2,
    /// The handle was closed, or never was one.
    Closed = 3,
    /// A callback has called back; it must not.
    Reentered = 4,
    /// There is a bug inside. Close the terminal and open it again.
    Panicked = 5,
    /// No randomness is to be had.
    NoRandomness = 6,
    /// Too many frames or notices wait: take them first.
    NotTakenYet = 7,
    /// As many terminals are open as may be.
    TooManyOpen = 8,

    /// The serial number, the model or the firmware is not one.
    Profile = 20,
    /// The device is described by neither a directory nor all functions of a storage, or by
    /// both.
    Device = 21,
    /// What stretches passwords is not Argon2id with the parameters that it has to have.
    Stretching = 22,
    /// An operator's number is 0 to 99.
    Operator = 23,
    /// The password is empty, too long, or not text.
    Password = 24,
    /// Not an enrolment code, or not a reset code.
    Code = 25,
    /// An amount is 1 to 1000000000 fen.
    Amount = 26,
    /// Not a card number.
    Card = 27,
    /// A remark is a short text on one line, without card data.
    Remark = 28,

    /// The storage failed. Open the terminal again.
    Storage = 40,
    /// What was stored cannot be read back. Clear the storage and enrol with a new code.
    StorageDamaged = 41,
    /// Another program has the storage open.
    StorageInUse = 42,
    /// The storage was made on a device with another serial number.
    OtherDevice = 43,
    /// The storage took no more: the transaction was not taken, and the terminal goes on.
    NotKept = 44,

    /// There is no link to speak over.
    Offline = 60,
    /// The terminal is not enrolled.
    NotEnrolled = 61,
    /// The terminal is enrolled already.
    AlreadyEnrolled = 62,
    /// The terminal has no key for challenges, and for numbers that prove it in hand, yet:
    /// connect it once.
    NotAgreed = 63,
    /// As many are under way as may be. Wait for one to end.
    Busy = 64,
    /// This step is not due for this operator: no accepted code, or no session.
    OutOfOrder = 65,
    /// The terminal keeps no journal.
    NoJournal = 66,
    /// The journal does not take this transaction.
    NotTaken = 67,
    /// A supervisor's word counts only for a few minutes after the sign-on: sign on again.
    SignOnAgain = 68,
    /// A supervisor changes cashiers and nobody else.
    NotACashier = 69,
    /// The operator is there already.
    AlreadyThere = 70,
    /// The terminal has no such operator.
    NoSuchOperator = 71,

    /// The frame is not the server's word to this terminal. It changed nothing.
    Frame = 80,
    /// The enrolment was answered by somebody who does not know the code. It changed
    /// nothing.
    Enrolment = 81,
    /// The frame answers nothing that was asked, or is an old command. It changed nothing.
    Unasked = 82,
    /// The server answered something that does not fit.
    Unexpected = 83,
    /// A cryptographic step failed.
    Cryptography = 84,
    /// A backup cannot be made.
    Backup = 85,
}

numbered!(Fault);

/// What helps against a fault.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "kotlin", derive(uniffi::Enum))]
pub enum Advice {
    /// Drop the frame, count it, carry on. Many in a row: reconnect.
    Ignore = 1,
    /// Close the link and connect again.
    Reconnect = 2,
    /// Close the terminal and open it again.
    Reopen = 3,
    /// The state is lost: clear the storage and enrol with a new code.
    EnrolAgain = 4,
    /// What was asked for is not possible, or not now: correct it.
    Correct = 5,
}

numbered!(Advice);

/// Every fault. Not public: the header has them one by one.
const ALL: [Fault; 40] = [
    Fault::Null,
    Fault::Size,
    Fault::Closed,
    Fault::Reentered,
    Fault::Panicked,
    Fault::NoRandomness,
    Fault::NotTakenYet,
    Fault::TooManyOpen,
    Fault::Profile,
    Fault::Device,
    Fault::Stretching,
    Fault::Operator,
    Fault::Password,
    Fault::Code,
    Fault::Amount,
    Fault::Card,
    Fault::Remark,
    Fault::Storage,
    Fault::StorageDamaged,
    Fault::StorageInUse,
    Fault::OtherDevice,
    Fault::NotKept,
    Fault::Offline,
    Fault::NotEnrolled,
    Fault::AlreadyEnrolled,
    Fault::NotAgreed,
    Fault::Busy,
    Fault::OutOfOrder,
    Fault::NoJournal,
    Fault::NotTaken,
    Fault::SignOnAgain,
    Fault::NotACashier,
    Fault::AlreadyThere,
    Fault::NoSuchOperator,
    Fault::Frame,
    Fault::Enrolment,
    Fault::Unasked,
    Fault::Unexpected,
    Fault::Cryptography,
    Fault::Backup,
];

impl Fault {
    /// The fault with a number.
    pub fn numbered(number: i32) -> Option<Self> {
        ALL.into_iter().find(|fault| fault.number() == number)
    }

    /// What helps.
    pub const fn advice(self) -> Advice {
        match self {
            Self::Frame | Self::Enrolment | Self::Unasked => Advice::Ignore,
            Self::Offline | Self::Unexpected | Self::Cryptography | Self::Backup => {
                Advice::Reconnect
            }
            Self::Storage | Self::Panicked => Advice::Reopen,
            Self::StorageDamaged | Self::OtherDevice => Advice::EnrolAgain,
            Self::Null
            | Self::Size
            | Self::Closed
            | Self::Reentered
            | Self::NoRandomness
            | Self::NotTakenYet
            | Self::TooManyOpen
            | Self::Profile
            | Self::Device
            | Self::Stretching
            | Self::Operator
            | Self::Password
            | Self::Code
            | Self::Amount
            | Self::Card
            | Self::Remark
            | Self::StorageInUse
            | Self::NotKept
            | Self::NotEnrolled
            | Self::AlreadyEnrolled
            | Self::NotAgreed
            | Self::Busy
            | Self::OutOfOrder
            | Self::NoJournal
            | Self::NotTaken
            | Self::SignOnAgain
            | Self::NotACashier
            | Self::AlreadyThere
            | Self::NoSuchOperator => Advice::Correct,
        }
    }

    /// What it is, for an engineer. It ends with a NUL, so that C can read it in place.
    pub const fn text(self) -> &'static std::ffi::CStr {
        match self {
            Self::Null => c"a pointer is null that must not be",
            Self::Size => c"a length or a size cannot be right",
            Self::Closed => c"the handle was closed, or never was one",
            Self::Reentered => c"a callback must not call back",
            Self::Panicked => c"there is a bug inside; close the terminal and open it again",
            Self::NoRandomness => c"no randomness is to be had",
            Self::NotTakenYet => c"too many frames or notices wait; take them first",
            Self::TooManyOpen => c"too many terminals are open",
            Self::Profile => c"the serial number, the model or the firmware is not one",
            Self::Device => c"a device has either a directory or all functions of a storage",
            Self::Stretching => c"what stretches passwords is not the Argon2id that is asked for",
            Self::Operator => c"an operator's number is 0 to 99",
            Self::Password => c"the password is empty, too long, or not text",
            Self::Code => c"not a code of this kind",
            Self::Amount => c"an amount is 1 to 1000000000 fen",
            Self::Card => c"not a card number",
            Self::Remark => c"a remark is a short text on one line, without card data",
            Self::Storage => c"the storage failed; open the terminal again",
            Self::StorageDamaged => {
                c"what was stored cannot be read back; clear the storage and enrol again"
            }
            Self::StorageInUse => c"the storage is in use by another program",
            Self::OtherDevice => c"the state was made on another device; enrol this one",
            Self::NotKept => {
                c"the storage took no more and the transaction was not taken; free some storage"
            }
            Self::Offline => c"the terminal is not connected",
            Self::NotEnrolled => c"the terminal is not enrolled; enrol it first",
            Self::AlreadyEnrolled => c"the terminal is enrolled already",
            Self::NotAgreed => c"the terminal has no key for that yet; connect it once",
            Self::Busy => c"too many are under way; wait for one to end",
            Self::OutOfOrder => c"this step is not due for this operator",
            Self::NoJournal => c"the terminal keeps no journal",
            Self::NotTaken => c"the journal does not take this transaction",
            Self::SignOnAgain => c"the supervisor has to sign on again",
            Self::NotACashier => c"a supervisor changes cashiers and nobody else",
            Self::AlreadyThere => c"the operator is there already",
            Self::NoSuchOperator => c"the terminal has no such operator",
            Self::Frame => c"a frame cannot be believed",
            Self::Enrolment => c"the enrolment was not answered by a server that knows the code",
            Self::Unasked => c"a frame answers nothing that was asked, or is an old command",
            Self::Unexpected => c"a reply does not fit its question",
            Self::Cryptography => c"a cryptographic step failed",
            Self::Backup => c"a backup cannot be made",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text().to_string_lossy())
    }
}

impl std::error::Error for Fault {}

impl From<sdk::Fault> for Fault {
    fn from(fault: sdk::Fault) -> Self {
        use sdk::Fault as Sdk;
        match fault {
            Sdk::Device(fault) => fault.into(),
            Sdk::Unreadable { .. } | Sdk::Journal(_) => Self::StorageDamaged,
            Sdk::OtherDevice => Self::OtherDevice,
            Sdk::Broken => Self::Storage,
            Sdk::NotKept { .. } => Self::NotKept,
            Sdk::NotTaken(_) => Self::NotTaken,
            Sdk::NoJournal => Self::NoJournal,
            Sdk::Offline => Self::Offline,
            Sdk::NotEnrolled => Self::NotEnrolled,
            Sdk::AlreadyEnrolled => Self::AlreadyEnrolled,
            Sdk::NotAgreed => Self::NotAgreed,
            Sdk::Busy { .. } => Self::Busy,
            Sdk::OutOfOrder { .. } => Self::OutOfOrder,
            Sdk::SignOnAgain { .. } => Self::SignOnAgain,
            Sdk::NotACashier { .. } => Self::NotACashier,
            Sdk::AlreadyThere { .. } => Self::AlreadyThere,
            Sdk::NoSuchOperator { .. } => Self::NoSuchOperator,
            Sdk::Frame(_) => Self::Frame,
            Sdk::Enrolment(_) => Self::Enrolment,
            Sdk::Unasked | Sdk::StaleCommand { .. } => Self::Unasked,
            Sdk::Unexpected => Self::Unexpected,
            Sdk::WeakKey(_) | Sdk::Opaque(_) => Self::Cryptography,
            Sdk::Backup(_) => Self::Backup,
        }
    }
}

impl From<DeviceFault> for Fault {
    fn from(fault: DeviceFault) -> Self {
        match fault {
            DeviceFault::Damaged { .. } | DeviceFault::LogDamaged { .. } => Self::StorageDamaged,
            DeviceFault::InUse => Self::StorageInUse,
            DeviceFault::Io { .. }
            | DeviceFault::Log { .. }
            | DeviceFault::LogFull { .. }
            | DeviceFault::Unusable { .. } => Self::Storage,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_number_is_one_faults_and_none_is_that_of_success() {
        let numbers: BTreeSet<i32> = ALL.map(Fault::number).into();
        assert_eq!(numbers.len(), ALL.len());
        assert!(!numbers.contains(&0));
        for fault in ALL {
            assert_eq!(Fault::numbered(fault.number()), Some(fault));
            assert!(!fault.to_string().is_empty());
        }
        assert_eq!(Fault::numbered(0), None);
    }

    #[test]
    fn the_advice_is_the_sdks() {
        use sdk::Fault as Sdk;
        for fault in [
            || Sdk::OtherDevice,
            || Sdk::Broken,
            || Sdk::NoJournal,
            || Sdk::Offline,
            || Sdk::NotEnrolled,
            || Sdk::AlreadyEnrolled,
            || Sdk::NotAgreed,
            || Sdk::Busy { what: "sales" },
            || Sdk::Unasked,
            || Sdk::Unexpected,
        ] {
            let theirs = format!("{:?}", fault().advice());
            let ours = format!("{:?}", Fault::from(fault()).advice());
            assert_eq!(ours, theirs, "{}", fault());
        }
    }
}
