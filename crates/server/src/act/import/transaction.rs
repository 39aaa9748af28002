//! A row of a file of transactions: what the acquirer's own system would report, in the
//! words of people. The same hands record both.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use tillkey_rules::trade::Fen;
use tillkey_rules::vocabulary::TransactionKind;
use tillkey_store::fault::Fault;
use tillkey_store::trade::{Standing, Transaction};
use tillkey_store::tx::Tx;
use tillkey_wire::ids::{AcquirerId, InvalidId};

use super::cells::Cells;
use super::{Change, Take};
use crate::act::party::Register;
use crate::act::trade::{Recording, Reference, checked_amount, checked_batch};
use crate::shell::Shell;

pub(super) fn read(cells: &mut Cells<'_>, shell: &Shell) -> Option<(Reference, Transaction)> {
    let reference = cells.needed("reference", str::parse);
    let merchant = cells.needed("merchant_number", str::parse);
    let terminal = cells.needed("terminal_number", str::parse);
    let kind = cells.needed("kind", kind);
    let amount = cells.needed("amount_yuan", amount);
    let taken_at = cells.needed("taken_at", |text| instant(shell, text));
    let batch = cells.needed("batch", batch);
    let settled_on = cells.given("settled_on", day);
    if !cells.are_right() {
        return None;
    }
    let transaction = Transaction {
        merchant: merchant?,
        terminal: terminal?,
        kind: kind?,
        amount: amount?,
        taken_at: taken_at?,
        batch: batch?,
        settled_on,
    };
    Some((reference?, transaction))
}

fn kind(text: &str) -> Result<TransactionKind, InvalidId> {
    match text {
        "消费" => Ok(TransactionKind::Sale),
        "退货" => Ok(TransactionKind::Refund),
        "撤销" => Ok(TransactionKind::Void),
        other => other.parse().map_err(|_| InvalidId {
            kind: "kind of transaction",
            rule: "sale (消费), refund (退货) or void (撤销)",
        }),
    }
}

fn amount(text: &str) -> Result<Fen, InvalidId> {
    let invalid = |_| InvalidId {
        kind: "amount",
        rule: "yuan with at most two decimals, such as 1234.50, and more than nothing",
    };
    Fen::read_yuan(text)
        .and_then(checked_amount)
        .map_err(invalid)
}

fn batch(text: &str) -> Result<u32, InvalidId> {
    // As many digits as terminals print, no sign.
    let digits = (1..=6).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let number = digits.then(|| text.parse().ok()).flatten();
    checked_batch(number.unwrap_or(0))
}

/// An instant with its offset, or what the clocks say where the merchants are.
fn instant(shell: &Shell, text: &str) -> Result<Timestamp, InvalidId> {
    let there = || {
        let is_whole = (16..=29).contains(&text.len()) && text.is_ascii();
        let there = is_whole.then(|| text.parse::<DateTime>().ok()).flatten()?;
        shell.instant(there)
    };
    // A zone's name after the offset is read too; nobody needs it here.
    let at = (text.len() <= 35).then(|| text.parse().ok()).flatten();
    at.or_else(there).ok_or(InvalidId {
        kind: "time",
        rule: "as 2026-03-02 10:15:00 where the merchants are, or 2026-03-02T10:15:00+08:00",
    })
}

fn day(text: &str) -> Result<Date, InvalidId> {
    // The length first: the parser takes times and zones as well.
    let day = (text.len() == 10).then(|| text.parse().ok()).flatten();
    day.ok_or(InvalidId {
        kind: "day",
        rule: "a day as 2026-03-02",
    })
}

/// Takes transactions.
pub(super) struct Transactions<'a> {
    shell: &'a Shell,
    recording: Recording<'a>,
}

impl<'a> Transactions<'a> {
    pub(super) const fn new(shell: &'a Shell, acquirer: &'a AcquirerId, now: Timestamp) -> Self {
        Self {
            shell,
            recording: Recording::new(shell, acquirer, now),
        }
    }
}

impl Take for Transactions<'_> {
    fn take(
        &mut self,
        tx: &mut dyn Tx,
        _: &mut Register<'_>,
        cells: &mut Cells<'_>,
    ) -> Result<Option<Change>, Fault> {
        let Some((reference, transaction)) = read(cells, self.shell) else {
            return Ok(None);
        };
        match self.recording.take(tx, (&reference, &transaction))? {
            Ok(Standing::New) => Ok(Some(Change::New)),
            Ok(Standing::Settled) => Ok(Some(Change::Changed)),
            Ok(Standing::Known | Standing::Other) => Ok(Some(Change::Unchanged)),
            Err((field, rule)) => Ok(cells.refuse(column(field), rule)),
        }
    }

    fn tell(&mut self, tx: &mut dyn Tx, register: &Register<'_>) -> Result<(), Fault> {
        self.recording.tell(tx, register.actor)
    }
}

/// A field of a report as a file names it.
fn column(field: &'static str) -> &'static str {
    match field {
        "merchant" => "merchant_number",
        "terminal" => "terminal_number",
        other => other,
    }
}
