//! Numbers over many cases, for whoever looks after the whole: how many came by which
//! channel and how they ended, how long it took, why it came to nothing.
//!
//! Everything here is read from the cases as they stand; nothing is counted beside
//! them that could say something else.

use jiff::{SignedDuration, Timestamp};
use tillkey_rules::case::{Case, State};
use tillkey_rules::vocabulary::Channel;
use tillkey_wire::ids::AcquirerId;

use crate::fault::Fault;
use crate::limits::REPORT_ROWS_MAX;
use crate::tx::{Tx, statements};
use crate::value::{Row, Value};

statements! {
    BY_DAY: "count the cases of each day" =
        "SELECT (opened_at + $1) / 86400000 AS day, channel, state, COUNT(*) FROM cases \
         WHERE acquirer = $2 AND opened_at >= $3 \
         GROUP BY day, channel, state ORDER BY day, channel, state LIMIT $4";
    TIMES: "read how long cases took to be effective" =
        "SELECT opened_at, changed_at FROM cases \
         WHERE acquirer = $1 AND state = $2 AND opened_at >= $3 \
         ORDER BY opened_at DESC LIMIT $4";
    ENDED: "read the cases that ended in a state" =
        "SELECT folded FROM cases WHERE acquirer = $1 AND state = $2 AND opened_at >= $3 \
         ORDER BY opened_at DESC LIMIT $4";
}

/// How many cases of one day came by one channel and stand in one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayCount {
    /// Days since 1970-01-01 where the merchants are.
    pub day: i64,
    /// The channel that they are in.
    pub channel: Channel,
    /// Where they stand.
    pub state: State,
    /// How many.
    pub count: u64,
}

/// One case that became effective.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Took {
    /// When it was opened.
    pub opened_at: Timestamp,
    /// From its opening to the new password's being in force.
    pub took: SignedDuration,
}

/// Counts the cases of each day since a time, by channel and state. A day begins at
/// midnight `offset` from UTC.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn by_day(
    tx: &mut dyn Tx,
    acquirer: &AcquirerId,
    (since, offset): (Timestamp, SignedDuration),
) -> Result<Vec<DayCount>, Fault> {
    let offset_ms = i64::try_from(offset.as_millis()).unwrap_or(0);
    let values = [
        Value::Integer(offset_ms),
        Value::from(acquirer),
        Value::from(since),
        Value::from(REPORT_ROWS_MAX),
    ];
    let read = |mut row: Row| {
        Ok(DayCount {
            day: row.take()?,
            channel: row.take_word("channel", |word| word.parse().ok())?,
            state: row.take_word("case state", |word| {
                State::ALL.into_iter().find(|state| state.name() == word)
            })?,
            count: row.take()?,
        })
    };
    tx.query_many(BY_DAY, &values)?
        .into_iter()
        .map(read)
        .collect()
}

/// How long the cases took that were opened since a time and became effective, the
/// newest first, as many as are looked at.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn times(tx: &mut dyn Tx, acquirer: &AcquirerId, since: Timestamp) -> Result<Vec<Took>, Fault> {
    let values = [
        Value::from(acquirer),
        Value::from(State::Effective.name()),
        Value::from(since),
        Value::from(REPORT_ROWS_MAX),
    ];
    let read = |mut row: Row| {
        let (opened_at, changed_at): (Timestamp, Timestamp) = (row.take()?, row.take()?);
        Ok(Took {
            opened_at,
            took: changed_at.duration_since(opened_at),
        })
    };
    tx.query_many(TIMES, &values)?
        .into_iter()
        .map(read)
        .collect()
}

/// The cases that were opened since a time and ended in a state, the newest first, as
/// many as are looked at.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn ended(
    tx: &mut dyn Tx,
    acquirer: &AcquirerId,
    (state, since): (State, Timestamp),
) -> Result<Vec<Case>, Fault> {
    let values = [
        Value::from(acquirer),
        Value::from(state.name()),
        Value::from(since),
        Value::from(REPORT_ROWS_MAX),
    ];
    let read = |mut row: Row| {
        let folded: String = row.take()?;
        serde_json::from_str(&folded)
            .map_err(|_| Fault::damaged("case", "it does not have the required shape"))
    };
    tx.query_many(ENDED, &values)?
        .into_iter()
        .map(read)
        .collect()
}
