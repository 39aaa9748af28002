//! Moves an installation from SQLite to PostgreSQL, wholly or not at all.
//!
//! 1. The data directory is taken, so nobody writes meanwhile; the target has to be empty.
//! 2. Table after table is copied, in one transaction of the target.
//! 3. Before it is committed, the rows of every table are counted on both sides, and the
//!    ledger is verified from what arrived: its root has to be the one that was signed.
//! 4. The file that was moved gets another name, so that nobody goes on with it.

use std::path::Path;

use jiff::Timestamp;
use tillkey_ledger::{Head, LogVerifier};

use crate::directory::{Directory, fault};
use crate::fault::Fault;
use crate::ledger;
use crate::postgres::{Address, Target};
use crate::sqlite::Origin;
use crate::value::Value;

/// What was moved.
#[derive(Debug, Clone, PartialEq)]
pub struct Transferred {
    /// Each table with its rows.
    pub tables: Vec<(String, u64)>,
    /// The ledger's size and root, as verified where it arrived.
    pub ledger: Head,
}

/// Gives one row after the other; none at the end.
pub(crate) type NextRow<'r> = &'r mut dyn FnMut() -> Result<Option<Vec<Value>>, Fault>;

/// Moves the installation of a data directory into an empty database. Shows how many rows
/// are there, of how many.
///
/// # Errors
/// [`Fault::InUse`] while a service runs, [`Fault::Unfit`] where the database is not empty,
/// [`Fault::NotTransferred`] where what arrived is not what was sent; nothing is changed then.
pub fn transfer(
    path: &Path,
    address: &Address,
    (verifier, now): (&LogVerifier, Timestamp),
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Transferred, Fault> {
    let directory = Directory::take(path)?;
    let database = directory.database()?;
    let origin = Origin::open(&database, now)?;
    let mut target = Target::open(address, now)?;
    let tables = origin.tables()?;
    let all: u64 = tables.iter().map(|table| table.rows).sum();
    let (mut moved, mut arrived) = (0, Vec::new());
    for table in tables {
        origin.each(&table, &mut |next| {
            target.fill(&table.name, &table.columns, &mut || {
                let row = next()?;
                moved += u64::from(row.is_some());
                if moved.is_multiple_of(4_096) {
                    progress(moved, all);
                }
                Ok(row)
            })
        })?;
        if target.count(&table.name)? != table.rows {
            return Err(Fault::NotTransferred("a table has another number of rows"));
        }
        arrived.push((table.name, table.rows));
    }
    progress(all, all);
    let signed = origin.checkpoint()?;
    let ledger = target.look(|tx| {
        let kept = verifier.open(signed.as_bytes()).map_err(Fault::ledger(
            "be opened: its checkpoint is not by this key",
        ))?;
        let verified = ledger::verify(tx, verifier, Some(&kept), &mut |_, _| ())?;
        if !verified.is_clean() || ledger::checkpoint(tx)? != signed {
            return Err(Fault::NotTransferred(
                "its ledger is not the one that was signed",
            ));
        }
        Ok(kept.head)
    })?;
    target.commit()?;
    drop(origin);
    std::fs::rename(&database, database.with_extension("db.moved"))
        .map_err(fault("rename", &database))?;
    Ok(Transferred {
        tables: arrived,
        ledger,
    })
}
