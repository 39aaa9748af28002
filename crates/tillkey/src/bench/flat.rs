//! A ledger in memory, as compact as a file would be, to see what the arithmetic
//! alone can do.

use std::ops::Range;

use tillkey_ledger::{Appended, Fault, Hash, Reader};

/// Leaves one behind the other, and hashes by position.
#[derive(Default)]
pub(super) struct Flat {
    leaves: Vec<u8>,
    /// Where each leaf ends.
    ends: Vec<usize>,
    hashes: Vec<Hash>,
}

impl Flat {
    /// Keeps what an append said is to be kept.
    pub(super) fn keep<L: AsRef<[u8]>>(&mut self, leaves: &[L], appended: &Appended) {
        for leaf in leaves {
            self.leaves.extend_from_slice(leaf.as_ref());
            self.ends.push(self.leaves.len());
        }
        self.hashes
            .extend(appended.hashes.iter().map(|(_, hash)| *hash));
    }

    fn leaf(&self, index: usize) -> Option<&[u8]> {
        let start = match index.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.leaves.get(start..*self.ends.get(index)?)
    }
}

fn place(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

impl Reader for Flat {
    fn leaf_count(&mut self) -> Result<u64, Fault> {
        Ok(u64::try_from(self.ends.len()).unwrap_or(u64::MAX))
    }

    fn hashes(&mut self, positions: &[u64]) -> Result<Vec<Option<Hash>>, Fault> {
        Ok(positions
            .iter()
            .map(|at| self.hashes.get(place(*at)).copied())
            .collect())
    }

    fn scan_hashes(
        &mut self,
        positions: Range<u64>,
        each: &mut dyn FnMut(u64, Hash),
    ) -> Result<(), Fault> {
        for position in positions {
            if let Some(hash) = self.hashes.get(place(position)) {
                each(position, *hash);
            }
        }
        Ok(())
    }

    fn scan_leaves(
        &mut self,
        indexes: Range<u64>,
        each: &mut dyn FnMut(u64, &[u8]),
    ) -> Result<(), Fault> {
        for index in indexes {
            if let Some(leaf) = self.leaf(place(index)) {
                each(index, leaf);
            }
        }
        Ok(())
    }
}
