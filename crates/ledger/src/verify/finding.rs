//! What a verification may find, each named so that an auditor knows where to look.

use std::fmt;

use tlog_tiles::Hash;

use crate::checkpoint::Checkpoint;
use crate::fault::Fault;
use crate::limits::FINDINGS_MAX;
use crate::tree::Head;

/// Where leaves are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// From the first leaf on.
    Start,
    /// Between others.
    Middle,
    /// Up to the last leaf.
    End,
}

/// One thing that is wrong with a log.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Finding {
    /// Leaves are not what was logged; the hashes beside them still are.
    LeafAltered {
        /// The index of the first.
        first: u64,
        /// How many in a row.
        count: u64,
    },
    /// Leaves are gone.
    LeafMissing {
        /// The index of the first.
        first: u64,
        /// How many in a row.
        count: u64,
        /// Where.
        place: Place,
    },
    /// Some of these leaves were rewritten together with hashes above them, so that it
    /// cannot be told which.
    LeavesRewritten {
        /// The index of the first.
        first: u64,
        /// How many there are.
        count: u64,
    },
    /// With a leaf its hash is gone too, so nothing vouches for its neighbours among these.
    LeavesUnvouched {
        /// The index of the first.
        first: u64,
        /// How many there are.
        count: u64,
    },
    /// A stored hash is not that of its subtree; the leaves are.
    StoredHashWrong {
        /// Its level; 0 is a leaf's.
        level: u8,
        /// Its index in the level.
        index: u64,
    },
    /// A stored hash is gone; the leaves are there.
    StoredHashMissing {
        /// Its level; 0 is a leaf's.
        level: u8,
        /// Its index in the level.
        index: u64,
    },
    /// Neither the leaves nor the stored hashes give the signed root.
    RootDiffers {
        /// What was signed.
        signed: Head,
        /// The root found at that size.
        found: Hash,
    },
    /// So much is missing that the signed root cannot be recomputed: nothing vouches for
    /// the leaves that are left.
    RootOutOfReach {
        /// What was signed.
        signed: Head,
    },
    /// The checkpoint is not well-formed.
    CheckpointMalformed {
        /// The rule it breaks.
        why: String,
    },
    /// The checkpoint claims to be signed by the log's key and is not.
    CheckpointBadSignature,
    /// The checkpoint is not signed by the log's key at all.
    CheckpointUnknownKey,
    /// The checkpoint is of another log.
    CheckpointWrongOrigin {
        /// The log it names.
        found: String,
    },
    /// The log is shorter than it was: cut off.
    ShorterThanRemembered {
        /// How many leaves it had.
        remembered: u64,
        /// How many it claims now.
        now: u64,
    },
    /// The log's beginning is not what it was: recomputed.
    NotConsistentWithRemembered {
        /// What it was.
        remembered: Head,
    },
    /// There are far more leaves than the checkpoint covers; they were not walked.
    TooManyUnsigned {
        /// How many.
        count: u64,
    },
    /// There are more places to look at than were kept: verify again after mending.
    TooManyToList,
}

impl Finding {
    /// A stable name, for scripts and for words in other languages.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::LeafAltered { .. } => "leaf_altered",
            Self::LeafMissing { .. } => "leaf_missing",
            Self::LeavesRewritten { .. } => "leaves_rewritten",
            Self::LeavesUnvouched { .. } => "leaves_unvouched",
            Self::StoredHashWrong { .. } => "stored_hash_wrong",
            Self::StoredHashMissing { .. } => "stored_hash_missing",
            Self::RootDiffers { .. } => "root_differs",
            Self::RootOutOfReach { .. } => "root_out_of_reach",
            Self::CheckpointMalformed { .. } => "checkpoint_malformed",
            Self::CheckpointBadSignature => "checkpoint_bad_signature",
            Self::CheckpointUnknownKey => "checkpoint_unknown_key",
            Self::CheckpointWrongOrigin { .. } => "checkpoint_wrong_origin",
            Self::ShorterThanRemembered { .. } => "shorter_than_remembered",
            Self::NotConsistentWithRemembered { .. } => "not_consistent_with_remembered",
            Self::TooManyUnsigned { .. } => "too_many_unsigned",
            Self::TooManyToList => "too_many_to_list",
        }
    }

    /// What the refusal of a checkpoint says about the log.
    pub(super) fn from_fault(fault: &Fault) -> Self {
        match fault {
            Fault::BadSignature { .. } => Self::CheckpointBadSignature,
            Fault::UnknownKey { .. } => Self::CheckpointUnknownKey,
            Fault::WrongOrigin { found, .. } => Self::CheckpointWrongOrigin {
                found: found.clone(),
            },
            other => Self::CheckpointMalformed {
                why: other.to_string(),
            },
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LeafAltered { first, count: 1 } => write!(f, "leaf {first} was altered"),
            Self::LeafAltered { first, count } => {
                write!(f, "{count} leaves from {first} on were altered")
            }
            Self::LeafMissing {
                first,
                count,
                place,
            } => {
                let place = match place {
                    Place::Start => "start",
                    Place::Middle => "middle",
                    Place::End => "end",
                };
                write!(
                    f,
                    "{count} leaves are missing at the {place}, from {first} on"
                )
            }
            Self::LeavesRewritten { first, count } => {
                write!(
                    f,
                    "of the {count} leaves from {first} on, some were rewritten with hashes"
                )
            }
            Self::LeavesUnvouched { first, count } => {
                write!(
                    f,
                    "of the {count} leaves from {first} on, some have nothing to vouch for them"
                )
            }
            Self::StoredHashWrong { level, index } => {
                write!(f, "the stored hash {index} at level {level} is wrong")
            }
            Self::StoredHashMissing { level, index } => {
                write!(f, "the stored hash {index} at level {level} is missing")
            }
            Self::RootDiffers { signed, found } => write!(
                f,
                "the root of the first {} leaves is {found}, the signed one is {}",
                signed.size, signed.root
            ),
            Self::RootOutOfReach { signed } => write!(
                f,
                "too much is missing to recompute the signed root of {} leaves, nothing vouches for the rest",
                signed.size
            ),
            Self::CheckpointMalformed { why } => write!(f, "the checkpoint is unreadable: {why}"),
            Self::CheckpointBadSignature => f.write_str("the checkpoint's signature is wrong"),
            Self::CheckpointUnknownKey => {
                f.write_str("the checkpoint is not signed by the log's key")
            }
            Self::CheckpointWrongOrigin { found } => {
                write!(f, "the checkpoint is of another log, {found}")
            }
            Self::ShorterThanRemembered { remembered, now } => {
                write!(
                    f,
                    "the log had {remembered} leaves and now claims {now}: cut off"
                )
            }
            Self::NotConsistentWithRemembered { remembered } => write!(
                f,
                "the first {} leaves are not those remembered: recomputed",
                remembered.size
            ),
            Self::TooManyUnsigned { count } => {
                write!(
                    f,
                    "{count} leaves are not covered by the checkpoint and were not read"
                )
            }
            Self::TooManyToList => f.write_str("more is wrong than can be listed"),
        }
    }
}

/// The outcome of a verification.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// The signed checkpoint, if it could be opened.
    pub checkpoint: Option<Checkpoint>,
    /// The size walked and the root recomputed from the leaves, if none is missing.
    pub head: Option<Head>,
    /// How many leaves were read.
    pub leaves: u64,
    /// How many stored leaves the checkpoint does not cover yet. Nothing vouches for them.
    pub unsigned: u64,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// How many findings there are beyond those listed.
    pub left_off: u64,
}

impl Report {
    /// Nothing is wrong.
    pub const fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }

    /// Adds a finding; an altered leaf right after another joins it.
    pub(super) fn add(&mut self, finding: Finding) {
        if let (
            Some(Finding::LeafAltered { first, count }),
            Finding::LeafAltered {
                first: next,
                count: 1,
            },
        ) = (self.findings.last_mut(), &finding)
            && *first + *count == *next
        {
            *count += 1;
        } else if self.findings.len() < FINDINGS_MAX {
            self.findings.push(finding);
        } else {
            self.left_off += 1;
        }
    }
}
