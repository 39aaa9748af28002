//! One report of trade: checked row by row, recorded row by row, told to the ledger once.
//! The API's reports and imported files go through the same hands.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use tillkey_rules::event::Event;
use tillkey_rules::party::Actor;
use tillkey_store::deposit;
use tillkey_store::fault::Fault;
use tillkey_store::party::merchant;
use tillkey_store::seal::Digest;
use tillkey_store::trade::{self, Settlement, Standing, Transaction};
use tillkey_store::tx::Tx;
use tillkey_wire::ids::{AcquirerId, MerchantNumber, TerminalNumber};

use super::{Reference, Reported, WrongRow};
use crate::act::note;
use crate::limits::{AHEAD_MINUTES_MAX, KNOWN_TERMINALS_MAX, WRONG_ROWS_SHOWN_MAX};
use crate::shell::Shell;

/// Why one row cannot be recorded.
pub(in crate::act) type Wrong = (&'static str, &'static str);

const OTHER: Wrong = ("reference", "belongs to another record");
const TWICE: Wrong = ("reference", "once in a report");
const NO_MERCHANT: Wrong = ("merchant", "a merchant of yours");

/// Records transactions one after the other, in a transaction that somebody else keeps or
/// takes back.
pub(in crate::act) struct Recording<'a> {
    report: Report<'a>,
    told: Told,
}

impl<'a> Recording<'a> {
    /// Begins with nothing.
    pub(in crate::act) const fn new(
        shell: &'a Shell,
        acquirer: &'a AcquirerId,
        now: Timestamp,
    ) -> Self {
        Self {
            report: Report::new(shell, acquirer, now),
            told: Told::new(),
        }
    }

    /// Records a transaction, or says what is wrong with it and records nothing.
    ///
    /// # Errors
    /// A [`Fault`] of the store.
    pub(in crate::act) fn take(
        &mut self,
        tx: &mut dyn Tx,
        (reference, transaction): (&Reference, &Transaction),
    ) -> Result<Result<Standing, Wrong>, Fault> {
        if let Some(wrong) = self.report.misfit(tx, transaction)? {
            return Ok(Err(wrong));
        }
        let digest = self.report.digest(reference);
        let row = (&digest, transaction);
        match self.told.transaction(tx, &self.report, row)? {
            Standing::Other => Ok(Err(OTHER)),
            standing => Ok(Ok(standing)),
        }
    }

    /// Writes what was recorded since the last time into the ledger.
    ///
    /// # Errors
    /// A [`Fault`] of the store.
    pub(in crate::act) fn tell(&mut self, tx: &mut dyn Tx, actor: &Actor) -> Result<(), Fault> {
        let told = std::mem::replace(&mut self.told, Told::new());
        told.append_transactions(tx, &self.report, actor)
    }
}

/// What was recorded, for the answer and the ledger.
pub(super) struct Told {
    pub(super) recorded: u32,
    known: u32,
    /// Whose trade has changed.
    changed: BTreeSet<MerchantNumber>,
    text: String,
}

impl Told {
    pub(super) const fn new() -> Self {
        Self {
            recorded: 0,
            known: 0,
            changed: BTreeSet::new(),
            text: String::new(),
        }
    }

    pub(super) fn note(&mut self, standing: Standing, reference: &Digest, row: &str) {
        match standing {
            Standing::New | Standing::Settled => self.recorded += 1,
            Standing::Known | Standing::Other => self.known += 1,
        }
        // Writing to a string does not fail.
        let _ = writeln!(self.text, "{} {row}", reference.to_hex());
    }

    /// Records a transaction that nothing is wrong with.
    pub(super) fn transaction(
        &mut self,
        tx: &mut dyn Tx,
        report: &Report<'_>,
        (digest, transaction): (&Digest, &Transaction),
    ) -> Result<Standing, Fault> {
        let name = (report.acquirer, digest);
        let day = report.shell.day(transaction.taken_at);
        let standing = trade::record_transaction(tx, name, transaction, day)?;
        self.note(standing, digest, &format!("{transaction:?}"));
        if matches!(standing, Standing::New | Standing::Settled)
            && !self.changed.contains(&transaction.merchant)
        {
            self.changed.insert(transaction.merchant.clone());
        }
        Ok(standing)
    }

    /// Writes into the ledger that transactions were recorded, where any was, and has the
    /// deposits of those merchants looked at.
    pub(super) fn append_transactions(
        &self,
        tx: &mut dyn Tx,
        report: &Report<'_>,
        actor: &Actor,
    ) -> Result<(), Fault> {
        if self.recorded == 0 {
            return Ok(());
        }
        for merchant in &self.changed {
            deposit::touch(tx, merchant)?;
        }
        let event = Event::TransactionsRecorded {
            count: self.recorded,
            digest: self.digest(report.shell, "transactions"),
        };
        note(tx, report.acquirer, (report.now, actor), event)
    }

    pub(super) fn digest(&self, shell: &Shell, purpose: &str) -> String {
        shell.seal_keys().text_digest(purpose, &self.text).to_hex()
    }

    pub(super) const fn reported(&self) -> Reported {
        Reported::Recorded {
            recorded: self.recorded,
            known: self.known,
        }
    }
}

/// A report that is being checked, before any of it is recorded.
pub(super) struct Report<'a> {
    shell: &'a Shell,
    acquirer: &'a AcquirerId,
    now: Timestamp,
    /// Whose merchants and terminals were looked up already.
    merchants: BTreeMap<MerchantNumber, bool>,
    terminals: BTreeMap<(MerchantNumber, TerminalNumber), bool>,
    references: BTreeSet<String>,
    pub(super) wrong: Vec<WrongRow>,
}

impl<'a> Report<'a> {
    pub(super) const fn new(shell: &'a Shell, acquirer: &'a AcquirerId, now: Timestamp) -> Self {
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

    pub(super) fn digest(&self, reference: &Reference) -> Digest {
        self.shell
            .seal_keys()
            .reference_digest(self.acquirer, &reference.0)
    }

    pub(super) fn note(&mut self, row: usize, reference: Digest, wrong: Option<Wrong>) {
        let again = !self.references.insert(reference.to_hex());
        let wrong = if again { Some(TWICE) } else { wrong };
        if let Some((field, rule)) = wrong
            && self.wrong.len() < WRONG_ROWS_SHOWN_MAX
        {
            let (field, rule) = (field.to_owned(), rule.to_owned());
            self.wrong.push(WrongRow { row, field, rule });
        }
    }

    pub(super) fn wrong_transaction(
        &mut self,
        tx: &mut dyn Tx,
        (reference, transaction): (&Digest, &Transaction),
    ) -> Result<Option<Wrong>, Fault> {
        if let Some(wrong) = self.misfit(tx, transaction)? {
            return Ok(Some(wrong));
        }
        let standing = trade::compare_transaction(tx, (self.acquirer, reference), transaction)?;
        Ok((standing == Standing::Other).then_some(OTHER))
    }

    /// What is wrong with a transaction, whatever its reference.
    fn misfit(
        &mut self,
        tx: &mut dyn Tx,
        transaction: &Transaction,
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
        if self.terminals.len() >= KNOWN_TERMINALS_MAX {
            self.terminals.clear();
        }
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
        Ok(None)
    }

    pub(super) fn wrong_settlement(
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
        if self.merchants.len() >= KNOWN_TERMINALS_MAX {
            self.merchants.clear();
        }
        self.merchants.insert(number.clone(), own);
        Ok(own)
    }
}
