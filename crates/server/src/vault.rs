//! Where the sealed backups lie: a store of objects, by default a folder in the data
//! directory.
//!
//! What is in here was sealed by a terminal and cannot be read without the acquirer's
//! key. A file is written before its row, durably; one without a row is of a request that
//! was cut short, harms nobody, and is swept. Nothing here decides what is kept.

use std::fmt;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path as FilePath;
use std::sync::Arc;

use futures_util::StreamExt;
use jiff::Timestamp;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use tillkey_store::snapshot::Snapshot;
use tillkey_wire::ids::{AcquirerId, SnapshotId, TerminalId};

/// The ending of the files: age's own, so that its command line knows them.
const ENDING: &str = "age";

/// What can be wrong with the stored backups.
#[derive(Debug, thiserror::Error)]
pub enum VaultFault {
    /// The folder cannot be used.
    #[error("the folder of the backups cannot be used")]
    Folder(#[from] std::io::Error),
    /// An object cannot be read or written.
    #[error("the stored backups cannot be used")]
    Objects(#[from] object_store::Error),
}

/// Which backup: whose, of which terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// To whose key it is sealed.
    pub acquirer: AcquirerId,
    /// Which terminal made it.
    pub terminal: TerminalId,
    /// Which one.
    pub snapshot: SnapshotId,
}

impl From<&Snapshot> for Place {
    fn from(snapshot: &Snapshot) -> Self {
        Self {
            acquirer: snapshot.acquirer.clone(),
            terminal: snapshot.terminal,
            snapshot: snapshot.id,
        }
    }
}

impl Place {
    fn path(&self) -> Path {
        let Self {
            acquirer,
            terminal,
            snapshot,
        } = self;
        Path::from(format!("{acquirer}/{terminal}/{snapshot}.{ENDING}"))
    }

    /// The place of a file; none for what is no backup of ours.
    fn of(path: &Path) -> Option<Self> {
        let mut parts = path.as_ref().split('/');
        let (acquirer, terminal, file) = (parts.next()?, parts.next()?, parts.next()?);
        let (snapshot, ending) = file.split_once('.')?;
        if parts.next().is_some() || ending != ENDING {
            return None;
        }
        Some(Self {
            acquirer: acquirer.parse().ok()?,
            terminal: terminal.parse().ok()?,
            snapshot: snapshot.parse().ok()?,
        })
    }
}

/// The stored backups. Cheap to clone.
#[derive(Clone)]
pub struct Vault(Arc<dyn ObjectStore>);

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Vault").field(&self.0.to_string()).finish()
    }
}

impl Vault {
    /// Opens a folder, or makes it, for the owner's eyes.
    ///
    /// # Errors
    /// [`VaultFault`] for a folder that cannot be used.
    pub fn folder(folder: &FilePath) -> Result<Self, VaultFault> {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
        // An answer says that the backup is kept, so it has to survive a power cut.
        let files = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Ok(Self(Arc::new(files)))
    }

    /// Writes a backup, whole or not at all. Written again it is the same.
    ///
    /// # Errors
    /// [`VaultFault::Objects`].
    pub async fn put(&self, place: &Place, sealed: Vec<u8>) -> Result<(), VaultFault> {
        self.0.put(&place.path(), sealed.into()).await?;
        Ok(())
    }

    /// Reads a backup; none where its file is not there.
    ///
    /// # Errors
    /// [`VaultFault::Objects`].
    pub async fn get(&self, place: &Place) -> Result<Option<Vec<u8>>, VaultFault> {
        match self.0.get(&place.path()).await {
            Ok(found) => Ok(Some(found.bytes().await?.to_vec())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(fault) => Err(fault.into()),
        }
    }

    /// Removes a backup. One that is not there is removed already.
    ///
    /// # Errors
    /// [`VaultFault::Objects`].
    pub async fn remove(&self, place: &Place) -> Result<(), VaultFault> {
        match self.0.delete(&place.path()).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(fault) => Err(fault.into()),
        }
    }

    /// The backups whose files were written before a moment.
    ///
    /// # Errors
    /// [`VaultFault::Objects`].
    pub async fn written_before(&self, before: Timestamp) -> Result<Vec<Place>, VaultFault> {
        let mut found = Vec::new();
        let mut files = self.0.list(None);
        while let Some(file) = files.next().await {
            let file = file?;
            if file.last_modified.timestamp() < before.as_second() {
                found.extend(Place::of(&file.location));
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(number: u8) -> Place {
        Place {
            acquirer: "demo-bank".parse().unwrap(),
            terminal: TerminalId::from_bytes([1; 10]),
            snapshot: SnapshotId::from_bytes([number; 10]),
        }
    }

    #[tokio::test]
    async fn a_backup_is_kept_under_its_name_until_it_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::folder(folder.path()).unwrap();
        assert_eq!(vault.get(&place(1)).await.unwrap(), None);
        for _ in 0..2 {
            vault.put(&place(1), b"sealed".to_vec()).await.unwrap();
        }
        assert_eq!(vault.get(&place(1)).await.unwrap().unwrap(), b"sealed");
        std::fs::write(folder.path().join("note.txt"), b"somebody's").unwrap();
        let written = vault.written_before(Timestamp::MAX).await.unwrap();
        assert_eq!(written, [place(1)]);
        assert_eq!(vault.written_before(Timestamp::MIN).await.unwrap(), []);
        for _ in 0..2 {
            vault.remove(&place(1)).await.unwrap();
        }
        assert_eq!(vault.get(&place(1)).await.unwrap(), None);
    }
}
