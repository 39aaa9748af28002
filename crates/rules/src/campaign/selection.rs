//! Whom a campaign is for. What is left empty does not narrow it; the ranks are named.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use tillkey_wire::ids::{DeviceModel, InvalidId, MerchantNumber, Rank};

/// How many merchants, areas or models one selection may name.
const NAMED_MAX: usize = 500;

/// A province or a city, by the first two or four digits of GB/T 2260.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Area(String);

impl Area {
    /// Whether a merchant is in it, by its number.
    pub fn holds(&self, merchant: &MerchantNumber) -> bool {
        merchant.region().starts_with(&self.0)
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Area {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        if digits && matches!(text.len(), 2 | 4) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidId {
                kind: "area",
                rule: "two digits for a province, four for a city (GB/T 2260)",
            })
        }
    }
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Area {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Area {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// Which operators with a password a campaign takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selection {
    /// Of these ranks; at least one.
    pub ranks: BTreeSet<Rank>,
    /// Of these merchants; of all where none is named.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub merchants: BTreeSet<MerchantNumber>,
    /// Of merchants in these areas; everywhere where none is named.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub areas: BTreeSet<Area>,
    /// On terminals of these models; on all where none is named.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub models: BTreeSet<DeviceModel>,
    /// Whose password is from before this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_before: Option<Timestamp>,
}

/// An operator with a password, as a selection looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Whose operator.
    pub merchant: MerchantNumber,
    /// The model of the terminal.
    pub model: DeviceModel,
    /// The operator's rank.
    pub rank: Rank,
    /// Since when the present password is in force.
    pub password_since: Timestamp,
}

impl Selection {
    /// Checks what can be checked without looking at anybody.
    ///
    /// # Errors
    /// [`InvalidId`] where no rank is named, or too much of anything.
    pub fn check(&self) -> Result<(), InvalidId> {
        let invalid = |rule| InvalidId {
            kind: "selection",
            rule,
        };
        if self.ranks.is_empty() {
            return Err(invalid("at least one rank"));
        }
        let named = [self.merchants.len(), self.areas.len(), self.models.len()];
        if named.iter().any(|named| *named > NAMED_MAX) {
            return Err(invalid("at most 500 merchants, areas or models"));
        }
        Ok(())
    }

    /// Whether it takes this one.
    pub fn takes(&self, candidate: &Candidate) -> bool {
        let Candidate {
            merchant,
            model,
            rank,
            password_since,
        } = candidate;
        self.ranks.contains(rank)
            && (self.merchants.is_empty() || self.merchants.contains(merchant))
            && (self.areas.is_empty() || self.areas.iter().any(|area| area.holds(merchant)))
            && (self.models.is_empty() || self.models.contains(model))
            && self
                .password_before
                .is_none_or(|before| *password_since < before)
    }
}
