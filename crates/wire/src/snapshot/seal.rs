//! Sealing a backup, as an age file.
//!
//! age names keys by text (Bech32) and makes them from nothing else, so the keys that
//! enrolment bound are written as text first.

use std::io::{Read, Write};

use age::secrecy::ExposeSecret;
use age::{Decryptor, Encryptor, Recipient, x25519};
use bech32::{Bech32, Hrp};
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

use super::{Contents, SnapshotFault};
use crate::enrolment::BackupKey;
use crate::limits::SNAPSHOT_BYTES_MAX;
use crate::secret::Secret;

const RECIPIENT: Hrp = Hrp::parse_unchecked("age");
const IDENTITY: Hrp = Hrp::parse_unchecked("age-secret-key-");

/// A key as age's command line takes it: `age1…`.
///
/// # Errors
/// [`SnapshotFault::Sealed`] never, as 32 bytes always have a text.
pub fn recipient_text(key: &BackupKey) -> Result<String, SnapshotFault> {
    bech32::encode::<Bech32>(RECIPIENT, key.as_bytes()).map_err(|_| SnapshotFault::Sealed)
}

impl Contents {
    /// Seals it to the holders of these keys; each of them alone can open it.
    ///
    /// # Errors
    /// [`SnapshotFault::Sealed`] for no key, or one that is none.
    pub fn seal(&self, keys: &[&BackupKey]) -> Result<Vec<u8>, SnapshotFault> {
        let recipients = keys
            .iter()
            .map(|key| {
                let text = recipient_text(key)?;
                text.parse::<x25519::Recipient>()
                    .map_err(|_| SnapshotFault::Sealed)
            })
            .collect::<Result<Vec<_>, _>>()?;
        let recipients = recipients.iter().map(|key| -> &dyn Recipient { key });
        let encryptor =
            Encryptor::with_recipients(recipients).map_err(|_| SnapshotFault::Sealed)?;
        let clear = Zeroizing::new(self.to_bytes()?);
        let mut sealed = Vec::with_capacity(clear.len() + 1024);
        encryptor
            .wrap_output(&mut sealed)
            .and_then(|mut writer| {
                writer.write_all(&clear)?;
                writer.finish()
            })
            .map_err(|_| SnapshotFault::Sealed)?;
        Ok(sealed)
    }
}

/// What opens backups: the secret half of a [`BackupKey`].
pub struct BackupIdentity {
    identity: x25519::Identity,
    key: BackupKey,
}

impl std::fmt::Debug for BackupIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BackupIdentity").finish_non_exhaustive()
    }
}

impl BackupIdentity {
    /// Takes a secret.
    ///
    /// # Errors
    /// [`SnapshotFault::Sealed`] never, as every secret is a key.
    pub fn new(secret: &StaticSecret) -> Result<Self, SnapshotFault> {
        let bytes = Zeroizing::new(secret.to_bytes());
        let text = bech32::encode_upper::<Bech32>(IDENTITY, &*bytes)
            .map(Zeroizing::new)
            .map_err(|_| SnapshotFault::Sealed)?;
        Ok(Self {
            identity: text.parse().map_err(|_| SnapshotFault::Sealed)?,
            key: BackupKey::from_bytes(PublicKey::from(secret).as_bytes())
                .map_err(|_| SnapshotFault::Sealed)?,
        })
    }

    /// To which backups are sealed.
    pub const fn key(&self) -> &BackupKey {
        &self.key
    }

    /// The secret as age's command line takes it, to be given out under guard.
    pub fn text(&self) -> Secret<String> {
        Secret::new(self.identity.to_string().expose_secret().to_owned())
    }

    /// Opens a sealed backup.
    ///
    /// # Errors
    /// [`SnapshotFault`] names the first thing that is wrong with it.
    pub fn open(&self, sealed: &[u8]) -> Result<Contents, SnapshotFault> {
        let decryptor = Decryptor::new(sealed).map_err(|_| SnapshotFault::Sealed)?;
        let identity: &dyn age::Identity = &self.identity;
        let mut clear = Zeroizing::new(Vec::new());
        decryptor
            .decrypt(std::iter::once(identity))
            .map_err(|_| SnapshotFault::Sealed)?
            .take(u64::from(SNAPSHOT_BYTES_MAX))
            .read_to_end(&mut clear)
            .map_err(|_| SnapshotFault::Sealed)?;
        Contents::from_bytes(&clear)
    }
}
