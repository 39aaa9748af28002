//! The registered contact changed, and soon after somebody proves themselves for a reset
//! of the same merchant: the way of whoever took over the contact first.
//!
//! Opening a case is nobody's concern, anybody can do that; a proof is.

use jiff::SignedDuration;

use super::{About, Concern, Mark, Memory, Rule, Seen, WatchTerms};
use crate::event::{CaseEvent, Event};

/// What the rule keeps of a change of contact.
const CHANGED: &str = "contact_changed";

pub(super) fn concerns(seen: &Seen<'_>) -> Vec<Concern> {
    let (merchant, what) = match &seen.entry.event {
        // The first one was not changed from anything.
        Event::ContactChanged { merchant, version } if *version > 1 => {
            (Some(merchant.clone()), CHANGED)
        }
        Event::Case(step @ CaseEvent::Matched { .. }) => (seen.known.merchant.clone(), step.name()),
        _ => return Vec::new(),
    };
    let about = merchant.map(|merchant| About::Merchant { merchant });
    about
        .map(|about| seen.concern(Rule::ContactThenReset, about, what))
        .into_iter()
        .collect()
}

pub(super) fn take(memory: &mut Memory, mark: &Mark, terms: &WatchTerms) -> bool {
    let window = SignedDuration::from_hours(i64::from(terms.contact_hours));
    if mark.what == CHANGED {
        memory.begin(mark);
        return false;
    }
    let changed = memory.marks().first().map(|kept| kept.at);
    let Some(changed) = changed else { return false };
    if mark.at.duration_since(changed) > window {
        memory.clear();
        return false;
    }
    memory.keep(mark, window);
    true
}
