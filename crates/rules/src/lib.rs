//! What may happen: pure decisions over cases, evidence and policy.
//!
//! No clock, no randomness, no database, no network: this room has nothing to reach
//! them with. Everything it needs is passed in, so a run can be replayed.
//!
//! Begin with [`case`]: a case is the fold of its events, and [`case::decide`] says
//! which events a command may add. [`credential`] is the one door through which a
//! password changes.

pub mod access_review;
pub mod assurance;
pub mod attempts;
pub mod backup;
pub mod campaign;
pub mod case;
pub mod credential;
pub mod diagnosis;
pub mod document;
pub mod dormancy;
pub mod erasure;
pub mod event;
pub mod in_hand;
pub mod name;
pub mod onboarding;
pub mod party;
pub mod policy;
pub mod precheck;
pub mod refusal;
pub mod scan;
pub mod spending;
pub mod staff_password;
pub mod terms;
pub mod trade;
pub mod vocabulary;
pub mod watch;
