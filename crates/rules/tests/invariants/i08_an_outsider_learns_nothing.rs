//! DESIGN §2.8: an outsider learns nothing (E16).
//!
//! Broken by anything that looks at the subject's facts before somebody has proven
//! something: a refusal, a kind of event, a verdict or a deadline that differs. The
//! same story is played for a subject that exists, whatever its state, and for one
//! that does not.

use jiff::Timestamp;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use tillkey_rules::case::{self, Case, Command, State, deadline};
use tillkey_rules::event::CaseEvent;
use tillkey_rules::party::Actor;
use tillkey_rules::refusal::Refusal;
use tillkey_rules::vocabulary::{Channel, Reason};

use super::world::{Ask, Moment, Plan, Settings, Step, Who, config, opening, plans, play};

/// All that the pages show of a case, and of the answer to one command.
#[derive(Debug, PartialEq)]
struct Shown {
    state: State,
    events: Vec<&'static str>,
    refusal: Option<Refusal>,
    verdict: Option<serde_json::Value>,
    next_deadline: Option<Timestamp>,
}

/// A story without proofs: every answer is wrong, and nobody takes the case's place.
fn unproven(mut plan: Plan) -> Plan {
    for step in &mut plan.steps {
        match step {
            // A manager of the merchant is no outsider.
            Step::Ask(_, Who::Manager(_)) => *step = Step::Clock(1),
            Step::Ask(Ask::Present(_, matched), _) => *matched = false,
            // The shell supersedes proven cases only.
            Step::Ask(ask @ Ask::Supersede, _) => *ask = Ask::Recheck,
            Step::Onward => *step = Step::Clock(1),
            _ => {}
        }
    }
    plan
}

fn shown(case: &Case, events: &[CaseEvent], refusal: Option<Refusal>) -> Shown {
    Shown {
        state: case.state(),
        events: events.iter().map(CaseEvent::name).collect(),
        refusal,
        verdict: case
            .verdict()
            .map(|verdict| serde_json::to_value(verdict).unwrap()),
        next_deadline: deadline::next(case),
    }
}

/// The same commands, by the same people at the same time, for a case about nobody.
fn about_nobody(first: &Case, by: &Actor, moments: &[Moment], plan: &Plan) -> Vec<Shown> {
    let settings = Settings::of(&plan.start);
    let mut opening = opening(&plan.start);
    opening.subject = None;
    let answer = case::open(&opening, by, &settings.facts(first.opened_at(), None));
    let mut case = Case::begin(opening.id, first.opened_at(), by, &answer.events[0]).unwrap();
    let mut seen = Vec::new();
    for moment in moments {
        let answer = case::decide(
            &case,
            &moment.command,
            &moment.by,
            &settings.facts(moment.now, None),
        );
        for event in &answer.events {
            case.fold(moment.now, &moment.by, event);
        }
        seen.push(shown(&case, &answer.events, answer.refusal));
    }
    seen
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn i08_known_and_unknown_are_answered_alike(plan in plans()) {
        let plan = unproven(plan);
        // A first password is asked for by an enrolled terminal, which is no outsider.
        // A manager opens cases of their own merchant alone.
        let insiders = [Channel::Terminal, Channel::Portal];
        prop_assume!(!insiders.contains(&plan.start.channel));
        let Some(played) = play(&plan) else { return Ok(()) };
        let known: Vec<Shown> = played
            .moments
            .iter()
            .map(|m| shown(&m.after, &m.answer.events, m.answer.refusal.clone()))
            .collect();
        let unknown = about_nobody(&played.first, &played.opened_by, &played.moments, &plan);
        prop_assert_eq!(known, unknown);
    }

    /// And it never gets anywhere, even where the shell says that something matched.
    #[test]
    fn i08_a_case_about_nobody_goes_nowhere(plan in plans()) {
        prop_assume!(plan.start.reason != Reason::FirstPassword);
        prop_assume!(plan.start.channel != Channel::Portal);
        let Some(played) = play(&plan) else { return Ok(()) };
        for seen in about_nobody(&played.first, &played.opened_by, &played.moments, &plan) {
            prop_assert!(!seen.state.is_approved() && seen.state != State::InReview);
            prop_assert!(!seen.events.contains(&"matched"));
        }
    }
}

#[test]
fn i08_the_commands_are_compared_at_all() {
    // The two stories above would agree about nothing if nothing were asked.
    let mut asked = std::collections::HashSet::new();
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for _ in 0..300 {
        let plan = plans().new_tree(&mut runner).unwrap().current();
        for moment in play(&unproven(plan))
            .into_iter()
            .flat_map(|played| played.moments)
        {
            if moment.answer.refusal != Some(Refusal::CaseClosed) {
                asked.insert(std::mem::discriminant::<Command>(&moment.command));
            }
        }
    }
    assert!(asked.len() >= 13, "{}", asked.len());
}
