//! A terminal as another language holds it.
//!
//! Every call gives what it came to at once, or a [`Fault`]. What is to be sent and to be
//! shown waits inside: take [`Embedded::next_frame`] and [`Embedded::next_notice`] until
//! there is none, after every call.
//!
//! Any thread may call; calls wait for each other. What was asked of a vendor's code
//! (storage, clock, health) is asked on the thread that called, and must not call back.

mod device;
mod embedded;
mod fault;
mod health;
mod journal;
mod money;
mod notice;
mod people;
mod profile;
mod random;
mod standing;
mod turn;
mod words;

pub use device::{Place, Storage, StorageFault, Surroundings};
pub use embedded::{Embedded, Parts};
pub use fault::{Advice, Fault};
pub use health::{Condition, Health, Lamp, LampState, Network, PowerSource, Printer};
pub use journal::{Entry, Totals, Transaction};
pub use money::Money;
pub use notice::{AskedFor, Notice, Shown};
pub use profile::Profile;
pub use random::Random;
pub use standing::{JournalView, Names, OperatorView, Standing};
pub use words::{Activity, Deed, Progress, Rule, Slot, Stage, WhyNotRestored};

pub(crate) use turn::{Turn, guarded};
pub(crate) use words::numbered;
