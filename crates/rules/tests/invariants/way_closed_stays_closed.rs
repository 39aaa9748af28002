//! DESIGN §3: closed is closed.
//!
//! Broken by a command that finds a closed case open, a clock set back that opens one,
//! or a late deadline that is written to a case that is over.

use proptest::prelude::*;
use tillkey_rules::case::State;
use tillkey_rules::event::CaseEvent;

use super::world::{config, plans, play};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_closed_case_takes_one_more_event_at_most_and_stays_as_it_ended(plan in plans()) {
        let Some(played) = play(&plan) else { return Ok(()) };
        let mut words = 0;
        for moment in &played.moments {
            let (before, after) = (&moment.before, &moment.after);
            if !before.state().is_open() {
                prop_assert_eq!(before.state(), after.state());
                prop_assert_eq!(before.changed_at(), after.changed_at());
                for event in &moment.answer.events {
                    // What the terminal says of its journal once the reset is over.
                    let is_word = matches!(event, CaseEvent::JournalCompared { .. });
                    prop_assert!(is_word && before.state() == State::Effective);
                    words += 1;
                }
            }
            if !moment.after.state().is_open() {
                prop_assert!(moment.after.code().is_none());
                prop_assert!(moment.after.approved().is_err());
            }
        }
        prop_assert!(words <= 1);
    }
}
