//! What may happen: pure decisions over cases, evidence and policy.
//!
//! No clock, no randomness, no database, no network: this room has nothing to reach
//! them with. Everything it needs is passed in, so a run can be replayed.

pub mod policy;
pub mod vocabulary;
