//! Scans of documents: the pictures sealed, and found again by keyed digests alone.

use jiff::Timestamp;
use rand::{CryptoRng, RngCore};
use tillkey_rules::scan::Side;
use tillkey_rules::vocabulary::EvidenceKind;
use tillkey_wire::ids::{CaseId, MerchantNumber, ScanId};
use tillkey_wire::secret::Secret;

use crate::fault::Fault;
use crate::seal::{DataKey, Digest, Owner, Place};
use crate::tx::{Tx, statements};
use crate::value::{Row, Value};

statements! {
    REPLACE: "replace a scan" =
        "UPDATE scans SET replaced_at = $1, picture_sealed = NULL \
         WHERE case_id = $2 AND kind = $3 AND side = $4 AND replaced_at IS NULL";
    ADD: "store a scan" =
        "INSERT INTO scans (id, case_id, merchant, kind, side, file_index, pixel_index, \
         picture_sealed, taken_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    FIND: "find a scan" =
        "SELECT merchant, kind, side, picture_sealed, taken_at FROM scans \
         WHERE id = $1 AND case_id = $2 AND replaced_at IS NULL";
    OF_MERCHANT: "list a merchant's scans" =
        "SELECT id, case_id, kind, side, taken_at, replaced_at FROM scans \
         WHERE merchant = $1 ORDER BY taken_at, id LIMIT $2";
    SEEN: "find a picture that was seen before" =
        "SELECT id, case_id, merchant, kind, side, replaced_at FROM scans WHERE file_index = $1 \
         UNION SELECT id, case_id, merchant, kind, side, replaced_at FROM scans \
         WHERE pixel_index = $2 ORDER BY 1 LIMIT $3";
}

/// How many places where a picture was seen before are looked at.
const SEEN_MAX: u32 = 100;

/// By what a picture is known again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Likeness {
    /// The keyed digest of the file as it came.
    pub file: Digest,
    /// The keyed digest of the pixels in it.
    pub pixels: Digest,
}

/// A scan to be stored.
#[derive(Debug)]
pub struct NewScan<'a> {
    /// Names it.
    pub id: ScanId,
    /// Of which case.
    pub case: CaseId,
    /// Of which document.
    pub kind: EvidenceKind,
    /// Which side.
    pub side: Side,
    /// By what it is known again.
    pub likeness: Likeness,
    /// The picture as it is kept.
    pub picture: &'a [u8],
    /// When this is.
    pub now: Timestamp,
}

/// A scan as stored; the picture is sealed.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Which one.
    pub id: ScanId,
    /// Whose data key seals it.
    pub merchant: MerchantNumber,
    /// Of which document.
    pub kind: EvidenceKind,
    /// Which side.
    pub side: Side,
    /// When it was taken.
    pub taken_at: Timestamp,
    picture_sealed: Vec<u8>,
}

impl Stored {
    /// Opens the picture.
    ///
    /// # Errors
    /// [`Fault::Unsealable`] when the merchant was erased.
    pub fn picture(&self, key: &DataKey) -> Result<Secret<Vec<u8>>, Fault> {
        key.unseal(place(&self.id.to_string()), &self.picture_sealed)
    }
}

/// Where a picture was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// In which case.
    pub case: CaseId,
    /// Of which merchant.
    pub merchant: MerchantNumber,
    /// As which document.
    pub kind: EvidenceKind,
    /// As which side.
    pub side: Side,
    /// When another took its place there, if one did.
    pub replaced_at: Option<Timestamp>,
}

/// Stores a scan under its merchant's data key. An earlier one of the same side of
/// the same case is wiped.
///
/// # Errors
/// [`Fault::TooLarge`] above the limit of what is sealed, [`Fault::Dangling`] when
/// there is no such case.
pub fn add(
    tx: &mut dyn Tx,
    key: &DataKey,
    scan: &NewScan<'_>,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<(), Fault> {
    let Owner::Merchant(merchant) = key.owner() else {
        return Err(Fault::Missing("merchant"));
    };
    let replaced = [
        Value::from(scan.now),
        Value::from(&scan.case),
        Value::from(scan.kind.name()),
        Value::from(scan.side.name()),
    ];
    tx.execute(REPLACE, &replaced)?;
    let sealed = key.seal(place(&scan.id.to_string()), scan.picture, rng)?;
    let values = [
        Value::from(&scan.id),
        Value::from(&scan.case),
        Value::from(merchant),
        Value::from(scan.kind.name()),
        Value::from(scan.side.name()),
        Value::from(&scan.likeness.file),
        Value::from(&scan.likeness.pixels),
        Value::from(sealed),
        Value::from(scan.now),
    ];
    tx.execute(ADD, &values).map(|_| ())
}

/// Finds a scan of a case, if it was not replaced.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn find(tx: &mut dyn Tx, case: CaseId, id: ScanId) -> Result<Option<Stored>, Fault> {
    let read = |mut row: Row| {
        Ok(Stored {
            id,
            merchant: row.take()?,
            kind: take_kind(&mut row)?,
            side: take_side(&mut row)?,
            picture_sealed: row.take()?,
            taken_at: row.take()?,
        })
    };
    tx.query_one(FIND, &[Value::from(&id), Value::from(&case)])?
        .map(read)
        .transpose()
}

/// A scan in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Which one.
    pub id: ScanId,
    /// Of which case.
    pub case: CaseId,
    /// Of which document.
    pub kind: EvidenceKind,
    /// Which side.
    pub side: Side,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// When another took its place, and the picture was wiped.
    pub replaced_at: Option<Timestamp>,
}

/// A merchant's scans, the oldest first.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn of_merchant(
    tx: &mut dyn Tx,
    merchant: &MerchantNumber,
    limit: u32,
) -> Result<Vec<Listed>, Fault> {
    let limit = Value::from(limit.min(crate::limits::PAGE_MAX));
    let read = |mut row: Row| {
        Ok(Listed {
            id: row.take()?,
            case: row.take()?,
            kind: take_kind(&mut row)?,
            side: take_side(&mut row)?,
            taken_at: row.take()?,
            replaced_at: row.take()?,
        })
    };
    let rows = tx.query_many(OF_MERCHANT, &[Value::from(merchant), limit])?;
    rows.into_iter().map(read).collect()
}

/// Where a picture was seen before, replaced scans included. Digests are keyed per
/// acquirer, so no other acquirer's are among them.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn seen(tx: &mut dyn Tx, likeness: &Likeness) -> Result<Vec<Sighting>, Fault> {
    let values = [
        Value::from(&likeness.file),
        Value::from(&likeness.pixels),
        Value::from(SEEN_MAX),
    ];
    let read = |mut row: Row| {
        let _: ScanId = row.take()?;
        Ok(Sighting {
            case: row.take()?,
            merchant: row.take()?,
            kind: take_kind(&mut row)?,
            side: take_side(&mut row)?,
            replaced_at: row.take()?,
        })
    };
    tx.query_many(SEEN, &values)?
        .into_iter()
        .map(read)
        .collect()
}

fn take_kind(row: &mut Row) -> Result<EvidenceKind, Fault> {
    row.take_word("kind of evidence", |word| word.parse().ok())
}

fn take_side(row: &mut Row) -> Result<Side, Fault> {
    row.take_word("side of a document", |word| {
        Side::ALL.into_iter().find(|side| side.name() == word)
    })
}

const fn place(row: &str) -> Place<'_> {
    Place {
        table: "scans",
        column: "picture_sealed",
        row,
    }
}
