//! The policy in domain words. Each file is about one promise.

mod check;
mod decisions;
mod explaining;
mod files;
mod joining;
mod truth_table;

use std::collections::BTreeSet;
use std::sync::OnceLock;

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
        open_alert: false,
    }
}

/// The default policy, read once.
pub(super) fn delivered() -> &'static Policy {
    static DELIVERED: OnceLock<Policy> = OnceLock::new();
    DELIVERED.get_or_init(Policy::default_policy)
}

/// Everything can be had right now.
pub(super) fn everything() -> BTreeSet<EvidenceKind> {
    EvidenceKind::ALL.iter().copied().collect()
}
