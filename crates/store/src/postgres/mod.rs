//! The PostgreSQL engine: many writers on many nodes, one ledger.
//!
//! 1. A request runs in a SERIALIZABLE transaction of its own, beside others here and on
//!    other nodes. Where two of them could not have run one after the other, PostgreSQL
//!    refuses one, and it runs again ([`writer`]). So a request may believe what it read,
//!    as it may on SQLite, where it is alone.
//! 2. Its events are committed with their effect and wait for their place. One node at a
//!    time, whoever holds the lock, moves what waits into the ledger, in order and without
//!    gaps, and signs the tree ([`integrator`]). The caller is answered then.
//! 3. Where the connection breaks, a request that was not committed runs again, and one
//!    that broke at the very commit is looked up ([`writer`]). A node that is killed or
//!    stands still leaves nothing behind that others wait for longer than
//!    [`limits::IDLE_IN_TRANSACTION_MAX`](crate::limits::IDLE_IN_TRANSACTION_MAX).

mod address;
mod archive;
mod connection;
mod conversation;
mod integrator;
mod line;
mod migrate;
mod open;
mod reader;
mod survey;
mod target;
#[cfg(test)]
mod tests;
mod writer;

use crate::engine::{self, Queues};
use crate::threads::Threads;

pub use address::{Address, AddressFault};
pub(crate) use archive::look_into;
#[cfg(test)]
pub(crate) use connection::Session;
pub use conversation::Conversation;
pub(crate) use open::open;
pub use survey::Survey;
pub(crate) use target::Target;

/// The running engine.
pub(crate) struct Engine {
    /// Taken when the engine closes, which ends the readers and the writers, and with the
    /// last writer the integrator.
    queues: Option<Queues>,
    threads: Threads,
}

impl engine::Engine for Engine {
    fn queues(&self) -> Option<&Queues> {
        self.queues.as_ref()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.queues = None;
        self.threads.join();
    }
}
