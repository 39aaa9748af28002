//! The seam to the terminal's hardware: where state is kept, and what time it is.

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
