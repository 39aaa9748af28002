//! Sign-ons and proofs that come to nothing, too many of them at once: somebody guesses.
//!
//! A sign-on shows here from the one on that makes the next one wait; the few that are
//! free of it are nobody's concern. A wrong proof and a mistyped code count as they are.

use jiff::SignedDuration;

use super::{About, Concern, Memory, Rule, Seen, WatchTerms};
use crate::event::{CaseEvent, Event};

pub(super) fn concerns(seen: &Seen<'_>) -> Vec<Concern> {
    let what = match &seen.entry.event {
        Event::SignOnHeld { .. } => "sign_on_held",
        Event::Case(step @ (CaseEvent::NotMatched { .. } | CaseEvent::CodeMistyped { .. })) => {
            step.name()
        }
        _ => return Vec::new(),
    };
    let operator = seen.known.operator;
    let operator = operator.map(|(terminal, operator)| About::Operator { terminal, operator });
    let merchant = seen.known.merchant.clone();
    let merchant = merchant.map(|merchant| About::Merchant { merchant });
    let both = operator.into_iter().chain(merchant);
    both.map(|about| seen.concern(Rule::ManyFailures, about, what))
        .collect()
}

pub(super) fn take(memory: &mut Memory, concern: &Concern, terms: &WatchTerms) -> bool {
    let minutes = i64::from(terms.failures_minutes);
    memory.keep(&concern.mark, SignedDuration::from_mins(minutes));
    let most = match concern.about {
        About::Operator { .. } => terms.failures_operator,
        _ => terms.failures_merchant,
    };
    memory.marks().len() >= usize::try_from(most).unwrap_or(usize::MAX)
}
