//! What a policy is asked: the facts of one case at one moment, and four actions.
//!
//! A question is plain data, gathered by the shell. Nothing here decides.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tillkey_wire::ids::Rank;

use crate::assurance::Assurance;
use crate::vocabulary::{Channel, EvidenceKind, MerchantStatus, Reason};

/// Everything a policy may look at. The counts saturate rather than wrap.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Where the case came from.
    pub channel: Channel,
    /// Why the password is to be replaced.
    pub reason: Reason,
    /// The kinds of evidence accepted so far.
    pub evidence: BTreeSet<EvidenceKind>,
    /// The rank of the operator whose password it is.
    pub rank: Rank,
    /// Whether the merchant may be served.
    pub merchant_status: MerchantStatus,
    /// Whole hours since a contact of the merchant last changed.
    pub contact_age_hours: u32,
    /// Failed attempts at this operator's cases and sign-ons in the last 30 days.
    pub failures_30d: u32,
    /// Effective resets of this operator in the last 30 days.
    pub resets_30d: u32,
    /// The hour of day at the merchant, 0 to 23.
    pub hour: u8,
    /// Whether the terminal is connected.
    pub terminal_online: bool,
    /// Whether the terminal holds an unsettled batch, when it has said.
    pub unsettled_batch: Option<bool>,
    /// Whether somebody is looking, or should be, into an alert about the operator, the
    /// terminal or the merchant, or found a short while ago that one was true. Not asked
    /// before there was a watch.
    #[serde(default)]
    pub open_alert: bool,
}

impl Question {
    /// What the evidence amounts to; derived, so that it cannot disagree with it.
    pub fn assurance(&self) -> Assurance {
        Assurance::of(&self.evidence)
    }
}

/// What a policy can permit, in the order in which it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The password may be replaced now.
    Reset,
    /// It may after one reviewer approved.
    ResetAfterReview,
    /// It may after two reviewers approved.
    ResetAfterTwoReviews,
    /// The person may come to a counter with originals.
    ResetAtCounter,
}

impl Action {
    /// Every action, in the order of asking.
    pub const ALL: [Self; 4] = [
        Self::Reset,
        Self::ResetAfterReview,
        Self::ResetAfterTwoReviews,
        Self::ResetAtCounter,
    ];

    /// The actions that lead to a new password in this very case.
    pub const LEADING: [Self; 3] = [
        Self::Reset,
        Self::ResetAfterReview,
        Self::ResetAfterTwoReviews,
    ];

    /// The stable name, as in the policy files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::ResetAfterReview => "reset_after_review",
            Self::ResetAfterTwoReviews => "reset_after_two_reviews",
            Self::ResetAtCounter => "reset_at_counter",
        }
    }
}
