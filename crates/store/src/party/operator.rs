//! Operators: the sign-on accounts of a terminal.

use jiff::Timestamp;
use tillkey_wire::ids::{OperatorNumber, TerminalId};

use crate::credential;
use crate::fault::Fault;
use crate::session::{self, SessionEnd};
use crate::tx::{Tx, statements};
use crate::value::{Row, Value};

statements! {
    ADD: "add an operator" =
        "INSERT INTO operators (terminal, number, created_at) VALUES ($1, $2, $3) \
         ON CONFLICT (terminal, number) DO UPDATE SET removed_at = NULL \
         WHERE operators.removed_at IS NOT NULL";
    FIND: "find an operator" =
        "SELECT terminal, number, credential_version, created_at, removed_at \
         FROM operators WHERE terminal = $1 AND number = $2";
    LIST: "list a terminal's operators" =
        "SELECT terminal, number, credential_version, created_at, removed_at \
         FROM operators WHERE terminal = $1 AND removed_at IS NULL ORDER BY number";
    REMOVE: "remove an operator" =
        "UPDATE operators SET removed_at = $1 \
         WHERE terminal = $2 AND number = $3 AND removed_at IS NULL";
    POINT: "point an operator to a credential" =
        "UPDATE operators SET credential_version = $1 WHERE terminal = $2 AND number = $3";
}

/// An operator as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// On which terminal.
    pub terminal: TerminalId,
    /// Its number; the rank follows from it.
    pub number: OperatorNumber,
    /// The credential in force; none when there is none.
    pub credential_version: Option<u32>,
    /// When it was set up.
    pub created_at: Timestamp,
    /// When it was taken away.
    pub removed_at: Option<Timestamp>,
}

/// Adds an operator, or one again that was removed. False when it is there already.
///
/// # Errors
/// [`Fault::Dangling`] when there is no such terminal.
pub fn add(
    tx: &mut dyn Tx,
    terminal: TerminalId,
    number: OperatorNumber,
    now: Timestamp,
) -> Result<bool, Fault> {
    let values = [
        Value::from(&terminal),
        Value::from(number),
        Value::from(now),
    ];
    Ok(tx.execute(ADD, &values)? > 0)
}

/// Finds an operator, removed or not.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn find(
    tx: &mut dyn Tx,
    terminal: TerminalId,
    number: OperatorNumber,
) -> Result<Option<Operator>, Fault> {
    tx.query_one(FIND, &[Value::from(&terminal), Value::from(number)])?
        .map(read)
        .transpose()
}

/// The operators of a terminal that were not removed: at most a hundred.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn list(tx: &mut dyn Tx, terminal: TerminalId) -> Result<Vec<Operator>, Fault> {
    tx.query_many(LIST, &[Value::from(&terminal)])?
        .into_iter()
        .map(read)
        .collect()
}

/// Removes an operator: its sessions and its credential end with it. True when it
/// was there.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn remove(
    tx: &mut dyn Tx,
    terminal: TerminalId,
    number: OperatorNumber,
    now: Timestamp,
) -> Result<bool, Fault> {
    let values = [
        Value::from(now),
        Value::from(&terminal),
        Value::from(number),
    ];
    if tx.execute(REMOVE, &values)? == 0 {
        return Ok(false);
    }
    credential::end_with_operator(tx, (terminal, number), now)?;
    session::end_all(tx, (terminal, number), SessionEnd::Removed, now)?;
    Ok(true)
}

/// Points an operator to the credential in force.
pub(crate) fn point(
    tx: &mut dyn Tx,
    (terminal, number): (TerminalId, OperatorNumber),
    version: Option<u32>,
) -> Result<(), Fault> {
    let values = [
        Value::from(version),
        Value::from(&terminal),
        Value::from(number),
    ];
    match tx.execute(POINT, &values)? {
        0 => Err(Fault::Missing("operator")),
        _ => Ok(()),
    }
}

fn read(mut row: Row) -> Result<Operator, Fault> {
    Ok(Operator {
        terminal: row.take()?,
        number: row.take()?,
        credential_version: row.take()?,
        created_at: row.take()?,
        removed_at: row.take()?,
    })
}
