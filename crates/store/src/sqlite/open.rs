//! Opens a data directory: lock, schema, threads.

use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex};
use std::thread;

use jiff::Timestamp;

use super::directory::{Directory, fault};
use super::writer::Writer;
use super::{Engine, Queues, connection, migrate, reader};
use crate::fault::Fault;
use crate::limits;
use crate::store::Store;

/// What it takes to open a store.
#[derive(Debug)]
pub struct Options {
    /// When this is; recorded with the migrations that are applied.
    pub now: Timestamp,
}

impl Store {
    /// Opens the SQLite store in a data directory, which is made where needed.
    ///
    /// # Errors
    /// [`Fault::InUse`] when another process has it, [`Fault::Newer`] when a later
    /// Tillkey wrote it, or what the disk says.
    pub fn open(path: &Path, options: &Options) -> Result<Self, Fault> {
        let directory = Directory::take(path)?;
        let database = directory.database()?;
        let writer = Writer {
            connection: connection::open(&database)?,
        };
        migrate::migrate(&writer.connection, options.now)?;

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
        let queues = Some(Queues { writes, reads });
        Ok(Self::new(Engine {
            queues,
            threads,
            _directory: directory,
        }))
    }
}
