//! Names and keys of logs and witnesses, in the signed-note formats.
//!
//! A key is used for one thing only: a log's signature and a witness's cosignature
//! have different algorithm bytes, which the key's identifier covers, so neither can
//! be taken for the other.

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE64;
use ed25519_dalek::{Signature, VerifyingKey};

use crate::fault::Fault;
use crate::limits::{KEY_NAME_BYTES_MAX, VERIFIER_KEY_BYTES_MAX};

/// The name of a log (its origin) or of a witness: by custom a URL without its scheme.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName(String);

impl KeyName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for KeyName {
    type Err = Fault;

    /// Takes printable ASCII only, without space and `+`: narrower than signed-note, so
    /// that no two names look alike on a screen.
    fn from_str(text: &str) -> Result<Self, Fault> {
        let fits = (1..=KEY_NAME_BYTES_MAX).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_graphic() && b != b'+');
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(Fault::Malformed {
                what: "name of a log or witness",
                rule: "1 to 128 printable ASCII characters, without space and plus",
            })
        }
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// Checkpoints, as their log.
    Log,
    /// Cosignatures (cosignature/v1).
    Witness,
}

impl Use {
    const fn byte(self) -> u8 {
        match self {
            Self::Log => 1,
            Self::Witness => 4,
        }
    }
}

/// A named public key and what it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PublicKey {
    pub(crate) name: KeyName,
    pub(crate) id: u32,
    bytes: [u8; 33],
    key: VerifyingKey,
}

impl PublicKey {
    pub(crate) fn new(name: KeyName, key: VerifyingKey, purpose: Use) -> Self {
        let mut bytes = [purpose.byte(); 33];
        if let Some(rest) = bytes.last_chunk_mut::<32>() {
            *rest = key.to_bytes();
        }
        Self {
            id: signed_note::key_id(name.as_str(), &bytes),
            name,
            bytes,
            key,
        }
    }

    /// Reads a verifier key, `name+identifier+base64`, that is for this use.
    pub(crate) fn parse(text: &str, purpose: Use) -> Result<Self, Fault> {
        let malformed = |rule| Fault::Malformed {
            what: "verifier key",
            rule,
        };
        Fault::limit(
            "the length of a verifier key",
            text.len(),
            VERIFIER_KEY_BYTES_MAX,
        )?;
        let shape = "a name, 8 hexadecimal digits and base64, with a plus between";
        let (name, rest) = text.split_once('+').ok_or_else(|| malformed(shape))?;
        let (_, base64) = rest.split_once('+').ok_or_else(|| malformed(shape))?;
        let bytes = BASE64
            .decode(base64.as_bytes())
            .map_err(|_| malformed(shape))?;
        let Some((&algorithm, bytes)) = bytes.split_first() else {
            return Err(malformed(shape));
        };
        if algorithm != purpose.byte() {
            return Err(malformed("of an algorithm that does not serve here"));
        }
        let key = <&[u8; 32]>::try_from(bytes)
            .ok()
            .and_then(|bytes| VerifyingKey::from_bytes(bytes).ok())
            .filter(|key| !key.is_weak())
            .ok_or_else(|| malformed("not an Ed25519 public key"))?;
        let key = Self::new(name.parse()?, key, purpose);
        // One spelling only, and an identifier that fits the key.
        if key.to_string() == text {
            Ok(key)
        } else {
            Err(malformed(
                "the identifier does not fit the name and the key",
            ))
        }
    }

    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}+{:08x}+{}",
            self.name,
            self.id,
            BASE64.encode(&self.bytes)
        )
    }
}
