//! What is remembered: one transaction trait, one Store, domain operations by noun.
//!
//! A request is a function over [`tx::Tx`]; it is answered after it is durable.
//! Nothing here decides anything, knows the time, or draws randomness.

pub mod fault;
pub mod limits;
mod sqlite;
mod store;
pub mod tx;
pub mod value;

pub use sqlite::Options;
pub use store::Store;
