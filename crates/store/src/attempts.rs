//! Attempts, counted durably before the answer is known.
//!
//! A row is one minute of one subject, so a subject that is hammered costs as many
//! rows as minutes, not as attempts. A minute counts until its last attempt has
//! left the window: rounding never frees a guess early.

use jiff::{SignedDuration, Timestamp};
use tillkey_rules::attempts::{Count, Scope};
use tillkey_wire::ids::{OperatorNumber, TerminalId};

use crate::fault::Fault;
use crate::tx::{Tx, statements};
use crate::value::Value;

statements! {
    ADD: "count an attempt" =
        "INSERT INTO attempts (scope, subject, minute, count, last_at) VALUES ($1, $2, $3, 1, $4) \
         ON CONFLICT (scope, subject, minute) DO UPDATE SET count = attempts.count + 1, \
         last_at = CASE WHEN excluded.last_at > attempts.last_at \
         THEN excluded.last_at ELSE attempts.last_at END";
    RECENT: "read recent attempts" =
        "SELECT CAST(COALESCE(SUM(count), 0) AS BIGINT), MIN(last_at), MAX(last_at) \
         FROM attempts WHERE scope = $1 AND subject = $2 AND minute >= $3 AND last_at > $4";
    CLEAR: "clear attempts" = "DELETE FROM attempts WHERE scope = $1 AND subject = $2";
    PRUNE: "prune attempts" =
        "DELETE FROM attempts WHERE (scope, subject, minute) IN \
         (SELECT scope, subject, minute FROM attempts WHERE minute < $1 ORDER BY minute LIMIT $2)";
}

/// How an operator is named as a subject of attempts.
pub fn operator_subject(terminal: TerminalId, operator: OperatorNumber) -> String {
    format!("{terminal}/{operator}")
}

/// Counts an attempt, and says what is in the scope's window with it. Commit it
/// before the answer is computed.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn count(
    tx: &mut dyn Tx,
    (scope, subject): (Scope, &str),
    now: Timestamp,
) -> Result<Count, Fault> {
    let before = in_window(tx, (scope, subject), now)?;
    let values = [
        Value::from(scope.name()),
        Value::from(subject),
        Value::from(minute_of(now)),
        Value::from(now),
    ];
    tx.execute(ADD, &values)?;
    Ok(Count {
        attempts: before.attempts.saturating_add(1),
        oldest_at: before.oldest_at.or(Some(now)),
        latest_at: before.latest_at,
    })
}

/// What is in the scope's window, without counting another attempt.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn in_window(
    tx: &mut dyn Tx,
    (scope, subject): (Scope, &str),
    now: Timestamp,
) -> Result<Count, Fault> {
    recent(
        tx,
        (scope, subject),
        now.checked_sub(scope.window()).unwrap_or(Timestamp::MIN),
    )
}

/// What was counted after a time.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn recent(
    tx: &mut dyn Tx,
    (scope, subject): (Scope, &str),
    since: Timestamp,
) -> Result<Count, Fault> {
    let values = [
        Value::from(scope.name()),
        Value::from(subject),
        Value::from(minute_of(since)),
        Value::from(since),
    ];
    let mut row = tx
        .query_one(RECENT, &values)?
        .ok_or(Fault::Missing("count"))?;
    let attempts: u64 = row.take()?;
    Ok(Count {
        attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
        oldest_at: row.take()?,
        latest_at: row.take()?,
    })
}

/// Forgets a subject's attempts in a scope.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn clear(tx: &mut dyn Tx, (scope, subject): (Scope, &str)) -> Result<(), Fault> {
    tx.execute(CLEAR, &[Value::from(scope.name()), Value::from(subject)])
        .map(|_| ())
}

/// Deletes attempts older than a time, a bounded number at once, and says how many.
/// Keep thirty days: facts look back that far.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn prune(tx: &mut dyn Tx, before: Timestamp, limit: u32) -> Result<u64, Fault> {
    tx.execute(PRUNE, &[Value::from(minute_of(before)), Value::from(limit)])
}

fn minute_of(at: Timestamp) -> i64 {
    at.as_second()
        .div_euclid(SignedDuration::from_mins(1).as_secs())
}
