//! Which terminals have a live link, to this node or to another one. A fact for decisions,
//! never a proof of anything: the link says so itself.
//!
//! What another node has is what it last said. A node that was not heard for
//! [`NODE_SILENT_MAX`] is gone, and its terminals with it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Instant;

use tillkey_wire::ids::TerminalId;

use crate::limits::NODE_SILENT_MAX;

/// A start of a node: drawn at random.
pub type NodeId = u64;

/// The terminals that are connected.
#[derive(Debug, Default)]
pub struct Presence(RwLock<Connected>);

#[derive(Debug, Default)]
struct Connected {
    here: BTreeSet<TerminalId>,
    /// How often that has changed.
    changes: u64,
    elsewhere: BTreeMap<NodeId, Node>,
}

/// Another node, as it was last heard.
#[derive(Debug)]
struct Node {
    heard_at: Instant,
    terminals: BTreeSet<TerminalId>,
}

impl Presence {
    /// Notes that a terminal came to this node.
    pub fn came(&self, terminal: TerminalId) {
        let mut connected = self.write();
        connected.here.insert(terminal);
        connected.changes += 1;
    }

    /// Notes that a terminal went from this node.
    pub fn went(&self, terminal: TerminalId) {
        let mut connected = self.write();
        connected.here.remove(&terminal);
        connected.changes += 1;
    }

    /// Whether a terminal is connected, wherever.
    pub fn is_online(&self, terminal: TerminalId) -> bool {
        let connected = self.read();
        connected.here.contains(&terminal)
            || connected.elsewhere.values().any(|node| {
                node.terminals.contains(&terminal) && node.heard_at.elapsed() < NODE_SILENT_MAX
            })
    }

    /// How many are connected to this node.
    pub fn count(&self) -> usize {
        self.read().here.len()
    }

    /// Those that are connected to this node, with how often that has changed; none where
    /// it has not since that count.
    pub(crate) fn here_since(&self, changes: u64) -> Option<(BTreeSet<TerminalId>, u64)> {
        let connected = self.read();
        (connected.changes != changes).then(|| (connected.here.clone(), connected.changes))
    }

    /// Notes what another node says: which terminals came and which went, or, where it says
    /// all of it anew, which it has. Whoever came there is nowhere else.
    pub(crate) fn heard(
        &self,
        node: NodeId,
        is_anew: bool,
        (came, went): (&[TerminalId], &[TerminalId]),
    ) {
        let mut connected = self.write();
        connected
            .elsewhere
            .retain(|_, node| node.heard_at.elapsed() < NODE_SILENT_MAX);
        for other in connected.elsewhere.values_mut() {
            for terminal in came {
                other.terminals.remove(terminal);
            }
        }
        let heard = connected.elsewhere.entry(node).or_insert_with(|| Node {
            heard_at: Instant::now(),
            terminals: BTreeSet::new(),
        });
        heard.heard_at = Instant::now();
        if is_anew {
            heard.terminals.clear();
        }
        heard.terminals.extend(came);
        for terminal in went {
            heard.terminals.remove(terminal);
        }
    }

    /// Forgets a node that says good-bye.
    pub(crate) fn left(&self, node: NodeId) {
        self.write().elsewhere.remove(&node);
    }

    /// How many other nodes there are.
    pub fn nodes_elsewhere(&self) -> usize {
        let connected = self.read();
        let lives = |node: &&Node| node.heard_at.elapsed() < NODE_SILENT_MAX;
        connected.elsewhere.values().filter(lives).count()
    }

    fn read(&self) -> RwLockReadGuard<'_, Connected> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Connected> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_where_it_was_last_said_to_be() {
        let [one, two] = [1, 2].map(|byte| TerminalId::from_bytes([byte; 10]));
        let presence = Presence::default();
        presence.heard(7, true, (&[one, two], &[]));
        assert!(presence.is_online(one) && presence.is_online(two));
        presence.heard(8, false, (&[one], &[]));
        presence.left(7);
        assert!(presence.is_online(one), "it had moved on");
        assert!(!presence.is_online(two));
        presence.heard(8, false, (&[], &[one]));
        assert!(!presence.is_online(one));
        presence.heard(8, false, (&[one], &[]));
        presence.heard(8, true, (&[two], &[]));
        assert!(!presence.is_online(one), "it went while nobody heard");
        assert!(presence.is_online(two));
        assert_eq!((presence.count(), presence.nodes_elsewhere()), (0, 1));
    }
}
