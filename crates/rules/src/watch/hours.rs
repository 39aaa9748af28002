//! A sign-on or a proven reset at an hour at which nobody is ever there.
//!
//! A merchant's hours are learned from its own sign-ons: on how many days somebody signed
//! on at each hour. Until there are enough days the rule is silent. An hour that was used
//! on one day in forty is usual, and so are the hours around it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{About, Concern, Mark, Memory, Rule, Seen, WatchTerms};
use crate::event::{CaseEvent, Event};

/// After so many days all counts are halved: hours change with the seasons.
const DAYS_HALVED: u32 = 90;
/// An hour is usual when it was used on one day in so many.
const ONE_DAY_IN: u32 = 40;
/// How many hours a day has.
const HOURS: usize = 24;

/// A merchant's hours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Hours {
    /// On how many days somebody signed on.
    days: u32,
    /// On how many of them at each hour.
    used: [u32; HOURS],
    /// The last day that is counted.
    last: Option<Date>,
    /// Which of its hours are.
    counted: [bool; HOURS],
}

pub(super) fn concerns(seen: &Seen<'_>) -> Vec<Concern> {
    let what = match &seen.entry.event {
        // What was told later says nothing of the hour.
        Event::SignedOn { offline: false, .. } => "signed_on",
        Event::Case(step @ CaseEvent::Matched { .. }) => step.name(),
        _ => return Vec::new(),
    };
    let merchant = seen.known.merchant.clone();
    let about = merchant.map(|merchant| About::Merchant { merchant });
    about
        .map(|about| seen.concern(Rule::UnusualHour, about, what))
        .into_iter()
        .collect()
}

pub(super) fn take(memory: &mut Memory, mark: &Mark, terms: &WatchTerms) -> bool {
    let Ok(hour) = usize::try_from(mark.hour) else {
        return false;
    };
    let hours = memory.hours.get_or_insert_with(Hours::unknown);
    let unusual = hours.days >= terms.hours_days && !hours.is_usual(hour, terms);
    // A reset teaches nothing: whoever is let in at night by one would make it usual.
    if mark.what == "signed_on" {
        hours.learn(hour, mark.day);
    }
    if unusual {
        memory.begin(mark);
    }
    unusual
}

impl Hours {
    const fn unknown() -> Self {
        Self {
            days: 0,
            used: [0; HOURS],
            last: None,
            counted: [false; HOURS],
        }
    }

    fn is_usual(&self, hour: usize, terms: &WatchTerms) -> bool {
        let slack = usize::try_from(terms.hours_slack).unwrap_or(HOURS);
        let used = self.used.iter().enumerate();
        let mut usual = used.filter(|(_, days)| days.saturating_mul(ONE_DAY_IN) > self.days);
        usual.any(|(used, _)| {
            let apart = used.abs_diff(hour);
            // The clock is round: one in the morning is near eleven at night.
            apart.min(HOURS.saturating_sub(apart)) <= slack
        })
    }

    fn learn(&mut self, hour: usize, day: Date) {
        if self.last != Some(day) {
            self.last = Some(day);
            self.counted = [false; HOURS];
            self.days = self.days.saturating_add(1);
            if self.days >= DAYS_HALVED {
                self.days /= 2;
                self.used = self.used.map(|days| days / 2);
            }
        }
        let (Some(counted), Some(used)) = (self.counted.get_mut(hour), self.used.get_mut(hour))
        else {
            return;
        };
        if !*counted {
            *counted = true;
            *used = used.saturating_add(1);
        }
    }
}
