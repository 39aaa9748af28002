//! Commands to terminals, queued with their cause. A terminal that is away gets the
//! newest valid one at its next contact; one that has a link, within milliseconds.

use jiff::Timestamp;
use rand_chacha::ChaCha20Rng;
use tillkey_rules::terms::hours_after;
use tillkey_store::command::{self, NewCommand};
use tillkey_store::fault::Fault;
use tillkey_store::tx::Tx;
use tillkey_wire::ids::{CommandId, OperatorNumber, TerminalId};
use tillkey_wire::message::Command;

use crate::bell::Ring;

/// How long a terminal that is away may still be told to end sessions or revoke.
const ENDING_HOURS: u32 = 24 * 365;

/// What is to be queued.
pub(in crate::act) struct Queued<'a> {
    /// Its name.
    pub(in crate::act) id: CommandId,
    /// For which terminal.
    pub(in crate::act) terminal: TerminalId,
    /// About which operator.
    pub(in crate::act) operator: OperatorNumber,
    /// A newer one of the same kind and operator replaces it.
    pub(in crate::act) kind: &'static str,
    /// What the terminal is told.
    pub(in crate::act) command: &'a Command,
    /// Until when it may be delivered.
    pub(in crate::act) until: Timestamp,
}

/// Queues a command about an operator, and gives the ring that says so.
///
/// # Errors
/// [`Fault::Missing`] where there is no such terminal.
pub(in crate::act) fn queue(
    tx: &mut dyn Tx,
    queued: &Queued<'_>,
    now: Timestamp,
) -> Result<Ring, Fault> {
    let body = tillkey_wire::cbor::encode(queued.command).map_err(|_| Fault::Damaged {
        thing: "a command",
        why: "it cannot be encoded",
    })?;
    let new = NewCommand {
        id: queued.id,
        terminal: queued.terminal,
        operator: Some(queued.operator),
        kind: queued.kind,
        body,
        now,
        expires_at: queued.until,
    };
    command::queue(tx, &new)?;
    Ok(Ring::Terminal(queued.terminal))
}

/// Has a terminal forget an operator's password, the one it compares without a link
/// included, and end the sessions.
///
/// # Errors
/// As [`queue`].
pub(in crate::act) fn revoke(
    tx: &mut dyn Tx,
    whose @ (_, operator): (TerminalId, OperatorNumber),
    at: (Timestamp, &mut ChaCha20Rng),
) -> Result<Ring, Fault> {
    let command = Command::RevokeCredential { operator };
    ending(tx, whose, ("revoke_credential", &command), at)
}

/// Has a terminal end an operator's sessions; the password stays.
///
/// # Errors
/// As [`queue`].
pub(in crate::act) fn end_sessions(
    tx: &mut dyn Tx,
    whose @ (_, operator): (TerminalId, OperatorNumber),
    at: (Timestamp, &mut ChaCha20Rng),
) -> Result<Ring, Fault> {
    let command = Command::EndSessions { operator };
    ending(tx, whose, ("end_sessions", &command), at)
}

/// Queues what ends something of an operator's, under a name of its own.
fn ending(
    tx: &mut dyn Tx,
    (terminal, operator): (TerminalId, OperatorNumber),
    (kind, command): (&'static str, &Command),
    (now, rng): (Timestamp, &mut ChaCha20Rng),
) -> Result<Ring, Fault> {
    let queued = Queued {
        id: CommandId::random(rng),
        terminal,
        operator,
        kind,
        command,
        until: hours_after(now, ENDING_HOURS),
    };
    queue(tx, &queued, now)
}
