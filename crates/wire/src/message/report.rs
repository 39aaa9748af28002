//! What a terminal says.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::code::ResetCode;
use crate::health::HealthReport;
use crate::ids::{CaseId, CommandId, DeviceModel, FirmwareVersion, OperatorNumber, SessionId};
use crate::opaque::{Ke1, Ke3, RegistrationRequest, RegistrationUpload};
use crate::password::Vouched;

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
}
