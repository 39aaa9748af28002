//! A new contact that waits for the code that was sent to it.
//!
//! One a merchant; a newer one takes the place of the older. A try is taken before the
//! code is compared.

use jiff::Timestamp;
use rand::{CryptoRng, RngCore};
use tillkey_wire::ids::{ManagerId, MerchantNumber};
use tillkey_wire::secret::Secret;

use crate::fault::Fault;
use crate::seal::{DataKey, Digest, Place};
use crate::tx::{Tx, statements};
use crate::value::Value;

statements! {
    ASK: "ask for another contact" =
        "INSERT INTO contact_changes (merchant, manager, phone_sealed, phone_index, code_digest, \
         asked_at, expires_at, tries_left) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
         ON CONFLICT (merchant) DO UPDATE SET manager = excluded.manager, \
         phone_sealed = excluded.phone_sealed, phone_index = excluded.phone_index, \
         code_digest = excluded.code_digest, asked_at = excluded.asked_at, \
         expires_at = excluded.expires_at, tries_left = excluded.tries_left";
    PENDING: "find a contact that waits for its code" =
        "SELECT phone_sealed, asked_at, expires_at FROM contact_changes \
         WHERE merchant = $1 AND manager = $2 AND expires_at > $3 AND tries_left > 0";
    TRY: "take a try of a contact's code" =
        "UPDATE contact_changes SET tries_left = tries_left - 1 \
         WHERE merchant = $1 AND manager = $2 AND expires_at > $3 AND tries_left > 0 \
         RETURNING code_digest, phone_sealed, phone_index";
    DROP: "drop a contact that waits for its code" =
        "DELETE FROM contact_changes WHERE merchant = $1";
    PRUNE: "prune contacts that waited in vain" =
        "DELETE FROM contact_changes WHERE merchant IN \
         (SELECT merchant FROM contact_changes WHERE expires_at < $1 LIMIT $2)";
}

/// A change to be asked for.
#[derive(Debug)]
pub struct NewContactChange {
    /// Whose contact.
    pub merchant: MerchantNumber,
    /// Who asks.
    pub manager: ManagerId,
    /// The new phone in its one spelling.
    pub phone: Secret<String>,
    /// Its blind index.
    pub phone_index: Digest,
    /// The keyed digest of the code.
    pub code_digest: Digest,
    /// When this is.
    pub now: Timestamp,
    /// Until when the code may be typed.
    pub expires_at: Timestamp,
    /// How many answers it takes.
    pub tries: u32,
}

/// A change that waits for its code.
#[derive(Debug)]
pub struct Pending {
    /// The new phone.
    pub phone: Secret<String>,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// Until when the code may be typed.
    pub expires_at: Timestamp,
}

/// Asks for a change; an older one of the merchant is dead.
///
/// # Errors
/// [`Fault::Dangling`] when there is no such merchant or manager.
pub fn ask(
    tx: &mut dyn Tx,
    key: &DataKey,
    change: &NewContactChange,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<(), Fault> {
    let merchant = &change.merchant;
    let sealed = key.seal(place(merchant), change.phone.expose().as_bytes(), rng)?;
    let values = [
        Value::from(merchant),
        Value::from(&change.manager),
        Value::from(sealed),
        Value::from(&change.phone_index),
        Value::from(&change.code_digest),
        Value::from(change.now),
        Value::from(change.expires_at),
        Value::from(change.tries),
    ];
    tx.execute(ASK, &values).map(|_| ())
}

/// The live change that this manager asked for.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn pending(
    tx: &mut dyn Tx,
    key: &DataKey,
    (merchant, manager): (&MerchantNumber, ManagerId),
    now: Timestamp,
) -> Result<Option<Pending>, Fault> {
    let values = [
        Value::from(merchant),
        Value::from(&manager),
        Value::from(now),
    ];
    let Some(mut row) = tx.query_one(PENDING, &values)? else {
        return Ok(None);
    };
    let sealed: Vec<u8> = row.take()?;
    Ok(Some(Pending {
        phone: key.unseal_text(place(merchant), &sealed)?,
        asked_at: row.take()?,
        expires_at: row.take()?,
    }))
}

/// Takes a try and compares. The new phone and its blind index where the code is
/// right; it counts once.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn answer(
    tx: &mut dyn Tx,
    key: &DataKey,
    (merchant, manager): (&MerchantNumber, ManagerId),
    (code, now): (&Digest, Timestamp),
) -> Result<Option<(Secret<String>, Digest)>, Fault> {
    let values = [
        Value::from(merchant),
        Value::from(&manager),
        Value::from(now),
    ];
    let Some(mut row) = tx.query_one(TRY, &values)? else {
        return Ok(None);
    };
    let (expected, sealed): (Digest, Vec<u8>) = (row.take()?, row.take()?);
    if expected != *code {
        return Ok(None);
    }
    let phone = key.unseal_text(place(merchant), &sealed)?;
    withdraw(tx, merchant)?;
    Ok(Some((phone, row.take()?)))
}

/// Drops what waits for its code, if anything does.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn withdraw(tx: &mut dyn Tx, merchant: &MerchantNumber) -> Result<(), Fault> {
    tx.execute(DROP, &[Value::from(merchant)]).map(|_| ())
}

/// Deletes changes whose time was over before this, a bounded number at once.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn prune(tx: &mut dyn Tx, before: Timestamp, limit: u32) -> Result<u64, Fault> {
    tx.execute(PRUNE, &[Value::from(before), Value::from(limit)])
}

fn place(merchant: &MerchantNumber) -> Place<'_> {
    Place {
        table: "contact_changes",
        column: "phone_sealed",
        row: merchant.as_str(),
    }
}
