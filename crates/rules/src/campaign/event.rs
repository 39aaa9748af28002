//! What can happen to a campaign. Like every event a leaf of the ledger, without any
//! personal data in clear.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{CampaignTerms, Manifest, Selection, Tally};
use crate::vocabulary::Reason;

/// One step of a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum CampaignEvent {
    /// Somebody planned it; the list is being made.
    Planned {
        /// Why the passwords are to be replaced.
        reason: Reason,
        /// Whose.
        selection: Selection,
        /// How it goes.
        terms: CampaignTerms,
        /// The keyed digest of what it is called.
        title_digest: String,
    },
    /// The list is made; it waits for those who approve it.
    Listed {
        /// The list.
        manifest: Manifest,
        /// How many persons have to approve it.
        approvals_needed: u8,
        /// Until when they have time.
        deadline: Timestamp,
    },
    /// No list came of it.
    PlanFailed {
        /// Why.
        why: PlanFault,
    },
    /// Somebody approved the list.
    Approved {
        /// The digest of the list they approved.
        manifest_digest: String,
    },
    /// Somebody declined it.
    Declined {
        /// The keyed digest of the reason.
        comment_digest: String,
    },
    /// A wave began.
    WaveBegan {
        /// Counts them, from 1.
        wave: u8,
        /// Until when it waits for answers.
        ends_at: Timestamp,
    },
    /// Too many failed; nothing goes on before somebody says so.
    Stopped {
        /// How the wave stands.
        tally: Tally,
    },
    /// Somebody held it.
    Paused,
    /// Somebody let it go on.
    Resumed {
        /// The keyed digest of why; it has to be said where it had stopped by itself.
        comment_digest: Option<String>,
    },
    /// Somebody ended it before its time. What is done stays done.
    Cancelled,
    /// Nobody approved it in time.
    Lapsed,
    /// The stored list is not the one that was approved: it ends, and nobody is asked.
    ListAltered,
    /// Its last wave is over.
    Completed {
        /// What came of it all.
        tally: Tally,
    },
}

impl CampaignEvent {
    /// The stable name, as in the ledger and on timelines.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Planned { .. } => "planned",
            Self::Listed { .. } => "listed",
            Self::PlanFailed { .. } => "plan_failed",
            Self::Approved { .. } => "approved",
            Self::Declined { .. } => "declined",
            Self::WaveBegan { .. } => "wave_began",
            Self::Stopped { .. } => "stopped",
            Self::Paused => "paused",
            Self::Resumed { .. } => "resumed",
            Self::Cancelled => "cancelled",
            Self::Lapsed => "lapsed",
            Self::ListAltered => "list_altered",
            Self::Completed { .. } => "completed",
        }
    }
}

/// Why no list came of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanFault {
    /// The selection takes nobody.
    Nobody,
    /// The policy lets no campaign reset one of the ranks.
    NotPermitted,
}

impl PlanFault {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::NotPermitted => "not_permitted",
        }
    }
}
