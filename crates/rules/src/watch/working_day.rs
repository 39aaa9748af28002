//! How much somebody does in a day, against a ceiling and against their own average.

use jiff::SignedDuration;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{MARKS_MAX, Mark, Memory, WatchTerms};

/// The average follows about the last so many days of work.
const DAYS_AVERAGED: u32 = 20;
/// Longer than any day.
const WINDOW: SignedDuration = SignedDuration::from_hours(25);

/// A member of staff's usual days.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Days {
    /// The day that is counted now.
    today: Option<Date>,
    /// How many days of work went into the average, up to [`DAYS_AVERAGED`].
    worked: u32,
    /// The average, in thousandths.
    average_thousandths: u32,
}

/// Counts what was done once more, each `what` once a day. Whether it is too much: at the
/// ceiling, or so many times the average of earlier days.
pub(super) fn take(memory: &mut Memory, mark: &Mark, ceiling: u32, terms: &WatchTerms) -> bool {
    let done = u32::try_from(memory.marks().len()).unwrap_or(u32::MAX);
    let days = memory.days.get_or_insert_with(Days::default);
    if days.today != Some(mark.day) {
        days.end(done);
        days.today = Some(mark.day);
        memory.clear();
    }
    if memory.marks().iter().any(|kept| kept.what == mark.what) {
        return false;
    }
    memory.keep(mark, WINDOW);
    let done = u32::try_from(memory.marks().len().min(MARKS_MAX)).unwrap_or(u32::MAX);
    let usual = memory.days.as_ref().and_then(|days| days.usual(terms));
    done >= ceiling || usual.is_some_and(|most| done >= most)
}

impl Days {
    /// A day is over on which so much was done.
    fn end(&mut self, done: u32) {
        if self.today.is_none() {
            return;
        }
        self.worked = self.worked.saturating_add(1).min(DAYS_AVERAGED);
        let done = i64::from(done.saturating_mul(1_000));
        let average = i64::from(self.average_thousandths);
        let step = (done - average).checked_div(i64::from(self.worked));
        let next = average.saturating_add(step.unwrap_or_default()).max(0);
        self.average_thousandths = u32::try_from(next).unwrap_or(u32::MAX);
    }

    /// What would be too much for this person; nothing until there were enough days.
    fn usual(&self, terms: &WatchTerms) -> Option<u32> {
        let known = self.worked >= terms.average_days;
        let times = self.average_thousandths.saturating_mul(terms.average_times) / 1_000;
        known.then(|| times.max(terms.average_floor))
    }
}
