//! CBOR with one spelling per value.
//!
//! RFC 8949 lets one value be written in many ways and leaves duplicate keys to the
//! reader, and two readers that disagree are a way past one of them. So every frame
//! first passes [`check`], which walks the bytes once, without recursion and without
//! allocating for what is merely announced: definite lengths, shortest integers, no
//! duplicate keys, no tags, no floats, nothing left over. Only then does a parser
//! see it. [`encode`] writes nothing else.

use std::collections::BTreeSet;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::limits::{DEPTH_MAX, ENTRIES_MAX};

/// Why bytes are not one well-formed value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CborError {
    /// The value goes on after the last byte.
    #[error("the bytes end within a value")]
    Truncated,
    /// Something follows the value.
    #[error("bytes are left over after the value")]
    TrailingBytes,
    /// The same value has a shorter or a definite-length spelling.
    #[error("a value is not in its one spelling")]
    NotCanonical,
    /// Arrays and maps within each other, beyond the limit.
    #[error("values are nested deeper than {limit}")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// An array or a map with more entries than the limit.
    #[error("an array or map has more than {limit} entries")]
    TooManyEntries {
        /// The limit.
        limit: u64,
    },
    /// One key twice in a map.
    #[error("a map has one key twice")]
    DuplicateKey,
    /// A tag, a float, a key that is not text or an integer, text that is not UTF-8.
    #[error("a kind of value that no message has")]
    Unsupported,
    /// Well formed, but not the message that was expected here.
    #[error("not the expected message: {why}")]
    Unexpected {
        /// What the reader missed or did not know; no value is repeated.
        why: String,
    },
}

/// The first byte of an item, taken apart, and what follows it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head<'a> {
    pub(crate) major: u8,
    pub(crate) argument: u64,
    pub(crate) rest: &'a [u8],
}

/// Reads the head of the next item: its major type and its argument.
pub(crate) fn head(bytes: &[u8]) -> Result<Head<'_>, CborError> {
    let (&initial, rest) = bytes.split_first().ok_or(CborError::Truncated)?;
    let (major, short) = (initial >> 5, initial & 0x1f);
    let (argument, rest, least) = match short {
        0..=23 => {
            return Ok(Head {
                major,
                argument: u64::from(short),
                rest,
            });
        }
        24 => take(rest).map(|(a, r)| (u64::from(u8::from_be_bytes(a)), r, 24))?,
        25 => take(rest).map(|(a, r)| (u64::from(u16::from_be_bytes(a)), r, 0x100))?,
        26 => take(rest).map(|(a, r)| (u64::from(u32::from_be_bytes(a)), r, 0x1_0000))?,
        27 => take(rest).map(|(a, r)| (u64::from_be_bytes(a), r, 0x1_0000_0000))?,
        _ => return Err(CborError::NotCanonical),
    };
    if argument < least {
        return Err(CborError::NotCanonical);
    }
    Ok(Head {
        major,
        argument,
        rest,
    })
}

fn take<const N: usize>(bytes: &[u8]) -> Result<([u8; N], &[u8]), CborError> {
    bytes
        .split_first_chunk()
        .map(|(first, rest)| (*first, rest))
        .ok_or(CborError::Truncated)
}

/// Splits off the contents of a byte or text string whose head has been read.
pub(crate) fn string(head: Head<'_>) -> Result<(&[u8], &[u8]), CborError> {
    let length = usize::try_from(head.argument).map_err(|_| CborError::Truncated)?;
    head.rest
        .split_at_checked(length)
        .ok_or(CborError::Truncated)
}

/// An array or a map that has not ended yet.
struct Open<'a> {
    /// How many items are still to come; a map has two for each entry.
    left: u64,
    /// The keys so far, as they are encoded, if it is a map.
    keys: Option<BTreeSet<&'a [u8]>>,
}

/// Checks that the bytes are exactly one value in its one spelling.
///
/// # Errors
/// [`CborError`] names the first fault; never [`CborError::Unexpected`].
pub fn check(bytes: &[u8], depth_max: usize) -> Result<(), CborError> {
    if walk(bytes, depth_max)?.is_empty() {
        Ok(())
    } else {
        Err(CborError::TrailingBytes)
    }
}

/// Splits the first value off a sequence of them (RFC 8742).
///
/// # Errors
/// [`CborError`] if the bytes do not begin with a value in its one spelling.
pub fn split_first(bytes: &[u8]) -> Result<(&[u8], &[u8]), CborError> {
    let length = bytes.len() - walk(bytes, DEPTH_MAX)?.len();
    bytes.split_at_checked(length).ok_or(CborError::Truncated)
}

/// Walks over one value, and gives what follows it.
fn walk(bytes: &[u8], depth_max: usize) -> Result<&[u8], CborError> {
    let mut rest = bytes;
    let mut open: Vec<Open<'_>> = Vec::new();
    loop {
        let item = rest;
        let head = head(item)?;
        let is_key = open
            .last()
            .is_some_and(|o| o.keys.is_some() && o.left.is_multiple_of(2));
        if is_key && !matches!(head.major, 0 | 1 | 3) {
            return Err(CborError::Unsupported);
        }
        let mut entered = None;
        rest = match head.major {
            0 | 1 => head.rest,
            2 => string(head)?.1,
            3 => {
                let (text, rest) = string(head)?;
                std::str::from_utf8(text).map_err(|_| CborError::Unsupported)?;
                rest
            }
            4 | 5 => {
                entered = Some(enter(head, open.len(), depth_max)?);
                head.rest
            }
            7 if matches!(head.argument, 20..=22) => head.rest,
            _ => return Err(CborError::Unsupported),
        };
        if let Some(within) = open.last_mut() {
            within.left -= 1;
            if is_key && let Some(keys) = &mut within.keys {
                let length = item.len() - rest.len();
                let key = item.get(..length).ok_or(CborError::Truncated)?;
                if !keys.insert(key) {
                    return Err(CborError::DuplicateKey);
                }
            }
        }
        open.extend(entered);
        while open.last().is_some_and(|o| o.left == 0) {
            open.pop();
        }
        if open.is_empty() {
            return Ok(rest);
        }
    }
}

fn enter<'a>(head: Head<'_>, depth: usize, depth_max: usize) -> Result<Open<'a>, CborError> {
    if depth >= depth_max {
        return Err(CborError::TooDeep { limit: depth_max });
    }
    if head.argument > ENTRIES_MAX {
        return Err(CborError::TooManyEntries { limit: ENTRIES_MAX });
    }
    Ok(if head.major == 5 {
        Open {
            left: head.argument * 2,
            keys: Some(BTreeSet::new()),
        }
    } else {
        Open {
            left: head.argument,
            keys: None,
        }
    })
}

/// Writes a value.
///
/// # Errors
/// [`CborError::Unexpected`] if the value cannot be written, which none of our
/// messages can provoke.
pub fn encode(value: &impl Serialize) -> Result<Vec<u8>, CborError> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).map_err(|fault| CborError::Unexpected {
        why: fault.to_string(),
    })?;
    Ok(bytes)
}

/// Checks the bytes and reads them as a `T`.
///
/// # Errors
/// [`CborError`] as [`check`], or [`CborError::Unexpected`] if it is not a `T`.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CborError> {
    check(bytes, DEPTH_MAX)?;
    ciborium::de::from_reader_with_recursion_limit(bytes, DEPTH_MAX * 4).map_err(|fault| {
        let why = match fault {
            // These name a field of ours. What else serde says repeats what it read,
            // and that may be a code.
            ciborium::de::Error::Semantic(_, why) if why.starts_with("missing field") => why,
            _ => String::from("a field is unknown or of another kind"),
        };
        CborError::Unexpected { why }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn refused(hex: &str) -> CborError {
        let bytes = data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap();
        check(&bytes, 2).unwrap_err()
    }

    #[test]
    fn each_fault_has_its_name() {
        for (hex, expect) in [
            ("", CborError::Truncated),
            ("18", CborError::Truncated),
            ("4201", CborError::Truncated),
            ("8201", CborError::Truncated),
            ("5bffffffffffffffff", CborError::Truncated),
            ("0000", CborError::TrailingBytes),
            ("1817", CborError::NotCanonical),
            ("190010", CborError::NotCanonical),
            ("9fff", CborError::NotCanonical),
            ("7f6161ff", CborError::NotCanonical),
            ("818180", CborError::TooDeep { limit: 2 }),
            (
                "9bffffffffffffffff",
                CborError::TooManyEntries { limit: 128 },
            ),
            ("a2616101616102", CborError::DuplicateKey),
            ("a1800", CborError::Unsupported),
            ("c100", CborError::Unsupported),
            ("f93c00", CborError::Unsupported),
            ("62c328", CborError::Unsupported),
        ] {
            let hex = if hex.len().is_multiple_of(2) {
                hex.to_owned()
            } else {
                format!("{hex}0")
            };
            assert_eq!(refused(&hex), expect, "{hex}");
        }
    }

    #[test]
    fn a16_deep_nesting_costs_neither_stack_nor_memory() {
        assert_eq!(
            check(&[0x81; 16_000], 8),
            Err(CborError::TooDeep { limit: 8 })
        );
        assert!(matches!(
            decode::<String>(&[0x81; 16_000]),
            Err(CborError::TooDeep { .. })
        ));
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
            let _ = check(&bytes, DEPTH_MAX);
            let _ = decode::<Vec<(String, u64)>>(&bytes);
        }

        #[test]
        fn what_is_written_is_in_its_one_spelling(
            value in proptest::collection::btree_map(any::<String>(), any::<Option<i64>>(), 0..20)
        ) {
            let bytes = encode(&value).unwrap();
            prop_assert_eq!(decode::<std::collections::BTreeMap<_, _>>(&bytes), Ok(value));
        }
    }
}
