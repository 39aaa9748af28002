//! The registered phone of a merchant.
//!
//! A change keeps the previous phone, because a notice goes there too: whoever
//! changed the contact to steal an account is told on by the old one. Older ones
//! are deleted.

use jiff::Timestamp;
use rand::{CryptoRng, RngCore};
use tillkey_wire::ids::MerchantNumber;
use tillkey_wire::secret::Secret;

use crate::fault::Fault;
use crate::seal::{DataKey, Digest, Place};
use crate::tx::{Tx, statements};
use crate::value::{Row, Value};

statements! {
    REPLACE: "close a merchant's present contact" =
        "UPDATE contacts SET replaced_at = $1 WHERE merchant = $2 AND replaced_at IS NULL \
         RETURNING version";
    FORGET: "forget a merchant's older contacts" =
        "DELETE FROM contacts WHERE merchant = $1 AND version < $2";
    ADD: "add a merchant's contact" =
        "INSERT INTO contacts (merchant, version, phone_sealed, phone_index, changed_at) \
         VALUES ($1, $2, $3, $4, $5)";
    PRESENT: "find a merchant's contact" =
        "SELECT merchant, version, phone_sealed, phone_index, changed_at, replaced_at \
         FROM contacts WHERE merchant = $1 AND replaced_at IS NULL";
    PREVIOUS: "find a merchant's previous contact" =
        "SELECT merchant, version, phone_sealed, phone_index, changed_at, replaced_at \
         FROM contacts WHERE merchant = $1 AND replaced_at IS NOT NULL \
         ORDER BY version DESC LIMIT 1";
    BY_PHONE: "find merchants by phone" =
        "SELECT merchant FROM contacts WHERE phone_index = $1 AND replaced_at IS NULL \
         ORDER BY merchant LIMIT $2";
    SERVED_BY_PHONE: "find the merchants in service of a phone" =
        "SELECT contacts.merchant FROM contacts \
         JOIN merchants ON merchants.number = contacts.merchant \
         WHERE contacts.phone_index = $1 AND contacts.replaced_at IS NULL \
         AND merchants.status <> 'closed' \
         ORDER BY contacts.merchant LIMIT $2";
}

/// A registered contact; the phone is sealed.
#[derive(Debug, Clone)]
pub struct Contact {
    /// Whose.
    pub merchant: MerchantNumber,
    /// Counts changes, from 1.
    pub version: u32,
    /// Names the phone where it must not be known, such as in attempts.
    pub phone_index: Digest,
    /// Since when it counts.
    pub changed_at: Timestamp,
    /// Until when it counted; none for the present one.
    pub replaced_at: Option<Timestamp>,
    phone_sealed: Vec<u8>,
}

impl Contact {
    /// Opens the phone.
    ///
    /// # Errors
    /// [`Fault::Unsealable`] when the merchant was erased.
    pub fn phone(&self, key: &DataKey) -> Result<Secret<String>, Fault> {
        key.unseal_text(
            phone_place(&row_name(&self.merchant, self.version)),
            &self.phone_sealed,
        )
    }
}

/// A contact to be registered.
#[derive(Debug)]
pub struct NewContact {
    /// Whose.
    pub merchant: MerchantNumber,
    /// The phone in its one spelling.
    pub phone: Secret<String>,
    /// Its blind index.
    pub phone_index: Digest,
    /// When this is.
    pub now: Timestamp,
}

/// Registers a contact in place of the present one, and gives its version.
///
/// # Errors
/// [`Fault::Dangling`] when there is no such merchant.
pub fn set(
    tx: &mut dyn Tx,
    key: &DataKey,
    contact: &NewContact,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<u32, Fault> {
    let NewContact {
        merchant,
        phone,
        phone_index,
        now,
    } = contact;
    let replaced = tx.query_one(REPLACE, &[Value::from(*now), Value::from(merchant)])?;
    let previous: u32 = replaced.map_or(Ok(0), |mut row| row.take())?;
    tx.execute(FORGET, &[Value::from(merchant), Value::from(previous)])?;
    let version = previous.saturating_add(1);
    let name = row_name(merchant, version);
    let sealed = key.seal(phone_place(&name), phone.expose().as_bytes(), rng)?;
    let values = [
        Value::from(merchant),
        Value::from(version),
        Value::from(sealed),
        Value::from(phone_index),
        Value::from(*now),
    ];
    tx.execute(ADD, &values)?;
    Ok(version)
}

/// The present contact.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn present(tx: &mut dyn Tx, merchant: &MerchantNumber) -> Result<Option<Contact>, Fault> {
    tx.query_one(PRESENT, &[Value::from(merchant)])?
        .map(read)
        .transpose()
}

/// The contact before the present one.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn previous(tx: &mut dyn Tx, merchant: &MerchantNumber) -> Result<Option<Contact>, Fault> {
    tx.query_one(PREVIOUS, &[Value::from(merchant)])?
        .map(read)
        .transpose()
}

/// The merchants whose present contact is this phone.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn merchants_by_phone(
    tx: &mut dyn Tx,
    index: &Digest,
    limit: u32,
) -> Result<Vec<MerchantNumber>, Fault> {
    let limit = Value::from(limit.min(crate::limits::PAGE_MAX));
    let rows = tx.query_many(BY_PHONE, &[Value::from(index), limit])?;
    rows.into_iter().map(|mut row| row.take()).collect()
}

/// The merchants whose present contact is this phone and that are not closed. One
/// question, whether or not there are any: what it takes says nothing.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn served_by_phone(
    tx: &mut dyn Tx,
    index: &Digest,
    limit: u32,
) -> Result<Vec<MerchantNumber>, Fault> {
    let limit = Value::from(limit.min(crate::limits::PAGE_MAX));
    let rows = tx.query_many(SERVED_BY_PHONE, &[Value::from(index), limit])?;
    rows.into_iter().map(|mut row| row.take()).collect()
}

fn row_name(merchant: &MerchantNumber, version: u32) -> String {
    format!("{merchant}/{version}")
}

const fn phone_place(row: &str) -> Place<'_> {
    Place {
        table: "contacts",
        column: "phone_sealed",
        row,
    }
}

fn read(mut row: Row) -> Result<Contact, Fault> {
    Ok(Contact {
        merchant: row.take()?,
        version: row.take()?,
        phone_sealed: row.take()?,
        phone_index: row.take()?,
        changed_at: row.take()?,
        replaced_at: row.take()?,
    })
}
