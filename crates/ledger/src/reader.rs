//! The seam to storage: what a database implements so that a log can be read.
//!
//! Writing is not here on purpose. [`crate::Tree::append`] says which rows to
//! write; the database writes them in its own transaction, beside the rows they
//! are about.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;

use tlog_tiles::{Hash, HashReader};

use crate::fault::Fault;

/// Reads stored leaves and node hashes.
///
/// A *position* is a stored hash index of `tlog`: the hashes of a leaf and of the
/// subtrees it completes follow one another. Nothing a reader returns is trusted.
pub trait Reader {
    /// One past the highest leaf index stored; 0 when there is none.
    ///
    /// # Errors
    /// [`Fault::Storage`] when the storage fails.
    fn leaf_count(&mut self) -> Result<u64, Fault>;

    /// The hashes at these ascending positions, in the same order; `None` for one that is
    /// not stored (or is not 32 bytes).
    ///
    /// # Errors
    /// [`Fault::Storage`] when the storage fails.
    fn hashes(&mut self, positions: &[u64]) -> Result<Vec<Option<Hash>>, Fault>;

    /// Gives every stored hash in a range of positions, ascending, leaving out what is not
    /// stored.
    ///
    /// # Errors
    /// [`Fault::Storage`] when the storage fails.
    fn scan_hashes(
        &mut self,
        positions: Range<u64>,
        each: &mut dyn FnMut(u64, Hash),
    ) -> Result<(), Fault>;

    /// Gives every stored leaf in a range of indexes, ascending, leaving out what is not
    /// stored.
    ///
    /// # Errors
    /// [`Fault::Storage`] when the storage fails.
    fn scan_leaves(
        &mut self,
        indexes: Range<u64>,
        each: &mut dyn FnMut(u64, &[u8]),
    ) -> Result<(), Fault>;
}

/// A log in memory, for tests, examples and small logs. Its fields are open so that
/// a test can tamper with it.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    /// The leaves by index.
    pub leaves: BTreeMap<u64, Vec<u8>>,
    /// The node hashes by position.
    pub hashes: BTreeMap<u64, Hash>,
}

impl Memory {
    /// Stores what an append said is to be stored.
    pub fn store<L: AsRef<[u8]>>(&mut self, leaves: &[L], appended: &crate::tree::Appended) {
        let leaves = leaves.iter().map(|leaf| leaf.as_ref().to_vec());
        self.leaves.extend((appended.first..).zip(leaves));
        self.hashes.extend(appended.hashes.iter().copied());
    }
}

impl Reader for Memory {
    fn leaf_count(&mut self) -> Result<u64, Fault> {
        Ok(self
            .leaves
            .last_key_value()
            .map_or(0, |(&index, _)| index.saturating_add(1)))
    }

    fn hashes(&mut self, positions: &[u64]) -> Result<Vec<Option<Hash>>, Fault> {
        Ok(positions
            .iter()
            .map(|position| self.hashes.get(position).copied())
            .collect())
    }

    fn scan_hashes(
        &mut self,
        positions: Range<u64>,
        each: &mut dyn FnMut(u64, Hash),
    ) -> Result<(), Fault> {
        self.hashes
            .range(positions)
            .for_each(|(&position, &hash)| each(position, hash));
        Ok(())
    }

    fn scan_leaves(
        &mut self,
        indexes: Range<u64>,
        each: &mut dyn FnMut(u64, &[u8]),
    ) -> Result<(), Fault> {
        self.leaves
            .range(indexes)
            .for_each(|(&index, leaf)| each(index, leaf));
        Ok(())
    }
}

/// Lends a [`Reader`] to `tlog_tiles`, and keeps the fault that its error type has no
/// room for.
pub(crate) struct Lent<'a, R: Reader> {
    reader: RefCell<&'a mut R>,
    fault: RefCell<Option<Fault>>,
}

impl<'a, R: Reader> Lent<'a, R> {
    pub(crate) fn new(reader: &'a mut R) -> Self {
        Self {
            reader: RefCell::new(reader),
            fault: RefCell::new(None),
        }
    }

    /// The fault behind an error of `tlog_tiles`.
    pub(crate) fn fault(self, error: tlog_tiles::Error) -> Fault {
        self.fault
            .into_inner()
            .unwrap_or_else(|| Fault::storage(error))
    }
}

impl<R: Reader> HashReader for Lent<'_, R> {
    fn read_hashes(&self, positions: &[u64]) -> Result<Vec<Hash>, tlog_tiles::Error> {
        let read = || {
            let found = self.reader.borrow_mut().hashes(positions)?;
            // `tlog_tiles` asserts the count, so a reader's mistake must not reach it.
            if found.len() != positions.len() {
                return Err(Fault::storage(
                    "the reader gave another number of hashes than asked",
                ));
            }
            found
                .into_iter()
                .zip(positions)
                .map(|(hash, &position)| hash.ok_or(Fault::HashMissing { position }))
                .collect()
        };
        read().map_err(|fault| {
            *self.fault.borrow_mut() = Some(fault);
            tlog_tiles::Error::BadMath
        })
    }
}
