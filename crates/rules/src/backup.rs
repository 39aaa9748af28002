//! A terminal's backup as the rules see it: what was taken, why one was not, and where
//! a journal stood before and after.
//!
//! Digests are text here, as they stand in the ledger; the bytes are nobody's business
//! in this room.

use serde::{Deserialize, Serialize};
use tillkey_wire::ids::{CaseId, CommandId, SnapshotId, TerminalId};

/// A backup that the server holds, and has opened and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// The case that it was made for.
    pub case: CaseId,
    /// The terminal that made it.
    pub terminal: TerminalId,
    /// Which one.
    pub snapshot: SnapshotId,
    /// SHA-256 of the sealed file, in hexadecimal.
    pub digest: String,
    /// How many records are in it.
    pub records: u32,
    /// Where the journal stood.
    pub journal: JournalMark,
    /// How many transactions of the open batch are not settled.
    pub unsettled: u32,
}

/// Where a journal stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalMark {
    /// How many entries it has had.
    pub entries: u64,
    /// The digest of the last one, in hexadecimal.
    pub digest: String,
}

/// What a terminal says of its journal after a reset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalWord {
    /// Which terminal.
    pub terminal: TerminalId,
    /// The digest at the entry where the backup ended; none if there is no such entry.
    pub then: Option<String>,
    /// Where the journal stands now.
    pub now: JournalMark,
}

impl JournalWord {
    /// Whether nothing of what was backed up was lost or altered. Entries may have come
    /// to it: a till goes on selling.
    pub fn keeps(&self, before: &JournalMark) -> bool {
        self.then.as_ref() == Some(&before.digest) && self.now.entries >= before.entries
    }
}

/// Why a backup was not made, or not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BackupFault {
    /// The terminal said that it cannot.
    NotDone,
    /// Cut short, altered, or not readable.
    Damaged,
    /// Another terminal's, merchant's or acquirer's.
    Foreign,
    /// Larger than any backup may be.
    TooLarge,
}

impl BackupFault {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotDone => "not_done",
            Self::Damaged => "damaged",
            Self::Foreign => "foreign",
            Self::TooLarge => "too_large",
        }
    }
}

/// How far a case's backup has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Progress {
    /// How often the terminal was asked for one.
    pub asked: u32,
    /// The command that asked last.
    pub command: Option<CommandId>,
    /// How often none came of it.
    pub failed: u32,
    /// Why none came of the last one.
    pub fault: Option<BackupFault>,
}
