//! The walk: one pass over all leaves and stored hashes, bottom up.
//!
//! Each node has two hashes: *computed* from the leaves below it and *stored*. Where
//! they differ, the node is a suspect; who is right is not decided here.

use std::collections::BTreeMap;
use std::ops::Range;

use tlog_tiles::{
    Hash, node_hash, record_hash, split_stored_hash_index, stored_hash_count, stored_hash_index,
};

use crate::fault::Fault;
use crate::limits::{SUSPECTS_MAX, VERIFY_CHUNK_LEAVES};
use crate::reader::Reader;
use crate::tree::{Edge, Head};
use crate::verify::finding::{Finding, Place, Report};

/// A node's two hashes. `computed` is unknown where a leaf below is missing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub(super) position: u64,
    pub(super) computed: Option<Hash>,
    pub(super) stored: Option<Hash>,
}

/// The runs of missing leaves.
#[derive(Debug, Default)]
pub(super) struct Missing {
    runs: BTreeMap<u64, u64>,
    last: Option<u64>,
}

impl Missing {
    /// Adds a leaf, in ascending order. `false` when there is no room for another run.
    fn add(&mut self, index: u64) -> bool {
        if let Some(count) = self.last.and_then(|first| self.runs.get_mut(&first))
            && self.last.is_some_and(|first| first + *count == index)
        {
            *count += 1;
            return true;
        }
        if self.runs.len() >= SUSPECTS_MAX {
            return false;
        }
        self.runs.insert(index, 1);
        self.last = Some(index);
        true
    }

    /// Whether any leaf of a range is missing.
    pub(super) fn meets(&self, leaves: &Range<u64>) -> bool {
        self.runs
            .range(..leaves.end)
            .next_back()
            .is_some_and(|(&first, &count)| first + count > leaves.start)
    }

    /// Whether every leaf of a range is missing.
    pub(super) fn covers(&self, leaves: &Range<u64>) -> bool {
        self.runs
            .range(..=leaves.start)
            .next_back()
            .is_some_and(|(&first, &count)| first + count >= leaves.end)
    }

    /// Reports the runs in a log of a size.
    pub(super) fn report(&self, size: u64, report: &mut Report) {
        for (&first, &count) in &self.runs {
            let place = match (first, first + count) {
                (0, _) => Place::Start,
                (_, end) if end == size => Place::End,
                _ => Place::Middle,
            };
            report.add(Finding::LeafMissing {
                first,
                count,
                place,
            });
        }
    }
}

/// The two heads of a tree of one size, as far as they are known, and its peaks.
#[derive(Debug, Clone, Default)]
pub(super) struct Mark {
    pub(super) computed: Option<Head>,
    pub(super) stored: Option<Head>,
    pub(super) peaks: Vec<Node>,
}

/// What a walk has seen.
#[derive(Debug, Default)]
pub(super) struct Walk {
    pub(super) leaves: u64,
    pub(super) missing: Missing,
    pub(super) suspects: BTreeMap<u64, Node>,
    pub(super) is_cut: bool,
    size: u64,
    peaks: Vec<Node>,
    marks: BTreeMap<u64, Mark>,
}

impl Walk {
    /// Walks the leaves up to a size and keeps the roots at some sizes on the way.
    pub(super) fn run(
        reader: &mut impl Reader,
        size: u64,
        marks: [Option<u64>; 2],
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Self, Fault> {
        let mut walk = Self::default();
        walk.keep_mark();
        let mut stops: Vec<u64> = marks
            .into_iter()
            .flatten()
            .filter(|&at| at < size)
            .collect();
        stops.push(size);
        stops.sort_unstable();
        for stop in stops {
            while walk.size < stop {
                walk.chunk(reader, stop.min(walk.size + VERIFY_CHUNK_LEAVES))?;
                progress(walk.size, size);
            }
            walk.keep_mark();
        }
        Ok(walk)
    }

    /// The roots at a size that was asked for; empty when the walk did not come so far.
    pub(super) fn mark(&self, size: u64) -> Mark {
        self.marks.get(&size).cloned().unwrap_or_default()
    }

    fn chunk(&mut self, reader: &mut impl Reader, end: u64) -> Result<(), Fault> {
        let count = usize::try_from(end - self.size).unwrap_or(0);
        let mut leaves: Vec<Option<Hash>> = vec![None; count];
        let first = self.size;
        let place = |base: u64, at: u64| at.checked_sub(base).and_then(|n| usize::try_from(n).ok());
        let mut read = 0;
        reader.scan_leaves(first..end, &mut |index, leaf| {
            if let Some(slot) = place(first, index).and_then(|n| leaves.get_mut(n)) {
                read += 1;
                *slot = Some(record_hash(leaf));
            }
        })?;
        self.leaves += read;
        let positions = stored_hash_count(first)..stored_hash_count(end);
        let start = positions.start;
        let mut stored = vec![None; usize::try_from(positions.end - start).unwrap_or(0)];
        reader.scan_hashes(positions, &mut |position, hash| {
            if let Some(slot) = place(start, position).and_then(|n| stored.get_mut(n)) {
                *slot = Some(hash);
            }
        })?;
        let mut stored = (start..).zip(stored);
        for computed in leaves {
            if computed.is_none() && !self.missing.add(self.size) {
                self.is_cut = true;
            }
            self.leaf(computed, &mut stored);
        }
        Ok(())
    }

    /// Adds a leaf and the subtrees it completes.
    fn leaf(
        &mut self,
        mut computed: Option<Hash>,
        stored: &mut impl Iterator<Item = (u64, Option<Hash>)>,
    ) {
        // What the two stored children give, where there are two.
        let mut derived = None;
        for level in 0..=self.size.trailing_ones() {
            if level > 0 {
                let (left, right) = (self.peaks.pop(), self.peaks.pop());
                let (Some(right), Some(left)) = (left, right) else {
                    break;
                };
                computed = combine(left.computed, right.computed);
                // Only needed where the leaves are silent.
                derived = computed.map_or_else(|| combine(left.stored, right.stored), |_| None);
            }
            let Some((position, stored)) = stored.next() else {
                break;
            };
            let node = Node {
                position,
                computed,
                stored,
            };
            let differs = match (computed, derived) {
                (Some(_), _) => computed != stored,
                (None, Some(_)) => derived != stored,
                // What vouched for the other side of it may be gone with the leaf.
                (None, None) => {
                    level > 0 && stored.is_some() && !self.missing.covers(&leaves_below(position))
                }
            };
            if differs {
                self.suspect(node);
            }
            self.peaks.push(node);
        }
        self.size += 1;
    }

    fn suspect(&mut self, node: Node) {
        if self.suspects.len() < SUSPECTS_MAX {
            self.suspects.insert(node.position, node);
        } else {
            self.is_cut = true;
        }
    }

    fn keep_mark(&mut self) {
        let size = self.size;
        let head = |side: fn(&Node) -> Option<Hash>| {
            let peaks: Option<Vec<_>> = self
                .peaks
                .iter()
                .map(|node| Some((node.position, side(node)?)))
                .collect();
            let root = Edge::new(peaks?).root(size).ok()?;
            Some(Head { size, root })
        };
        let mark = Mark {
            computed: head(|node| node.computed),
            stored: head(|node| node.stored),
            peaks: self.peaks.clone(),
        };
        self.marks.insert(size, mark);
    }
}

/// The hash over two, when both are known.
pub(super) fn combine(left: Option<Hash>, right: Option<Hash>) -> Option<Hash> {
    Some(node_hash(left?, right?))
}

/// The leaves below the node at a position.
pub(super) fn leaves_below(position: u64) -> Range<u64> {
    let (level, index) = split_stored_hash_index(position);
    (index << level)..((index + 1) << level)
}

/// The positions of a node's children; `None` for a leaf.
pub(super) fn children(position: u64) -> Option<[u64; 2]> {
    let (level, index) = split_stored_hash_index(position);
    let below = level.checked_sub(1)?;
    Some([
        stored_hash_index(below, 2 * index),
        stored_hash_index(below, 2 * index + 1),
    ])
}

/// The positions of everything below a node and of itself: they are stored in a row.
pub(super) fn subtree(position: u64) -> Range<u64> {
    let (level, _) = split_stored_hash_index(position);
    let count = (2u64 << level) - 1;
    (position + 1 - count)..(position + 1)
}
