//! DESIGN §2.4: the guesses are the subject's, not the flow's.
//!
//! Broken by a wrong answer that leaves no event, by a code that takes more tries than
//! it has, by a wrong place that is not counted as a guess, or by a new code that
//! makes the number of codes endless. (Counting across cases is the store's.)

use proptest::prelude::*;
use tillkey_rules::case::{Command, State};
use tillkey_rules::event::{CaseEvent, CodeEnd};
use tillkey_rules::refusal::Refusal;
use tillkey_rules::terms::Terms;

use super::world::{Ask, Step, Who, config, plans, play};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn i04_every_wrong_answer_is_an_event(plan in plans()) {
        let Some(played) = play(&plan) else { return Ok(()) };
        for moment in &played.moments {
            if moment.answer.refusal != Some(Refusal::NotMatched) {
                continue;
            }
            let counted = moment.answer.events.iter().any(|event| {
                matches!(event, CaseEvent::NotMatched { .. } | CaseEvent::CodeMistyped { .. })
            });
            prop_assert!(counted, "{:?}", moment.command);
        }
    }

    #[test]
    fn i04_a_code_takes_five_tries_and_a_case_three_codes(plan in plans()) {
        let Some(played) = play(&plan) else { return Ok(()) };
        let terms = Terms::default();
        let (mut codes, mut tries) = (0, 0);
        for (_, _, event) in played.events() {
            match event {
                CaseEvent::CodeIssued { .. } => (codes, tries) = (codes + 1, 0),
                CaseEvent::CodeMistyped { tries_left } => {
                    tries += 1;
                    prop_assert_eq!(tries + tries_left, terms.reset_code_tries);
                }
                CaseEvent::CodeEnded { why: CodeEnd::TriesUsedUp, .. } => {
                    prop_assert_eq!(tries, terms.reset_code_tries);
                }
                CaseEvent::CodeRedeemed { .. } => prop_assert!(tries < terms.reset_code_tries),
                _ => {}
            }
        }
        prop_assert!(codes <= terms.reset_codes_per_case);
        prop_assert_eq!(codes, played.last().codes_issued());
    }

    #[test]
    fn i04_a_code_opens_at_its_own_place_only(plan in plans()) {
        let Some(played) = play(&plan) else { return Ok(()) };
        for moment in &played.moments {
            for event in &moment.answer.events {
                let CaseEvent::CodeRedeemed { code, .. } = event else { continue };
                let Command::Redeem { code: typed, matched, terminal, operator } = moment.command
                else {
                    panic!("redeemed by {:?}", moment.command)
                };
                let subject = moment.before.subject().unwrap();
                prop_assert!(matched);
                prop_assert_eq!(&typed, code);
                prop_assert_eq!((terminal, operator), (subject.terminal, subject.operator));
            }
        }
    }

    /// Nothing but guesses, at any terminal and for anybody: all are counted, and the
    /// code is dead after five.
    #[test]
    fn i04_guessing_ends_the_code(
        mut plan in plans(),
        guesses in proptest::collection::vec((any::<bool>(), any::<bool>(), any::<bool>()), 5),
    ) {
        plan.steps = vec![Step::Onward; 8];
        let Some(played) = play(&plan) else { return Ok(()) };
        let Some(place) = played.moments.iter().position(|m| m.after.state() == State::Issued)
        else {
            return Ok(());
        };
        plan.steps.truncate(place + 1);
        plan.steps.extend(guesses.into_iter().map(|(matched, here, own)| {
            let matched = matched && !(here && own);
            Step::Ask(Ask::Redeem { stale: false, matched, here, own }, Who::Till)
        }));
        let played = play(&plan).unwrap();
        prop_assert_eq!(played.last().state(), State::Approved);
        prop_assert!(played.last().code().is_none());
    }
}
