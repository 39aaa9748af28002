//! Deposits on terminals, and what was taken on each day that counts.

use jiff::Timestamp;
use jiff::civil::Date;
use tillkey_rules::onboarding::deposit::{DayTaken, DepositBack};
use tillkey_rules::trade::Fen;
use tillkey_rules::vocabulary::DepositState;
use tillkey_wire::ids::{AcquirerId, MerchantNumber, TerminalId, TerminalNumber};

use crate::fault::Fault;
use crate::tx::{Tx, statements};
use crate::value::{Row, Value};

statements! {
    ADD: "add a deposit" =
        "INSERT INTO deposits (terminal, acquirer, merchant, number, deposit_fen, taken_fen, \
         within_days, activated_on, last_day, state, counted_fen, due_on, changed_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'counting', 0, $8, $10)";
    FIND: "find a deposit" =
        "SELECT terminal, acquirer, merchant, number, deposit_fen, taken_fen, within_days, \
         activated_on, last_day, state, counted_fen, earned_on, changed_at FROM deposits \
         WHERE terminal = $1";
    OF_MERCHANT: "list a merchant's deposits" =
        "SELECT terminal, acquirer, merchant, number, deposit_fen, taken_fen, within_days, \
         activated_on, last_day, state, counted_fen, earned_on, changed_at FROM deposits \
         WHERE merchant = $1 ORDER BY terminal LIMIT $2";
    TOUCH: "have a merchant's deposits looked at" =
        "UPDATE deposits SET due_on = activated_on \
         WHERE merchant = $1 AND state = 'counting'";
    IN_STATE: "list an acquirer's deposits in a state" =
        "SELECT terminal, acquirer, merchant, number, deposit_fen, taken_fen, within_days, \
         activated_on, last_day, state, counted_fen, earned_on, changed_at FROM deposits \
         WHERE acquirer = $1 AND state = $2 AND (changed_at, terminal) > ($3, $4) \
         ORDER BY changed_at, terminal LIMIT $5";
    DUE: "find deposits that are to be looked at" =
        "SELECT terminal FROM deposits WHERE state = 'counting' AND due_on <= $1 \
         ORDER BY due_on, terminal LIMIT $2";
    SAVE: "save how a deposit stands" =
        "UPDATE deposits SET state = $1, counted_fen = $2, earned_on = $3, changed_at = $4, \
         due_on = $5 WHERE terminal = $6";
    TAKEN: "add up what a terminal took by day" =
        "SELECT day, \
         CAST(SUM(CASE WHEN kind = 'sale' AND settled_on IS NOT NULL THEN amount_fen \
         ELSE 0 END) AS BIGINT), \
         CAST(SUM(CASE WHEN kind = 'refund' AND settled_on IS NOT NULL THEN amount_fen \
         ELSE 0 END) AS BIGINT), \
         CAST(SUM(CASE WHEN kind <> 'void' AND settled_on IS NULL THEN 1 ELSE 0 END) AS BIGINT) \
         FROM transactions \
         WHERE merchant = $1 AND terminal_number = $2 AND day >= $3 AND day <= $4 \
         GROUP BY day ORDER BY day LIMIT 1000";
}

/// A deposit as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deposit {
    /// For which terminal.
    pub terminal: TerminalId,
    /// Who holds it.
    pub acquirer: AcquirerId,
    /// Who paid it.
    pub merchant: MerchantNumber,
    /// The terminal's number then.
    pub number: TerminalNumber,
    /// How much.
    pub deposit: Fen,
    /// What earns it back.
    pub back: DepositBack,
    /// The day from which they count.
    pub activated_on: Date,
    /// The last day that counts.
    pub last_day: Date,
    /// How it stands.
    pub state: DepositState,
    /// What counted when it was last looked at.
    pub counted: Fen,
    /// The day that reached it.
    pub earned_on: Option<Date>,
    /// When it last came to another state.
    pub changed_at: Timestamp,
}

/// A deposit to be recorded.
#[derive(Debug, Clone)]
pub struct NewDeposit {
    /// For which terminal.
    pub terminal: TerminalId,
    /// Who holds it.
    pub acquirer: AcquirerId,
    /// Who paid it.
    pub merchant: MerchantNumber,
    /// The terminal's number.
    pub number: TerminalNumber,
    /// How much.
    pub deposit: Fen,
    /// What earns it back.
    pub back: DepositBack,
    /// The day from which they count.
    pub activated_on: Date,
    /// When this is.
    pub now: Timestamp,
}

/// Records a deposit; it counts from now on.
///
/// # Errors
/// [`Fault::Taken`] where the terminal has one.
pub fn add(tx: &mut dyn Tx, new: &NewDeposit) -> Result<(), Fault> {
    let values = [
        Value::from(&new.terminal),
        Value::from(&new.acquirer),
        Value::from(&new.merchant),
        Value::from(&new.number),
        Value::from(new.deposit.fen()),
        Value::from(new.back.taken.fen()),
        Value::from(u32::from(new.back.within_days)),
        Value::from(new.activated_on),
        Value::from(new.back.last_day(new.activated_on)),
        Value::from(new.now),
    ];
    tx.execute(ADD, &values).map(|_| ())
}

/// The deposit of a terminal.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn find(tx: &mut dyn Tx, terminal: TerminalId) -> Result<Option<Deposit>, Fault> {
    tx.query_one(FIND, &[Value::from(&terminal)])?
        .map(read)
        .transpose()
}

/// The deposits of a merchant.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn of_merchant(
    tx: &mut dyn Tx,
    merchant: &MerchantNumber,
    limit: u32,
) -> Result<Vec<Deposit>, Fault> {
    tx.query_many(OF_MERCHANT, &[Value::from(merchant), Value::from(limit)])?
        .into_iter()
        .map(read)
        .collect()
}

/// Has the deposits of a merchant looked at soon: its trade has changed.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn touch(tx: &mut dyn Tx, merchant: &MerchantNumber) -> Result<(), Fault> {
    tx.execute(TOUCH, &[Value::from(merchant)]).map(|_| ())
}

/// Where a page of a list ended: when the last deposit on it changed, and whose it was.
pub type Cursor = (Timestamp, TerminalId);

/// An acquirer's deposits in a state, those that have waited longest first.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn in_state(
    tx: &mut dyn Tx,
    (acquirer, state): (&AcquirerId, DepositState),
    after: Option<Cursor>,
    limit: u32,
) -> Result<Vec<Deposit>, Fault> {
    let (at, terminal) = after.map_or(
        (Value::Integer(i64::MIN), Value::from("")),
        |(at, terminal)| (Value::from(at), Value::from(&terminal)),
    );
    let limit = Value::from(limit.min(crate::limits::PAGE_MAX));
    let values = [
        Value::from(acquirer),
        Value::from(state.name()),
        at,
        terminal,
        limit,
    ];
    tx.query_many(IN_STATE, &values)?
        .into_iter()
        .map(read)
        .collect()
}

/// The deposits that are to be looked at on this day.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn due(tx: &mut dyn Tx, today: Date, limit: u32) -> Result<Vec<TerminalId>, Fault> {
    tx.query_many(DUE, &[Value::from(today), Value::from(limit)])?
        .into_iter()
        .map(|mut row| row.take())
        .collect()
}

/// Writes how a deposit stands, and from which day it is to be looked at again.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn save(tx: &mut dyn Tx, deposit: &Deposit, due_on: Date) -> Result<(), Fault> {
    let values = [
        Value::from(deposit.state.name()),
        Value::from(deposit.counted.fen()),
        Value::from(deposit.earned_on),
        Value::from(deposit.changed_at),
        Value::from(due_on),
        Value::from(&deposit.terminal),
    ];
    tx.execute(SAVE, &values).map(|_| ())
}

/// What was taken with a deposit's terminal on each day of its window.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn days(tx: &mut dyn Tx, deposit: &Deposit) -> Result<Vec<DayTaken>, Fault> {
    let values = [
        Value::from(&deposit.merchant),
        Value::from(&deposit.number),
        Value::from(deposit.activated_on),
        Value::from(deposit.last_day),
    ];
    tx.query_many(TAKEN, &values)?
        .into_iter()
        .map(|mut row| {
            Ok(DayTaken {
                day: row.take()?,
                sales: row.take()?,
                refunds: row.take()?,
                unsettled: row.take()?,
            })
        })
        .collect()
}

fn read(mut row: Row) -> Result<Deposit, Fault> {
    let (terminal, acquirer) = (row.take()?, row.take()?);
    let (merchant, number) = (row.take()?, row.take()?);
    let (deposit, taken): (Fen, Fen) = (row.take()?, row.take()?);
    let within_days: u32 = row.take()?;
    Ok(Deposit {
        terminal,
        acquirer,
        merchant,
        number,
        deposit,
        back: DepositBack {
            taken,
            within_days: u16::try_from(within_days)
                .map_err(|_| Fault::damaged("deposit", "its days are out of range"))?,
        },
        activated_on: row.take()?,
        last_day: row.take()?,
        state: row.take_word("state of a deposit", |word| word.parse().ok())?,
        counted: row.take()?,
        earned_on: row.take()?,
        changed_at: row.take()?,
    })
}
