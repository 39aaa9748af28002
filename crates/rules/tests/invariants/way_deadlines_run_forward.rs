//! DESIGN §3, deadlines; attack D06.
//!
//! Broken by a deadline that is computed from a clock set back, by one that is moved,
//! by a promise beyond the case's own end, or by a step that happens after its time.

use proptest::prelude::*;
use tillkey_rules::case::{Case, State, deadline};
use tillkey_rules::event::CaseEvent;

use super::world::{config, plans, play};

/// The instants that a case promises now.
fn promises(case: &Case) -> Vec<jiff::Timestamp> {
    let review = case.review_by().filter(|_| case.state() == State::InReview);
    let code = case
        .code()
        .map(|code| code.chosen_by.unwrap_or(code.expires_at));
    [review, code].into_iter().flatten().collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn deadlines_are_kept_and_never_moved(plan in plans()) {
        let Some(played) = play(&plan) else { return Ok(()) };
        let mut deadline = played.first.deadline();
        for moment in &played.moments {
            for event in &moment.answer.events {
                // A terminal without a link has its own time to say what became of an
                // answer; nothing else moves a deadline.
                if let CaseEvent::CodeIssued { to, expires_at, .. } = event
                    && to.is_answer()
                {
                    deadline = deadline.max(*expires_at);
                }
            }
            prop_assert_eq!(moment.after.deadline(), deadline);
            prop_assert!(moment.after.changed_at() >= moment.before.changed_at());
            for promise in promises(&moment.after) {
                prop_assert!(promise <= moment.after.deadline());
                prop_assert!(promise > moment.before.changed_at());
            }
            // The same code and the same review keep their time.
            if let (Some(before), Some(after)) = (moment.before.code(), moment.after.code())
                && before.id == after.id
            {
                prop_assert_eq!(before.expires_at, after.expires_at);
            }
        }
    }

    #[test]
    fn nothing_but_its_end_happens_after_a_deadline(plan in plans()) {
        let Some(played) = play(&plan) else { return Ok(()) };
        for moment in &played.moments {
            let now = moment.now.max(moment.before.changed_at());
            let Some(next) = deadline::next(&moment.before) else { continue };
            if next > now {
                continue;
            }
            let first = moment.answer.events.first();
            prop_assert!(
                matches!(first, Some(CaseEvent::Expired | CaseEvent::CodeEnded { .. })),
                "{:?}", first
            );
            if moment.before.deadline() <= now {
                prop_assert_eq!(moment.after.state(), State::Expired);
                prop_assert_eq!(moment.answer.events.len(), 1);
            }
        }
    }
}
