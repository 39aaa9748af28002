//! An amount of money: whole fen of CNY, so that it is never rounded.

use std::fmt;

use serde::{Deserialize, Serialize};
use tillkey_wire::ids::InvalidId;

/// An amount in fen.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Fen(i64);

impl Fen {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The largest amount that one record holds: a hundred million yuan. A day of a
    /// million of them still fits.
    pub const MAX: Self = Self(10_000_000_000);

    /// An amount, if it is neither negative nor larger than any that is held.
    ///
    /// # Errors
    /// [`InvalidId`] with the rule.
    pub const fn new(fen: i64) -> Result<Self, InvalidId> {
        if fen < 0 || fen > Self::MAX.0 {
            return Err(InvalidId {
                kind: "amount",
                rule: "whole fen, 0 to 10000000000",
            });
        }
        Ok(Self(fen))
    }

    /// A sum, as the store adds it up.
    pub const fn sum(fen: i64) -> Self {
        Self(fen)
    }

    /// The number of fen.
    pub const fn fen(self) -> i64 {
        self.0
    }

    /// Reads yuan as a person types them: `1234.5`, `1,234.50`, `1234`. ASCII only,
    /// at most two decimals, no sign.
    ///
    /// # Errors
    /// [`InvalidId`] with the rule.
    pub fn read_yuan(text: &str) -> Result<Self, InvalidId> {
        const INVALID: InvalidId = InvalidId {
            kind: "amount",
            rule: "yuan with at most two decimals, such as 1234.50",
        };
        let plain = text.trim().replace(',', "");
        let (yuan, cents) = plain.split_once('.').unwrap_or((&plain, "0"));
        let digits = |part: &str, most: usize| {
            (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
        };
        if !digits(yuan, 9) || !digits(cents, 2) {
            return Err(INVALID);
        }
        let yuan: i64 = yuan.parse().map_err(|_| INVALID)?;
        // One decimal is tenths: 1.5 is one yuan and fifty fen.
        let scale = if cents.len() == 1 { 10 } else { 1 };
        let cents: i64 = cents.parse().map_err(|_| INVALID)?;
        Self::new(yuan * 100 + cents * scale).map_err(|_| INVALID)
    }
}

impl fmt::Display for Fen {
    /// In yuan, as on a statement: `1234.50`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let fen = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", fen / 100, fen % 100)
    }
}
