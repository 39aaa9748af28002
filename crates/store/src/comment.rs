//! What reviewers write, sealed: it may name people, so the ledger holds a digest only.

use rand::{CryptoRng, RngCore};
use tillkey_wire::ids::{AcquirerId, CaseId};
use tillkey_wire::secret::Secret;

use crate::fault::Fault;
use crate::seal::{DataKey, Owner, Place, SealKeys};
use crate::tx::{Tx, statements};
use crate::value::{Value, signed};

statements! {
    ADD: "store a comment" =
        "INSERT INTO comments (case_id, version, text_sealed) VALUES ($1, $2, $3)";
    OF_CASE: "read the comments of a case" =
        "SELECT version, text_sealed FROM comments WHERE case_id = $1 ORDER BY version LIMIT $2";
}

/// Keeps a comment on a case as it stands after so many events.
///
/// # Errors
/// [`Fault::Taken`] when there is one already.
pub fn add(
    tx: &mut dyn Tx,
    keys: &SealKeys,
    (acquirer, (case, version)): (&AcquirerId, (CaseId, u64)),
    text: &str,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<(), Fault> {
    let key = DataKey::load(tx, keys, &Owner::Acquirer(acquirer.clone()))?;
    let row = row_name(case, version);
    let sealed = key.seal(place(&row), text.as_bytes(), rng)?;
    let values = [Value::from(&case), signed(version)?, Value::from(sealed)];
    tx.execute(ADD, &values).map(|_| ())
}

/// The comments on a case, each with the version that it was written at.
///
/// # Errors
/// [`Fault::Unsealable`] when the acquirer's key is gone.
pub fn of_case(
    tx: &mut dyn Tx,
    keys: &SealKeys,
    (acquirer, case): (&AcquirerId, CaseId),
    limit: u32,
) -> Result<Vec<(u64, Secret<String>)>, Fault> {
    let key = DataKey::load(tx, keys, &Owner::Acquirer(acquirer.clone()))?;
    let rows = tx.query_many(OF_CASE, &[Value::from(&case), Value::from(limit)])?;
    rows.into_iter()
        .map(|mut row| {
            let version: u64 = row.take()?;
            let sealed: Vec<u8> = row.take()?;
            let text = key.unseal_text(place(&row_name(case, version)), &sealed)?;
            Ok((version, text))
        })
        .collect()
}

fn row_name(case: CaseId, version: u64) -> String {
    format!("{case}/{version}")
}

const fn place(row: &str) -> Place<'_> {
    Place {
        table: "comments",
        column: "text_sealed",
        row,
    }
}
