//! A case: one request to reset one operator's password, from opening to outcome.
//!
//! A case is the fold of its events ([`Case::fold`]). [`decide`] takes a case, a
//! command and the facts of the moment and says which events follow; it changes
//! nothing. The way of a case:
//!
//! ```text
//! gathering ─► [in review] ─► approved ─► issued ─► redeemed ─► effective
//!     in review ─► gathering, when somebody amends it
//!     any of them ─► refused · cancelled · expired · superseded · void
//!     issued, redeemed ─► approved, when a code ends without a new password
//!     approved: no code before the terminal is backed up, or somebody says why not
//! ```

mod backup;
mod command;
mod counter;
pub mod deadline;
mod decide;
mod fold;
mod review;
mod state;
#[cfg(test)]
mod tests;
mod who;

pub use backup::may_waive;
pub use command::{Answer, Command, Facts, Opening};
pub use decide::{decide, open};
pub use review::may_review;
pub use state::{ApprovedCase, Case, Code, Gathered, Review, State};
