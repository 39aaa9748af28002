//! What can go wrong on a terminal, and what to do about it.

use tillkey_wire::cbor::CborError;
use tillkey_wire::enrolment::EnrolmentError;
use tillkey_wire::envelope::EnvelopeError;
use tillkey_wire::ids::OperatorNumber;
use tillkey_wire::journal::JournalFault;
use tillkey_wire::message::MessageError;
use tillkey_wire::opaque::OpaqueError;
use tillkey_wire::snapshot::SnapshotFault;

use crate::device::{DeviceFault, Slot};

/// Why a call did not do what it was to do. [`Fault::advice`] says what helps.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The device could not keep or read back its state.
    #[error("the device's storage failed; open the terminal again")]
    Device(#[from] DeviceFault),
    /// A slot holds something that this version did not write.
    #[error("the slot {slot} is not readable by this version")]
    Unreadable {
        /// Which slot.
        slot: Slot,
        /// What is wrong with it.
        source: CborError,
    },
    /// The log holds something that is not a journal of this version.
    #[error("the journal cannot be read back")]
    Journal(#[from] crate::journal::JournalUnreadable),
    /// The state belongs to a device with another serial number.
    #[error("the state was made on another device; enrol this one")]
    OtherDevice,
    /// An earlier save failed, so memory and storage may differ.
    #[error("an earlier save failed; open the terminal again")]
    Broken,
    /// The storage took no more. Nothing was recorded, and the terminal goes on.
    #[error("the transaction could not be kept and was not taken; free some storage")]
    NotKept {
        /// What the storage said.
        source: DeviceFault,
    },
    /// The journal does not take the transaction.
    #[error("the transaction was not taken")]
    NotTaken(#[from] JournalFault),
    /// The terminal keeps no journal.
    #[error("the terminal keeps no journal")]
    NoJournal,
    /// There is no link to speak over.
    #[error("the terminal is not connected")]
    Offline,
    /// The terminal is not enrolled.
    #[error("the terminal is not enrolled; enrol it first")]
    NotEnrolled,
    /// The terminal is enrolled already.
    #[error("the terminal is enrolled already")]
    AlreadyEnrolled,
    /// The terminal has not yet agreed with the server on a key for numbers that prove
    /// it in hand, and for challenges.
    #[error("the terminal has no key for that yet; connect it once")]
    NotAgreed,
    /// The server's key for such numbers is one with which nothing can be agreed on.
    #[error("the server's agreement key cannot be used")]
    WeakKey(#[from] tillkey_wire::agreement::WeakKey),
    /// As many are under way as may be.
    #[error("too many {what} are under way; wait for one to end")]
    Busy {
        /// Of what.
        what: &'static str,
    },
    /// The operator has no accepted reset code, or no session.
    #[error("this step is not due for operator {operator}")]
    OutOfOrder {
        /// Which operator.
        operator: OperatorNumber,
    },
    /// A supervisor's word counts only for a few minutes after the sign-on.
    #[error("operator {operator} has to sign on again as a supervisor")]
    SignOnAgain {
        /// Which operator.
        operator: OperatorNumber,
    },
    /// A supervisor changes cashiers and nobody else.
    #[error("operator {operator} is no cashier")]
    NotACashier {
        /// Which operator.
        operator: OperatorNumber,
    },
    /// The operator is there already.
    #[error("operator {operator} is there already")]
    AlreadyThere {
        /// Which operator.
        operator: OperatorNumber,
    },
    /// The terminal has no such operator.
    #[error("there is no operator {operator}")]
    NoSuchOperator {
        /// Which operator.
        operator: OperatorNumber,
    },
    /// A frame that is not the server's word to this terminal.
    #[error("a frame cannot be believed")]
    Frame(#[from] MessageError),
    /// An answer to an enrolment that cannot be believed.
    #[error("the enrolment was not answered by a server that knows the code")]
    Enrolment(#[from] EnrolmentError),
    /// A reply to nothing that waits for one: late, doubled or played back.
    #[error("a reply answers nothing that was asked")]
    Unasked,
    /// A reply of another kind than the question takes.
    #[error("a reply does not fit its question")]
    Unexpected,
    /// A command from before the last one that was settled: played back.
    #[error("command {sequence} is older than the last settled one, {last}")]
    StaleCommand {
        /// Its sequence.
        sequence: u64,
        /// The sequence of the last settled command.
        last: u64,
    },
    /// A backup cannot be made.
    #[error("a backup cannot be made")]
    Backup(#[source] Box<SnapshotFault>),
    /// The cryptographic library refused a message.
    #[error("a cryptographic step failed")]
    Opaque(#[from] OpaqueError),
}

/// What helps against a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advice {
    /// Drop the frame, count it, carry on. Many in a row: reconnect.
    Ignore,
    /// Close the link and connect again.
    Reconnect,
    /// Throw the `Terminal` away and open it again on the same device.
    Reopen,
    /// The state is lost: clear the storage and enrol with a new code.
    EnrolAgain,
    /// The caller asked for something that is not possible now.
    Correct,
}

impl Fault {
    /// What to do.
    pub const fn advice(&self) -> Advice {
        match self {
            Self::Frame(_) | Self::Unasked | Self::StaleCommand { .. } | Self::Enrolment(_) => {
                Advice::Ignore
            }
            Self::Offline
            | Self::Unexpected
            | Self::Opaque(_)
            | Self::Backup(_)
            | Self::WeakKey(_) => Advice::Reconnect,
            Self::Device(DeviceFault::Damaged { .. } | DeviceFault::LogDamaged { .. })
            | Self::Journal(_)
            | Self::Unreadable { .. }
            | Self::OtherDevice => Advice::EnrolAgain,
            Self::Device(_) | Self::Broken => Advice::Reopen,
            Self::NotKept { .. }
            | Self::NotTaken(_)
            | Self::NoJournal
            | Self::NotEnrolled
            | Self::NotAgreed
            | Self::AlreadyEnrolled
            | Self::Busy { .. }
            | Self::OutOfOrder { .. }
            | Self::SignOnAgain { .. }
            | Self::NotACashier { .. }
            | Self::AlreadyThere { .. }
            | Self::NoSuchOperator { .. } => Advice::Correct,
        }
    }
}

impl From<EnvelopeError> for Fault {
    fn from(fault: EnvelopeError) -> Self {
        Self::Frame(fault.into())
    }
}
