//! DESIGN §2.2: no channel is a shortcut; one policy decides.
//!
//! Broken by an approval that does not come out of a verdict, by one that counts a
//! maker or one person twice as reviewers, or by an `ApprovedCase` for anything else.

use std::collections::BTreeSet;

use proptest::prelude::*;
use tillkey_rules::case::State;
use tillkey_rules::event::CaseEvent;
use tillkey_rules::party::{Actor, Role};
use tillkey_wire::ids::PersonId;

use super::world::{config, plans, play};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn i02_an_approved_case_has_its_verdict_and_its_reviewers(plan in plans()) {
        let Some(played) = play(&plan) else { return Ok(()) };
        let mut needed = None;
        let mut makers: BTreeSet<PersonId> = BTreeSet::new();
        let mut reviewers: BTreeSet<PersonId> = BTreeSet::new();
        let mut approved = false;
        for (_, by, event) in played.events() {
            match event {
                CaseEvent::Decided { verdict, .. } => {
                    // The last verdict counts, and a review of an earlier one does not.
                    needed = verdict.decision.reviews();
                    reviewers.clear();
                    makers.extend(by.person().cloned());
                }
                CaseEvent::Reviewed { approved: true, .. } => {
                    let Actor::Staff { person, role: Role::Reviewer, .. } = by else {
                        panic!("reviewed by {by:?}")
                    };
                    prop_assert!(!makers.contains(person), "a maker reviewed");
                    prop_assert!(reviewers.insert(person.clone()), "one person twice");
                }
                CaseEvent::ReviewedInCampaign { persons, .. } => {
                    prop_assert_eq!(by, &Actor::System);
                    for person in persons {
                        prop_assert!(!makers.contains(person), "a maker reviewed");
                        prop_assert!(reviewers.insert(person.clone()), "one person twice");
                    }
                }
                CaseEvent::Approved { .. } => {
                    let needed = needed.expect("a verdict that leads to a new password");
                    prop_assert!(reviewers.len() >= usize::from(needed));
                    approved = true;
                }
                _ if !approved => makers.extend(by.person().cloned()),
                _ => {}
            }
        }
        prop_assert!(approved || played.last().approved().is_err());
    }

    #[test]
    fn i02_only_approved_states_make_an_approved_case(plan in plans()) {
        let Some(played) = play(&plan) else { return Ok(()) };
        for moment in &played.moments {
            let stands = moment.after.approved().is_ok();
            let state = moment.after.state();
            prop_assert_eq!(
                stands,
                matches!(state, State::Approved | State::Issued | State::Redeemed)
            );
            if let Ok(approved) = moment.after.approved() {
                prop_assert_eq!(Some(approved.subject()), played.first.subject());
            }
        }
    }

    #[test]
    fn i02_a_case_never_changes_its_subject(plan in plans()) {
        let Some(played) = play(&plan) else { return Ok(()) };
        let (first, last) = (&played.first, played.last());
        prop_assert_eq!(first.subject(), last.subject());
        prop_assert_eq!((first.id(), first.reason()), (last.id(), last.reason()));
        prop_assert_eq!((first.claimed(), first.opened_at()), (last.claimed(), last.opened_at()));
    }
}
