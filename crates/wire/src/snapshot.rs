//! A terminal's backup: what is in it, how it is sealed, and how it is checked.
//!
//! In clear it is a sequence of CBOR values (RFC 8742): a [`Header`], then the journal's
//! entries, oldest first. It is sealed as an age file (`age-encryption.org/v1`) to two
//! X25519 keys, the acquirer's and the terminal's own, so that age's own command line
//! opens an exported one. The terminal signs a [`Manifest`] over the sealed bytes with
//! its device key; whoever holds the file later can still tell whose it is.
//!
//! The random numbers of the sealing are age's own, from the operating system: its
//! format leaves no place to pass them in.

mod contents;
mod manifest;
mod seal;

use crate::bytes::{bounded_bytes, fixed_bytes};
use crate::cbor::CborError;
use crate::ids::{AcquirerId, MerchantNumber, SerialNumber, TerminalId, TerminalNumber};
use crate::journal::JournalFault;
use crate::limits::{MANIFEST_BYTES_MAX, SNAPSHOT_PART_BYTES_MAX};
use crate::message::MessageError;

pub use contents::{Contents, Header, VERSION};
pub use manifest::{Manifest, digest};
pub use seal::{BackupIdentity, recipient_text};

fixed_bytes!(
    /// SHA-256 over a sealed backup.
    SnapshotDigest,
    32
);

/// In hexadecimal, as it stands in cases and in the ledger.
impl std::fmt::Display for SnapshotDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(self.as_bytes()))
    }
}

bounded_bytes!(
    /// A part of a sealed backup.
    Part,
    SNAPSHOT_PART_BYTES_MAX
);
bounded_bytes!(
    /// A [`Manifest`], signed with the device key.
    SignedManifest,
    MANIFEST_BYTES_MAX
);

/// Whose a backup has to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The acquirer.
    pub acquirer: AcquirerId,
    /// The merchant.
    pub merchant: MerchantNumber,
    /// The enrolled device.
    pub terminal: TerminalId,
    /// Its number.
    pub terminal_number: TerminalNumber,
    /// As printed on it.
    pub serial_number: SerialNumber,
}

/// Why a backup is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotFault {
    /// The manifest is not signed by the terminal, or is none.
    #[error("the manifest does not hold")]
    Manifest(#[from] MessageError),
    /// Larger than any backup may be.
    #[error("the backup is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: u32,
    },
    /// Another length than the manifest says.
    #[error("the backup has {found} bytes instead of {expected}")]
    Size {
        /// How many there are.
        found: u32,
        /// How many the manifest says.
        expected: u32,
    },
    /// Another digest than the manifest says.
    #[error("the backup is not the file that was announced")]
    Digest,
    /// It was not sealed to this key, or was altered, or ends too early.
    #[error("the backup cannot be opened with this key")]
    Sealed,
    /// What is in it is no backup.
    #[error("the backup's contents cannot be read")]
    Contents(#[from] CborError),
    /// Contents of another version.
    #[error("the backup has version {found}, which is not known")]
    Version {
        /// The version it says.
        found: u8,
    },
    /// It belongs to something else.
    #[error("the backup is of another {what}")]
    Foreign {
        /// What differs.
        what: &'static str,
    },
    /// Another number of records than the manifest says.
    #[error("the backup has {found} records instead of {expected}")]
    Records {
        /// How many there are.
        found: u32,
        /// How many the manifest says.
        expected: u32,
    },
    /// Its entries do not follow from each other.
    #[error("the backup's journal does not add up")]
    Journal(#[from] JournalFault),
    /// Its entries come to something else than it says.
    #[error("the backup's totals are not those of its entries")]
    Totals,
}

#[cfg(test)]
mod tests;
