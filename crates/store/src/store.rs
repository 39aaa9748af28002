//! The handle that everybody holds: write, read, and their blocking twins.
//!
//! A request is a function over an open transaction. It is answered after COMMIT
//! and not before, so an answer is a promise. It may be run more than once (the
//! first run rolled back), so it must not have effects outside the transaction.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use tillkey_ledger::{LogKey, LogVerifier};
use tokio::sync::oneshot;

use crate::checkpoint_file::CheckpointFile;
use crate::directory::Directory;
use crate::engine::{Engine, Waiting, submit};
use crate::fault::Fault;
use crate::postgres::Address;
use crate::tx::Tx;
use crate::{postgres, sqlite};

/// What it takes to open a store.
#[derive(Debug)]
pub struct Options {
    /// When this is; recorded with the migrations that are applied.
    pub now: Timestamp,
    /// Signs the ledger's checkpoints.
    pub log_key: LogKey,
    /// What to do about the checkpoint file.
    pub checkpoint_file: CheckpointFile,
    /// Which engine, and where its database is.
    pub database: Database,
}

/// Which engine, and where its database is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Database {
    /// SQLite, in the data directory: one process.
    #[default]
    Sqlite,
    /// PostgreSQL, at this address: as many nodes as there are.
    Postgres(Address),
}

/// What is remembered. Cheap to clone; the last clone to go closes the database.
#[derive(Clone)]
pub struct Store {
    engine: Arc<dyn Engine>,
    log_verifier: LogVerifier,
}

impl Store {
    /// Opens a store. The data directory, which is made where needed, holds SQLite's
    /// database and, with either engine, the checkpoint that its ledger has to continue.
    ///
    /// # Errors
    /// [`Fault::InUse`] when another process has SQLite's directory, [`Fault::Newer`] when a
    /// later Tillkey wrote the database, [`Fault::RolledBack`] when it does not continue the
    /// checkpoint beside it, [`Fault::LedgerBroken`] when it does not continue its own, or
    /// what the disk or the database server says.
    pub fn open(path: &Path, options: Options) -> Result<Self, Fault> {
        let directory = Directory::take(path);
        let (engine, log_verifier): (Arc<dyn Engine>, _) = match options.database.clone() {
            Database::Sqlite => {
                let (engine, verifier) = sqlite::open((directory?, path), options)?;
                (Arc::new(engine), verifier)
            }
            Database::Postgres(address) => {
                let directory = match directory {
                    // A command beside the service is one more node.
                    Err(Fault::InUse(_)) => None,
                    taken => Some(taken?),
                };
                let (engine, verifier) = postgres::open((directory, path), &address, options)?;
                (Arc::new(engine), verifier)
            }
        };
        Ok(Self {
            engine,
            log_verifier,
        })
    }

    /// Runs a function over one consistent view of what is committed, beside a running
    /// service or without one. It cannot write.
    ///
    /// # Errors
    /// The function's own [`Fault`], or why the database cannot be read.
    pub fn look_into<T>(
        path: &Path,
        database: &Database,
        look: impl FnOnce(&mut dyn Tx) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        match database {
            Database::Sqlite => sqlite::look_into(path, look),
            Database::Postgres(address) => postgres::look_into(address, look),
        }
    }

    fn submit_write(&self, request: Waiting) -> Result<(), Fault> {
        submit(self.engine.queues().map(|queues| &queues.writes), request)
    }

    fn submit_read(&self, request: Waiting) -> Result<(), Fault> {
        submit(self.engine.queues().map(|queues| &queues.reads), request)
    }

    /// The key with which the ledger's checkpoints are checked.
    pub fn log_verifier(&self) -> LogVerifier {
        self.log_verifier.clone()
    }

    /// Runs a request in a write transaction and answers after it is committed.
    ///
    /// # Errors
    /// The request's own [`Fault`], or the store's; either way nothing of it was done.
    pub async fn write<T, F>(&self, request: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: FnMut(&mut dyn Tx) -> Result<T, Fault> + Send + 'static,
    {
        let (asked, answer) = Asked::new(request);
        self.submit_write(Box::new(asked))?;
        answer.await.map_err(|_| Fault::Closed)?
    }

    /// Runs a request over one consistent view of what is committed.
    ///
    /// # Errors
    /// The request's own [`Fault`], or the store's.
    pub async fn read<T, F>(&self, request: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: FnMut(&mut dyn Tx) -> Result<T, Fault> + Send + 'static,
    {
        let (asked, answer) = Asked::new(request);
        self.submit_read(Box::new(asked))?;
        answer.await.map_err(|_| Fault::Closed)?
    }

    /// Folds the write-ahead log into the database and cuts it, so that nothing that was
    /// deleted is left in it. In the database deleted bytes are written over at once.
    ///
    /// # Errors
    /// [`Fault::Locked`] where a reader still looks at what was before; try again later.
    pub async fn scrub(&self) -> Result<(), Fault> {
        let (asked, answer) = Asked::new(|_: &mut dyn Tx| Ok(()));
        self.submit_write(Box::new(Scrub(asked)))?;
        answer.await.map_err(|_| Fault::Closed)?
    }

    /// As [`Store::write`], for the command line. Not for async code, which it
    /// would hold up.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn write_blocking<T, F>(&self, request: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: FnMut(&mut dyn Tx) -> Result<T, Fault> + Send + 'static,
    {
        let (asked, answer) = Asked::new(request);
        self.submit_write(Box::new(asked))?;
        answer.blocking_recv().map_err(|_| Fault::Closed)?
    }

    /// As [`Store::write_blocking`], for a request that says at its end whether what it
    /// did is kept: one that found out on its way that it must not, or that only tries
    /// what would happen. It may go over millions of rows; the writer does nothing else
    /// meanwhile.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn attempt_blocking<T, F>(&self, request: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: FnMut(&mut dyn Tx) -> Result<(T, Kept), Fault> + Send + 'static,
    {
        let (asked, answer) = Asked::new(request);
        self.submit_write(Box::new(Attempt(asked)))?;
        let (value, _) = answer.blocking_recv().map_err(|_| Fault::Closed)??;
        Ok(value)
    }

    /// As [`Store::read`], for the command line. Not for async code, which it
    /// would hold up.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub fn read_blocking<T, F>(&self, request: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: FnMut(&mut dyn Tx) -> Result<T, Fault> + Send + 'static,
    {
        let (asked, answer) = Asked::new(request);
        self.submit_read(Box::new(asked))?;
        answer.blocking_recv().map_err(|_| Fault::Closed)?
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store")
    }
}

/// What becomes of what a request did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It is committed.
    All,
    /// It is rolled back, as if it had never been.
    Nothing,
}

/// A request as an engine sees it: run it, then say whether that was committed.
pub(crate) trait Request: Send {
    /// Runs it and keeps its result. True when it succeeded.
    fn run(&mut self, tx: &mut dyn Tx) -> bool;

    /// Whether it may go over so many rows that it needs room for them.
    fn is_large(&self) -> bool {
        false
    }

    /// Whether the write-ahead log is to be cut before it is answered.
    fn is_scrub(&self) -> bool {
        false
    }

    /// Notes that a run ended in a panic.
    fn panicked(&mut self);

    /// Answers the caller.
    fn answer(self: Box<Self>, committed: Result<(), Fault>);
}

/// A request with its result and the caller who waits for it.
struct Asked<T, F> {
    request: F,
    /// None until it was run.
    result: Option<Result<T, Fault>>,
    caller: oneshot::Sender<Result<T, Fault>>,
}

impl<T, F> Asked<T, F> {
    fn new(request: F) -> (Self, oneshot::Receiver<Result<T, Fault>>) {
        let (caller, answer) = oneshot::channel();
        (
            Self {
                request,
                result: None,
                caller,
            },
            answer,
        )
    }
}

impl<T, F> Request for Asked<T, F>
where
    T: Send,
    F: FnMut(&mut dyn Tx) -> Result<T, Fault> + Send,
{
    fn run(&mut self, tx: &mut dyn Tx) -> bool {
        let result = (self.request)(tx);
        let has_succeeded = result.is_ok();
        self.result = Some(result);
        has_succeeded
    }

    fn panicked(&mut self) {
        self.result = Some(Err(Fault::Panicked));
    }

    fn answer(self: Box<Self>, committed: Result<(), Fault>) {
        // The request's own fault says more than the commit's. A caller who no
        // longer waits is no reason to stop.
        let answer = match (self.result, committed) {
            (Some(Err(fault)), _) | (_, Err(fault)) => Err(fault),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (None, Ok(())) => Err(Fault::Closed),
        };
        let _ = self.caller.send(answer);
    }
}

/// A request that says itself whether it is kept.
struct Attempt<T, F>(Asked<(T, Kept), F>);

impl<T, F> Request for Attempt<T, F>
where
    T: Send,
    F: FnMut(&mut dyn Tx) -> Result<(T, Kept), Fault> + Send,
{
    fn run(&mut self, tx: &mut dyn Tx) -> bool {
        self.0.run(tx) && matches!(self.0.result, Some(Ok((_, Kept::All))))
    }

    fn is_large(&self) -> bool {
        true
    }

    fn panicked(&mut self) {
        self.0.panicked();
    }

    fn answer(self: Box<Self>, committed: Result<(), Fault>) {
        Box::new(self.0).answer(committed);
    }
}

/// A request that changes nothing, and is answered when the write-ahead log was cut.
struct Scrub<F>(Asked<(), F>);

impl<F> Request for Scrub<F>
where
    F: FnMut(&mut dyn Tx) -> Result<(), Fault> + Send,
{
    fn run(&mut self, tx: &mut dyn Tx) -> bool {
        self.0.run(tx)
    }

    fn is_scrub(&self) -> bool {
        true
    }

    fn panicked(&mut self) {
        self.0.panicked();
    }

    fn answer(self: Box<Self>, committed: Result<(), Fault>) {
        Box::new(self.0).answer(committed);
    }
}
