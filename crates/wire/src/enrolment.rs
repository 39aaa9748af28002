//! Enrolment: how a terminal and the server come to know each other's keys.
//!
//! Both hold something of the one-time enrolment code: the terminal the code itself,
//! typed in by hand, the server a key derived from it. Each side proves it with a MAC
//! over everything that was said, so neither has to trust the first connection: a
//! machine in the middle can replace no key without breaking a proof, and a server
//! that is not the acquirer's cannot be pinned.
//!
//! The request is also signed with the device key that it names, which shows that the
//! terminal holds it. A request may be sent again, byte for byte, when the answer was
//! lost; the server then gives the same answer.

use ed25519_dalek::{SigningKey, VerifyingKey};
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::bytes::fixed_bytes;
use crate::cbor::{self, CborError};
use crate::code::EnrolmentCode;
use crate::envelope::{self, Direction, EnvelopeError, KeyId, Unverified};
use crate::ids::{
    AcquirerId, DeviceModel, FirmwareVersion, MerchantNumber, RefusalCode, SerialNumber,
    TerminalId, TerminalNumber,
};
use crate::message::{self, MessageError};
use crate::secret::Secret;

const LABEL_KEY: &[u8] = b"tillkey/1 enrolment key";
const LABEL_REQUEST: &[u8] = b"tillkey/1 enrolment request";
const LABEL_ANSWER: &[u8] = b"tillkey/1 enrolment answer";

fixed_bytes!(
    /// A terminal's Ed25519 public key, which verifies what the terminal says.
    DeviceKey,
    32
);
fixed_bytes!(
    /// A terminal's X25519 public key, to which its backups are encrypted.
    BackupKey,
    32
);
fixed_bytes!(
    /// The server's Ed25519 public key, which the terminal pins.
    ServerKey,
    32
);
fixed_bytes!(
    /// What makes one enrolment differ from every other.
    Nonce,
    32
);
fixed_bytes!(
    /// A MAC under the key of the enrolment code.
    Proof,
    32
);

macro_rules! verifying_key {
    ($name:ident) => {
        impl $name {
            /// The key, ready to verify.
            ///
            /// # Errors
            /// [`EnvelopeError::BadSignature`] if the bytes are no key.
            pub fn verifying_key(&self) -> Result<VerifyingKey, EnvelopeError> {
                VerifyingKey::try_from(self.as_bytes()).map_err(|_| EnvelopeError::BadSignature)
            }
        }

        impl From<&VerifyingKey> for $name {
            fn from(key: &VerifyingKey) -> Self {
                Self(key.as_bytes().to_vec())
            }
        }
    };
}

verifying_key!(DeviceKey);
verifying_key!(ServerKey);

/// The key of an enrolment code: what the server keeps, sealed, instead of the code.
#[derive(Debug)]
pub struct CodeKey(Secret<[u8; 32]>);

impl CodeKey {
    /// Derives the key. A code has 60 bits and lives for hours, so one HMAC is enough;
    /// stretching would not change who can search it.
    ///
    /// # Errors
    /// [`EnrolmentError::Internal`] never, as HMAC takes keys of any length.
    pub fn derive(code: &EnrolmentCode) -> Result<Self, EnrolmentError> {
        let mut mac = keyed(code.expose().as_bytes())?;
        mac.update(LABEL_KEY);
        Ok(Self(Secret::new(mac.finalize().into_bytes().into())))
    }

    /// A key that was kept.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Secret::new(bytes))
    }

    /// The key, to be sealed before it is kept.
    pub const fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }

    fn mac(&self, label: &[u8], transcript: &[u8]) -> Result<Hmac<Sha256>, EnrolmentError> {
        let mut mac = keyed(self.expose())?;
        mac.update(label);
        mac.update(transcript);
        Ok(mac)
    }

    fn prove(&self, label: &[u8], transcript: &[u8]) -> Result<Proof, EnrolmentError> {
        Ok(Proof(
            self.mac(label, transcript)?
                .finalize()
                .into_bytes()
                .to_vec(),
        ))
    }

    /// Compares in constant time.
    fn holds(&self, label: &[u8], transcript: &[u8], proof: &Proof) -> Result<(), EnrolmentError> {
        self.mac(label, transcript)?
            .verify_slice(proof.as_bytes())
            .map_err(|_| EnrolmentError::WrongCode)
    }
}

fn keyed(key: &[u8]) -> Result<Hmac<Sha256>, EnrolmentError> {
    Hmac::new_from_slice(key).map_err(|_| EnrolmentError::Internal)
}

/// Why an enrolment does not come about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnrolmentError {
    /// The frame is not an enrolment message, or not signed by the key it names.
    #[error("not an enrolment message")]
    Message(#[from] MessageError),
    /// The other side does not hold this code: another code, or another server.
    #[error("the proof does not fit the enrolment code")]
    WrongCode,
    /// The cryptographic library failed, which no message can provoke.
    #[error("the cryptographic library failed")]
    Internal,
}

impl From<EnvelopeError> for EnrolmentError {
    fn from(fault: EnvelopeError) -> Self {
        Self::Message(fault.into())
    }
}

impl From<CborError> for EnrolmentError {
    fn from(fault: CborError) -> Self {
        Self::Message(fault.into())
    }
}

/// What a terminal says of itself when it is enrolled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Candidate {
    /// The serial number on the device; the server finds the code key by it.
    pub serial_number: SerialNumber,
    /// The model.
    pub model: DeviceModel,
    /// The firmware version.
    pub firmware: FirmwareVersion,
    /// The key it will sign with.
    pub device_key: DeviceKey,
    /// The key its backups will be encrypted to.
    pub backup_key: BackupKey,
    /// Drawn for this enrolment.
    pub nonce: Nonce,
}

/// A request to be enrolled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    candidate: Candidate,
    proof: Proof,
}

impl Request {
    /// Makes the request that proves the code.
    ///
    /// # Errors
    /// [`EnrolmentError::Internal`] only.
    pub fn new(candidate: Candidate, code: &CodeKey) -> Result<Self, EnrolmentError> {
        let proof = code.prove(LABEL_REQUEST, &cbor::encode(&candidate)?)?;
        Ok(Self { candidate, proof })
    }

    /// Signs the request with the device key that it names. The same request gives the
    /// same frame.
    ///
    /// # Errors
    /// [`EnrolmentError::Message`] if it is too large, which it never is.
    pub fn sign(&self, key: &SigningKey) -> Result<Vec<u8>, EnrolmentError> {
        let kid = KeyId::Device(key.verifying_key().to_bytes());
        Ok(envelope::sign(
            message::write(self)?,
            Direction::FromTerminal,
            kid,
            key,
        )?)
    }

    /// Reads a request, if it is signed by the key that it names. Whether it knows the
    /// code is [`Request::check_proof`]'s to say.
    ///
    /// # Errors
    /// [`EnrolmentError::Message`].
    pub fn open(frame: &Unverified) -> Result<Self, EnrolmentError> {
        let KeyId::Device(kid) = frame.kid() else {
            return Err(EnvelopeError::WrongKeyId.into());
        };
        let key = VerifyingKey::from_bytes(&kid).map_err(|_| EnvelopeError::BadSignature)?;
        let payload = frame.verify(Direction::FromTerminal, frame.kid(), &key)?;
        let request: Self = message::read(payload)?;
        if request.candidate.device_key.as_bytes() != kid {
            return Err(EnvelopeError::WrongKeyId.into());
        }
        Ok(request)
    }

    /// What the terminal says of itself. Believe it once [`Request::check_proof`] held.
    pub const fn candidate(&self) -> &Candidate {
        &self.candidate
    }

    /// Checks that the terminal knows the code. Count the attempt before.
    ///
    /// # Errors
    /// [`EnrolmentError::WrongCode`].
    pub fn check_proof(&self, code: &CodeKey) -> Result<(), EnrolmentError> {
        code.holds(LABEL_REQUEST, &cbor::encode(&self.candidate)?, &self.proof)
    }
}

/// What the server tells a terminal that it enrolled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enrolled {
    /// Its identifier from now on.
    pub terminal: TerminalId,
    /// Who runs the server.
    pub acquirer: AcquirerId,
    /// Whose terminal it is.
    pub merchant: MerchantNumber,
    /// Its terminal number.
    pub terminal_number: TerminalNumber,
    /// The key that signs every message to it.
    pub server_key: ServerKey,
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Answer {
    /// The terminal is enrolled.
    Enrolled {
        /// As what.
        enrolled: Enrolled,
        /// That the server knows the code, over all that was said.
        proof: Proof,
    },
    /// It is not. Nobody has proven to be the server here, so this is something to
    /// show, and nothing to act on.
    Refused {
        /// The stable name of the refusal.
        code: RefusalCode,
        /// When it may be tried again; never with this code, if absent.
        retry_at: Option<Timestamp>,
    },
}

impl Answer {
    /// Makes the answer that proves the code.
    ///
    /// # Errors
    /// [`EnrolmentError::Internal`] only.
    pub fn enrolled(
        request: &Request,
        enrolled: Enrolled,
        code: &CodeKey,
    ) -> Result<Self, EnrolmentError> {
        let proof = code.prove(LABEL_ANSWER, &cbor::encode(&(request, &enrolled))?)?;
        Ok(Self::Enrolled { enrolled, proof })
    }

    /// Signs the answer with the server's key, for the device that asked.
    ///
    /// # Errors
    /// [`EnrolmentError::Message`] if it is too large, which it never is.
    pub fn sign(&self, request: &Request, key: &SigningKey) -> Result<Vec<u8>, EnrolmentError> {
        let kid = kid_of(request)?;
        Ok(envelope::sign(
            message::write(self)?,
            Direction::FromServer,
            kid,
            key,
        )?)
    }

    /// Reads the answer to a request. An enrolment is believed only if the server
    /// proves the code and signed with the key that it asks the terminal to pin.
    ///
    /// # Errors
    /// [`EnrolmentError`]; keep the pending request and try again.
    pub fn open(
        frame: &Unverified,
        request: &Request,
        code: &CodeKey,
    ) -> Result<Self, EnrolmentError> {
        let kid = kid_of(request)?;
        if frame.kid() != kid {
            return Err(EnvelopeError::WrongKeyId.into());
        }
        let answer: Self = message::read(frame.claimed_payload())?;
        if let Self::Enrolled { enrolled, proof } = &answer {
            code.holds(LABEL_ANSWER, &cbor::encode(&(request, enrolled))?, proof)?;
            let key = enrolled.server_key.verifying_key()?;
            frame.verify(Direction::FromServer, kid, &key)?;
        }
        Ok(answer)
    }
}

fn kid_of(request: &Request) -> Result<KeyId, EnrolmentError> {
    let key = request.candidate.device_key.as_bytes();
    key.try_into()
        .map(KeyId::Device)
        .map_err(|_| EnrolmentError::Internal)
}

#[cfg(test)]
mod tests;
