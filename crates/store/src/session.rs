//! Sessions of signed-on operators.

use jiff::Timestamp;
use tillkey_wire::ids::{
    AcquirerId, MerchantNumber, OperatorNumber, SessionId, TerminalId, TerminalNumber,
};

use crate::fault::Fault;
use crate::party::operator;
use crate::tx::{Tx, statements};
use crate::value::{Row, Value};

statements! {
    START: "start a session" =
        "INSERT INTO sessions (id, terminal, operator, started_at) VALUES ($1, $2, $3, $4)";
    LIVE: "find an operator's live sessions" =
        "SELECT id, terminal, operator, started_at FROM sessions \
         WHERE terminal = $1 AND operator = $2 AND ended_at IS NULL \
         ORDER BY started_at, id LIMIT 100";
    FIND: "find a session" =
        "SELECT id, terminal, operator, started_at, ended_by FROM sessions WHERE id = $1";
    FIND_LIVE: "find a live session" =
        "SELECT id, terminal, operator, started_at FROM sessions \
         WHERE id = $1 AND ended_at IS NULL";
    OF_MERCHANT: "list a merchant's sign-ons" =
        "SELECT sessions.terminal, terminals.number, sessions.operator, sessions.started_at, \
         sessions.ended_at, sessions.ended_by FROM sessions \
         JOIN terminals ON terminals.id = sessions.terminal \
         WHERE terminals.acquirer = $1 AND terminals.merchant = $2 \
         AND sessions.started_at >= $3 AND sessions.started_at < $4 \
         ORDER BY sessions.started_at DESC, sessions.id LIMIT $5";
    LIVE_OF_MERCHANT: "find who is signed on at a merchant's terminals" =
        "SELECT DISTINCT sessions.terminal, sessions.operator FROM terminals \
         JOIN sessions ON sessions.terminal = terminals.id AND sessions.ended_at IS NULL \
         WHERE terminals.merchant = $1 AND terminals.status = 'active' \
         ORDER BY sessions.terminal, sessions.operator";
    END: "end a session" =
        "UPDATE sessions SET ended_at = $1, ended_by = $2 \
         WHERE id = $3 AND terminal = $4 AND ended_at IS NULL";
    END_ALL: "end an operator's sessions" =
        "UPDATE sessions SET ended_at = $1, ended_by = $2 \
         WHERE terminal = $3 AND operator = $4 AND ended_at IS NULL";
}

/// A live session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Names it.
    pub id: SessionId,
    /// Where.
    pub terminal: TerminalId,
    /// Who.
    pub operator: OperatorNumber,
    /// When the sign-on finished.
    pub started_at: Timestamp,
}

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionEnd {
    /// The operator signed off.
    SignOff,
    /// A new password became effective.
    Effective,
    /// The password was revoked.
    Revoked,
    /// The operator signed on anew.
    Superseded,
    /// The operator was removed.
    Removed,
    /// The merchant was suspended or closed.
    NotServed,
    /// The operator had not been seen for long.
    Dormant,
}

impl SessionEnd {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignOff => "sign_off",
            Self::Effective => "effective",
            Self::Revoked => "revoked",
            Self::Superseded => "superseded",
            Self::Removed => "removed",
            Self::NotServed => "not_served",
            Self::Dormant => "dormant",
        }
    }
}

/// Starts a session, and notes that its operator was seen.
///
/// # Errors
/// [`Fault::Taken`] when the identifier was used before.
pub fn start(tx: &mut dyn Tx, session: &Session) -> Result<(), Fault> {
    let values = [
        Value::from(&session.id),
        Value::from(&session.terminal),
        Value::from(session.operator),
        Value::from(session.started_at),
    ];
    tx.execute(START, &values)?;
    let whose = (session.terminal, session.operator);
    operator::signed_on(tx, whose, session.started_at)
}

/// Finds a session, ended or not, and why it ended: a stable name.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn find(tx: &mut dyn Tx, id: SessionId) -> Result<Option<(Session, Option<String>)>, Fault> {
    let Some(mut row) = tx.query_one(FIND, &[Value::from(&id)])? else {
        return Ok(None);
    };
    let session = Session {
        id: row.take()?,
        terminal: row.take()?,
        operator: row.take()?,
        started_at: row.take()?,
    };
    Ok(Some((session, row.take()?)))
}

/// Finds a session that has not ended.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn find_live(tx: &mut dyn Tx, id: SessionId) -> Result<Option<Session>, Fault> {
    tx.query_one(FIND_LIVE, &[Value::from(&id)])?
        .map(read)
        .transpose()
}

/// An operator's sessions that have not ended, oldest first.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn live(
    tx: &mut dyn Tx,
    (terminal, operator): (TerminalId, OperatorNumber),
) -> Result<Vec<Session>, Fault> {
    let rows = tx.query_many(LIVE, &[Value::from(&terminal), Value::from(operator)])?;
    rows.into_iter().map(read).collect()
}

/// A sign-on as it is shown: where, who, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignOn {
    /// On which terminal.
    pub terminal: TerminalId,
    /// Its number.
    pub terminal_number: TerminalNumber,
    /// Who.
    pub operator: OperatorNumber,
    /// When the sign-on finished.
    pub started_at: Timestamp,
    /// When it ended, and a stable name of why.
    pub ended: Option<(Timestamp, String)>,
}

/// The sign-ons at a merchant's terminals from a time until before another, the newest
/// first.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn of_merchant(
    tx: &mut dyn Tx,
    (acquirer, merchant): (&AcquirerId, &MerchantNumber),
    (from, until): (Timestamp, Timestamp),
    limit: u32,
) -> Result<Vec<SignOn>, Fault> {
    let values = [
        Value::from(acquirer),
        Value::from(merchant),
        Value::from(from),
        Value::from(until),
        Value::from(limit.min(crate::limits::RECORDS_MAX)),
    ];
    let read = |mut row: Row| {
        let (terminal, terminal_number) = (row.take()?, row.take()?);
        let (operator, started_at) = (row.take()?, row.take()?);
        let (at, why): (Option<Timestamp>, Option<String>) = (row.take()?, row.take()?);
        Ok(SignOn {
            terminal,
            terminal_number,
            operator,
            started_at,
            ended: at.zip(why),
        })
    };
    tx.query_many(OF_MERCHANT, &values)?
        .into_iter()
        .map(read)
        .collect()
}

/// Who is signed on at a merchant's terminals in service.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn live_of_merchant(
    tx: &mut dyn Tx,
    merchant: &MerchantNumber,
) -> Result<Vec<(TerminalId, OperatorNumber)>, Fault> {
    let rows = tx.query_many(LIVE_OF_MERCHANT, &[Value::from(merchant)])?;
    rows.into_iter()
        .map(|mut row| Ok((row.take()?, row.take()?)))
        .collect()
}

/// Ends a session of this terminal. True when it was live.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn end(
    tx: &mut dyn Tx,
    (terminal, id): (TerminalId, SessionId),
    why: SessionEnd,
    now: Timestamp,
) -> Result<bool, Fault> {
    let values = [
        Value::from(now),
        Value::from(why.name()),
        Value::from(&id),
        Value::from(&terminal),
    ];
    Ok(tx.execute(END, &values)? > 0)
}

/// Ends every session of an operator, and says how many there were.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn end_all(
    tx: &mut dyn Tx,
    (terminal, operator): (TerminalId, OperatorNumber),
    why: SessionEnd,
    now: Timestamp,
) -> Result<u64, Fault> {
    let values = [
        Value::from(now),
        Value::from(why.name()),
        Value::from(&terminal),
        Value::from(operator),
    ];
    tx.execute(END_ALL, &values)
}

fn read(mut row: Row) -> Result<Session, Fault> {
    Ok(Session {
        id: row.take()?,
        terminal: row.take()?,
        operator: row.take()?,
        started_at: row.take()?,
    })
}
