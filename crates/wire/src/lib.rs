//! The words a terminal and Tillkey share: identifiers, codes, secrets, and the
//! signed messages between them.
//!
//! This room knows no clock, no network and no storage. What is here means the
//! same to a terminal vendor, to the server and to a test.

#![warn(missing_docs)]

pub mod agreement;
pub mod card_data;
pub mod cbor;
pub mod code;
pub mod enrolment;
pub mod envelope;
pub mod health;
pub mod ids;
pub mod in_hand;
pub mod journal;
pub mod limits;
pub mod message;
pub mod offline;
pub mod opaque;
pub mod password;
pub mod secret;
pub mod snapshot;

mod bytes;
