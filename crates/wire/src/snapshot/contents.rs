//! What is in a backup.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Binding, SnapshotFault};
use crate::cbor;
use crate::ids::{
    AcquirerId, MerchantNumber, SerialNumber, SnapshotId, TerminalId, TerminalNumber,
};
use crate::journal::{Entry, Head, Tally};
use crate::limits::SNAPSHOT_ENTRIES_MAX;
use crate::message::OperatorState;
use crate::password::PasswordRules;

/// The version of a backup's contents.
pub const VERSION: u8 = 1;

/// What a backup says of itself, and all of the terminal but the journal. Passwords are
/// not in here: the terminal has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// The version of the contents.
    pub v: u8,
    /// Which backup.
    pub snapshot: SnapshotId,
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
    /// When it was made, by the terminal's clock.
    pub taken_at: Timestamp,
    /// Where the journal stood before the first entry in here. Of what was let go of
    /// before, this is left.
    pub start: Head,
    /// Where it stands after the last one.
    pub head: Head,
    /// The operators, in ascending order.
    pub operators: Vec<OperatorState>,
    /// The parameters that the server gave.
    pub password_rules: PasswordRules,
}

/// A backup in clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// What it says of itself.
    pub header: Header,
    /// The journal's entries, oldest first.
    pub entries: Vec<Entry>,
}

impl Contents {
    /// How many records it has: entries and operators.
    pub fn records(&self) -> u32 {
        let records = self
            .entries
            .len()
            .saturating_add(self.header.operators.len());
        u32::try_from(records).unwrap_or(u32::MAX)
    }

    /// Writes it.
    ///
    /// # Errors
    /// [`SnapshotFault::Contents`] never, as all of it can be written.
    pub fn to_bytes(&self) -> Result<Vec<u8>, SnapshotFault> {
        let mut bytes = cbor::encode(&self.header)?;
        for entry in &self.entries {
            bytes.extend(cbor::encode(entry)?);
        }
        Ok(bytes)
    }

    /// Reads it, and adds its journal up from where it begins.
    ///
    /// # Errors
    /// [`SnapshotFault`] names the first thing that is wrong.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SnapshotFault> {
        let (first, mut rest) = cbor::split_first(bytes)?;
        let header: Header = cbor::decode(first)?;
        if header.v != VERSION {
            return Err(SnapshotFault::Version { found: header.v });
        }
        let mut tally = Tally::from(header.start.clone())?;
        let mut entries = Vec::new();
        while !rest.is_empty() {
            if entries.len() >= usize::try_from(SNAPSHOT_ENTRIES_MAX).unwrap_or(usize::MAX) {
                return Err(SnapshotFault::Totals);
            }
            let (item, after) = cbor::split_first(rest)?;
            let entry: Entry = cbor::decode(item)?;
            tally.add(&entry)?;
            entries.push(entry);
            rest = after;
        }
        if *tally.head() != header.head {
            return Err(SnapshotFault::Totals);
        }
        Ok(Self { header, entries })
    }

    /// Holds it against whose it has to be.
    ///
    /// # Errors
    /// [`SnapshotFault::Foreign`] names what differs.
    pub fn belongs_to(&self, binding: &Binding) -> Result<(), SnapshotFault> {
        let header = &self.header;
        let foreign = if header.acquirer != binding.acquirer {
            "acquirer"
        } else if header.merchant != binding.merchant {
            "merchant"
        } else if header.terminal != binding.terminal {
            "terminal"
        } else if header.terminal_number != binding.terminal_number {
            "terminal number"
        } else if header.serial_number != binding.serial_number {
            "device"
        } else {
            return Ok(());
        };
        Err(SnapshotFault::Foreign { what: foreign })
    }
}
