//! Proofs: that a leaf is in the log, and that the log only grew.
//!
//! A [`LeafProof`] is what an auditor downloads: a text (C2SP tlog-proof) with the
//! leaf, its place, the hashes up to the root and the signed checkpoint. With the log's
//! verifier key nothing else is needed to check it, and no network.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use data_encoding::BASE64;
use tlog_tiles::{EMPTY_HASH, Hash, record_hash};

use crate::checkpoint::{Checkpoint, LogVerifier};
use crate::fault::Fault;
use crate::limits::{LEAF_BYTES_MAX, PROOF_BYTES_MAX, PROOF_HASHES_MAX};
use crate::reader::{Lent, Reader};
use crate::tree::Head;

/// Proves that a leaf is in the tree of a size, by the hashes from its sibling up to the
/// child of the root.
///
/// # Errors
/// [`Fault::Beyond`] when the leaf is not in a tree of that size, [`Fault::HashMissing`] or
/// [`Fault::Storage`] when it cannot be read.
pub fn prove_inclusion(
    index: u64,
    size: u64,
    reader: &mut impl Reader,
) -> Result<Vec<Hash>, Fault> {
    Fault::limit_size(size)?;
    if index >= size {
        return Err(Fault::Beyond {
            what: "the leaf",
            size,
        });
    }
    let lent = Lent::new(reader);
    match tlog_tiles::prove_record(size, index, &lent) {
        Ok(path) => Ok(path),
        Err(error) => Err(lent.fault(error)),
    }
}

/// Checks that a leaf is at an index of a tree.
///
/// # Errors
/// [`Fault::NotProven`] when it does not follow, [`Fault::TooLarge`] beyond the limits.
pub fn verify_inclusion(path: &[Hash], index: u64, leaf: &[u8], head: &Head) -> Result<(), Fault> {
    let not_proven = Fault::NotProven { what: "inclusion" };
    Fault::limit_size(head.size)?;
    Fault::limit("the number of hashes", path.len(), PROOF_HASHES_MAX)?;
    tlog_tiles::check_record(
        &path.to_vec(),
        head.size,
        head.root,
        index,
        record_hash(leaf),
    )
    .map_err(|_| not_proven)
}

/// Proves that the tree of an older size is the beginning of the tree of a size.
///
/// # Errors
/// [`Fault::Beyond`] when the older is the larger, [`Fault::HashMissing`] or
/// [`Fault::Storage`] when it cannot be read.
pub fn prove_consistency(
    older: u64,
    size: u64,
    reader: &mut impl Reader,
) -> Result<Vec<Hash>, Fault> {
    Fault::limit_size(size)?;
    if older > size {
        return Err(Fault::Beyond {
            what: "the older size",
            size,
        });
    }
    // RFC 6962 has no proof from the empty tree, and none is needed.
    if older == 0 {
        return Ok(vec![]);
    }
    let lent = Lent::new(reader);
    match tlog_tiles::prove_tree(size, older, &lent) {
        Ok(path) => Ok(path),
        Err(error) => Err(lent.fault(error)),
    }
}

/// Checks that an older tree is the beginning of a tree.
///
/// # Errors
/// [`Fault::NotProven`] when it does not follow, [`Fault::TooLarge`] beyond the limits.
pub fn verify_consistency(path: &[Hash], older: &Head, head: &Head) -> Result<(), Fault> {
    let not_proven = Fault::NotProven {
        what: "consistency",
    };
    Fault::limit_size(head.size)?;
    Fault::limit("the number of hashes", path.len(), PROOF_HASHES_MAX)?;
    if older.size == 0 {
        let holds = path.is_empty()
            && older.root == EMPTY_HASH
            && (head.size > 0 || head.root == EMPTY_HASH);
        return if holds { Ok(()) } else { Err(not_proven) };
    }
    tlog_tiles::check_tree(&path.to_vec(), head.size, head.root, older.size, older.root)
        .map_err(|_| not_proven)
}

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// A leaf with everything that proves it to be in the log. As text it is a C2SP tlog-proof
/// whose extra line is the leaf; it is read with `parse`.
#[derive(Debug, Clone, PartialEq)]
pub struct LeafProof {
    /// The leaf.
    pub leaf: Vec<u8>,
    /// Its index.
    pub index: u64,
    /// The hashes from its sibling up to the child of the root.
    pub path: Vec<Hash>,
    /// The signed checkpoint, cosignatures included.
    pub signed: String,
}

impl LeafProof {
    /// Makes the proof of a stored leaf in the tree of a signed checkpoint.
    ///
    /// # Errors
    /// [`Fault::LeafMissing`] when it is not stored, otherwise as [`prove_inclusion`] and
    /// [`LogVerifier::open`].
    pub fn make(
        index: u64,
        signed: &str,
        by: &LogVerifier,
        reader: &mut impl Reader,
    ) -> Result<Self, Fault> {
        let checkpoint = by.open(signed.as_bytes())?;
        let path = prove_inclusion(index, checkpoint.head.size, reader)?;
        let mut found = None;
        reader.scan_leaves(index..index.saturating_add(1), &mut |at, leaf| {
            if at == index {
                found = Some(leaf.to_vec());
            }
        })?;
        let leaf = found.ok_or(Fault::LeafMissing { index })?;
        Ok(Self {
            leaf,
            index,
            path,
            signed: signed.to_owned(),
        })
    }

    /// Checks the log's signature and that the leaf is in the log it signed.
    ///
    /// # Errors
    /// As [`LogVerifier::open`] and [`verify_inclusion`].
    pub fn verify(&self, by: &LogVerifier) -> Result<Checkpoint, Fault> {
        let checkpoint = by.open(self.signed.as_bytes())?;
        verify_inclusion(&self.path, self.index, &self.leaf, &checkpoint.head)?;
        Ok(checkpoint)
    }
}

impl fmt::Display for LeafProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{FIRST_LINE}\nextra {}\nindex {}\n",
            BASE64.encode(&self.leaf),
            self.index
        )?;
        self.path
            .iter()
            .try_for_each(|hash| writeln!(f, "{hash}"))?;
        f.write_char('\n')?;
        f.write_str(&self.signed)
    }
}

impl FromStr for LeafProof {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let malformed = |rule| Fault::Malformed {
            what: "proof of a leaf",
            rule,
        };
        Fault::limit("the length of a proof", text.len(), PROOF_BYTES_MAX)?;
        let (head, signed) = text
            .split_once("\n\n")
            .ok_or_else(|| malformed("an empty line before the checkpoint"))?;
        let mut lines = head.split('\n');
        if lines.next() != Some(FIRST_LINE) {
            return Err(malformed("c2sp.org/tlog-proof@v1 in the first line"));
        }
        let leaf = lines
            .next()
            .and_then(|line| line.strip_prefix("extra "))
            .and_then(|leaf| BASE64.decode(leaf.as_bytes()).ok())
            .ok_or_else(|| malformed("the leaf in the second line, as extra and base64"))?;
        Fault::limit("the length of a leaf", leaf.len(), LEAF_BYTES_MAX)?;
        let index = lines
            .next()
            .and_then(|line| line.strip_prefix("index "))
            .and_then(|index| index.parse().ok().filter(|n: &u64| n.to_string() == index))
            .ok_or_else(|| malformed("the index in the third line, without leading zeroes"))?;
        let mut path = Vec::new();
        for line in lines {
            Fault::limit(
                "the number of hashes",
                path.len().saturating_add(1),
                PROOF_HASHES_MAX,
            )?;
            path.push(Hash::parse_hash(line).map_err(|_| malformed("a base64 hash a line"))?);
        }
        Ok(Self {
            leaf,
            index,
            path,
            signed: signed.to_owned(),
        })
    }
}
