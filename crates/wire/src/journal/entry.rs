//! One entry.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, de};

use super::masked_pan::MaskedPan;
use super::remark::Remark;
use super::tally::Totals;
use crate::ids::OperatorNumber;
use crate::limits::AMOUNT_FEN_MAX;

/// Not an amount that a terminal takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an amount is 1 to {AMOUNT_FEN_MAX} fen")]
pub struct InvalidAmount;

/// An amount of money in fen (CNY minor units), above zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Amount(u64);

impl Amount {
    /// Takes fen.
    ///
    /// # Errors
    /// [`InvalidAmount`] for nothing, and above the limit.
    pub const fn from_fen(fen: u64) -> Result<Self, InvalidAmount> {
        if fen == 0 || fen > AMOUNT_FEN_MAX {
            Err(InvalidAmount)
        } else {
            Ok(Self(fen))
        }
    }

    /// The fen.
    pub const fn fen(self) -> u64 {
        self.0
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_fen(u64::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Transaction {
    /// Money was taken.
    Sale {
        /// How much.
        amount: Amount,
        /// From which card.
        card: MaskedPan,
        /// What the cashier wrote beside it.
        remark: Option<Remark>,
    },
    /// Money of an earlier batch is given back.
    Refund {
        /// How much.
        amount: Amount,
        /// To which card.
        card: MaskedPan,
        /// The supervisor who confirmed it.
        confirmed_by: OperatorNumber,
        /// What the cashier wrote beside it.
        remark: Option<Remark>,
    },
    /// A sale of the open batch is undone.
    Void {
        /// The number of the sale.
        entry: u64,
        /// How much it was.
        amount: Amount,
        /// The supervisor who confirmed it.
        confirmed_by: OperatorNumber,
    },
    /// The batch was settled with the acquirer: it is closed, the next one begins.
    Settlement {
        /// What the batch came to.
        totals: Totals,
    },
}

/// One entry of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Counts from 1, without a gap.
    pub number: u64,
    /// When, by the clock of the terminal, which may be off.
    pub at: Timestamp,
    /// The batch, counted from 1.
    pub batch: u32,
    /// Who was signed on.
    pub operator: OperatorNumber,
    /// What was done.
    pub transaction: Transaction,
}
