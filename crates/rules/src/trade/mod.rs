//! What the bank knows of a merchant's trade, and what of it makes a question.
//!
//! Amounts are whole fen: nothing here is ever a fraction. A day is a calendar day
//! where the merchants are. A fact is only asked for once it is settled: until then
//! the bank and the shop may honestly disagree about it.
//!
//! What stands on a receipt proves nothing (attack E17), so no question is about a
//! single sale: not its amount, its time, its card, or its number.

mod amount;
mod question;
#[cfg(test)]
mod tests;

pub use amount::Fen;
pub use question::{ANSWERS_NEEDED, LOOK_BACK_DAYS, QUESTIONS, Question, are_known, draw, made_up};

use jiff::civil::Date;

/// What a merchant's books hold of one day, all terminals together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TradeDay {
    /// Which day.
    pub day: Date,
    /// How many sales.
    pub sales: u32,
    /// What they come to.
    pub sales_total: Fen,
    /// How many refunds.
    pub refunds: u32,
    /// What they come to.
    pub refunds_total: Fen,
    /// How many sales were voided.
    pub voids: u32,
    /// How many of all of these are not settled yet.
    pub unsettled: u32,
    /// What was paid into the account on that day, fees taken off.
    pub paid: Option<Fen>,
}

impl TradeDay {
    /// A day without trade.
    pub const fn empty(day: Date) -> Self {
        Self {
            day,
            sales: 0,
            sales_total: Fen::ZERO,
            refunds: 0,
            refunds_total: Fen::ZERO,
            voids: 0,
            unsettled: 0,
            paid: None,
        }
    }
}
