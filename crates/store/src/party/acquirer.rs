//! Acquirers: the tenants.

use jiff::Timestamp;
use rand::{CryptoRng, RngCore};
use tillkey_wire::ids::AcquirerId;

use crate::fault::Fault;
use crate::seal::{DataKey, Owner, SealKeys};
use crate::tx::{Tx, statements};
use crate::value::{Row, Value};

statements! {
    ADD: "add an acquirer" =
        "INSERT INTO acquirers (id, name, created_at) VALUES ($1, $2, $3)";
    FIND: "find an acquirer" = "SELECT id, name, created_at FROM acquirers WHERE id = $1";
    LIST: "list the acquirers" = "SELECT id, name, created_at FROM acquirers ORDER BY id LIMIT $1";
}

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acquirer {
    /// Its short name.
    pub id: AcquirerId,
    /// Its name on screens.
    pub name: String,
    /// When it was set up.
    pub created_at: Timestamp,
}

/// Adds an acquirer and draws its data key.
///
/// # Errors
/// [`Fault::Taken`] when there is one of this name.
pub fn add(
    tx: &mut dyn Tx,
    keys: &SealKeys,
    acquirer: &Acquirer,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<(), Fault> {
    let Acquirer {
        id,
        name,
        created_at,
    } = acquirer;
    tx.execute(
        ADD,
        &[
            Value::from(id),
            Value::from(name.as_str()),
            Value::from(*created_at),
        ],
    )?;
    DataKey::create(tx, keys, (&Owner::Acquirer(id.clone()), *created_at), rng).map(|_| ())
}

/// Finds an acquirer.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn find(tx: &mut dyn Tx, id: &AcquirerId) -> Result<Option<Acquirer>, Fault> {
    tx.query_one(FIND, &[Value::from(id)])?
        .map(read)
        .transpose()
}

/// Every acquirer, by name.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn list(tx: &mut dyn Tx) -> Result<Vec<Acquirer>, Fault> {
    let rows = tx.query_many(LIST, &[Value::from(crate::limits::PAGE_MAX)])?;
    rows.into_iter().map(read).collect()
}

fn read(mut row: Row) -> Result<Acquirer, Fault> {
    Ok(Acquirer {
        id: row.take()?,
        name: row.take()?,
        created_at: row.take()?,
    })
}
