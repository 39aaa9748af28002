//! Sign-ins of managers that wait for their code.
//!
//! A try is taken before the code is compared, so a hundred guesses at once are a
//! hundred tries; a code that was answered rightly counts no second time.

use jiff::Timestamp;
use tillkey_wire::ids::AcquirerId;

use crate::challenge::Compared;
use crate::fault::Fault;
use crate::seal::Digest;
use crate::tx::{Tx, statements};
use crate::value::Value;

statements! {
    START: "start a manager's sign-in" =
        "INSERT INTO manager_sign_ins (token_digest, acquirer, phone_index, code_digest, \
         started_at, expires_at, tries_left) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    WHOSE: "find whose sign-in it is" =
        "SELECT acquirer, phone_index FROM manager_sign_ins WHERE token_digest = $1";
    TRY: "take a try of a manager's sign-in" =
        "UPDATE manager_sign_ins SET tries_left = tries_left - 1 \
         WHERE token_digest = $1 AND answered_at IS NULL AND expires_at > $2 AND tries_left > 0 \
         RETURNING code_digest, tries_left";
    ANSWERED: "note that a sign-in was answered" =
        "UPDATE manager_sign_ins SET answered_at = $1 WHERE token_digest = $2";
    PRUNE: "prune managers' sign-ins" =
        "DELETE FROM manager_sign_ins WHERE token_digest IN \
         (SELECT token_digest FROM manager_sign_ins WHERE expires_at < $1 LIMIT $2)";
}

/// A sign-in to be started.
#[derive(Debug)]
pub struct NewSignIn {
    /// The keyed digest of what the asking device holds.
    pub token_digest: Digest,
    /// Whose managers are meant.
    pub acquirer: AcquirerId,
    /// The blind index of the phone that was named.
    pub phone_index: Digest,
    /// The keyed digest of the code, bound to this sign-in.
    pub code_digest: Digest,
    /// When this is.
    pub now: Timestamp,
    /// Until when the code may be typed.
    pub expires_at: Timestamp,
    /// How many answers it takes.
    pub tries: u32,
}

/// Starts a sign-in.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn start(tx: &mut dyn Tx, sign_in: &NewSignIn) -> Result<(), Fault> {
    let values = [
        Value::from(&sign_in.token_digest),
        Value::from(&sign_in.acquirer),
        Value::from(&sign_in.phone_index),
        Value::from(&sign_in.code_digest),
        Value::from(sign_in.now),
        Value::from(sign_in.expires_at),
        Value::from(sign_in.tries),
    ];
    tx.execute(START, &values).map(|_| ())
}

/// Which phone a sign-in named, live or not.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn whose(tx: &mut dyn Tx, token: &Digest) -> Result<Option<(AcquirerId, Digest)>, Fault> {
    let found = tx.query_one(WHOSE, &[Value::from(token)])?;
    found
        .map(|mut row| Ok((row.take()?, row.take()?)))
        .transpose()
}

/// Takes a try and compares.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn answer(
    tx: &mut dyn Tx,
    token: &Digest,
    code: &Digest,
    now: Timestamp,
) -> Result<Compared, Fault> {
    let Some(mut row) = tx.query_one(TRY, &[Value::from(token), Value::from(now)])? else {
        return Ok(Compared::NotLive);
    };
    let (expected, tries_left): (Digest, u32) = (row.take()?, row.take()?);
    if expected != *code {
        return Ok(Compared::Wrong { tries_left });
    }
    tx.execute(ANSWERED, &[Value::from(now), Value::from(token)])?;
    Ok(Compared::Matched)
}

/// Deletes sign-ins whose time was over before this, a bounded number at once.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn prune(tx: &mut dyn Tx, before: Timestamp, limit: u32) -> Result<u64, Fault> {
    tx.execute(PRUNE, &[Value::from(before), Value::from(limit)])
}
