//! What a terminal says.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::deed::{Deed, OfflineSignOn};
use crate::code::ResetCode;
use crate::health::HealthReport;
use crate::ids::{
    CaseId, CommandId, DeviceModel, FirmwareVersion, OperatorNumber, SessionId, SnapshotId,
};
use crate::journal::{Head, JournalDigest};
use crate::opaque::{Ke1, Ke3, RegistrationRequest, RegistrationUpload};
use crate::password::Vouched;
use crate::snapshot::{Part, SignedManifest};

/// One thing a terminal says. Each is answered by exactly one reply.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Report {
    /// The first message of every connection; answered by `Welcome`.
    Hello {
        /// The model, as the vendor names it.
        model: DeviceModel,
        /// The firmware version.
        firmware: FirmwareVersion,
        /// What it can do.
        capabilities: Capabilities,
        /// The sequence of the last command it settled; 0 if none.
        last_command: u64,
        /// Its own clock, which may be years off.
        clock: Timestamp,
    },
    /// An operator typed a password; answered by `SignOnChallenge`.
    SignOnStart {
        /// Who signs on.
        operator: OperatorNumber,
        /// The first message of OPAQUE.
        ke1: Ke1,
    },
    /// The password was right; answered by `SignedOn`.
    SignOnFinish {
        /// The third message of OPAQUE.
        ke3: Ke3,
    },
    /// An operator left; answered by `SignedOff`.
    SignOff {
        /// The session that ends.
        session: SessionId,
    },
    /// An operator without a password wants one; answered by `CodeOnScreen`.
    FirstPassword {
        /// Who it is.
        operator: OperatorNumber,
    },
    /// An operator typed a reset code; answered by `CodeAccepted`.
    Redeem {
        /// Whose code it is said to be.
        operator: OperatorNumber,
        /// The code.
        #[serde(serialize_with = "super::expose")]
        code: ResetCode,
    },
    /// A new password was chosen and passed the rules; answered by `Registration`.
    Register {
        /// The case whose code was accepted.
        case: CaseId,
        /// The first message of the OPAQUE registration.
        request: RegistrationRequest,
    },
    /// The new password, as the server may keep it; answered by `Effective`. Sent again
    /// until it is answered.
    Registered {
        /// The case.
        case: CaseId,
        /// The third message of the OPAQUE registration.
        upload: RegistrationUpload,
        /// What the password was checked for.
        vouched: Vouched,
    },
    /// The terminal can show numbers that prove that it is in hand; answered by
    /// `InHand`. Said after every welcome, and after each number that is shown while
    /// there is a link, so that both sides count alike.
    InHand {
        /// The counter of the last number that was shown or skipped; 0 if none.
        counter: u64,
    },
    /// How the terminal is; answered by `HealthTaken`. Said once the server has answered
    /// `InHand`, when something has changed, and when the server asks.
    Health(HealthReport),
    /// A backup is ready; answered by `SnapshotAt`, which says where to go on: at its
    /// beginning, or where an earlier connection was cut.
    Snapshot {
        /// What it is, signed.
        manifest: SignedManifest,
    },
    /// A part of a backup; answered by `SnapshotAt`, and the last one by
    /// `SnapshotStored`.
    SnapshotPart {
        /// Which backup.
        snapshot: SnapshotId,
        /// Where in it the bytes stand.
        offset: u32,
        /// The bytes.
        part: Part,
    },
    /// Where the journal stands after a reset; answered by `JournalTaken`.
    JournalStands {
        /// The case that was asked about.
        case: CaseId,
        /// The journal's digest at the entry that was asked about; none if there is no
        /// such entry.
        then: Option<JournalDigest>,
        /// Where it stands now.
        head: Head,
    },
    /// The next part of a backup that is to be restored; answered by `RestorePart`.
    RestorePart {
        /// Which backup.
        snapshot: SnapshotId,
        /// From where on.
        offset: u32,
    },
    /// A backup was put back, or was not; answered by `RestoreTaken`.
    Restored {
        /// Which backup.
        snapshot: SnapshotId,
        /// Where the journal stands now, or why it was left as it is.
        outcome: Result<Head, NotRestored>,
    },
    /// Something was done at the till; answered by `DeedTaken`. Sent again until it is
    /// answered, and the next one only then.
    Deed(Deed),
    /// Whoever a deed was about is to choose a password, or has chosen one while there was
    /// no link and has just typed it: answered by `CodeAccepted` once the case is ready
    /// for it.
    Choose {
        /// The case that answered the deed.
        case: CaseId,
    },
    /// An operator signed on, or tried to, while there was no link; answered by
    /// `SignOnTaken`. Told after the welcome, in the order in which it and the deeds
    /// happened: before what was done on its word.
    SignedOnOffline(OfflineSignOn),
    /// A command is settled; answered by `Acknowledged`.
    Acknowledge {
        /// Which command.
        command: CommandId,
        /// What came of it.
        outcome: Outcome,
    },
}

/// What a terminal can do besides the minimum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capabilities {
    /// It keeps a journal of transactions that can be backed up.
    pub journal: bool,
    /// It can check its own printer, lamps, network and so on.
    pub precheck: bool,
}

/// What came of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Outcome {
    /// It was done, now or when it came before.
    Done,
    /// It was not done and will not be.
    NotDone {
        /// Why.
        why: WhyNot,
    },
}

/// Why a terminal did not put a backup back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotRestored {
    /// The file is not the one that was announced: cut short, or altered.
    Damaged,
    /// It cannot be opened with this terminal's key.
    Unreadable,
    /// What is in it is another terminal's, or another merchant's or acquirer's.
    Foreign,
    /// Its records do not come to what was announced.
    Records,
    /// The terminal has taken transactions of its own since.
    NotEmpty,
    /// It could not be written.
    Storage,
}

impl NotRestored {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Damaged => "damaged",
            Self::Unreadable => "unreadable",
            Self::Foreign => "foreign",
            Self::Records => "records",
            Self::NotEmpty => "not_empty",
            Self::Storage => "storage",
        }
    }
}

/// Why a command was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyNot {
    /// It came after its time.
    Expired,
    /// The terminal has no such operator.
    UnknownOperator,
    /// The terminal has no key to show a number with.
    NotAgreed,
    /// The terminal keeps no journal.
    NoJournal,
}
