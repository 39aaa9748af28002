//! What a terminal signs of a backup.

use ed25519_dalek::{SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::seal::BackupIdentity;
use super::{Binding, Contents, SignedManifest, SnapshotDigest, SnapshotFault};
use crate::envelope::{self, Direction, KeyId, Unverified};
use crate::ids::{CaseId, SnapshotId, TerminalId};
use crate::journal::Head;
use crate::limits::SNAPSHOT_BYTES_MAX;
use crate::message::{self, MessageError};

/// The digest of sealed bytes.
pub fn digest(sealed: &[u8]) -> SnapshotDigest {
    SnapshotDigest(Sha256::digest(sealed).to_vec())
}

/// What a backup is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Which backup.
    pub snapshot: SnapshotId,
    /// The case that it was made for.
    pub case: CaseId,
    /// How many bytes it has, sealed.
    pub bytes: u32,
    /// The digest over them.
    pub digest: SnapshotDigest,
    /// How many records are in it.
    pub records: u32,
    /// Where its journal stands.
    pub head: Head,
}

impl Manifest {
    /// Describes a sealed backup.
    ///
    /// # Errors
    /// [`SnapshotFault::TooLarge`].
    pub fn of(case: CaseId, contents: &Contents, sealed: &[u8]) -> Result<Self, SnapshotFault> {
        Ok(Self {
            snapshot: contents.header.snapshot,
            case,
            bytes: size(sealed)?,
            digest: digest(sealed),
            records: contents.records(),
            head: contents.header.head.clone(),
        })
    }

    /// Signs it with the terminal's device key.
    ///
    /// # Errors
    /// [`SnapshotFault::Manifest`] never, as every manifest fits.
    pub fn sign(
        &self,
        terminal: TerminalId,
        key: &SigningKey,
    ) -> Result<SignedManifest, SnapshotFault> {
        let payload = message::write(self).map_err(MessageError::from)?;
        let kid = KeyId::Terminal(terminal);
        let frame =
            envelope::sign(payload, Direction::Backup, kid, key).map_err(MessageError::from)?;
        SignedManifest::from_bytes(&frame).map_err(|_| SnapshotFault::TooLarge {
            limit: SNAPSHOT_BYTES_MAX,
        })
    }

    /// Reads one that this terminal signed.
    ///
    /// # Errors
    /// [`SnapshotFault::Manifest`], and [`SnapshotFault::TooLarge`] for more than is
    /// ever taken.
    pub fn open(
        signed: &SignedManifest,
        terminal: TerminalId,
        key: &VerifyingKey,
    ) -> Result<Self, SnapshotFault> {
        let frame = Unverified::parse(signed.as_bytes()).map_err(MessageError::from)?;
        let payload = frame
            .verify(Direction::Backup, KeyId::Terminal(terminal), key)
            .map_err(MessageError::from)?;
        let manifest: Self = message::read(payload)?;
        if manifest.bytes > SNAPSHOT_BYTES_MAX {
            return Err(SnapshotFault::TooLarge {
                limit: SNAPSHOT_BYTES_MAX,
            });
        }
        Ok(manifest)
    }

    /// Checks a sealed backup against this description and against whose it has to be,
    /// cheap questions first, and gives out what is in it.
    ///
    /// # Errors
    /// [`SnapshotFault`] names the first thing that is wrong.
    pub fn check(
        &self,
        sealed: &[u8],
        identity: &BackupIdentity,
        binding: &Binding,
    ) -> Result<Contents, SnapshotFault> {
        let found = size(sealed)?;
        if found != self.bytes {
            return Err(SnapshotFault::Size {
                found,
                expected: self.bytes,
            });
        }
        if digest(sealed) != self.digest {
            return Err(SnapshotFault::Digest);
        }
        let contents = identity.open(sealed)?;
        contents.belongs_to(binding)?;
        if contents.header.snapshot != self.snapshot {
            return Err(SnapshotFault::Foreign { what: "backup" });
        }
        if contents.records() != self.records {
            return Err(SnapshotFault::Records {
                found: contents.records(),
                expected: self.records,
            });
        }
        if contents.header.head != self.head {
            return Err(SnapshotFault::Totals);
        }
        Ok(contents)
    }
}

fn size(sealed: &[u8]) -> Result<u32, SnapshotFault> {
    u32::try_from(sealed.len())
        .ok()
        .filter(|size| *size <= SNAPSHOT_BYTES_MAX)
        .ok_or(SnapshotFault::TooLarge {
            limit: SNAPSHOT_BYTES_MAX,
        })
}
