//! Proves that a policy keeps the invariants, by asking every question there is.
//!
//! 1. The numbers that policies compare with cut each number's range into pieces; one
//!    value of each piece stands for all of it ([`space`]). What no policy and no
//!    invariant looks at has one value.
//! 2. Each policy alone is put to Cedar for every combination of what *it* looks at
//!    ([`table`]): a few hundred questions instead of millions.
//! 3. Cedar's rule – permitted if a permit applies and no forbid does – joins the
//!    tables into the answer to every question, and each answer is held against each
//!    invariant ([`invariant`]).
//!
//! The evaluation is Cedar's own throughout; only its last step, the joining, is
//! done here, and a property test compares it with Cedar's.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use serde::{Deserialize, Serialize};

use super::evidence_set::EvidenceSet;
use super::fault::PolicyFault;
use super::limits::CHECK_QUESTIONS_MAX;
use super::parse::Policy;
use super::source::{Place, PolicyDigest};
use crate::vocabulary::Channel;

mod counterexample;
mod invariant;
mod space;
mod table;

pub use counterexample::Counterexample;
pub use invariant::Invariant;
pub(super) use space::{Facts, Piece, Space};
pub(super) use table::{Row, Tables};

/// How far a check has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Steps done.
    pub done: u64,
    /// Steps in all; the same throughout one check.
    pub total: u64,
}

/// What a check has found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Which files were checked.
    pub digest: PolicyDigest,
    /// How many policies they hold.
    pub policies: usize,
    /// How many questions were answered.
    pub questions: u64,
    /// The first counterexample to each invariant that does not hold.
    pub counterexamples: Vec<Counterexample>,
}

impl Report {
    /// Whether every invariant holds: the policy may be served.
    pub fn holds(&self) -> bool {
        self.counterexamples.is_empty()
    }
}

/// Checks a policy against every invariant, on all cores, and tells how far it is.
///
/// # Errors
/// [`PolicyFault`] when there is more to ask than the limits allow, or when a policy
/// cannot be evaluated.
pub fn check(policy: &Policy, progress: &(dyn Fn(Progress) + Sync)) -> Result<Report, PolicyFault> {
    let space = Space::of(policy);
    let rest = space.count_without_channel();
    let questions = space.questions();
    if questions > CHECK_QUESTIONS_MAX {
        return Err(PolicyFault::TooManyQuestions {
            place: Place {
                file: "policy".to_owned(),
                line: 1,
            },
            questions,
            max: CHECK_QUESTIONS_MAX,
        });
    }
    let rows_total = u64::try_from(rest).unwrap_or(u64::MAX);
    let total = Tables::questions(policy, &space)?.saturating_add(rows_total);
    let done = AtomicU64::new(0);
    let step = |steps: u64| {
        let done = done
            .fetch_add(steps, Ordering::Relaxed)
            .saturating_add(steps);
        progress(Progress { done, total });
    };
    let workers = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let tables = Tables::build(policy, &space, workers, &step)?;
    let by_size = smallest_first();

    let found = thread::scope(|scope| {
        let workers: Vec<_> = (0..workers)
            .map(|worker| {
                let (tables, space, by_size, step) = (&tables, &space, &by_size, &step);
                let share = (worker..rest).step_by(workers);
                scope.spawn(move || look(policy, space, tables, by_size, share, step))
            })
            .collect();
        let mut first: BTreeMap<Invariant, Broken> = BTreeMap::new();
        for worker in workers {
            #[expect(
                clippy::unwrap_used,
                reason = "a worker that died is a bug of the check"
            )]
            for (invariant, broken) in worker.join().unwrap() {
                let earlier = first
                    .get(&invariant)
                    .is_none_or(|other| broken.at < other.at);
                if earlier {
                    first.insert(invariant, broken);
                }
            }
        }
        first
    });
    let counterexamples = found
        .into_iter()
        .map(|(invariant, broken)| broken.confirm(policy, invariant))
        .collect();
    Ok(Report {
        digest: policy.digest(),
        policies: policy.rules.len(),
        questions,
        counterexamples,
    })
}

/// Where an invariant was found broken.
struct Broken {
    /// The combination, and the place among the sets of evidence: the least is reported,
    /// however many workers looked.
    at: (usize, Channel, usize),
    facts: Facts,
    evidence: EvidenceSet,
}

impl Broken {
    fn confirm(&self, policy: &Policy, invariant: Invariant) -> Counterexample {
        Counterexample::found(policy, invariant, &self.facts, self.evidence)
    }
}

/// Looks at one worker's share of the combinations, and keeps the first break of each
/// invariant.
fn look(
    policy: &Policy,
    space: &Space,
    tables: &Tables<'_>,
    by_size: &[EvidenceSet],
    share: impl Iterator<Item = usize>,
    step: &(dyn Fn(u64) + Sync),
) -> BTreeMap<Invariant, Broken> {
    const REPORT_EVERY: u64 = 64;
    let mut found = BTreeMap::new();
    let mut unreported = 0;
    for index in share {
        let rows: Vec<Row> = space
            .rows(index)
            .map(|digits| tables.row(space, &digits))
            .collect();
        for row in &rows {
            for invariant in Invariant::OF_ONE_ROW {
                if found.contains_key(invariant) {
                    continue;
                }
                let broken = by_size.iter().position(|held| !invariant.holds(row, *held));
                if let Some(place) = broken {
                    let evidence = by_size.get(place).copied().unwrap_or_default();
                    let at = (index, row.facts.channel, place);
                    found.insert(
                        *invariant,
                        Broken {
                            at,
                            facts: row.facts,
                            evidence,
                        },
                    );
                }
            }
        }
        if !found.contains_key(&Invariant::OneChannelStaysOpen)
            && let Some(shut) = invariant::all_shut(&rows, policy.offers())
        {
            let at = (index, shut.channel, 0);
            let broken = Broken {
                at,
                facts: shut,
                evidence: EvidenceSet::EMPTY,
            };
            found.insert(Invariant::OneChannelStaysOpen, broken);
        }
        unreported += 1;
        if unreported == REPORT_EVERY {
            step(unreported);
            unreported = 0;
        }
    }
    step(unreported);
    found
}

/// All sets of evidence, so that a counterexample is as plain as can be.
fn smallest_first() -> Vec<EvidenceSet> {
    let mut sets: Vec<EvidenceSet> = EvidenceSet::all().collect();
    sets.sort_by_key(|set| (set.size(), set.bits()));
    sets
}
