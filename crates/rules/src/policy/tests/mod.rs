//! The policy in domain words. Each file is about one promise.

mod decisions;

use std::collections::BTreeSet;

use tillkey_wire::ids::Rank;

use super::*;
use crate::vocabulary::{Channel, EvidenceKind, MerchantStatus, Reason};

/// A cashier who forgot their password, at noon, at a merchant about whom there is
/// nothing to say.
pub(super) fn plain(channel: Channel, evidence: &[EvidenceKind]) -> Question {
    Question {
        channel,
        reason: Reason::Forgotten,
        evidence: evidence.iter().copied().collect(),
        rank: Rank::Cashier,
        merchant_status: MerchantStatus::Active,
        contact_age_hours: 10_000,
        failures_30d: 0,
        resets_30d: 0,
        hour: 12,
        terminal_online: true,
        unsettled_batch: None,
    }
}

/// Everything can be had right now.
pub(super) fn everything() -> BTreeSet<EvidenceKind> {
    EvidenceKind::ALL.iter().copied().collect()
}
