//! An entry of the journal, as C holds it.

use std::ffi::c_char;

use super::notice::put;
use crate::facade::{self, Transaction, numbered};

/// What was done.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransactionKind {
    /// No entry.
    None = 0,
    /// Money was taken.
    Sale = 1,
    /// Money of an earlier batch was given back.
    Refund = 2,
    /// A sale of the open batch was undone.
    Void = 3,
    /// The batch was settled.
    Settlement = 4,
}

/// What a batch comes to. A voided sale counts as a sale and as a void.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
pub struct Totals {
    /// What the sales come to.
    pub sales_fen: u64,
    /// What the refunds come to.
    pub refunds_fen: u64,
    /// What the voids come to.
    pub voids_fen: u64,
    /// How many sales.
    pub sales: u32,
    /// How many refunds.
    pub refunds: u32,
    /// How many voids.
    pub voids: u32,
}

impl From<facade::Totals> for Totals {
    fn from(totals: facade::Totals) -> Self {
        let facade::Totals {
            sales,
            sales_fen,
            refunds,
            refunds_fen,
            voids,
            voids_fen,
        } = totals;
        Self {
            sales_fen,
            refunds_fen,
            voids_fen,
            sales,
            refunds,
            voids,
        }
    }
}

/// An entry of the journal. What it does not have is 0 or empty. Every text ends with a NUL.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct EntrySheet {
    /// Counts from 1, without a gap.
    pub number: u64,
    /// When, in milliseconds since 1970 by the clock of the terminal.
    pub at_ms: i64,
    /// How much; 0 for a settlement.
    pub amount_fen: u64,
    /// The number of the sale that was undone; 0 for anything but a void.
    pub voided: u64,
    /// What the batch came to, of a settlement.
    pub totals: Totals,
    /// The batch, counted from 1.
    pub batch: u32,
    /// What was done: one of TillkeyTransactionKind.
    pub kind: i32,
    /// Who was signed on.
    pub operator_number: i32,
    /// The supervisor who confirmed it; -1 for nobody.
    pub confirmed_by: i32,
    /// The card: its first six and last four digits.
    pub card: [c_char; 17],
    /// What the cashier wrote beside it, in UTF-8.
    pub remark: [c_char; 97],
}

impl EntrySheet {
    /// No entry.
    pub(super) fn blank() -> Self {
        Self {
            number: 0,
            at_ms: 0,
            amount_fen: 0,
            voided: 0,
            totals: Totals::default(),
            batch: 0,
            kind: TransactionKind::None.number(),
            operator_number: -1,
            confirmed_by: -1,
            card: [0; 17],
            remark: [0; 97],
        }
    }
}

numbered!(TransactionKind);

impl From<&facade::Entry> for EntrySheet {
    fn from(entry: &facade::Entry) -> Self {
        let mut sheet = Self {
            number: entry.number,
            at_ms: entry.at_ms,
            batch: entry.batch,
            operator_number: entry.operator.into(),
            ..Self::blank()
        };
        let kind = match &entry.transaction {
            Transaction::Sale {
                amount_fen,
                card,
                remark,
            } => {
                sheet.amount_fen = *amount_fen;
                put(&mut sheet.card, card);
                put(&mut sheet.remark, remark.as_deref().unwrap_or_default());
                TransactionKind::Sale
            }
            Transaction::Refund {
                amount_fen,
                card,
                confirmed_by,
                remark,
            } => {
                sheet.amount_fen = *amount_fen;
                sheet.confirmed_by = (*confirmed_by).into();
                put(&mut sheet.card, card);
                put(&mut sheet.remark, remark.as_deref().unwrap_or_default());
                TransactionKind::Refund
            }
            Transaction::Void {
                entry,
                amount_fen,
                confirmed_by,
            } => {
                sheet.voided = *entry;
                sheet.amount_fen = *amount_fen;
                sheet.confirmed_by = (*confirmed_by).into();
                TransactionKind::Void
            }
            Transaction::Settlement { totals } => {
                sheet.totals = (*totals).into();
                TransactionKind::Settlement
            }
        };
        sheet.kind = kind.number();
        sheet
    }
}
