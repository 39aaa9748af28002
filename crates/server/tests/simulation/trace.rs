//! What happened, line by line. Two runs of one seed say the same, byte for byte.

use sha2::{Digest as _, Sha256};

/// How many of the last lines are shown of a run that fails.
const SHOWN: usize = 40;

/// The lines so far.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    lines: Vec<String>,
    /// Where each line is printed as it comes.
    is_shown: bool,
}

impl Trace {
    pub(crate) fn new(is_shown: bool) -> Self {
        Self {
            lines: Vec::new(),
            is_shown,
        }
    }

    pub(crate) fn add(&mut self, line: String) {
        if self.is_shown {
            eprintln!("{:>4} {line}", self.lines.len());
        }
        self.lines.push(line);
    }

    pub(crate) fn len(&self) -> usize {
        self.lines.len()
    }

    /// The digest over all lines.
    pub(crate) fn digest(&self) -> String {
        let mut digest = Sha256::new();
        for line in &self.lines {
            digest.update(line.as_bytes());
            digest.update(b"\n");
        }
        short(&digest.finalize())
    }

    /// The last lines, with their numbers.
    pub(crate) fn tail(&self) -> String {
        let from = self.lines.len().saturating_sub(SHOWN);
        let numbered = self.lines.iter().enumerate().skip(from);
        numbered
            .map(|(number, line)| format!("{number:>4} {line}\n"))
            .collect()
    }
}

/// The first half of a digest's first eight bytes, enough to tell two apart.
pub(crate) fn short(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&bytes[..8.min(bytes.len())])
}

/// A digest of anything.
pub(crate) fn digest(bytes: &[u8]) -> String {
    short(&Sha256::digest(bytes))
}
