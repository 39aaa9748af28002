//! What is known of each backup. The sealed file is not here: it lies among the stored
//! objects, and was written there before its row.

use jiff::Timestamp;
use tillkey_wire::cbor;
use tillkey_wire::ids::{AcquirerId, CaseId, MerchantNumber, SnapshotId, TerminalId};
use tillkey_wire::journal::Head;
use tillkey_wire::snapshot::SnapshotDigest;

use crate::fault::Fault;
use crate::limits::PAGE_MAX;
use crate::tx::{Tx, statements};
use crate::value::{Row, Value};

statements! {
    ADD: "record a backup" =
        "INSERT INTO snapshots (id, acquirer, merchant, terminal, case_id, bytes, digest, records, \
         head, batch, stored_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    FIND: "find a backup" =
        "SELECT id, acquirer, merchant, terminal, case_id, bytes, digest, records, head, \
         stored_at, removed_at FROM snapshots WHERE id = $1";
    OF_TERMINAL: "list a terminal's backups" =
        "SELECT id, acquirer, merchant, terminal, case_id, bytes, digest, records, head, \
         stored_at, removed_at FROM snapshots WHERE terminal = $1 \
         ORDER BY stored_at DESC, id DESC LIMIT $2";
    OLD: "find backups that nobody needs any more" =
        "SELECT id, acquirer, merchant, terminal, case_id, bytes, digest, records, head, \
         stored_at, removed_at FROM snapshots WHERE removed_at IS NULL AND stored_at < $1 \
         AND (EXISTS (SELECT 1 FROM snapshots newer WHERE newer.terminal = snapshots.terminal \
         AND newer.batch > snapshots.batch) \
         OR EXISTS (SELECT 1 FROM journal_heads WHERE journal_heads.terminal = snapshots.terminal \
         AND journal_heads.batch > snapshots.batch) \
         OR EXISTS (SELECT 1 FROM terminals WHERE terminals.id = snapshots.terminal \
         AND terminals.status = 'retired')) \
         ORDER BY stored_at, id LIMIT $2";
    KEPT_OF: "list the backups that are kept of a merchant" =
        "SELECT id, acquirer, merchant, terminal, case_id, bytes, digest, records, head, \
         stored_at, removed_at FROM snapshots WHERE merchant = $1 AND removed_at IS NULL \
         ORDER BY stored_at, id";
    REMOVED_OF: "list the backups of a merchant that were removed" =
        "SELECT id, acquirer, merchant, terminal, case_id, bytes, digest, records, head, \
         stored_at, removed_at FROM snapshots WHERE merchant = $1 AND removed_at IS NOT NULL \
         AND removed_at >= (SELECT erased_at FROM merchants WHERE number = $1) \
         ORDER BY stored_at, id";
    UNSETTLED_OF: "list a merchant's backups that no later batch is known of" =
        "SELECT id, acquirer, merchant, terminal, case_id, bytes, digest, records, head, \
         stored_at, removed_at FROM snapshots WHERE merchant = $1 AND removed_at IS NULL \
         AND NOT EXISTS (SELECT 1 FROM snapshots newer WHERE newer.terminal = snapshots.terminal \
         AND newer.batch > snapshots.batch) \
         AND NOT EXISTS (SELECT 1 FROM journal_heads \
         WHERE journal_heads.terminal = snapshots.terminal \
         AND journal_heads.batch > snapshots.batch) ORDER BY stored_at, id";
    REMOVE: "note that a backup's file was removed" =
        "UPDATE snapshots SET removed_at = $1 WHERE id = $2 AND removed_at IS NULL";
}

/// A backup that was checked and stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Names it.
    pub id: SnapshotId,
    /// To whose key it is sealed.
    pub acquirer: AcquirerId,
    /// Whose transactions are in it.
    pub merchant: MerchantNumber,
    /// Which terminal made it.
    pub terminal: TerminalId,
    /// For which case.
    pub case: CaseId,
    /// How long the sealed file is.
    pub bytes: u32,
    /// The digest over it.
    pub digest: SnapshotDigest,
    /// How many records are in it.
    pub records: u32,
    /// Where its journal stands.
    pub head: Head,
    /// When it was checked and stored.
    pub stored_at: Timestamp,
    /// When its file was removed, if it was.
    pub removed_at: Option<Timestamp>,
}

/// Records a backup whose file is stored.
///
/// # Errors
/// [`Fault::Taken`] where there is one of this name, [`Fault::Dangling`] where there is
/// no such terminal or case.
pub fn add(tx: &mut dyn Tx, snapshot: &Snapshot) -> Result<(), Fault> {
    let values = [
        Value::from(&snapshot.id),
        Value::from(&snapshot.acquirer),
        Value::from(&snapshot.merchant),
        Value::from(&snapshot.terminal),
        Value::from(&snapshot.case),
        Value::from(snapshot.bytes),
        Value::from(snapshot.digest.as_bytes()),
        Value::from(snapshot.records),
        Value::from(encoded(&snapshot.head)?),
        Value::from(snapshot.head.batch),
        Value::from(snapshot.stored_at),
    ];
    tx.execute(ADD, &values).map(|_| ())
}

/// Finds a backup, removed or not.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn find(tx: &mut dyn Tx, id: SnapshotId) -> Result<Option<Snapshot>, Fault> {
    tx.query_one(FIND, &[Value::from(&id)])?
        .map(read)
        .transpose()
}

/// A terminal's backups, the newest first.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn of_terminal(
    tx: &mut dyn Tx,
    terminal: TerminalId,
    limit: u32,
) -> Result<Vec<Snapshot>, Fault> {
    let values = [Value::from(&terminal), Value::from(limit.min(PAGE_MAX))];
    let rows = tx.query_many(OF_TERMINAL, &values)?;
    rows.into_iter().map(read).collect()
}

/// The backups stored before a moment whose batch is settled as far as anybody here
/// knows: their terminal was in a later batch since, or is out of service.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn old(tx: &mut dyn Tx, before: Timestamp, limit: u32) -> Result<Vec<Snapshot>, Fault> {
    let values = [Value::from(before), Value::from(limit.min(PAGE_MAX))];
    let rows = tx.query_many(OLD, &values)?;
    rows.into_iter().map(read).collect()
}

/// The backups of a merchant whose files are kept, the oldest first.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn kept_of(tx: &mut dyn Tx, merchant: &MerchantNumber) -> Result<Vec<Snapshot>, Fault> {
    let rows = tx.query_many(KEPT_OF, &[Value::from(merchant)])?;
    rows.into_iter().map(read).collect()
}

/// The backups of an erased merchant that went with it.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn removed_of(tx: &mut dyn Tx, merchant: &MerchantNumber) -> Result<Vec<Snapshot>, Fault> {
    let rows = tx.query_many(REMOVED_OF, &[Value::from(merchant)])?;
    rows.into_iter().map(read).collect()
}

/// The backups that are kept of a merchant whose terminal was in no later batch since, as far as anybody here knows.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn unsettled_of(tx: &mut dyn Tx, merchant: &MerchantNumber) -> Result<Vec<Snapshot>, Fault> {
    let rows = tx.query_many(UNSETTLED_OF, &[Value::from(merchant)])?;
    rows.into_iter().map(read).collect()
}

/// Notes that a backup's file is about to go. False where it had gone.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn remove(tx: &mut dyn Tx, id: SnapshotId, now: Timestamp) -> Result<bool, Fault> {
    Ok(tx.execute(REMOVE, &[Value::from(now), Value::from(&id)])? > 0)
}

/// A head as it is kept.
pub(crate) fn encoded(head: &Head) -> Result<Vec<u8>, Fault> {
    cbor::encode(head).map_err(|_| Fault::damaged("journal head", "it cannot be encoded"))
}

/// A head as it was kept.
pub(crate) fn decoded(bytes: &[u8]) -> Result<Head, Fault> {
    cbor::decode(bytes).map_err(|_| Fault::damaged("journal head", "it cannot be read"))
}

fn read(mut row: Row) -> Result<Snapshot, Fault> {
    Ok(Snapshot {
        id: row.take()?,
        acquirer: row.take()?,
        merchant: row.take()?,
        terminal: row.take()?,
        case: row.take()?,
        bytes: row.take()?,
        digest: SnapshotDigest::from_bytes(&row.take::<Vec<u8>>()?)
            .map_err(|_| Fault::damaged("backup digest", "it has another length"))?,
        records: row.take()?,
        head: decoded(&row.take::<Vec<u8>>()?)?,
        stored_at: row.take()?,
        removed_at: row.take()?,
    })
}
