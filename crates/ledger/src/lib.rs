//! An append-only, tamper-evident log: an RFC 6962 Merkle tree, published as C2SP
//! tlog-tiles with signed checkpoints. It knows bytes, not what they mean; it has no
//! clock, no randomness, no database and no network, and can be used on its own.
//!
//! - [`Tree`] says which hashes to store when leaves are appended; [`Reader`] is what the
//!   database implements to give them back.
//! - [`LogKey`] signs a [`Checkpoint`], [`LogVerifier`] checks it, a [`Witness`] may
//!   have cosigned it.
//! - [`TilePath`] names and makes the files that others mirror.
//! - [`LeafProof`] is one leaf with all that proves it, to be downloaded.
//! - [`verify()`] reads a whole log and says precisely what is wrong with it.
//!
//! The Merkle arithmetic is `tlog_tiles`, the note format `signed_note`; what is added
//! is limits on whatever comes from outside, and names for whatever is found.
//!
//! ```
//! use tillkey_ledger::{Against, Finding, LeafProof, LogKey, Memory, Tree, verify};
//!
//! # fn main() -> Result<(), tillkey_ledger::Fault> {
//! let key = LogKey::from_seed("ledger.example/demo-bank".parse()?, &[7; 32]);
//! let mut storage = Memory::default();
//!
//! // Append: store what it says, then keep the tree.
//! let leaves = ["case opened", "code issued", "password effective"];
//! let appended = Tree::default().append(&leaves)?;
//! storage.store(&leaves, &appended);
//! let tree = appended.tree;
//! let signed = key.sign(tree.head())?;
//!
//! // One leaf with its proof, as a text that stands alone.
//! let proof = LeafProof::make(1, &signed, &key.verifier(), &mut storage)?.to_string();
//! proof.parse::<LeafProof>()?.verify(&key.verifier())?;
//!
//! // The whole log, before and after somebody edits it.
//! let verifier = key.verifier();
//! let against = Against { verifier: &verifier, signed: signed.as_bytes(), remembered: None };
//! assert!(verify(&mut storage, &against, &mut |_, _| ())?.is_clean());
//! storage.leaves.insert(1, b"nothing happened".to_vec());
//! let report = verify(&mut storage, &against, &mut |_, _| ())?;
//! assert_eq!(report.findings, [Finding::LeafAltered { first: 1, count: 1 }]);
//! # Ok(())
//! # }
//! ```

#![warn(missing_docs)]

pub mod checkpoint;
mod fault;
mod key;
pub mod limits;
pub mod proof;
mod reader;
#[cfg(test)]
mod tests;
pub mod tile;
mod tree;
pub mod verify;
pub mod witness;

pub use checkpoint::{Checkpoint, LogKey, LogVerifier};
pub use fault::Fault;
pub use key::KeyName;
pub use proof::LeafProof;
pub use reader::{Memory, Reader};
pub use tile::{Content, TilePath};
pub use tlog_tiles::{Hash, stored_hash_count, stored_hash_index};
pub use tree::{Appended, Head, Tree};
pub use verify::{Against, Finding, Place, Report, verify};
pub use witness::{Witness, WitnessKey};
