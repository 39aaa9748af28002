//! The log, as one file that grows.
//!
//! A record is its length, its bytes, a digest over both, and a seal. It is written and
//! synced without the seal, then the seal is written and synced, and only then is it
//! acknowledged. So a file that ends in a record which is not whole tells how that came
//! about: without a seal the power went while it was being written, nobody was told of
//! it, and it is cut off; with a seal anywhere in what cannot be read, something that
//! was once acknowledged is damaged, and nothing is cut off.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{DIGEST_BYTES, private_file, sync_directory};
use crate::device::DeviceFault;
use crate::limits::{LOG_BYTES_MAX, RECORD_BYTES_MAX};

const MAGIC: &[u8; 8] = b"tilllog1";
/// No record has this in it: none of its bytes are UTF-8, and records are text, numbers
/// and digests. A digest that had it would be taken for damage, and never for whole.
const SEAL: [u8; 8] = [0xff, 0xfe, 0xfd, 0xfc, 0xf5, 0xf6, 0xf7, 0xf8];
const LENGTH_BYTES: usize = 4;

/// The log of a directory.
pub(super) struct LogFile {
    directory: PathBuf,
    /// How long the file is as far as it was acknowledged; 0 if there is none.
    end: u64,
    /// It was put in the place of another one, and the directory may not know that yet.
    is_unsynced: bool,
}

/// What a file holds.
struct Found {
    records: Vec<Vec<u8>>,
    /// Where the last whole record ends, its seal not counted if it has none.
    end: usize,
    /// Whether that record has its seal.
    is_sealed: bool,
}

impl LogFile {
    /// Opens it, and mends its end: what was being written when the power went is cut
    /// off, or sealed if all of it is there.
    pub(super) fn open(directory: &Path) -> Result<Self, DeviceFault> {
        let mut log = Self {
            directory: directory.to_owned(),
            end: 0,
            is_unsynced: false,
        };
        if let Some(bytes) = log.bytes()? {
            let found = take_apart(&bytes)?;
            log.end = length(found.end);
            let is_whole = found.end == bytes.len() && found.is_sealed;
            if !is_whole {
                log.mend(found.is_sealed).map_err(io)?;
            }
        }
        Ok(log)
    }

    fn path(&self) -> PathBuf {
        self.directory.join("journal.log")
    }

    fn mend(&mut self, is_sealed: bool) -> io::Result<()> {
        let mut file = private_file().open(self.path())?;
        file.set_len(self.end)?;
        if !is_sealed {
            file.seek(SeekFrom::Start(self.end))?;
            file.write_all(&SEAL)?;
            self.end += length(SEAL.len());
        }
        file.sync_all()
    }

    /// The whole file; `None` if there is none.
    fn bytes(&self) -> Result<Option<Vec<u8>>, DeviceFault> {
        let mut bytes = Vec::new();
        let file = match File::open(self.path()) {
            Ok(file) => file,
            Err(fault) if fault.kind() == ErrorKind::NotFound => return Ok(None),
            Err(fault) => return Err(io(fault)),
        };
        let read = file.take(LOG_BYTES_MAX + 1).read_to_end(&mut bytes);
        if length(read.map_err(io)?) > LOG_BYTES_MAX {
            return Err(io(io::Error::other("the log is larger than its limit")));
        }
        Ok(Some(bytes))
    }

    pub(super) fn read(&self) -> Result<Vec<Vec<u8>>, DeviceFault> {
        match self.bytes()? {
            Some(bytes) => Ok(take_apart(&bytes)?.records),
            None => Ok(Vec::new()),
        }
    }

    pub(super) fn append(&mut self, record: &[u8]) -> Result<(), DeviceFault> {
        if self.end == 0 {
            return self.replace(&[record.to_vec()]);
        }
        let frame = frame(record)?;
        let end = self.end + length(frame.len()) + length(SEAL.len());
        if end > LOG_BYTES_MAX {
            return Err(full(record));
        }
        // What is appended to a file that the directory may still forget would go with it.
        self.sync_directory()?;
        let mut file = private_file().open(self.path()).map_err(io)?;
        let written = self.write_at_end(&mut file, &frame);
        if let Err(fault) = written {
            // As it was before, so that what is refused now is not there later. Where
            // that fails as well, reading it back tells.
            let _ = file.set_len(self.end).and_then(|()| file.sync_all());
            return Err(io(fault));
        }
        self.end = end;
        Ok(())
    }

    fn write_at_end(&self, file: &mut File, frame: &[u8]) -> io::Result<()> {
        if file.metadata()?.len() < self.end {
            return Err(io::Error::other("the log was shortened by somebody else"));
        }
        // What an earlier failure left behind.
        file.set_len(self.end)?;
        file.seek(SeekFrom::Start(self.end))?;
        file.write_all(frame)?;
        file.sync_all()?;
        file.write_all(&SEAL)?;
        file.sync_all()
    }

    pub(super) fn replace(&mut self, records: &[Vec<u8>]) -> Result<(), DeviceFault> {
        let mut bytes = MAGIC.to_vec();
        for record in records {
            bytes.extend(frame(record)?);
            bytes.extend(SEAL);
            if length(bytes.len()) > LOG_BYTES_MAX {
                return Err(full(record));
            }
        }
        let temporary = self.directory.join("journal.tmp");
        let write = || {
            let mut file = private_file().truncate(true).open(&temporary)?;
            file.write_all(&bytes)?;
            file.sync_all()
        };
        if let Err(fault) = write() {
            // A full storage needs the room back.
            let _ = fs::remove_file(&temporary);
            return Err(io(fault));
        }
        fs::rename(&temporary, self.path()).map_err(io)?;
        // From here on this is the file, whether or not the directory can be synced.
        self.end = length(bytes.len());
        self.is_unsynced = true;
        self.sync_directory()
    }

    fn sync_directory(&mut self) -> Result<(), DeviceFault> {
        if self.is_unsynced {
            sync_directory(&self.directory).map_err(io)?;
            self.is_unsynced = false;
        }
        Ok(())
    }
}

fn io(source: io::Error) -> DeviceFault {
    DeviceFault::Log { source }
}

const fn full(record: &[u8]) -> DeviceFault {
    DeviceFault::LogFull {
        bytes: record.len(),
    }
}

fn length(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

/// A record as it is written, without its seal.
fn frame(record: &[u8]) -> Result<Vec<u8>, DeviceFault> {
    let Some(length) = u32::try_from(record.len())
        .ok()
        .filter(|_| record.len() <= RECORD_BYTES_MAX)
    else {
        return Err(full(record));
    };
    let mut frame = length.to_be_bytes().to_vec();
    frame.extend_from_slice(record);
    let digest = Sha256::digest(&frame);
    frame.extend_from_slice(&digest);
    Ok(frame)
}

/// The record that the bytes begin with, and what follows it; `None` if it is not whole.
fn first(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, _) = bytes.split_first_chunk::<LENGTH_BYTES>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (signed, rest) = bytes.split_at_checked(LENGTH_BYTES.checked_add(length)?)?;
    let (digest, rest) = rest.split_first_chunk::<DIGEST_BYTES>()?;
    let is_whole = Sha256::digest(signed).as_slice() == digest;
    let record = signed.get(LENGTH_BYTES..)?;
    is_whole.then_some((record, rest))
}

fn take_apart(bytes: &[u8]) -> Result<Found, DeviceFault> {
    let damaged = |records: &[Vec<u8>]| DeviceFault::LogDamaged {
        records: records.len(),
    };
    let mut records = Vec::new();
    // The file came to be in one rename, so its beginning is never half there.
    let Some(mut rest) = bytes.strip_prefix(MAGIC) else {
        return Err(damaged(&records));
    };
    loop {
        let end = bytes.len() - rest.len();
        let Some((record, after)) = first(rest) else {
            if rest.windows(SEAL.len()).any(|at| at == SEAL) {
                return Err(damaged(&records));
            }
            return Ok(Found {
                records,
                end,
                is_sealed: true,
            });
        };
        if let Some(sealed) = after.strip_prefix(&SEAL) {
            records.push(record.to_vec());
            rest = sealed;
            continue;
        }
        // The power went before the seal, or within it: what was not written of it reads
        // as zeros, wherever in it a block of the storage ends.
        let is_half_sealed =
            (after.iter().zip(SEAL)).all(|(found, seal)| [0, seal].contains(found));
        if !is_half_sealed || after.len() > SEAL.len() {
            return Err(damaged(&records));
        }
        records.push(record.to_vec());
        return Ok(Found {
            records,
            end: bytes.len() - after.len(),
            is_sealed: false,
        });
    }
}

#[cfg(test)]
mod tests;
