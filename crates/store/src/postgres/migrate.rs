//! Brings the schema up to date, forward only, one node at a time.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::connection::{PostgresTx, Session};
use crate::fault::Fault;
use crate::migration::{Applied, Migration, to_apply};
use crate::tx::{Statement, Tx};
use crate::value::Value;

/// The lock of whoever migrates, within its database.
const MIGRATING: i64 = 0x7469_6c6c_6b65_7902;

/// Every migration, oldest first. They are numbered as SQLite's: the same number is the
/// same schema.
pub(super) const MIGRATIONS: &[Migration] = &[Migration {
    number: 20,
    name: "0020_schema",
    sql: include_str!("../../migrations/postgres/0020_schema.sql"),
}];

/// Where it is written what was applied.
const RECORD: &str = "CREATE TABLE IF NOT EXISTS migrations (
    number     BIGINT NOT NULL PRIMARY KEY, -- its place
    name       TEXT   NOT NULL,             -- its file
    digest     BYTEA  NOT NULL,             -- SHA-256 of its text
    applied_at BIGINT NOT NULL              -- when
)";

const APPLIED: Statement = Statement::new(
    "read the schema's version",
    "SELECT number, digest FROM migrations ORDER BY number",
);

const NOTE: Statement = Statement::new(
    "note a migration",
    "INSERT INTO migrations (number, name, digest, applied_at) VALUES ($1, $2, $3, $4)",
);

/// Applies what is missing.
///
/// # Errors
/// [`Fault::Newer`] and [`Fault::Rewritten`], or what the server says.
pub(super) fn migrate(session: &mut Session, now: Timestamp) -> Result<(), Fault> {
    session.batch(
        "begin to migrate",
        &format!("BEGIN; SELECT pg_advisory_xact_lock({MIGRATING})"),
    )?;
    session.batch("prepare the schema", RECORD)?;
    let mut tx = PostgresTx::new(session);
    let applied: Result<Vec<Applied>, Fault> = tx
        .query_many(APPLIED, &[])?
        .into_iter()
        .map(|mut row| Ok((row.take()?, row.take()?)))
        .collect();
    for migration in to_apply(MIGRATIONS, &applied?)? {
        session.batch(migration.name, migration.sql)?;
        let values = [
            Value::from(migration.number),
            Value::from(migration.name),
            Value::from(Sha256::digest(migration.sql).as_slice()),
            Value::from(now),
        ];
        PostgresTx::new(session).execute(NOTE, &values)?;
    }
    session.batch("end the migration", "COMMIT")
}
