//! Managers: the people of a merchant who sign in to the portal. Name and phone are
//! sealed under the merchant's key; the phone is found through its blind index.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rand::{CryptoRng, RngCore};
use tillkey_rules::vocabulary::ManagerRight;
use tillkey_wire::ids::{AcquirerId, ManagerId, MerchantNumber, PersonId};
use tillkey_wire::secret::Secret;

use crate::fault::Fault;
use crate::seal::{DataKey, Digest, Place};
use crate::tx::{Tx, statements};
use crate::value::{Row, Value};

statements! {
    ADD: "add a manager" =
        "INSERT INTO managers (id, acquirer, merchant, person, name_sealed, phone_sealed, \
         phone_index, rights, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    FIND: "find a manager" =
        "SELECT id, acquirer, merchant, person, name_sealed, phone_sealed, phone_index, rights, \
         created_at, disabled_at, signed_in_at, dormant_at FROM managers WHERE id = $1";
    OF_PHONE: "find the managers with a phone" =
        "SELECT id, acquirer, merchant, person, name_sealed, phone_sealed, phone_index, rights, \
         created_at, disabled_at, signed_in_at, dormant_at FROM managers \
         WHERE acquirer = $1 AND phone_index = $2 AND disabled_at IS NULL \
         AND dormant_at IS NULL \
         ORDER BY merchant LIMIT $3";
    OF_MERCHANT: "list a merchant's managers" =
        "SELECT id, acquirer, merchant, person, name_sealed, phone_sealed, phone_index, rights, \
         created_at, disabled_at, signed_in_at, dormant_at FROM managers \
         WHERE acquirer = $1 AND merchant = $2 AND id > $3 ORDER BY id LIMIT $4";
    SET_RIGHTS: "set a manager's rights" =
        "UPDATE managers SET rights = $1 WHERE id = $2 AND disabled_at IS NULL";
    DISABLE: "disable a manager" =
        "UPDATE managers SET disabled_at = $1 WHERE id = $2 AND disabled_at IS NULL";
    SIGNED_IN: "note when a manager signed in" =
        "UPDATE managers SET signed_in_at = $1 WHERE id = $2";
    TO_LOOK_AT: "find the managers to look at" =
        "SELECT id, acquirer, merchant, person, name_sealed, phone_sealed, phone_index, rights, \
         created_at, disabled_at, signed_in_at, dormant_at FROM managers \
         WHERE disabled_at IS NULL AND dormant_at IS NULL AND look_at <= $1 \
         ORDER BY look_at, id LIMIT $2";
    LOOK_AGAIN: "note when to look at a manager again" =
        "UPDATE managers SET look_at = $1 WHERE id = $2";
    REST: "put a manager to rest" =
        "UPDATE managers SET dormant_at = $1 \
         WHERE id = $2 AND disabled_at IS NULL AND dormant_at IS NULL";
    WAKE: "let a manager sign in again" =
        "UPDATE managers SET dormant_at = NULL, signed_in_at = $1 \
         WHERE id = $2 AND disabled_at IS NULL AND dormant_at IS NOT NULL";
}

/// A manager as stored; name and phone are sealed.
#[derive(Debug, Clone)]
pub struct ManagerAccount {
    /// The account.
    pub id: ManagerId,
    /// Their tenant.
    pub acquirer: AcquirerId,
    /// Whose manager.
    pub merchant: MerchantNumber,
    /// The person behind the account.
    pub person: PersonId,
    /// Names the phone where it must not be known.
    pub phone_index: Digest,
    /// What they may do.
    pub rights: BTreeSet<ManagerRight>,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When it was closed.
    pub disabled_at: Option<Timestamp>,
    /// When they last signed in.
    pub signed_in_at: Option<Timestamp>,
    /// Since when the account is at rest.
    pub dormant_at: Option<Timestamp>,
    name_sealed: Vec<u8>,
    phone_sealed: Vec<u8>,
}

impl ManagerAccount {
    /// Opens the name.
    ///
    /// # Errors
    /// [`Fault::Unsealable`] when the merchant was erased.
    pub fn name(&self, key: &DataKey) -> Result<Secret<String>, Fault> {
        key.unseal_text(
            place("name_sealed", &self.id.to_string()),
            &self.name_sealed,
        )
    }

    /// Opens the phone.
    ///
    /// # Errors
    /// [`Fault::Unsealable`] when the merchant was erased.
    pub fn phone(&self, key: &DataKey) -> Result<Secret<String>, Fault> {
        key.unseal_text(
            place("phone_sealed", &self.id.to_string()),
            &self.phone_sealed,
        )
    }
}

/// A manager to be added.
#[derive(Debug)]
pub struct NewManagerAccount {
    /// The account.
    pub id: ManagerId,
    /// Their tenant.
    pub acquirer: AcquirerId,
    /// Whose manager.
    pub merchant: MerchantNumber,
    /// The person behind the account.
    pub person: PersonId,
    /// What they are called.
    pub name: Secret<String>,
    /// The phone in its one spelling.
    pub phone: Secret<String>,
    /// Its blind index.
    pub phone_index: Digest,
    /// What they may do.
    pub rights: BTreeSet<ManagerRight>,
    /// When this is.
    pub now: Timestamp,
}

/// Adds a manager.
///
/// # Errors
/// [`Fault::Taken`] when the merchant has a manager with this phone,
/// [`Fault::Dangling`] when there is no such merchant.
pub fn add(
    tx: &mut dyn Tx,
    key: &DataKey,
    manager: &NewManagerAccount,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<(), Fault> {
    let id = manager.id.to_string();
    let name = key.seal(
        place("name_sealed", &id),
        manager.name.expose().as_bytes(),
        rng,
    )?;
    let phone = key.seal(
        place("phone_sealed", &id),
        manager.phone.expose().as_bytes(),
        rng,
    )?;
    let values = [
        Value::from(&manager.id),
        Value::from(&manager.acquirer),
        Value::from(&manager.merchant),
        Value::from(&manager.person),
        Value::from(name),
        Value::from(phone),
        Value::from(&manager.phone_index),
        Value::from(words(&manager.rights)),
        Value::from(manager.now),
    ];
    tx.execute(ADD, &values).map(|_| ())
}

/// Finds a manager, disabled or not.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn find(tx: &mut dyn Tx, id: ManagerId) -> Result<Option<ManagerAccount>, Fault> {
    tx.query_one(FIND, &[Value::from(&id)])?
        .map(read)
        .transpose()
}

/// The managers with this phone who may sign in, in order of their merchants.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn of_phone(
    tx: &mut dyn Tx,
    acquirer: &AcquirerId,
    phone: &Digest,
    limit: u32,
) -> Result<Vec<ManagerAccount>, Fault> {
    let values = [
        Value::from(acquirer),
        Value::from(phone),
        Value::from(limit.min(crate::limits::PAGE_MAX)),
    ];
    tx.query_many(OF_PHONE, &values)?
        .into_iter()
        .map(read)
        .collect()
}

/// A merchant's managers after an account, disabled ones included.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn of_merchant(
    tx: &mut dyn Tx,
    (acquirer, merchant): (&AcquirerId, &MerchantNumber),
    after: Option<ManagerId>,
    limit: u32,
) -> Result<Vec<ManagerAccount>, Fault> {
    let values = [
        Value::from(acquirer),
        Value::from(merchant),
        after.map_or_else(|| Value::from(""), |id| Value::from(&id)),
        Value::from(limit.min(crate::limits::PAGE_MAX)),
    ];
    tx.query_many(OF_MERCHANT, &values)?
        .into_iter()
        .map(read)
        .collect()
}

/// Sets what a manager may do. False when there is none who may sign in.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn set_rights(
    tx: &mut dyn Tx,
    id: ManagerId,
    rights: &BTreeSet<ManagerRight>,
) -> Result<bool, Fault> {
    Ok(tx.execute(SET_RIGHTS, &[Value::from(words(rights)), Value::from(&id)])? > 0)
}

/// Disables a manager; every session that acts as them ends. True when they were not
/// disabled before.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn disable(tx: &mut dyn Tx, id: ManagerId, now: Timestamp) -> Result<bool, Fault> {
    let disabled = tx.execute(DISABLE, &[Value::from(now), Value::from(&id)])? > 0;
    super::manager_session::end_as(tx, id)?;
    Ok(disabled)
}

/// Notes that a manager signed in.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn signed_in(tx: &mut dyn Tx, id: ManagerId, now: Timestamp) -> Result<(), Fault> {
    tx.execute(SIGNED_IN, &[Value::from(now), Value::from(&id)])
        .map(|_| ())
}

/// The managers whom it is time to look at, whether they are dormant.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn to_look_at(
    tx: &mut dyn Tx,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<ManagerAccount>, Fault> {
    tx.query_many(TO_LOOK_AT, &[Value::from(now), Value::from(limit)])?
        .into_iter()
        .map(read)
        .collect()
}

/// Notes when to look at a manager again.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn look_again(tx: &mut dyn Tx, id: ManagerId, at: Timestamp) -> Result<(), Fault> {
    tx.execute(LOOK_AGAIN, &[Value::from(at), Value::from(&id)])
        .map(|_| ())
}

/// Puts a manager to rest; every session that acts as them ends. True when they were not
/// at rest before.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn rest(tx: &mut dyn Tx, id: ManagerId, now: Timestamp) -> Result<bool, Fault> {
    let rests = tx.execute(REST, &[Value::from(now), Value::from(&id)])? > 0;
    super::manager_session::end_as(tx, id)?;
    Ok(rests)
}

/// Lets a manager who was at rest sign in again. False when they were not.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn wake(tx: &mut dyn Tx, id: ManagerId, now: Timestamp) -> Result<bool, Fault> {
    Ok(tx.execute(WAKE, &[Value::from(now), Value::from(&id)])? > 0)
}

fn words(rights: &BTreeSet<ManagerRight>) -> String {
    let names: Vec<&str> = rights.iter().map(|right| right.name()).collect();
    names.join(" ")
}

const fn place<'a>(column: &'static str, row: &'a str) -> Place<'a> {
    Place {
        table: "managers",
        column,
        row,
    }
}

pub(super) fn read(mut row: Row) -> Result<ManagerAccount, Fault> {
    read_from(&mut row)
}

/// Reads the columns of a manager, which stand first in a row.
pub(super) fn read_from(row: &mut Row) -> Result<ManagerAccount, Fault> {
    Ok(ManagerAccount {
        id: row.take()?,
        acquirer: row.take()?,
        merchant: row.take()?,
        person: row.take()?,
        name_sealed: row.take()?,
        phone_sealed: row.take()?,
        phone_index: row.take()?,
        rights: row.take_word("rights", |text| {
            text.split_whitespace()
                .map(|word| word.parse().ok())
                .collect()
        })?,
        created_at: row.take()?,
        disabled_at: row.take()?,
        signed_in_at: row.take()?,
        dormant_at: row.take()?,
    })
}
