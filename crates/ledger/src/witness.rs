//! Cosignatures (C2SP tlog-cosignature, `cosignature/v1`): an outsider's word that the
//! log it saw was one and the same, and when.
//!
//! A witness signs the checkpoint's text below a line with the time. The time is the
//! witness's, a parameter here; whether it is recent enough is the caller's question.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signer as _, SigningKey};
use signed_note::{Note, Signature, Verifier};

use crate::checkpoint::{Checkpoint, note, signature};
use crate::fault::Fault;
use crate::key::{KeyName, PublicKey, Use};
use crate::limits::CHECKPOINT_BYTES_MAX;

/// The latest time the format allows.
const TIME_MAX: u64 = i64::MAX.unsigned_abs();

fn message(time_unix_s: u64, text: &[u8]) -> Vec<u8> {
    let mut message = format!("cosignature/v1\ntime {time_unix_s}\n").into_bytes();
    message.extend_from_slice(text);
    message
}

/// A witness's signing key. `Debug` shows its name only.
pub struct WitnessKey {
    key: SigningKey,
    public: PublicKey,
}

impl WitnessKey {
    /// Makes the key from its 32-byte seed.
    pub fn from_seed(name: KeyName, seed: &[u8; 32]) -> Self {
        let key = SigningKey::from_bytes(seed);
        let public = PublicKey::new(name, key.verifying_key(), Use::Witness);
        Self { key, public }
    }

    /// The key with which others check this witness's cosignatures.
    pub fn verifier(&self) -> Witness {
        Witness(self.public.clone())
    }

    /// Cosigns a checkpoint, giving the signature line. It says that this log has been
    /// consistent so far: check that first ([`crate::proof::verify_consistency`]).
    ///
    /// # Errors
    /// [`Fault::TooLarge`] when the time is beyond what the format allows.
    pub fn cosign(&self, checkpoint: &Checkpoint, time_unix_s: u64) -> Result<String, Fault> {
        if time_unix_s > TIME_MAX {
            return Err(Fault::TooLarge {
                what: "the time of a cosignature",
                found: time_unix_s,
                most: TIME_MAX,
            });
        }
        let signed = self
            .key
            .sign(&message(time_unix_s, checkpoint.text().as_bytes()));
        let mut bytes = time_unix_s.to_be_bytes().to_vec();
        bytes.extend_from_slice(&signed.to_bytes());
        let malformed = Fault::Malformed {
            what: "cosignature",
            rule: "a well-formed line",
        };
        Signature::new(self.public.name.to_string(), self.public.id, bytes)
            .ok()
            .and_then(|line| String::from_utf8(line.to_bytes()).ok())
            .ok_or(malformed)
    }
}

impl fmt::Debug for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WitnessKey({})", self.public.name)
    }
}

/// The key with which a witness's cosignatures are checked. As text it is a verifier key
/// of type 4, read with `parse`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness(PublicKey);

impl Witness {
    /// The witness's name.
    pub const fn name(&self) -> &KeyName {
        &self.0.name
    }

    /// Checks a cosignature line of a checkpoint and gives its time in seconds since 1970.
    ///
    /// # Errors
    /// [`Fault::Malformed`] when it is no signature line, [`Fault::UnknownKey`] when it is
    /// another's, [`Fault::BadSignature`] when it does not hold.
    pub fn check_line(&self, checkpoint: &Checkpoint, line: &str) -> Result<u64, Fault> {
        let note = Note::new(checkpoint.text().as_bytes(), &[parse_line(line)?]).map_err(|_| {
            Fault::Malformed {
                what: "checkpoint",
                rule: "a well-formed note",
            }
        })?;
        self.check(&note)
    }

    /// Checks this witness's cosignature on a signed checkpoint and gives its time in
    /// seconds since 1970. Says nothing of the log's own signature.
    ///
    /// # Errors
    /// As [`Witness::check_line`].
    pub fn check_note(&self, signed: &[u8]) -> Result<u64, Fault> {
        self.check(&note(signed)?)
    }

    fn check(&self, note: &Note) -> Result<u64, Fault> {
        let bytes = signature(note, self.clone())?;
        let (time, _) = split_time(&bytes).ok_or_else(|| Fault::BadSignature {
            name: self.0.name.to_string(),
        })?;
        Ok(time)
    }
}

/// Adds a cosignature line to a signed checkpoint, in place of an earlier one by the same
/// key. The line is not checked here: check it first.
///
/// # Errors
/// [`Fault::Malformed`] when either is not in its format, [`Fault::TooLarge`] when the
/// checkpoint would be too long.
pub fn attach(signed: &str, line: &str) -> Result<String, Fault> {
    let new = parse_line(line)?;
    let malformed = Fault::Malformed {
        what: "signed note",
        rule: "signature lines",
    };
    note(signed.as_bytes())?;
    let (text, lines) = signed.rsplit_once("\n\n").ok_or(malformed)?;
    let mut joined = format!("{text}\n\n");
    for old in lines.lines() {
        let parsed = parse_line(old)?;
        if parsed.name() != new.name() || parsed.id() != new.id() {
            joined.push_str(old);
            joined.push('\n');
        }
    }
    joined.push_str(line.trim_end_matches('\n'));
    joined.push('\n');
    note(joined.as_bytes())?;
    Ok(joined)
}

fn parse_line(line: &str) -> Result<Signature, Fault> {
    Fault::limit(
        "the length of a signature line",
        line.len(),
        CHECKPOINT_BYTES_MAX,
    )?;
    let line = line.strip_suffix('\n').unwrap_or(line);
    Signature::from_bytes(line.as_bytes()).map_err(|_| Fault::Malformed {
        what: "signature line",
        rule: "— name base64",
    })
}

fn split_time(signature: &[u8]) -> Option<(u64, &[u8])> {
    let (time, rest) = signature.split_first_chunk::<8>()?;
    let time = u64::from_be_bytes(*time);
    (time <= TIME_MAX).then_some((time, rest))
}

impl Verifier for Witness {
    fn name(&self) -> &str {
        self.0.name.as_str()
    }

    fn key_id(&self) -> u32 {
        self.0.id
    }

    fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        split_time(signature)
            .is_some_and(|(time, signature)| self.0.verify(&message(time, text), signature))
    }
}

impl FromStr for Witness {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        PublicKey::parse(text, Use::Witness).map(Self)
    }
}

impl fmt::Display for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
