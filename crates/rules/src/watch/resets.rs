//! A member of staff who opens or approves far more resets in a day than anybody does, or
//! than they ever did.

use super::{About, Concern, Mark, Memory, Rule, Seen, WatchTerms, working_day};
use crate::event::{CaseEvent, Event};
use crate::party::Role;

pub(super) fn concerns(seen: &Seen<'_>) -> Vec<Concern> {
    let staff = match &seen.entry.event {
        Event::Case(CaseEvent::Opened { .. }) => seen.staff(&[Role::Agent, Role::Clerk]),
        Event::Case(CaseEvent::Reviewed { approved: true, .. }) => seen.staff(&[Role::Reviewer]),
        _ => return Vec::new(),
    };
    let case = seen.entry.case.map(|case| case.to_string());
    let about = staff.map(|staff| About::Staff { staff });
    about
        .map(|about| seen.concern(Rule::ManyResets, about, case.unwrap_or_default()))
        .into_iter()
        .collect()
}

pub(super) fn take(memory: &mut Memory, mark: &Mark, terms: &WatchTerms) -> bool {
    working_day::take(memory, mark, terms.resets_a_day, terms)
}
