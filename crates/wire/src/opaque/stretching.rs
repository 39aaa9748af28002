//! How a password is stretched: Argon2id with parameters that are fixed here, whoever
//! computes it.
//!
//! A terminal whose vendor has Argon2id already, in a library or in a secure element,
//! needs no second one. What computes it is tried once before it is trusted: another
//! function would lock every operator out, and a quick one would make every password
//! cheap to guess for whoever steals the records.

use std::fmt;
use std::sync::Arc;

use opaque_ke::errors::InternalError;
use opaque_ke::generic_array::{ArrayLength, GenericArray};
use opaque_ke::ksf::Ksf;

use super::OpaqueError;

/// Memory, in KiB. With two passes and one lane it is OWASP's first choice, and what a
/// 32-bit till can spare. Changing one of the three makes every password unusable, so
/// they are written out here and follow no library's default.
pub const MEMORY_KIB: u32 = 19_456;
/// How often the memory is gone over.
pub const PASSES: u32 = 2;
/// How many lanes it has.
pub const LANES: u32 = 1;

/// The salt of OPAQUE's stretching (RFC 9807, section 7): none is needed, because what is
/// stretched has the operator's own key in it already.
const SALT: [u8; 16] = [0; 16];

/// Whoever computes Argon2id (RFC 9106, version 0x13, no secret, no associated data), with
/// the parameters above and a tag as long as the place for it.
type Compute = dyn Fn(Job<'_>) -> Result<(), NotComputed> + Send + Sync;

/// One computation.
pub struct Job<'a> {
    /// What is stretched. Secret.
    pub password: &'a [u8],
    /// Under which salt.
    pub salt: &'a [u8],
    /// Where the tag goes; its length is part of what is computed.
    pub tag: &'a mut [u8],
}

impl fmt::Debug for Job<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job").finish_non_exhaustive()
    }
}

/// It could not be computed; there is too little memory, most likely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Argon2id could not be computed")]
pub struct NotComputed;

/// What was given does not compute Argon2id with these parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "what stretches passwords is not Argon2id with {MEMORY_KIB} KiB, {PASSES} passes, {LANES} lane"
)]
pub struct NotArgon2id;

/// What stretches passwords.
#[derive(Clone)]
pub struct Stretching(Arc<Compute>);

impl fmt::Debug for Stretching {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stretching")
    }
}

/// A password whose tag is known: as the reference implementation computes it.
const KNOWN: &[u8] = b"tillkey";
const KNOWN_TAG: [u8; 64] = [
    0xc9, 0x9f, 0x7b, 0xa0, 0x28, 0x73, 0x22, 0xcf, 0xaa, 0x9c, 0x34, 0xf6, 0xc9, 0x10, 0x62, 0x73,
    0x6d, 0x5b, 0x98, 0x7c, 0x67, 0x81, 0x59, 0x90, 0x6e, 0x59, 0x56, 0xfa, 0xe5, 0x74, 0x2f, 0xef,
    0xe5, 0x24, 0xc8, 0x35, 0x52, 0x3b, 0x97, 0x36, 0x7d, 0xd3, 0xd3, 0x38, 0x5c, 0xc8, 0x47, 0x19,
    0x39, 0xf6, 0xbe, 0x83, 0x11, 0xd6, 0x6d, 0x7d, 0xa2, 0x3d, 0x66, 0x05, 0x59, 0xab, 0x1d, 0x97,
];

impl Stretching {
    /// By the Argon2 that is built in.
    #[cfg(feature = "argon2")]
    pub fn built_in() -> Self {
        Self(Arc::new(|job| {
            use argon2::{Algorithm, Argon2, Params, Version};
            let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(job.tag.len()))
                .map_err(|_| NotComputed)?;
            Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
                .hash_password_into(job.password, job.salt, job.tag)
                .map_err(|_| NotComputed)
        }))
    }

    /// By somebody else, who is tried first: as long as one sign-on takes.
    ///
    /// # Errors
    /// [`NotArgon2id`] if another tag comes out, or none.
    pub fn by(
        compute: impl Fn(Job<'_>) -> Result<(), NotComputed> + Send + Sync + 'static,
    ) -> Result<Self, NotArgon2id> {
        let mut tag = [0; KNOWN_TAG.len()];
        let computed = compute(Job {
            password: KNOWN,
            salt: &SALT,
            tag: &mut tag,
        });
        if computed.is_ok() && tag == KNOWN_TAG {
            Ok(Self(Arc::new(compute)))
        } else {
            Err(NotArgon2id)
        }
    }

    /// Computes one tag; about 20 ms.
    ///
    /// # Errors
    /// [`OpaqueError::Internal`] if it could not be computed.
    pub fn compute(&self, job: Job<'_>) -> Result<(), OpaqueError> {
        (self.0)(job).map_err(|NotComputed| OpaqueError::Internal)
    }
}

/// As the OPAQUE library takes it. It wants a default, which nothing of ours uses, and
/// which therefore computes nothing.
#[derive(Default)]
pub(super) struct Passed(Option<Stretching>);

impl From<&Stretching> for Passed {
    fn from(stretching: &Stretching) -> Self {
        Self(Some(stretching.clone()))
    }
}

impl Ksf for Passed {
    fn hash<L: ArrayLength<u8>>(
        &self,
        input: GenericArray<u8, L>,
    ) -> Result<GenericArray<u8, L>, InternalError> {
        let mut tag = GenericArray::default();
        let job = Job {
            password: &input,
            salt: &SALT,
            tag: &mut tag,
        };
        let stretching = self.0.as_ref().ok_or(InternalError::KsfError)?;
        (stretching.0)(job).map_err(|NotComputed| InternalError::KsfError)?;
        Ok(tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built_in(job: Job<'_>) -> Result<(), NotComputed> {
        (Stretching::built_in().0)(job)
    }

    #[test]
    fn what_is_built_in_passes_its_own_trial() {
        Stretching::by(built_in).unwrap();
    }

    #[test]
    fn what_is_not_argon2id_is_never_trusted() {
        let nothing = Stretching::by(|_| Ok(()));
        assert_eq!(nothing.unwrap_err(), NotArgon2id);
        let fails = Stretching::by(|_| Err(NotComputed));
        assert_eq!(fails.unwrap_err(), NotArgon2id);
        let quick = Stretching::by(|job| {
            for (place, byte) in job.tag.iter_mut().zip(job.password.iter().cycle()) {
                *place = *byte;
            }
            Ok(())
        });
        assert_eq!(quick.unwrap_err(), NotArgon2id);
        let shorter = Stretching::by(|job| {
            let (head, tail) = job.tag.split_at_mut(32);
            let half = Job { tag: head, ..job };
            built_in(half)?;
            tail.fill(0);
            Ok(())
        });
        assert_eq!(shorter.unwrap_err(), NotArgon2id);
    }
}
