//! DESIGN §2.3: the server compares, people do not.
//!
//! Broken by evidence that counts without a comparison that matched, by evidence that
//! the channel does not offer, or by evidence from somebody who does not drive the case.

use proptest::prelude::*;
use tillkey_rules::case::{Command, State};
use tillkey_rules::event::CaseEvent;
use tillkey_rules::party::Actor;
use tillkey_rules::vocabulary::EvidenceKind;

use super::world::{config, driver, manager, plans, play, policy};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn i03_only_what_matched_counts(plan in plans()) {
        let Some(played) = play(&plan) else { return Ok(()) };
        for moment in &played.moments {
            let gained: Vec<_> = moment
                .after
                .evidence()
                .keys()
                .filter(|kind| !moment.before.evidence().contains_key(kind))
                .copied()
                .collect();
            for event in &moment.answer.events {
                let CaseEvent::Matched { kind, .. } = event else { continue };
                let compared = Command::Present { kind: *kind, matched: true };
                prop_assert_eq!(&moment.command, &compared);
                prop_assert_eq!(moment.before.state(), State::Gathering);
                let channel = moment.before.channel();
                prop_assert!(policy().offers().of(channel).contains(kind));
                let wanted = match kind {
                    EvidenceKind::ManagerConsent => manager(),
                    _ => driver(channel),
                };
                prop_assert!(drives(&moment.by, &wanted), "{:?}", moment.by);
                if let Actor::Manager { .. } = wanted {
                    let is_manager = matches!(moment.by, Actor::Manager { .. });
                    prop_assert!(is_manager, "{:?}", moment.by);
                }
            }
            if !gained.is_empty() {
                let last = moment.answer.events.last();
                let is_match = matches!(last, Some(CaseEvent::Matched { .. }));
                prop_assert!(is_match, "{:?}", last);
            }
            // Evidence is added to; nothing takes it away unseen.
            let lost = moment.before.evidence().keys().any(|k| !moment.after.evidence().contains_key(k));
            prop_assert!(!lost);
        }
    }
}

fn drives(by: &Actor, driver: &Actor) -> bool {
    match (by, driver) {
        (Actor::System, _) => true,
        (Actor::Staff { role, .. }, Actor::Staff { role: needed, .. }) => role == needed,
        (Actor::Manager { merchant, .. }, Actor::Manager { merchant: of, .. }) => merchant == of,
        _ => by == driver,
    }
}
