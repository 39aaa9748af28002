//! A member of staff who looks up far more merchants and applicants in a day than anybody
//! does, or than they ever did: a list is being made.

use super::{About, Concern, Mark, Memory, Rule, Seen, WatchTerms, working_day};
use crate::event::Event;
use crate::party::Role;

/// Who can look anything up.
const ROLES: [Role; 4] = [
    Role::Agent,
    Role::Clerk,
    Role::Reviewer,
    Role::Administrator,
];

pub(super) fn concerns(seen: &Seen<'_>) -> Vec<Concern> {
    let what = match &seen.entry.event {
        Event::LookedUp {
            found: Some(merchant),
            ..
        } => merchant.to_string(),
        // Each that found nothing is one of its own: somebody tries numbers.
        Event::LookedUp { found: None, .. } => seen.position.to_string(),
        Event::ContactDisclosed { merchant, .. } => merchant.to_string(),
        Event::ApplicantDisclosed { application, .. } => application.to_string(),
        _ => return Vec::new(),
    };
    let about = seen.staff(&ROLES).map(|staff| About::Staff { staff });
    about
        .map(|about| seen.concern(Rule::ManyLookUps, about, what))
        .into_iter()
        .collect()
}

pub(super) fn take(memory: &mut Memory, mark: &Mark, terms: &WatchTerms) -> bool {
    working_day::take(memory, mark, terms.look_ups_a_day, terms)
}
