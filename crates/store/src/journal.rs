//! Where each terminal's journal was last known to stand: as a checked backup has it, or
//! as the terminal said after a reset. One row a terminal.

use jiff::Timestamp;
use tillkey_wire::ids::TerminalId;
use tillkey_wire::journal::Head;

use crate::fault::Fault;
use crate::snapshot::{decoded, encoded};
use crate::tx::{Tx, statements};
use crate::value::Value;

statements! {
    KEEP: "keep where a journal stands" =
        "INSERT INTO journal_heads (terminal, head, batch, reported_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (terminal) DO UPDATE SET head = excluded.head, batch = excluded.batch, \
         reported_at = excluded.reported_at";
    FIND: "find where a journal stands" =
        "SELECT head, reported_at FROM journal_heads WHERE terminal = $1";
    FORGET: "forget where a journal stood" =
        "DELETE FROM journal_heads WHERE terminal = $1";
}

/// Where a journal was last known to stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastKnown {
    /// Where.
    pub head: Head,
    /// When it was heard of, by our clock.
    pub reported_at: Timestamp,
}

/// Keeps where a journal stands, in the place of what was known before.
///
/// # Errors
/// [`Fault::Dangling`] where there is no such terminal.
pub fn keep(
    tx: &mut dyn Tx,
    terminal: TerminalId,
    head: &Head,
    now: Timestamp,
) -> Result<(), Fault> {
    let values = [
        Value::from(&terminal),
        Value::from(encoded(head)?),
        Value::from(head.batch),
        Value::from(now),
    ];
    tx.execute(KEEP, &values).map(|_| ())
}

/// Where a journal was last known to stand.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn last(tx: &mut dyn Tx, terminal: TerminalId) -> Result<Option<LastKnown>, Fault> {
    let Some(mut row) = tx.query_one(FIND, &[Value::from(&terminal)])? else {
        return Ok(None);
    };
    Ok(Some(LastKnown {
        head: decoded(&row.take::<Vec<u8>>()?)?,
        reported_at: row.take()?,
    }))
}

/// Forgets the journal of a device that is no longer the terminal's.
///
/// # Errors
/// A [`Fault`] of the engine.
pub(crate) fn forget(tx: &mut dyn Tx, terminal: TerminalId) -> Result<(), Fault> {
    tx.execute(FORGET, &[Value::from(&terminal)]).map(|_| ())
}
