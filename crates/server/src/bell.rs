//! Rings inside this process that something was committed.
//!
//! The queue is the database; a ring only says "look now". Whoever misses one finds
//! the same at the next look, so a full channel drops the oldest and nothing waits.

use tillkey_wire::ids::{ApplicationId, CaseId, TerminalId};
use tokio::sync::broadcast;

use crate::limits::RINGS_WAITING_MAX;

/// What there is to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ring {
    /// A case moved.
    Case(CaseId),
    /// An application moved.
    Application(ApplicationId),
    /// A command for a terminal was queued.
    Terminal(TerminalId),
    /// What a terminal was told at its greeting holds no longer.
    Moved(TerminalId),
    /// A message is to be sent.
    Outbox,
}

/// Rings for whoever listens.
#[derive(Debug, Clone)]
pub struct Bell(broadcast::Sender<Ring>);

impl Default for Bell {
    fn default() -> Self {
        Self(broadcast::channel(RINGS_WAITING_MAX).0)
    }
}

impl Bell {
    /// Rings. That nobody listens is no fault.
    pub fn ring(&self, what: Ring) {
        let _ = self.0.send(what);
    }

    /// Listens from now on.
    pub fn listen(&self) -> broadcast::Receiver<Ring> {
        self.0.subscribe()
    }
}
