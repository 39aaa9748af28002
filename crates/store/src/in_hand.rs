//! How far the numbers have come that prove a terminal in hand.
//!
//! Counters only. Which number belongs to a counter is the server's to derive and the
//! rules' to judge; that a number counts once is that its counter is passed here, in the
//! transaction of the case.

use jiff::Timestamp;
use tillkey_rules::in_hand::Progress;
use tillkey_wire::ids::TerminalId;

use crate::fault::Fault;
use crate::tx::{Tx, statements};
use crate::value::{Value, signed};

statements! {
    REPORT: "note how far a terminal's numbers have come" =
        "INSERT INTO in_hand_numbers (terminal, next_counter, far_counter, changed_at) \
         VALUES ($1, $2, NULL, $3) ON CONFLICT (terminal) DO UPDATE SET \
         next_counter = excluded.next_counter, far_counter = NULL, \
         changed_at = excluded.changed_at \
         WHERE in_hand_numbers.next_counter < excluded.next_counter";
    FIND: "find how far a terminal's numbers have come" =
        "SELECT next_counter, far_counter FROM in_hand_numbers WHERE terminal = $1";
    PASS: "pass a terminal's number" =
        "UPDATE in_hand_numbers SET next_counter = $1, far_counter = NULL, changed_at = $2 \
         WHERE terminal = $3 AND next_counter < $1";
    REMEMBER: "remember a terminal's number that is far ahead" =
        "UPDATE in_hand_numbers SET far_counter = $1, changed_at = $2 WHERE terminal = $3";
    FORGET: "forget a terminal's numbers" =
        "DELETE FROM in_hand_numbers WHERE terminal = $1";
}

/// Notes that a terminal knows such numbers and how far it says they have come. It never
/// goes back: what was passed stays passed.
///
/// # Errors
/// [`Fault::Dangling`] when there is no such terminal.
pub fn report(
    tx: &mut dyn Tx,
    terminal: TerminalId,
    counter: u64,
    now: Timestamp,
) -> Result<(), Fault> {
    let values = [Value::from(&terminal), signed(counter)?, Value::from(now)];
    tx.execute(REPORT, &values).map(|_| ())
}

/// How far a terminal's numbers have come; none where it knows no such numbers.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn find(tx: &mut dyn Tx, terminal: TerminalId) -> Result<Option<Progress>, Fault> {
    let Some(mut row) = tx.query_one(FIND, &[Value::from(&terminal)])? else {
        return Ok(None);
    };
    Ok(Some(Progress {
        next: row.take()?,
        far: row.take()?,
    }))
}

/// Passes a number that was taken, and every one before it.
///
/// # Errors
/// [`Fault::Missing`] where it was passed already.
pub fn pass(
    tx: &mut dyn Tx,
    terminal: TerminalId,
    counter: u64,
    now: Timestamp,
) -> Result<(), Fault> {
    let next = signed(counter.saturating_add(1))?;
    match tx.execute(PASS, &[next, Value::from(now), Value::from(&terminal)])? {
        0 => Err(Fault::Missing("number that is still to come")),
        _ => Ok(()),
    }
}

/// Remembers a right number that is too far ahead to be taken.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn remember(
    tx: &mut dyn Tx,
    terminal: TerminalId,
    counter: u64,
    now: Timestamp,
) -> Result<(), Fault> {
    let values = [signed(counter)?, Value::from(now), Value::from(&terminal)];
    tx.execute(REMEMBER, &values).map(|_| ())
}

/// Forgets the numbers of keys that are no longer the terminal's.
///
/// # Errors
/// A [`Fault`] of the engine.
pub(crate) fn forget(tx: &mut dyn Tx, terminal: TerminalId) -> Result<(), Fault> {
    tx.execute(FORGET, &[Value::from(&terminal)]).map(|_| ())
}
