//! Numbers over the cases of the last days: channels and outcomes, how long it took,
//! why it came to nothing.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use tillkey_rules::case::{Case, State};
use tillkey_rules::event::VoidReason;
use tillkey_rules::party::Role;
use tillkey_rules::policy::Bilingual;
use tillkey_rules::vocabulary::Channel;
use tillkey_store::report::{self, DayCount, Took};

use super::{Failure, SignedIn};
use crate::shell::Shell;

/// How a case ended, as far as numbers are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// The new password is in force.
    Effective,
    /// It is still under way.
    Open,
    /// The policy or a reviewer said no.
    Refused,
    /// It ended otherwise: cancelled, expired, superseded, void.
    Ended,
}

impl Outcome {
    /// Every outcome, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Effective, Self::Open, Self::Refused, Self::Ended];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Effective => "effective",
            Self::Open => "open",
            Self::Refused => "refused",
            Self::Ended => "ended",
        }
    }

    const fn of(state: State) -> Self {
        match state {
            State::Effective => Self::Effective,
            State::Refused => Self::Refused,
            State::Cancelled | State::Expired | State::Superseded | State::Void => Self::Ended,
            State::Gathering
            | State::InReview
            | State::Approved
            | State::Issued
            | State::Redeemed => Self::Open,
        }
    }
}

/// One day's numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// Which day, where the merchants are.
    pub date: Date,
    /// How many cases were opened on it, by how they ended.
    pub outcomes: BTreeMap<Outcome, u64>,
    /// The median time to effective, in seconds, of the cases opened on it.
    pub p50_seconds: Option<u64>,
    /// The time within which nine of ten became effective, in seconds.
    pub p90_seconds: Option<u64>,
}

/// How many cases came by one channel, by how they ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfChannel {
    /// The channel.
    pub channel: Channel,
    /// How many.
    pub outcomes: BTreeMap<Outcome, u64>,
}

/// Why cases came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// A reviewer said no.
    Reviewer,
    /// The policy said no; the reason stands beside.
    Policy,
    /// The facts changed meanwhile; which, stands beside as a word.
    Void(VoidReason),
}

/// How often cases came to nothing for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusals {
    /// Why.
    pub why: Why,
    /// What the policy gave as its reason, where it was the policy.
    pub reason: Option<Bilingual>,
    /// How often.
    pub count: u64,
}

/// The numbers of the last days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CasesReport {
    /// Every day, oldest first, also those without a case.
    pub days: Vec<Day>,
    /// Every channel that any case came by.
    pub channels: Vec<OfChannel>,
    /// The median time to effective over all of them, in seconds.
    pub p50_seconds: Option<u64>,
    /// The time within which nine of ten became effective, in seconds.
    pub p90_seconds: Option<u64>,
    /// Why cases came to nothing, the most frequent first.
    pub refusals: Vec<Refusals>,
}

/// How many days a report may cover.
pub const DAYS: [u16; 3] = [7, 30, 90];
/// How many it covers where nobody asks for another number.
pub const DAYS_USUAL: u16 = 30;

/// Reports on the last days, today included.
///
/// # Errors
/// [`Failure::NotAllowed`] for agents and clerks: these numbers name no person, but
/// they are no part of serving one.
pub async fn cases(shell: &Shell, days: u16, by: &SignedIn) -> Result<CasesReport, Failure> {
    by.must_be(&[Role::Auditor, Role::Administrator, Role::Reviewer])?;
    let days = DAYS
        .into_iter()
        .find(|known| *known == days)
        .unwrap_or(DAYS_USUAL);
    let offset = SignedDuration::from_hours(i64::from(shell.config().utc_offset_hours));
    let today = day_of(shell.now(), offset);
    let first = today.saturating_sub(i64::from(days) - 1);
    let since = beginning_of(first, offset);
    let acquirer = by.acquirer.clone();
    let (counts, times, refused, void) = shell
        .store()
        .read(move |tx| {
            Ok((
                report::by_day(tx, &acquirer, (since, offset))?,
                report::times(tx, &acquirer, since)?,
                report::ended(tx, &acquirer, (State::Refused, since))?,
                report::ended(tx, &acquirer, (State::Void, since))?,
            ))
        })
        .await?;
    Ok(summed(
        (first, today, offset),
        &counts,
        &times,
        &[refused, void].concat(),
    ))
}

fn summed(
    (first, today, offset): (i64, i64, SignedDuration),
    counts: &[DayCount],
    times: &[Took],
    ended: &[Case],
) -> CasesReport {
    let all: Vec<u64> = seconds(times);
    let mut by_day: BTreeMap<i64, Vec<Took>> = BTreeMap::new();
    for took in times {
        let day = day_of(took.opened_at, offset);
        by_day.entry(day).or_default().push(*took);
    }
    CasesReport {
        days: (first..=today)
            .map(|day| {
                let of_day = seconds(by_day.get(&day).map_or(&[], Vec::as_slice));
                Day {
                    date: date(day),
                    outcomes: outcomes(counts.iter().filter(|count| count.day == day)),
                    p50_seconds: percentile(&of_day, 50),
                    p90_seconds: percentile(&of_day, 90),
                }
            })
            .collect(),
        channels: Channel::ALL
            .iter()
            .map(|&channel| OfChannel {
                channel,
                outcomes: outcomes(counts.iter().filter(|count| count.channel == channel)),
            })
            .filter(|of| !of.outcomes.is_empty())
            .collect(),
        p50_seconds: percentile(&all, 50),
        p90_seconds: percentile(&all, 90),
        refusals: refusals(ended),
    }
}

fn outcomes<'a>(counts: impl Iterator<Item = &'a DayCount>) -> BTreeMap<Outcome, u64> {
    let mut outcomes = BTreeMap::new();
    for count in counts {
        *outcomes.entry(Outcome::of(count.state)).or_insert(0) += count.count;
    }
    outcomes
}

fn seconds(times: &[Took]) -> Vec<u64> {
    let mut seconds: Vec<u64> = times
        .iter()
        .map(|took| u64::try_from(took.took.as_secs()).unwrap_or(0))
        .collect();
    seconds.sort_unstable();
    seconds
}

/// The nearest-rank percentile of sorted values.
fn percentile(sorted: &[u64], percent: usize) -> Option<u64> {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

fn refusals(ended: &[Case]) -> Vec<Refusals> {
    let mut found: BTreeMap<(Why, String), Refusals> = BTreeMap::new();
    for case in ended {
        let by_reviewer = case.reviews().iter().any(|review| !review.approved);
        let verdict = case.verdict();
        let (why, key, reason) = match (case.void_reason(), by_reviewer) {
            (Some(void), _) => (Why::Void(void), String::new(), None),
            (None, true) => (Why::Reviewer, String::new(), None),
            (None, false) => (
                Why::Policy,
                verdict
                    .and_then(|verdict| verdict.policies.first().cloned())
                    .unwrap_or_default(),
                verdict.and_then(|verdict| verdict.reasons.first().cloned()),
            ),
        };
        let entry = found.entry((why, key)).or_insert(Refusals {
            why,
            reason,
            count: 0,
        });
        entry.count += 1;
    }
    let mut refusals: Vec<Refusals> = found.into_values().collect();
    refusals.sort_by_key(|refusals| std::cmp::Reverse(refusals.count));
    refusals
}

fn day_of(at: Timestamp, offset: SignedDuration) -> i64 {
    at.as_second()
        .saturating_add(offset.as_secs())
        .div_euclid(86_400)
}

fn beginning_of(day: i64, offset: SignedDuration) -> Timestamp {
    let second = day.saturating_mul(86_400).saturating_sub(offset.as_secs());
    Timestamp::from_second(second).unwrap_or(Timestamp::MIN)
}

fn date(day: i64) -> Date {
    let epoch = Date::constant(1970, 1, 1);
    epoch.checked_add(day.days()).unwrap_or(epoch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_the_nearest_rank() {
        let check = |values: &[u64], percent, expect| {
            assert_eq!(percentile(values, percent), expect, "{values:?} {percent}");
        };
        check(&[], 50, None);
        check(&[7], 50, Some(7));
        check(&[7], 90, Some(7));
        check(&[1, 2, 3, 4], 50, Some(2));
        check(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 90, Some(9));
        check(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 90, Some(10));
    }

    #[test]
    fn a_day_is_the_merchants_day() {
        let shanghai = SignedDuration::from_hours(8);
        let late: Timestamp = "2026-03-01T15:59:59Z".parse().unwrap();
        let early: Timestamp = "2026-03-01T16:00:00Z".parse().unwrap();
        assert_eq!(date(day_of(late, shanghai)).to_string(), "2026-03-01");
        assert_eq!(date(day_of(early, shanghai)).to_string(), "2026-03-02");
        assert_eq!(beginning_of(day_of(early, shanghai), shanghai), early);
    }
}
