//! Signed checkpoints (C2SP tlog-checkpoint): what the log says of itself.
//!
//! A checkpoint is a signed note of three lines: the log's name, its size, its root.
//! Whoever keeps one can later show that the log was cut or recomputed. Extension lines
//! are refused: this log writes none, and a line nobody understands proves nothing.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signer as _, SigningKey};
use signed_note::{Note, NoteError, Signer, Verifier, VerifierList};

use crate::fault::Fault;
use crate::key::{KeyName, PublicKey, Use};
use crate::limits::CHECKPOINT_BYTES_MAX;
use crate::tree::Head;

/// A log's statement of its size and root, apart from who signed it.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// The log it is of.
    pub origin: KeyName,
    /// Its size and root.
    pub head: Head,
}

impl Checkpoint {
    /// The text that is signed: three lines.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.head.size, self.head.root)
    }

    fn from_text(text: &[u8]) -> Result<Self, Fault> {
        let malformed = |rule| Fault::Malformed {
            what: "checkpoint",
            rule,
        };
        let parsed = tlog_tiles::Checkpoint::from_bytes(text)
            .map_err(|_| malformed("a name, a size and a base64 hash, a line each"))?;
        if !parsed.extension().is_empty() {
            return Err(malformed("exactly three lines, without extension lines"));
        }
        Fault::limit_size(parsed.size())?;
        let head = Head {
            size: parsed.size(),
            root: *parsed.hash(),
        };
        let checkpoint = Self {
            origin: parsed.origin().parse()?,
            head,
        };
        if checkpoint.text().as_bytes() == text {
            Ok(checkpoint)
        } else {
            Err(malformed("one spelling only"))
        }
    }
}

/// Reads a note within the limits.
pub(crate) fn note(bytes: &[u8]) -> Result<Note, Fault> {
    Fault::limit(
        "the length of a checkpoint",
        bytes.len(),
        CHECKPOINT_BYTES_MAX,
    )?;
    Note::from_bytes(bytes).map_err(|_| Fault::Malformed {
        what: "signed note",
        rule: "text, an empty line and signature lines",
    })
}

/// Checks a note with one key and gives that key's signature.
pub(crate) fn signature(note: &Note, by: impl Verifier + 'static) -> Result<Vec<u8>, Fault> {
    let name = by.name().to_owned();
    match note.verify(&VerifierList::new(vec![Box::new(by)])) {
        Ok((verified, _)) => verified
            .first()
            .map(|signature| signature.signature().to_vec())
            .ok_or(Fault::UnknownKey { name }),
        Err(NoteError::InvalidSignature { .. }) => Err(Fault::BadSignature { name }),
        Err(_) => Err(Fault::UnknownKey { name }),
    }
}

/// The log's signing key. `Debug` shows its name only.
pub struct LogKey {
    key: SigningKey,
    public: PublicKey,
}

impl LogKey {
    /// Makes the key from its 32-byte seed. The log's name is the key's name.
    pub fn from_seed(origin: KeyName, seed: &[u8; 32]) -> Self {
        let key = SigningKey::from_bytes(seed);
        let public = PublicKey::new(origin, key.verifying_key(), Use::Log);
        Self { key, public }
    }

    /// The key with which others check this log's checkpoints.
    pub fn verifier(&self) -> LogVerifier {
        LogVerifier(self.public.clone())
    }

    /// Signs a checkpoint and gives the note as text.
    ///
    /// # Errors
    /// [`Fault::TooLarge`] when the size is beyond the limit.
    pub fn sign(&self, head: Head) -> Result<String, Fault> {
        Fault::limit_size(head.size)?;
        let text = Checkpoint {
            origin: self.public.name.clone(),
            head,
        }
        .text();
        let malformed = |_| Fault::Malformed {
            what: "checkpoint",
            rule: "a well-formed note",
        };
        let mut note = Note::new(text.as_bytes(), &[]).map_err(malformed)?;
        note.add_sigs(&[self]).map_err(malformed)?;
        String::from_utf8(note.to_bytes()).map_err(|_| Fault::Malformed {
            what: "checkpoint",
            rule: "UTF-8",
        })
    }
}

impl fmt::Debug for LogKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogKey({})", self.public.name)
    }
}

impl Signer for LogKey {
    fn name(&self) -> &str {
        self.public.name.as_str()
    }

    fn key_id(&self) -> u32 {
        self.public.id
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, ed25519_dalek::SignatureError> {
        Ok(self.key.try_sign(message)?.to_vec())
    }
}

/// The key with which a log's checkpoints are checked. As text it is a standard
/// verifier key (`name+identifier+base64`), read with `parse`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogVerifier(PublicKey);

impl LogVerifier {
    /// The log's name.
    pub const fn origin(&self) -> &KeyName {
        &self.0.name
    }

    /// Reads a signed checkpoint and checks that this log signed it. Cosignatures may be
    /// there as well; see [`crate::Witness`].
    ///
    /// # Errors
    /// [`Fault::Malformed`] or [`Fault::TooLarge`] when it is not a checkpoint,
    /// [`Fault::UnknownKey`] or [`Fault::BadSignature`] when this key has not signed it,
    /// [`Fault::WrongOrigin`] when it is of another log.
    pub fn open(&self, signed: &[u8]) -> Result<Checkpoint, Fault> {
        let note = note(signed)?;
        signature(&note, self.clone())?;
        let checkpoint = Checkpoint::from_text(note.text())?;
        if checkpoint.origin == self.0.name {
            Ok(checkpoint)
        } else {
            Err(Fault::WrongOrigin {
                expected: self.0.name.to_string(),
                found: checkpoint.origin.to_string(),
            })
        }
    }
}

impl Verifier for LogVerifier {
    fn name(&self) -> &str {
        self.0.name.as_str()
    }

    fn key_id(&self) -> u32 {
        self.0.id
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.verify(message, signature)
    }
}

impl FromStr for LogVerifier {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        PublicKey::parse(text, Use::Log).map(Self)
    }
}

impl fmt::Display for LogVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
