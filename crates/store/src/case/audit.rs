//! Holds every case as it is stored against the fold of its events.
//!
//! The ledger vouches for the events, not for what was made of them: whoever edits a
//! row of `cases` alone leaves every hash whole. This finds it.

use tillkey_rules::case::Case;
use tillkey_wire::ids::{AcquirerId, CaseId};

use super::{replay, settled, standing};
use crate::event;
use crate::fault::Fault;
use crate::tx::{Tx, statements};
use crate::value::{Row, Value};

statements! {
    CASES: "read the cases in order" =
        "SELECT id, acquirer, merchant, terminal, operator, opened_at, channel, state, is_open, \
         is_proven, deadline_at, changed_at, version, folded \
         FROM cases WHERE id > $1 ORDER BY id LIMIT $2";
    WITHOUT_ROW: "find events of cases that are not there" =
        "SELECT DISTINCT case_id FROM events WHERE case_id IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM cases WHERE cases.id = events.case_id) \
         ORDER BY case_id LIMIT $1";
    COUNT: "count the cases" = "SELECT COUNT(*) FROM cases";
}

/// How many rows are read at once.
const CHUNK: u32 = 256;

/// The most differences that are listed.
pub const DIFFERENCES_MAX: usize = 1_000;

/// How a case as stored and its events disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// It is stored otherwise than its events say.
    Altered,
    /// It is stored, and no event opened it.
    NeverOpened,
    /// Events opened it, and it is not stored.
    Missing,
    /// Its events or its row cannot be read.
    Unreadable,
}

impl Difference {
    /// A stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Altered => "case_altered",
            Self::NeverOpened => "case_never_opened",
            Self::Missing => "case_missing",
            Self::Unreadable => "case_unreadable",
        }
    }
}

/// What an audit of the cases found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Audited {
    /// How many cases are stored.
    pub cases: u64,
    /// Which of them disagree with their events, the first few. The text is what
    /// stands in the row: it may be no identifier at all.
    pub differences: Vec<(String, Difference)>,
}

/// Folds every case anew and compares. `progress` is told how many are done and how
/// many there are.
///
/// # Errors
/// A [`Fault`] of the engine; that a case differs is in the answer.
pub fn audit(tx: &mut dyn Tx, progress: &mut dyn FnMut(u64, u64)) -> Result<Audited, Fault> {
    let mut audited = Audited::default();
    let count = tx.query_one(COUNT, &[])?;
    let count = count.ok_or(Fault::Missing("count"))?.take()?;
    let mut after = String::new();
    loop {
        let rows = tx.query_many(CASES, &[Value::from(after.as_str()), Value::from(CHUNK)])?;
        if rows.is_empty() {
            break;
        }
        for mut row in rows {
            let id: String = row.take()?;
            if let Some(difference) = difference(tx, &id, row)? {
                audited.add(id.clone(), difference);
            }
            after = id;
            audited.cases += 1;
            progress(audited.cases, count);
        }
    }
    for mut row in tx.query_many(WITHOUT_ROW, &[Value::from(CHUNK)])? {
        audited.add(row.take()?, Difference::Missing);
    }
    Ok(audited)
}

impl Audited {
    fn add(&mut self, id: String, difference: Difference) {
        if self.differences.len() < DIFFERENCES_MAX {
            self.differences.push((id, difference));
        }
    }
}

/// How one row and its events disagree; the row's first column is taken already.
fn difference(tx: &mut dyn Tx, id: &str, row: Row) -> Result<Option<Difference>, Fault> {
    let Ok(id) = id.parse::<CaseId>() else {
        return Ok(Some(Difference::NeverOpened));
    };
    let case = match replay(tx, id, u32::MAX) {
        Ok(Some(case)) => case,
        Ok(None) => return Ok(Some(Difference::NeverOpened)),
        Err(Fault::Damaged { .. }) => return Ok(Some(Difference::Unreadable)),
        Err(fault) => return Err(fault),
    };
    let Some(acquirer) = acquirer_of(tx, id)? else {
        return Ok(Some(Difference::Unreadable));
    };
    let mut stored = row.rest();
    let mut expected = settled(&acquirer, &case).to_vec();
    expected.extend(standing(&case)?);
    // The fold is compared as a value: a later version may write it otherwise.
    expected.pop();
    let Some(Value::Text(folded)) = stored.pop() else {
        return Ok(Some(Difference::Unreadable));
    };
    let folded = serde_json::from_str::<Case>(&folded);
    let same = stored == expected && folded.is_ok_and(|folded| folded == case);
    Ok((!same).then_some(Difference::Altered))
}

/// Whose case it is, as its first event says.
fn acquirer_of(tx: &mut dyn Tx, id: CaseId) -> Result<Option<AcquirerId>, Fault> {
    let first = event::of_case(tx, id, 1)?.into_iter().next();
    Ok(first.and_then(|placed| placed.entry.acquirer))
}
