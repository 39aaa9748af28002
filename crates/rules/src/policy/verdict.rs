//! The answer to a question: the first step permitted, or what would lead to one.
//!
//! 1. `reset`, `reset_after_review`, `reset_after_two_reviews` are asked in this order;
//!    the first one permitted is the decision.
//! 2. If none is, but further evidence that can be had here would make it so, the
//!    answer is to gather the cheapest such evidence.
//! 3. Otherwise the counter, if `reset_at_counter` is permitted; otherwise no.
//!
//! What cannot be evaluated permits nothing: Cedar leaves a failing policy out, which
//! for a `forbid` would open the door that it was to close.

use std::collections::BTreeSet;

use super::decision::{Bilingual, Decision, Verdict};
use super::offers::cheapest_first;
use super::parse::Policy;
use super::question::{Action, Question};
use super::request::Prepared;
use crate::vocabulary::EvidenceKind;

/// What was answered when one step was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) action: Action,
    pub(super) permitted: bool,
    /// The policies that made it so: permits if it is permitted, otherwise forbids.
    pub(super) by: BTreeSet<String>,
    /// That a policy could not be evaluated.
    pub(super) failed: bool,
}

impl Policy {
    /// Decides on a case as it stands. `offered` is what can be had right now, a part
    /// of what the channel offers: no number on the screen of a terminal that is away.
    pub fn verdict(&self, question: &Question, offered: &BTreeSet<EvidenceKind>) -> Verdict {
        let answers = self.ask_leading(question);
        if answers.last().is_some_and(|answer| answer.permitted) {
            return self.found(&answers, Vec::new());
        }
        if let Some((next, answers)) = self.next_best(question, offered) {
            let found = self.found(&answers, next);
            return Verdict {
                decision: Decision::MoreEvidence,
                ..found
            };
        }
        let mut answers = answers;
        answers.push(self.ask(&Prepared::new(question), question, Action::ResetAtCounter));
        self.found(&answers, Vec::new())
    }

    /// Asks for the steps that lead to a new password, up to the first one permitted.
    pub(super) fn ask_leading(&self, question: &Question) -> Vec<Answer> {
        let prepared = Prepared::new(question);
        let mut answers = Vec::new();
        for action in Action::LEADING {
            let answer = self.ask(&prepared, question, action);
            let permitted = answer.permitted;
            answers.push(answer);
            if permitted {
                break;
            }
        }
        answers
    }

    /// Asks for one step.
    pub(super) fn ask(&self, prepared: &Prepared, question: &Question, action: Action) -> Answer {
        let Some(slice) = self.slices.get(&(action, question.channel)) else {
            return Answer {
                action,
                permitted: false,
                by: BTreeSet::new(),
                failed: true,
            };
        };
        let response = prepared.ask(action, slice);
        let failed = response.diagnostics().errors().next().is_some();
        let allowed = response.decision() == cedar_policy::Decision::Allow;
        let by = response
            .diagnostics()
            .reason()
            .map(ToString::to_string)
            .collect();
        Answer {
            action,
            permitted: allowed && !failed,
            by,
            failed,
        }
    }

    /// The cheapest further evidence with which a step is permitted, and what is
    /// answered then.
    fn next_best(
        &self,
        question: &Question,
        offered: &BTreeSet<EvidenceKind>,
    ) -> Option<(Vec<EvidenceKind>, Vec<Answer>)> {
        let missing: Vec<EvidenceKind> = self
            .offers
            .of(question.channel)
            .iter()
            .copied()
            .filter(|kind| offered.contains(kind) && !question.evidence.contains(kind))
            .collect();
        cheapest_first(&missing).into_iter().find_map(|choice| {
            let mut richer = question.clone();
            richer.evidence.extend(&choice);
            let answers = self.ask_leading(&richer);
            answers
                .last()
                .is_some_and(|answer| answer.permitted)
                .then_some((choice, answers))
        })
    }

    /// Turns answers into a verdict with its grounds.
    fn found(&self, answers: &[Answer], next: Vec<EvidenceKind>) -> Verdict {
        let permitted = answers.iter().find(|answer| answer.permitted);
        let mut policies: Vec<String> = Vec::new();
        for id in answers.iter().flat_map(|answer| &answer.by) {
            if !policies.contains(id) {
                policies.push(id.clone());
            }
        }
        let mut reasons: Vec<Bilingual> = policies
            .iter()
            .filter_map(|id| self.rules.get(id))
            .map(|rule| rule.reason.clone())
            .collect();
        if answers.iter().any(|answer| answer.failed) {
            reasons.push(Bilingual::new(
                "规则无法计算",
                "the policy could not be evaluated",
            ));
        } else if reasons.is_empty() {
            reasons.push(Bilingual::new(
                "没有规则允许此次重置",
                "no policy allows this reset",
            ));
        }
        Verdict {
            decision: Decision::from_first_permitted(permitted.map(|answer| answer.action)),
            policies,
            reasons,
            next,
        }
    }
}
