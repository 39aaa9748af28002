//! Challenges of terminals without a link, and in which case each was answered.

use jiff::Timestamp;
use tillkey_wire::ids::{CaseId, CodeId, OperatorNumber, TerminalId};

use crate::fault::Fault;
use crate::tx::{Tx, statements};
use crate::value::{Value, signed};

statements! {
    ANSWER: "note that a terminal's challenge was answered" =
        "INSERT INTO offline_answers (terminal, counter, operator, case_id, code, answered_at) \
         VALUES ($1, $2, $3, $4, $5, $6)";
    NEXT: "find which challenges can still be answered" =
        "SELECT COALESCE(MAX(counter), 0) + 1 FROM offline_answers WHERE terminal = $1";
    FIND: "find the case in which a challenge was answered" =
        "SELECT operator, case_id, code FROM offline_answers \
         WHERE terminal = $1 AND counter = $2";
    FORGET: "forget a terminal's challenges" =
        "DELETE FROM offline_answers WHERE terminal = $1";
}

/// A challenge that was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered {
    /// Which terminal showed it.
    pub terminal: TerminalId,
    /// Its counter.
    pub counter: u64,
    /// For whom.
    pub operator: OperatorNumber,
    /// In which case.
    pub case: CaseId,
    /// The code of that case that the answer is.
    pub code: CodeId,
}

/// Notes that a challenge was answered.
///
/// # Errors
/// [`Fault::Taken`] where it was answered before.
pub fn answer(tx: &mut dyn Tx, answered: &Answered, now: Timestamp) -> Result<(), Fault> {
    let values = [
        Value::from(&answered.terminal),
        signed(answered.counter)?,
        Value::from(answered.operator),
        Value::from(&answered.case),
        Value::from(&answered.code),
        Value::from(now),
    ];
    tx.execute(ANSWER, &values).map(|_| ())
}

/// The least counter whose challenge can still be answered.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn next(tx: &mut dyn Tx, terminal: TerminalId) -> Result<u64, Fault> {
    tx.query_one(NEXT, &[Value::from(&terminal)])?
        .ok_or(Fault::Missing("count"))?
        .take()
}

/// How a challenge was answered; none if it was not.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn find(
    tx: &mut dyn Tx,
    (terminal, counter): (TerminalId, u64),
) -> Result<Option<Answered>, Fault> {
    let values = [Value::from(&terminal), signed(counter)?];
    let Some(mut row) = tx.query_one(FIND, &values)? else {
        return Ok(None);
    };
    Ok(Some(Answered {
        terminal,
        counter,
        operator: row.take()?,
        case: row.take()?,
        code: row.take()?,
    }))
}

/// Forgets the challenges of keys that are no longer the terminal's.
pub(crate) fn forget(tx: &mut dyn Tx, terminal: TerminalId) -> Result<(), Fault> {
    tx.execute(FORGET, &[Value::from(&terminal)]).map(|_| ())
}
