//! Durable commands to terminals. The queue is here, not the socket: a terminal
//! that was away gets the newest valid command of each kind, once.

use jiff::Timestamp;
use tillkey_wire::ids::{CommandId, OperatorNumber, TerminalId};

use crate::fault::Fault;
use crate::party::terminal;
use crate::tx::{Tx, statements};
use crate::value::{Row, Value, signed};

statements! {
    SUPERSEDE: "supersede commands" =
        "UPDATE commands SET state = 'superseded', ended_at = $1 \
         WHERE terminal = $2 AND kind = $3 AND operator IS NOT DISTINCT FROM $4 \
         AND ended_at IS NULL";
    ADD: "queue a command" =
        "INSERT INTO commands (id, terminal, operator, kind, sequence, body, state, queued_at, \
         expires_at) VALUES ($1, $2, $3, $4, $5, $6, 'queued', $7, $8)";
    PENDING: "find a terminal's pending commands" =
        "SELECT id, operator, kind, sequence, body, queued_at, expires_at, delivered_at \
         FROM commands WHERE terminal = $1 AND ended_at IS NULL AND expires_at > $2 \
         ORDER BY sequence LIMIT $3";
    FIND: "find a command" =
        "SELECT id, operator, kind, sequence, body, queued_at, expires_at, delivered_at \
         FROM commands WHERE id = $1 AND terminal = $2";
    DELIVER: "note that a command was delivered" =
        "UPDATE commands SET state = 'delivered', delivered_at = $1 \
         WHERE id = $2 AND ended_at IS NULL";
    ACKNOWLEDGE: "note a command's outcome" =
        "UPDATE commands SET state = $1, ended_at = $2 \
         WHERE id = $3 AND terminal = $4 AND ended_at IS NULL";
    WITHDRAW: "withdraw a command" =
        "UPDATE commands SET state = 'superseded', ended_at = $1 \
         WHERE id = $2 AND ended_at IS NULL";
    IS_LIVE: "find whether a command still waits" =
        "SELECT 1 FROM commands WHERE id = $1 AND ended_at IS NULL";
    EXPIRE: "expire commands" =
        "UPDATE commands SET state = 'expired', ended_at = $1 WHERE id IN \
         (SELECT id FROM commands WHERE ended_at IS NULL AND expires_at <= $1 \
         ORDER BY expires_at LIMIT $2)";
}

/// A command to be queued.
#[derive(Debug, Clone)]
pub struct NewCommand {
    /// Named in the terminal's acknowledgement.
    pub id: CommandId,
    /// For which terminal.
    pub terminal: TerminalId,
    /// About which operator, when about one.
    pub operator: Option<OperatorNumber>,
    /// What it asks for; a newer one of the same kind and operator replaces it.
    pub kind: &'static str,
    /// The command, encoded.
    pub body: Vec<u8>,
    /// When this is.
    pub now: Timestamp,
    /// Until when it may be delivered.
    pub expires_at: Timestamp,
}

/// A command as queued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedCommand {
    /// Named in the terminal's acknowledgement.
    pub id: CommandId,
    /// About which operator, when about one.
    pub operator: Option<OperatorNumber>,
    /// What it asks for.
    pub kind: String,
    /// Strictly increasing per terminal.
    pub sequence: u64,
    /// The command, encoded.
    pub body: Vec<u8>,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// Until when it may be delivered.
    pub expires_at: Timestamp,
    /// When it last went out on a link.
    pub delivered_at: Option<Timestamp>,
}

/// What a terminal says of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It did it.
    Done,
    /// It could not.
    NotDone,
}

/// Queues a command and gives its sequence. An older one of the same kind and
/// operator that has not ended is superseded.
///
/// # Errors
/// [`Fault::Missing`] when there is no such terminal.
pub fn queue(tx: &mut dyn Tx, command: &NewCommand) -> Result<u64, Fault> {
    let operator = Value::from(command.operator);
    let values = [
        Value::from(command.now),
        Value::from(&command.terminal),
        Value::from(command.kind),
        operator.clone(),
    ];
    tx.execute(SUPERSEDE, &values)?;
    let sequence = terminal::next_sequence(tx, command.terminal)?;
    let values = [
        Value::from(&command.id),
        Value::from(&command.terminal),
        operator,
        Value::from(command.kind),
        signed(sequence)?,
        Value::from(command.body.as_slice()),
        Value::from(command.now),
        Value::from(command.expires_at),
    ];
    tx.execute(ADD, &values)?;
    Ok(sequence)
}

/// The commands that a terminal still has to get or to acknowledge, in order.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn pending_for(
    tx: &mut dyn Tx,
    terminal: TerminalId,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<QueuedCommand>, Fault> {
    let values = [Value::from(&terminal), Value::from(now), Value::from(limit)];
    tx.query_many(PENDING, &values)?
        .into_iter()
        .map(read)
        .collect()
}

/// Finds a command of this terminal, ended or not.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn find(
    tx: &mut dyn Tx,
    terminal: TerminalId,
    id: CommandId,
) -> Result<Option<QueuedCommand>, Fault> {
    tx.query_one(FIND, &[Value::from(&id), Value::from(&terminal)])?
        .map(read)
        .transpose()
}

/// Notes that a command went out on a link. False when it has ended meanwhile.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn deliver(tx: &mut dyn Tx, id: CommandId, now: Timestamp) -> Result<bool, Fault> {
    Ok(tx.execute(DELIVER, &[Value::from(now), Value::from(&id)])? > 0)
}

/// Notes what a terminal says of its command. True the first time; a repeated or a
/// late word changes nothing.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn acknowledge(
    tx: &mut dyn Tx,
    (terminal, id): (TerminalId, CommandId),
    outcome: Outcome,
    now: Timestamp,
) -> Result<bool, Fault> {
    let state = match outcome {
        Outcome::Done => "done",
        Outcome::NotDone => "not_done",
    };
    let values = [
        Value::from(state),
        Value::from(now),
        Value::from(&id),
        Value::from(&terminal),
    ];
    Ok(tx.execute(ACKNOWLEDGE, &values)? > 0)
}

/// Withdraws a command that nobody waits for any more.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn withdraw(tx: &mut dyn Tx, id: CommandId, now: Timestamp) -> Result<(), Fault> {
    tx.execute(WITHDRAW, &[Value::from(now), Value::from(&id)])
        .map(|_| ())
}

/// Whether a command still waits for its terminal.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn is_live(tx: &mut dyn Tx, id: CommandId) -> Result<bool, Fault> {
    Ok(tx.query_one(IS_LIVE, &[Value::from(&id)])?.is_some())
}

/// Ends the commands whose time is over, a bounded number at once, and says how many.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn expire(tx: &mut dyn Tx, now: Timestamp, limit: u32) -> Result<u64, Fault> {
    tx.execute(EXPIRE, &[Value::from(now), Value::from(limit)])
}

fn read(mut row: Row) -> Result<QueuedCommand, Fault> {
    Ok(QueuedCommand {
        id: row.take()?,
        operator: row.take()?,
        kind: row.take()?,
        sequence: row.take()?,
        body: row.take()?,
        queued_at: row.take()?,
        expires_at: row.take()?,
        delivered_at: row.take()?,
    })
}
