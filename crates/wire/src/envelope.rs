//! The signed envelope around every message: COSE_Sign1 (RFC 9052) with EdDSA.
//!
//! An envelope names its key in the protected header and is bound to its direction
//! by the external AAD, so a message means the same over any transport, and what a
//! terminal said cannot be played back to it as the server's word. Freshness is not
//! judged here: the counter or sequence is in the signed payload, and whoever keeps
//! the last one seen compares it.
//!
//! An envelope has exactly one spelling; every other one is refused, so that a
//! frame's digest identifies it.

use coset::iana;
use coset::{
    Algorithm, CborSerializable, CoseSign1, CoseSign1Builder, HeaderBuilder, TaggedCborSerializable,
};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

use crate::cbor::{self, CborError};
use crate::ids::TerminalId;
use crate::limits::{FRAME_BYTES_MAX, PROTECTED_HEADER_BYTES_MAX};

/// The CBOR tag of COSE_Sign1, 18, as it is written.
const TAG: u8 = 0xd2;

/// Which way a message goes; the external AAD of its signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From a terminal to the server.
    FromTerminal,
    /// From the server to a terminal.
    FromServer,
    /// From a terminal to whoever opens its backup, at any later time.
    Backup,
}

impl Direction {
    const fn aad(self) -> &'static [u8] {
        match self {
            Self::FromTerminal => b"tillkey/1 terminal",
            Self::FromServer => b"tillkey/1 server",
            Self::Backup => b"tillkey/1 backup",
        }
    }
}

/// Whom an envelope is from or for; the key identifier (`kid`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyId {
    /// An enrolled terminal.
    Terminal(TerminalId),
    /// A device that is being enrolled and has no identifier yet: its public key.
    Device([u8; 32]),
}

impl KeyId {
    fn to_bytes(self) -> Vec<u8> {
        match self {
            Self::Terminal(id) => id.as_bytes().to_vec(),
            Self::Device(key) => key.to_vec(),
        }
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if let Ok(id) = bytes.try_into() {
            return Some(Self::Terminal(TerminalId::from_bytes(id)));
        }
        bytes.try_into().ok().map(Self::Device)
    }
}

/// Why a frame is not an envelope that may be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Longer than any frame may be; nothing of it was read.
    #[error("a frame has more than {limit} bytes")]
    TooLong {
        /// The limit in bytes.
        limit: usize,
    },
    /// The frame ends too early.
    #[error("the frame ends within the envelope")]
    Truncated,
    /// Something follows the envelope.
    #[error("bytes follow the envelope")]
    TrailingBytes,
    /// Not a tagged COSE_Sign1.
    #[error("not a COSE_Sign1 envelope")]
    NotAnEnvelope,
    /// A longer spelling of the same envelope.
    #[error("the envelope is not in its one spelling")]
    NotCanonical,
    /// Nested or repeated items where none may be.
    #[error("the envelope's structure exceeds its limits")]
    Structure,
    /// One header parameter twice.
    #[error("a header parameter is there twice")]
    DuplicateHeader,
    /// No protected header.
    #[error("the protected header is missing")]
    MissingProtectedHeader,
    /// A header parameter that no envelope of ours has.
    #[error("a header parameter is not known")]
    UnknownHeader,
    /// No algorithm, or another one than EdDSA.
    #[error("the algorithm is not EdDSA")]
    WrongAlgorithm,
    /// No key identifier.
    #[error("the key identifier is missing")]
    MissingKeyId,
    /// A key identifier of another shape, or of somebody else.
    #[error("the key identifier is not the expected one")]
    WrongKeyId,
    /// A detached payload.
    #[error("the payload is missing")]
    MissingPayload,
    /// The signature does not hold for this key, direction and content.
    #[error("the signature does not hold")]
    BadSignature,
}

impl From<CborError> for EnvelopeError {
    fn from(fault: CborError) -> Self {
        match fault {
            CborError::Truncated => Self::Truncated,
            CborError::TrailingBytes => Self::TrailingBytes,
            CborError::NotCanonical => Self::NotCanonical,
            CborError::DuplicateKey => Self::DuplicateHeader,
            CborError::TooDeep { .. } | CborError::TooManyEntries { .. } => Self::Structure,
            CborError::Unsupported | CborError::Unexpected { .. } => Self::NotAnEnvelope,
        }
    }
}

/// Signs a payload.
///
/// # Errors
/// [`EnvelopeError::TooLong`] if the frame would be one that nobody takes.
pub fn sign(
    payload: Vec<u8>,
    direction: Direction,
    kid: KeyId,
    key: &SigningKey,
) -> Result<Vec<u8>, EnvelopeError> {
    let header = HeaderBuilder::new()
        .algorithm(iana::Algorithm::EdDSA)
        .key_id(kid.to_bytes())
        .build();
    let frame = CoseSign1Builder::new()
        .protected(header)
        .payload(payload)
        .create_signature(direction.aad(), |bytes| key.sign(bytes).to_bytes().to_vec())
        .build()
        .to_tagged_vec()
        .map_err(|_| EnvelopeError::NotAnEnvelope)?;
    if frame.len() > FRAME_BYTES_MAX {
        return Err(EnvelopeError::TooLong {
            limit: FRAME_BYTES_MAX,
        });
    }
    Ok(frame)
}

/// An envelope that is well formed, and nothing more: what it says, including who it
/// is from, is a claim until [`Unverified::verify`] gives the payload out.
pub struct Unverified {
    inner: CoseSign1,
    kid: KeyId,
}

/// Without the payload, which may hold a code.
impl std::fmt::Debug for Unverified {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unverified")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

impl Unverified {
    /// Takes a frame apart. Limits first, then structure, then the headers.
    ///
    /// # Errors
    /// [`EnvelopeError`]; never `BadSignature`, because no signature is looked at.
    pub fn parse(frame: &[u8]) -> Result<Self, EnvelopeError> {
        if frame.len() > FRAME_BYTES_MAX {
            return Err(EnvelopeError::TooLong {
                limit: FRAME_BYTES_MAX,
            });
        }
        let body = match frame.split_first() {
            None => return Err(EnvelopeError::Truncated),
            Some((&TAG, body)) => body,
            Some(_) => return Err(EnvelopeError::NotAnEnvelope),
        };
        cbor::check(body, 2)?;
        check_protected_header(body)?;
        let inner = CoseSign1::from_slice(body).map_err(|_| EnvelopeError::NotAnEnvelope)?;
        let kid = check_headers(&inner)?;
        if inner.payload.is_none() {
            return Err(EnvelopeError::MissingPayload);
        }
        Ok(Self { inner, kid })
    }

    /// Whom it claims to be from or for; to find the key that verifies it.
    pub const fn kid(&self) -> KeyId {
        self.kid
    }

    /// The payload, if it was signed for this direction and this `kid` with this key.
    ///
    /// # Errors
    /// [`EnvelopeError::WrongKeyId`] or [`EnvelopeError::BadSignature`].
    pub fn verify(
        &self,
        direction: Direction,
        kid: KeyId,
        key: &VerifyingKey,
    ) -> Result<&[u8], EnvelopeError> {
        if self.kid != kid {
            return Err(EnvelopeError::WrongKeyId);
        }
        self.inner
            .verify_signature(direction.aad(), |signature, bytes| {
                let signature =
                    Signature::from_slice(signature).map_err(|_| EnvelopeError::BadSignature)?;
                // Strict: no small-order keys, one signature per message.
                key.verify_strict(bytes, &signature)
                    .map_err(|_| EnvelopeError::BadSignature)
            })?;
        Ok(self.claimed_payload())
    }

    /// The payload before its signature was looked at; enrolment reads from it the
    /// key that has to have signed it.
    pub(crate) fn claimed_payload(&self) -> &[u8] {
        self.inner.payload.as_deref().unwrap_or_default()
    }
}

/// Checks the protected header before the COSE parser sees it: that parser follows
/// counter-signatures, which carry protected headers of their own, as deep as they go.
fn check_protected_header(body: &[u8]) -> Result<(), EnvelopeError> {
    let array = cbor::head(body)?;
    if array.major != 4 || array.argument != 4 {
        return Err(EnvelopeError::NotAnEnvelope);
    }
    let head = cbor::head(array.rest)?;
    if head.major != 2 {
        return Err(EnvelopeError::NotAnEnvelope);
    }
    let (protected, _) = cbor::string(head)?;
    if protected.is_empty() {
        return Err(EnvelopeError::MissingProtectedHeader);
    }
    if protected.len() > PROTECTED_HEADER_BYTES_MAX {
        return Err(EnvelopeError::Structure);
    }
    cbor::check(protected, 1)?;
    Ok(())
}

fn check_headers(envelope: &CoseSign1) -> Result<KeyId, EnvelopeError> {
    let header = &envelope.protected.header;
    if header.is_empty() {
        return Err(EnvelopeError::MissingProtectedHeader);
    }
    if !envelope.unprotected.is_empty() {
        return Err(EnvelopeError::UnknownHeader);
    }
    if header.alg != Some(Algorithm::Assigned(iana::Algorithm::EdDSA)) {
        return Err(EnvelopeError::WrongAlgorithm);
    }
    if header.key_id.is_empty() {
        return Err(EnvelopeError::MissingKeyId);
    }
    let kid = KeyId::from_bytes(&header.key_id).ok_or(EnvelopeError::WrongKeyId)?;
    let known = HeaderBuilder::new()
        .algorithm_label(coset::RegisteredLabelWithPrivate::Assigned(
            iana::Algorithm::EdDSA,
        ))
        .key_id(header.key_id.clone())
        .build();
    if *header != known {
        return Err(EnvelopeError::UnknownHeader);
    }
    // Same parameters in another order would be a second spelling.
    let spelling = known.to_vec().map_err(|_| EnvelopeError::NotAnEnvelope)?;
    if envelope.protected.original_data.as_deref() != Some(spelling.as_slice()) {
        return Err(EnvelopeError::NotCanonical);
    }
    Ok(kid)
}

#[cfg(test)]
mod tests;
