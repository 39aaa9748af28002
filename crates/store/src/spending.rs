//! What messages have cost an acquirer on a day, by purse.

use jiff::Timestamp;
use jiff::civil::Date;
use tillkey_rules::spending::{Purse, Spent};
use tillkey_wire::ids::AcquirerId;

use crate::fault::Fault;
use crate::tx::{Tx, statements};
use crate::value::{Value, signed};

statements! {
    SPENT: "read what messages have cost" =
        "SELECT purse, fen FROM message_spending WHERE acquirer = $1 AND day = $2";
    SPEND: "note what a message costs" =
        "INSERT INTO message_spending (acquirer, day, purse, messages, fen) \
         VALUES ($1, $2, $3, 1, $4) ON CONFLICT (acquirer, day, purse) DO UPDATE SET \
         messages = message_spending.messages + 1, fen = message_spending.fen + excluded.fen";
    ALARM: "note that the money for messages ran out" =
        "INSERT INTO message_spending (acquirer, day, purse, messages, fen, alarmed_at) \
         VALUES ($1, $2, $3, 0, 0, $4) ON CONFLICT (acquirer, day, purse) DO UPDATE SET \
         alarmed_at = excluded.alarmed_at WHERE message_spending.alarmed_at IS NULL";
}

/// What was spent on a day.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn on_day(tx: &mut dyn Tx, acquirer: &AcquirerId, day: Date) -> Result<Spent, Fault> {
    let mut spent = Spent::default();
    for mut row in tx.query_many(SPENT, &[Value::from(acquirer), Value::from(day)])? {
        let (purse, fen): (String, u64) = (row.take()?, row.take()?);
        match purse.as_str() {
            "asked" => spent.asked = fen,
            "owed" => spent.owed = fen,
            _ => return Err(Fault::damaged("purse", "it is not one of the known words")),
        }
    }
    Ok(spent)
}

/// Notes what one message costs.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn spend(
    tx: &mut dyn Tx,
    (acquirer, day): (&AcquirerId, Date),
    purse: Purse,
    fen: u64,
) -> Result<(), Fault> {
    let values = [
        Value::from(acquirer),
        Value::from(day),
        Value::from(purse.name()),
        signed(fen)?,
    ];
    tx.execute(SPEND, &values).map(|_| ())
}

/// Notes that a day's money ran out. True for the first time that day.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn alarm(
    tx: &mut dyn Tx,
    (acquirer, day): (&AcquirerId, Date),
    purse: Purse,
    now: Timestamp,
) -> Result<bool, Fault> {
    let values = [
        Value::from(acquirer),
        Value::from(day),
        Value::from(purse.name()),
        Value::from(now),
    ];
    Ok(tx.execute(ALARM, &values)? > 0)
}
