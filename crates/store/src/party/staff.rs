//! The acquirer's people: their accounts. Their sessions are in
//! [`super::staff_session`].

use jiff::Timestamp;
use tillkey_rules::party::Role;
use tillkey_wire::ids::{AcquirerId, PersonId, StaffId};
use tillkey_wire::secret::Secret;

use super::staff_session;
use crate::fault::Fault;
use crate::tx::{Tx, statements};
use crate::value::{Row, Value};

statements! {
    ADD: "add a member of staff" =
        "INSERT INTO staff (acquirer, account, person, role, password_hash, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6)";
    FIND: "find a member of staff" =
        "SELECT acquirer, account, person, role, password_hash, created_at, password_chosen_at, \
         disabled_at FROM staff WHERE acquirer = $1 AND account = $2";
    LIST: "list the staff of an acquirer" =
        "SELECT acquirer, account, person, role, password_hash, created_at, password_chosen_at, \
         disabled_at FROM staff WHERE acquirer = $1 AND account > $2 ORDER BY account LIMIT $3";
    CHOOSE_PASSWORD: "choose a staff password" =
        "UPDATE staff SET password_hash = $1, password_chosen_at = $2 \
         WHERE acquirer = $3 AND account = $4 AND password_hash = $5 AND disabled_at IS NULL";
    DISABLE: "disable a member of staff" =
        "UPDATE staff SET disabled_at = $1 \
         WHERE acquirer = $2 AND account = $3 AND disabled_at IS NULL";
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
    /// When its owner chose the password in force; none while it is the first one.
    pub password_chosen_at: Option<Timestamp>,
    /// When it was closed.
    pub disabled_at: Option<Timestamp>,
}

/// Adds a member of staff, with a first password.
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

/// Puts a chosen password in the place of the one that was proved; every session of
/// the account ends, and how many is the answer. None where the proved one is not in
/// force any more: two changes at once make one.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn choose_password(
    tx: &mut dyn Tx,
    (acquirer, account): (&AcquirerId, &StaffId),
    (proved, chosen): (&Secret<String>, &Secret<String>),
    now: Timestamp,
) -> Result<Option<u64>, Fault> {
    let values = [
        Value::from(chosen.expose().as_str()),
        Value::from(now),
        Value::from(acquirer),
        Value::from(account),
        Value::from(proved.expose().as_str()),
    ];
    if tx.execute(CHOOSE_PASSWORD, &values)? == 0 {
        return Ok(None);
    }
    staff_session::end_all(tx, acquirer, account).map(Some)
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
    staff_session::end_all(tx, acquirer, account)?;
    Ok(disabled)
}

pub(super) fn read(row: &mut Row) -> Result<Staff, Fault> {
    Ok(Staff {
        acquirer: row.take()?,
        account: row.take()?,
        person: row.take()?,
        role: row.take_word("role", |word| {
            Role::ALL.into_iter().find(|role| role.name() == word)
        })?,
        password_hash: Secret::new(row.take()?),
        created_at: row.take()?,
        password_chosen_at: row.take()?,
        disabled_at: row.take()?,
    })
}
