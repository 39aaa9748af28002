//! What messages may cost: a cap in money for each day of an acquirer.
//!
//! Whoever pays for each message is a target of its own: somebody who earns on
//! premium numbers, or only wants the till closed, asks for codes until the money is
//! gone (attack E08). So a part of the day's money is kept back for what the house
//! owes: reset codes of approved cases, and the notices that tell a victim. Nothing
//! that a stranger asks for can use that part up.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Which share of the day's money a message is paid from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purse {
    /// What anybody can ask for: codes that prove a phone, codes to sign in.
    Asked,
    /// What follows from something proven: reset codes, and notices.
    Owed,
}

impl Purse {
    /// The stable name, as in the database and the ledger.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Owed => "owed",
        }
    }
}

/// What was spent on one day, in fen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spent {
    /// On what anybody can ask for.
    pub asked: u64,
    /// On what was owed.
    pub owed: u64,
}

/// The acquirer's money for messages, in fen of CNY.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MessageMoney {
    /// What one message costs.
    pub price_fen: u32,
    /// What one costs where the number begins like this; the longest beginning counts.
    pub prices: BTreeMap<String, u32>,
    /// What all messages of a day may cost.
    pub day_cap_fen: u64,
    /// How much of that is kept back for what is owed.
    pub day_reserve_fen: u64,
}

impl Default for MessageMoney {
    /// A mainland message costs about five fen; the cap is forty thousand of them.
    fn default() -> Self {
        Self {
            price_fen: 5,
            prices: BTreeMap::new(),
            day_cap_fen: 200_000,
            day_reserve_fen: 60_000,
        }
    }
}

impl MessageMoney {
    /// What a message to this number costs.
    pub fn price(&self, number: &str) -> u64 {
        let fits = self
            .prices
            .iter()
            .filter(|(prefix, _)| number.starts_with(prefix.as_str()));
        let longest = fits.max_by_key(|(prefix, _)| prefix.len());
        u64::from(longest.map_or(self.price_fen, |(_, fen)| *fen))
    }

    /// Whether a message of this price may still be paid for.
    pub const fn allows(&self, purse: Purse, spent: Spent, price: u64) -> bool {
        let all = spent.asked.saturating_add(spent.owed).saturating_add(price);
        let within_cap = all <= self.day_cap_fen;
        match purse {
            Purse::Owed => within_cap,
            Purse::Asked => {
                let most = self.day_cap_fen.saturating_sub(self.day_reserve_fen);
                within_cap && spent.asked.saturating_add(price) <= most
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money() -> MessageMoney {
        MessageMoney {
            price_fen: 5,
            prices: [("+86170".to_owned(), 9), ("+86".to_owned(), 4)].into(),
            day_cap_fen: 100,
            day_reserve_fen: 40,
        }
    }

    #[test]
    fn the_longest_beginning_has_the_price() {
        let money = money();
        for (number, price) in [
            ("+8617012345678", 9),
            ("+8613812345678", 4),
            ("+85291234567", 5),
        ] {
            assert_eq!(money.price(number), price, "{number}");
        }
    }

    #[test]
    fn e08_what_is_asked_for_leaves_the_reserve_alone() {
        let money = money();
        let spent = |asked, owed| Spent { asked, owed };
        for (purse, spent, price, allowed) in [
            (Purse::Asked, spent(0, 0), 60, true),
            (Purse::Asked, spent(0, 0), 61, false),
            (Purse::Asked, spent(55, 0), 5, true),
            (Purse::Asked, spent(56, 0), 5, false),
            (Purse::Owed, spent(60, 0), 40, true),
            (Purse::Owed, spent(60, 36), 5, false),
            // Owed beyond the reserve takes from the rest: the cap is the cap.
            (Purse::Asked, spent(0, 96), 5, false),
            (Purse::Owed, spent(0, 0), u64::MAX, false),
            (Purse::Owed, spent(u64::MAX, u64::MAX), 1, false),
        ] {
            assert_eq!(
                money.allows(purse, spent, price),
                allowed,
                "{purse:?} {spent:?} {price}"
            );
        }
    }
}
