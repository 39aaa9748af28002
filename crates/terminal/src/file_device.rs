//! A [`Device`] on a directory, for terminals with a file system.
//!
//! Each slot has two files, an older and a newer generation. A save writes a temporary
//! file, syncs it, renames it over the *older* one and syncs the directory, so at every
//! instant at least one whole generation is on disk. Each file carries its generation
//! and a digest; a torn or damaged newer file is passed over for the older one.
//!
//! Before the first save comes generation 0, which says that there is nothing: the
//! first save has a spare to fall back to like every other.
//!
//! The log is one more file, in `log`.

mod log;

use std::fmt;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use tillkey_wire::health::Health;
use zeroize::Zeroizing;

use crate::device::{Device, DeviceFault, Slot};
use crate::limits::SLOT_BYTES_MAX;
use log::LogFile;

const MAGIC: &[u8; 8] = b"tillkey1";
const DIGEST_BYTES: usize = 32;

/// State in a directory that only its owner can read.
pub struct FileDevice {
    directory: PathBuf,
    log: LogFile,
    clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
    health: Box<dyn Fn() -> Health + Send + Sync>,
    /// Held open: it carries the lock.
    _lock: File,
}

impl fmt::Debug for FileDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileDevice")
            .field("directory", &self.directory)
            .finish_non_exhaustive()
    }
}

impl FileDevice {
    /// Opens a directory, and makes it if it is not there.
    ///
    /// # Errors
    /// [`DeviceFault::InUse`] if another program has it open, [`DeviceFault::Unusable`]
    /// if it cannot be made or locked, [`DeviceFault::LogDamaged`] if a record of the log
    /// that was once whole is not any more.
    pub fn open(
        directory: impl Into<PathBuf>,
        clock: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> Result<Self, DeviceFault> {
        let directory = directory.into();
        let unusable = |source| DeviceFault::Unusable { source };
        private_directory()
            .recursive(true)
            .create(&directory)
            .map_err(unusable)?;
        let lock = private_file()
            .open(directory.join("lock"))
            .map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(DeviceFault::InUse),
            Err(TryLockError::Error(source)) => return Err(unusable(source)),
        }
        let log = LogFile::open(&directory)?;
        Ok(Self {
            directory,
            log,
            clock: Box::new(clock),
            health: Box::new(Health::default),
            _lock: lock,
        })
    }

    /// The same device, with somebody who knows how it is.
    #[must_use]
    pub fn with_health(mut self, health: impl Fn() -> Health + Send + Sync + 'static) -> Self {
        self.health = Box::new(health);
        self
    }

    /// Where a generation lies: even ones in one file, odd ones in the other.
    fn path(&self, slot: Slot, generation: u64) -> PathBuf {
        self.directory.join(format!("{slot}.{}", generation % 2))
    }

    /// The newest whole generation; 0 and nothing if there is none yet.
    fn newest(&self, slot: Slot) -> Result<(u64, Option<Vec<u8>>), DeviceFault> {
        let read = |generation| match read_file(&self.path(slot, generation)) {
            Ok(found) => Ok(Some(found)),
            Err(source) if source.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(DeviceFault::Io { slot, source }),
        };
        let (even, odd) = (read(0)?, read(1)?);
        let Some(odd) = odd else {
            // Generation 1 never came to be, so nothing was ever saved.
            return Ok((0, None));
        };
        let whole = [even.flatten(), odd].into_iter().flatten();
        match whole.max_by_key(|(generation, _)| *generation) {
            Some((0, _)) => Ok((0, None)),
            Some((generation, content)) => Ok((generation, Some(content))),
            None => Err(DeviceFault::Damaged { slot }),
        }
    }

    /// Writes a generation in the place of the one before the last.
    fn write(&self, slot: Slot, generation: u64, content: &[u8]) -> Result<(), DeviceFault> {
        let temporary = self.directory.join(format!("{slot}.tmp"));
        write_file(&temporary, generation, content)
            .and_then(|()| fs::rename(&temporary, self.path(slot, generation)))
            .and_then(|()| sync_directory(&self.directory))
            .map_err(|source| DeviceFault::Io { slot, source })
    }
}

impl Device for FileDevice {
    fn load(&self, slot: Slot) -> Result<Option<Vec<u8>>, DeviceFault> {
        self.newest(slot).map(|(_, bytes)| bytes)
    }

    fn save(&mut self, slot: Slot, bytes: &[u8]) -> Result<(), DeviceFault> {
        // The generation is read and not remembered: what counts is what is on disk.
        let generation = self.newest(slot)?.0;
        if generation == 0 {
            self.write(slot, 0, &[])?;
        }
        self.write(slot, generation + 1, bytes)
    }

    fn read_log(&self) -> Result<Vec<Vec<u8>>, DeviceFault> {
        self.log.read()
    }

    fn append(&mut self, record: &[u8]) -> Result<(), DeviceFault> {
        self.log.append(record)
    }

    fn replace_log(&mut self, records: &[Vec<u8>]) -> Result<(), DeviceFault> {
        self.log.replace(records)
    }

    fn now(&self) -> Timestamp {
        (self.clock)()
    }

    fn health(&self) -> Health {
        (self.health)()
    }
}

/// Reads a generation; `None` if it is not whole.
fn read_file(path: &Path) -> io::Result<Option<(u64, Vec<u8>)>> {
    let mut bytes = Zeroizing::new(Vec::new());
    File::open(path)?
        .take(SLOT_BYTES_MAX)
        .read_to_end(&mut bytes)?;
    Ok(take_apart(&bytes))
}

fn take_apart(bytes: &[u8]) -> Option<(u64, Vec<u8>)> {
    let (signed, digest) = bytes.split_last_chunk::<DIGEST_BYTES>()?;
    if Sha256::digest(signed).as_slice() != digest {
        return None;
    }
    let (generation, content) = signed.strip_prefix(MAGIC)?.split_first_chunk()?;
    Some((u64::from_be_bytes(*generation), content.to_vec()))
}

fn write_file(path: &Path, generation: u64, content: &[u8]) -> io::Result<()> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(content.len() + 48));
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&generation.to_be_bytes());
    bytes.extend_from_slice(content);
    let digest = Sha256::digest(&bytes);
    bytes.extend_from_slice(&digest);
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > SLOT_BYTES_MAX {
        return Err(io::Error::other("the state is larger than its limit"));
    }
    let mut file = private_file().truncate(true).open(path)?;
    file.write_all(&bytes)?;
    file.sync_all()
}

#[cfg(unix)]
fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// Elsewhere a directory cannot be opened; a rename is as durable as the system makes it.
#[cfg(not(unix))]
fn sync_directory(_directory: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn private_file() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600);
    options
}

#[cfg(not(unix))]
fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    options
}

#[cfg(unix)]
fn private_directory() -> DirBuilder {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder
}

#[cfg(not(unix))]
fn private_directory() -> DirBuilder {
    DirBuilder::new()
}

#[cfg(test)]
mod tests;
