//! When a rule speaks: the acquirer's settings, with defaults that keep a normal month
//! quiet.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::MARKS_MAX;

/// When a rule of the watch speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WatchTerms {
    /// How long a rule does not speak of the same subject again.
    pub quiet_hours: u32,
    /// Within how many minutes failures are counted.
    pub failures_minutes: u32,
    /// How many failures of one operator are too many.
    pub failures_operator: u32,
    /// How many failures at one merchant are too many.
    pub failures_merchant: u32,
    /// After how many days with a sign-on a merchant's hours are known.
    pub hours_days: u32,
    /// How many hours from a usual one are not unusual yet.
    pub hours_slack: u32,
    /// How long after a change of contact a reset is worth a look.
    pub contact_hours: u32,
    /// How many cases one member of staff opens or approves in a day at most.
    pub resets_a_day: u32,
    /// How many merchants and applicants one member of staff looks up in a day at most.
    pub look_ups_a_day: u32,
    /// After how many days of work a member of staff's own average is known.
    pub average_days: u32,
    /// How many times their own average is too much.
    pub average_times: u32,
    /// What is never too much, whatever the average.
    pub average_floor: u32,
}

impl Default for WatchTerms {
    fn default() -> Self {
        Self {
            quiet_hours: 24,
            failures_minutes: 180,
            failures_operator: 8,
            failures_merchant: 16,
            hours_days: 20,
            hours_slack: 4,
            contact_hours: 72,
            resets_a_day: 120,
            look_ups_a_day: 120,
            average_days: 5,
            average_times: 3,
            average_floor: 30,
        }
    }
}

impl WatchTerms {
    pub(super) fn quiet(&self) -> SignedDuration {
        SignedDuration::from_hours(i64::from(self.quiet_hours))
    }

    /// What cannot be served, a sentence each.
    pub fn wrong(&self) -> Vec<String> {
        let counted = [
            ("failures_operator", self.failures_operator),
            ("failures_merchant", self.failures_merchant),
            ("resets_a_day", self.resets_a_day),
            ("look_ups_a_day", self.look_ups_a_day),
            ("average_floor", self.average_floor),
        ];
        let most = u32::try_from(MARKS_MAX).unwrap_or(u32::MAX);
        let out = counted
            .into_iter()
            .filter(|(_, count)| !(1..=most).contains(count));
        let mut wrong: Vec<String> = out
            .map(|(name, _)| format!("`watch.{name}` is not within 1 and {most}"))
            .collect();
        let waits = [
            ("quiet_hours", self.quiet_hours),
            ("failures_minutes", self.failures_minutes),
            ("hours_days", self.hours_days),
            ("contact_hours", self.contact_hours),
            ("average_days", self.average_days),
            ("average_times", self.average_times),
        ];
        let zero = waits.into_iter().filter(|(_, wait)| *wait == 0);
        wrong.extend(zero.map(|(name, _)| format!("`watch.{name}` is 0")));
        if self.hours_slack > 11 {
            wrong.push("`watch.hours_slack` is above 11: no hour would be unusual".to_owned());
        }
        wrong
    }
}
