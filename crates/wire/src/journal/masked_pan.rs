//! As much of a card number as may be kept.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::card_data::passes_luhn;
use crate::secret::Secret;

const FIRST: usize = 6;
const LAST: usize = 4;
const HIDDEN: &str = "******";

/// Not a card number, or not a masked one. It repeats nothing of what was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a card number")]
pub struct InvalidPan;

/// The first six and the last four digits of a card number (PCI DSS, requirement 3.4).
/// How many stood between is not kept.
#[derive(Clone, PartialEq, Eq)]
pub struct MaskedPan {
    first: [u8; FIRST],
    last: [u8; LAST],
}

impl MaskedPan {
    /// Masks a card number as the reader gave it.
    ///
    /// # Errors
    /// [`InvalidPan`] unless it has 13 to 19 digits and its check digit holds.
    pub fn of(number: &Secret<String>) -> Result<Self, InvalidPan> {
        let text = number.expose().as_bytes();
        if !(13..=19).contains(&text.len()) || !text.iter().all(u8::is_ascii_digit) {
            return Err(InvalidPan);
        }
        let digits = Secret::new(text.iter().map(|byte| byte - b'0').collect::<Vec<u8>>());
        let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) else {
            return Err(InvalidPan);
        };
        if !passes_luhn(digits.expose()) {
            return Err(InvalidPan);
        }
        Ok(Self {
            first: *first,
            last: *last,
        })
    }
}

impl fmt::Display for MaskedPan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |digits: &[u8]| String::from_utf8_lossy(digits).into_owned();
        write!(f, "{}{HIDDEN}{}", part(&self.first), part(&self.last))
    }
}

impl fmt::Debug for MaskedPan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MaskedPan({self})")
    }
}

impl FromStr for MaskedPan {
    type Err = InvalidPan;

    /// Reads six digits, six asterisks, four digits, and nothing else.
    fn from_str(text: &str) -> Result<Self, InvalidPan> {
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let (first, last) = text.split_once(HIDDEN).ok_or(InvalidPan)?;
        if !digits(first) || !digits(last) {
            return Err(InvalidPan);
        }
        Ok(Self {
            first: first.as_bytes().try_into().map_err(|_| InvalidPan)?,
            last: last.as_bytes().try_into().map_err(|_| InvalidPan)?,
        })
    }
}

impl Serialize for MaskedPan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for MaskedPan {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}
