//! DESIGN §3: an approval stands on exactly the evidence that was there when it was
//! given, whatever was tried in between.
//!
//! Broken by evidence that comes in under a review, by an amendment that keeps the
//! reviews, or by one that leaves the old verdict in force.

use proptest::prelude::*;
use tillkey_rules::case::{Case, State};
use tillkey_rules::event::CaseEvent;
use tillkey_rules::policy::Verdict;
use tillkey_rules::vocabulary::{Channel, EvidenceKind};

use super::world::{config, plans, play};

/// What a reviewer sees of a case.
type Seen = (Vec<EvidenceKind>, Channel, Option<Verdict>);

fn seen(case: &Case) -> Seen {
    let kinds = case.evidence().keys().copied().collect();
    (kinds, case.channel(), case.verdict().cloned())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn an_approval_stands_on_exactly_the_evidence_that_was_there(plan in plans()) {
        let Some(played) = play(&plan) else { return Ok(()) };
        let mut approvals: Vec<Seen> = Vec::new();
        for moment in &played.moments {
            for event in &moment.answer.events {
                match event {
                    CaseEvent::Decided { .. } => approvals.clear(),
                    CaseEvent::Reviewed { approved: true, .. } => {
                        approvals.push(seen(&moment.before));
                    }
                    CaseEvent::ReviewedInCampaign { .. } => {
                        let channel = moment.before.channel();
                        prop_assert_eq!(channel, Channel::Campaign);
                    }
                    CaseEvent::Approved { .. } => {
                        for approval in &approvals {
                            prop_assert_eq!(approval, &seen(&moment.after));
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    #[test]
    fn nobody_has_approved_a_case_that_is_still_gathered(plan in plans()) {
        let Some(played) = play(&plan) else { return Ok(()) };
        for moment in &played.moments {
            if moment.after.state() == State::Gathering {
                prop_assert!(moment.after.reviews().is_empty());
                prop_assert_eq!(moment.after.reviewers_needed(), 0);
                prop_assert_eq!(moment.after.review_by(), None);
            }
        }
    }

    #[test]
    fn whoever_takes_a_case_back_is_a_maker_from_then_on(plan in plans()) {
        let Some(played) = play(&plan) else { return Ok(()) };
        for moment in &played.moments {
            let taken_back = moment.answer.events.contains(&CaseEvent::Amended);
            if let (true, Some(person)) = (taken_back, moment.by.person()) {
                prop_assert!(moment.after.makers().contains(person));
            }
        }
    }
}
