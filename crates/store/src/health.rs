//! How each terminal last said it is: one row a terminal, so that a terminal that
//! reports on and on fills nothing.

use jiff::Timestamp;
use tillkey_wire::cbor;
use tillkey_wire::health::HealthReport;
use tillkey_wire::ids::TerminalId;

use crate::fault::Fault;
use crate::tx::{Tx, statements};
use crate::value::Value;

statements! {
    KEEP: "keep a terminal's report" =
        "INSERT INTO terminal_health (terminal, report, clock_ahead_seconds, reported_at) \
         VALUES ($1, $2, $3, $4) ON CONFLICT (terminal) DO UPDATE SET \
         report = excluded.report, clock_ahead_seconds = excluded.clock_ahead_seconds, \
         reported_at = excluded.reported_at";
    FIND: "find a terminal's last report" =
        "SELECT report, clock_ahead_seconds, reported_at FROM terminal_health \
         WHERE terminal = $1";
    FORGET: "forget a terminal's report" =
        "DELETE FROM terminal_health WHERE terminal = $1";
}

/// A terminal's last report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// What it said.
    pub report: HealthReport,
    /// How far its clock was ahead of ours; negative where it was behind.
    pub clock_ahead_seconds: i64,
    /// When it came, by our clock.
    pub reported_at: Timestamp,
}

/// Keeps a report in the place of the one before.
///
/// # Errors
/// [`Fault::Dangling`] when there is no such terminal.
pub fn keep(
    tx: &mut dyn Tx,
    terminal: TerminalId,
    report: &HealthReport,
    now: Timestamp,
) -> Result<(), Fault> {
    let encoded = cbor::encode(report)
        .map_err(|_| Fault::damaged("health report", "it cannot be encoded"))?;
    let values = [
        Value::from(&terminal),
        Value::from(encoded),
        Value::from(report.clock.as_second().saturating_sub(now.as_second())),
        Value::from(now),
    ];
    tx.execute(KEEP, &values).map(|_| ())
}

/// A terminal's last report; none where it never made one, or one that this version
/// cannot read: it is a hint, and not worth a fault.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn last(tx: &mut dyn Tx, terminal: TerminalId) -> Result<Option<Reported>, Fault> {
    let Some(mut row) = tx.query_one(FIND, &[Value::from(&terminal)])? else {
        return Ok(None);
    };
    let encoded: Vec<u8> = row.take()?;
    let (clock_ahead_seconds, reported_at) = (row.take()?, row.take()?);
    Ok(cbor::decode(&encoded).ok().map(|report| Reported {
        report,
        clock_ahead_seconds,
        reported_at,
    }))
}

/// Forgets what a device said that is no longer the terminal's.
///
/// # Errors
/// A [`Fault`] of the engine.
pub(crate) fn forget(tx: &mut dyn Tx, terminal: TerminalId) -> Result<(), Fault> {
    tx.execute(FORGET, &[Value::from(&terminal)]).map(|_| ())
}
