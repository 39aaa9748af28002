//! The device behind a terminal: a place where it keeps what it has to, a clock, and
//! somebody who knows how it is.

use std::fmt;
use std::io::{Error, ErrorKind};
use std::path::Path;

use jiff::Timestamp;
use tillkey_terminal::wire::health;
use tillkey_terminal::{Device, DeviceFault, FileDevice, Slot};

use super::{Fault, Health};

/// A vendor's storage. The SDK's own contract holds (`tillkey_terminal::Device`): what was
/// saved is there after a power cut, and what was not is as it was before.
pub trait Storage: Send + Sync {
    /// Reads a slot; `None` if it was never written.
    ///
    /// # Errors
    /// [`StorageFault`] if there is something that cannot be read back.
    fn load(&self, slot: super::Slot) -> Result<Option<Vec<u8>>, StorageFault>;

    /// Replaces a slot, whole and durably.
    ///
    /// # Errors
    /// [`StorageFault`]; the slot then holds the old bytes or the new ones.
    fn save(&self, slot: super::Slot, bytes: &[u8]) -> Result<(), StorageFault>;

    /// Reads the log: every record, oldest first.
    ///
    /// # Errors
    /// [`StorageFault`] if what was written cannot be read back whole.
    fn read_log(&self) -> Result<Vec<Vec<u8>>, StorageFault>;

    /// Puts one record at the end of the log, durably.
    ///
    /// # Errors
    /// [`StorageFault`]; the log is then as it was, or with this record at its end.
    fn append(&self, record: &[u8]) -> Result<(), StorageFault>;

    /// Replaces the whole log at once.
    ///
    /// # Errors
    /// [`StorageFault`]; the log then holds the old records or the new ones.
    fn replace_log(&self, records: &[Vec<u8>]) -> Result<(), StorageFault>;
}

/// Why something was not kept or read back.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "kotlin", derive(uniffi::Error), uniffi(flat_error))]
pub enum StorageFault {
    /// It failed.
    Failed = 1,
    /// Something is there, and it is not what was written.
    Damaged = 2,
    /// There is no room.
    Full = 3,
}

super::words::numbered!(StorageFault);

impl fmt::Display for StorageFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Failed => "the vendor's storage failed",
            Self::Damaged => "the vendor's storage is damaged",
            Self::Full => "the vendor's storage is full",
        })
    }
}

impl std::error::Error for StorageFault {}

impl StorageFault {
    fn source(self) -> Error {
        let kind = match self {
            Self::Full => ErrorKind::StorageFull,
            Self::Damaged => ErrorKind::InvalidData,
            Self::Failed => ErrorKind::Other,
        };
        Error::new(kind, self)
    }

    fn of_slot(self, slot: Slot) -> DeviceFault {
        match self {
            Self::Damaged => DeviceFault::Damaged { slot },
            Self::Failed | Self::Full => DeviceFault::Io {
                slot,
                source: self.source(),
            },
        }
    }

    /// The vendor's log does not say how much of it is whole.
    fn of_log(self) -> DeviceFault {
        match self {
            Self::Damaged => DeviceFault::LogDamaged { records: 0 },
            Self::Failed | Self::Full => DeviceFault::Log {
                source: self.source(),
            },
        }
    }
}

/// What is around a terminal.
pub trait Surroundings: Send + Sync {
    /// The device's clock, in milliseconds since 1970. It may be years off.
    fn now_ms(&self) -> i64;

    /// How the device is. It is asked often, and waits for nothing.
    fn health(&self) -> Health;
}

/// Where state and the journal are kept.
pub enum Place {
    /// In a directory, by the SDK.
    Directory(FileDevice),
    /// In a storage of the vendor's.
    Vendor(Box<dyn Storage>),
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Directory(_) => "Directory",
            Self::Vendor(_) => "Vendor",
        })
    }
}

impl Place {
    /// A directory, made if it is not there.
    ///
    /// # Errors
    /// [`Fault::StorageInUse`], [`Fault::StorageDamaged`], [`Fault::Storage`].
    pub fn directory(path: &Path) -> Result<Self, Fault> {
        // Its clock is not asked: the surroundings have one.
        Ok(Self::Directory(FileDevice::open(path, || {
            Timestamp::UNIX_EPOCH
        })?))
    }
}

/// A place and what is around it, as the SDK wants them.
pub(super) struct Assembled {
    pub(super) place: Place,
    pub(super) surroundings: Box<dyn Surroundings>,
}

impl Device for Assembled {
    fn load(&self, slot: Slot) -> Result<Option<Vec<u8>>, DeviceFault> {
        match &self.place {
            Place::Directory(files) => files.load(slot),
            Place::Vendor(storage) => storage
                .load(slot.into())
                .map_err(|fault| fault.of_slot(slot)),
        }
    }

    fn save(&mut self, slot: Slot, bytes: &[u8]) -> Result<(), DeviceFault> {
        match &mut self.place {
            Place::Directory(files) => files.save(slot, bytes),
            Place::Vendor(storage) => storage
                .save(slot.into(), bytes)
                .map_err(|fault| fault.of_slot(slot)),
        }
    }

    fn read_log(&self) -> Result<Vec<Vec<u8>>, DeviceFault> {
        match &self.place {
            Place::Directory(files) => files.read_log(),
            Place::Vendor(storage) => storage.read_log().map_err(StorageFault::of_log),
        }
    }

    fn append(&mut self, record: &[u8]) -> Result<(), DeviceFault> {
        match &mut self.place {
            Place::Directory(files) => files.append(record),
            Place::Vendor(storage) => storage.append(record).map_err(StorageFault::of_log),
        }
    }

    fn replace_log(&mut self, records: &[Vec<u8>]) -> Result<(), DeviceFault> {
        match &mut self.place {
            Place::Directory(files) => files.replace_log(records),
            Place::Vendor(storage) => storage.replace_log(records).map_err(StorageFault::of_log),
        }
    }

    /// A clock beyond what there are times for is as wrong as any other.
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.surroundings.now_ms()).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    fn health(&self) -> health::Health {
        self.surroundings.health().into()
    }
}
