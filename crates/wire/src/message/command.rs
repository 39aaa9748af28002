//! What the server tells a terminal to do.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::enrolment::BackupKey;
use crate::ids::{CaseId, OperatorNumber, SnapshotId};
use crate::journal::Head;
use crate::snapshot::SnapshotDigest;

/// One thing a terminal is told to do. Doing it twice is doing it once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// A reset code is on its way to the registered contact: ask for it. The code
    /// itself is never in here.
    CodeIssued {
        /// The case it belongs to.
        case: CaseId,
        /// Whose password it opens.
        operator: OperatorNumber,
        /// When the code ends.
        expires_at: Timestamp,
    },
    /// Show a number that proves that the terminal is in hand: somebody says on the
    /// phone that they stand before it. Sent only to a terminal that has agreed on a
    /// key for such numbers.
    ShowNumber {
        /// The case it is wanted for.
        case: CaseId,
        /// Whose password is to be replaced.
        operator: OperatorNumber,
        /// Until when it is wanted.
        expires_at: Timestamp,
    },
    /// Say how the terminal is: somebody is about to help.
    ReportHealth,
    /// Back up before a password is replaced. Sent only to a terminal that keeps a
    /// journal.
    TakeSnapshot {
        /// The case that waits for it.
        case: CaseId,
        /// The acquirer's key: the backup is encrypted to it and to the terminal's own.
        acquirer_key: BackupKey,
    },
    /// Say where the journal stands now, and what it was at a backup: whether anything
    /// was lost meanwhile.
    ReportJournal {
        /// The case that the backup was made for.
        case: CaseId,
        /// How many entries the journal had had then.
        entries: u64,
    },
    /// Fetch a backup and put it back. The sealed file is made for this terminal, from
    /// what it, or the terminal that it replaces, once handed in.
    Restore {
        /// Which backup.
        snapshot: SnapshotId,
        /// How many bytes it has, sealed.
        bytes: u32,
        /// The digest over them.
        digest: SnapshotDigest,
        /// Where its journal stands.
        head: Head,
    },
    /// End the operator's sessions on this terminal. A sale under way is finished.
    EndSessions {
        /// Whose sessions.
        operator: OperatorNumber,
    },
    /// The operator's password no longer works; also ends the sessions.
    RevokeCredential {
        /// Whose password.
        operator: OperatorNumber,
    },
}

impl Command {
    /// Whom it is about, if it is about one operator.
    pub const fn operator(&self) -> Option<OperatorNumber> {
        match self {
            Self::CodeIssued { operator, .. }
            | Self::ShowNumber { operator, .. }
            | Self::EndSessions { operator }
            | Self::RevokeCredential { operator } => Some(*operator),
            Self::ReportHealth
            | Self::TakeSnapshot { .. }
            | Self::ReportJournal { .. }
            | Self::Restore { .. } => None,
        }
    }
}
