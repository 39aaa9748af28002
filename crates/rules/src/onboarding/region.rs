//! Where a shop is: an administrative division code of GB/T 2260.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use tillkey_wire::ids::InvalidId;

/// Six digits: two for the province, two for the prefecture, two for the county. A code
/// that ends in `00` stands for all of its prefecture, one in `0000` for its province.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegionCode(u32);

impl RegionCode {
    /// Whether the other place lies in this one, or is the same.
    pub const fn covers(self, other: Self) -> bool {
        if self.0.is_multiple_of(10_000) {
            self.0 / 10_000 == other.0 / 10_000
        } else if self.0.is_multiple_of(100) {
            self.0 / 100 == other.0 / 100
        } else {
            self.0 == other.0
        }
    }

    /// The province that it lies in.
    pub const fn province(self) -> Self {
        Self(self.0 / 10_000 * 10_000)
    }

    /// The prefecture that it lies in; of a province's code, the province's own.
    pub const fn prefecture(self) -> Self {
        Self(self.0 / 100 * 100)
    }
}

impl FromStr for RegionCode {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let invalid = InvalidId {
            kind: "region",
            rule: "6 digits, a division code of GB/T 2260 from 110000 on",
        };
        if text.len() != 6 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(invalid);
        }
        let code: u32 = text.parse().map_err(|_| invalid.clone())?;
        if (110_000..=829_999).contains(&code) {
            Ok(Self(code))
        } else {
            Err(invalid)
        }
    }
}

impl fmt::Display for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

impl Serialize for RegionCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RegionCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(text: &str) -> RegionCode {
        text.parse().unwrap()
    }

    #[test]
    fn a_province_covers_its_prefectures_and_counties_and_nothing_else() {
        assert!(region("310000").covers(region("310115")));
        assert!(region("310100").covers(region("310115")));
        assert!(region("310115").covers(region("310115")));
        assert!(!region("310115").covers(region("310100")));
        assert!(!region("310100").covers(region("310200")));
        assert!(!region("310000").covers(region("320000")));
        assert_eq!(region("440305").province(), region("440000"));
        assert_eq!(region("440305").prefecture(), region("440300"));
    }

    #[test]
    fn a_code_is_six_ascii_digits() {
        for bad in [
            "",
            "3101",
            "3101150",
            "31011x",
            "３１０１１５",
            "010000",
            "990000",
        ] {
            assert!(bad.parse::<RegionCode>().is_err(), "{bad:?}");
        }
    }
}
