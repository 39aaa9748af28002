//! Who the device is: its two keys, and what it is enrolled as. One slot, written
//! whole, so a power cut leaves it enrolled or not enrolled and never in between.

use ed25519_dalek::SigningKey;
use rand::{CryptoRng, RngCore};
use serde::{Deserialize, Serialize};
use tillkey_wire::cbor::{self, CborError};
use tillkey_wire::enrolment::{CodeKey, Enrolled, Request};
use tillkey_wire::ids::SerialNumber;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The keys that never leave the device. Both wipe themselves when dropped.
#[derive(Clone)]
pub(crate) struct Keys {
    pub(crate) device: SigningKey,
    backup: StaticSecret,
}

impl Keys {
    pub(crate) fn random(rng: &mut (impl RngCore + CryptoRng)) -> Self {
        Self {
            device: SigningKey::generate(rng),
            backup: StaticSecret::random_from_rng(rng),
        }
    }

    pub(crate) const fn backup(&self) -> &StaticSecret {
        &self.backup
    }

    pub(crate) fn backup_public(&self) -> PublicKey {
        PublicKey::from(&self.backup)
    }
}

/// How far the device has come.
pub(crate) enum Identity {
    /// It has no keys.
    Blank,
    /// It has asked, and may have been enrolled without having heard of it.
    Enrolling {
        keys: Keys,
        request: Request,
        code: CodeKey,
    },
    /// It is enrolled.
    Enrolled { keys: Keys, enrolled: Enrolled },
}

/// An identity as it is kept.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
struct Kept {
    v: u8,
    #[zeroize(skip)]
    serial_number: SerialNumber,
    device: [u8; 32],
    backup: [u8; 32],
    /// The key of the enrolment code, while enrolling.
    code: Option<[u8; 32]>,
    #[zeroize(skip)]
    request: Option<Request>,
    #[zeroize(skip)]
    enrolled: Option<Enrolled>,
}

const VERSION: u8 = 1;

impl Identity {
    /// Writes an identity; nothing for a blank one, which is never kept.
    pub(crate) fn to_bytes(
        &self,
        serial_number: &SerialNumber,
    ) -> Result<Zeroizing<Vec<u8>>, CborError> {
        let (keys, code, request, enrolled) = match self {
            Self::Blank => return Ok(Zeroizing::default()),
            Self::Enrolling {
                keys,
                request,
                code,
            } => (keys, Some(*code.expose()), Some(request.clone()), None),
            Self::Enrolled { keys, enrolled } => (keys, None, None, Some(enrolled.clone())),
        };
        let kept = Kept {
            v: VERSION,
            serial_number: serial_number.clone(),
            device: keys.device.to_bytes(),
            backup: keys.backup.to_bytes(),
            code,
            request,
            enrolled,
        };
        cbor::encode(&kept).map(Zeroizing::new)
    }

    /// Reads an identity, and the serial number of the device that it was made on.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<(Self, SerialNumber), CborError> {
        let mut kept: Kept = cbor::decode(bytes)?;
        let unexpected = |why: &str| CborError::Unexpected {
            why: why.to_owned(),
        };
        if kept.v != VERSION {
            return Err(unexpected("another version"));
        }
        let keys = Keys {
            device: SigningKey::from_bytes(&kept.device),
            backup: StaticSecret::from(kept.backup),
        };
        let identity = match (kept.enrolled.take(), kept.request.take(), kept.code) {
            (Some(enrolled), None, None) => Self::Enrolled { keys, enrolled },
            (None, Some(request), Some(code)) => Self::Enrolling {
                keys,
                request,
                code: CodeKey::from_bytes(code),
            },
            _ => return Err(unexpected("neither enrolled nor enrolling")),
        };
        Ok((identity, kept.serial_number.clone()))
    }
}
