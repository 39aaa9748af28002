//! A reader: a thread with a connection that cannot write, beside the writer.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};

use rusqlite::Connection;

use super::connection::{self, SqliteTx, step};
use crate::engine::{Waiting, next};
use crate::fault::Fault;
use crate::store::Request;

/// Opens a connection that refuses to write.
pub(super) fn open(path: &Path) -> Result<Connection, Fault> {
    let connection = connection::open(path)?;
    connection
        .execute_batch("PRAGMA query_only = ON")
        .map_err(|source| Fault::of_sqlite("set up a reader", source))?;
    Ok(connection)
}

/// Answers reads until the queue is closed.
pub(super) fn run(connection: &Connection, queue: &Arc<Mutex<Receiver<Waiting>>>) {
    while let Some(mut request) = next(queue) {
        let seen = read(connection, request.as_mut());
        request.answer(seen);
    }
}

/// Runs a request over one view of what is committed.
fn read(connection: &Connection, request: &mut dyn Request) -> Result<(), Fault> {
    step(connection, "BEGIN")?;
    let run = catch_unwind(AssertUnwindSafe(|| request.run(&mut SqliteTx(connection))));
    if run.is_err() {
        request.panicked();
    }
    step(connection, "COMMIT")
}
