//! Every parser that faces outside, under inputs that nobody thought of.
//!
//! [`TARGETS`] is the list of them. A target takes any bytes and asserts what holds for
//! all: nothing panics, nothing costs more than its length may, what is read is written
//! as it was read, and what is refused is refused as a refusal. `seeds/` has a folder of
//! small inputs a target, which reach as much of it as was found to be reachable.
//!
//! Two drivers share them. `tests/fuzz` replays the seeds and changes them at random,
//! the same way in every run: an ordinary test, part of CI. `cargo xtask fuzz` has LLVM's
//! fuzzer look for what reaches something new, for as long as it is given.
//!
//! Nobody uses this room, and nothing in here knows more than anybody outside may call.

mod config;
mod device;
mod enrolment;
mod files;
mod furnish;
mod import;
mod ledger;
mod message;
mod names;
mod opaque;
mod party;
mod picture;
mod request;
mod seeds;
mod snapshot;
mod target;
mod world;

pub use seeds::{WORDS, seeds};
pub use target::{TARGETS, Target};
