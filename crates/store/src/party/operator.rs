//! Operators: the sign-on accounts of a terminal.

use jiff::Timestamp;
use tillkey_rules::dormancy::RestCause;
use tillkey_wire::ids::{OperatorNumber, TerminalId};

use crate::credential;
use crate::fault::Fault;
use crate::session::{self, SessionEnd};
use crate::tx::{Tx, statements};
use crate::value::{Row, Value};

statements! {
    ADD: "add an operator" =
        "INSERT INTO operators (terminal, number, created_at) VALUES ($1, $2, $3) \
         ON CONFLICT (terminal, number) DO UPDATE SET removed_at = NULL, signed_on_at = NULL \
         WHERE operators.removed_at IS NOT NULL";
    FIND: "find an operator" =
        "SELECT terminal, number, credential_version, created_at, removed_at, \
         signed_on_at, dormant_at, rest_cause \
         FROM operators WHERE terminal = $1 AND number = $2";
    LIST: "list a terminal's operators" =
        "SELECT terminal, number, credential_version, created_at, removed_at, \
         signed_on_at, dormant_at, rest_cause \
         FROM operators WHERE terminal = $1 AND removed_at IS NULL ORDER BY number";
    REMOVE: "remove an operator" =
        "UPDATE operators SET removed_at = $1 \
         WHERE terminal = $2 AND number = $3 AND removed_at IS NULL";
    POINT: "point an operator to a credential" =
        "UPDATE operators SET credential_version = $1, dormant_at = NULL, rest_cause = NULL \
         WHERE terminal = $2 AND number = $3";
    SIGNED_ON: "note when an operator signed on" =
        "UPDATE operators SET signed_on_at = $1 \
         WHERE terminal = $2 AND number = $3 AND (signed_on_at IS NULL OR signed_on_at < $1)";
    TO_LOOK_AT: "find the operators to look at" =
        "SELECT terminal, number FROM operators \
         WHERE removed_at IS NULL AND dormant_at IS NULL AND credential_version IS NOT NULL \
         AND look_at <= $1 ORDER BY look_at, terminal, number LIMIT $2";
    LOOK_AGAIN: "note when to look at an operator again" =
        "UPDATE operators SET look_at = $1 WHERE terminal = $2 AND number = $3";
    REST: "put an operator to rest" =
        "UPDATE operators SET dormant_at = $1, rest_cause = $2 \
         WHERE terminal = $3 AND number = $4 AND removed_at IS NULL AND dormant_at IS NULL";
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
    /// When it last signed on.
    pub signed_on_at: Option<Timestamp>,
    /// Since when it is at rest.
    pub dormant_at: Option<Timestamp>,
    /// Why it is.
    pub rest_cause: Option<RestCause>,
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

/// Notes that an operator signed on.
pub(crate) fn signed_on(
    tx: &mut dyn Tx,
    (terminal, number): (TerminalId, OperatorNumber),
    at: Timestamp,
) -> Result<(), Fault> {
    let values = [Value::from(at), Value::from(&terminal), Value::from(number)];
    tx.execute(SIGNED_ON, &values).map(|_| ())
}

/// The operators with a password whom it is time to look at, whether they are dormant.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn to_look_at(
    tx: &mut dyn Tx,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(TerminalId, OperatorNumber)>, Fault> {
    let rows = tx.query_many(TO_LOOK_AT, &[Value::from(now), Value::from(limit)])?;
    rows.into_iter()
        .map(|mut row| Ok((row.take()?, row.take()?)))
        .collect()
}

/// Notes when to look at an operator again.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn look_again(
    tx: &mut dyn Tx,
    (terminal, number): (TerminalId, OperatorNumber),
    at: Timestamp,
) -> Result<(), Fault> {
    let values = [Value::from(at), Value::from(&terminal), Value::from(number)];
    tx.execute(LOOK_AGAIN, &values).map(|_| ())
}

/// Puts an operator to rest: the password stays, and signs nobody on before another one
/// is in force. The sessions end. True when it was not at rest before.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn rest(
    tx: &mut dyn Tx,
    (terminal, number): (TerminalId, OperatorNumber),
    (cause, now): (RestCause, Timestamp),
) -> Result<bool, Fault> {
    let values = [
        Value::from(now),
        Value::from(cause.name()),
        Value::from(&terminal),
        Value::from(number),
    ];
    if tx.execute(REST, &values)? == 0 {
        return Ok(false);
    }
    let why = match cause {
        RestCause::Campaign | RestCause::PasswordAge => SessionEnd::Revoked,
        RestCause::Unused => SessionEnd::Dormant,
    };
    session::end_all(tx, (terminal, number), why, now)?;
    Ok(true)
}

/// Points an operator to the credential in force, which wakes one who was at rest.
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
    let mut operator = Operator {
        terminal: row.take()?,
        number: row.take()?,
        credential_version: row.take()?,
        created_at: row.take()?,
        removed_at: row.take()?,
        signed_on_at: row.take()?,
        dormant_at: row.take()?,
        rest_cause: None,
    };
    let cause: Option<String> = row.take()?;
    let cause = match (operator.dormant_at, cause) {
        (None, _) => None,
        (Some(_), None) => Some(RestCause::Unused),
        (Some(_), Some(word)) => Some(
            word.parse()
                .map_err(|_| Fault::damaged("operator", "its rest has no known cause"))?,
        ),
    };
    operator.rest_cause = cause;
    Ok(operator)
}
