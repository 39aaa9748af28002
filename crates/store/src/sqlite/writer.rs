//! The writer: the one thread that changes the database.
//!
//! 1. It takes what is waiting, up to a batch, and opens one transaction.
//! 2. Each request runs in a savepoint, so that one that fails or panics is rolled
//!    back alone. One that is alone needs none: the transaction is its own.
//! 3. What they appended becomes leaves of the ledger, under a new checkpoint.
//! 4. One COMMIT makes all of them durable; only then is anybody answered.
//! 5. Where the batch as a whole fails, each request is tried again alone, so that
//!    nobody fails for their neighbour's sake.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use rusqlite::Connection;

use super::connection::{self, SqliteTx, step};
use crate::checkpoint_file::Mailbox;
use crate::fault::Fault;
use crate::ledger::{Recorded, Recorder};
use crate::limits;
use crate::store::Request;

/// What the writer thread owns.
pub(super) struct Writer {
    pub(super) connection: Connection,
    pub(super) recorder: Recorder,
    pub(super) checkpoints: Arc<Mailbox>,
}

impl Writer {
    /// Commits requests until the queue is closed.
    pub(super) fn run(mut self, queue: &Receiver<Box<dyn Request>>) {
        while let Ok(first) = queue.recv() {
            let mut batch = vec![first];
            batch.extend(queue.try_iter().take(limits::BATCH_MAX - 1));
            self.work_off(batch);
        }
        self.checkpoints.close();
    }

    /// Commits what was waiting. A large request is alone: what a savepoint would remember
    /// of it grows with it, and is gone over with each of its statements.
    fn work_off(&mut self, waiting: Vec<Box<dyn Request>>) {
        let mut batch = Vec::with_capacity(waiting.len());
        for request in waiting {
            if request.is_large() {
                self.commit(std::mem::take(&mut batch));
                self.commit(vec![request]);
            } else {
                batch.push(request);
            }
        }
        self.commit(batch);
    }

    /// Commits a batch and answers everybody in it.
    fn commit(&mut self, mut batch: Vec<Box<dyn Request>>) {
        if batch.is_empty() {
            return;
        }
        match self.attempt(&mut batch) {
            Ok(()) => self.answer(batch),
            // Another program holds the database: whoever waited once for all would wait
            // again for each.
            Err(Fault::Locked) => {
                for request in batch {
                    request.answer(Err(Fault::Locked));
                }
            }
            Err(fault) if batch.len() > 1 => {
                tracing::warn!(%fault, "a batch failed; its requests are tried one by one");
                for request in batch {
                    self.commit(vec![request]);
                }
            }
            Err(fault) => {
                if let Some(request) = batch.pop() {
                    request.answer(Err(fault));
                }
            }
        }
    }

    /// Answers a batch that is committed: first whoever waits for nothing else.
    fn answer(&self, batch: Vec<Box<dyn Request>>) {
        let (scrubs, others): (Vec<_>, Vec<_>) =
            batch.into_iter().partition(|request| request.is_scrub());
        for request in others {
            request.answer(Ok(()));
        }
        for request in scrubs {
            request.answer(connection::cut_log(&self.connection));
        }
    }

    /// One transaction over the whole batch: committed, or rolled back wholly.
    fn attempt(&mut self, batch: &mut [Box<dyn Request>]) -> Result<(), Fault> {
        step(&self.connection, "BEGIN IMMEDIATE")?;
        let filled = match batch {
            [request] => self.run_one(request),
            batch => self.fill(batch).map(|()| true),
        };
        let done = filled.and_then(|is_kept| {
            if !is_kept {
                step(&self.connection, "ROLLBACK")?;
                return Ok(None);
            }
            let recorded = self.record()?;
            step(&self.connection, "COMMIT")?;
            Ok(recorded)
        });
        if done.is_err() && !self.connection.is_autocommit() {
            // Should even this fail, the next BEGIN does too, and nothing is answered
            // with success.
            let _ = step(&self.connection, "ROLLBACK");
        }
        if let Some(recorded) = done? {
            self.checkpoints.leave(self.recorder.keep(recorded));
        }
        Ok(())
    }

    /// Carries the ledger on. A panic in it is a batch that fails.
    fn record(&self) -> Result<Option<Recorded>, Fault> {
        catch_unwind(AssertUnwindSafe(|| {
            self.recorder.record(&mut SqliteTx(&self.connection))
        }))
        .unwrap_or(Err(Fault::Panicked))
    }

    /// Runs every request in its savepoint.
    fn fill(&mut self, batch: &mut [Box<dyn Request>]) -> Result<(), Fault> {
        for request in batch {
            step(&self.connection, "SAVEPOINT request")?;
            if !self.run_one(request)? {
                step(&self.connection, "ROLLBACK TO request")?;
            }
            step(&self.connection, "RELEASE request")?;
        }
        Ok(())
    }

    /// Runs a request. False where what it did is not to be kept.
    fn run_one(&mut self, request: &mut Box<dyn Request>) -> Result<bool, Fault> {
        if request.is_large() {
            connection::widen(&self.connection)?;
        }
        let run = catch_unwind(AssertUnwindSafe(|| {
            request.run(&mut SqliteTx(&self.connection))
        }));
        if run.is_err() {
            request.panicked();
        }
        // A full disk makes SQLite roll back the whole transaction by itself.
        // What ran before is gone with it, and must not be taken for done.
        if self.connection.is_autocommit() {
            return Err(Fault::DiskFull);
        }
        Ok(run.unwrap_or(false))
    }
}
