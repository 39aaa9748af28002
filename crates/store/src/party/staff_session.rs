//! Sessions of staff. A session's token is not here, only its keyed digest; its name
//! is for lists and opens nothing.

use jiff::Timestamp;
use tillkey_wire::ids::{AcquirerId, StaffId, StaffSessionId};

use super::staff::{self, Staff};
use crate::fault::Fault;
use crate::limits::{PAGE_MAX, STAFF_SESSIONS_MAX};
use crate::seal::Digest;
use crate::tx::{Tx, statements};
use crate::value::{Row, Value};

statements! {
    START: "start a staff session" =
        "INSERT INTO staff_sessions (token_digest, id, acquirer, account, network, device, \
         started_at, used_at, proved_at, idle_until, ends_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $7, $8, $9)";
    MAKE_ROOM: "end the longest unused staff sessions" =
        "DELETE FROM staff_sessions WHERE id IN (SELECT id FROM staff_sessions \
         WHERE acquirer = $1 AND account = $2 ORDER BY used_at DESC, id DESC LIMIT $3 OFFSET $4)";
    TOUCH: "use a staff session" =
        "UPDATE staff_sessions SET idle_until = $1, used_at = $2 \
         WHERE token_digest = $3 AND idle_until > $2 AND ends_at > $2";
    PROVE: "renew the proof of a staff session" =
        "UPDATE staff_sessions SET proved_at = $1 \
         WHERE id = $2 AND idle_until > $1 AND ends_at > $1";
    OWNER: "find the staff of a session" =
        "SELECT staff.acquirer, staff.account, staff.person, staff.role, staff.password_hash, \
         staff.created_at, staff.password_chosen_at, staff.disabled_at, staff_sessions.id, \
         staff_sessions.network, staff_sessions.device, staff_sessions.started_at, \
         staff_sessions.used_at, staff_sessions.proved_at \
         FROM staff_sessions JOIN staff ON staff.acquirer = staff_sessions.acquirer \
         AND staff.account = staff_sessions.account \
         WHERE staff_sessions.token_digest = $1 AND staff_sessions.idle_until > $2 \
         AND staff_sessions.ends_at > $2 AND staff.disabled_at IS NULL";
    LIVE: "list the live sessions of a member of staff" =
        "SELECT id, network, device, started_at, used_at, proved_at FROM staff_sessions \
         WHERE acquirer = $1 AND account = $2 AND idle_until > $3 AND ends_at > $3 \
         ORDER BY used_at DESC, id DESC LIMIT $4";
    END: "end a staff session" =
        "DELETE FROM staff_sessions WHERE acquirer = $1 AND account = $2 AND id = $3";
    END_ALL: "end the sessions of a member of staff" =
        "DELETE FROM staff_sessions WHERE acquirer = $1 AND account = $2";
    PRUNE: "prune staff sessions" =
        "DELETE FROM staff_sessions WHERE idle_until <= $1 OR ends_at <= $1";
}

/// A session to be started.
#[derive(Debug)]
pub struct NewSession {
    /// The keyed digest of the token.
    pub token_digest: Digest,
    /// Its name.
    pub id: StaffSessionId,
    /// The account's tenant.
    pub acquirer: AcquirerId,
    /// The account.
    pub account: StaffId,
    /// Where it is started, as a network.
    pub network: String,
    /// With what, as a family.
    pub device: String,
    /// When this is.
    pub now: Timestamp,
    /// It ends unless used before.
    pub idle_until: Timestamp,
    /// It ends in any case.
    pub ends_at: Timestamp,
}

/// A live session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its name.
    pub id: StaffSessionId,
    /// Where it was started, as a network.
    pub network: String,
    /// With what, as a family.
    pub device: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it was last used.
    pub used_at: Timestamp,
    /// When its owner last proved who they are.
    pub proved_at: Timestamp,
}

/// Starts a session. Past so many of one account, the longest unused ones end.
///
/// # Errors
/// [`Fault::Dangling`] when there is no such account.
pub fn start(tx: &mut dyn Tx, session: &NewSession) -> Result<(), Fault> {
    let room = [
        Value::from(&session.acquirer),
        Value::from(&session.account),
        Value::from(PAGE_MAX),
        Value::from(STAFF_SESSIONS_MAX - 1),
    ];
    tx.execute(MAKE_ROOM, &room)?;
    let values = [
        Value::from(&session.token_digest),
        Value::from(&session.id),
        Value::from(&session.acquirer),
        Value::from(&session.account),
        Value::from(session.network.as_str()),
        Value::from(session.device.as_str()),
        Value::from(session.now),
        Value::from(session.idle_until),
        Value::from(session.ends_at),
    ];
    tx.execute(START, &values).map(|_| ())
}

/// Who a live session belongs to. A disabled account has none.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn owner(
    tx: &mut dyn Tx,
    token_digest: &Digest,
    now: Timestamp,
) -> Result<Option<(Staff, Session)>, Fault> {
    let values = [Value::from(token_digest), Value::from(now)];
    let Some(mut row) = tx.query_one(OWNER, &values)? else {
        return Ok(None);
    };
    Ok(Some((staff::read(&mut row)?, read(&mut row)?)))
}

/// Puts off the idle end of a live session. False when it is not live.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn touch(
    tx: &mut dyn Tx,
    token_digest: &Digest,
    now: Timestamp,
    idle_until: Timestamp,
) -> Result<bool, Fault> {
    let values = [
        Value::from(idle_until),
        Value::from(now),
        Value::from(token_digest),
    ];
    Ok(tx.execute(TOUCH, &values)? > 0)
}

/// Writes that a live session's owner has just proved who they are. False when it is
/// not live.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn prove(tx: &mut dyn Tx, id: StaffSessionId, now: Timestamp) -> Result<bool, Fault> {
    Ok(tx.execute(PROVE, &[Value::from(now), Value::from(&id)])? > 0)
}

/// The live sessions of an account, the last used first.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn live(
    tx: &mut dyn Tx,
    (acquirer, account): (&AcquirerId, &StaffId),
    now: Timestamp,
) -> Result<Vec<Session>, Fault> {
    let values = [
        Value::from(acquirer),
        Value::from(account),
        Value::from(now),
        Value::from(STAFF_SESSIONS_MAX),
    ];
    let rows = tx.query_many(LIVE, &values)?;
    rows.into_iter().map(|mut row| read(&mut row)).collect()
}

/// Ends one session of an account. False when it has none of this name.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn end(
    tx: &mut dyn Tx,
    (acquirer, account): (&AcquirerId, &StaffId),
    id: StaffSessionId,
) -> Result<bool, Fault> {
    let values = [
        Value::from(acquirer),
        Value::from(account),
        Value::from(&id),
    ];
    Ok(tx.execute(END, &values)? > 0)
}

/// Ends every session of an account, and says how many there were.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn end_all(tx: &mut dyn Tx, acquirer: &AcquirerId, account: &StaffId) -> Result<u64, Fault> {
    tx.execute(END_ALL, &[Value::from(acquirer), Value::from(account)])
}

/// Deletes the sessions that have ended, and says how many.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn prune(tx: &mut dyn Tx, now: Timestamp) -> Result<u64, Fault> {
    tx.execute(PRUNE, &[Value::from(now)])
}

fn read(row: &mut Row) -> Result<Session, Fault> {
    Ok(Session {
        id: row.take()?,
        network: row.take()?,
        device: row.take()?,
        started_at: row.take()?,
        used_at: row.take()?,
        proved_at: row.take()?,
    })
}
