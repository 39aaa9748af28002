//! A backup on its way back to a terminal: who asked for it, how it stands, and the file
//! that was sealed anew for the terminal, until it has it.

use jiff::Timestamp;
use tillkey_wire::ids::{PersonId, SnapshotId, TerminalId};

use crate::fault::Fault;
use crate::tx::{Tx, statements};
use crate::value::{Row, Value};

statements! {
    ASK: "ask for a backup to be put back" =
        "INSERT INTO restores (terminal, snapshot, state, person, asked_at) \
         VALUES ($1, $2, 'asked', $3, $4) ON CONFLICT (terminal) DO UPDATE SET \
         snapshot = excluded.snapshot, state = excluded.state, person = excluded.person, \
         asked_at = excluded.asked_at, file = NULL, ended_at = NULL";
    FIND: "find a terminal's restore" =
        "SELECT snapshot, state, person, asked_at FROM restores WHERE terminal = $1";
    APPROVE: "approve a restore" =
        "UPDATE restores SET state = 'approved', file = $1 \
         WHERE terminal = $2 AND snapshot = $3 AND state = 'asked'";
    PART: "read a part of a restore" =
        "SELECT substr(file, $1, $2) FROM restores \
         WHERE terminal = $3 AND snapshot = $4 AND state = 'approved'";
    END: "end a restore" =
        "UPDATE restores SET state = $1, file = NULL, ended_at = $2 \
         WHERE terminal = $3 AND snapshot = $4 AND ended_at IS NULL";
}

/// How a restore stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestoreState {
    /// Somebody asked for it.
    Asked,
    /// Somebody else approved it; the terminal fetches it.
    Approved,
    /// Somebody else said no.
    Declined,
    /// The terminal has put it back.
    Done,
    /// The terminal has not.
    Failed,
}

impl RestoreState {
    /// Every state.
    pub const ALL: [Self; 5] = [
        Self::Asked,
        Self::Approved,
        Self::Declined,
        Self::Done,
        Self::Failed,
    ];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Approved => "approved",
            Self::Declined => "declined",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// Whether anything can still become of it.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Asked | Self::Approved)
    }
}

/// A restore onto one terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restore {
    /// Which backup.
    pub snapshot: SnapshotId,
    /// How it stands.
    pub state: RestoreState,
    /// Who asked.
    pub person: PersonId,
    /// When.
    pub asked_at: Timestamp,
}

/// Asks for a backup to be put back, in the place of the terminal's last restore.
///
/// # Errors
/// [`Fault::Dangling`] where there is no such terminal or backup.
pub fn ask(
    tx: &mut dyn Tx,
    (terminal, snapshot): (TerminalId, SnapshotId),
    person: &PersonId,
    now: Timestamp,
) -> Result<(), Fault> {
    let values = [
        Value::from(&terminal),
        Value::from(&snapshot),
        Value::from(person),
        Value::from(now),
    ];
    tx.execute(ASK, &values).map(|_| ())
}

/// The terminal's last restore.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn find(tx: &mut dyn Tx, terminal: TerminalId) -> Result<Option<Restore>, Fault> {
    let read = |mut row: Row| {
        Ok(Restore {
            snapshot: row.take()?,
            state: row.take_word("state of a restore", |word| {
                RestoreState::ALL
                    .into_iter()
                    .find(|state| state.name() == word)
            })?,
            person: row.take()?,
            asked_at: row.take()?,
        })
    };
    tx.query_one(FIND, &[Value::from(&terminal)])?
        .map(read)
        .transpose()
}

/// Approves what was asked for, with the file as the terminal will fetch it. False where
/// it is not waiting any more.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn approve(
    tx: &mut dyn Tx,
    (terminal, snapshot): (TerminalId, SnapshotId),
    file: &[u8],
) -> Result<bool, Fault> {
    let values = [
        Value::from(file),
        Value::from(&terminal),
        Value::from(&snapshot),
    ];
    Ok(tx.execute(APPROVE, &values)? > 0)
}

/// A part of the file of an approved restore; empty at its end.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn part(
    tx: &mut dyn Tx,
    (terminal, snapshot): (TerminalId, SnapshotId),
    (offset, length): (u32, u32),
) -> Result<Option<Vec<u8>>, Fault> {
    let values = [
        // SQL counts from 1.
        Value::from(i64::from(offset) + 1),
        Value::from(length),
        Value::from(&terminal),
        Value::from(&snapshot),
    ];
    tx.query_one(PART, &values)?
        .map(|mut row| row.take())
        .transpose()
}

/// Ends a restore; its file is wiped. False where it had ended.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn end(
    tx: &mut dyn Tx,
    (terminal, snapshot): (TerminalId, SnapshotId),
    state: RestoreState,
    now: Timestamp,
) -> Result<bool, Fault> {
    let values = [
        Value::from(state.name()),
        Value::from(now),
        Value::from(&terminal),
        Value::from(&snapshot),
    ];
    Ok(tx.execute(END, &values)? > 0)
}
