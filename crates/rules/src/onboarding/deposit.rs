//! The deposit on a terminal, and when it goes back.
//!
//! A day is a calendar day where the merchants are (Asia/Shanghai); civil dates come in,
//! so midnight belongs to the day it begins. The day of activation is day 0, and the
//! window's last day is `activated_on + within_days`; both count.
//!
//! What counts is settled sales less settled refunds: a sale that was voided never
//! settles, and money that goes straight back earns nothing. The deposit is earned on the
//! first day whose running sum reaches the amount. Once earned it stays earned, whatever
//! is refunded later: the caller remembers that it was.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;

use crate::trade::Fen;

/// What a product asks for up front, and what comes back of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DepositTerms {
    /// What is paid with the application; nothing where there is no deposit.
    pub deposit: Fen,
    /// When it goes back; never, where this is missing.
    pub back: Option<DepositBack>,
    /// How much the very first sale must come to; nothing where none is required.
    pub first_sale: Fen,
    /// How much of the first takings is held back as a service fee; nothing where none is.
    pub frozen_fee: Fen,
}

/// What earns the deposit back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DepositBack {
    /// How much has to be taken.
    pub taken: Fen,
    /// Within how many days after the day of activation.
    pub within_days: u16,
}

impl DepositBack {
    /// The last day that counts, of a terminal activated on this day.
    pub fn last_day(&self, activated_on: Date) -> Date {
        activated_on.saturating_add(i32::from(self.within_days).days())
    }
}

/// What a terminal took on one day. Several of the same day are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayTaken {
    /// Which day, where the merchants are.
    pub day: Date,
    /// Settled sales.
    pub sales: Fen,
    /// Settled refunds.
    pub refunds: Fen,
    /// How many sales and refunds of the day are not settled yet.
    pub unsettled: u32,
}

/// How a deposit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DepositStanding {
    /// The window is open, or something in it is not settled yet.
    Counting {
        /// What counts so far; below nothing where more was refunded than sold.
        taken: Fen,
        /// What is still missing.
        missing: Fen,
        /// The last day that counts.
        last_day: Date,
    },
    /// It goes back.
    Earned {
        /// The day that reached the amount.
        on: Date,
        /// What counted up to and with that day.
        taken: Fen,
    },
    /// It does not: the window has closed, and all of it is settled.
    Missed {
        /// What counted.
        taken: Fen,
    },
}

/// Says how a deposit stands on `today`, from the days in any order. Days outside the
/// window, and those that have not come yet, do not count.
pub fn evaluate(
    back: &DepositBack,
    activated_on: Date,
    days: &[DayTaken],
    today: Date,
) -> DepositStanding {
    let last_day = back.last_day(activated_on);
    let until = last_day.min(today);
    let mut by_day: BTreeMap<Date, i64> = BTreeMap::new();
    let mut is_settled = true;
    for taken in days {
        if (activated_on..=until).contains(&taken.day) {
            let net = by_day.entry(taken.day).or_default();
            *net = net
                .saturating_add(taken.sales.fen())
                .saturating_sub(taken.refunds.fen());
            is_settled &= taken.unsettled == 0;
        }
    }
    let mut sum = 0_i64;
    for (day, net) in by_day {
        sum = sum.saturating_add(net);
        if sum >= back.taken.fen() {
            let taken = Fen::sum(sum);
            return DepositStanding::Earned { on: day, taken };
        }
    }
    let taken = Fen::sum(sum);
    if today > last_day && is_settled {
        return DepositStanding::Missed { taken };
    }
    DepositStanding::Counting {
        taken,
        missing: Fen::sum(back.taken.fen().saturating_sub(sum)),
        last_day,
    }
}

#[cfg(test)]
mod tests;
