//! The root key and what it protects.
//!
//! The root key comes from a file that only the service may read, and which is kept
//! apart from the database and its backups: whoever has both can try passwords.
//! It wraps the [`Keyring`] and, through derived keys, everything sealed in the
//! database. It signs nothing itself and is never sent anywhere.

mod keyring;
mod root;

pub use keyring::Keyring;
pub use root::{KeyFault, RootKey};
