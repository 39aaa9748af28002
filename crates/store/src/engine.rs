//! What both engines have: bounded queues in which requests wait.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use crate::fault::Fault;
use crate::limits::{WAITING_READS_MAX, WAITING_WRITES_MAX};
use crate::store::Request;

/// A request that waits.
pub(crate) type Waiting = Box<dyn Request>;

/// A running engine. Dropping it lets what waits be answered, and ends it.
pub(crate) trait Engine: Send + Sync {
    /// Where its requests wait; none once it closes.
    fn queues(&self) -> Option<&Queues>;
}

/// Where requests wait.
pub(crate) struct Queues {
    pub(crate) writes: SyncSender<Waiting>,
    pub(crate) reads: SyncSender<Waiting>,
}

impl Queues {
    /// Two empty queues, and where they are worked off: writes, then reads.
    pub(crate) fn new() -> (Self, Receiver<Waiting>, Receiver<Waiting>) {
        let (writes, write_queue) = sync_channel(WAITING_WRITES_MAX);
        let (reads, read_queue) = sync_channel(WAITING_READS_MAX);
        (Self { writes, reads }, write_queue, read_queue)
    }
}

/// Puts a request into a queue, or turns it away at once: a caller who is told
/// "busy" can do something about it, one who waits without end cannot.
pub(crate) fn submit(queue: Option<&SyncSender<Waiting>>, request: Waiting) -> Result<(), Fault> {
    queue
        .ok_or(Fault::Closed)?
        .try_send(request)
        .map_err(|error| match error {
            TrySendError::Full(_) => Fault::Busy,
            TrySendError::Disconnected(_) => Fault::Closed,
        })
}

/// Takes the next request from a queue that several threads share; none when it has ended.
pub(crate) fn next(queue: &Mutex<Receiver<Waiting>>) -> Option<Waiting> {
    // Held while waiting, not while the request runs: one thread waits at the queue, the
    // others at the lock.
    queue.lock().ok()?.recv().ok()
}
