//! An exported folder, read as a ledger. Nothing in it is trusted, nor that it is whole.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::PathBuf;

use tillkey_ledger::limits::LEAF_BYTES_MAX;
use tillkey_ledger::tile::split_entries;
use tillkey_ledger::{Content, Fault, Hash, Reader, TilePath};

/// How many entries a bundle has.
const BUNDLE: u64 = 256;
/// The longest file: a full bundle of the longest leaves.
const FILE_BYTES_MAX: usize = 256 * (LEAF_BYTES_MAX + 2);

/// A folder of tiles.
pub(super) struct Folder {
    path: PathBuf,
    size: u64,
    /// The tile of each level that was read last: a walk comes back to it 256 times.
    latest: BTreeMap<u64, (TilePath, Vec<u8>)>,
}

impl Folder {
    /// The tiles of a ledger of a size.
    pub(super) fn new(path: PathBuf, size: u64) -> Self {
        Self {
            path,
            size,
            latest: BTreeMap::new(),
        }
    }

    /// A file's bytes; none where it is not there or too long to be a tile.
    fn bytes(&self, tile: TilePath) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let file = File::open(self.path.join(tile.to_string())).ok()?;
        let limit = u64::try_from(FILE_BYTES_MAX).ok()?;
        file.take(limit + 1).read_to_end(&mut bytes).ok()?;
        (bytes.len() <= FILE_BYTES_MAX).then_some(bytes)
    }

    fn hash(&mut self, position: u64) -> Option<Hash> {
        let tile = TilePath::holding(position, self.size).ok()?;
        let level = match tile.content() {
            Content::Hashes { level } => u64::from(level),
            Content::Entries => return None,
        };
        if let Some((latest, bytes)) = self.latest.get(&level)
            && *latest == tile
        {
            return tile.hash_in(bytes, position);
        }
        let bytes = self.bytes(tile)?;
        let hash = tile.hash_in(&bytes, position);
        self.latest.insert(level, (tile, bytes));
        hash
    }
}

impl Reader for Folder {
    fn leaf_count(&mut self) -> Result<u64, Fault> {
        Ok(self.size)
    }

    fn hashes(&mut self, positions: &[u64]) -> Result<Vec<Option<Hash>>, Fault> {
        Ok(positions
            .iter()
            .map(|&position| self.hash(position))
            .collect())
    }

    fn scan_hashes(
        &mut self,
        positions: Range<u64>,
        each: &mut dyn FnMut(u64, Hash),
    ) -> Result<(), Fault> {
        for position in positions {
            if let Some(hash) = self.hash(position) {
                each(position, hash);
            }
        }
        Ok(())
    }

    fn scan_leaves(
        &mut self,
        indexes: Range<u64>,
        each: &mut dyn FnMut(u64, &[u8]),
    ) -> Result<(), Fault> {
        let end = indexes.end.min(self.size);
        let mut bundle = indexes.start / BUNDLE;
        while bundle * BUNDLE < end {
            let tile = TilePath::in_tree(Content::Entries, bundle, self.size)?;
            let bytes = self.bytes(tile).unwrap_or_default();
            // A bundle that cannot be split has no leaves: they are reported missing.
            let leaves = split_entries(&bytes).unwrap_or_default();
            for (index, leaf) in (bundle * BUNDLE..).zip(leaves) {
                if indexes.contains(&index) {
                    each(index, leaf);
                }
            }
            bundle += 1;
        }
        Ok(())
    }
}
