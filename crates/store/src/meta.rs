//! Single values of the installation: wrapped keys, digests of policies that were
//! checked.

use jiff::Timestamp;

use crate::fault::Fault;
use crate::tx::{Tx, statements};
use crate::value::Value;

statements! {
    FIND: "find a meta value" = "SELECT value FROM meta WHERE name = $1";
    ADD: "add a meta value" = "INSERT INTO meta (name, value, changed_at) VALUES ($1, $2, $3)";
    SET: "set a meta value" =
        "INSERT INTO meta (name, value, changed_at) VALUES ($1, $2, $3) \
         ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at";
}

/// Finds a value.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn find(tx: &mut dyn Tx, name: &str) -> Result<Option<Vec<u8>>, Fault> {
    tx.query_one(FIND, &[Value::from(name)])?
        .map(|mut row| row.take())
        .transpose()
}

/// Adds a value that must not be there yet, such as a key that is drawn once.
///
/// # Errors
/// [`Fault::Taken`] when it is there.
pub fn add(tx: &mut dyn Tx, name: &str, value: &[u8], now: Timestamp) -> Result<(), Fault> {
    tx.execute(
        ADD,
        &[Value::from(name), Value::from(value), Value::from(now)],
    )
    .map(|_| ())
}

/// Sets a value.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn set(tx: &mut dyn Tx, name: &str, value: &[u8], now: Timestamp) -> Result<(), Fault> {
    tx.execute(
        SET,
        &[Value::from(name), Value::from(value), Value::from(now)],
    )
    .map(|_| ())
}
