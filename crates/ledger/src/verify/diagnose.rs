//! The diagnosis: for each suspect, which of its two hashes is right.
//!
//! A right hash of a node vouches for the pair of hashes below it that gives it, and
//! only for that pair. So the signed root decides about its peaks, these about their
//! children, and so on down to a leaf: whatever contradicts was tampered with. It runs
//! only where something differs.

use std::ops::Range;

use tlog_tiles::{Hash, node_hash, split_stored_hash_index};

use crate::fault::Fault;
use crate::limits::WAYS_MAX;
use crate::reader::Reader;
use crate::tree::{Edge, Head};
use crate::verify::finding::{Finding, Report};
use crate::verify::walk::{Node, Walk, children, combine, leaves_below, subtree};

/// What the signed root vouches for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Truth {
    /// The tree recomputed from the leaves.
    Computed,
    /// The stored tree.
    Stored,
    /// These hashes of its peaks, some from the one and some from the other.
    Pieced(Vec<Hash>),
    /// None of them, or nothing is signed.
    Unknown,
}

pub(super) struct Diagnosis<'a, R: Reader> {
    walk: &'a Walk,
    reader: &'a mut R,
    report: &'a mut Report,
    /// Positions still in question: those below are decided.
    open_from: u64,
}

impl<'a, R: Reader> Diagnosis<'a, R> {
    pub(super) fn new(walk: &'a Walk, reader: &'a mut R, report: &'a mut Report) -> Self {
        Self {
            walk,
            reader,
            report,
            open_from: 0,
        }
    }

    /// Compares the root with the signed one, and finds out what the signed one vouches for.
    pub(super) fn truth(&mut self, signed: Head) -> Result<Truth, Fault> {
        let mark = self.walk.mark(signed.size);
        if mark.computed == Some(signed) {
            return Ok(Truth::Computed);
        }
        if mark.stored == Some(signed) {
            return Ok(Truth::Stored);
        }
        if let Some(right) = self.piece(&mark.peaks, signed)? {
            return Ok(Truth::Pieced(right));
        }
        self.report.add(match mark.computed.or(mark.stored) {
            Some(found) => Finding::RootDiffers {
                signed,
                found: found.root,
            },
            None => Finding::RootOutOfReach { signed },
        });
        Ok(Truth::Unknown)
    }

    /// Looks for hashes of the peaks, of the stored, the computed and the derived ones, that
    /// give the signed root.
    fn piece(&mut self, peaks: &[Node], signed: Head) -> Result<Option<Vec<Hash>>, Fault> {
        let mut ways: Vec<Vec<(u64, Hash)>> = vec![vec![]];
        for peak in peaks {
            let mut longer = Vec::new();
            let mut seen: Vec<Hash> = Vec::new();
            for hash in self.candidates(peak.position)?.into_iter().flatten() {
                if seen.contains(&hash) {
                    continue;
                }
                seen.push(hash);
                for way in &ways {
                    longer.push([way.as_slice(), &[(peak.position, hash)]].concat());
                }
            }
            // A few peaks may be in doubt; more are not worth an exponential search.
            if longer.len() > WAYS_MAX {
                return Ok(None);
            }
            ways = longer;
        }
        for way in ways {
            let hashes = way.iter().map(|&(_, hash)| hash).collect();
            if Edge::new(way).root(signed.size)? == signed.root {
                return Ok(Some(hashes));
            }
        }
        Ok(None)
    }

    /// Explains every suspect: first what the checkpoint covers, then the rest.
    pub(super) fn run(
        mut self,
        signed: Option<u64>,
        size: u64,
        truth: &Truth,
    ) -> Result<(), Fault> {
        if let Some(signed) = signed {
            self.peaks(&self.walk.mark(signed).peaks, truth)?;
            self.open_from = tlog_tiles::stored_hash_count(signed);
        }
        if signed != Some(size) {
            self.peaks(&self.walk.mark(size).peaks, &Truth::Unknown)?;
        }
        if self.walk.is_cut {
            self.report.add(Finding::TooManyToList);
        }
        Ok(())
    }

    fn peaks(&mut self, peaks: &[Node], truth: &Truth) -> Result<(), Fault> {
        for (place, peak) in peaks.iter().enumerate() {
            let right = match truth {
                Truth::Computed => peak.computed,
                Truth::Stored => peak.stored,
                Truth::Pieced(hashes) => hashes.get(place).copied(),
                Truth::Unknown => self.guess(peak)?,
            };
            self.descend(peak.position, right)?;
        }
        Ok(())
    }

    /// Without a signature: believe the side that the stored children agree with.
    fn guess(&mut self, peak: &Node) -> Result<Option<Hash>, Fault> {
        let derived = self.derived(peak.position)?;
        let computed_agrees = derived.is_some() && derived == peak.computed;
        Ok(if computed_agrees {
            derived
        } else {
            peak.stored.or(peak.computed)
        })
    }

    fn descend(&mut self, top: u64, right: Option<Hash>) -> Result<(), Fault> {
        let mut stack = vec![(top, right)];
        while let Some((position, right)) = stack.pop() {
            if self.suspects_in(&subtree(position)).next().is_none() {
                continue;
            }
            let Some(right) = right else {
                self.unvouched(position);
                continue;
            };
            let node = self.node(position)?;
            if node.computed == Some(right) {
                self.stored_wrong_below(position);
                continue;
            }
            if node.stored != Some(right) {
                self.stored_wrong(&node);
            }
            let Some([left, below_right]) = children(position) else {
                if node.computed.is_some() {
                    self.report.add(Finding::LeafAltered {
                        first: leaves_below(position).start,
                        count: 1,
                    });
                }
                continue;
            };
            let candidates = [self.candidates(left)?, self.candidates(below_right)?];
            match pair(&candidates, right) {
                // The left one last, so that it is looked at first.
                Some([hash_left, hash_right]) => {
                    stack.push((below_right, Some(hash_right)));
                    stack.push((left, Some(hash_left)));
                }
                None if candidates
                    .iter()
                    .all(|hashes| hashes.iter().any(Option::is_some)) =>
                {
                    self.rewritten(position);
                }
                None => self.unvouched(position),
            }
        }
        Ok(())
    }

    /// What a node's hash may be: stored, computed, or from its stored children.
    fn candidates(&mut self, position: u64) -> Result<[Option<Hash>; 3], Fault> {
        let node = self.node(position)?;
        Ok([node.stored, node.computed, self.derived(position)?])
    }

    fn derived(&mut self, position: u64) -> Result<Option<Hash>, Fault> {
        let Some(positions) = children(position) else {
            return Ok(None);
        };
        let hashes = self.reader.hashes(&positions)?;
        Ok(match hashes.as_slice() {
            &[left, right] => combine(left, right),
            _ => None,
        })
    }

    /// A node's two hashes: what was kept for a suspect, otherwise they are the same, or
    /// the computed one is unknown.
    fn node(&mut self, position: u64) -> Result<Node, Fault> {
        if let Some(&node) = self.walk.suspects.get(&position) {
            return Ok(node);
        }
        let stored = self.reader.hashes(&[position])?.first().copied().flatten();
        let is_known = !self.walk.missing.meets(&leaves_below(position));
        Ok(Node {
            position,
            computed: stored.filter(|_| is_known),
            stored,
        })
    }

    fn suspects_in(&self, positions: &Range<u64>) -> impl Iterator<Item = Node> + use<'a, R> {
        let walk = self.walk;
        let range = positions.start.max(self.open_from)..positions.end.max(self.open_from);
        walk.suspects.range(range).map(|(_, &node)| node)
    }

    /// The leaves are right here, so every suspect's stored hash is not.
    fn stored_wrong_below(&mut self, position: u64) {
        let suspects: Vec<Node> = self.suspects_in(&subtree(position)).collect();
        suspects.iter().for_each(|node| self.stored_wrong(node));
    }

    fn stored_wrong(&mut self, node: &Node) {
        let (level, index) = split_stored_hash_index(node.position);
        self.report.add(match node.stored {
            Some(_) => Finding::StoredHashWrong { level, index },
            None => Finding::StoredHashMissing { level, index },
        });
    }

    fn rewritten(&mut self, position: u64) {
        let leaves = leaves_below(position);
        let count = leaves.end - leaves.start;
        self.report.add(Finding::LeavesRewritten {
            first: leaves.start,
            count,
        });
    }

    fn unvouched(&mut self, position: u64) {
        let leaves = leaves_below(position);
        let count = leaves.end - leaves.start;
        self.report.add(Finding::LeavesUnvouched {
            first: leaves.start,
            count,
        });
    }
}

/// The pair of hashes of two children that gives the right hash of their parent.
fn pair([lefts, rights]: &[[Option<Hash>; 3]; 2], parent: Hash) -> Option<[Hash; 2]> {
    let pairs = lefts
        .iter()
        .flatten()
        .flat_map(|&l| rights.iter().flatten().map(move |&r| [l, r]));
    pairs
        .into_iter()
        .find(|&[left, right]| node_hash(left, right) == parent)
}
