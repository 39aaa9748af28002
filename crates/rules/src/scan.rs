//! Scans of documents, as the rules know them: which sheet, which side, and whether
//! the same picture was seen before. The picture itself is nothing to decide by.

use serde::{Deserialize, Serialize};
use tillkey_wire::ids::ScanId;

use crate::vocabulary::EvidenceKind;

/// How many scans one case takes, those that were taken again included.
pub const SCANS_PER_CASE_MAX: u32 = 12;

/// Which side of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The side with the photo or, of a sheet, the only one.
    Front,
    /// The other one.
    Back,
}

impl Side {
    /// Every side.
    pub const ALL: [Self; 2] = [Self::Front, Self::Back];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Front => "front",
            Self::Back => "back",
        }
    }

    /// The sides that a document of this kind has; none where it is no document.
    pub const fn of(kind: EvidenceKind) -> &'static [Self] {
        match kind {
            EvidenceKind::IdentityDocument => &Self::ALL,
            EvidenceKind::BusinessLicence => &[Self::Front],
            _ => &[],
        }
    }
}

/// Where the same picture was seen before. Nobody who has the original in hand makes
/// the same picture twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reuse {
    /// In an earlier case of the same merchant.
    EarlierCase,
    /// In a case of another merchant.
    OtherMerchant,
}

impl Reuse {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::EarlierCase => "earlier_case",
            Self::OtherMerchant => "other_merchant",
        }
    }
}

/// A scan that a case holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scan {
    /// Which picture.
    pub id: ScanId,
    /// Of which document.
    pub kind: EvidenceKind,
    /// Which side.
    pub side: Side,
    /// Where it was seen before, where it was.
    pub reuse: Option<Reuse>,
    /// The keyed digest of its pixels: shows that it is this picture, and no more.
    pub digest: String,
}
