//! What a journal comes to: its entries added up one by one, and held to its rules.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::digest::JournalDigest;
use super::entry::{Amount, Entry, Transaction};
use crate::cbor::CborError;
use crate::ids::{Rank, TerminalId};
use crate::limits::BATCH_ENTRIES_MAX;

/// How many, and how much in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sum {
    /// How many.
    pub count: u32,
    /// How much, in fen.
    pub fen: u64,
}

impl Sum {
    // Bounded by the entries of a batch and the largest amount, so neither overflows.
    const fn add(&mut self, amount: Amount) {
        self.count = self.count.saturating_add(1);
        self.fen = self.fen.saturating_add(amount.fen());
    }
}

/// What a batch comes to. A voided sale counts as a sale and as a void.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// Sales.
    pub sales: Sum,
    /// Refunds.
    pub refunds: Sum,
    /// Voids.
    pub voids: Sum,
}

impl Totals {
    /// How many transactions.
    pub const fn count(&self) -> u32 {
        self.sales
            .count
            .saturating_add(self.refunds.count)
            .saturating_add(self.voids.count)
    }

    /// What the merchant is to receive, in fen; negative where more was refunded.
    pub fn net_fen(&self) -> i64 {
        let fen = |sum: Sum| i64::try_from(sum.fen).unwrap_or(i64::MAX);
        fen(self.sales)
            .saturating_sub(fen(self.refunds))
            .saturating_sub(fen(self.voids))
    }
}

/// Where a journal stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// How many entries it has had, those that were let go of included.
    pub entries: u64,
    /// The digest of the last one.
    pub digest: JournalDigest,
    /// The open batch.
    pub batch: u32,
    /// What the open batch comes to so far: what a factory reset would lose.
    pub unsettled: Totals,
}

impl Head {
    /// The empty journal of a terminal.
    pub fn empty(terminal: TerminalId) -> Self {
        Self {
            entries: 0,
            digest: JournalDigest::empty(terminal),
            batch: 1,
            unsettled: Totals::default(),
        }
    }

    /// Whether no batch is open here, so that entries before it may be let go of.
    pub fn is_settled(&self) -> bool {
        self.unsettled == Totals::default()
    }
}

/// Why an entry does not follow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JournalFault {
    /// Entries that begin in the middle of a batch cannot be added up.
    #[error("the entries begin in the middle of a batch")]
    BeginsUnsettled,
    /// Not the next number.
    #[error("entry {found} stands where {expected} belongs")]
    Number {
        /// What was there.
        found: u64,
        /// What belongs there.
        expected: u64,
    },
    /// Not of the open batch.
    #[error("entry {number} is of another batch than the open one")]
    Batch {
        /// Which entry.
        number: u64,
    },
    /// The open batch takes no more before it is settled.
    #[error("the batch is full: settle it")]
    BatchFull,
    /// A void of what is no sale of the open batch, was voided before, or was another
    /// amount.
    #[error("entry {number} voids no sale of the open batch")]
    NoSuchSale {
        /// Which entry.
        number: u64,
    },
    /// Confirmed by somebody who is no supervisor.
    #[error("entry {number} was confirmed by no supervisor")]
    Confirmation {
        /// Which entry.
        number: u64,
    },
    /// Taken by an operator who may not.
    #[error("entry {number} was taken by an operator who may not take it")]
    Operator {
        /// Which entry.
        number: u64,
    },
    /// A settlement of other totals than the batch has, or of nothing.
    #[error("entry {number} settles something else than the batch")]
    Totals {
        /// Which entry.
        number: u64,
    },
    /// The entry cannot be written.
    #[error(transparent)]
    Unwritable(#[from] CborError),
}

/// A journal as it is added up.
#[derive(Debug, Clone)]
pub struct Tally {
    head: Head,
    /// The sales of the open batch that are not voided.
    sales: BTreeMap<u64, Amount>,
}

impl Tally {
    /// Begins where a batch begins: with the empty journal, or after a settlement.
    ///
    /// # Errors
    /// [`JournalFault::BeginsUnsettled`] elsewhere.
    pub fn from(start: Head) -> Result<Self, JournalFault> {
        if !start.is_settled() {
            return Err(JournalFault::BeginsUnsettled);
        }
        Ok(Self {
            head: start,
            sales: BTreeMap::new(),
        })
    }

    /// Where it stands.
    pub const fn head(&self) -> &Head {
        &self.head
    }

    /// The sale of the open batch with this number, unless it was voided.
    pub fn sale(&self, number: u64) -> Option<Amount> {
        self.sales.get(&number).copied()
    }

    /// Adds one entry.
    ///
    /// # Errors
    /// [`JournalFault`]; then nothing was added.
    pub fn add(&mut self, entry: &Entry) -> Result<(), JournalFault> {
        let number = entry.number;
        let expected = self.head.entries.saturating_add(1);
        if number != expected {
            return Err(JournalFault::Number {
                found: number,
                expected,
            });
        }
        if entry.batch != self.head.batch {
            return Err(JournalFault::Batch { number });
        }
        let mut totals = self.head.unsettled;
        let is_settlement = matches!(entry.transaction, Transaction::Settlement { .. });
        if !is_settlement && totals.count() >= BATCH_ENTRIES_MAX {
            return Err(JournalFault::BatchFull);
        }
        if !may_take(entry) {
            return Err(JournalFault::Operator { number });
        }
        let mut voided = None;
        match &entry.transaction {
            Transaction::Sale { amount, .. } => totals.sales.add(*amount),
            Transaction::Refund {
                amount,
                confirmed_by,
                ..
            } => {
                if confirmed_by.rank() != Rank::Supervisor {
                    return Err(JournalFault::Confirmation { number });
                }
                totals.refunds.add(*amount);
            }
            Transaction::Void {
                entry: sale,
                amount,
                confirmed_by,
            } => {
                if confirmed_by.rank() != Rank::Supervisor {
                    return Err(JournalFault::Confirmation { number });
                }
                if self.sales.get(sale) != Some(amount) {
                    return Err(JournalFault::NoSuchSale { number });
                }
                voided = Some(*sale);
                totals.voids.add(*amount);
            }
            Transaction::Settlement { totals: settled } => {
                if *settled != totals || settled.count() == 0 {
                    return Err(JournalFault::Totals { number });
                }
            }
        }
        let digest = self.head.digest.after(entry)?;
        if is_settlement {
            self.sales.clear();
        } else if let Some(sale) = voided {
            self.sales.remove(&sale);
        } else if let Transaction::Sale { amount, .. } = entry.transaction {
            self.sales.insert(number, amount);
        }
        self.head = Head {
            entries: number,
            digest,
            batch: self.head.batch.saturating_add(u32::from(is_settlement)),
            unsettled: if is_settlement {
                Totals::default()
            } else {
                totals
            },
        };
        Ok(())
    }
}

/// Cashiers take sales, refunds and voids; a batch is settled by a cashier or the
/// supervisor. The system administrator touches no money.
const fn may_take(entry: &Entry) -> bool {
    match (entry.operator.rank(), &entry.transaction) {
        (Rank::Cashier, _) | (Rank::Supervisor, Transaction::Settlement { .. }) => true,
        (Rank::Supervisor | Rank::Administrator, _) => false,
    }
}
