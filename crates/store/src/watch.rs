//! How far the watch has read, and what its rules remember of each subject.

use jiff::Timestamp;
use tillkey_rules::watch::{About, Memory, Rule};
use tillkey_wire::ids::AcquirerId;

use crate::fault::Fault;
use crate::tx::{Tx, statements};
use crate::value::{Value, signed};

statements! {
    WHERE: "read where the watch stands" =
        "SELECT next, speaks_from FROM watch_position WHERE id = 1";
    MOVE_ON: "move the watch on" =
        "UPDATE watch_position SET next = $1 WHERE id = 1 AND next = $2";
    RECALL: "recall a memory of the watch" =
        "SELECT memory FROM watch_memories WHERE acquirer = $1 AND rule = $2 AND about = $3";
    REMEMBER: "remember for the watch" =
        "INSERT INTO watch_memories (acquirer, rule, about, memory, touched_at) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (acquirer, rule, about) DO UPDATE SET \
         memory = excluded.memory, touched_at = excluded.touched_at";
    PRUNE: "prune memories of the watch" =
        "DELETE FROM watch_memories WHERE (acquirer, rule, about) IN \
         (SELECT acquirer, rule, about FROM watch_memories WHERE touched_at < $1 \
         ORDER BY touched_at LIMIT $2)";
}

/// How far the watch has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The first event that it has not read.
    pub next: u64,
    /// The first event that may raise an alert; those before it only teach.
    pub speaks_from: u64,
}

/// How far the watch has read.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn standing(tx: &mut dyn Tx) -> Result<Standing, Fault> {
    let mut row = tx
        .query_one(WHERE, &[])?
        .ok_or(Fault::Missing("position of the watch"))?;
    Ok(Standing {
        next: row.take()?,
        speaks_from: row.take()?,
    })
}

/// Moves on from one position to another, in the transaction of what was made of the
/// events between them. False where somebody else has moved on meanwhile.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn move_on(tx: &mut dyn Tx, (from, to): (u64, u64)) -> Result<bool, Fault> {
    Ok(tx.execute(MOVE_ON, &[signed(to)?, signed(from)?])? > 0)
}

/// What a rule remembers of a subject; nothing where it was never concerned with it.
///
/// # Errors
/// [`Fault::Damaged`] when it cannot be read.
pub fn recall(
    tx: &mut dyn Tx,
    acquirer: &AcquirerId,
    (rule, about): (Rule, &About),
) -> Result<Memory, Fault> {
    let values = [
        Value::from(acquirer),
        Value::from(rule.name()),
        Value::from(about.key()),
    ];
    let Some(mut row) = tx.query_one(RECALL, &values)? else {
        return Ok(Memory::default());
    };
    let memory: String = row.take()?;
    serde_json::from_str(&memory)
        .map_err(|_| Fault::damaged("memory of the watch", "it does not have the required shape"))
}

/// Keeps what a rule remembers of a subject, in the place of what it did before.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn remember(
    tx: &mut dyn Tx,
    acquirer: &AcquirerId,
    (rule, about): (Rule, &About),
    (memory, now): (&Memory, Timestamp),
) -> Result<(), Fault> {
    let text = serde_json::to_string(memory)
        .map_err(|_| Fault::damaged("memory of the watch", "it cannot be written as JSON"))?;
    let values = [
        Value::from(acquirer),
        Value::from(rule.name()),
        Value::from(about.key()),
        Value::from(text),
        Value::from(now),
    ];
    tx.execute(REMEMBER, &values).map(|_| ())
}

/// Deletes memories that were not touched since a time, at most so many.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn prune(tx: &mut dyn Tx, before: Timestamp, limit: u32) -> Result<u64, Fault> {
    tx.execute(PRUNE, &[Value::from(before), Value::from(limit)])
}
