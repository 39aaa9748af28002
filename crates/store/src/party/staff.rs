//! The acquirer's people and their sessions. A session's token is not here, only
//! its keyed digest.

use jiff::Timestamp;
use tillkey_rules::party::Role;
use tillkey_wire::ids::{AcquirerId, PersonId, StaffId};
use tillkey_wire::secret::Secret;

use crate::fault::Fault;
use crate::seal::Digest;
use crate::tx::{Tx, statements};
use crate::value::{Row, Value};

statements! {
    ADD: "add a member of staff" =
        "INSERT INTO staff (acquirer, account, person, role, password_hash, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6)";
    FIND: "find a member of staff" =
        "SELECT acquirer, account, person, role, password_hash, created_at, disabled_at \
         FROM staff WHERE acquirer = $1 AND account = $2";
    LIST: "list the staff of an acquirer" =
        "SELECT acquirer, account, person, role, password_hash, created_at, disabled_at \
         FROM staff WHERE acquirer = $1 AND account > $2 ORDER BY account LIMIT $3";
    SET_PASSWORD: "set a staff password" =
        "UPDATE staff SET password_hash = $1 WHERE acquirer = $2 AND account = $3";
    DISABLE: "disable a member of staff" =
        "UPDATE staff SET disabled_at = $1 \
         WHERE acquirer = $2 AND account = $3 AND disabled_at IS NULL";
    START: "start a staff session" =
        "INSERT INTO staff_sessions (token_digest, acquirer, account, started_at, idle_until, \
         ends_at) VALUES ($1, $2, $3, $4, $5, $6)";
    TOUCH: "use a staff session" =
        "UPDATE staff_sessions SET idle_until = $1 \
         WHERE token_digest = $2 AND idle_until > $3 AND ends_at > $3";
    OF_SESSION: "find the staff of a session" =
        "SELECT staff.acquirer, staff.account, staff.person, staff.role, staff.password_hash, \
         staff.created_at, staff.disabled_at, staff_sessions.started_at \
         FROM staff_sessions JOIN staff ON staff.acquirer = staff_sessions.acquirer \
         AND staff.account = staff_sessions.account \
         WHERE staff_sessions.token_digest = $1 AND staff_sessions.idle_until > $2 \
         AND staff_sessions.ends_at > $2 AND staff.disabled_at IS NULL";
    END: "end a staff session" = "DELETE FROM staff_sessions WHERE token_digest = $1";
    END_ALL: "end the sessions of a member of staff" =
        "DELETE FROM staff_sessions WHERE acquirer = $1 AND account = $2";
    PRUNE: "prune staff sessions" =
        "DELETE FROM staff_sessions WHERE idle_until <= $1 OR ends_at <= $1";
}

/// A member of staff as stored.
#[derive(Debug)]
pub struct Staff {
    /// Their tenant.
    pub acquirer: AcquirerId,
    /// The account.
    pub account: StaffId,
    /// The person behind it.
    pub person: PersonId,
    /// What they may do.
    pub role: Role,
    /// Argon2id, PHC string.
    pub password_hash: Secret<String>,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When it was closed.
    pub disabled_at: Option<Timestamp>,
}

/// A session to be started.
#[derive(Debug)]
pub struct NewSession {
    /// The keyed digest of the token.
    pub token_digest: Digest,
    /// The account's tenant.
    pub acquirer: AcquirerId,
    /// The account.
    pub account: StaffId,
    /// When this is.
    pub now: Timestamp,
    /// It ends unless used before.
    pub idle_until: Timestamp,
    /// It ends in any case.
    pub ends_at: Timestamp,
}

/// Adds a member of staff.
///
/// # Errors
/// [`Fault::Taken`] when there is such an account, [`Fault::Dangling`] when there is
/// no such acquirer.
pub fn add(tx: &mut dyn Tx, staff: &Staff) -> Result<(), Fault> {
    let values = [
        Value::from(&staff.acquirer),
        Value::from(&staff.account),
        Value::from(&staff.person),
        Value::from(staff.role.name()),
        Value::from(staff.password_hash.expose().as_str()),
        Value::from(staff.created_at),
    ];
    tx.execute(ADD, &values).map(|_| ())
}

/// Finds a member of staff, disabled or not.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn find(
    tx: &mut dyn Tx,
    acquirer: &AcquirerId,
    account: &StaffId,
) -> Result<Option<Staff>, Fault> {
    let found = tx.query_one(FIND, &[Value::from(acquirer), Value::from(account)])?;
    found.map(|mut row| read(&mut row)).transpose()
}

/// The staff of an acquirer after an account, in order of their accounts.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn list(
    tx: &mut dyn Tx,
    acquirer: &AcquirerId,
    after: Option<&StaffId>,
    limit: u32,
) -> Result<Vec<Staff>, Fault> {
    let values = [
        Value::from(acquirer),
        Value::from(after.map_or("", StaffId::as_str)),
        Value::from(limit.min(crate::limits::PAGE_MAX)),
    ];
    tx.query_many(LIST, &values)?
        .into_iter()
        .map(|mut row| read(&mut row))
        .collect()
}

/// Sets the password hash; every session of the account ends.
///
/// # Errors
/// [`Fault::Missing`] when there is no such account.
pub fn set_password(
    tx: &mut dyn Tx,
    (acquirer, account): (&AcquirerId, &StaffId),
    hash: &Secret<String>,
) -> Result<(), Fault> {
    let values = [
        Value::from(hash.expose().as_str()),
        Value::from(acquirer),
        Value::from(account),
    ];
    if tx.execute(SET_PASSWORD, &values)? == 0 {
        return Err(Fault::Missing("staff account"));
    }
    end_all_sessions(tx, acquirer, account)
}

/// Disables an account; every session of it ends. True when it was not disabled.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn disable(
    tx: &mut dyn Tx,
    acquirer: &AcquirerId,
    account: &StaffId,
    now: Timestamp,
) -> Result<bool, Fault> {
    let values = [
        Value::from(now),
        Value::from(acquirer),
        Value::from(account),
    ];
    let disabled = tx.execute(DISABLE, &values)? > 0;
    end_all_sessions(tx, acquirer, account)?;
    Ok(disabled)
}

/// Starts a session.
///
/// # Errors
/// [`Fault::Dangling`] when there is no such account.
pub fn start_session(tx: &mut dyn Tx, session: &NewSession) -> Result<(), Fault> {
    let values = [
        Value::from(&session.token_digest),
        Value::from(&session.acquirer),
        Value::from(&session.account),
        Value::from(session.now),
        Value::from(session.idle_until),
        Value::from(session.ends_at),
    ];
    tx.execute(START, &values).map(|_| ())
}

/// Who a live session belongs to, and when it began. A disabled account has none.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn of_session(
    tx: &mut dyn Tx,
    token_digest: &Digest,
    now: Timestamp,
) -> Result<Option<(Staff, Timestamp)>, Fault> {
    let values = [Value::from(token_digest), Value::from(now)];
    let Some(mut row) = tx.query_one(OF_SESSION, &values)? else {
        return Ok(None);
    };
    Ok(Some((read(&mut row)?, row.take()?)))
}

/// Puts off the idle end of a live session. False when it is not live.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn touch_session(
    tx: &mut dyn Tx,
    token_digest: &Digest,
    now: Timestamp,
    idle_until: Timestamp,
) -> Result<bool, Fault> {
    let values = [
        Value::from(idle_until),
        Value::from(token_digest),
        Value::from(now),
    ];
    Ok(tx.execute(TOUCH, &values)? > 0)
}

/// Ends a session. True when there was one.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn end_session(tx: &mut dyn Tx, token_digest: &Digest) -> Result<bool, Fault> {
    Ok(tx.execute(END, &[Value::from(token_digest)])? > 0)
}

/// Ends every session of an account.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn end_all_sessions(
    tx: &mut dyn Tx,
    acquirer: &AcquirerId,
    account: &StaffId,
) -> Result<(), Fault> {
    tx.execute(END_ALL, &[Value::from(acquirer), Value::from(account)])
        .map(|_| ())
}

/// Deletes the sessions that have ended, and says how many.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn prune_sessions(tx: &mut dyn Tx, now: Timestamp) -> Result<u64, Fault> {
    tx.execute(PRUNE, &[Value::from(now)])
}

fn read(row: &mut Row) -> Result<Staff, Fault> {
    Ok(Staff {
        acquirer: row.take()?,
        account: row.take()?,
        person: row.take()?,
        role: row.take_word("role", |word| {
            Role::ALL.into_iter().find(|role| role.name() == word)
        })?,
        password_hash: Secret::new(row.take()?),
        created_at: row.take()?,
        disabled_at: row.take()?,
    })
}
