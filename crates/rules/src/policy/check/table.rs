//! When each policy applies, by itself, and what all of them together permit.

use std::thread;

use cedar_policy::PolicySet;

use super::super::evidence_set::EvidenceSet;
use super::super::fault::PolicyFault;
use super::super::language::Attribute;
use super::super::limits::CHECK_QUESTIONS_OF_ONE_MAX;
use super::super::parse::{Policy, Rule};
use super::super::question::Action;
use super::super::request::Prepared;
use super::space::{Digits, Facts, Space};

/// One bit for each of the 256 sets of evidence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sets([u64; 4]);

impl Sets {
    fn insert(&mut self, set: EvidenceSet) {
        let (word, bit) = Self::place(set);
        if let Some(word) = self.0.get_mut(word) {
            *word |= bit;
        }
    }

    fn contains(&self, set: EvidenceSet) -> bool {
        let (word, bit) = Self::place(set);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }

    fn extend(&mut self, other: &Self) {
        for (word, other) in self.0.iter_mut().zip(other.0) {
            *word |= other;
        }
    }

    fn place(set: EvidenceSet) -> (usize, u64) {
        (usize::from(set.bits() / 64), 1 << (set.bits() % 64))
    }
}

/// When one policy applies.
struct Table<'a> {
    rule: &'a Rule,
    /// How far apart neighbouring values of an attribute lie; 0 for what the policy
    /// does not look at.
    strides: Digits,
    applies: Vec<Sets>,
}

/// When each policy applies.
pub(in crate::policy) struct Tables<'a>(Vec<Table<'a>>);

/// All answers for one combination of facts: for each set of evidence, the first step
/// that is permitted.
pub(in crate::policy) struct Row {
    pub(in crate::policy) facts: Facts,
    first: [Option<Action>; 256],
}

impl Row {
    /// The first step permitted with that evidence.
    pub(in crate::policy) fn first(&self, evidence: EvidenceSet) -> Option<Action> {
        self.first
            .get(usize::from(evidence.bits()))
            .copied()
            .flatten()
    }

    /// The first step permitted, if it leads to a new password.
    pub(super) fn leads(&self, evidence: EvidenceSet) -> Option<Action> {
        self.first(evidence)
            .filter(|action| Action::LEADING.contains(action))
    }
}

impl<'a> Tables<'a> {
    /// How many questions building them takes.
    pub(super) fn questions(policy: &Policy, space: &Space) -> Result<u64, PolicyFault> {
        policy.rules.values().try_fold(0, |sum: u64, rule| {
            let questions = questions_of(rule, space);
            if questions > CHECK_QUESTIONS_OF_ONE_MAX {
                return Err(PolicyFault::TooManyQuestions {
                    place: rule.place.clone(),
                    questions,
                    max: CHECK_QUESTIONS_OF_ONE_MAX,
                });
            }
            Ok(sum.saturating_add(questions))
        })
    }

    /// Asks Cedar about each policy alone.
    pub(in crate::policy) fn build(
        policy: &'a Policy,
        space: &Space,
        workers: usize,
        step: &(dyn Fn(u64) + Sync),
    ) -> Result<Self, PolicyFault> {
        let rules: Vec<&Rule> = policy.rules.values().collect();
        let tables = thread::scope(|scope| {
            let workers: Vec<_> = (0..workers)
                .map(|worker| {
                    let share = rules.iter().skip(worker).step_by(workers);
                    scope.spawn(move || {
                        share
                            .map(|rule| {
                                let table = Table::build(rule, space)?;
                                step(questions_of(rule, space));
                                Ok(table)
                            })
                            .collect::<Result<Vec<_>, PolicyFault>>()
                    })
                })
                .collect();
            let mut tables = Vec::new();
            for worker in workers {
                #[expect(
                    clippy::unwrap_used,
                    reason = "a worker that died is a bug of the check"
                )]
                tables.extend(worker.join().unwrap()?);
            }
            Ok::<_, PolicyFault>(tables)
        })?;
        Ok(Self(tables))
    }

    /// Joins the tables: permitted is what a permit covers and no forbid does.
    pub(in crate::policy) fn row(&self, space: &Space, digits: &Digits) -> Row {
        let mut permits = [Sets::default(); 4];
        let mut forbids = [Sets::default(); 4];
        for table in &self.0 {
            let sides = if table.rule.permits {
                &mut permits
            } else {
                &mut forbids
            };
            for (side, action) in sides.iter_mut().zip(Action::ALL) {
                if table.rule.actions.contains(&action) {
                    side.extend(table.at(digits));
                }
            }
        }
        let mut first = [None; 256];
        for (slot, held) in first.iter_mut().zip(EvidenceSet::all()) {
            let mut sides = permits.iter().zip(&forbids).zip(Action::ALL);
            *slot = sides
                .find(|((permit, forbid), _)| permit.contains(held) && !forbid.contains(held))
                .map(|(_, action)| action);
        }
        Row {
            facts: space.facts(digits),
            first,
        }
    }
}

/// How many questions show when a policy applies.
fn questions_of(rule: &Rule, space: &Space) -> u64 {
    let outer = rule
        .mentions
        .attributes
        .iter()
        .fold(1u64, |count, attribute| {
            count.saturating_mul(u64::try_from(space.count(*attribute)).unwrap_or(u64::MAX))
        });
    outer.saturating_mul(1 << rule.mentions.evidence.size())
}

impl<'a> Table<'a> {
    fn build(rule: &'a Rule, space: &Space) -> Result<Self, PolicyFault> {
        let mut strides = Digits::default();
        let mut length = 1;
        for (stride, attribute) in strides.iter_mut().zip(Attribute::ALL) {
            if rule.mentions.attributes.contains(&attribute) {
                *stride = length;
                length *= space.count(attribute);
            }
        }
        let mut table = Self {
            rule,
            strides,
            applies: Vec::with_capacity(length),
        };
        // A policy about no step at all applies to nothing.
        let Some(action) = rule.actions.first() else {
            table.applies.resize(length, Sets::default());
            return Ok(table);
        };
        #[expect(
            clippy::unwrap_used,
            reason = "one policy cannot have the id of another"
        )]
        let alone = PolicySet::from_policies([rule.cedar.clone()]).unwrap();
        for index in 0..length {
            let facts = space.facts(&table.digits(space, index));
            table.applies.push(applies(rule, &alone, *action, &facts)?);
        }
        Ok(table)
    }

    /// The digits that have this place in the table; 0 for what is not looked at.
    fn digits(&self, space: &Space, index: usize) -> Digits {
        let mut digits = Digits::default();
        for ((digit, stride), attribute) in digits.iter_mut().zip(self.strides).zip(Attribute::ALL)
        {
            // No stride: the policy does not look at it.
            let place = index.checked_div(stride).unwrap_or_default();
            *digit = place % space.count(attribute).max(1);
        }
        digits
    }

    /// The sets of evidence with which the policy applies.
    fn at(&self, digits: &Digits) -> &Sets {
        const NEVER: &Sets = &Sets([0; 4]);
        let index = self
            .strides
            .iter()
            .zip(digits)
            .map(|(stride, digit)| stride * digit)
            .sum();
        let found: Option<&Sets> = self.applies.get::<usize>(index);
        debug_assert!(found.is_some(), "digits outside of the space");
        found.unwrap_or(NEVER)
    }
}

/// Asks Cedar with which sets of evidence one policy applies to some facts.
fn applies(
    rule: &Rule,
    alone: &PolicySet,
    action: Action,
    facts: &Facts,
) -> Result<Sets, PolicyFault> {
    let looked_at = rule.mentions.evidence;
    let mut asked = Sets::default();
    for held in EvidenceSet::all().filter(|held| held.is_within(looked_at)) {
        let response = Prepared::new(&facts.with(held)).ask(action, alone);
        if let Some(error) = response.diagnostics().errors().next() {
            let message = error.to_string();
            return Err(PolicyFault::Fails {
                place: rule.place.clone(),
                message,
            });
        }
        if response.diagnostics().reason().next().is_some() {
            asked.insert(held);
        }
    }
    // What the policy does not look at makes no difference to it.
    let mut all = Sets::default();
    for held in EvidenceSet::all().filter(|held| asked.contains(held.intersection(looked_at))) {
        all.insert(held);
    }
    Ok(all)
}
