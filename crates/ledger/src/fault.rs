//! What can go wrong, in one enumeration.
//!
//! A fault says that a question could not be answered or that an input is not what
//! it claims to be. That a log was tampered with is not a fault but an answer: see
//! [`crate::verify::Finding`].

use std::error::Error;

/// Why the ledger could not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The storage behind a [`crate::Reader`] failed. Ours; worth a retry.
    #[error("the ledger's storage could not be read")]
    Storage(#[source] Box<dyn Error + Send + Sync>),
    /// A hash that this size of tree must have is not stored. Verify the log.
    #[error("the ledger's hash at position {position} is missing, verify the ledger")]
    HashMissing {
        /// Its position in storage.
        position: u64,
    },
    /// A leaf that this size of tree must have is not stored. Verify the log.
    #[error("the ledger's leaf {index} is missing, verify the ledger")]
    LeafMissing {
        /// Its index.
        index: u64,
    },
    /// What was asked for is not, or not yet, in a log of this size.
    #[error("{what} is beyond the ledger's size {size}")]
    Beyond {
        /// What was asked for.
        what: &'static str,
        /// How many leaves there are.
        size: u64,
    },
    /// Something is larger than [`crate::limits`] allows.
    #[error("{what} is {found}, the most is {most}")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// How large it is.
        found: u64,
        /// How large it may be.
        most: u64,
    },
    /// A text or message is not in its format.
    #[error("not a valid {what}: {rule}")]
    Malformed {
        /// What it should have been.
        what: &'static str,
        /// The rule it breaks.
        rule: &'static str,
    },
    /// No signature on the note is by the key it is checked with.
    #[error("no signature by {name}")]
    UnknownKey {
        /// Whose signature was looked for.
        name: String,
    },
    /// A signature that names the key is not by it.
    #[error("the signature in the name of {name} is not by its key")]
    BadSignature {
        /// Whose signature it claims to be.
        name: String,
    },
    /// A checkpoint is of another log.
    #[error("the checkpoint is of the log {found}, not of {expected}")]
    WrongOrigin {
        /// The log it should be of.
        expected: String,
        /// The log it names.
        found: String,
    },
    /// A proof does not prove what it claims.
    #[error("the {what} proof does not hold")]
    NotProven {
        /// Which kind of proof.
        what: &'static str,
    },
}

impl Fault {
    /// Wraps a failure of the storage.
    pub fn storage(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Storage(source.into())
    }

    /// Refuses what is larger than it may be.
    pub(crate) fn limit(what: &'static str, found: usize, most: usize) -> Result<(), Self> {
        let wide = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        if found > most {
            return Err(Self::TooLarge {
                what,
                found: wide(found),
                most: wide(most),
            });
        }
        Ok(())
    }

    /// Refuses a tree size that the arithmetic is not meant for.
    pub(crate) fn limit_size(size: u64) -> Result<(), Self> {
        if size > crate::limits::TREE_SIZE_MAX {
            return Err(Self::TooLarge {
                what: "the size of the tree",
                found: size,
                most: crate::limits::TREE_SIZE_MAX,
            });
        }
        Ok(())
    }
}
