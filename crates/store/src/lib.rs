//! What is remembered: one transaction trait, two engines, domain operations by noun.
//!
//! A request is a function over [`tx::Tx`]; it is answered after it is durable.
//! Nothing here decides anything, knows the time, or draws randomness.
//!
//! - [`Store`] opens the database and runs requests; [`tx`], [`value`], [`fault`] and
//!   [`limits`] are what a request meets.
//! - [`party`], [`application`], [`deposit`], [`campaign`], [`case`], [`challenge`], [`reset_code`],
//!   [`scan`], [`attempts`], [`credential`], [`session`], [`command`], [`comment`], [`trade`], [`question_set`],
//!   [`outbox`], [`spending`], [`in_hand`], [`health`], [`idempotency`], [`meta`],
//!   [`event`], [`history`], [`access_review`], [`snapshot`], [`upload`], [`restore`],
//!   [`journal`], [`watch`] and [`alert`] are the domain operations.
//! - [`seal`] keeps personal data, [`ledger`] what happened.
//! - [`conformance`] is what every engine has to pass.

pub mod access_review;
pub mod alert;
pub mod application;
pub mod attempts;
pub mod campaign;
pub mod case;
pub mod challenge;
mod checkpoint_file;
pub mod cluster;
pub mod command;
pub mod comment;
pub mod conformance;
pub mod credential;
pub mod deed;
pub mod deposit;
mod directory;
mod engine;
pub mod erasure;
pub mod event;
pub mod fault;
pub mod health;
pub mod history;
pub mod idempotency;
pub mod in_hand;
pub mod journal;
pub mod ledger;
pub mod limits;
pub mod meta;
mod migration;
pub mod offline;
pub mod outbox;
pub mod party;
mod postgres;
pub mod question_set;
pub mod report;
pub mod reset_code;
pub mod restore;
pub mod scan;
pub mod seal;
pub mod session;
pub mod snapshot;
pub mod spending;
mod sqlite;
mod store;
#[cfg(test)]
mod tests;
mod threads;
pub mod trade;
pub mod transfer;
pub mod tx;
pub mod upload;
pub mod value;
pub mod watch;

pub use checkpoint_file::CheckpointFile;
pub use postgres::{Address, AddressFault, Conversation, Survey};
pub use store::{Database, Kept, Options, Store};
