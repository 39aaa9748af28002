//! The chain of digests.

use std::fmt;

use sha2::{Digest, Sha256};

use super::entry::Entry;
use crate::bytes::fixed_bytes;
use crate::cbor::{self, CborError};
use crate::ids::TerminalId;

const LABEL: &[u8] = b"tillkey/1 journal";

fixed_bytes!(
    /// What a journal comes to as far as an entry: SHA-256 over the digest before it and
    /// the entry as it is written.
    JournalDigest,
    32
);

impl JournalDigest {
    /// The digest of the empty journal of one terminal: no entry of another terminal
    /// fits into the chain.
    pub fn empty(terminal: TerminalId) -> Self {
        let digest = Sha256::new()
            .chain_update(LABEL)
            .chain_update(terminal.as_bytes());
        Self(digest.finalize().to_vec())
    }

    /// The digest after one more entry.
    ///
    /// # Errors
    /// [`CborError`] never, as every entry can be written.
    pub fn after(&self, entry: &Entry) -> Result<Self, CborError> {
        let digest = Sha256::new()
            .chain_update(&self.0)
            .chain_update(cbor::encode(entry)?);
        Ok(Self(digest.finalize().to_vec()))
    }
}

/// In hexadecimal, as it stands in cases and in the ledger.
impl fmt::Display for JournalDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}
