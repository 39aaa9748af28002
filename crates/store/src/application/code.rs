//! The code that went to an applicant's phone. A try is taken before it is compared.

use jiff::Timestamp;
use tillkey_wire::ids::ApplicationId;

use crate::fault::Fault;
use crate::seal::Digest;
use crate::tx::{Tx, statements};
use crate::value::Value;

statements! {
    ASK: "ask for a code of an application" =
        "INSERT INTO application_codes (application, digest, expires_at, tries_left) \
         VALUES ($1, $2, $3, $4) \
         ON CONFLICT (application) DO UPDATE SET digest = excluded.digest, \
         expires_at = excluded.expires_at, tries_left = excluded.tries_left";
    TRY: "take a try of an application's code" =
        "UPDATE application_codes SET tries_left = tries_left - 1 \
         WHERE application = $1 AND expires_at > $2 AND tries_left > 0 RETURNING digest";
    DROP: "drop a code of an application" =
        "DELETE FROM application_codes WHERE application = $1";
}

/// A code to be kept.
#[derive(Debug)]
pub struct NewCode {
    /// To whose phone it goes.
    pub application: ApplicationId,
    /// Its keyed digest.
    pub digest: Digest,
    /// Until when it may be typed.
    pub expires_at: Timestamp,
    /// How many answers it takes.
    pub tries: u32,
}

/// Keeps a code; an older one of the application is dead.
///
/// # Errors
/// [`Fault::Dangling`] when there is no such application.
pub fn ask(tx: &mut dyn Tx, code: &NewCode) -> Result<(), Fault> {
    let values = [
        Value::from(&code.application),
        Value::from(&code.digest),
        Value::from(code.expires_at),
        Value::from(code.tries),
    ];
    tx.execute(ASK, &values).map(|_| ())
}

/// Takes a try and compares. Right, the code counts once.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn answer(
    tx: &mut dyn Tx,
    application: ApplicationId,
    (code, now): (&Digest, Timestamp),
) -> Result<bool, Fault> {
    let values = [Value::from(&application), Value::from(now)];
    let Some(mut row) = tx.query_one(TRY, &values)? else {
        return Ok(false);
    };
    if row.take::<Digest>()? != *code {
        return Ok(false);
    }
    withdraw(tx, application)?;
    Ok(true)
}

/// Forgets the code of an application.
///
/// # Errors
/// A [`Fault`] of the engine.
pub(super) fn withdraw(tx: &mut dyn Tx, application: ApplicationId) -> Result<(), Fault> {
    tx.execute(DROP, &[Value::from(&application)]).map(|_| ())
}
