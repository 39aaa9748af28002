//! What a policy answers: the decision, who made it, and why, in both languages.
//!
//! A verdict goes into an event, so its names are a promise.

use serde::{Deserialize, Serialize};

use super::question::Action;
use crate::vocabulary::EvidenceKind;

/// One text in the two languages of the house.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Bilingual {
    /// Chinese, as in China.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Bilingual {
    /// Puts the two texts together.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            zh: zh.into(),
            en: en.into(),
        }
    }
}

/// How many people must approve. There is no zero: without review it is another
/// decision, not a review by nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
pub enum Reviewers {
    /// One person, not the one who gathered the evidence.
    One,
    /// Two different people.
    Two,
}

impl Reviewers {
    /// The number of people.
    pub const fn count(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Two => 2,
        }
    }
}

impl From<Reviewers> for u8 {
    fn from(reviewers: Reviewers) -> Self {
        reviewers.count()
    }
}

impl TryFrom<u8> for Reviewers {
    type Error = &'static str;

    fn try_from(count: u8) -> Result<Self, Self::Error> {
        match count {
            1 => Ok(Self::One),
            2 => Ok(Self::Two),
            _ => Err("a review takes one or two reviewers"),
        }
    }
}

/// What the policy says about a case, here and now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Nothing this person can do in this channel leads to a new password.
    Refuse,
    /// The evidence named in [`Verdict::next`] would.
    MoreEvidence,
    /// Only at a counter, with originals.
    CounterOnly,
    /// After so many people approved.
    Review {
        /// How many.
        reviewers: Reviewers,
    },
    /// At once.
    GoAhead,
}

impl Decision {
    /// The stable name, without the number of reviewers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::MoreEvidence => "more_evidence",
            Self::CounterOnly => "counter_only",
            Self::Review { .. } => "review",
            Self::GoAhead => "go_ahead",
        }
    }

    /// How many reviews stand between this decision and a new password; `None` when
    /// it does not lead to one.
    pub const fn reviews(self) -> Option<u8> {
        match self {
            Self::Refuse | Self::MoreEvidence | Self::CounterOnly => None,
            Self::Review { reviewers } => Some(reviewers.count()),
            Self::GoAhead => Some(0),
        }
    }

    /// How good it is for the one who asks; a promise of more evidence is not yet a
    /// step.
    pub(super) const fn grade(self) -> u8 {
        match self {
            Self::Refuse | Self::MoreEvidence => 0,
            Self::CounterOnly => 1,
            Self::Review {
                reviewers: Reviewers::Two,
            } => 2,
            Self::Review {
                reviewers: Reviewers::One,
            } => 3,
            Self::GoAhead => 4,
        }
    }

    /// The decision that follows when this action is the first one permitted.
    pub const fn from_first_permitted(action: Option<Action>) -> Self {
        match action {
            Some(Action::Reset) => Self::GoAhead,
            Some(Action::ResetAfterReview) => Self::Review {
                reviewers: Reviewers::One,
            },
            Some(Action::ResetAfterTwoReviews) => Self::Review {
                reviewers: Reviewers::Two,
            },
            Some(Action::ResetAtCounter) => Self::CounterOnly,
            None => Self::Refuse,
        }
    }
}

/// The decision with its grounds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// What is to happen.
    pub decision: Decision,
    /// The ids of the policies that decided: those that ruled out what was asked
    /// before, then those that permitted. With [`Decision::MoreEvidence`], those that
    /// would decide once the evidence is there.
    pub policies: Vec<String>,
    /// Their reasons, in the same order; never empty.
    pub reasons: Vec<Bilingual>,
    /// With [`Decision::MoreEvidence`]: the cheapest evidence that would lead on.
    pub next: Vec<EvidenceKind>,
}
