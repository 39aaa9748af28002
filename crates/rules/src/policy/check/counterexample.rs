//! A question whose answer breaks an invariant, told so that one can mend the policy.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::super::decision::{Bilingual, Decision};
use super::super::evidence_set::EvidenceSet;
use super::super::parse::Policy;
use super::super::question::{Action, Question};
use super::super::request::Prepared;
use super::super::words;
use super::invariant::Invariant;
use super::space::Facts;
use crate::vocabulary::EvidenceKind;

/// A question whose answer breaks an invariant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counterexample {
    /// Which promise is broken.
    pub invariant: Invariant,
    /// The whole question.
    pub question: Question,
    /// What the policy says to it, as far as steps go.
    pub decision: Decision,
    /// The policies that permitted it; where something is missing, those that forbid.
    pub policies: Vec<String>,
    /// For [`Invariant::MoreEvidenceNeverLowers`]: the evidence that makes it worse.
    pub worse_with: Option<EvidenceKind>,
}

impl Counterexample {
    /// Asks Cedar itself once more, for the policies that answer.
    pub(super) fn found(
        policy: &Policy,
        invariant: Invariant,
        facts: &Facts,
        held: EvidenceSet,
    ) -> Self {
        let question = facts.with(held);
        let (decision, mut policies) = answer(policy, &question);
        let mut worse_with = None;
        if invariant == Invariant::MoreEvidenceNeverLowers {
            let worse = EvidenceKind::ALL.iter().copied().find_map(|kind| {
                let (richer, by) = answer(policy, &facts.with(held.with(kind)));
                let worse = !held.contains(kind) && richer.grade() < decision.grade();
                worse.then_some((kind, by))
            });
            if let Some((kind, by)) = worse {
                worse_with = Some(kind);
                // What has a say only now is what does the harm.
                let new: BTreeSet<String> = by.difference(&policies).cloned().collect();
                policies = if new.is_empty() { by } else { new };
            }
        }
        Self {
            invariant,
            question,
            decision,
            policies: policies.into_iter().collect(),
            worse_with,
        }
    }

    /// The counterexample as one sentence.
    pub fn sentence(&self) -> Bilingual {
        let promise = self.invariant.statement();
        let question = words::question(&self.question);
        let decision = words::decision(self.decision);
        let (by_zh, by_en) = if self.policies.is_empty() {
            (
                "没有任何规则作出规定".to_owned(),
                "no policy says anything".to_owned(),
            )
        } else {
            let ids = self.policies.join(", ");
            (format!("规则：{ids}"), format!("policies: {ids}"))
        };
        let (worse_zh, worse_en) = match self.worse_with.map(words::kind) {
            None => (String::new(), String::new()),
            Some(kind) => (
                format!("，而增加{}后反而变差", kind.zh),
                format!(", and {} makes it worse", kind.en),
            ),
        };
        Bilingual::new(
            format!(
                "违反“{}”：{} → {}{worse_zh}（{by_zh}）",
                promise.zh, question.zh, decision.zh
            ),
            format!(
                "{}; but: {} → {}{worse_en} ({by_en})",
                promise.en, question.en, decision.en
            ),
        )
    }
}

/// The first step permitted and by which policies; if none is, which ones forbid.
fn answer(policy: &Policy, question: &Question) -> (Decision, BTreeSet<String>) {
    let prepared = Prepared::new(question);
    let answers = Action::ALL.map(|action| policy.ask(&prepared, question, action));
    let first = answers.iter().find(|answer| answer.permitted);
    let by = match first {
        Some(answer) => answer.by.clone(),
        None => answers
            .iter()
            .flat_map(|answer| answer.by.iter().cloned())
            .collect(),
    };
    (
        Decision::from_first_permitted(first.map(|answer| answer.action)),
        by,
    )
}
