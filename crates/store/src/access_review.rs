//! Reviews of who has access: one row a merchant and round, at most one of them open.

use jiff::Timestamp;
use tillkey_rules::vocabulary::MerchantStatus;
use tillkey_wire::ids::{AcquirerId, ManagerId, MerchantNumber};

use crate::fault::Fault;
use crate::tx::{Tx, statements};
use crate::value::{Row, Value};

statements! {
    TO_LOOK_AT: "find the merchants to look at" =
        "SELECT number, acquirer, status, created_at FROM merchants \
         WHERE review_look_at <= $1 ORDER BY review_look_at, number LIMIT $2";
    LOOK_AGAIN: "note when to look at a merchant again" =
        "UPDATE merchants SET review_look_at = $1 WHERE number = $2";
    LAST: "find a merchant's last review of access" =
        "SELECT merchant, round, opened_at, overdue_at, reminded_at, completed_at \
         FROM access_reviews WHERE merchant = $1 ORDER BY round DESC LIMIT 1";
    OPEN: "open a review of access" =
        "INSERT INTO access_reviews (merchant, round, acquirer, opened_at, overdue_at) \
         VALUES ($1, $2, $3, $4, $5)";
    REMIND: "note that a review of access was reminded of" =
        "UPDATE access_reviews SET reminded_at = $1 \
         WHERE merchant = $2 AND completed_at IS NULL";
    COMPLETE: "complete a review of access" =
        "UPDATE access_reviews SET completed_at = $1, completed_by = $2 \
         WHERE merchant = $3 AND round = $4 AND completed_at IS NULL";
    LIST: "list the reviews of access that are open" =
        "SELECT access_reviews.merchant, round, opened_at, overdue_at, reminded_at, completed_at \
         FROM access_reviews JOIN merchants ON merchants.number = access_reviews.merchant \
         WHERE access_reviews.acquirer = $1 AND completed_at IS NULL \
         AND merchants.status = 'active' AND access_reviews.merchant > $2 \
         AND overdue_at > $3 AND overdue_at <= $4 \
         ORDER BY access_reviews.merchant LIMIT $5";
}

/// A merchant whom it is time to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookedAt {
    /// Which one.
    pub merchant: MerchantNumber,
    /// Its tenant.
    pub acquirer: AcquirerId,
    /// Whether it is served.
    pub status: MerchantStatus,
    /// When it was recorded.
    pub created_at: Timestamp,
}

/// A review as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredReview {
    /// Whose.
    pub merchant: MerchantNumber,
    /// Counts the merchant's reviews, from 1.
    pub round: u32,
    /// When it fell due.
    pub opened_at: Timestamp,
    /// From when on it is overdue.
    pub overdue_at: Timestamp,
    /// When the merchant was reminded.
    pub reminded_at: Option<Timestamp>,
    /// When it was completed.
    pub completed_at: Option<Timestamp>,
}

/// The merchants whom it is time to look at.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn to_look_at(tx: &mut dyn Tx, now: Timestamp, limit: u32) -> Result<Vec<LookedAt>, Fault> {
    let rows = tx.query_many(TO_LOOK_AT, &[Value::from(now), Value::from(limit)])?;
    let read = |mut row: Row| {
        Ok(LookedAt {
            merchant: row.take()?,
            acquirer: row.take()?,
            status: row.take_word("merchant status", |word| word.parse().ok())?,
            created_at: row.take()?,
        })
    };
    rows.into_iter().map(read).collect()
}

/// Notes when to look at a merchant again.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn look_again(tx: &mut dyn Tx, merchant: &MerchantNumber, at: Timestamp) -> Result<(), Fault> {
    tx.execute(LOOK_AGAIN, &[Value::from(at), Value::from(merchant)])
        .map(|_| ())
}

/// The last review of a merchant, open or completed.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn last(tx: &mut dyn Tx, merchant: &MerchantNumber) -> Result<Option<StoredReview>, Fault> {
    tx.query_one(LAST, &[Value::from(merchant)])?
        .map(read)
        .transpose()
}

/// The review of a merchant that is open.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn open_of(tx: &mut dyn Tx, merchant: &MerchantNumber) -> Result<Option<StoredReview>, Fault> {
    Ok(last(tx, merchant)?.filter(|last| last.completed_at.is_none()))
}

/// Opens a review.
///
/// # Errors
/// [`Fault::Taken`] where one of this round was opened before, or another one is open.
pub fn open(
    tx: &mut dyn Tx,
    (acquirer, merchant): (&AcquirerId, &MerchantNumber),
    round: u32,
    (opened_at, overdue_at): (Timestamp, Timestamp),
) -> Result<(), Fault> {
    let values = [
        Value::from(merchant),
        Value::from(round),
        Value::from(acquirer),
        Value::from(opened_at),
        Value::from(overdue_at),
    ];
    tx.execute(OPEN, &values).map(|_| ())
}

/// Notes that the merchant was reminded of its open review.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn remind(tx: &mut dyn Tx, merchant: &MerchantNumber, now: Timestamp) -> Result<(), Fault> {
    tx.execute(REMIND, &[Value::from(now), Value::from(merchant)])
        .map(|_| ())
}

/// Completes a review. False when that one is not open.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn complete(
    tx: &mut dyn Tx,
    (merchant, round): (&MerchantNumber, u32),
    by: ManagerId,
    now: Timestamp,
) -> Result<bool, Fault> {
    let values = [
        Value::from(now),
        Value::from(&by),
        Value::from(merchant),
        Value::from(round),
    ];
    Ok(tx.execute(COMPLETE, &values)? > 0)
}

/// The open reviews of an acquirer's merchants that are served, in order of their numbers:
/// those that are overdue from after the first instant to the second.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn list(
    tx: &mut dyn Tx,
    acquirer: &AcquirerId,
    (after, until): (Timestamp, Timestamp),
    (from, limit): (Option<&MerchantNumber>, u32),
) -> Result<Vec<StoredReview>, Fault> {
    let values = [
        Value::from(acquirer),
        Value::from(from.map_or("", MerchantNumber::as_str)),
        Value::from(after),
        Value::from(until),
        Value::from(limit.min(crate::limits::PAGE_MAX)),
    ];
    tx.query_many(LIST, &values)?
        .into_iter()
        .map(read)
        .collect()
}

fn read(mut row: Row) -> Result<StoredReview, Fault> {
    Ok(StoredReview {
        merchant: row.take()?,
        round: row.take()?,
        opened_at: row.take()?,
        overdue_at: row.take()?,
        reminded_at: row.take()?,
        completed_at: row.take()?,
    })
}
