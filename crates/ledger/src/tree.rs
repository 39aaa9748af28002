//! The growing tree: which hashes to store when leaves are appended, and the root.
//!
//! A [`Tree`] holds the right edge only: one hash for each complete subtree, at
//! most 48. It never reads while appending and never writes. Appending gives a *new*
//! tree, so that a transaction that fails leaves the old one as it was.

use tlog_tiles::{
    Hash, HashReader, record_hash, stored_hash_count, stored_hashes_for_record_hash,
    sub_tree_index, tree_hash,
};

use crate::fault::Fault;
use crate::limits::{BATCH_LEAVES_MAX, LEAF_BYTES_MAX};
use crate::reader::{Lent, Reader};

/// How many leaves a tree has, and the hash over all of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Head {
    /// How many leaves.
    pub size: u64,
    /// The root hash (RFC 6962 §2.1).
    pub root: Hash,
}

/// The right edge of a log: all that is needed to append to it.
#[derive(Debug, Clone)]
pub struct Tree {
    size: u64,
    root: Hash,
    edge: Edge,
}

/// What an append adds, to be written in one transaction.
#[derive(Debug, Clone)]
pub struct Appended {
    /// The tree with the new leaves. Keep it once the transaction is committed.
    pub tree: Tree,
    /// The index of the first new leaf; the others follow.
    pub first: u64,
    /// The new hashes with their positions, ascending and without gaps.
    pub hashes: Vec<(u64, Hash)>,
}

impl Default for Tree {
    fn default() -> Self {
        Self {
            size: 0,
            root: tlog_tiles::EMPTY_HASH,
            edge: Edge::default(),
        }
    }
}

impl Tree {
    /// Opens a log of a known size, reading one hash for each of its complete subtrees.
    ///
    /// The hashes are believed: compare [`Tree::head`] with the last signed checkpoint.
    ///
    /// # Errors
    /// [`Fault::HashMissing`] when one is not there, [`Fault::Storage`] when reading fails.
    pub fn open(size: u64, reader: &mut impl Reader) -> Result<Self, Fault> {
        Fault::limit_size(size)?;
        let positions = sub_tree_index(0, size, vec![]);
        let lent = Lent::new(reader);
        let hashes = match lent.read_hashes(&positions) {
            Ok(hashes) => hashes,
            Err(error) => return Err(lent.fault(error)),
        };
        let edge = Edge(positions.into_iter().zip(hashes).collect());
        let root = edge.root(size)?;
        Ok(Self { size, root, edge })
    }

    /// How many leaves there are.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Size and root.
    pub const fn head(&self) -> Head {
        Head {
            size: self.size,
            root: self.root,
        }
    }

    /// Adds leaves: says what is to be stored and gives the tree as it is then.
    ///
    /// # Errors
    /// [`Fault::TooLarge`] when the batch or a leaf is beyond [`crate::limits`].
    pub fn append<L: AsRef<[u8]>>(&self, leaves: &[L]) -> Result<Appended, Fault> {
        Fault::limit(
            "the number of leaves at once",
            leaves.len(),
            BATCH_LEAVES_MAX,
        )?;
        let count = u64::try_from(leaves.len()).unwrap_or(u64::MAX);
        Fault::limit_size(self.size.saturating_add(count))?;
        let mut edge = self.edge.clone();
        let mut hashes = Vec::with_capacity(leaves.len().saturating_mul(2).saturating_add(48));
        let mut position = stored_hash_count(self.size);
        for (index, leaf) in (self.size..).zip(leaves) {
            let leaf = leaf.as_ref();
            Fault::limit("the length of a leaf", leaf.len(), LEAF_BYTES_MAX)?;
            let new = stored_hashes_for_record_hash(index, record_hash(leaf), &edge)
                .map_err(Fault::storage)?;
            edge.0
                .truncate(edge.0.len().saturating_sub(new.len().saturating_sub(1)));
            for &hash in &new {
                hashes.push((position, hash));
                position += 1;
            }
            edge.0.extend(hashes.last());
        }
        let size = self.size + count;
        let tree = Self {
            size,
            root: edge.root(size)?,
            edge,
        };
        Ok(Appended {
            tree,
            first: self.size,
            hashes,
        })
    }
}

/// The hashes of the complete subtrees with their positions, largest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Edge(Vec<(u64, Hash)>);

impl Edge {
    pub(crate) const fn new(hashes: Vec<(u64, Hash)>) -> Self {
        Self(hashes)
    }

    pub(crate) fn root(&self, size: u64) -> Result<Hash, Fault> {
        tree_hash(size, self).map_err(Fault::storage)
    }
}

impl HashReader for Edge {
    /// Every question of an append is about the last few of the edge, in order.
    fn read_hashes(&self, positions: &[u64]) -> Result<Vec<Hash>, tlog_tiles::Error> {
        let skip = self.0.len().saturating_sub(positions.len());
        let last = self.0.get(skip..).unwrap_or_default();
        if !last.iter().map(|(position, _)| position).eq(positions) {
            return Err(tlog_tiles::Error::IndexesNotInTree);
        }
        Ok(last.iter().map(|&(_, hash)| hash).collect())
    }
}
