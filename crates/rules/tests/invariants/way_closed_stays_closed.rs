//! DESIGN §3: closed is closed.
//!
//! Broken by a command that finds a closed case open, a clock set back that opens one,
//! or a late deadline that is written to a case that is over.

use proptest::prelude::*;

use super::world::{config, plans, play};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_closed_case_takes_no_more_events(plan in plans()) {
        let Some(played) = play(&plan) else { return Ok(()) };
        for moment in &played.moments {
            if !moment.before.state().is_open() {
                prop_assert_eq!(moment.answer.events.len(), 0);
                prop_assert_eq!(&moment.before, &moment.after);
            }
            if !moment.after.state().is_open() {
                prop_assert!(moment.after.code().is_none());
                prop_assert!(moment.after.approved().is_err());
            }
        }
    }
}
