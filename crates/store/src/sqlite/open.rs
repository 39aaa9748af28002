//! Opens a data directory: lock, schema, ledger, threads.

use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex};
use std::thread;

use jiff::Timestamp;
use rusqlite::Connection;
use tillkey_ledger::LogKey;

use super::connection::{SqliteTx, step};
use super::directory::{Directory, fault};
use super::writer::Writer;
use super::{Engine, Queues, connection, migrate, reader};
use crate::checkpoint_file::{self, CheckpointFile, Mailbox};
use crate::fault::Fault;
use crate::ledger::Recorder;
use crate::limits;
use crate::outbox;
use crate::store::Store;

/// What it takes to open a store.
#[derive(Debug)]
pub struct Options {
    /// When this is; recorded with the migrations that are applied.
    pub now: Timestamp,
    /// Signs the ledger's checkpoints.
    pub log_key: LogKey,
    /// What to do about the checkpoint file.
    pub checkpoint_file: CheckpointFile,
}

impl Store {
    /// Opens the SQLite store in a data directory, which is made where needed.
    ///
    /// # Errors
    /// [`Fault::InUse`] when another process has it, [`Fault::Newer`] when a later
    /// Tillkey wrote it, [`Fault::RolledBack`] when it does not continue the checkpoint
    /// beside it, [`Fault::LedgerBroken`] when it does not continue its own, or what the
    /// disk says.
    pub fn open(path: &Path, options: Options) -> Result<Self, Fault> {
        let directory = Directory::take(path)?;
        let database = directory.database()?;
        let connection = connection::open(&database)?;
        migrate::migrate(&connection, options.now)?;
        let file = path.join("checkpoint");
        release_outbox(&connection, options.now)?;
        let recorder = open_ledger(&connection, options, &file)?;
        let verifier = recorder.verifier();
        let checkpoints = Arc::new(Mailbox::default());
        let writer = Writer {
            connection,
            recorder,
            checkpoints: Arc::clone(&checkpoints),
        };

        let (writes, write_queue) = sync_channel(limits::WAITING_WRITES_MAX);
        let (reads, read_queue) = sync_channel(limits::WAITING_READS_MAX);
        let read_queue = Arc::new(Mutex::new(read_queue));
        let spawn_fault = fault("start a thread for", path);
        let mut threads = Vec::new();
        for number in 0..limits::READERS {
            let connection = reader::open(&database)?;
            let queue = Arc::clone(&read_queue);
            let thread = thread::Builder::new()
                .name(format!("store-reader-{number}"))
                .spawn(move || reader::run(&connection, &queue))
                .map_err(&spawn_fault)?;
            threads.push(thread);
        }
        // The writer last: it is joined last, and its connection's end folds the
        // write-ahead log into the database.
        let thread = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || writer.run(&write_queue))
            .map_err(&spawn_fault)?;
        threads.push(thread);
        let thread = thread::Builder::new()
            .name("store-checkpoints".to_owned())
            .spawn(move || checkpoint_file::run(&file, &checkpoints))
            .map_err(&spawn_fault)?;
        threads.push(thread);
        let queues = Some(Queues { writes, reads });
        let engine = Engine {
            queues,
            threads,
            _directory: directory,
        };
        Ok(Self::new(engine, verifier))
    }
}

/// The directory's lock is ours, so whoever had taken up a message is gone.
fn release_outbox(connection: &Connection, now: Timestamp) -> Result<(), Fault> {
    step(connection, "BEGIN IMMEDIATE")?;
    outbox::release(&mut SqliteTx(connection), now)?;
    step(connection, "COMMIT")
}

/// Takes up the ledger, and holds it against the checkpoint file.
fn open_ledger(connection: &Connection, options: Options, file: &Path) -> Result<Recorder, Fault> {
    step(connection, "BEGIN IMMEDIATE")?;
    let tx = &mut SqliteTx(connection);
    let (recorder, note) = Recorder::open(tx, options.log_key)?;
    let rolled_back = |why| Fault::RolledBack {
        path: file.to_owned(),
        why,
    };
    if options.checkpoint_file == CheckpointFile::Checked {
        match checkpoint_file::read(file, &recorder.verifier())? {
            Some(kept) if recorder.continues(tx, &kept)? => {}
            Some(_) => return Err(rolled_back("it was rolled back, cut short or replaced")),
            // The file is written before the first event is, so it was taken away.
            None if !recorder.is_empty() => return Err(rolled_back("the file is missing")),
            None => {}
        }
    }
    checkpoint_file::write(file, &note).map_err(fault("write", file))?;
    step(connection, "COMMIT")?;
    Ok(recorder)
}
