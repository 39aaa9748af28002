//! The rows of a file (RFC 4180), one at a time, in room that is given beforehand: a
//! quote that is not closed ends at a limit and not in memory.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, ErrorKind, Read};

use csv_core::{ReadRecordResult, Reader};
use sha2::{Digest as _, Sha256};
use tillkey_store::seal::SealKeys;

use crate::limits::{IMPORT_COLUMNS_MAX, IMPORT_ROW_BYTES_MAX};

/// How much is read from the file at once.
const BUFFER: usize = 64 * 1024;

/// Why the rows end before the file does.
#[derive(Debug)]
pub(super) enum Broken {
    /// The file cannot be read.
    File(io::Error),
    /// A row cannot be told from the next.
    Row {
        /// Where it begins.
        line: u64,
        /// What it takes.
        rule: &'static str,
    },
}

/// A file that is digested while it is read.
#[derive(Debug)]
struct Digested {
    file: File,
    digest: Sha256,
    bytes: u64,
}

impl Read for Digested {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.digest.update(buffer.get(..read).unwrap_or_default());
        self.bytes = self
            .bytes
            .saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        Ok(read)
    }
}

/// The rows.
#[derive(Debug)]
pub(super) struct Rows {
    source: BufReader<Digested>,
    splitter: Reader,
    /// The cells of the row, one after the other, and where each ends.
    bytes: Vec<u8>,
    ends: Vec<usize>,
    line: u64,
}

/// One row.
#[derive(Debug)]
pub(super) struct Row<'a> {
    /// The line of the file that it begins in, from 1.
    pub(super) line: u64,
    bytes: &'a [u8],
    ends: &'a [usize],
}

impl<'a> Row<'a> {
    /// How many cells it has.
    pub(super) const fn len(&self) -> usize {
        self.ends.len()
    }

    /// A cell, from 0.
    pub(super) fn cell(&self, at: usize) -> Option<&'a [u8]> {
        let end = *self.ends.get(at)?;
        let begin = match at.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.bytes.get(begin..end)
    }
}

impl Rows {
    /// The rows of a file from its beginning.
    pub(super) fn new(file: File) -> Self {
        let digested = Digested {
            file,
            digest: Sha256::new(),
            bytes: 0,
        };
        Self {
            source: BufReader::with_capacity(BUFFER, digested),
            splitter: Reader::new(),
            bytes: vec![0; IMPORT_ROW_BYTES_MAX],
            ends: vec![0; IMPORT_COLUMNS_MAX],
            line: 1,
        }
    }

    /// How much of the file was read.
    pub(super) fn bytes(&self) -> u64 {
        self.source.get_ref().bytes
    }

    /// The keyed digest of what was read, which at the end is the whole file.
    pub(super) fn digest(&self, keys: &SealKeys) -> String {
        let plain = self.source.get_ref().digest.clone().finalize();
        let plain = data_encoding::HEXLOWER.encode(&plain);
        keys.text_digest("import", &plain).to_hex()
    }

    /// Passes over a mark at the beginning.
    pub(super) fn skip_mark(&mut self, mark: &[u8]) -> io::Result<()> {
        if self.source.fill_buf()?.starts_with(mark) {
            self.source.consume(mark.len());
        }
        Ok(())
    }

    /// The next row. Empty lines are none.
    pub(super) fn next(&mut self) -> Result<Option<Row<'_>>, Broken> {
        self.skip_line_ends().map_err(Broken::File)?;
        let line = self.line;
        let (mut filled, mut ended) = (0, 0);
        let broken = |rule| Err(Broken::Row { line, rule });
        loop {
            let input = match self.source.fill_buf() {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                input => input.map_err(Broken::File)?,
            };
            let bytes = self.bytes.get_mut(filled..).unwrap_or_default();
            let ends = self.ends.get_mut(ended..).unwrap_or_default();
            let (result, taken, wrote, cells) = self.splitter.read_record(input, bytes, ends);
            self.line += line_ends(input.get(..taken).unwrap_or_default());
            self.source.consume(taken);
            filled += wrote;
            ended += cells;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => {
                    return broken("this row does not end: is a quote not closed?");
                }
                ReadRecordResult::OutputEndsFull => return broken("this row has too many cells"),
                ReadRecordResult::End => return Ok(None),
                ReadRecordResult::Record => break,
            }
        }
        Ok(Some(Row {
            line,
            bytes: self.bytes.get(..filled).unwrap_or_default(),
            ends: self.ends.get(..ended).unwrap_or_default(),
        }))
    }

    /// Passes over what the splitter would pass over too, so that a row's line is the
    /// one it begins in.
    fn skip_line_ends(&mut self) -> io::Result<()> {
        loop {
            let input = self.source.fill_buf()?;
            let rest = input.iter().position(|byte| !b"\r\n".contains(byte));
            let taken = rest.unwrap_or(input.len());
            self.line += line_ends(input.get(..taken).unwrap_or_default());
            self.source.consume(taken);
            if rest.is_some() || taken == 0 {
                return Ok(());
            }
        }
    }
}

fn line_ends(bytes: &[u8]) -> u64 {
    let count = bytes.iter().filter(|byte| **byte == b'\n').count();
    u64::try_from(count).unwrap_or(u64::MAX)
}
