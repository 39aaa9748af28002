//! What the acquirer's system reports of a merchant's trade, and its sums by day.
//!
//! A record is known by the sender's own reference, of which a keyed digest is kept.
//! The same record again is nothing new; another under the same reference is refused.
//! A transaction may become settled, once; nothing else of it ever changes.

use jiff::Timestamp;
use jiff::civil::Date;
use tillkey_rules::trade::{Fen, TradeDay};
use tillkey_rules::vocabulary::TransactionKind;
use tillkey_wire::ids::{AcquirerId, MerchantNumber, TerminalNumber};

use crate::fault::Fault;
use crate::seal::Digest;
use crate::tx::{Tx, statements};
use crate::value::{FromValue, Value};

statements! {
    ADD_TRANSACTION: "record a transaction" =
        "INSERT INTO transactions (acquirer, reference_digest, merchant, terminal_number, kind, \
         amount_fen, taken_at, day, batch, settled_on) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    FIND_TRANSACTION: "find a transaction" =
        "SELECT merchant, terminal_number, kind, amount_fen, taken_at, batch, settled_on \
         FROM transactions WHERE acquirer = $1 AND reference_digest = $2";
    SETTLE: "note that a transaction was settled" =
        "UPDATE transactions SET settled_on = $1 \
         WHERE acquirer = $2 AND reference_digest = $3 AND settled_on IS NULL";
    ADD_SETTLEMENT: "record a settlement" =
        "INSERT INTO settlements (acquirer, reference_digest, merchant, paid_on, gross_fen, \
         fees_fen, net_fen) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    FIND_SETTLEMENT: "find a settlement" =
        "SELECT merchant, paid_on, gross_fen, fees_fen, net_fen \
         FROM settlements WHERE acquirer = $1 AND reference_digest = $2";
    SETTLED_DAY: "find the settlement of a day" =
        "SELECT net_fen FROM settlements WHERE merchant = $1 AND paid_on = $2";
    HAS_TERMINAL: "look for a terminal of a merchant" =
        "SELECT COUNT(*) FROM terminals WHERE merchant = $1 AND number = $2";
    DAYS: "add up the days of a merchant" =
        "SELECT day, \
         CAST(SUM(CASE WHEN kind = 'sale' THEN 1 ELSE 0 END) AS BIGINT), \
         CAST(SUM(CASE WHEN kind = 'sale' THEN amount_fen ELSE 0 END) AS BIGINT), \
         CAST(SUM(CASE WHEN kind = 'refund' THEN 1 ELSE 0 END) AS BIGINT), \
         CAST(SUM(CASE WHEN kind = 'refund' THEN amount_fen ELSE 0 END) AS BIGINT), \
         CAST(SUM(CASE WHEN kind = 'void' THEN 1 ELSE 0 END) AS BIGINT), \
         CAST(SUM(CASE WHEN settled_on IS NULL THEN 1 ELSE 0 END) AS BIGINT) \
         FROM transactions WHERE merchant = $1 AND day >= $2 AND day < $3 \
         GROUP BY day ORDER BY day LIMIT 400";
    PAYOUTS: "list the payouts of a merchant" =
        "SELECT paid_on, net_fen FROM settlements \
         WHERE merchant = $1 AND paid_on >= $2 AND paid_on < $3 ORDER BY paid_on LIMIT 400";
}

/// A transaction as it is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// Where it was taken.
    pub merchant: MerchantNumber,
    /// On which terminal.
    pub terminal: TerminalNumber,
    /// What it was.
    pub kind: TransactionKind,
    /// How much.
    pub amount: Fen,
    /// When.
    pub taken_at: Timestamp,
    /// The terminal's batch number.
    pub batch: u32,
    /// The day it was settled, once it is.
    pub settled_on: Option<Date>,
}

/// A payout as it is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// Who was paid.
    pub merchant: MerchantNumber,
    /// The day it came to the account.
    pub paid_on: Date,
    /// Before fees.
    pub gross: Fen,
    /// Taken off.
    pub fees: Fen,
    /// Paid into the account.
    pub net: Fen,
}

/// How a record stands to what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is new.
    New,
    /// It is there, and says now that it was settled.
    Settled,
    /// It is there.
    Known,
    /// Another record has this reference, or this day.
    Other,
}

/// Names a record: whose it is, and the digest of the sender's reference.
pub type Name<'a> = (&'a AcquirerId, &'a Digest);

/// How a transaction stands to what is recorded.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn compare_transaction(
    tx: &mut dyn Tx,
    (acquirer, reference): Name<'_>,
    transaction: &Transaction,
) -> Result<Standing, Fault> {
    let name = [Value::from(acquirer), Value::from(reference)];
    let Some(mut row) = tx.query_one(FIND_TRANSACTION, &name)? else {
        return Ok(Standing::New);
    };
    let found = Transaction {
        merchant: row.take()?,
        terminal: row.take()?,
        kind: row.take_word("kind of transaction", |word| word.parse().ok())?,
        amount: row.take()?,
        taken_at: row.take()?,
        batch: row.take()?,
        settled_on: row.take()?,
    };
    // A time is kept in milliseconds: what a sender says more exactly is the same record.
    let told = Transaction {
        taken_at: Timestamp::from_value(Value::from(transaction.taken_at))?,
        ..transaction.clone()
    };
    if found == told {
        return Ok(Standing::Known);
    }
    let was_settled = found.settled_on.is_some();
    let settled = Transaction {
        settled_on: told.settled_on,
        ..found
    };
    if !was_settled && settled == told {
        Ok(Standing::Settled)
    } else {
        Ok(Standing::Other)
    }
}

/// Records a transaction on its day, as far as it is new.
///
/// # Errors
/// [`Fault::Dangling`] when there is no such merchant.
pub fn record_transaction(
    tx: &mut dyn Tx,
    name: Name<'_>,
    transaction: &Transaction,
    day: Date,
) -> Result<Standing, Fault> {
    let (acquirer, reference) = name;
    let standing = compare_transaction(tx, name, transaction)?;
    match standing {
        Standing::New => {
            let values = [
                Value::from(acquirer),
                Value::from(reference),
                Value::from(&transaction.merchant),
                Value::from(&transaction.terminal),
                Value::from(transaction.kind.name()),
                Value::from(transaction.amount.fen()),
                Value::from(transaction.taken_at),
                Value::from(day),
                Value::from(transaction.batch),
                Value::from(transaction.settled_on),
            ];
            tx.execute(ADD_TRANSACTION, &values)?;
        }
        Standing::Settled => {
            let values = [
                Value::from(transaction.settled_on),
                Value::from(acquirer),
                Value::from(reference),
            ];
            tx.execute(SETTLE, &values)?;
        }
        Standing::Known | Standing::Other => {}
    }
    Ok(standing)
}

/// How a payout stands to what is recorded. A merchant has one a day.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn compare_settlement(
    tx: &mut dyn Tx,
    (acquirer, reference): Name<'_>,
    settlement: &Settlement,
) -> Result<Standing, Fault> {
    let name = [Value::from(acquirer), Value::from(reference)];
    if let Some(mut row) = tx.query_one(FIND_SETTLEMENT, &name)? {
        let found = Settlement {
            merchant: row.take()?,
            paid_on: row.take()?,
            gross: row.take()?,
            fees: row.take()?,
            net: row.take()?,
        };
        let same = found == *settlement;
        return Ok(if same {
            Standing::Known
        } else {
            Standing::Other
        });
    }
    let day = [
        Value::from(&settlement.merchant),
        Value::from(settlement.paid_on),
    ];
    match tx.query_one(SETTLED_DAY, &day)? {
        Some(_) => Ok(Standing::Other),
        None => Ok(Standing::New),
    }
}

/// Records a payout, as far as it is new.
///
/// # Errors
/// [`Fault::Dangling`] when there is no such merchant.
pub fn record_settlement(
    tx: &mut dyn Tx,
    name: Name<'_>,
    settlement: &Settlement,
) -> Result<Standing, Fault> {
    let (acquirer, reference) = name;
    let standing = compare_settlement(tx, name, settlement)?;
    if standing == Standing::New {
        let values = [
            Value::from(acquirer),
            Value::from(reference),
            Value::from(&settlement.merchant),
            Value::from(settlement.paid_on),
            Value::from(settlement.gross.fen()),
            Value::from(settlement.fees.fen()),
            Value::from(settlement.net.fen()),
        ];
        tx.execute(ADD_SETTLEMENT, &values)?;
    }
    Ok(standing)
}

/// Whether a merchant has, or had, a terminal of this number.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn has_terminal(
    tx: &mut dyn Tx,
    merchant: &MerchantNumber,
    terminal: &TerminalNumber,
) -> Result<bool, Fault> {
    let values = [Value::from(merchant), Value::from(terminal)];
    let count: u64 = tx
        .query_one(HAS_TERMINAL, &values)?
        .ok_or(Fault::Missing("count"))?
        .take()?;
    Ok(count > 0)
}

/// A merchant's days from one day to before another, in order; those without any
/// trade or payout are left out.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn days(
    tx: &mut dyn Tx,
    merchant: &MerchantNumber,
    (from, before): (Date, Date),
) -> Result<Vec<TradeDay>, Fault> {
    let values = [
        Value::from(merchant),
        Value::from(from),
        Value::from(before),
    ];
    let mut days: Vec<TradeDay> = Vec::new();
    for mut row in tx.query_many(DAYS, &values)? {
        days.push(TradeDay {
            day: row.take()?,
            sales: row.take()?,
            sales_total: row.take()?,
            refunds: row.take()?,
            refunds_total: row.take()?,
            voids: row.take()?,
            unsettled: row.take()?,
            paid: None,
        });
    }
    for mut row in tx.query_many(PAYOUTS, &values)? {
        let (day, net): (Date, Fen) = (row.take()?, row.take()?);
        match days.iter_mut().find(|found| found.day == day) {
            Some(found) => found.paid = Some(net),
            None => days.push(TradeDay {
                paid: Some(net),
                ..TradeDay::empty(day)
            }),
        }
    }
    days.sort_by_key(|day| day.day);
    Ok(days)
}

impl FromValue for Fen {
    fn from_value(value: Value) -> Result<Self, Fault> {
        i64::from_value(value).map(Self::sum)
    }
}
