//! The facade as functions over handles. `tillkey.h` is made from these files.
//!
//! A handle is a number and no address: one that was closed, or never was one, is an error
//! and not somebody else's memory. Whatever is given out is copied into the caller's own
//! memory, so nobody frees anything. Structures travel with their size, so that a newer
//! library and an older program understand each other.
//!
//! Numbers come in as numbers and not as `enum`: a C program can put anything there.

pub mod device;
pub mod entry;
pub mod frame;
pub mod handle;
pub mod look;
pub mod money;
pub mod notice;
pub mod open;
pub mod people;
pub mod text;

mod answer;
mod given;
