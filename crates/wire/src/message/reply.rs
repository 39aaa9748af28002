//! What the server answers.

use jiff::Timestamp;
use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize};

use crate::agreement::AgreementKey;
use crate::code::ResetCode;
use crate::ids::{
    AcquirerId, CaseId, MerchantNumber, OperatorNumber, RefusalCode, SessionId, SnapshotId,
    TerminalNumber,
};
use crate::limits::OPERATORS_MAX;
use crate::opaque::{Ke2, RegistrationResponse};
use crate::password::PasswordRules;
use crate::snapshot::Part;

/// The answer to one report.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Reply {
    /// To `Hello`.
    Welcome(Welcome),
    /// To `SignOnStart`. The attempt has been counted.
    SignOnChallenge {
        /// The second message of OPAQUE.
        ke2: Ke2,
    },
    /// To `SignOnFinish`.
    SignedOn {
        /// The new session.
        session: SessionId,
        /// Which of the operator's passwords it was; they count from 1.
        credential_version: u32,
    },
    /// To `SignOff`.
    SignedOff,
    /// To `FirstPassword`: the terminal shows the code to whoever stands before it.
    CodeOnScreen {
        /// The case it belongs to.
        case: CaseId,
        /// The code.
        #[serde(serialize_with = "super::expose")]
        code: ResetCode,
        /// When it ends.
        expires_at: Timestamp,
    },
    /// To `Redeem` and `Choose`: the operator may choose a new password.
    CodeAccepted {
        /// The case it belongs to.
        case: CaseId,
        /// Whose password it is.
        operator: OperatorNumber,
        /// Until when it has to be registered.
        until: Timestamp,
        /// The rules in force.
        password_rules: PasswordRules,
    },
    /// To `Register`.
    Registration {
        /// The second message of the OPAQUE registration.
        response: RegistrationResponse,
    },
    /// To `Registered`: the new password works from now on, the old one no longer.
    Effective {
        /// The case.
        case: CaseId,
        /// Which of the operator's passwords it is.
        credential_version: u32,
    },
    /// To `InHand`.
    InHand {
        /// With what the terminal derives the key of its numbers.
        agreement_key: AgreementKey,
    },
    /// To `Health`.
    HealthTaken,
    /// To `Snapshot` and `SnapshotPart`: go on from here.
    SnapshotAt {
        /// Which backup.
        snapshot: SnapshotId,
        /// How many of its bytes are kept already.
        offset: u32,
    },
    /// To `Snapshot` and `SnapshotPart`: all of it is kept and was found good.
    SnapshotStored {
        /// Which backup.
        snapshot: SnapshotId,
    },
    /// To `JournalStands`.
    JournalTaken,
    /// To `RestorePart`.
    RestorePart {
        /// Which backup.
        snapshot: SnapshotId,
        /// Where in it these bytes stand.
        offset: u32,
        /// The bytes; none at its end.
        part: Part,
    },
    /// To `Restored`.
    RestoreTaken,
    /// To `Deed`: it is done, and in the ledger.
    DeedTaken {
        /// Its number.
        number: u64,
        /// The case that lets its operator have a new password, where it is about one.
        case: Option<CaseId>,
    },
    /// To `SignedOnOffline`: the session counts, and so do the wrong passwords.
    SignOnTaken,
    /// To `Acknowledge`.
    Acknowledged,
    /// To anything: no.
    Refused {
        /// The stable name of the refusal.
        code: RefusalCode,
        /// When the same report may be tried again; never, if absent.
        retry_at: Option<Timestamp>,
    },
}

/// What a terminal is told at the beginning of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Welcome {
    /// Who runs the server.
    pub acquirer: AcquirerId,
    /// Whose terminal it is.
    pub merchant: MerchantNumber,
    /// Its present terminal number.
    pub terminal_number: TerminalNumber,
    /// The server's clock.
    pub now: Timestamp,
    /// The terminal's operators, in ascending order.
    #[serde(deserialize_with = "operators")]
    pub operators: Vec<OperatorState>,
    /// The password rules in force.
    pub password_rules: PasswordRules,
}

/// One operator, as the server knows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorState {
    /// The operator's number.
    pub number: OperatorNumber,
    /// Whether there is a password that works.
    pub password_set: bool,
    /// Which of the operator's passwords it is, or was; 0 before the first.
    pub credential_version: u32,
}

/// Takes at most a hundred operators, each once: two states of one operator would
/// leave it to the reader which of them holds.
fn operators<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<OperatorState>, D::Error> {
    let operators = Vec::<OperatorState>::deserialize(deserializer)?;
    let ascending = operators.is_sorted_by(|a, b| a.number < b.number);
    if ascending && operators.len() <= OPERATORS_MAX {
        Ok(operators)
    } else {
        Err(D::Error::custom(
            "operators are not in ascending order, each once",
        ))
    }
}
