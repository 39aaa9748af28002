//! Answers given before, so that a repeated request is answered and not repeated.

use jiff::Timestamp;
use rand::{CryptoRng, RngCore};
use tillkey_wire::secret::Secret;

use crate::fault::Fault;
use crate::seal::{DataKey, Owner, Place, SealKeys};
use crate::tx::{Tx, statements};
use crate::value::Value;

statements! {
    FIND: "find an earlier answer" =
        "SELECT request_digest, owner, answer_sealed FROM idempotency \
         WHERE principal = $1 AND key = $2";
    ADD: "remember an answer" =
        "INSERT INTO idempotency (principal, key, request_digest, owner, answer_sealed, \
         created_at) VALUES ($1, $2, $3, $4, $5, $6)";
    PRUNE: "prune answers" =
        "DELETE FROM idempotency WHERE (principal, key) IN \
         (SELECT principal, key FROM idempotency WHERE created_at < $1 LIMIT $2)";
}

/// Who asked, and the key they sent.
#[derive(Debug, Clone, Copy)]
pub struct Name<'a> {
    /// Whoever is authenticated; a digest where that is a token or an address.
    pub principal: &'a str,
    /// The `Idempotency-Key`.
    pub key: &'a str,
}

/// What is known of a request.
#[derive(Debug)]
pub enum Earlier {
    /// Nothing: it is new.
    Nothing,
    /// The same request was answered.
    Same(Secret<Vec<u8>>),
    /// The key was used for another request.
    Other,
}

/// An answer to be remembered.
#[derive(Debug)]
pub struct Answered<'a> {
    /// To whom.
    pub name: Name<'a>,
    /// SHA-256 over method, path and body.
    pub request_digest: [u8; 32],
    /// The answer.
    pub answer: &'a [u8],
    /// When this is.
    pub now: Timestamp,
}

/// Looks for an earlier answer.
///
/// # Errors
/// [`Fault::Unsealable`] when its owner was erased.
pub fn find(
    tx: &mut dyn Tx,
    keys: &SealKeys,
    name: Name<'_>,
    request_digest: &[u8; 32],
) -> Result<Earlier, Fault> {
    let values = [Value::from(name.principal), Value::from(name.key)];
    let Some(mut row) = tx.query_one(FIND, &values)? else {
        return Ok(Earlier::Nothing);
    };
    if row.take::<[u8; 32]>()? != *request_digest {
        return Ok(Earlier::Other);
    }
    let owner: Owner = row.take()?;
    let sealed: Vec<u8> = row.take()?;
    let key = DataKey::load(tx, keys, &owner)?;
    key.unseal(answer_place(&row_name(name)), &sealed)
        .map(Earlier::Same)
}

/// Remembers an answer.
///
/// # Errors
/// [`Fault::Taken`] when another request of this name came first.
pub fn remember(
    tx: &mut dyn Tx,
    key: &DataKey,
    answered: &Answered<'_>,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<(), Fault> {
    let sealed = key.seal(answer_place(&row_name(answered.name)), answered.answer, rng)?;
    let values = [
        Value::from(answered.name.principal),
        Value::from(answered.name.key),
        Value::from(answered.request_digest.as_slice()),
        Value::from(key.owner().to_string()),
        Value::from(sealed),
        Value::from(answered.now),
    ];
    tx.execute(ADD, &values).map(|_| ())
}

/// Deletes answers older than a time, a bounded number at once, and says how many.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn prune(tx: &mut dyn Tx, before: Timestamp, limit: u32) -> Result<u64, Fault> {
    tx.execute(PRUNE, &[Value::from(before), Value::from(limit)])
}

/// The lengths keep two names from reading the same.
fn row_name(name: Name<'_>) -> String {
    format!("{}:{}:{}", name.principal.len(), name.principal, name.key)
}

const fn answer_place(row: &str) -> Place<'_> {
    Place {
        table: "idempotency",
        column: "answer_sealed",
        row,
    }
}
