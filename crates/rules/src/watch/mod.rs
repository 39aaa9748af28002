//! The watch: rules over what happens, that say when somebody should have a look.
//!
//! It reads the same events as everybody, in the order of the ledger, and has nothing else
//! but what the store knows of their subjects ([`Known`]). An event may be a [`Concern`] of
//! some rules; each takes it into its [`Memory`] of that one subject, which is bounded, and
//! says whether this is the moment. One file a rule; the list is closed ([`Rule`]).
//!
//! Quiet by default: a rule is silent for a while after it has spoken, and one that
//! compares with habits is silent until there are some. The tests hold that to a month of
//! normal traffic, and every rule to an attack of its own.

mod about;
mod contact;
mod devices;
mod failures;
mod hours;
mod limits;
mod look_ups;
mod memory;
mod pictures;
mod resets;
mod rule;
mod seen;
mod terms;
#[cfg(test)]
mod tests;
mod working_day;

pub use about::About;
pub use limits::MARKS_MAX;
pub use memory::{Mark, Memory};
pub use rule::{AlertOutcome, AlertState, Rule, Severity, Told};
pub use seen::{Clues, Known, Seen};
pub use terms::WatchTerms;

/// An event, as one rule is concerned with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concern {
    /// Which rule.
    pub rule: Rule,
    /// Whom or what the rule would speak of.
    pub about: About,
    /// What it keeps of the event.
    pub mark: Mark,
}

/// What concerns the rules of an event.
pub fn concerns(seen: &Seen<'_>) -> Vec<Concern> {
    let rules = [
        failures::concerns(seen),
        hours::concerns(seen),
        devices::concerns(seen),
        contact::concerns(seen),
        resets::concerns(seen),
        pictures::concerns(seen),
        look_ups::concerns(seen),
    ];
    rules.into_iter().flatten().collect()
}

/// Takes a concern into the rule's memory of that subject. Where this is the moment to
/// speak: the positions of the entries that say why, oldest first.
pub fn take(memory: &mut Memory, concern: &Concern, terms: &WatchTerms) -> Option<Vec<u64>> {
    let mark = &concern.mark;
    let speaks = match concern.rule {
        Rule::ManyFailures => failures::take(memory, concern, terms),
        Rule::UnusualHour => hours::take(memory, mark, terms),
        Rule::SerialNumberCopied | Rule::OtherRegion | Rule::PictureReused => {
            memory.keep(mark, terms.quiet());
            true
        }
        Rule::ContactThenReset => contact::take(memory, mark, terms),
        Rule::ManyResets => resets::take(memory, mark, terms),
        Rule::ManyLookUps => look_ups::take(memory, mark, terms),
    };
    if !speaks || memory.is_quiet(mark.at) {
        return None;
    }
    memory.hush(mark.at, terms.quiet());
    Some(memory.positions())
}
