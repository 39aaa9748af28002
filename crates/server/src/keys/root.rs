//! The root key's file, and keys derived from it.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER_PERMISSIVE;
use hkdf::Hkdf;
use rand::{CryptoRng, RngCore};
use sha2::Sha256;
use tillkey_store::seal::SealKeys;
use tillkey_wire::secret::Secret;
use zeroize::Zeroize;

/// What can be wrong with keys.
#[derive(Debug, thiserror::Error)]
pub enum KeyFault {
    /// The file cannot be used.
    #[error("cannot {doing} the key file {}", .path.display())]
    File {
        /// What was tried.
        doing: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// Others may read the file.
    #[error("the key file {} can be read by others: make it mode 0600", .path.display())]
    Readable {
        /// Which file.
        path: PathBuf,
    },
    /// The file does not hold a key.
    #[error("the key file {} does not hold 64 hexadecimal digits", .path.display())]
    Malformed {
        /// Which file.
        path: PathBuf,
    },
    /// There is data, and not the key to it.
    #[error("{} is missing, and {} was made with it: bring the root key back", .path.display(), .data.display())]
    Missing {
        /// Which file.
        path: PathBuf,
        /// What needs it.
        data: PathBuf,
    },
    /// The keyring is not one that this root key made.
    #[error("the keyring {} does not open with this root key", .path.display())]
    WrongRoot {
        /// Which file.
        path: PathBuf,
    },
}

/// The key that everything else is wrapped with.
#[derive(Debug)]
pub struct RootKey(Secret<[u8; 32]>);

impl RootKey {
    /// Reads the root key, or makes one where neither it nor the data that would
    /// need it exist.
    ///
    /// # Errors
    /// [`KeyFault`]; a key is never made where there is data already.
    pub fn open_or_create(
        path: &Path,
        data: &Path,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Self, KeyFault> {
        if path.exists() {
            return Self::open(path);
        }
        if data.exists() {
            return Err(KeyFault::Missing {
                path: path.to_owned(),
                data: data.to_owned(),
            });
        }
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        let mut text = HEXLOWER_PERMISSIVE.encode(&bytes);
        let written = write_new(path, text.as_bytes());
        text.zeroize();
        written.map_err(|source| KeyFault::File {
            doing: "write",
            path: path.to_owned(),
            source,
        })?;
        let key = Self(Secret::new(bytes));
        bytes.zeroize();
        Ok(key)
    }

    /// Reads the root key; none is made.
    ///
    /// # Errors
    /// [`KeyFault`].
    pub fn open(path: &Path) -> Result<Self, KeyFault> {
        let fault = |source| KeyFault::File {
            doing: "read",
            path: path.to_owned(),
            source,
        };
        let file = fs::File::open(path).map_err(fault)?;
        let mode = file.metadata().map_err(fault)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(KeyFault::Readable {
                path: path.to_owned(),
            });
        }
        let mut text = String::new();
        file.take(256).read_to_string(&mut text).map_err(fault)?;
        let bytes = HEXLOWER_PERMISSIVE.decode(text.trim_end().as_bytes());
        text.zeroize();
        bytes
            .ok()
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
            .map(|bytes| Self(Secret::new(bytes)))
            .ok_or_else(|| KeyFault::Malformed {
                path: path.to_owned(),
            })
    }

    /// The keys with which the store seals, indexes and digests.
    pub fn seal_keys(&self) -> SealKeys {
        SealKeys {
            wrapping: self.derive("tillkey/1 data key wrapping"),
            index: self.derive("tillkey/1 blind index"),
            code: self.derive("tillkey/1 code digest"),
        }
    }

    /// A key for one purpose; knowing it gives away neither the root key nor another.
    pub(super) fn derive(&self, purpose: &str) -> Secret<[u8; 32]> {
        let mut key = [0; 32];
        if Hkdf::<Sha256>::new(None, self.0.expose())
            .expand(purpose.as_bytes(), &mut key)
            .is_err()
        {
            unreachable!("32 bytes are within what HKDF-SHA-256 gives");
        }
        let secret = Secret::new(key);
        key.zeroize();
        secret
    }
}

/// Writes a file that did not exist, for the owner's eyes, whole or not at all, and
/// durably: the data sealed with it must not outlive it in a power cut.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder {
        // The keyring's folder is the data directory, which is nobody else's to look into.
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    let beside = PathBuf::from(beside);
    let mut open = OpenOptions::new();
    let mut file = open
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    // A link, and not a rename: it fails where there is a file already.
    fs::hard_link(&beside, path)?;
    fs::remove_file(&beside)?;
    fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;

    use super::*;

    #[test]
    fn a_root_key_is_made_once_and_never_over_existing_data() {
        let folder = tempfile::tempdir().unwrap();
        let (path, data) = (folder.path().join("root.key"), folder.path().join("data"));
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let made = RootKey::open_or_create(&path, &data, &mut rng).unwrap();
        fs::write(&data, b"").unwrap();
        let read = RootKey::open_or_create(&path, &data, &mut rng).unwrap();
        assert_eq!(made.0.expose(), read.0.expose());

        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let fault = RootKey::open_or_create(&path, &data, &mut rng).unwrap_err();
        assert!(matches!(fault, KeyFault::Readable { .. }), "{fault}");

        fs::remove_file(&path).unwrap();
        let fault = RootKey::open_or_create(&path, &data, &mut rng).unwrap_err();
        assert!(matches!(fault, KeyFault::Missing { .. }), "{fault}");
    }
}
