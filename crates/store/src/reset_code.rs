//! Reset codes: one live for an operator on a terminal, good for one case.

use jiff::Timestamp;
use tillkey_wire::ids::{CaseId, CodeId, OperatorNumber, TerminalId};

use crate::challenge::Compared;
use crate::fault::Fault;
use crate::seal::Digest;
use crate::tx::{Tx, statements};
use crate::value::{Row, Value};

statements! {
    SUPERSEDE: "supersede a reset code" =
        "UPDATE reset_codes SET state = 'superseded' \
         WHERE terminal = $1 AND operator = $2 AND state = 'live'";
    ISSUE: "issue a reset code" =
        "INSERT INTO reset_codes (id, case_id, terminal, operator, digest, issued_at, expires_at, \
         tries_left, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'live')";
    LIVE: "find a live reset code" =
        "SELECT id, case_id, expires_at, tries_left FROM reset_codes \
         WHERE terminal = $1 AND operator = $2 AND state = 'live' AND expires_at > $3";
    TRY: "take a try of a reset code" =
        "UPDATE reset_codes SET tries_left = tries_left - 1 \
         WHERE id = $1 AND state = 'live' AND expires_at > $2 AND tries_left > 0 \
         RETURNING digest, tries_left";
    REDEEMED: "find a redeemed code" =
        "SELECT digest FROM reset_codes WHERE case_id = $1 AND state = 'redeemed' \
         ORDER BY issued_at DESC LIMIT 1";
    END: "end a reset code" =
        "UPDATE reset_codes SET state = $1 WHERE id = $2 AND state = 'live'";
    END_OF_CASE: "end the reset codes of a case" =
        "UPDATE reset_codes SET state = $1 WHERE case_id = $2 AND state = 'live'";
}

/// A reset code to be issued.
#[derive(Debug, Clone)]
pub struct NewResetCode {
    /// Names it.
    pub id: CodeId,
    /// The approved case.
    pub case: CaseId,
    /// The only terminal that takes it.
    pub terminal: TerminalId,
    /// The only operator it is for.
    pub operator: OperatorNumber,
    /// The keyed digest of the code, bound to its case.
    pub digest: Digest,
    /// When this is.
    pub now: Timestamp,
    /// Until when it may be typed.
    pub expires_at: Timestamp,
    /// How many times it may be typed.
    pub tries: u32,
}

/// A code that may be typed now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveCode {
    /// Names it.
    pub id: CodeId,
    /// The approved case; the digest to compare is bound to it.
    pub case: CaseId,
    /// Until when it may be typed.
    pub expires_at: Timestamp,
    /// How many tries are left.
    pub tries_left: u32,
}

/// How a code ends other than by being typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeState {
    /// Its tries were used up.
    Spent,
    /// A newer one took its place, or its case ended.
    Superseded,
    /// Its time ran out.
    Expired,
}

impl CodeState {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Spent => "spent",
            Self::Superseded => "superseded",
            Self::Expired => "expired",
        }
    }
}

/// Issues a code; an older one of the same operator is dead, whatever its case.
///
/// # Errors
/// [`Fault::Taken`] when the identifier was used before.
pub fn issue(tx: &mut dyn Tx, code: &NewResetCode) -> Result<(), Fault> {
    tx.execute(
        SUPERSEDE,
        &[Value::from(&code.terminal), Value::from(code.operator)],
    )?;
    let values = [
        Value::from(&code.id),
        Value::from(&code.case),
        Value::from(&code.terminal),
        Value::from(code.operator),
        Value::from(&code.digest),
        Value::from(code.now),
        Value::from(code.expires_at),
        Value::from(code.tries),
    ];
    tx.execute(ISSUE, &values).map(|_| ())
}

/// The code that an operator may type on a terminal now.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn live(
    tx: &mut dyn Tx,
    (terminal, operator): (TerminalId, OperatorNumber),
    now: Timestamp,
) -> Result<Option<LiveCode>, Fault> {
    let values = [
        Value::from(&terminal),
        Value::from(operator),
        Value::from(now),
    ];
    tx.query_one(LIVE, &values)?.map(read).transpose()
}

/// Takes a try and compares. A match uses the code up, and so does the last try.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn redeem(
    tx: &mut dyn Tx,
    id: CodeId,
    digest: &Digest,
    now: Timestamp,
) -> Result<Compared, Fault> {
    let Some(mut row) = tx.query_one(TRY, &[Value::from(&id), Value::from(now)])? else {
        return Ok(Compared::NotLive);
    };
    let (expected, tries_left): (Digest, u32) = (row.take()?, row.take()?);
    if expected == *digest {
        tx.execute(END, &[Value::from("redeemed"), Value::from(&id)])?;
        return Ok(Compared::Matched);
    }
    if tries_left == 0 {
        end(tx, id, CodeState::Spent)?;
    }
    Ok(Compared::Wrong { tries_left })
}

/// Whether this is the code that was redeemed last for this operator: the terminal
/// may not have heard that it was.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn was_redeemed(tx: &mut dyn Tx, case: CaseId, digest: &Digest) -> Result<bool, Fault> {
    let Some(mut row) = tx.query_one(REDEEMED, &[Value::from(&case)])? else {
        return Ok(false);
    };
    Ok(row.take::<Digest>()? == *digest)
}

/// Ends a live code. True when it was live.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn end(tx: &mut dyn Tx, id: CodeId, state: CodeState) -> Result<bool, Fault> {
    Ok(tx.execute(END, &[Value::from(state.name()), Value::from(&id)])? > 0)
}

/// Ends whatever code of a case is live.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn end_of_case(tx: &mut dyn Tx, case: CaseId, state: CodeState) -> Result<bool, Fault> {
    Ok(tx.execute(
        END_OF_CASE,
        &[Value::from(state.name()), Value::from(&case)],
    )? > 0)
}

fn read(mut row: Row) -> Result<LiveCode, Fault> {
    Ok(LiveCode {
        id: row.take()?,
        case: row.take()?,
        expires_at: row.take()?,
        tries_left: row.take()?,
    })
}
