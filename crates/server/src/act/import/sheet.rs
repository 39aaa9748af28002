//! A file that was looked at: it is there, not too large, in an encoding that is known,
//! and its first line says what it holds.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::encoding::{Encoding, Looks, recognise};
use super::fault::ImportFault;
use super::header::{Header, Kind};
use super::rows::{Broken, Rows};
use crate::limits::IMPORT_FILE_BYTES_MAX;

/// A file to be imported.
#[derive(Debug, Clone)]
pub struct Sheet {
    path: PathBuf,
    bytes: u64,
    encoding: Encoding,
    header: Header,
}

impl Sheet {
    /// Looks at a file. Where no encoding is named it is recognised.
    ///
    /// # Errors
    /// [`ImportFault`].
    pub fn look_at(path: &Path, encoding: Option<Encoding>) -> Result<Self, ImportFault> {
        let unreadable = |source| ImportFault::File {
            path: path.to_owned(),
            source,
        };
        let not_a_table = |why: &str| ImportFault::Header {
            path: path.to_owned(),
            why: why.to_owned(),
        };
        // A pipe could not be read a second time, and to open one waits for whoever
        // writes; a device need not end.
        let about = std::fs::metadata(path).map_err(unreadable)?;
        if !about.is_file() {
            return Err(not_a_table("this is not a file"));
        }
        if about.len() > IMPORT_FILE_BYTES_MAX {
            return Err(ImportFault::TooLarge {
                path: path.to_owned(),
            });
        }
        let mut file = File::open(path).map_err(unreadable)?;
        let encoding = match (encoding, recognise(&mut file).map_err(unreadable)?) {
            (Some(named), _) => named,
            (None, Looks::Like(encoding)) => encoding,
            (None, Looks::Utf16) => {
                return Err(not_a_table("this is UTF-16; save it as CSV in UTF-8"));
            }
        };
        let mut rows = open(path, encoding).map_err(unreadable)?;
        let first = match rows.next() {
            Ok(first) => first.ok_or_else(|| not_a_table("it is empty")),
            Err(Broken::File(source)) => Err(unreadable(source)),
            Err(Broken::Row { line, rule }) => Err(not_a_table(&format!("line {line}: {rule}"))),
        };
        let header = Header::read(&first?, encoding).map_err(|why| not_a_table(&why))?;
        Ok(Self {
            path: path.to_owned(),
            bytes: about.len(),
            encoding,
            header,
        })
    }

    /// Which file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it holds.
    pub const fn kind(&self) -> Kind {
        self.header.kind()
    }

    /// How it writes its characters.
    pub const fn encoding(&self) -> Encoding {
        self.encoding
    }

    pub(super) const fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) const fn header(&self) -> &Header {
        &self.header
    }

    /// Its rows after the first line.
    pub(super) fn rows(&self) -> Result<Rows, ImportFault> {
        let mut rows = open(&self.path, self.encoding).map_err(|error| self.unreadable(error))?;
        let changed = || ImportFault::Header {
            path: self.path.clone(),
            why: "it was changed meanwhile".to_owned(),
        };
        match rows.next() {
            Ok(Some(first)) => {
                let header = Header::read(&first, self.encoding).map_err(|_| changed())?;
                if header != self.header {
                    return Err(changed());
                }
            }
            Ok(None) | Err(Broken::Row { .. }) => return Err(changed()),
            Err(Broken::File(source)) => return Err(self.unreadable(source)),
        }
        Ok(rows)
    }

    pub(super) fn unreadable(&self, source: io::Error) -> ImportFault {
        ImportFault::File {
            path: self.path.clone(),
            source,
        }
    }
}

fn open(path: &Path, encoding: Encoding) -> io::Result<Rows> {
    let mut rows = Rows::new(File::open(path)?);
    rows.skip_mark(encoding.mark())?;
    Ok(rows)
}
