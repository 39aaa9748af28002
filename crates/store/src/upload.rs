//! A backup on its way in: what was announced, and the parts of it that are here. One a
//! terminal, so that none fills the disk with what it begins.

use jiff::Timestamp;
use tillkey_wire::ids::{CaseId, SnapshotId, TerminalId};
use tillkey_wire::snapshot::SignedManifest;

use crate::fault::Fault;
use crate::tx::{Tx, statements};
use crate::value::{Row, Value};

statements! {
    BEGIN: "announce a backup" =
        "INSERT INTO snapshot_uploads (terminal, snapshot, case_id, manifest, bytes, kept, begun_at) \
         VALUES ($1, $2, $3, $4, $5, 0, $6)";
    FIND: "find a terminal's upload" =
        "SELECT snapshot, case_id, manifest, bytes, kept FROM snapshot_uploads \
         WHERE terminal = $1";
    GROW: "note how much of an upload is kept" =
        "UPDATE snapshot_uploads SET kept = $1 WHERE terminal = $2";
    KEEP: "keep a part of a backup" =
        "INSERT INTO snapshot_parts (terminal, start, part) VALUES ($1, $2, $3)";
    PARTS: "read the parts of a backup" =
        "SELECT part FROM snapshot_parts WHERE terminal = $1 ORDER BY start";
    DROP_PARTS: "drop the parts of a backup" =
        "DELETE FROM snapshot_parts WHERE terminal = $1";
    DROP: "drop a terminal's upload" =
        "DELETE FROM snapshot_uploads WHERE terminal = $1";
    STALE: "find uploads that were left lying" =
        "SELECT terminal FROM snapshot_uploads WHERE begun_at < $1 ORDER BY begun_at LIMIT $2";
}

/// A backup that was announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Which one.
    pub snapshot: SnapshotId,
    /// For which case.
    pub case: CaseId,
    /// What the terminal signed of it.
    pub manifest: SignedManifest,
    /// How long it will be.
    pub bytes: u32,
    /// How much of it is here.
    pub kept: u32,
}

/// Begins an upload in the place of the terminal's last one, whose parts are dropped.
///
/// # Errors
/// [`Fault::Dangling`] where there is no such terminal or case.
pub fn begin(
    tx: &mut dyn Tx,
    terminal: TerminalId,
    upload: &Upload,
    now: Timestamp,
) -> Result<(), Fault> {
    drop(tx, terminal)?;
    let values = [
        Value::from(&terminal),
        Value::from(&upload.snapshot),
        Value::from(&upload.case),
        Value::from(upload.manifest.as_bytes()),
        Value::from(upload.bytes),
        Value::from(now),
    ];
    tx.execute(BEGIN, &values).map(|_| ())
}

/// The terminal's upload.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn find(tx: &mut dyn Tx, terminal: TerminalId) -> Result<Option<Upload>, Fault> {
    tx.query_one(FIND, &[Value::from(&terminal)])?
        .map(read)
        .transpose()
}

/// Keeps the next part, and says how much is kept then. The caller has held where it
/// stands against what is kept, and its end against the whole.
///
/// # Errors
/// [`Fault::Missing`] where nothing was announced; [`Fault::Taken`] where there is a
/// part that begins here.
pub fn keep(
    tx: &mut dyn Tx,
    terminal: TerminalId,
    (start, part): (u32, &[u8]),
) -> Result<u32, Fault> {
    let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
    let kept = start.saturating_add(length);
    if tx.execute(GROW, &[Value::from(kept), Value::from(&terminal)])? == 0 {
        return Err(Fault::Missing("upload"));
    }
    let values = [
        Value::from(&terminal),
        Value::from(start),
        Value::from(part),
    ];
    tx.execute(KEEP, &values)?;
    Ok(kept)
}

/// All that is kept, put together.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn bytes(tx: &mut dyn Tx, terminal: TerminalId) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    for mut row in tx.query_many(PARTS, &[Value::from(&terminal)])? {
        bytes.extend(row.take::<Vec<u8>>()?);
    }
    Ok(bytes)
}

/// Drops what was announced, with its parts.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn drop(tx: &mut dyn Tx, terminal: TerminalId) -> Result<(), Fault> {
    tx.execute(DROP_PARTS, &[Value::from(&terminal)])?;
    tx.execute(DROP, &[Value::from(&terminal)]).map(|_| ())
}

/// The terminals that announced something before a moment and never brought it whole.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn stale(tx: &mut dyn Tx, before: Timestamp, limit: u32) -> Result<Vec<TerminalId>, Fault> {
    let rows = tx.query_many(STALE, &[Value::from(before), Value::from(limit)])?;
    rows.into_iter().map(|mut row| row.take()).collect()
}

fn read(mut row: Row) -> Result<Upload, Fault> {
    Ok(Upload {
        snapshot: row.take()?,
        case: row.take()?,
        manifest: SignedManifest::from_bytes(&row.take::<Vec<u8>>()?)
            .map_err(|_| Fault::damaged("manifest", "it is too long"))?,
        bytes: row.take()?,
        kept: row.take()?,
    })
}
