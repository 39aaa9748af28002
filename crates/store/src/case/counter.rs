//! The cases that wait at a counter.

use tillkey_wire::ids::AcquirerId;

use super::{Stored, read};
use crate::fault::Fault;
use crate::tx::{Tx, statements};
use crate::value::Value;

statements! {
    OPEN_HERE: "list the open cases of the counter" =
        "SELECT acquirer, folded FROM cases \
         WHERE acquirer = $1 AND channel = 'counter' AND is_open = 1 \
         ORDER BY opened_at DESC, id DESC LIMIT $2";
    PROVEN_ELSEWHERE: "list the proven cases of other channels" =
        "SELECT acquirer, folded FROM cases \
         WHERE acquirer = $1 AND state = 'gathering' AND is_proven = 1 AND channel <> 'counter' \
         ORDER BY opened_at DESC, id DESC LIMIT $2";
}

/// The open cases of the counter, newest first.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn open_here(
    tx: &mut dyn Tx,
    acquirer: &AcquirerId,
    limit: u32,
) -> Result<Vec<Stored>, Fault> {
    of(tx, OPEN_HERE, acquirer, limit)
}

/// The cases of other channels in which something was proven and more is needed,
/// newest first: the policy may have sent them to a counter.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn proven_elsewhere(
    tx: &mut dyn Tx,
    acquirer: &AcquirerId,
    limit: u32,
) -> Result<Vec<Stored>, Fault> {
    of(tx, PROVEN_ELSEWHERE, acquirer, limit)
}

fn of(
    tx: &mut dyn Tx,
    statement: crate::tx::Statement,
    acquirer: &AcquirerId,
    limit: u32,
) -> Result<Vec<Stored>, Fault> {
    let limit = limit.min(crate::limits::PAGE_MAX);
    tx.query_many(statement, &[Value::from(acquirer), Value::from(limit)])?
        .into_iter()
        .map(read)
        .collect()
}
