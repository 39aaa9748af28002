//! What the evidence of a case amounts to, taken together.
//!
//! The level follows from the classes of the evidence and from nothing else: three
//! codes sent to one phone are still one phone. It never decides by itself; a policy
//! may ask for a level instead of naming kinds.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::vocabulary::{Class, EvidenceKind};

/// How far the evidence of a case can be trusted, lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assurance {
    /// Nothing was proven.
    None,
    /// Knowledge only: what one person knows another can have been told.
    Low,
    /// Something held, or an original document inspected at a counter.
    Substantial,
    /// Something held, together with knowledge or identity: two independent classes,
    /// so that neither a stolen phone nor a stolen document suffices.
    High,
}

impl Assurance {
    /// Every level, lowest first.
    pub const ALL: [Self; 4] = [Self::None, Self::Low, Self::Substantial, Self::High];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Low => "low",
            Self::Substantial => "substantial",
            Self::High => "high",
        }
    }

    /// Derives the level from the kinds of evidence that were accepted.
    pub fn of(evidence: &BTreeSet<EvidenceKind>) -> Self {
        let has = |class| evidence.iter().any(|kind| kind.classes().contains(&class));
        match (
            has(Class::Possession),
            has(Class::Identity),
            has(Class::Knowledge),
        ) {
            (false, false, false) => Self::None,
            (false, false, true) => Self::Low,
            (true, false, false) | (false, true, _) => Self::Substantial,
            (true, true, _) | (true, _, true) => Self::High,
        }
    }
}

impl fmt::Display for Assurance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use EvidenceKind::*;

    use super::*;

    #[test]
    fn the_level_follows_from_the_classes() {
        let table: &[(&[EvidenceKind], Assurance)] = &[
            (&[], Assurance::None),
            (&[RecentTransactions], Assurance::Low),
            (&[SmsCode], Assurance::Substantial),
            (
                &[SmsCode, PortalSession, TerminalInHand],
                Assurance::Substantial,
            ),
            (&[IdentityDocument], Assurance::Substantial),
            (&[IdentityDocument, BusinessLicence], Assurance::Substantial),
            (
                &[IdentityDocument, RecentTransactions],
                Assurance::Substantial,
            ),
            (&[SmsCode, RecentTransactions], Assurance::High),
            (&[SmsCode, IdentityDocument], Assurance::High),
            (&[SupervisorSignOn], Assurance::High),
        ];
        for (kinds, level) in table {
            assert_eq!(
                Assurance::of(&kinds.iter().copied().collect()),
                *level,
                "{kinds:?}"
            );
        }
    }

    #[test]
    fn more_evidence_never_lowers_the_level() {
        for mask in 0u32..256 {
            let set = |mask: u32| -> BTreeSet<_> {
                let held = |i: usize| mask >> i & 1 == 1;
                EvidenceKind::ALL
                    .iter()
                    .enumerate()
                    .filter(|(i, _)| held(*i))
                    .map(|(_, k)| *k)
                    .collect()
            };
            for bit in 0..8 {
                assert!(Assurance::of(&set(mask)) <= Assurance::of(&set(mask | 1 << bit)));
            }
        }
    }
}
