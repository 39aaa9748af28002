//! One-time enrolment codes. The code itself is not here, only the key derived from
//! it, sealed.

use jiff::Timestamp;
use rand::{CryptoRng, RngCore};
use tillkey_wire::ids::TerminalId;
use tillkey_wire::secret::Secret;

use crate::fault::Fault;
use crate::seal::{DataKey, Place};
use crate::tx::{Tx, statements};
use crate::value::Value;

statements! {
    OPEN: "open an enrolment" =
        "INSERT INTO enrolments (terminal, code_key_sealed, created_at, expires_at) \
         VALUES ($1, $2, $3, $4) \
         ON CONFLICT (terminal) DO UPDATE SET code_key_sealed = excluded.code_key_sealed, \
         created_at = excluded.created_at, expires_at = excluded.expires_at, used_at = NULL";
    LIVE: "find a live enrolment" =
        "SELECT code_key_sealed, used_at FROM enrolments WHERE terminal = $1 AND expires_at > $2";
    USE: "use an enrolment" =
        "UPDATE enrolments SET used_at = $1 \
         WHERE terminal = $2 AND used_at IS NULL AND expires_at > $1";
    WITHDRAW: "withdraw an enrolment" = "DELETE FROM enrolments WHERE terminal = $1";
}

/// An enrolment to be opened.
#[derive(Debug)]
pub struct NewEnrolment {
    /// What may be enrolled.
    pub terminal: TerminalId,
    /// The key derived from the code.
    pub code_key: Secret<Vec<u8>>,
    /// When this is.
    pub now: Timestamp,
    /// Until when the code may be used.
    pub expires_at: Timestamp,
}

/// Opens an enrolment; an older code of the same terminal is dead. The key is the
/// terminal's merchant's.
///
/// # Errors
/// [`Fault::Dangling`] when there is no such terminal.
pub fn open(
    tx: &mut dyn Tx,
    key: &DataKey,
    enrolment: &NewEnrolment,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<(), Fault> {
    let row = enrolment.terminal.to_string();
    let sealed = key.seal(code_key_place(&row), enrolment.code_key.expose(), rng)?;
    let values = [
        Value::from(&enrolment.terminal),
        Value::from(sealed),
        Value::from(enrolment.now),
        Value::from(enrolment.expires_at),
    ];
    tx.execute(OPEN, &values).map(|_| ())
}

/// An enrolment that has not expired.
#[derive(Debug)]
pub struct LiveEnrolment {
    /// The key derived from its code.
    pub code_key: Secret<Vec<u8>>,
    /// Whether it was used. The device that used it may ask again: it may not have
    /// heard the answer.
    pub used: bool,
}

/// A terminal's enrolment that has not expired.
///
/// # Errors
/// [`Fault::Unsealable`] when the merchant was erased.
pub fn live(
    tx: &mut dyn Tx,
    key: &DataKey,
    terminal: TerminalId,
    now: Timestamp,
) -> Result<Option<LiveEnrolment>, Fault> {
    let Some(mut row) = tx.query_one(LIVE, &[Value::from(&terminal), Value::from(now)])? else {
        return Ok(None);
    };
    let sealed: Vec<u8> = row.take()?;
    let used_at: Option<Timestamp> = row.take()?;
    let code_key = key.unseal(code_key_place(&terminal.to_string()), &sealed)?;
    Ok(Some(LiveEnrolment {
        code_key,
        used: used_at.is_some(),
    }))
}

/// Uses the live enrolment. True for exactly one caller.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn redeem(tx: &mut dyn Tx, terminal: TerminalId, now: Timestamp) -> Result<bool, Fault> {
    Ok(tx.execute(USE, &[Value::from(now), Value::from(&terminal)])? > 0)
}

/// Withdraws a terminal's enrolment: its code belongs to another merchant.
pub(super) fn withdraw(tx: &mut dyn Tx, terminal: TerminalId) -> Result<(), Fault> {
    tx.execute(WITHDRAW, &[Value::from(&terminal)]).map(|_| ())
}

const fn code_key_place(row: &str) -> Place<'_> {
    Place {
        table: "enrolments",
        column: "code_key_sealed",
        row,
    }
}
