//! What the acquirer's own system reports of trade: transactions and payouts.
//!
//! A report is taken whole or not at all, and each row that is wrong is named. The
//! sender's reference makes it safe to send again. The ledger holds how many rows were
//! new and a keyed digest of them, no amount. There is no field for a card.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tillkey_rules::event::Event;
use tillkey_rules::party::Role;
use tillkey_store::fault::Fault;
use tillkey_store::party::merchant;
use tillkey_store::seal::Digest;
use tillkey_store::trade::{self, Standing};
pub use tillkey_store::trade::{Settlement, Transaction};
use tillkey_store::tx::Tx;
use tillkey_wire::ids::{AcquirerId, InvalidId, MerchantNumber, TerminalNumber};

use super::case::act;
use super::{Failure, Of, Once, SignedIn, append};
use crate::limits::{AHEAD_MINUTES_MAX, REFERENCE_LENGTH_MAX, WRONG_ROWS_SHOWN_MAX};
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

/// Why one row cannot be recorded.
type Wrong = (&'static str, &'static str);

const OTHER: Wrong = ("reference", "belongs to another record");
const TWICE: Wrong = ("reference", "once in a report");
const NO_MERCHANT: Wrong = ("merchant", "a merchant of yours");

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
        let mut told = Told::default();
        for (reference, transaction) in &rows {
            let digest = report.digest(reference);
            let (name, day) = ((&by.acquirer, &digest), shell.day(transaction.taken_at));
            let standing = trade::record_transaction(tx, name, transaction, day)?;
            told.note(standing, &digest, &format!("{transaction:?}"));
        }
        if told.recorded > 0 {
            let digest = told.digest(shell, "transactions");
            let count = told.recorded;
            let event = Event::TransactionsRecorded { count, digest };
            append(tx, &of(&by), (now, &by.actor), event)?;
        }
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
        let mut told = Told::default();
        for (reference, settlement) in &rows {
            let digest = report.digest(reference);
            let standing = trade::record_settlement(tx, (&by.acquirer, &digest), settlement)?;
            told.note(standing, &digest, &format!("{settlement:?}"));
        }
        if told.recorded > 0 {
            let digest = told.digest(shell, "settlements");
            let count = told.recorded;
            let event = Event::SettlementsRecorded { count, digest };
            append(tx, &of(&by), (now, &by.actor), event)?;
        }
        Ok((Ok(told.reported()), Vec::new()))
    })
    .await
}

const fn of(by: &SignedIn) -> Of<'_> {
    Of {
        acquirer: Some(&by.acquirer),
        case: None,
    }
}

/// What was recorded, for the answer and the ledger.
#[derive(Default)]
struct Told {
    recorded: u32,
    known: u32,
    text: String,
}

impl Told {
    fn note(&mut self, standing: Standing, reference: &Digest, row: &str) {
        match standing {
            Standing::New | Standing::Settled => self.recorded += 1,
            Standing::Known | Standing::Other => self.known += 1,
        }
        // Writing to a string does not fail.
        let _ = writeln!(self.text, "{} {row}", reference.to_hex());
    }

    fn digest(&self, shell: &Shell, purpose: &str) -> String {
        shell.seal_keys().text_digest(purpose, &self.text).to_hex()
    }

    const fn reported(&self) -> Reported {
        Reported::Recorded {
            recorded: self.recorded,
            known: self.known,
        }
    }
}

/// A report that is being checked, before any of it is recorded.
struct Report<'a> {
    shell: &'a Shell,
    acquirer: &'a AcquirerId,
    now: Timestamp,
    /// Whose merchants and terminals were looked up already.
    merchants: BTreeMap<MerchantNumber, bool>,
    terminals: BTreeMap<(MerchantNumber, TerminalNumber), bool>,
    references: BTreeSet<String>,
    wrong: Vec<WrongRow>,
}

impl<'a> Report<'a> {
    const fn new(shell: &'a Shell, acquirer: &'a AcquirerId, now: Timestamp) -> Self {
        Self {
            shell,
            acquirer,
            now,
            merchants: BTreeMap::new(),
            terminals: BTreeMap::new(),
            references: BTreeSet::new(),
            wrong: Vec::new(),
        }
    }

    fn digest(&self, reference: &Reference) -> Digest {
        self.shell
            .seal_keys()
            .reference_digest(self.acquirer, &reference.0)
    }

    fn note(&mut self, row: usize, reference: Digest, wrong: Option<Wrong>) {
        let again = !self.references.insert(reference.to_hex());
        let wrong = if again { Some(TWICE) } else { wrong };
        if let Some((field, rule)) = wrong
            && self.wrong.len() < WRONG_ROWS_SHOWN_MAX
        {
            let (field, rule) = (field.to_owned(), rule.to_owned());
            self.wrong.push(WrongRow { row, field, rule });
        }
    }

    fn wrong_transaction(
        &mut self,
        tx: &mut dyn Tx,
        (reference, transaction): (&Digest, &Transaction),
    ) -> Result<Option<Wrong>, Fault> {
        let Transaction {
            merchant,
            terminal,
            taken_at,
            settled_on,
            ..
        } = transaction;
        if !self.is_own(tx, merchant)? {
            return Ok(Some(NO_MERCHANT));
        }
        let key = (merchant.clone(), terminal.clone());
        let has_terminal = match self.terminals.get(&key) {
            Some(known) => *known,
            None => trade::has_terminal(tx, merchant, terminal)?,
        };
        self.terminals.insert(key, has_terminal);
        if !has_terminal {
            return Ok(Some(("terminal", "a terminal of this merchant")));
        }
        // The sender's clock may be a little ahead, not a day.
        let latest = self
            .now
            .checked_add(SignedDuration::from_mins(AHEAD_MINUTES_MAX))
            .unwrap_or(Timestamp::MAX);
        if *taken_at > latest {
            return Ok(Some(("taken_at", "not in the future")));
        }
        let (taken_on, today) = (self.shell.day(*taken_at), self.shell.day(self.now));
        let fits = |day: Date| day >= taken_on && day <= today.max(taken_on);
        if settled_on.is_some_and(|day| !fits(day)) {
            return Ok(Some((
                "settled_on",
                "a day from the transaction's to today",
            )));
        }
        let standing = trade::compare_transaction(tx, (self.acquirer, reference), transaction)?;
        Ok((standing == Standing::Other).then_some(OTHER))
    }

    fn wrong_settlement(
        &mut self,
        tx: &mut dyn Tx,
        (reference, settlement): (&Digest, &Settlement),
    ) -> Result<Option<Wrong>, Fault> {
        let Settlement {
            merchant,
            paid_on,
            gross,
            fees,
            net,
        } = settlement;
        if !self.is_own(tx, merchant)? {
            return Ok(Some(NO_MERCHANT));
        }
        if gross.fen().checked_sub(fees.fen()) != Some(net.fen()) {
            return Ok(Some(("net", "gross less fees")));
        }
        if *paid_on > self.shell.day(self.now) {
            return Ok(Some(("paid_on", "not in the future")));
        }
        let standing = trade::compare_settlement(tx, (self.acquirer, reference), settlement)?;
        Ok((standing == Standing::Other).then_some(OTHER))
    }

    /// Whether the merchant is the sender's acquirer's. Another's is like none.
    fn is_own(&mut self, tx: &mut dyn Tx, number: &MerchantNumber) -> Result<bool, Fault> {
        if let Some(known) = self.merchants.get(number) {
            return Ok(*known);
        }
        let found = merchant::find(tx, number)?;
        let own = found.is_some_and(|found| found.acquirer == *self.acquirer);
        self.merchants.insert(number.clone(), own);
        Ok(own)
    }
}
