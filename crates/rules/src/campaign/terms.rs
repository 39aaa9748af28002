//! How a campaign goes: its waves, what is too many failures, and when an old password
//! stops opening anything.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use tillkey_wire::ids::InvalidId;

use crate::vocabulary::words;

/// How many waves there may be.
const WAVES_MAX: usize = 4;
/// How long a wave, and the old password, may last at most.
const HOURS_MAX: u32 = 24 * 30;
/// How many failures stop a wave that is under way: fewer may be chance.
const FAILURES_UNDER_WAY: u32 = 3;

/// How a campaign goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CampaignTerms {
    /// How far each wave goes, in hundredths of all operators, the earlier waves included.
    /// The last one goes to 100.
    pub waves: Vec<u8>,
    /// How long a wave waits for the merchants' answers before the next one begins.
    pub wave_hours: u32,
    /// After how many hours the old password of whoever has no new one opens nothing any
    /// more; none where it goes on.
    pub rest_after_hours: Option<u32>,
    /// Of a hundred that came to an end, how many may have failed.
    pub failures_percent: u8,
}

impl Default for CampaignTerms {
    fn default() -> Self {
        Self {
            waves: vec![1, 10, 50, 100],
            wave_hours: 72,
            rest_after_hours: None,
            failures_percent: 5,
        }
    }
}

impl CampaignTerms {
    /// Checks that they can be kept to.
    ///
    /// # Errors
    /// [`InvalidId`] with what they have to be.
    pub fn check(&self) -> Result<(), InvalidId> {
        let invalid = |rule| {
            Err(InvalidId {
                kind: "terms of a campaign",
                rule,
            })
        };
        let rises = self.waves.is_sorted_by(|a, b| a < b);
        let ends =
            self.waves.first().is_some_and(|first| *first > 0) && self.waves.last() == Some(&100);
        if !rises || !ends || self.waves.len() > WAVES_MAX {
            return invalid("one to four waves, each going further, the last one to 100");
        }
        if !(1..=HOURS_MAX).contains(&self.wave_hours) {
            return invalid("a wave of 1 to 720 hours");
        }
        if self.rest_after_hours.is_some_and(|hours| hours > HOURS_MAX) {
            return invalid("an old password that ends within 720 hours, or not at all");
        }
        if !(1..=100).contains(&self.failures_percent) {
            return invalid("1 to 100 failures in a hundred");
        }
        Ok(())
    }

    /// How many waves there are.
    pub(super) fn wave_count(&self) -> u8 {
        u8::try_from(self.waves.len()).unwrap_or(u8::MAX)
    }
}

words!(
    /// How far an operator of a campaign has come.
    TargetState, "state in a campaign", {
        /// Its wave has not begun.
        Waiting = "waiting",
        /// Its merchant was asked and has not answered for it.
        Asked = "asked",
        /// A manager consented; its case is under way.
        Open = "open",
        /// It has a new password, by the campaign's case or by any other.
        Renewed = "renewed",
        /// Its case came to nothing.
        Failed = "failed",
        /// Its merchant says no.
        Objected = "objected",
        /// Its merchant did not answer while its wave lasted.
        Unanswered = "unanswered",
        /// It could not be asked for: it is gone, or its merchant is not served.
        Skipped = "skipped",
    }
);

impl TargetState {
    /// Whether its merchant may answer for it, once more where it failed before.
    pub const fn may_be_answered(self) -> bool {
        matches!(
            self,
            Self::Asked | Self::Failed | Self::Objected | Self::Unanswered
        )
    }
}

/// How many operators of a wave, or of all of a campaign, have come how far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Tally {
    /// See [`TargetState`], like all of them.
    pub waiting: u32,
    /// Asked.
    pub asked: u32,
    /// Under way.
    pub open: u32,
    /// Done.
    pub renewed: u32,
    /// Came to nothing.
    pub failed: u32,
    /// Declined by the merchant.
    pub objected: u32,
    /// Not answered.
    pub unanswered: u32,
    /// Not to be asked.
    pub skipped: u32,
}

impl Tally {
    /// Counts so many in a state.
    pub const fn add(&mut self, state: TargetState, count: u32) {
        let field = match state {
            TargetState::Waiting => &mut self.waiting,
            TargetState::Asked => &mut self.asked,
            TargetState::Open => &mut self.open,
            TargetState::Renewed => &mut self.renewed,
            TargetState::Failed => &mut self.failed,
            TargetState::Objected => &mut self.objected,
            TargetState::Unanswered => &mut self.unanswered,
            TargetState::Skipped => &mut self.skipped,
        };
        *field = field.saturating_add(count);
    }

    /// How many are in a state.
    pub const fn of(&self, state: TargetState) -> u32 {
        match state {
            TargetState::Waiting => self.waiting,
            TargetState::Asked => self.asked,
            TargetState::Open => self.open,
            TargetState::Renewed => self.renewed,
            TargetState::Failed => self.failed,
            TargetState::Objected => self.objected,
            TargetState::Unanswered => self.unanswered,
            TargetState::Skipped => self.skipped,
        }
    }

    /// All of them.
    pub fn all(&self) -> u32 {
        TargetState::ALL
            .iter()
            .fold(0, |sum, state| sum.saturating_add(self.of(*state)))
    }

    /// Those that did not come to a good end.
    pub const fn failures(&self) -> u32 {
        self.failed.saturating_add(self.objected)
    }

    /// Those that came to an end, good or bad.
    pub const fn ended(&self) -> u32 {
        self.renewed.saturating_add(self.failures())
    }
}

/// What a wave had come to when somebody let it go on all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Tolerated {
    pub(super) failures: u32,
    pub(super) ended: u32,
}

/// Whether a wave has failed too often, beside what was put up with before. A wave that is
/// over is judged by each of its failures; one that is under way by a few.
pub(super) fn fails(
    tally: &Tally,
    tolerated: Tolerated,
    terms: &CampaignTerms,
    is_over: bool,
) -> bool {
    let failures = tally.failures().saturating_sub(tolerated.failures);
    let ended = tally.ended().saturating_sub(tolerated.ended);
    let least = if is_over { 1 } else { FAILURES_UNDER_WAY };
    let share = u64::from(failures) * 100;
    failures >= least && share > u64::from(ended) * u64::from(terms.failures_percent)
}
