//! Which evidence opens which way: Cedar policies, checked before they are served.
//!
//! A [`Policy`] is read from files, strictly ([`parse`]); it answers a [`Question`]
//! with a [`Verdict`] ([`verdict`]); [`check`] proves that no question whatever gets an
//! answer that breaks an invariant; [`explain`] says in both languages why an answer
//! is what it is; [`truth_table`] prints the whole of it for a reviewer.
//!
//! Never in here: a clock, a file, a network, or a rule about evidence. The rules are
//! in `policy/*.cedar`; this module only makes sure that they are read as written.

pub mod check;
pub mod explain;
pub mod truth_table;

mod decision;
mod evidence_set;
mod fault;
mod language;
mod limits;
mod offers;
mod parse;
mod question;
mod request;
mod source;
mod verdict;
mod words;

#[cfg(test)]
mod tests;

pub use decision::{Bilingual, Decision, Reviewers, Verdict};
pub use fault::PolicyFault;
pub use limits::*;
pub use offers::Offers;
pub use parse::Policy;
pub use question::{Action, Question};
pub use source::{Place, PolicyDigest, PolicyFile};
