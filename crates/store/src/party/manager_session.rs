//! Sessions of managers. One belongs to the phone that was proved and acts as one of
//! its managers at a time; the token is not here, only its keyed digest.

use jiff::Timestamp;
use tillkey_wire::ids::{AcquirerId, ManagerId, ManagerSessionId, MerchantNumber};

use super::managers::{self, ManagerAccount};
use crate::fault::Fault;
use crate::seal::Digest;
use crate::tx::{Tx, statements};
use crate::value::{Row, Value};

statements! {
    START: "start a manager's session" =
        "INSERT INTO manager_sessions (id, token_digest, manager, acquirer, phone_index, \
         started_at, proved_at, idle_until, ends_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8)";
    TOUCH: "use a manager's session" =
        "UPDATE manager_sessions SET idle_until = $1 \
         WHERE token_digest = $2 AND idle_until > $3 AND ends_at > $3";
    FIND: "find the manager of a session" =
        "SELECT managers.id, managers.acquirer, managers.merchant, managers.person, \
         managers.name_sealed, managers.phone_sealed, managers.phone_index, managers.rights, \
         managers.created_at, managers.disabled_at, managers.signed_in_at, managers.dormant_at, \
         manager_sessions.id, manager_sessions.started_at, manager_sessions.proved_at, manager_sessions.idle_until, \
         manager_sessions.ends_at \
         FROM manager_sessions JOIN managers ON managers.id = manager_sessions.manager \
         WHERE manager_sessions.token_digest = $1 AND manager_sessions.idle_until > $2 \
         AND manager_sessions.ends_at > $2 AND managers.disabled_at IS NULL \
         AND managers.dormant_at IS NULL \
         AND managers.acquirer = manager_sessions.acquirer \
         AND managers.phone_index = manager_sessions.phone_index";
    OF_PHONE: "list the sessions of a phone" =
        "SELECT id, started_at, proved_at, idle_until, ends_at FROM manager_sessions \
         WHERE acquirer = $1 AND phone_index = $2 AND idle_until > $3 AND ends_at > $3 \
         ORDER BY started_at DESC, id LIMIT $4";
    OF_MERCHANT: "list the sessions of a merchant's managers" =
        "SELECT manager_sessions.manager, manager_sessions.started_at, \
         manager_sessions.proved_at, manager_sessions.ends_at FROM managers \
         JOIN manager_sessions ON manager_sessions.manager = managers.id \
         WHERE managers.acquirer = $1 AND managers.merchant = $2 \
         ORDER BY manager_sessions.started_at, manager_sessions.id LIMIT $3";
    GO_ON: "act as another manager of the phone" =
        "UPDATE manager_sessions SET manager = $1 WHERE id = $2";
    PROVE: "note that a session was proved anew" =
        "UPDATE manager_sessions SET token_digest = $1, proved_at = $2, idle_until = $3 \
         WHERE id = $4 AND idle_until > $2 AND ends_at > $2";
    END: "end a session of a phone" =
        "DELETE FROM manager_sessions WHERE id = $1 AND acquirer = $2 AND phone_index = $3";
    END_ALL: "end the sessions of a phone" =
        "DELETE FROM manager_sessions WHERE acquirer = $1 AND phone_index = $2";
    END_AS: "end the sessions that act as a manager" =
        "DELETE FROM manager_sessions WHERE manager = $1";
    PRUNE: "prune managers' sessions" =
        "DELETE FROM manager_sessions WHERE idle_until <= $1 OR ends_at <= $1";
}

/// A session to be started.
#[derive(Debug)]
pub struct NewManagerSession {
    /// Names it.
    pub id: ManagerSessionId,
    /// The keyed digest of the token.
    pub token_digest: Digest,
    /// As whom it begins.
    pub manager: ManagerId,
    /// Their tenant.
    pub acquirer: AcquirerId,
    /// The phone that was proved.
    pub phone_index: Digest,
    /// When this is.
    pub now: Timestamp,
    /// It ends unless used before.
    pub idle_until: Timestamp,
    /// It ends in any case.
    pub ends_at: Timestamp,
}

/// A live session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSession {
    /// Names it.
    pub id: ManagerSessionId,
    /// When it began.
    pub started_at: Timestamp,
    /// When a code was last answered.
    pub proved_at: Timestamp,
    /// It ends unless used before.
    pub idle_until: Timestamp,
    /// It ends in any case.
    pub ends_at: Timestamp,
}

/// Whose sessions: those that this phone proved.
#[derive(Debug, Clone, Copy)]
pub struct OfPhone<'a> {
    /// Their tenant.
    pub acquirer: &'a AcquirerId,
    /// The phone.
    pub phone_index: &'a Digest,
}

/// Starts a session.
///
/// # Errors
/// [`Fault::Dangling`] when there is no such manager.
pub fn start(tx: &mut dyn Tx, session: &NewManagerSession) -> Result<(), Fault> {
    let values = [
        Value::from(&session.id),
        Value::from(&session.token_digest),
        Value::from(&session.manager),
        Value::from(&session.acquirer),
        Value::from(&session.phone_index),
        Value::from(session.now),
        Value::from(session.idle_until),
        Value::from(session.ends_at),
    ];
    tx.execute(START, &values).map(|_| ())
}

/// Puts off the idle end of a live session. False when it is not live.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn touch(
    tx: &mut dyn Tx,
    token: &Digest,
    now: Timestamp,
    idle_until: Timestamp,
) -> Result<bool, Fault> {
    let values = [
        Value::from(idle_until),
        Value::from(token),
        Value::from(now),
    ];
    Ok(tx.execute(TOUCH, &values)? > 0)
}

/// Who a live session acts as, and the session. A disabled manager has none.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn find(
    tx: &mut dyn Tx,
    token: &Digest,
    now: Timestamp,
) -> Result<Option<(ManagerAccount, StoredSession)>, Fault> {
    let Some(mut row) = tx.query_one(FIND, &[Value::from(token), Value::from(now)])? else {
        return Ok(None);
    };
    Ok(Some((managers::read_from(&mut row)?, read(&mut row)?)))
}

/// The live sessions of a phone, the newest first.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn of_phone(
    tx: &mut dyn Tx,
    whose: OfPhone<'_>,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<StoredSession>, Fault> {
    let values = [
        Value::from(whose.acquirer),
        Value::from(whose.phone_index),
        Value::from(now),
        Value::from(limit.min(crate::limits::PAGE_MAX)),
    ];
    let rows = tx.query_many(OF_PHONE, &values)?;
    rows.into_iter().map(|mut row| read(&mut row)).collect()
}

/// Lets a session act as another manager. Whether that one has the same phone is for
/// the caller to see to; one that has not finds no session.
///
/// # Errors
/// [`Fault::Dangling`] when there is no such manager.
pub fn go_on_as(tx: &mut dyn Tx, id: ManagerSessionId, manager: ManagerId) -> Result<bool, Fault> {
    Ok(tx.execute(GO_ON, &[Value::from(&manager), Value::from(&id)])? > 0)
}

/// Notes that a session was proved anew; the old token is dead. False when the session
/// is not live.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn prove(
    tx: &mut dyn Tx,
    id: ManagerSessionId,
    token: &Digest,
    (now, idle_until): (Timestamp, Timestamp),
) -> Result<bool, Fault> {
    let values = [
        Value::from(token),
        Value::from(now),
        Value::from(idle_until),
        Value::from(&id),
    ];
    Ok(tx.execute(PROVE, &values)? > 0)
}

/// Ends one session of a phone. True when there was one.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn end(tx: &mut dyn Tx, id: ManagerSessionId, whose: OfPhone<'_>) -> Result<bool, Fault> {
    let values = [
        Value::from(&id),
        Value::from(whose.acquirer),
        Value::from(whose.phone_index),
    ];
    Ok(tx.execute(END, &values)? > 0)
}

/// Ends every session of a phone, and says how many.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn end_all(tx: &mut dyn Tx, whose: OfPhone<'_>) -> Result<u64, Fault> {
    let values = [Value::from(whose.acquirer), Value::from(whose.phone_index)];
    tx.execute(END_ALL, &values)
}

/// Ends the sessions that act as a manager.
pub(super) fn end_as(tx: &mut dyn Tx, manager: ManagerId) -> Result<u64, Fault> {
    tx.execute(END_AS, &[Value::from(&manager)])
}

/// Deletes the sessions that have ended, and says how many.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn prune(tx: &mut dyn Tx, now: Timestamp) -> Result<u64, Fault> {
    tx.execute(PRUNE, &[Value::from(now)])
}

fn read(row: &mut Row) -> Result<StoredSession, Fault> {
    Ok(StoredSession {
        id: row.take()?,
        started_at: row.take()?,
        proved_at: row.take()?,
        idle_until: row.take()?,
        ends_at: row.take()?,
    })
}

/// A session of one of a merchant's managers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfMerchant {
    /// As whom it acts.
    pub manager: ManagerId,
    /// When it began.
    pub started_at: Timestamp,
    /// When a code was last answered.
    pub proved_at: Timestamp,
    /// When it ends in any case.
    pub ends_at: Timestamp,
}

/// The sessions that act as one of a merchant's managers, the oldest first.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn of_merchant(
    tx: &mut dyn Tx,
    (acquirer, merchant): (&AcquirerId, &MerchantNumber),
    limit: u32,
) -> Result<Vec<OfMerchant>, Fault> {
    let limit = Value::from(limit.min(crate::limits::PAGE_MAX));
    let values = [Value::from(acquirer), Value::from(merchant), limit];
    let read = |mut row: Row| {
        Ok(OfMerchant {
            manager: row.take()?,
            started_at: row.take()?,
            proved_at: row.take()?,
            ends_at: row.take()?,
        })
    };
    let rows = tx.query_many(OF_MERCHANT, &values)?;
    rows.into_iter().map(read).collect()
}
