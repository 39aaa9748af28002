//! The files themselves: names, digests, places, and what can be seen before parsing.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};

use super::fault::PolicyFault;
use super::limits::{POLICY_DEPTH_MAX, POLICY_FILE_BYTES_MAX, POLICY_TOKENS_MAX};

/// One policy file, as read by the caller.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PolicyFile {
    /// Its name, without a folder.
    pub name: String,
    /// What it says.
    pub text: String,
}

impl PolicyFile {
    /// Puts a name and a text together.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
        }
    }

    /// The place of a byte of the text.
    pub(super) fn place(&self, offset: usize) -> Place {
        let before = self.text.as_bytes().iter().take(offset);
        let line = 1 + before.filter(|byte| **byte == b'\n').count();
        Place {
            file: self.name.clone(),
            line,
        }
    }
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The file's name.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// Names one set of policy files: SHA-256 over the schema, and over the names and
/// texts in the order of the names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyDigest([u8; 32]);

impl PolicyDigest {
    /// Digests files that are already in order.
    pub(super) fn of(schema: &str, files: &[PolicyFile]) -> Self {
        let mut hash = Sha256::new();
        let mut part = |text: &str| {
            // The length first, so that no two sets of files run together into one text.
            hash.update(text.len().to_string().as_bytes());
            hash.update(b":");
            hash.update(text.as_bytes());
        };
        part("tillkey policy 1");
        part(schema);
        for file in files {
            part(&file.name);
            part(&file.text);
        }
        Self(hash.finalize().into())
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for PolicyDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for PolicyDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PolicyDigest({self})")
    }
}

impl FromStr for PolicyDigest {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const RULE: &str = "a policy digest is 64 lower-case hexadecimal digits";
        let lower = |byte: &u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte);
        if text.len() != 64 || !text.as_bytes().iter().all(lower) {
            return Err(RULE);
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| RULE)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| RULE)?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for PolicyDigest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PolicyDigest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// Refuses what is too long.
pub(super) fn check_size(file: &PolicyFile) -> Result<(), PolicyFault> {
    if file.text.len() > POLICY_FILE_BYTES_MAX {
        return Err(PolicyFault::TooMuch {
            place: file.place(0),
            what: "bytes",
            count: file.text.len(),
            max: POLICY_FILE_BYTES_MAX,
        });
    }
    Ok(())
}

/// Refuses what would nest deep once parsed, before any parser has recursed into it
/// (attack A16). It reads words and signs only, in one pass.
pub(super) fn check_nesting(file: &PolicyFile) -> Result<(), PolicyFault> {
    let mut scan = Scan::default();
    let mut bytes = file.text.bytes().enumerate().peekable();
    while let Some((offset, byte)) = bytes.next() {
        match byte {
            b'"' => {
                let mut escaped = false;
                for (_, inner) in bytes.by_ref() {
                    match inner {
                        _ if escaped => escaped = false,
                        b'\\' => escaped = true,
                        b'"' => break,
                        _ => {}
                    }
                }
                scan.tokens += 1;
            }
            b'/' if bytes.peek().is_some_and(|(_, next)| *next == b'/') => {
                for (_, inner) in bytes.by_ref() {
                    if inner == b'\n' {
                        break;
                    }
                }
            }
            _ if is_word(byte) => {
                let mut end = offset + 1;
                while bytes.next_if(|(_, next)| is_word(*next)).is_some() {
                    end += 1;
                }
                scan.word(file.text.get(offset..end).unwrap_or_default());
            }
            _ if byte.is_ascii_whitespace() => {}
            _ => scan.sign(byte),
        }
        scan.check(file, offset)?;
    }
    Ok(())
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

/// What [`check_nesting`] has counted in the policy at hand.
#[derive(Default)]
struct Scan {
    brackets: usize,
    conditions: usize,
    tokens: usize,
}

impl Scan {
    fn word(&mut self, word: &str) {
        self.tokens += 1;
        if word == "if" {
            self.conditions += 1;
        }
    }

    fn sign(&mut self, sign: u8) {
        self.tokens += 1;
        match sign {
            b'(' | b'[' | b'{' => self.brackets += 1,
            b')' | b']' | b'}' => self.brackets = self.brackets.saturating_sub(1),
            b';' if self.brackets == 0 => *self = Self::default(),
            _ => {}
        }
    }

    fn check(&self, file: &PolicyFile, offset: usize) -> Result<(), PolicyFault> {
        if self.brackets > POLICY_DEPTH_MAX || self.conditions > POLICY_DEPTH_MAX {
            return Err(PolicyFault::TooDeep {
                place: file.place(offset),
                max: POLICY_DEPTH_MAX,
            });
        }
        if self.tokens > POLICY_TOKENS_MAX {
            return Err(PolicyFault::TooMuch {
                place: file.place(offset),
                what: "words and signs in one policy",
                count: self.tokens,
                max: POLICY_TOKENS_MAX,
            });
        }
        Ok(())
    }
}
