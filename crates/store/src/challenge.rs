//! One-time codes of a case, one live for each kind of evidence.
//!
//! A try is taken before the code is compared, so a hundred guesses at once are a
//! hundred tries.

use jiff::Timestamp;
use tillkey_rules::vocabulary::EvidenceKind;
use tillkey_wire::ids::CaseId;

use crate::fault::Fault;
use crate::seal::Digest;
use crate::tx::{Tx, statements};
use crate::value::Value;

statements! {
    ISSUE: "issue a challenge" =
        "INSERT INTO challenges (case_id, kind, digest, destination_index, sent_at, expires_at, \
         tries_left) VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (case_id, kind) DO UPDATE SET digest = excluded.digest, \
         destination_index = excluded.destination_index, sent_at = excluded.sent_at, \
         expires_at = excluded.expires_at, tries_left = excluded.tries_left, answered_at = NULL";
    TRY: "take a try of a challenge" =
        "UPDATE challenges SET tries_left = tries_left - 1 \
         WHERE case_id = $1 AND kind = $2 AND answered_at IS NULL AND expires_at > $3 \
         AND tries_left > 0 RETURNING digest, tries_left";
    ANSWERED: "note that a challenge was answered" =
        "UPDATE challenges SET answered_at = $1 WHERE case_id = $2 AND kind = $3";
    ANSWER: "read what answered a challenge" =
        "SELECT digest FROM challenges \
         WHERE case_id = $1 AND kind = $2 AND answered_at IS NOT NULL AND expires_at > $3";
    WITHDRAW: "withdraw the challenges of a case" = "DELETE FROM challenges WHERE case_id = $1";
}

/// A challenge to be issued.
#[derive(Debug, Clone)]
pub struct NewChallenge {
    /// For which case.
    pub case: CaseId,
    /// The kind of evidence it would give.
    pub kind: EvidenceKind,
    /// The keyed digest of the code, bound to case and kind.
    pub digest: Digest,
    /// The blind index of where it was sent.
    pub destination_index: Option<Digest>,
    /// When this is.
    pub now: Timestamp,
    /// Until when it may be answered.
    pub expires_at: Timestamp,
    /// How many answers it takes.
    pub tries: u32,
}

/// How a code compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compared {
    /// It is the code; it does not count a second time.
    Matched,
    /// It is not.
    Wrong {
        /// How many tries are left.
        tries_left: u32,
    },
    /// There is no live code: none was issued, it expired, was used, or used up.
    NotLive,
}

/// Issues a challenge; an older one of the same case and kind is dead.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn issue(tx: &mut dyn Tx, challenge: &NewChallenge) -> Result<(), Fault> {
    let values = [
        Value::from(&challenge.case),
        Value::from(challenge.kind.name()),
        Value::from(&challenge.digest),
        Value::from(challenge.destination_index.as_ref()),
        Value::from(challenge.now),
        Value::from(challenge.expires_at),
        Value::from(challenge.tries),
    ];
    tx.execute(ISSUE, &values).map(|_| ())
}

/// Takes a try and compares.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn answer(
    tx: &mut dyn Tx,
    (case, kind): (CaseId, EvidenceKind),
    digest: &Digest,
    now: Timestamp,
) -> Result<Compared, Fault> {
    let values = [
        Value::from(&case),
        Value::from(kind.name()),
        Value::from(now),
    ];
    let Some(mut row) = tx.query_one(TRY, &values)? else {
        return Ok(Compared::NotLive);
    };
    let (expected, tries_left): (Digest, u32) = (row.take()?, row.take()?);
    if expected != *digest {
        return Ok(Compared::Wrong { tries_left });
    }
    tx.execute(
        ANSWERED,
        &[
            Value::from(now),
            Value::from(&case),
            Value::from(kind.name()),
        ],
    )?;
    Ok(Compared::Matched)
}

/// Whether this is the answer that matched already, sent once more: by a second click,
/// or again because the first answer was lost.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn is_repeated(
    tx: &mut dyn Tx,
    (case, kind): (CaseId, EvidenceKind),
    digest: &Digest,
    now: Timestamp,
) -> Result<bool, Fault> {
    let values = [
        Value::from(&case),
        Value::from(kind.name()),
        Value::from(now),
    ];
    let Some(mut row) = tx.query_one(ANSWER, &values)? else {
        return Ok(false);
    };
    let matched: Digest = row.take()?;
    Ok(matched == *digest)
}

/// Withdraws every challenge of a case, when it closes.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn withdraw(tx: &mut dyn Tx, case: CaseId) -> Result<(), Fault> {
    tx.execute(WITHDRAW, &[Value::from(&case)]).map(|_| ())
}
