//! The seam to the outside world: whatever carries a message.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use tillkey_store::outbox::MessageKind;
use tillkey_wire::ids::MessageId;
use tillkey_wire::secret::Secret;

/// A message in clear, for the length of its sending.
#[derive(Debug)]
pub struct Letter {
    /// Names it. A carrier that has seen the name before sends nothing again.
    pub id: MessageId,
    /// Where it goes.
    pub destination: Secret<String>,
    /// What it says.
    pub body: Secret<String>,
    /// When it was queued.
    pub queued_at: Timestamp,
}

/// Why a message was not sent. Texts are fixed, so that no personal data gets into
/// the log or the list of dead letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SendFault {
    /// It may go later.
    #[error("not sent now: {0}")]
    Passing(&'static str),
    /// It will never go.
    #[error("cannot be sent: {0}")]
    Lasting(&'static str),
}

/// Carries messages of one kind. Called on a thread that may wait.
pub trait Sender: Send + Sync + fmt::Debug {
    /// Sends a letter, or makes sure that it was sent.
    ///
    /// # Errors
    /// [`SendFault`].
    fn send(&self, letter: &Letter) -> Result<(), SendFault>;
}

/// The carriers by kind.
#[derive(Debug, Clone)]
pub struct Senders {
    /// For SMS.
    pub sms: Arc<dyn Sender>,
    /// For sealed slips of paper.
    pub slips: Arc<dyn Sender>,
}

impl Senders {
    /// Who carries this kind, if anybody does.
    pub(super) fn of(&self, kind: MessageKind) -> Option<Arc<dyn Sender>> {
        match kind {
            MessageKind::Sms => Some(Arc::clone(&self.sms)),
            MessageKind::Slip => Some(Arc::clone(&self.slips)),
            MessageKind::Mail | MessageKind::Webhook => None,
        }
    }
}
