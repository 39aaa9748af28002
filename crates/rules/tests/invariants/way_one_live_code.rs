//! DESIGN §3: one live code at most, and none that is older than the newest.
//!
//! Broken by a second code beside the first, by one that ends without saying so, or by
//! a code that is live in a state that has none.

use proptest::prelude::*;
use tillkey_rules::case::State;
use tillkey_rules::event::CaseEvent;

use super::world::{config, plans, play};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn at_most_one_code_is_alive(plan in plans()) {
        let Some(played) = play(&plan) else { return Ok(()) };
        let mut live = None;
        let mut dead = Vec::new();
        for (_, _, event) in played.events() {
            match event {
                CaseEvent::CodeIssued { code, .. } => {
                    prop_assert_eq!(live, None, "a second code beside the first");
                    live = Some(*code);
                }
                CaseEvent::CodeEnded { code, .. } => {
                    prop_assert_eq!(live.take(), Some(*code));
                    dead.push(*code);
                }
                CaseEvent::CodeRedeemed { code, .. } => prop_assert_eq!(live, Some(*code)),
                CaseEvent::CodeMistyped { .. } => prop_assert!(live.is_some()),
                _ => {}
            }
        }
        if played.last().state().is_open() {
            prop_assert_eq!(played.last().code().map(|code| code.id), live);
        }
    }

    #[test]
    fn a_code_is_alive_exactly_while_it_can_be_used(plan in plans()) {
        let Some(played) = play(&plan) else { return Ok(()) };
        for moment in &played.moments {
            let expected = matches!(moment.after.state(), State::Issued | State::Redeemed);
            prop_assert_eq!(moment.after.code().is_some(), expected);
        }
    }
}
