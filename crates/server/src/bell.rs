//! Rings that something was committed, in this process and on the other nodes.
//!
//! The queue is the database; a ring only says "look now". Whoever misses one finds
//! the same at the next look, so a full channel drops the oldest and nothing waits.

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use tillkey_wire::ids::{ApplicationId, CaseId, InvalidId, TerminalId};
use tokio::sync::{broadcast, mpsc};

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
    /// A terminal has a link to another node now.
    LinkedElsewhere(TerminalId),
    /// A message is to be sent.
    Outbox,
    /// What rang is not known: everybody looks.
    Anything,
}

/// As one node writes it to the others.
impl fmt::Display for Ring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Case(id) => write!(f, "case {id}"),
            Self::Application(id) => write!(f, "application {id}"),
            Self::Terminal(id) => write!(f, "terminal {id}"),
            Self::Moved(id) => write!(f, "moved {id}"),
            Self::LinkedElsewhere(id) => write!(f, "linked {id}"),
            Self::Outbox => f.write_str("outbox"),
            Self::Anything => f.write_str("anything"),
        }
    }
}

impl FromStr for Ring {
    type Err = InvalidId;

    /// A word that this version does not know may mean anything.
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let (word, id) = text.split_once(' ').unwrap_or((text, ""));
        Ok(match word {
            "case" => Self::Case(id.parse()?),
            "application" => Self::Application(id.parse()?),
            "terminal" => Self::Terminal(id.parse()?),
            "moved" => Self::Moved(id.parse()?),
            "linked" => Self::LinkedElsewhere(id.parse()?),
            "outbox" => Self::Outbox,
            _ => Self::Anything,
        })
    }
}

/// Rings for whoever listens.
#[derive(Debug, Clone)]
pub struct Bell {
    here: broadcast::Sender<Ring>,
    elsewhere: Option<Elsewhere>,
}

/// The way to the other nodes.
#[derive(Debug, Clone)]
struct Elsewhere {
    rings: mpsc::Sender<Ring>,
    /// Until somebody carries them.
    carried: Arc<Mutex<Option<mpsc::Receiver<Ring>>>>,
}

impl Bell {
    /// A bell that is heard in this process.
    pub fn alone() -> Self {
        Self {
            here: broadcast::channel(RINGS_WAITING_MAX).0,
            elsewhere: None,
        }
    }

    /// A bell that is heard on other nodes too, once [`crate::nodes::run`] carries it.
    pub fn among_others() -> Self {
        let (rings, carried) = mpsc::channel(RINGS_WAITING_MAX);
        Self {
            elsewhere: Some(Elsewhere {
                rings,
                carried: Arc::new(Mutex::new(Some(carried))),
            }),
            ..Self::alone()
        }
    }

    /// Rings. That nobody listens is no fault.
    pub fn ring(&self, what: Ring) {
        self.ring_here(what);
        self.ring_elsewhere(what);
    }

    /// Rings in this process alone.
    pub(crate) fn ring_here(&self, what: Ring) {
        let _ = self.here.send(what);
    }

    /// Rings on the other nodes alone. Where they cannot keep up, they miss it.
    pub(crate) fn ring_elsewhere(&self, what: Ring) {
        if let Some(elsewhere) = &self.elsewhere {
            let _ = elsewhere.rings.try_send(what);
        }
    }

    /// What is to be carried to the other nodes, for the one who carries it.
    pub(crate) fn to_carry(&self) -> Option<mpsc::Receiver<Ring>> {
        self.elsewhere
            .as_ref()?
            .carried
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    /// Listens from now on.
    pub fn listen(&self) -> broadcast::Receiver<Ring> {
        self.here.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_is_read_as_it_was_written() {
        let terminal = TerminalId::from_bytes([7; 10]);
        for ring in [
            Ring::Case(CaseId::from_bytes([1; 10])),
            Ring::Application(ApplicationId::from_bytes([2; 10])),
            Ring::Terminal(terminal),
            Ring::Moved(terminal),
            Ring::LinkedElsewhere(terminal),
            Ring::Outbox,
            Ring::Anything,
        ] {
            assert_eq!(ring.to_string().parse(), Ok(ring));
        }
        assert_eq!("of a later version".parse(), Ok(Ring::Anything));
        assert!("case 1".parse::<Ring>().is_err());
    }
}
