//! Text that somebody typed beside a transaction.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::card_data::{self, CardData};
use crate::limits::REMARK_BYTES_MAX;

/// Why a text is not kept. It repeats nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRemark {
    /// Empty, too long, or with control characters.
    #[error("a remark is 1 to {REMARK_BYTES_MAX} bytes of text on one line")]
    Shape,
    /// Something that looks like card data.
    #[error("a remark holds no card data")]
    CardData(CardData),
}

/// A short text without card data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Remark(String);

impl Remark {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Remark {
    type Err = InvalidRemark;

    fn from_str(text: &str) -> Result<Self, InvalidRemark> {
        let fits = (1..=REMARK_BYTES_MAX).contains(&text.len());
        if !fits || text.trim().is_empty() || text.chars().any(char::is_control) {
            return Err(InvalidRemark::Shape);
        }
        match card_data::find(text) {
            Some(found) => Err(InvalidRemark::CardData(found)),
            None => Ok(Self(text.to_owned())),
        }
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Remark {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}
