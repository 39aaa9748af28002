//! The JSON API as a whole, in memory. Paths mirror URLs; names carry the ids of the
//! attacks that they replay.

#[path = "../support/mod.rs"]
mod support;

mod cases;
mod documents;
mod ledger;
mod reading;
mod staff;
