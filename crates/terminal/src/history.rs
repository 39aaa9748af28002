//! An operator's last four passwords, as slow hashes under a salt of their own.
//!
//! Whoever takes the terminal's storage apart can try passwords against these tags, at
//! the price of an Argon2id each, as for any hash kept on a device; they are kept in
//! the same slot as everything else about operators and never leave the terminal.

use rand::{CryptoRng, RngCore};
use serde::{Deserialize, Serialize};
use subtle::{Choice, ConstantTimeEq};
use tillkey_wire::opaque::OpaqueError;
use tillkey_wire::opaque::stretching::{Job, Stretching};
use tillkey_wire::secret::Secret;

use crate::limits::HISTORY_MAX;

/// A slow hash of one password.
pub(crate) type Tag = [u8; 16];

/// The last passwords of one operator.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct History {
    salt: [u8; 16],
    tags: Vec<Tag>,
}

impl History {
    pub(crate) fn new(rng: &mut (impl RngCore + CryptoRng)) -> Self {
        let mut salt = [0; 16];
        rng.fill_bytes(&mut salt);
        Self {
            salt,
            tags: Vec::new(),
        }
    }

    /// Hashes a password; about 20 ms.
    pub(crate) fn tag(
        &self,
        password: &Secret<String>,
        stretching: &Stretching,
    ) -> Result<Tag, OpaqueError> {
        let mut tag = Tag::default();
        stretching.compute(Job {
            password: password.expose().as_bytes(),
            salt: &self.salt,
            tag: &mut tag,
        })?;
        Ok(tag)
    }

    /// Whether it is one of the last four. All are compared, in constant time.
    pub(crate) fn contains(&self, tag: &Tag) -> bool {
        let found = self
            .tags
            .iter()
            .fold(Choice::from(0), |found, kept| found | kept.ct_eq(tag));
        found.into()
    }

    /// Whether it is the newest one. Compared in constant time.
    pub(crate) fn is_newest(&self, tag: &Tag) -> bool {
        self.tags
            .last()
            .is_some_and(|newest| newest.ct_eq(tag).into())
    }

    /// The history once this password is effective.
    pub(crate) fn with(&self, tag: Tag) -> Self {
        let surplus = (self.tags.len() + 1).saturating_sub(HISTORY_MAX);
        let tags = self
            .tags
            .iter()
            .skip(surplus)
            .copied()
            .chain([tag])
            .collect();
        Self {
            salt: self.salt,
            tags,
        }
    }
}
