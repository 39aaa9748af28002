//! Looks into a data directory without changing it: for the auditor, beside a running
//! service or long after it.
//!
//! It takes no lock, applies no migration, needs no key and believes nothing: a
//! database that [`crate::Store::open`] refuses is just what somebody wants to look into.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::connection::{SqliteTx, step};
use crate::directory::fault;
use crate::fault::Fault;
use crate::limits;
use crate::tx::Tx;

/// Runs a function over one consistent view of what is committed. It cannot write.
///
/// # Errors
/// The function's own [`Fault`], or why the database cannot be read.
pub(crate) fn look_into<T>(
    path: &Path,
    look: impl FnOnce(&mut dyn Tx) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let database = path.join("tillkey.db");
    // The engine's own message would not name the file.
    std::fs::metadata(&database).map_err(fault("open the database", &database))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&database, flags)
        .map_err(|source| Fault::of_sqlite("open the database", source))?;
    connection
        .busy_timeout(limits::LOCK_WAIT_MAX)
        .and_then(|()| connection.execute_batch("PRAGMA trusted_schema = OFF"))
        .map_err(|source| Fault::of_sqlite("set up the database", source))?;
    connection.set_prepared_statement_cache_capacity(limits::PREPARED_STATEMENTS_MAX);
    step(&connection, "BEGIN")?;
    let seen = look(&mut SqliteTx(&connection))?;
    step(&connection, "COMMIT")?;
    Ok(seen)
}
