//! Why an answer is what it is, in both languages: what was asked, what permitted or
//! forbade it, and what would help – here, or in another channel.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::decision::{Bilingual, Decision, Verdict};
use super::offers::cheapest_first;
use super::parse::Policy;
use super::question::{Action, Question};
use super::request::Prepared;
use super::words;
use crate::vocabulary::{Channel, EvidenceKind};

/// An answer with everything that led to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// What was asked.
    pub question: Question,
    /// What was answered.
    pub verdict: Verdict,
    /// All four steps, in the order of asking, whether or not it came to them.
    pub steps: Vec<Step>,
    /// What would lead to something better.
    pub helps: Vec<Help>,
}

/// One step and what was said to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The step.
    pub action: Action,
    /// Whether it is permitted.
    pub permitted: bool,
    /// By what: permits if it is, otherwise forbids; nothing if no policy speaks of it.
    pub by: Vec<Ground>,
}

/// A policy that had a say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ground {
    /// Its id.
    pub policy: String,
    /// Its reason.
    pub reason: Bilingual,
}

/// A way to something better.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Help {
    /// Where: in the channel of the case, or by a new case in another one.
    pub channel: Channel,
    /// In the channel of the case, what would be needed besides; elsewhere, all of it.
    pub evidence: Vec<EvidenceKind>,
    /// What the decision would be.
    pub decision: Decision,
}

impl Policy {
    /// Explains what [`Policy::verdict`] says to the same question.
    pub fn explain(&self, question: &Question, offered: &BTreeSet<EvidenceKind>) -> Explanation {
        let prepared = Prepared::new(question);
        let steps = Action::ALL.map(|action| {
            let answer = self.ask(&prepared, question, action);
            let by = answer.by.iter().filter_map(|id| {
                let reason = self.rules.get(id)?.reason.clone();
                Some(Ground {
                    policy: id.clone(),
                    reason,
                })
            });
            Step {
                action,
                permitted: answer.permitted,
                by: by.collect(),
            }
        });
        let mut helps = self.better(question, offered);
        // A campaign is the acquirer's plan, not a way for somebody who was refused.
        let elsewhere = Channel::ALL.iter().copied();
        for channel in elsewhere.filter(|other| *other != Channel::Campaign) {
            if channel == question.channel {
                continue;
            }
            let fresh = Question {
                channel,
                evidence: BTreeSet::new(),
                ..question.clone()
            };
            let all = self.offers.of(channel).iter().copied().collect();
            helps.extend(self.better(&fresh, &all));
        }
        Explanation {
            question: question.clone(),
            verdict: self.verdict(question, offered),
            steps: steps.into(),
            helps,
        }
    }

    /// For each decision that is better than the present one and leads to a new
    /// password, the cheapest evidence to get there.
    fn better(&self, question: &Question, offered: &BTreeSet<EvidenceKind>) -> Vec<Help> {
        let missing: Vec<EvidenceKind> = self
            .offers
            .of(question.channel)
            .iter()
            .copied()
            .filter(|kind| offered.contains(kind) && !question.evidence.contains(kind))
            .collect();
        let mut best = self
            .first_step(question)
            .grade()
            .max(Decision::CounterOnly.grade());
        let mut helps = Vec::new();
        for evidence in cheapest_first(&missing) {
            let mut richer = question.clone();
            richer.evidence.extend(&evidence);
            let decision = self.first_step(&richer);
            if decision.grade() > best {
                best = decision.grade();
                helps.push(Help {
                    channel: question.channel,
                    evidence,
                    decision,
                });
            }
        }
        helps
    }

    /// The decision, leaving the counter aside.
    fn first_step(&self, question: &Question) -> Decision {
        let answers = self.ask_leading(question);
        let first = answers.iter().find(|answer| answer.permitted);
        Decision::from_first_permitted(first.map(|answer| answer.action))
    }
}

impl Explanation {
    /// The explanation as lines of text.
    pub fn text(&self) -> Bilingual {
        let mut zh = Vec::new();
        let mut en = Vec::new();
        let mut say = |line_zh: String, line_en: String| {
            zh.push(line_zh);
            en.push(line_en);
        };
        let question = words::question(&self.question);
        say(question.zh, question.en);
        let decision = words::decision(self.verdict.decision);
        say(
            format!("裁定：{}", decision.zh),
            format!("decision: {}", decision.en),
        );
        for reason in &self.verdict.reasons {
            say(format!("  · {}", reason.zh), format!("  · {}", reason.en));
        }
        if !self.verdict.next.is_empty() {
            let next = words::kinds(self.verdict.next.iter().copied());
            say(format!("下一步：{}", next.zh), format!("next: {}", next.en));
        }
        say("逐项：".to_owned(), "step by step:".to_owned());
        for step in &self.steps {
            let line = step.line();
            say(line.zh, line.en);
            for ground in &step.by {
                let Ground { policy, reason } = ground;
                say(
                    format!("      {policy}：{}", reason.zh),
                    format!("      {policy}: {}", reason.en),
                );
            }
        }
        if !self.helps.is_empty() {
            say("可行的办法：".to_owned(), "what would help:".to_owned());
        }
        for help in &self.helps {
            let channel = words::channel(help.channel);
            let evidence = words::kinds(help.evidence.iter().copied());
            let decision = words::decision(help.decision);
            say(
                format!("  {}：{} → {}", channel.zh, evidence.zh, decision.zh),
                format!("  {}: {} → {}", channel.en, evidence.en, decision.en),
            );
        }
        Bilingual::new(zh.join("\n"), en.join("\n"))
    }
}

impl Step {
    fn line(&self) -> Bilingual {
        let action = words::action(self.action);
        let (zh, en) = match (self.permitted, self.by.is_empty()) {
            (true, _) => ("允许", "permitted"),
            (false, true) => ("没有规则允许", "no policy permits it"),
            (false, false) => ("禁止", "forbidden"),
        };
        Bilingual::new(
            format!("  {}：{zh}", action.zh),
            format!("  {}: {en}", action.en),
        )
    }
}
