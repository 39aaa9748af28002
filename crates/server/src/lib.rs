//! Who is answered: HTTP, pages, live links and the outbox, around the rules.
//!
//! [`open()`] brings an installation up as a [`Shell`]; [`act`] is everything that can
//! be done with one; the rest turns requests, messages and time into acts.

pub mod act;
pub mod api;
pub mod bell;
pub mod catalogue_files;
pub mod clock;
pub mod config;
pub mod entropy;
mod formula;
pub mod keys;
pub mod limits;
pub mod link;
pub mod nodes;
mod open;
pub mod outbox;
pub mod paper;
mod peer;
pub mod picture;
mod policy_files;
pub mod presence;
mod shell;
mod streams;
pub mod sweep;
pub mod vault;
pub mod web;

pub use open::{OpenFault, open, open_like};
pub use shell::Shell;
