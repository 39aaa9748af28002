//! The seam to the terminal's hardware: where state and the journal are kept, and what
//! time it is.

use std::fmt;
use std::io;

use jiff::Timestamp;
use tillkey_wire::health::Health;

/// One thing that is kept. Each slot is written whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// The device's keys and what it is enrolled as. Secret.
    Identity,
    /// How far message counters are reserved.
    Counter,
    /// Operators, pending registrations, settled commands.
    Book,
    /// How far the numbers that prove the terminal in hand have come.
    InHand,
}

impl Slot {
    /// Every slot.
    pub const ALL: [Self; 4] = [Self::Identity, Self::Counter, Self::Book, Self::InHand];

    /// The slot's stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Counter => "counter",
            Self::Book => "book",
            Self::InHand => "in_hand",
        }
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a terminal vendor provides.
///
/// State is in slots and in one log. A slot is small and written whole; the log takes one
/// record at a time, because a journal grows with every sale.
///
/// A `save` is atomic and durable: when it returns, a power cut changes nothing any
/// more; when it fails or never returns, a later `load` gives the old bytes or the new
/// ones, never a mixture and never nothing. Where storage may lose the newest write
/// after it returned (a worn flash), `load` may fall back to the one before it, and to
/// no older one.
pub trait Device {
    /// Reads a slot; `None` if it was never written.
    ///
    /// # Errors
    /// [`DeviceFault`] if there is something that cannot be read back.
    fn load(&self, slot: Slot) -> Result<Option<Vec<u8>>, DeviceFault>;

    /// Replaces a slot.
    ///
    /// # Errors
    /// [`DeviceFault`]; the slot then holds the old bytes or the new ones.
    fn save(&mut self, slot: Slot, bytes: &[u8]) -> Result<(), DeviceFault>;

    /// Reads the log: every record, oldest first; none if nothing was ever written.
    ///
    /// # Errors
    /// [`DeviceFault`] if what was written cannot be read back whole. It is never
    /// silently shortened.
    fn read_log(&self) -> Result<Vec<Vec<u8>>, DeviceFault>;

    /// Puts one record at the end of the log, durably.
    ///
    /// # Errors
    /// [`DeviceFault`]. If it fails or never returns, a later [`Self::read_log`] gives
    /// the records as they were, or with this one at the end.
    fn append(&mut self, record: &[u8]) -> Result<(), DeviceFault>;

    /// Replaces the whole log at once.
    ///
    /// # Errors
    /// [`DeviceFault`]; the log then holds the old records or the new ones, and never a
    /// mixture.
    fn replace_log(&mut self, records: &[Vec<u8>]) -> Result<(), DeviceFault>;

    /// The device's clock. It may be years off; nothing but the expiry of commands
    /// depends on it, and that is corrected by the server's clock.
    fn now(&self) -> Timestamp;

    /// How the device is, as far as its vendor knows. It is asked often: look at what is
    /// known already, and wait for nothing.
    fn health(&self) -> Health {
        Health::default()
    }
}

/// Why something was not kept or read back.
#[derive(Debug, thiserror::Error)]
pub enum DeviceFault {
    /// The storage failed.
    #[error("the slot {slot} cannot be read or written")]
    Io {
        /// Which slot.
        slot: Slot,
        /// What the storage said.
        source: io::Error,
    },
    /// Something is there, and none of it is what was written.
    #[error("the slot {slot} is damaged beyond its spare copy")]
    Damaged {
        /// Which slot.
        slot: Slot,
    },
    /// The log could not be read or written, perhaps because the storage is full.
    #[error("the log cannot be read or written")]
    Log {
        /// What the storage said.
        source: io::Error,
    },
    /// A record of the log that was once whole is not any more.
    #[error("the log is damaged after {records} records")]
    LogDamaged {
        /// How many records before it are whole.
        records: usize,
    },
    /// The record, or the log with it, would be larger than is ever read back.
    #[error("the log takes no record of {bytes} bytes")]
    LogFull {
        /// How many bytes the record has.
        bytes: usize,
    },
    /// The place of storage cannot be used at all.
    #[error("the storage cannot be opened")]
    Unusable {
        /// What the storage said.
        source: io::Error,
    },
    /// Another program has the storage open: two terminals on one state would speak
    /// with the same counters.
    #[error("the storage is in use by another program")]
    InUse,
}
