//! Merchants, and the documents that a counter may compare.

use jiff::Timestamp;
use rand::{CryptoRng, RngCore};
use tillkey_rules::vocabulary::MerchantStatus;
use tillkey_wire::ids::{AcquirerId, MerchantNumber};
use tillkey_wire::secret::Secret;

use crate::fault::Fault;
use crate::seal::{DataKey, Digest, Owner, Place, SealKeys};
use crate::tx::{Tx, statements};
use crate::value::{Row, Value};

statements! {
    ADD: "add a merchant" =
        "INSERT INTO merchants (number, acquirer, status, name_sealed, created_at, changed_at) \
         VALUES ($1, $2, $3, $4, $5, $5)";
    FIND: "find a merchant" =
        "SELECT number, acquirer, status, name_sealed, created_at, changed_at, closed_at, \
         erased_at \
         FROM merchants WHERE number = $1";
    LIST: "list the merchants of an acquirer" =
        "SELECT number, acquirer, status, name_sealed, created_at, changed_at, closed_at, \
         erased_at \
         FROM merchants WHERE acquirer = $1 AND number > $2 ORDER BY number LIMIT $3";
    HIGHEST: "find the highest merchant number of a range" =
        "SELECT number FROM merchants WHERE number >= $1 AND number <= $2 \
         ORDER BY number DESC LIMIT 1";
    SET_STATUS: "set a merchant's status" =
        "UPDATE merchants SET status = $1, changed_at = $2, closed_at = CASE WHEN $1 = 'closed' \
         THEN COALESCE(closed_at, $2) END WHERE number = $3";
    SET_NAME: "set a merchant's name" =
        "UPDATE merchants SET name_sealed = $1, changed_at = $2 WHERE number = $3";
    LANGUAGE: "find the language of a merchant's messages" =
        "SELECT language FROM merchants WHERE number = $1";
    SET_LANGUAGE: "set the language of a merchant's messages" =
        "UPDATE merchants SET language = $1 WHERE number = $2";
    ADD_DOCUMENT: "add a merchant's document" =
        "INSERT INTO merchant_documents (merchant, role, document_index, added_at) \
         VALUES ($1, $2, $3, $4) \
         ON CONFLICT (merchant, role, document_index) DO UPDATE SET removed_at = NULL";
    REMOVE_DOCUMENT: "remove a merchant's document" =
        "UPDATE merchant_documents SET removed_at = $1 \
         WHERE merchant = $2 AND document_index = $3 AND removed_at IS NULL";
    DOCUMENTS: "list a merchant's documents" =
        "SELECT role, document_index FROM merchant_documents \
         WHERE merchant = $1 AND removed_at IS NULL ORDER BY role, document_index LIMIT 100";
    DOCUMENTS_SINCE: "list since when a merchant's documents are held" =
        "SELECT role, added_at FROM merchant_documents \
         WHERE merchant = $1 ORDER BY added_at, role LIMIT 100";
    COMPARE_DOCUMENT: "compare a merchant's document" =
        "SELECT role FROM merchant_documents \
         WHERE merchant = $1 AND document_index = $2 AND removed_at IS NULL \
         ORDER BY role LIMIT 10";
}

/// A merchant as stored; the name is sealed.
#[derive(Debug, Clone)]
pub struct Merchant {
    /// Its number.
    pub number: MerchantNumber,
    /// Its tenant.
    pub acquirer: AcquirerId,
    /// Whether it may be served.
    pub status: MerchantStatus,
    /// When it was recorded.
    pub created_at: Timestamp,
    /// When its status or name last changed.
    pub changed_at: Timestamp,
    /// Since when it is closed.
    pub closed_at: Option<Timestamp>,
    /// When what was held of it was erased.
    pub erased_at: Option<Timestamp>,
    name_sealed: Vec<u8>,
}

impl Merchant {
    /// Opens the trading name.
    ///
    /// # Errors
    /// [`Fault::Unsealable`] when the merchant was erased.
    pub fn name(&self, key: &DataKey) -> Result<Secret<String>, Fault> {
        key.unseal_text(name_place(self.number.as_str()), &self.name_sealed)
    }
}

/// A merchant to be recorded.
#[derive(Debug)]
pub struct NewMerchant {
    /// Its number.
    pub number: MerchantNumber,
    /// Its tenant.
    pub acquirer: AcquirerId,
    /// Whether it may be served.
    pub status: MerchantStatus,
    /// Its trading name.
    pub name: Secret<String>,
    /// When this is.
    pub now: Timestamp,
}

/// Whose document it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentRole {
    /// The business itself: its credit code.
    Business,
    /// The holder of the account.
    Holder,
    /// A person registered to act for the holder.
    Proxy,
}

impl DocumentRole {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Business => "business",
            Self::Holder => "holder",
            Self::Proxy => "proxy",
        }
    }

    fn of_name(name: &str) -> Option<Self> {
        [Self::Business, Self::Holder, Self::Proxy]
            .into_iter()
            .find(|role| role.name() == name)
    }
}

/// Adds a merchant and draws its data key.
///
/// # Errors
/// [`Fault::Taken`] when there is one of this number, [`Fault::Dangling`] when the
/// acquirer is not there.
pub fn add(
    tx: &mut dyn Tx,
    keys: &SealKeys,
    merchant: &NewMerchant,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<DataKey, Fault> {
    let NewMerchant {
        number,
        acquirer,
        status,
        name,
        now,
    } = merchant;
    let key = DataKey::create(tx, keys, (&Owner::Merchant(number.clone()), *now), rng)?;
    let sealed = key.seal(name_place(number.as_str()), name.expose().as_bytes(), rng)?;
    let values = [
        Value::from(number),
        Value::from(acquirer),
        Value::from(status.name()),
        Value::from(sealed),
        Value::from(*now),
    ];
    tx.execute(ADD, &values)?;
    Ok(key)
}

/// Finds a merchant by its number.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn find(tx: &mut dyn Tx, number: &MerchantNumber) -> Result<Option<Merchant>, Fault> {
    tx.query_one(FIND, &[Value::from(number)])?
        .map(read)
        .transpose()
}

/// The language of a merchant's messages, a stable name; none where it is the acquirer's.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn language(tx: &mut dyn Tx, number: &MerchantNumber) -> Result<Option<String>, Fault> {
    match tx.query_one(LANGUAGE, &[Value::from(number)])? {
        Some(mut row) => row.take(),
        None => Ok(None),
    }
}

/// Sets the language of a merchant's messages.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn set_language(
    tx: &mut dyn Tx,
    number: &MerchantNumber,
    language: &'static str,
) -> Result<(), Fault> {
    tx.execute(SET_LANGUAGE, &[Value::from(language), Value::from(number)])
        .map(|_| ())
}

/// The highest number within a range, both ends included, that a merchant has.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn highest_between(
    tx: &mut dyn Tx,
    first: &MerchantNumber,
    last: &MerchantNumber,
) -> Result<Option<MerchantNumber>, Fault> {
    tx.query_one(HIGHEST, &[Value::from(first), Value::from(last)])?
        .map(|mut row| row.take())
        .transpose()
}

/// The merchants of an acquirer after a number, in order of their numbers.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn list(
    tx: &mut dyn Tx,
    acquirer: &AcquirerId,
    after: Option<&MerchantNumber>,
    limit: u32,
) -> Result<Vec<Merchant>, Fault> {
    let values = [
        Value::from(acquirer),
        Value::from(after.map_or("", MerchantNumber::as_str)),
        Value::from(limit.min(crate::limits::PAGE_MAX)),
    ];
    tx.query_many(LIST, &values)?
        .into_iter()
        .map(read)
        .collect()
}

/// Sets whether a merchant may be served.
///
/// # Errors
/// [`Fault::Missing`] when there is no such merchant.
pub fn set_status(
    tx: &mut dyn Tx,
    number: &MerchantNumber,
    status: MerchantStatus,
    now: Timestamp,
) -> Result<(), Fault> {
    let values = [
        Value::from(status.name()),
        Value::from(now),
        Value::from(number),
    ];
    match tx.execute(SET_STATUS, &values)? {
        0 => Err(Fault::Missing("merchant")),
        _ => Ok(()),
    }
}

/// Sets a merchant's trading name.
///
/// # Errors
/// [`Fault::Missing`] when there is no such merchant.
pub fn set_name(
    tx: &mut dyn Tx,
    key: &DataKey,
    (number, name): (&MerchantNumber, &Secret<String>),
    now: Timestamp,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<(), Fault> {
    let sealed = key.seal(name_place(number.as_str()), name.expose().as_bytes(), rng)?;
    let values = [Value::from(sealed), Value::from(now), Value::from(number)];
    match tx.execute(SET_NAME, &values)? {
        0 => Err(Fault::Missing("merchant")),
        _ => Ok(()),
    }
}

/// The documents that are registered for a merchant, by role and blind index.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn documents(
    tx: &mut dyn Tx,
    number: &MerchantNumber,
) -> Result<Vec<(DocumentRole, Digest)>, Fault> {
    tx.query_many(DOCUMENTS, &[Value::from(number)])?
        .into_iter()
        .map(|mut row| {
            let role = row.take_word("document role", DocumentRole::of_name)?;
            Ok((role, row.take()?))
        })
        .collect()
}

/// The roles in which a document is held of a merchant, those that no longer count
/// included, with since when.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn documents_since(
    tx: &mut dyn Tx,
    number: &MerchantNumber,
) -> Result<Vec<(DocumentRole, Timestamp)>, Fault> {
    tx.query_many(DOCUMENTS_SINCE, &[Value::from(number)])?
        .into_iter()
        .map(|mut row| {
            let role = row.take_word("document role", DocumentRole::of_name)?;
            Ok((role, row.take()?))
        })
        .collect()
}

/// Registers a document by its blind index. Registering it again is nothing new.
///
/// # Errors
/// [`Fault::Dangling`] when there is no such merchant.
pub fn add_document(
    tx: &mut dyn Tx,
    number: &MerchantNumber,
    (role, index): (DocumentRole, &Digest),
    now: Timestamp,
) -> Result<(), Fault> {
    let values = [
        Value::from(number),
        Value::from(role.name()),
        Value::from(index),
        Value::from(now),
    ];
    tx.execute(ADD_DOCUMENT, &values).map(|_| ())
}

/// Ends a document's registration. True when it was registered.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn remove_document(
    tx: &mut dyn Tx,
    number: &MerchantNumber,
    index: &Digest,
    now: Timestamp,
) -> Result<bool, Fault> {
    let values = [Value::from(now), Value::from(number), Value::from(index)];
    Ok(tx.execute(REMOVE_DOCUMENT, &values)? > 0)
}

/// The roles in which a document is registered for a merchant; empty when it is not.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn compare_document(
    tx: &mut dyn Tx,
    number: &MerchantNumber,
    index: &Digest,
) -> Result<Vec<DocumentRole>, Fault> {
    tx.query_many(COMPARE_DOCUMENT, &[Value::from(number), Value::from(index)])?
        .into_iter()
        .map(|mut row| row.take_word("document role", DocumentRole::of_name))
        .collect()
}

const fn name_place(number: &str) -> Place<'_> {
    Place {
        table: "merchants",
        column: "name_sealed",
        row: number,
    }
}

fn read(mut row: Row) -> Result<Merchant, Fault> {
    Ok(Merchant {
        number: row.take()?,
        acquirer: row.take()?,
        status: row.take_word("merchant status", |word| word.parse().ok())?,
        name_sealed: row.take()?,
        created_at: row.take()?,
        changed_at: row.take()?,
        closed_at: row.take()?,
        erased_at: row.take()?,
    })
}
