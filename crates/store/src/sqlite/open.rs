//! Opens the SQLite database of a data directory: schema, ledger, threads.

use std::path::Path;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use rusqlite::Connection;
use tillkey_ledger::LogVerifier;

use super::connection::{SqliteTx, step};
use super::writer::Writer;
use super::{Engine, connection, migrate, reader};
use crate::checkpoint_file::{self, Mailbox};
use crate::directory::Directory;
use crate::engine::Queues;
use crate::fault::Fault;
use crate::limits;
use crate::outbox;
use crate::store::Options;
use crate::threads::Threads;

/// Opens it, and gives the ledger's key with it.
///
/// # Errors
/// As [`crate::Store::open`].
pub(crate) fn open(
    (directory, path): (Directory, &Path),
    options: Options,
) -> Result<(Engine, LogVerifier), Fault> {
    let database = directory.database()?;
    let connection = connection::open(&database)?;
    migrate::migrate(&connection, options.now)?;
    let file = path.join("checkpoint");
    release_outbox(&connection, options.now)?;
    step(&connection, "BEGIN IMMEDIATE")?;
    let recorder = checkpoint_file::take_up(&mut SqliteTx(&connection), options, &file)?;
    step(&connection, "COMMIT")?;
    let verifier = recorder.verifier();
    let checkpoints = Arc::new(Mailbox::default());
    let writer = Writer {
        connection,
        recorder,
        checkpoints: Arc::clone(&checkpoints),
    };

    let (queues, write_queue, read_queue) = Queues::new();
    let read_queue = Arc::new(Mutex::new(read_queue));
    let mut readers = Threads::new(Some(directory), path);
    let mut writers = readers.beside();
    for number in 0..limits::READERS {
        let connection = reader::open(&database)?;
        let queue = Arc::clone(&read_queue);
        readers.start(&format!("store-reader-{number}"), move || {
            reader::run(&connection, &queue);
        })?;
    }
    writers.start("store-writer", move || writer.run(&write_queue))?;
    writers.start("store-checkpoints", move || {
        checkpoint_file::run(&file, &checkpoints);
    })?;
    let engine = Engine {
        queues: Some(queues),
        readers,
        writers,
    };
    Ok((engine, verifier))
}

/// The directory's lock is ours, so whoever had taken up a message is gone.
fn release_outbox(connection: &Connection, now: Timestamp) -> Result<(), Fault> {
    step(connection, "BEGIN IMMEDIATE")?;
    outbox::release(&mut SqliteTx(connection), now)?;
    step(connection, "COMMIT")
}
