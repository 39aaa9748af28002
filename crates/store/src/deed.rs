//! The last thing that each terminal told of having done at the till.
//!
//! A terminal tells one after another and goes on once it is answered, so the last one
//! is all that can be said twice.

use jiff::Timestamp;
use tillkey_wire::ids::TerminalId;

use crate::fault::Fault;
use crate::tx::{Tx, statements};
use crate::value::{Value, signed};

statements! {
    KEEP: "keep what a deed was answered" =
        "INSERT INTO deeds (terminal, number, answer, taken_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (terminal) DO UPDATE SET number = excluded.number, \
         answer = excluded.answer, taken_at = excluded.taken_at \
         WHERE deeds.number < excluded.number";
    FIND: "find a terminal's last deed" =
        "SELECT number, answer FROM deeds WHERE terminal = $1";
    FORGET: "forget a terminal's deeds" = "DELETE FROM deeds WHERE terminal = $1";
}

/// The last deed of a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Last {
    /// The terminal's number of it.
    pub number: u64,
    /// What it was answered, as it was encoded.
    pub answer: Vec<u8>,
}

/// Keeps what a deed was answered, in place of the one before.
///
/// # Errors
/// [`Fault::Missing`] where a later one was answered already.
pub fn keep(
    tx: &mut dyn Tx,
    terminal: TerminalId,
    (number, answer): (u64, Vec<u8>),
    now: Timestamp,
) -> Result<(), Fault> {
    let values = [
        Value::from(&terminal),
        signed(number)?,
        Value::from(answer),
        Value::from(now),
    ];
    match tx.execute(KEEP, &values)? {
        0 => Err(Fault::Missing("deed that is still to come")),
        _ => Ok(()),
    }
}

/// The last deed of a terminal; none before the first.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn last(tx: &mut dyn Tx, terminal: TerminalId) -> Result<Option<Last>, Fault> {
    let Some(mut row) = tx.query_one(FIND, &[Value::from(&terminal)])? else {
        return Ok(None);
    };
    Ok(Some(Last {
        number: row.take()?,
        answer: row.take()?,
    }))
}

/// Forgets the deeds of an enrolment that has ended: the next one counts from 1.
pub(crate) fn forget(tx: &mut dyn Tx, terminal: TerminalId) -> Result<(), Fault> {
    tx.execute(FORGET, &[Value::from(&terminal)]).map(|_| ())
}
