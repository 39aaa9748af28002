//! The ledger as auditors read it, and the numbers over all cases.
//!
//! 1. [`list`]: what happened, newest first, searched by one box and one list of kinds.
//! 2. [`story`]: one case in plain words, from [`tell`].
//! 3. [`entry`]: one entry exactly as it was hashed, with its proof to download.
//! 4. [`dashboard`]: channels and outcomes, times, and why cases came to nothing, as
//!    pictures with the numbers beside them.

pub mod dashboard;
pub mod entry;
pub mod list;
pub mod story;
pub mod tell;
mod words;

pub use words::LedgerWords;
