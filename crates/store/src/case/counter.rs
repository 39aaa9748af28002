//! The cases that may have to come to a counter.

use tillkey_wire::ids::AcquirerId;

use super::{Stored, read};
use crate::fault::Fault;
use crate::tx::{Tx, statements};
use crate::value::Value;

statements! {
    PROVEN_ELSEWHERE: "list the proven cases of other channels" =
        "SELECT acquirer, folded FROM cases \
         WHERE acquirer = $1 AND state = 'gathering' AND is_proven = 1 AND channel <> 'counter' \
         ORDER BY opened_at DESC, id DESC LIMIT $2";
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
    let limit = limit.min(crate::limits::PAGE_MAX);
    let values = [Value::from(acquirer), Value::from(limit)];
    tx.query_many(PROVEN_ELSEWHERE, &values)?
        .into_iter()
        .map(read)
        .collect()
}
