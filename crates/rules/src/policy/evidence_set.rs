//! A set of evidence in one byte, for the places that go through all 256 of them.

use std::collections::BTreeSet;

use crate::vocabulary::{Class, EvidenceKind};

/// A set of kinds of evidence; bit `i` stands for the `i`-th kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) struct EvidenceSet(u8);

/// The bit of one kind, in the order of [`EvidenceKind::ALL`].
const fn bit(kind: EvidenceKind) -> u8 {
    match kind {
        EvidenceKind::SmsCode => 1,
        EvidenceKind::PortalSession => 1 << 1,
        EvidenceKind::TerminalInHand => 1 << 2,
        EvidenceKind::ManagerConsent => 1 << 3,
        EvidenceKind::SupervisorSignOn => 1 << 4,
        EvidenceKind::RecentTransactions => 1 << 5,
        EvidenceKind::IdentityDocument => 1 << 6,
        EvidenceKind::BusinessLicence => 1 << 7,
    }
}

impl EvidenceSet {
    pub(super) const EMPTY: Self = Self(0);
    pub(super) const FULL: Self = Self(u8::MAX);

    /// Every set there is.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        (0..=u8::MAX).map(Self)
    }

    pub(super) const fn bits(self) -> u8 {
        self.0
    }

    pub(super) const fn size(self) -> u32 {
        self.0.count_ones()
    }

    pub(super) const fn contains(self, kind: EvidenceKind) -> bool {
        self.0 & bit(kind) != 0
    }

    pub(super) const fn with(self, kind: EvidenceKind) -> Self {
        Self(self.0 | bit(kind))
    }

    pub(super) const fn without(self, kind: EvidenceKind) -> Self {
        Self(self.0 & !bit(kind))
    }

    pub(super) const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) const fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// Whether something in it counts towards that class.
    pub(super) fn has_class(self, class: Class) -> bool {
        self.kinds().any(|kind| kind.classes().contains(&class))
    }

    pub(super) fn kinds(self) -> impl Iterator<Item = EvidenceKind> {
        EvidenceKind::ALL
            .iter()
            .copied()
            .filter(move |kind| self.contains(*kind))
    }

    pub(super) fn to_set(self) -> BTreeSet<EvidenceKind> {
        self.kinds().collect()
    }
}

impl FromIterator<EvidenceKind> for EvidenceSet {
    fn from_iter<I: IntoIterator<Item = EvidenceKind>>(kinds: I) -> Self {
        kinds.into_iter().fold(Self::EMPTY, Self::with)
    }
}

impl From<&BTreeSet<EvidenceKind>> for EvidenceSet {
    fn from(kinds: &BTreeSet<EvidenceKind>) -> Self {
        kinds.iter().copied().collect()
    }
}
