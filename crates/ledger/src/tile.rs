//! Tiles (C2SP tlog-tiles): the log as files that anyone can mirror.
//!
//! A path comes from outside and is read strictly: one spelling for each tile, nothing
//! a file system could take for something else. `tlog_tiles` has a parser as well, but
//! it asserts on a width of 0 and a level above 63, which a stranger may ask for.

use std::fmt;
use std::str::FromStr;

use tlog_tiles::{Hash, Tile};

use crate::fault::Fault;
use crate::limits::{LEAF_BYTES_MAX, TILE_PATH_BYTES_MAX, TREE_SIZE_MAX};
use crate::reader::{Lent, Reader};

/// The height of a tile: 2⁸ hashes.
const HEIGHT: u8 = 8;
/// How many hashes or entries a full tile has.
const FULL: u16 = 256;
/// The highest level of tiles in a tree of [`TREE_SIZE_MAX`].
const LEVEL_MAX: u8 = 5;

/// What a tile holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Content {
    /// Consecutive hashes at a level (0: of the leaves).
    Hashes {
        /// The level, 0 to 5.
        level: u8,
    },
    /// Consecutive leaves, each behind its length: an entry bundle.
    Entries,
}

/// The name of one tile. As text it is its path, such as `tile/0/x001/067.p/12` or
/// `tile/entries/000`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TilePath {
    content: Content,
    index: u64,
    width: u16,
}

impl TilePath {
    /// The tile at an index as wide as it is in a tree of a size.
    ///
    /// # Errors
    /// [`Fault::Beyond`] when a tree of this size has no such tile.
    pub fn in_tree(content: Content, index: u64, size: u64) -> Result<Self, Fault> {
        Fault::limit_size(size)?;
        let whole = Self {
            content,
            index,
            width: FULL,
        };
        let width = whole.available(size);
        if width == 0 {
            return Err(Fault::Beyond {
                what: "the tile",
                size,
            });
        }
        Ok(Self { width, ..whole })
    }

    /// Every tile that a log that grew to a size has and the older one did not have, entry
    /// bundles included: what a mirror copies.
    ///
    /// # Errors
    /// [`Fault::TooLarge`] beyond the limit of sizes.
    pub fn grown(older: u64, size: u64) -> Result<Vec<Self>, Fault> {
        Fault::limit_size(older.max(size))?;
        let tiles = Tile::new_tiles(HEIGHT, older, size);
        let mut paths = Vec::with_capacity(tiles.len().saturating_mul(2));
        for tile in tiles {
            let index = tile.level_index();
            let width = u16::try_from(tile.width()).unwrap_or(FULL);
            let level = tile.level();
            if level == 0 {
                paths.push(Self {
                    content: Content::Entries,
                    index,
                    width,
                });
            }
            paths.push(Self {
                content: Content::Hashes { level },
                index,
                width,
            });
        }
        Ok(paths)
    }

    /// The tile of hashes that holds the stored hash at a position, as wide as it is in a
    /// tree of a size: how a mirror finds one hash among its files.
    ///
    /// # Errors
    /// [`Fault::Beyond`] when a tree of this size has no such hash.
    pub fn holding(position: u64, size: u64) -> Result<Self, Fault> {
        Fault::limit_size(size)?;
        let beyond = Fault::Beyond {
            what: "the hash",
            size,
        };
        if position >= tlog_tiles::stored_hash_count(size) {
            return Err(beyond);
        }
        let least = Tile::from_index(HEIGHT, position);
        let content = Content::Hashes {
            level: least.level(),
        };
        Self::in_tree(content, least.level_index(), size)
    }

    /// The stored hash at a position, from the bytes of the tile that holds it. None where
    /// they are too short.
    pub fn hash_in(&self, bytes: &[u8], position: u64) -> Option<Hash> {
        let tile = Tile::new(
            HEIGHT,
            self.level(),
            self.index,
            u32::from(self.width),
            false,
        );
        tile.hash_at_index(bytes, position).ok()
    }

    /// What the tile holds.
    pub const fn content(&self) -> Content {
        self.content
    }

    /// The tile's index in its level.
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// How many hashes or entries it has.
    pub const fn width(&self) -> u16 {
        self.width
    }

    /// A full tile never changes and may be cached for ever.
    pub const fn is_full(&self) -> bool {
        self.width == FULL
    }

    const fn level(&self) -> u8 {
        match self.content {
            Content::Hashes { level } => level,
            Content::Entries => 0,
        }
    }

    /// How wide the tile is in a tree of a size; 0 when there is none.
    fn available(&self, size: u64) -> u16 {
        let complete = size
            .checked_shr(u32::from(HEIGHT) * u32::from(self.level()))
            .unwrap_or(0);
        let before = self.index.saturating_mul(u64::from(FULL));
        let rest = complete.saturating_sub(before).min(u64::from(FULL));
        u16::try_from(rest).unwrap_or(FULL)
    }

    /// The tile's bytes.
    ///
    /// # Errors
    /// [`Fault::Beyond`] when the log is not that large, [`Fault::LeafMissing`],
    /// [`Fault::HashMissing`] or [`Fault::Storage`] when it cannot be read.
    pub fn bytes(&self, size: u64, reader: &mut impl Reader) -> Result<Vec<u8>, Fault> {
        Fault::limit_size(size)?;
        if self.available(size) < self.width {
            return Err(Fault::Beyond {
                what: "the tile",
                size,
            });
        }
        match self.content {
            Content::Entries => self.entries(reader),
            Content::Hashes { level } => {
                let tile = Tile::new(HEIGHT, level, self.index, u32::from(self.width), false);
                let lent = Lent::new(reader);
                match tile.read_data(&lent) {
                    Ok(bytes) => Ok(bytes),
                    Err(error) => Err(lent.fault(error)),
                }
            }
        }
    }

    fn entries(&self, reader: &mut impl Reader) -> Result<Vec<u8>, Fault> {
        let first = self.index.saturating_mul(u64::from(FULL));
        let end = first.saturating_add(u64::from(self.width));
        let mut bytes = Vec::new();
        let mut next = first;
        let mut too_long = None;
        reader.scan_leaves(first..end, &mut |index, leaf| {
            // Once one is missing, the others would stand in the wrong place.
            if index != next {
                return;
            }
            match u16::try_from(leaf.len()) {
                Ok(length) if leaf.len() <= LEAF_BYTES_MAX => {
                    bytes.extend_from_slice(&length.to_be_bytes());
                    bytes.extend_from_slice(leaf);
                }
                _ => too_long = too_long.or(Some(leaf.len())),
            }
            next += 1;
        })?;
        if let Some(length) = too_long {
            Fault::limit("the length of a leaf", length, LEAF_BYTES_MAX)?;
        }
        if next < end {
            return Err(Fault::LeafMissing { index: next });
        }
        Ok(bytes)
    }
}

/// Splits an entry bundle into its leaves.
///
/// # Errors
/// [`Fault::Malformed`] when it is cut short or has more than 256 entries,
/// [`Fault::TooLarge`] when a leaf is too long.
pub fn split_entries(mut bundle: &[u8]) -> Result<Vec<&[u8]>, Fault> {
    let malformed = Fault::Malformed {
        what: "entry bundle",
        rule: "at most 256 entries, each behind its length",
    };
    let mut leaves = Vec::new();
    while let Some((length, rest)) = bundle.split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes(*length));
        Fault::limit("the length of a leaf", length, LEAF_BYTES_MAX)?;
        let Some((leaf, rest)) = rest.split_at_checked(length) else {
            return Err(malformed);
        };
        if leaves.len() == usize::from(FULL) {
            return Err(malformed);
        }
        leaves.push(leaf);
        bundle = rest;
    }
    if bundle.is_empty() {
        Ok(leaves)
    } else {
        Err(malformed)
    }
}

/// Reads a decimal without sign or leading zeroes.
fn decimal<N: FromStr + ToString>(text: &str) -> Option<N> {
    text.parse().ok().filter(|n: &N| n.to_string() == text)
}

/// Reads `x001/234/067`-style groups: all but the last behind an `x`, the first not `x000`.
fn groups(text: &str) -> Option<u64> {
    if text.starts_with("x000") {
        return None;
    }
    let mut groups = text.split('/').rev();
    let digits = |group: &str| -> Option<u64> {
        let three = group.len() == 3 && group.bytes().all(|b| b.is_ascii_digit());
        three.then(|| group.parse().ok()).flatten()
    };
    let mut index = digits(groups.next()?)?;
    let mut scale: u64 = 1;
    for group in groups {
        scale = scale.checked_mul(1000)?;
        index = index.checked_add(digits(group.strip_prefix('x')?)?.checked_mul(scale)?)?;
    }
    Some(index)
}

impl FromStr for TilePath {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let malformed = || Fault::Malformed {
            what: "path of a tile",
            rule: "tile/<0 to 5 or entries>/<index in groups of three>[.p/<1 to 255>]",
        };
        // The length first: nothing long is looked at.
        Fault::limit(
            "the length of a tile's path",
            text.len(),
            TILE_PATH_BYTES_MAX,
        )?;
        let (level, rest) = text
            .strip_prefix("tile/")
            .and_then(|rest| rest.split_once('/'))
            .ok_or_else(malformed)?;
        let content = if level == "entries" {
            Content::Entries
        } else {
            let level = decimal(level)
                .filter(|&l: &u8| l <= LEVEL_MAX)
                .ok_or_else(malformed)?;
            Content::Hashes { level }
        };
        let (index, width) = match rest.split_once(".p/") {
            None => (rest, FULL),
            Some((index, width)) => {
                let width = decimal(width).filter(|w| (1..FULL).contains(w));
                (index, width.ok_or_else(malformed)?)
            }
        };
        let index = groups(index)
            .filter(|&n| n <= TREE_SIZE_MAX)
            .ok_or_else(malformed)?;
        Ok(Self {
            content,
            index,
            width,
        })
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.content {
            Content::Entries => f.write_str("tile/entries/")?,
            Content::Hashes { level } => write!(f, "tile/{level}/")?,
        }
        let mut scale: u64 = 1;
        while self.index / scale >= 1000 {
            scale *= 1000;
        }
        while scale > 1 {
            write!(f, "x{:03}/", self.index / scale % 1000)?;
            scale /= 1000;
        }
        write!(f, "{:03}", self.index % 1000)?;
        if self.is_full() {
            Ok(())
        } else {
            write!(f, ".p/{}", self.width)
        }
    }
}
