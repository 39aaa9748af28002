//! Who is connected, and how a connection is reached from elsewhere in the process.
//!
//! A line is one connection's bell: a ring says "look into the queue now", a close
//! says why to end. It holds no commands; the queue is the database.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tillkey_wire::ids::TerminalId;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};

use super::ending::Ending;
use super::limits::{LOOK_UPS_AT_ONCE_MAX, Limits};
use crate::presence::Presence;

/// The live links of this process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Links(Arc<Inside>);

#[derive(Debug)]
struct Inside {
    limits: Limits,
    lines: Mutex<HashMap<TerminalId, Arc<Line>>>,
    /// One permit a connection; all of them back means that all are closed.
    connections: Arc<Semaphore>,
    opening: Arc<Semaphore>,
    look_ups: Semaphore,
    closing: watch::Sender<bool>,
    refused_frames: AtomicU64,
}

impl Default for Links {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

impl Links {
    /// No links yet.
    pub fn new(limits: Limits) -> Self {
        let permits = usize::try_from(limits.connections_max).unwrap_or(Semaphore::MAX_PERMITS);
        Self(Arc::new(Inside {
            lines: Mutex::default(),
            connections: Arc::new(Semaphore::new(permits)),
            opening: Arc::new(Semaphore::new(limits.opening_max)),
            look_ups: Semaphore::new(LOOK_UPS_AT_ONCE_MAX),
            closing: watch::Sender::new(false),
            refused_frames: AtomicU64::new(0),
            limits,
        }))
    }

    /// How many frames were refused since the start, for the platform to watch.
    pub fn refused_frames(&self) -> u64 {
        self.0.refused_frames.load(Ordering::Relaxed)
    }

    pub(super) fn count_refused_frame(&self) {
        self.0.refused_frames.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    pub(super) fn look_ups(&self) -> &Semaphore {
        &self.0.look_ups
    }

    /// Tells when the links are closed for good.
    pub(super) fn closing(&self) -> watch::Receiver<bool> {
        self.0.closing.subscribe()
    }

    /// Room for one more connection, if there is any.
    pub(super) fn admit(&self) -> Option<Admission> {
        if *self.0.closing.borrow() {
            return None;
        }
        let opening = Arc::clone(&self.0.opening).try_acquire_owned().ok()?;
        let connection = Arc::clone(&self.0.connections).try_acquire_owned().ok()?;
        Some(Admission {
            opening,
            connection,
        })
    }

    /// Puts a terminal's new connection in the place of its older one, which ends.
    pub(super) fn enter(&self, terminal: TerminalId, presence: &Presence) -> Arc<Line> {
        let line = Arc::new(Line::default());
        let mut lines = self.lines();
        let older = lines.insert(terminal, Arc::clone(&line));
        presence.came(terminal);
        // Under the lock, so that no connection is entered after the last was closed.
        if *self.0.closing.borrow() {
            line.close(Ending::ShuttingDown);
        }
        drop(lines);
        if let Some(older) = older {
            older.close(Ending::Replaced);
        }
        line
    }

    /// Takes a connection out, unless a newer one stands in its place.
    pub(super) fn leave(&self, terminal: TerminalId, line: &Arc<Line>, presence: &Presence) {
        let mut lines = self.lines();
        if lines
            .get(&terminal)
            .is_some_and(|present| Arc::ptr_eq(present, line))
        {
            lines.remove(&terminal);
            presence.went(terminal);
        }
    }

    /// Ends a terminal's connection, if it has one. Its next one is verified anew.
    pub fn disconnect(&self, terminal: TerminalId) {
        self.end(terminal, Ending::Changed);
    }

    /// Ends a terminal's connection, if it has one: it has a newer one to another node.
    pub(super) fn replace(&self, terminal: TerminalId) {
        self.end(terminal, Ending::Replaced);
    }

    fn end(&self, terminal: TerminalId, ending: Ending) {
        if let Some(line) = self.lines().get(&terminal) {
            line.close(ending);
        }
    }

    /// Tells one terminal's connection to look into the queue.
    pub(super) fn ring(&self, terminal: TerminalId) {
        if let Some(line) = self.lines().get(&terminal) {
            line.ring();
        }
    }

    /// Tells every connection to look into the queue.
    pub(super) fn ring_all(&self) {
        for line in self.lines().values() {
            line.ring();
        }
    }

    /// Ends every connection and takes no more; done when all are closed.
    pub(super) async fn close_all(&self) {
        self.0.closing.send_replace(true);
        for line in self.lines().values() {
            line.close(Ending::ShuttingDown);
        }
        // Fails only if somebody closes the semaphore, which nobody does.
        let _ = self
            .0
            .connections
            .acquire_many(self.0.limits.connections_max)
            .await;
    }

    fn lines(&self) -> MutexGuard<'_, HashMap<TerminalId, Arc<Line>>> {
        // Every change to the map is one call, so a panic leaves none half done.
        self.0.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Room for a connection.
#[derive(Debug)]
pub(super) struct Admission {
    /// Given back once the terminal has said who it is.
    pub(super) opening: OwnedSemaphorePermit,
    /// Given back at the end.
    pub(super) connection: OwnedSemaphorePermit,
}

/// What a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal {
    /// Look into the queue.
    Ring,
    /// End.
    Close(Ending),
}

/// One connection's bell.
#[derive(Debug, Default)]
pub(super) struct Line {
    notify: Notify,
    /// Rings do not add up, and a close outweighs them.
    ending: Mutex<Option<Ending>>,
}

impl Line {
    /// Waits for the next signal. Nothing is lost when it is dropped while waiting.
    pub(super) async fn signal(&self) -> Signal {
        self.notify.notified().await;
        self.ending().map_or(Signal::Ring, Signal::Close)
    }

    fn ring(&self) {
        self.notify.notify_one();
    }

    fn close(&self, ending: Ending) {
        self.ending().get_or_insert(ending);
        self.notify.notify_one();
    }

    fn ending(&self) -> MutexGuard<'_, Option<Ending>> {
        self.ending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMINAL: TerminalId = TerminalId::from_bytes([1; 10]);

    #[tokio::test]
    async fn a_newer_connection_takes_the_older_ones_place() {
        let (links, presence) = (Links::default(), Presence::default());
        let older = links.enter(TERMINAL, &presence);
        let newer = links.enter(TERMINAL, &presence);
        assert_eq!(older.signal().await, Signal::Close(Ending::Replaced));

        links.leave(TERMINAL, &older, &presence);
        assert!(presence.is_online(TERMINAL), "the newer one is there");
        links.ring(TERMINAL);
        assert_eq!(newer.signal().await, Signal::Ring);
        links.leave(TERMINAL, &newer, &presence);
        assert!(!presence.is_online(TERMINAL));
    }

    #[tokio::test]
    async fn closing_waits_for_the_last_connection_and_admits_no_other() {
        let (links, presence) = (Links::default(), Presence::default());
        let admission = links.admit().unwrap();
        let line = links.enter(TERMINAL, &presence);
        let last = async {
            assert_eq!(line.signal().await, Signal::Close(Ending::ShuttingDown));
            assert!(links.admit().is_none());
            drop(admission);
        };
        tokio::join!(links.close_all(), last);
        let late = links.enter(TERMINAL, &presence);
        assert_eq!(late.signal().await, Signal::Close(Ending::ShuttingDown));
    }

    #[test]
    fn strangers_at_their_first_frame_are_bounded_apart() {
        let links = Links::new(Limits {
            opening_max: 1,
            ..Limits::default()
        });
        let Admission {
            opening,
            connection,
        } = links.admit().unwrap();
        assert!(links.admit().is_none());
        drop(opening);
        assert!(links.admit().is_some());
        drop(connection);
    }
}
