//! The SDK a terminal vendor embeds: enrolment, sign-on, password reset, and the journal
//! with its backup.
//!
//! Bytes in, bytes out. There is no socket, no thread, no clock and no random source
//! in here: the vendor carries frames over whatever link there is, implements
//! [`Device`] (or takes [`FileDevice`]), draws the screens from [`Notice`]s, and
//! passes a secure random source to what needs one. What was promised before a power
//! cut holds after it: every change is saved before it is spoken of.
//!
//! The life of a [`Terminal`]: [`Terminal::open`] → [`Terminal::enrol`] once → for
//! every connection [`Terminal::connected`], then [`Terminal::receive`] for each frame
//! and [`Terminal::disconnected`] → in between, what operators do.

#![warn(missing_docs)]

pub mod limits;
pub mod password;

mod backup;
mod book;
mod challenge;
mod command;
mod counter;
mod deed;
mod device;
mod enrol;
mod fault;
mod file_device;
mod health;
mod history;
mod identity;
mod in_hand;
mod journal;
mod link;
mod notice;
mod offline_password;
mod offline_sign_on;
mod reply;
mod reset;
mod restore;
mod sign_on;
mod supervisor;
mod task;
mod terminal;
mod transaction;
mod tries;
mod untold;

pub use device::{Device, DeviceFault, Slot};
pub use fault::{Advice, Fault};
pub use file_device::FileDevice;
pub use journal::JournalUnreadable;
pub use notice::{Activity, AskedFor, Notice, Step};
pub use terminal::{OperatorView, Profile, Progress, Standing, Terminal};
pub use tillkey_wire as wire;
pub use transaction::{Refund, Sale};
