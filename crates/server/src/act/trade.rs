//! What the acquirer's own system reports of trade: transactions and payouts.
//!
//! A report is taken whole or not at all, and each row that is wrong is named. The
//! sender's reference makes it safe to send again. The ledger holds how many rows were
//! new and a keyed digest of them, no amount. There is no field for a card.

mod report;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tillkey_rules::event::Event;
use tillkey_rules::party::Role;
use tillkey_rules::trade::Fen;
use tillkey_store::trade;
pub use tillkey_store::trade::{Settlement, Transaction};
use tillkey_wire::ids::InvalidId;

pub(in crate::act) use self::report::Recording;
use self::report::{Report, Told};
use super::case::act;
use super::{Failure, Once, SignedIn, note};
use crate::limits::REFERENCE_LENGTH_MAX;
use crate::shell::Shell;

/// The sender's own name for a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference(String);

impl std::str::FromStr for Reference {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let fits = (1..=REFERENCE_LENGTH_MAX).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_graphic());
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidId {
                kind: "reference",
                rule: "1 to 64 visible ASCII characters",
            })
        }
    }
}

impl<'de> Deserialize<'de> for Reference {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// What came of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reported {
    /// All of it is recorded.
    Recorded {
        /// How many rows were new, or newly settled.
        recorded: u32,
        /// How many were there already.
        known: u32,
    },
    /// Nothing is recorded.
    Wrong(Vec<WrongRow>),
}

/// A row that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrongRow {
    /// Which one, from 0.
    pub row: usize,
    /// Which field of it.
    pub field: String,
    /// What that takes.
    pub rule: String,
}

/// How much a transaction is: something, and no more than is held.
///
/// # Errors
/// [`InvalidId`] with the rule.
pub fn checked_amount(amount: Fen) -> Result<Fen, InvalidId> {
    if (1..=Fen::MAX.fen()).contains(&amount.fen()) {
        return Ok(amount);
    }
    Err(InvalidId {
        kind: "amount",
        rule: "whole fen, 1 to 10000000000",
    })
}

/// A terminal's batch number.
///
/// # Errors
/// [`InvalidId`] with the rule.
pub fn checked_batch(batch: u32) -> Result<u32, InvalidId> {
    if (1..=999_999).contains(&batch) {
        return Ok(batch);
    }
    Err(InvalidId {
        kind: "batch",
        rule: "1 to 999999",
    })
}

/// Records transactions.
///
/// # Errors
/// [`Failure::NotAllowed`] for anybody but an integrator.
pub async fn record_transactions(
    shell: &Shell,
    rows: Vec<(Reference, Transaction)>,
    by: &SignedIn,
    once: Option<Once>,
) -> Result<Reported, Failure> {
    by.must_be(&[Role::Integrator])?;
    let by = by.clone();
    act(shell, once, move |shell, tx, now, _| {
        let mut report = Report::new(shell, &by.acquirer, now);
        for (row, (reference, transaction)) in rows.iter().enumerate() {
            let digest = report.digest(reference);
            let wrong = report.wrong_transaction(tx, (&digest, transaction))?;
            report.note(row, digest, wrong);
        }
        if !report.wrong.is_empty() {
            return Ok((Ok(Reported::Wrong(report.wrong)), Vec::new()));
        }
        let mut told = Told::new();
        for (reference, transaction) in &rows {
            let digest = report.digest(reference);
            told.transaction(tx, &report, (&digest, transaction))?;
        }
        told.append_transactions(tx, &report, &by.actor)?;
        Ok((Ok(told.reported()), Vec::new()))
    })
    .await
}

/// Records payouts.
///
/// # Errors
/// [`Failure::NotAllowed`] for anybody but an integrator.
pub async fn record_settlements(
    shell: &Shell,
    rows: Vec<(Reference, Settlement)>,
    by: &SignedIn,
    once: Option<Once>,
) -> Result<Reported, Failure> {
    by.must_be(&[Role::Integrator])?;
    let by = by.clone();
    act(shell, once, move |shell, tx, now, _| {
        let mut report = Report::new(shell, &by.acquirer, now);
        let mut days = BTreeSet::new();
        for (row, (reference, settlement)) in rows.iter().enumerate() {
            let digest = report.digest(reference);
            let mut wrong = report.wrong_settlement(tx, (&digest, settlement))?;
            if !days.insert((settlement.merchant.clone(), settlement.paid_on)) {
                wrong = Some(("paid_on", "once for each merchant and day"));
            }
            report.note(row, digest, wrong);
        }
        if !report.wrong.is_empty() {
            return Ok((Ok(Reported::Wrong(report.wrong)), Vec::new()));
        }
        let mut told = Told::new();
        for (reference, settlement) in &rows {
            let digest = report.digest(reference);
            let standing = trade::record_settlement(tx, (&by.acquirer, &digest), settlement)?;
            told.note(standing, &digest, &format!("{settlement:?}"));
        }
        if told.recorded > 0 {
            let digest = told.digest(shell, "settlements");
            let count = told.recorded;
            let event = Event::SettlementsRecorded { count, digest };
            note(tx, &by.acquirer, (now, &by.actor), event)?;
        }
        Ok((Ok(told.reported()), Vec::new()))
    })
    .await
}
