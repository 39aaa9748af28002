//! The SQLite engine: one writer thread that commits many requests at once, and
//! readers beside it.
//!
//! **Invariant**: only the writer thread writes, and a caller is answered after
//! the COMMIT that holds their request. Nothing here knows what is stored.

mod archive;
mod connection;
mod directory;
mod migrate;
mod open;
mod reader;
mod writer;

use std::sync::mpsc::{SyncSender, TrySendError};
use std::thread::JoinHandle;

use crate::fault::Fault;
use crate::limits;
use crate::store::Request;

pub(crate) use directory::private;
pub use open::Options;

#[cfg(test)]
mod tests;

/// The running engine.
pub(crate) struct Engine {
    /// Taken when the engine closes, which ends the threads.
    queues: Option<Queues>,
    threads: Vec<JoinHandle<()>>,
    /// Held as long as the engine lives.
    _directory: directory::Directory,
}

/// Where requests wait.
struct Queues {
    writes: SyncSender<Box<dyn Request>>,
    reads: SyncSender<Box<dyn Request>>,
}

impl Engine {
    pub(crate) fn submit_write(&self, request: Box<dyn Request>) -> Result<(), Fault> {
        submit(self.queues.as_ref().map(|queues| &queues.writes), request)
    }

    pub(crate) fn submit_read(&self, request: Box<dyn Request>) -> Result<(), Fault> {
        submit(self.queues.as_ref().map(|queues| &queues.reads), request)
    }
}

/// Puts a request into a queue, or turns it away at once: a caller who is told
/// "busy" can do something about it, one who waits without end cannot.
fn submit(
    queue: Option<&SyncSender<Box<dyn Request>>>,
    request: Box<dyn Request>,
) -> Result<(), Fault> {
    queue
        .ok_or(Fault::Closed)?
        .try_send(request)
        .map_err(|error| match error {
            TrySendError::Full(_) => Fault::Busy,
            TrySendError::Disconnected(_) => Fault::Closed,
        })
}

impl Drop for Engine {
    fn drop(&mut self) {
        // The readers first: only a connection that writes can fold the write-ahead log
        // into the database, and only the last one to close does.
        let writes = self.queues.take().map(|Queues { writes, reads: _ }| writes);
        let readers = limits::READERS.min(self.threads.len());
        let others = self.threads.split_off(readers);
        join(std::mem::take(&mut self.threads));
        drop(writes);
        join(others);
    }
}

/// Waits for threads whose queue has ended.
fn join(threads: Vec<JoinHandle<()>>) {
    let here = std::thread::current().id();
    for thread in threads {
        // A request may own the last handle; its thread cannot wait for itself.
        if thread.thread().id() != here && thread.join().is_err() {
            tracing::error!("a thread of the store ended in a panic");
        }
    }
}
