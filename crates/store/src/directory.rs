//! The data directory: readable by its owner only, and used by one process only.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::fault::Fault;
use crate::threads::rest;

/// How long somebody else may hold a directory. Whoever held it and let go may have started
/// a program at that very moment, which has the file open until it is that program.
const LOCK_WAIT_MAX: Duration = Duration::from_millis(200);
/// How soon it is tried again.
const LOCK_PAUSE: Duration = Duration::from_millis(5);

/// A data directory that this process holds.
pub(crate) struct Directory {
    path: PathBuf,
    /// The lock lasts as long as the file is open; a crash releases it.
    _lock: File,
}

impl Directory {
    /// Makes the directory where needed, and takes its lock.
    pub(crate) fn take(path: &Path) -> Result<Self, Fault> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder
            .create(path)
            .map_err(fault("create the data directory", path))?;
        let lock_path = path.join("lock");
        let lock = private(&lock_path).map_err(fault("open the lock file", &lock_path))?;
        let patience = Instant::now() + LOCK_WAIT_MAX;
        loop {
            match lock.try_lock() {
                Ok(()) => {
                    return Ok(Self {
                        path: path.to_owned(),
                        _lock: lock,
                    });
                }
                Err(TryLockError::WouldBlock) if Instant::now() < patience => rest(LOCK_PAUSE),
                Err(TryLockError::WouldBlock) => return Err(Fault::InUse(path.to_owned())),
                Err(TryLockError::Error(source)) => return Err(fault("lock", &lock_path)(source)),
            }
        }
    }

    /// The database file of SQLite, made with its owner's rights before the engine opens it.
    pub(crate) fn database(&self) -> Result<PathBuf, Fault> {
        let path = self.path.join("tillkey.db");
        private(&path).map_err(fault("open the database", &path))?;
        Ok(path)
    }
}

/// Opens or makes a file that only its owner may read.
pub(crate) fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes a fault of an I/O error.
pub(crate) fn fault(doing: &'static str, path: &Path) -> impl Fn(io::Error) -> Fault {
    let path = path.to_owned();
    move |source| {
        if source.kind() == io::ErrorKind::StorageFull {
            return Fault::DiskFull;
        }
        Fault::Directory {
            doing,
            path: path.clone(),
            source,
        }
    }
}
