//! The SQLite engine: one writer thread that commits many requests at once, and
//! readers beside it.
//!
//! **Invariant**: only the writer thread writes, and a caller is answered after
//! the COMMIT that holds their request. Nothing here knows what is stored.

mod archive;
mod connection;
mod migrate;
mod open;
mod origin;
mod reader;
mod writer;

use crate::engine::{self, Queues};
use crate::threads::Threads;

pub(crate) use archive::look_into;
pub(crate) use open::open;
pub(crate) use origin::Origin;

#[cfg(test)]
mod tests;

/// The running engine.
pub(crate) struct Engine {
    /// Taken when the engine closes, which ends the threads.
    queues: Option<Queues>,
    readers: Threads,
    /// The writer, and whoever writes the checkpoint down for it.
    writers: Threads,
}

impl engine::Engine for Engine {
    fn queues(&self) -> Option<&Queues> {
        self.queues.as_ref()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // The readers first: only a connection that writes can fold the write-ahead log
        // into the database, and only the last one to close does.
        let writes = self.queues.take().map(|Queues { writes, reads: _ }| writes);
        self.readers.join();
        drop(writes);
        self.writers.join();
    }
}
