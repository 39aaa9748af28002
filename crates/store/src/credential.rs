//! Credentials: one record in force for an operator, and the ones before it.
//!
//! **Invariant**: a record is put in force by [`apply`] alone, which takes what only
//! an approved case gives out. There is no other way to write one. What ends with
//! it (sessions, counted attempts) ends in the same transaction.

use jiff::Timestamp;
use tillkey_rules::attempts::Scope;
use tillkey_rules::credential::{Change, CredentialChange};
use tillkey_wire::ids::{CaseId, OperatorNumber, TerminalId};

use crate::attempts;
use crate::fault::Fault;
use crate::party::operator;
use crate::session::{self, SessionEnd};
use crate::tx::{Tx, statements};
use crate::value::{Row, Value};

statements! {
    IN_FORCE: "find the credential in force" =
        "SELECT version, record, case_id, created_at, ends_at FROM credentials \
         WHERE terminal = $1 AND operator = $2 AND state = 'active' \
         AND (ends_at IS NULL OR ends_at > $3)";
    LAST: "find the last credential" =
        "SELECT version, state, created_at, ends_at, ended_at FROM credentials \
         WHERE terminal = $1 AND operator = $2 ORDER BY version DESC LIMIT 1";
    LAST_VERSION: "find the last credential version" =
        "SELECT COALESCE(MAX(version), 0) FROM credentials WHERE terminal = $1 AND operator = $2";
    END: "end the credential in force" =
        "UPDATE credentials SET state = $1, ended_at = $2 \
         WHERE terminal = $3 AND operator = $4 AND state = 'active'";
    END_AT: "set when the credential in force ends" =
        "UPDATE credentials SET ends_at = $1 \
         WHERE terminal = $2 AND operator = $3 AND state = 'active'";
    ADD: "add a credential" =
        "INSERT INTO credentials (terminal, operator, version, record, case_id, state, created_at) \
         VALUES ($1, $2, $3, $4, $5, 'active', $6)";
    RESETS: "count an operator's resets" =
        "SELECT COUNT(*) FROM credentials \
         WHERE terminal = $1 AND operator = $2 AND created_at >= $3";
    DUE: "find credentials past their end" =
        "SELECT terminal, operator FROM credentials \
         WHERE state = 'active' AND ends_at IS NOT NULL AND ends_at <= $1 \
         ORDER BY ends_at, terminal, operator LIMIT $2";
    END_DUE: "end a credential past its end" =
        "UPDATE credentials SET state = 'revoked', ended_at = $1 \
         WHERE terminal = $2 AND operator = $3 AND state = 'active' \
         AND ends_at IS NOT NULL AND ends_at <= $1";
}

/// Whose credential: a terminal and an operator on it.
pub type Whose = (TerminalId, OperatorNumber);

/// The credential in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Counts the operator's passwords, from 1.
    pub version: u32,
    /// The OPAQUE registration record.
    pub record: Vec<u8>,
    /// The approved case it came from.
    pub case: CaseId,
    /// When it became effective.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub ends_at: Option<Timestamp>,
}

/// The credential with which an operator can sign on now.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn in_force(
    tx: &mut dyn Tx,
    (terminal, operator): Whose,
    now: Timestamp,
) -> Result<Option<Credential>, Fault> {
    let values = [
        Value::from(&terminal),
        Value::from(operator),
        Value::from(now),
    ];
    tx.query_one(IN_FORCE, &values)?.map(read).transpose()
}

/// How far a credential has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is the one to sign on with, until its end where it has one.
    Active,
    /// A newer one took its place.
    Replaced,
    /// It ended without another.
    Revoked,
}

/// The last credential that an operator had, in force or not. The record is not in it:
/// whoever asks how things stand needs none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Last {
    /// Counts the operator's passwords, from 1.
    pub version: u32,
    /// How far it has come.
    pub standing: Standing,
    /// When it became effective.
    pub created_at: Timestamp,
    /// When it ends by itself, where a deadline was set.
    pub ends_at: Option<Timestamp>,
    /// When it was replaced or revoked.
    pub ended_at: Option<Timestamp>,
}

/// The last credential of an operator.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn last(tx: &mut dyn Tx, (terminal, operator): Whose) -> Result<Option<Last>, Fault> {
    let values = [Value::from(&terminal), Value::from(operator)];
    let Some(mut row) = tx.query_one(LAST, &values)? else {
        return Ok(None);
    };
    Ok(Some(Last {
        version: row.take()?,
        standing: row.take_word("credential state", |word| match word {
            "active" => Some(Standing::Active),
            "replaced" => Some(Standing::Replaced),
            "revoked" => Some(Standing::Revoked),
            _ => None,
        })?,
        created_at: row.take()?,
        ends_at: row.take()?,
        ended_at: row.take()?,
    }))
}

/// The version that the next record of an operator will have.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn next_version(tx: &mut dyn Tx, (terminal, operator): Whose) -> Result<u32, Fault> {
    let values = [Value::from(&terminal), Value::from(operator)];
    let mut row = tx
        .query_one(LAST_VERSION, &values)?
        .ok_or(Fault::Missing("version"))?;
    let last: u32 = row.take()?;
    last.checked_add(1)
        .ok_or(Fault::damaged("credential version", "it is out of range"))
}

/// Carries out a change that an approved case stands behind. Gives the version of a
/// new record.
///
/// 1. A replacement ends the record before it, the operator's sessions, and the
///    attempts counted for the operator.
/// 2. A revocation ends the record and the sessions; the attempts still count.
/// 3. A later end is only noted; see [`due`].
///
/// # Errors
/// [`Fault::Missing`] when there is no such operator.
pub fn apply(
    tx: &mut dyn Tx,
    change: &CredentialChange,
    now: Timestamp,
) -> Result<Option<u32>, Fault> {
    let whose @ (terminal, operator) = (change.terminal(), change.operator());
    match change.what() {
        Change::Replace { record } => {
            let version = next_version(tx, whose)?;
            end(tx, whose, "replaced", now)?;
            let values = [
                Value::from(&terminal),
                Value::from(operator),
                Value::from(version),
                Value::from(record.as_slice()),
                Value::from(&change.case()),
                Value::from(now),
            ];
            tx.execute(ADD, &values)?;
            operator::point(tx, whose, Some(version))?;
            session::end_all(tx, whose, SessionEnd::Effective, now)?;
            let subject = attempts::operator_subject(terminal, operator);
            let counted = [
                Scope::SignOn,
                Scope::RemoteProof,
                Scope::CounterProof,
                Scope::CodeEntry,
            ];
            for scope in counted {
                attempts::clear(tx, (scope, &subject))?;
            }
            Ok(Some(version))
        }
        Change::Revoke => {
            end(tx, whose, "revoked", now)?;
            operator::point(tx, whose, None)?;
            session::end_all(tx, whose, SessionEnd::Revoked, now)?;
            Ok(None)
        }
        Change::EndAt { at } => {
            let values = [
                Value::from(*at),
                Value::from(&terminal),
                Value::from(operator),
            ];
            tx.execute(END_AT, &values)?;
            Ok(None)
        }
    }
}

/// How many resets of an operator became effective since a time.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn resets_since(
    tx: &mut dyn Tx,
    (terminal, operator): Whose,
    since: Timestamp,
) -> Result<u32, Fault> {
    let values = [
        Value::from(&terminal),
        Value::from(operator),
        Value::from(since),
    ];
    tx.query_one(RESETS, &values)?
        .ok_or(Fault::Missing("count"))?
        .take()
}

/// Whose credentials are past the end that was set for them.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn due(tx: &mut dyn Tx, now: Timestamp, limit: u32) -> Result<Vec<Whose>, Fault> {
    let rows = tx.query_many(DUE, &[Value::from(now), Value::from(limit)])?;
    rows.into_iter()
        .map(|mut row| Ok((row.take()?, row.take()?)))
        .collect()
}

/// Ends a credential that is past its end, and its sessions. True when it was.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn end_due(
    tx: &mut dyn Tx,
    whose @ (terminal, operator): Whose,
    now: Timestamp,
) -> Result<bool, Fault> {
    let values = [
        Value::from(now),
        Value::from(&terminal),
        Value::from(operator),
    ];
    if tx.execute(END_DUE, &values)? == 0 {
        return Ok(false);
    }
    operator::point(tx, whose, None)?;
    session::end_all(tx, whose, SessionEnd::Revoked, now)?;
    Ok(true)
}

/// Ends the credential of an operator that is removed.
pub(crate) fn end_with_operator(
    tx: &mut dyn Tx,
    whose: Whose,
    now: Timestamp,
) -> Result<(), Fault> {
    end(tx, whose, "revoked", now)?;
    operator::point(tx, whose, None)
}

fn end(
    tx: &mut dyn Tx,
    (terminal, operator): Whose,
    state: &str,
    now: Timestamp,
) -> Result<(), Fault> {
    let values = [
        Value::from(state),
        Value::from(now),
        Value::from(&terminal),
        Value::from(operator),
    ];
    tx.execute(END, &values).map(|_| ())
}

fn read(mut row: Row) -> Result<Credential, Fault> {
    Ok(Credential {
        version: row.take()?,
        record: row.take()?,
        case: row.take()?,
        created_at: row.take()?,
        ends_at: row.take()?,
    })
}
