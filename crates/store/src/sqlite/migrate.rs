//! Brings the schema up to date, forward only.
//!
//! Each migration is applied once, in its own transaction, and recorded with the
//! digest of its text: an applied one that was edited later is noticed.

use jiff::Timestamp;
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

use crate::fault::Fault;
use crate::migration::{Applied, Migration, to_apply};

/// Lists the migrations with their texts.
macro_rules! migrations {
    ($($number:literal $name:literal),+ $(,)?) => {
        &[$(Migration {
            number: $number,
            name: $name,
            sql: include_str!(concat!("../../migrations/sqlite/", $name, ".sql")),
        }),+]
    };
}

/// Every migration, oldest first.
pub(super) const MIGRATIONS: &[Migration] = migrations![
    1 "0001_parties",
    2 "0002_events",
    3 "0003_cases",
    4 "0004_outgoing",
    5 "0005_comments",
    6 "0006_managers",
    7 "0007_transactions",
    8 "0008_scans",
    9 "0009_staff",
    10 "0010_terminal_health",
    11 "0011_search",
    12 "0012_snapshots",
    13 "0013_restores",
    14 "0014_offline",
    15 "0015_applications",
    16 "0016_deposits",
    17 "0017_leavers",
    18 "0018_watch",
    19 "0019_campaigns",
    20 "0020_erasure",
];

/// Where it is written what was applied.
const RECORD: &str = "CREATE TABLE IF NOT EXISTS migrations (
    number     INTEGER NOT NULL PRIMARY KEY, -- its place
    name       TEXT    NOT NULL,             -- its file
    digest     BLOB    NOT NULL,             -- SHA-256 of its text
    applied_at INTEGER NOT NULL              -- when
) STRICT";

/// Applies what is missing.
pub(super) fn migrate(connection: &Connection, now: Timestamp) -> Result<(), Fault> {
    let fault = |source| Fault::of_sqlite("read the schema's version", source);
    connection.execute_batch(RECORD).map_err(fault)?;
    let applied: Vec<Applied> = connection
        .prepare("SELECT number, digest FROM migrations ORDER BY number")
        .and_then(|mut statement| {
            statement
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })
        .map_err(fault)?;
    for migration in to_apply(MIGRATIONS, &applied)? {
        apply(connection, migration, now)
            .map_err(|source| Fault::of_sqlite(migration.name, source))?;
    }
    Ok(())
}

fn apply(connection: &Connection, migration: &Migration, now: Timestamp) -> rusqlite::Result<()> {
    let transaction = connection.unchecked_transaction()?;
    transaction.execute_batch(migration.sql)?;
    transaction.execute(
        "INSERT INTO migrations (number, name, digest, applied_at) VALUES (?1, ?2, ?3, ?4)",
        params![
            migration.number,
            migration.name,
            Sha256::digest(migration.sql).as_slice(),
            now.as_millisecond(),
        ],
    )?;
    transaction.commit()
}
