//! What a terminal and the server say to each other once the terminal is enrolled.
//!
//! Every message is versioned, numbered and signed: a report carries the terminal's
//! strictly increasing counter, a reply names the counter it answers, a command
//! carries the server's strictly increasing sequence for that terminal. The numbers
//! are compared by whoever remembers the last one; here they are only shown.

use ed25519_dalek::{SigningKey, VerifyingKey};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize, Serializer};

use crate::cbor::{self, CborError};
use crate::code::ResetCode;
use crate::envelope::{self, Direction, EnvelopeError, KeyId, Unverified};
use crate::ids::{CommandId, TerminalId};

mod command;
mod deed;
mod reply;
mod report;

pub use command::Command;
pub use deed::{Deed, DeedKind, OfflineSignOn, Supervisor};
pub use reply::{OperatorState, Reply, Welcome};
pub use report::{Capabilities, NotRestored, Outcome, Report, WhyNot};

/// The version of these messages.
pub const VERSION: u64 = 1;

/// A message from a terminal.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FromTerminal {
    /// Strictly increasing for this terminal, over restarts too. The receiver refuses
    /// one that is not above the last it took.
    pub counter: u64,
    /// What the terminal says.
    pub report: Report,
}

/// A message to a terminal.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FromServer {
    /// The answer to one report.
    Reply {
        /// The counter of that report.
        in_reply_to: u64,
        /// The answer.
        reply: Reply,
    },
    /// Something the terminal is told to do.
    Command(Order),
}

/// A durable command, as it is delivered; delivered again it is the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Names the command, to acknowledge it.
    pub id: CommandId,
    /// Strictly increasing for this terminal; gaps are commands that expired or were
    /// superseded on the way.
    pub sequence: u64,
    /// From when on it must not be done.
    pub expires_at: Timestamp,
    /// What is to be done.
    pub command: Command,
}

/// Why a frame is not a message that may be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// The envelope does not hold.
    #[error("the envelope does not hold")]
    Envelope(#[from] EnvelopeError),
    /// The payload is not one of our messages.
    #[error("the payload is not a message")]
    Payload(#[from] CborError),
    /// The payload is a message of another version.
    #[error("message version {found} is not known")]
    Version {
        /// The version it says.
        found: u64,
    },
}

impl FromTerminal {
    /// Signs the message with the terminal's device key.
    ///
    /// # Errors
    /// [`MessageError`] if the message is too large.
    pub fn sign(&self, terminal: TerminalId, key: &SigningKey) -> Result<Vec<u8>, MessageError> {
        let kid = KeyId::Terminal(terminal);
        Ok(envelope::sign(
            write(self)?,
            Direction::FromTerminal,
            kid,
            key,
        )?)
    }

    /// Reads a message that this terminal signed.
    ///
    /// # Errors
    /// [`MessageError`]; the payload is looked at only after its signature held.
    pub fn open(
        frame: &Unverified,
        terminal: TerminalId,
        key: &VerifyingKey,
    ) -> Result<Self, MessageError> {
        read(frame.verify(Direction::FromTerminal, KeyId::Terminal(terminal), key)?)
    }
}

impl FromServer {
    /// Signs the message for one terminal with the server's key.
    ///
    /// # Errors
    /// [`MessageError`] if the message is too large.
    pub fn sign(&self, terminal: TerminalId, key: &SigningKey) -> Result<Vec<u8>, MessageError> {
        let kid = KeyId::Terminal(terminal);
        Ok(envelope::sign(
            write(self)?,
            Direction::FromServer,
            kid,
            key,
        )?)
    }

    /// Reads a message that the server signed for this terminal.
    ///
    /// # Errors
    /// [`MessageError`]; the payload is looked at only after its signature held.
    pub fn open(
        frame: &Unverified,
        terminal: TerminalId,
        key: &VerifyingKey,
    ) -> Result<Self, MessageError> {
        read(frame.verify(Direction::FromServer, KeyId::Terminal(terminal), key)?)
    }
}

#[derive(Serialize)]
struct Written<'a, T> {
    v: u64,
    message: &'a T,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read<T> {
    #[expect(dead_code, reason = "the version was read on its own before the rest")]
    v: u64,
    message: T,
}

/// The version alone: whatever else is in there may not be ours to understand.
#[derive(Deserialize)]
struct Version {
    v: u64,
}

/// Writes a versioned payload.
pub(crate) fn write(message: &impl Serialize) -> Result<Vec<u8>, CborError> {
    cbor::encode(&Written {
        v: VERSION,
        message,
    })
}

/// Reads a versioned payload.
pub(crate) fn read<T: DeserializeOwned>(payload: &[u8]) -> Result<T, MessageError> {
    let Version { v } = cbor::decode(payload)?;
    if v != VERSION {
        return Err(MessageError::Version { found: v });
    }
    Ok(cbor::decode::<Read<T>>(payload)?.message)
}

/// Writes a reset code into a message; the one place where it is not hidden.
fn expose<S: Serializer>(code: &ResetCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(code.expose())
}

#[cfg(test)]
mod tests;
