//! The words a terminal and Tillkey share: identifiers, codes, secrets, and the
//! signed messages between them.
//!
//! This room knows no clock, no network and no storage. What is here means the
//! same to a terminal vendor, to the server and to a test.

pub mod code;
pub mod ids;
pub mod secret;
