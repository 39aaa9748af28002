//! The long-lived keys of an installation, in one file wrapped by the root key.
//!
//! It lies in the data directory and belongs into its backups; without the root key
//! it is noise.

use std::fs;
use std::io::Read;
use std::path::Path;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use ed25519_dalek::SigningKey;
use hkdf::Hkdf;
use rand::{CryptoRng, RngCore};
use sha2::Sha256;
use tillkey_wire::ids::AcquirerId;
use tillkey_wire::opaque::server::ServerSetup;
use tillkey_wire::secret::Secret;
use tillkey_wire::snapshot::{BackupIdentity, SnapshotFault};
use x25519_dalek::StaticSecret;
use zeroize::Zeroize;

use super::root::{KeyFault, RootKey, write_new};

const LABEL: &[u8] = b"tillkey/1 keyring";
const NONCE_LENGTH: usize = 24;
const LEDGER_LENGTH: usize = 32;
const LINK_LENGTH: usize = 32;
const BACKUP_LENGTH: usize = 32;

/// The keys of an installation.
pub struct Keyring {
    setup: ServerSetup,
    ledger: Secret<[u8; LEDGER_LENGTH]>,
    link: SigningKey,
    agreement: StaticSecret,
    backup: Secret<[u8; BACKUP_LENGTH]>,
}

/// Not its keys.
impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keyring").finish_non_exhaustive()
    }
}

impl Keyring {
    /// Opens the keyring, or makes one where there is none.
    ///
    /// # Errors
    /// [`KeyFault`]; another root key's keyring is refused, not replaced.
    pub fn open_or_create(
        path: &Path,
        root: &RootKey,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Self, KeyFault> {
        if path.exists() {
            Self::open(path, root)
        } else {
            Self::create(path, root, rng)
        }
    }

    /// OPAQUE's long-lived server keys: what makes records of passwords.
    pub const fn setup(&self) -> &ServerSetup {
        &self.setup
    }

    /// The seed of the key that signs the ledger's checkpoints.
    pub const fn ledger_seed(&self) -> &Secret<[u8; LEDGER_LENGTH]> {
        &self.ledger
    }

    /// The key that signs every message to a terminal; terminals pin it.
    pub const fn link(&self) -> &SigningKey {
        &self.link
    }

    /// The key with which a terminal and the server agree on the key of the numbers that
    /// prove the terminal in hand. Derived from the root key and kept nowhere, so that a
    /// keyring from before there were such numbers has it, too.
    pub const fn agreement(&self) -> &StaticSecret {
        &self.agreement
    }

    /// What opens the backups that terminals seal to an acquirer. Derived, like the
    /// agreement, so that each acquirer has a key of its own from its first backup on,
    /// and one that is given out opens no other acquirer's.
    ///
    /// # Errors
    /// [`SnapshotFault`] never, as every secret is a key.
    pub fn backup_identity(&self, acquirer: &AcquirerId) -> Result<BackupIdentity, SnapshotFault> {
        let mut secret = [0; BACKUP_LENGTH];
        let of_acquirer = Hkdf::<Sha256>::new(None, self.backup.expose());
        if of_acquirer
            .expand(acquirer.as_str().as_bytes(), &mut secret)
            .is_err()
        {
            unreachable!("32 bytes are within what HKDF-SHA-256 gives");
        }
        let identity = BackupIdentity::new(&StaticSecret::from(secret));
        secret.zeroize();
        identity
    }

    fn create(
        path: &Path,
        root: &RootKey,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Self, KeyFault> {
        let setup = ServerSetup::random(rng).to_bytes();
        // Room for all of it at once: growing would leave a copy behind in memory.
        let mut bytes = Vec::with_capacity(LEDGER_LENGTH + LINK_LENGTH + setup.expose().len());
        bytes.resize(LEDGER_LENGTH + LINK_LENGTH, 0);
        rng.fill_bytes(&mut bytes);
        bytes.extend_from_slice(setup.expose());
        let plain = Secret::new(bytes);
        let mut nonce = [0; NONCE_LENGTH];
        rng.fill_bytes(&mut nonce);
        let payload = Payload {
            msg: plain.expose(),
            aad: LABEL,
        };
        let wrapped = cipher(root).encrypt(XNonce::from_slice(&nonce), payload);
        let Ok(wrapped) = wrapped else {
            unreachable!("a keyring is far below the cipher's limit")
        };
        write_new(path, &[nonce.as_slice(), &wrapped].concat()).map_err(|source| {
            KeyFault::File {
                doing: "write",
                path: path.to_owned(),
                source,
            }
        })?;
        Self::read(&plain, root).ok_or_else(|| KeyFault::WrongRoot {
            path: path.to_owned(),
        })
    }

    /// Opens the keyring; none is made.
    ///
    /// # Errors
    /// [`KeyFault`].
    pub fn open(path: &Path, root: &RootKey) -> Result<Self, KeyFault> {
        let fault = |source| KeyFault::File {
            doing: "read",
            path: path.to_owned(),
            source,
        };
        let mut bytes = Vec::new();
        fs::File::open(path)
            .map_err(fault)?
            .take(4096)
            .read_to_end(&mut bytes)
            .map_err(fault)?;
        let wrong = || KeyFault::WrongRoot {
            path: path.to_owned(),
        };
        let (nonce, wrapped) = bytes.split_at_checked(NONCE_LENGTH).ok_or_else(wrong)?;
        let payload = Payload {
            msg: wrapped,
            aad: LABEL,
        };
        let plain = cipher(root)
            .decrypt(XNonce::from_slice(nonce), payload)
            .map_err(|_| wrong())?;
        Self::read(&Secret::new(plain), root).ok_or_else(wrong)
    }

    fn read(plain: &Secret<Vec<u8>>, root: &RootKey) -> Option<Self> {
        let (ledger, rest) = plain.expose().split_first_chunk::<LEDGER_LENGTH>()?;
        let (link, setup) = rest.split_first_chunk::<LINK_LENGTH>()?;
        Some(Self {
            setup: ServerSetup::from_bytes(&Secret::new(setup.to_vec())).ok()?,
            ledger: Secret::new(*ledger),
            link: SigningKey::from_bytes(link),
            agreement: StaticSecret::from(*root.derive("tillkey/1 terminal agreement").expose()),
            backup: root.derive("tillkey/1 acquirer backups"),
        })
    }
}

fn cipher(root: &RootKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(root.derive("tillkey/1 keyring wrapping").expose().into())
}
