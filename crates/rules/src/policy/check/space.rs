//! Which questions stand for all questions: one value of every range that somebody
//! tells from another.

use std::ops::RangeInclusive;

use tillkey_wire::ids::Rank;

use super::super::evidence_set::EvidenceSet;
use super::super::language::{Attribute, Mentions};
use super::super::parse::Policy;
use super::super::question::Question;
use super::invariant;
use crate::vocabulary::{Channel, MerchantStatus, Reason};

/// A question without its evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::policy) struct Facts {
    pub(in crate::policy) channel: Channel,
    pub(in crate::policy) rank: Rank,
    pub(in crate::policy) reason: Reason,
    pub(in crate::policy) merchant_status: MerchantStatus,
    pub(in crate::policy) contact_age_hours: u32,
    pub(in crate::policy) failures_30d: u32,
    pub(in crate::policy) resets_30d: u32,
    pub(in crate::policy) hour: u8,
    pub(in crate::policy) terminal_online: bool,
    pub(in crate::policy) unsettled_batch: Option<bool>,
    pub(in crate::policy) open_alert: bool,
}

impl Facts {
    /// The whole question.
    pub(in crate::policy) fn with(&self, evidence: EvidenceSet) -> Question {
        Question {
            channel: self.channel,
            reason: self.reason,
            evidence: evidence.to_set(),
            rank: self.rank,
            merchant_status: self.merchant_status,
            contact_age_hours: self.contact_age_hours,
            failures_30d: self.failures_30d,
            resets_30d: self.resets_30d,
            hour: self.hour,
            terminal_online: self.terminal_online,
            unsettled_batch: self.unsettled_batch,
            open_alert: self.open_alert,
        }
    }
}

/// For each attribute, in the order of [`Attribute::ALL`], which of its values.
pub(in crate::policy) type Digits = [usize; Attribute::ALL.len()];

/// The values that are asked about.
#[derive(Debug, Clone)]
pub(in crate::policy) struct Space {
    channels: Vec<Channel>,
    ranks: Vec<Rank>,
    reasons: Vec<Reason>,
    statuses: Vec<MerchantStatus>,
    pub(in crate::policy) ages: Vec<Piece>,
    pub(in crate::policy) failures: Vec<Piece>,
    pub(in crate::policy) resets: Vec<Piece>,
    pub(in crate::policy) hours: Vec<Piece>,
    online: Vec<bool>,
    batches: Vec<Option<bool>>,
    alerts: Vec<bool>,
}

/// A range of a number that nobody tells apart, and the value that stands for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::policy) struct Piece {
    pub(in crate::policy) range: RangeInclusive<u32>,
    /// The end nearest to where the answer may change.
    pub(in crate::policy) value: u32,
}

impl Space {
    /// Collects what the policies and the invariants look at.
    pub(in crate::policy) fn of(policy: &Policy) -> Self {
        let mut all = invariant::mentions();
        for rule in policy.rules.values() {
            all.extend(&rule.mentions);
        }
        let seen = |attribute| all.attributes.contains(&attribute);
        let first_unless = |seen: bool, count: usize| if seen { count } else { 1 };
        let reasons = first_unless(seen(Attribute::Reason), Reason::ALL.len());
        let online = first_unless(seen(Attribute::TerminalOnline), 2);
        let batches = first_unless(seen(Attribute::UnsettledBatch), 3);
        let alerts = first_unless(seen(Attribute::OpenAlert), 2);
        Self {
            channels: Channel::ALL.to_vec(),
            ranks: Rank::ALL.to_vec(),
            reasons: Reason::ALL.iter().copied().take(reasons).collect(),
            statuses: MerchantStatus::ALL.to_vec(),
            // The oldest first: a counterexample is as plain as can be.
            ages: pieces(&all, Attribute::ContactAgeHours, u32::MAX)
                .into_iter()
                .rev()
                .collect(),
            failures: pieces(&all, Attribute::Failures30d, u32::MAX),
            resets: pieces(&all, Attribute::Resets30d, u32::MAX),
            hours: pieces(&all, Attribute::Hour, 23),
            online: [true, false].into_iter().take(online).collect(),
            batches: [None, Some(true), Some(false)]
                .into_iter()
                .take(batches)
                .collect(),
            alerts: [false, true].into_iter().take(alerts).collect(),
        }
    }

    /// How many values an attribute has.
    pub(in crate::policy) fn count(&self, attribute: Attribute) -> usize {
        match attribute {
            Attribute::Channel => self.channels.len(),
            Attribute::Rank => self.ranks.len(),
            Attribute::Reason => self.reasons.len(),
            Attribute::MerchantStatus => self.statuses.len(),
            Attribute::ContactAgeHours => self.ages.len(),
            Attribute::Failures30d => self.failures.len(),
            Attribute::Resets30d => self.resets.len(),
            Attribute::Hour => self.hours.len(),
            Attribute::TerminalOnline => self.online.len(),
            Attribute::UnsettledBatch => self.batches.len(),
            Attribute::OpenAlert => self.alerts.len(),
        }
    }

    /// How many combinations there are besides channel and evidence.
    pub(super) fn count_without_channel(&self) -> usize {
        Attribute::ALL
            .into_iter()
            .filter(|attribute| *attribute != Attribute::Channel)
            .fold(1, |count, attribute| {
                count.saturating_mul(self.count(attribute))
            })
    }

    /// How many questions there are in all.
    pub(super) fn questions(&self) -> u64 {
        let rows = self
            .count_without_channel()
            .saturating_mul(self.channels.len());
        u64::try_from(rows).unwrap_or(u64::MAX).saturating_mul(256)
    }

    /// The combination at a place, once for each channel.
    pub(super) fn rows(&self, index: usize) -> impl Iterator<Item = Digits> {
        let mut digits = Digits::default();
        let mut left = index;
        // The channel is the first attribute and is set below.
        let places = digits.iter_mut().zip(Attribute::ALL).skip(1);
        for (digit, attribute) in places {
            let count = self.count(attribute).max(1);
            *digit = left % count;
            left /= count;
        }
        let [_, rest @ ..] = digits;
        (0..self.channels.len()).map(move |channel| {
            let mut digits = Digits::default();
            let [first, others @ ..] = &mut digits;
            *first = channel;
            *others = rest;
            digits
        })
    }

    /// The facts that digits stand for.
    pub(in crate::policy) fn facts(&self, digits: &Digits) -> Facts {
        let [
            channel,
            rank,
            reason,
            status,
            age,
            failures,
            resets,
            hour,
            online,
            batch,
            alert,
        ] = *digits;
        let value = |pieces: &[Piece], at: usize| pieces.get(at).map_or(0, |piece| piece.value);
        Facts {
            channel: self.channels.get(channel).copied().unwrap_or(Channel::App),
            rank: self.ranks.get(rank).copied().unwrap_or(Rank::Cashier),
            reason: self
                .reasons
                .get(reason)
                .copied()
                .unwrap_or(Reason::Forgotten),
            merchant_status: self
                .statuses
                .get(status)
                .copied()
                .unwrap_or(MerchantStatus::Active),
            contact_age_hours: value(&self.ages, age),
            failures_30d: value(&self.failures, failures),
            resets_30d: value(&self.resets, resets),
            hour: u8::try_from(value(&self.hours, hour)).unwrap_or(0),
            terminal_online: self.online.get(online).copied().unwrap_or(true),
            unsettled_batch: self.batches.get(batch).copied().unwrap_or(None),
            open_alert: self.alerts.get(alert).copied().unwrap_or(false),
        }
    }
}

/// Cuts 0 to `max` where somebody tells a value from the one below it.
fn pieces(all: &Mentions, attribute: Attribute, max: u32) -> Vec<Piece> {
    let splits = all.splits.get(&attribute);
    // A split outside the range tells nothing apart within it.
    let inside = splits
        .into_iter()
        .flatten()
        .filter_map(|split| u32::try_from(*split).ok())
        .filter(|split| (1..=max).contains(split));
    let mut pieces = Vec::new();
    let mut start = 0;
    for split in inside {
        pieces.push(Piece {
            range: start..=split - 1,
            value: split - 1,
        });
        start = split;
    }
    pieces.push(Piece {
        range: start..=max,
        value: start,
    });
    pieces
}
