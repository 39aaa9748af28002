//! Which terminals have a live link to this process. A fact for decisions, never a
//! proof of anything: the link says so itself.

use std::collections::BTreeSet;
use std::sync::{PoisonError, RwLock};

use tillkey_wire::ids::TerminalId;

/// The terminals that are connected.
#[derive(Debug, Default)]
pub struct Presence(RwLock<BTreeSet<TerminalId>>);

impl Presence {
    /// Notes that a terminal came.
    pub fn came(&self, terminal: TerminalId) {
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(terminal);
    }

    /// Notes that a terminal went.
    pub fn went(&self, terminal: TerminalId) {
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&terminal);
    }

    /// Whether a terminal is connected.
    pub fn is_online(&self, terminal: TerminalId) -> bool {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(&terminal)
    }

    /// How many are connected.
    pub fn count(&self) -> usize {
        self.0.read().unwrap_or_else(PoisonError::into_inner).len()
    }
}
