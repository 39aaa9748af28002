//! A terminal's journal: the transactions it took, in order, chained by digests.
//!
//! Each entry has the next number and belongs to the open batch; a settlement closes the
//! batch and opens the next. The digest of an entry takes in the digest before it, so
//! two journals with one head are one journal, and a later head shows that nothing
//! before it was lost or altered.
//!
//! No type in here can hold a full card number, a track or a PIN block: [`MaskedPan`]
//! is the first six and the last four digits, and [`Remark`] refuses text in which card
//! data is found (attack G05).

mod digest;
mod entry;
mod masked_pan;
mod remark;
mod tally;

pub use digest::JournalDigest;
pub use entry::{Amount, Entry, InvalidAmount, Transaction};
pub use masked_pan::{InvalidPan, MaskedPan};
pub use remark::{InvalidRemark, Remark};
pub use tally::{Head, JournalFault, Sum, Tally, Totals};

#[cfg(test)]
mod tests;
