//! What a terminal sold, as plain data.

use tillkey_terminal::wire::journal as sdk;

/// One entry of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "kotlin", derive(uniffi::Record))]
pub struct Entry {
    /// Counts from 1, without a gap.
    pub number: u64,
    /// When, in milliseconds since 1970 by the clock of the terminal.
    pub at_ms: i64,
    /// The batch, counted from 1.
    pub batch: u32,
    /// Who was signed on.
    pub operator: u8,
    /// What was done.
    pub transaction: Transaction,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "kotlin", derive(uniffi::Enum))]
pub enum Transaction {
    /// Money was taken.
    Sale {
        /// How much.
        amount_fen: u64,
        /// From which card: its first six and last four digits.
        card: String,
        /// What the cashier wrote beside it.
        remark: Option<String>,
    },
    /// Money of an earlier batch is given back.
    Refund {
        /// How much.
        amount_fen: u64,
        /// To which card: its first six and last four digits.
        card: String,
        /// The supervisor who confirmed it.
        confirmed_by: u8,
        /// What the cashier wrote beside it.
        remark: Option<String>,
    },
    /// A sale of the open batch is undone.
    Void {
        /// The number of the sale.
        entry: u64,
        /// How much it was.
        amount_fen: u64,
        /// The supervisor who confirmed it.
        confirmed_by: u8,
    },
    /// The batch was settled: it is closed, the next one begins.
    Settlement {
        /// What the batch came to.
        totals: Totals,
    },
}

/// What a batch comes to. A voided sale counts as a sale and as a void.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "kotlin", derive(uniffi::Record))]
pub struct Totals {
    /// How many sales.
    pub sales: u32,
    /// How much they come to.
    pub sales_fen: u64,
    /// How many refunds.
    pub refunds: u32,
    /// How much they come to.
    pub refunds_fen: u64,
    /// How many voids.
    pub voids: u32,
    /// How much they come to.
    pub voids_fen: u64,
}

impl From<&sdk::Totals> for Totals {
    fn from(totals: &sdk::Totals) -> Self {
        Self {
            sales: totals.sales.count,
            sales_fen: totals.sales.fen,
            refunds: totals.refunds.count,
            refunds_fen: totals.refunds.fen,
            voids: totals.voids.count,
            voids_fen: totals.voids.fen,
        }
    }
}

impl From<&sdk::Entry> for Entry {
    fn from(entry: &sdk::Entry) -> Self {
        Self {
            number: entry.number,
            at_ms: entry.at.as_millisecond(),
            batch: entry.batch,
            operator: entry.operator.number(),
            transaction: (&entry.transaction).into(),
        }
    }
}

impl From<&sdk::Transaction> for Transaction {
    fn from(transaction: &sdk::Transaction) -> Self {
        match transaction {
            sdk::Transaction::Sale {
                amount,
                card,
                remark,
            } => Self::Sale {
                amount_fen: amount.fen(),
                card: card.to_string(),
                remark: remark.as_ref().map(ToString::to_string),
            },
            sdk::Transaction::Refund {
                amount,
                card,
                confirmed_by,
                remark,
            } => Self::Refund {
                amount_fen: amount.fen(),
                card: card.to_string(),
                confirmed_by: confirmed_by.number(),
                remark: remark.as_ref().map(ToString::to_string),
            },
            sdk::Transaction::Void {
                entry,
                amount,
                confirmed_by,
            } => Self::Void {
                entry: *entry,
                amount_fen: amount.fen(),
                confirmed_by: confirmed_by.number(),
            },
            sdk::Transaction::Settlement { totals } => Self::Settlement {
                totals: totals.into(),
            },
        }
    }
}
