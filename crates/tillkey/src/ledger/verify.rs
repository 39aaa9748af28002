//! `tillkey ledger verify`: what an auditor runs.
//!
//! 1. Read the checkpoint that was kept outside the database, before the database: a
//!    running service may be ahead of it, never behind.
//! 2. Open one read-only view, walk every leaf and hash, and hold the whole against the
//!    signed checkpoint and the one that was kept.
//! 3. Hold the search columns against the leaves, and every case against the fold of
//!    its events: an edit there leaves every hash whole.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{Value, json};
use tillkey_ledger::limits::CHECKPOINT_BYTES_MAX;
use tillkey_ledger::{Against, Checkpoint, LogVerifier, Report};
use tillkey_store::case::audit::{Audited, audit};
use tillkey_store::ledger::{Verified, verify};
use tillkey_store::{Database, Store};

use super::finding::Found;
use super::folder::Folder;
use super::{CHECKPOINT, Ledger, VerifyArgs, is_exported};
use crate::failed::Failed;
use crate::progress::Progress;

/// The outcome.
struct Outcome {
    report: Report,
    /// None for an exported folder, which has no cases.
    cases: Option<u64>,
    remembered: Option<(PathBuf, Checkpoint)>,
    found: Vec<Found>,
    seconds: f64,
}

/// Verifies and prints; a ledger with findings is a failure.
pub(super) fn run(args: &VerifyArgs) -> Result<(), Failed> {
    let (ledger, verifier) = args.which.find()?;
    let begun = Instant::now();
    let kept = args.checkpoint.as_deref();
    let mut outcome = if ledger.database == Database::Sqlite && is_exported(&ledger.data) {
        of_folder(&ledger.data, &verifier, kept)?
    } else {
        of_database(&ledger, &verifier, kept)?
    };
    outcome.seconds = begun.elapsed().as_secs_f64();
    args.shown
        .print(&outcome.json(&verifier), &outcome.text(&verifier))?;
    match outcome.found.len() {
        0 => Ok(()),
        1 => Err(Failed::new("the ledger is not whole: 1 finding")),
        count => Err(Failed::new(format!(
            "the ledger is not whole: {count} findings"
        ))),
    }
}

fn of_database(
    ledger: &Ledger,
    verifier: &LogVerifier,
    kept: Option<&Path>,
) -> Result<Outcome, Failed> {
    let file = kept.map_or_else(|| ledger.data.join(CHECKPOINT), Path::to_owned);
    let (remembered, mut found) = remember(&file, verifier)?;
    let checkpoint = remembered.as_ref().map(|(_, checkpoint)| checkpoint);
    let (verified, audited) = Store::look_into(&ledger.data, &ledger.database, |tx| {
        let bar = Progress::new("leaves");
        let verified = verify(tx, verifier, checkpoint, &mut |done, of| bar.show(done, of))?;
        let bar = Progress::new("cases");
        let audited = audit(tx, &mut |done, of| bar.show(done, of))?;
        Ok((verified, audited))
    })
    .map_err(Failed::because("the ledger cannot be read"))?;
    let Verified {
        report,
        columns_differ,
    } = verified;
    let Audited { cases, differences } = audited;
    let mut all: Vec<Found> = report.findings.iter().map(Found::in_ledger).collect();
    all.append(&mut found);
    all.extend(columns_differ.into_iter().map(Found::columns));
    all.extend(
        differences
            .iter()
            .map(|(case, how)| Found::case(case, *how)),
    );
    Ok(Outcome {
        report,
        cases: Some(cases),
        remembered,
        found: all,
        seconds: 0.0,
    })
}

/// A folder's own checkpoint is the signed one; only another can be remembered.
fn of_folder(
    folder: &Path,
    verifier: &LogVerifier,
    kept: Option<&Path>,
) -> Result<Outcome, Failed> {
    let (remembered, mut found) = match kept {
        Some(file) => remember(file, verifier)?,
        None => (None, Vec::new()),
    };
    let signed = read_bounded(&folder.join(CHECKPOINT))
        .map_err(Failed::because("the folder's checkpoint cannot be read"))?;
    let size = verifier
        .open(&signed)
        .map_or(0, |checkpoint| checkpoint.head.size);
    let against = Against {
        verifier,
        signed: &signed,
        remembered: remembered.as_ref().map(|(_, checkpoint)| checkpoint),
    };
    let bar = Progress::new("leaves");
    let mut reader = Folder::new(folder.to_owned(), size);
    let report = tillkey_ledger::verify(&mut reader, &against, &mut |done, of| bar.show(done, of))
        .map_err(Failed::because("the ledger cannot be read"))?;
    let mut all: Vec<Found> = report.findings.iter().map(Found::in_ledger).collect();
    all.append(&mut found);
    Ok(Outcome {
        report,
        cases: None,
        remembered,
        found: all,
        seconds: 0.0,
    })
}

type Remembered = (Option<(PathBuf, Checkpoint)>, Vec<Found>);

/// Reads the checkpoint that was kept; that it is missing or not the ledger's own is a
/// finding, since whoever cuts a ledger short takes it away.
fn remember(file: &Path, verifier: &LogVerifier) -> Result<Remembered, Failed> {
    let bytes = match read_bounded(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok((None, vec![Found::checkpoint_file_missing(file)]));
        }
        Err(error) => {
            let what = format!("the checkpoint file {} cannot be read", file.display());
            return Err(Failed::because(what)(error));
        }
    };
    match verifier.open(&bytes) {
        Ok(checkpoint) => Ok((Some((file.to_owned(), checkpoint)), Vec::new())),
        Err(fault) => Ok((None, vec![Found::checkpoint_file_invalid(file, &fault)])),
    }
}

/// Reads a file that may be somebody else's; one byte over the limit is refused later.
fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    fs::metadata(path)?;
    let limit = u64::try_from(CHECKPOINT_BYTES_MAX)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    let mut bytes = Vec::new();
    File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl Outcome {
    fn json(&self, verifier: &LogVerifier) -> Value {
        let head = self
            .report
            .head
            .map(|head| (head.size, head.root.to_string()));
        let remembered = self
            .remembered
            .as_ref()
            .map(|(file, checkpoint)| json!({ "file": file, "size": checkpoint.head.size }));
        json!({
            "ok": self.found.is_empty(),
            "ledger": verifier.origin().as_str(),
            "key": verifier.to_string(),
            "size": head.as_ref().map(|(size, _)| size),
            "root": head.as_ref().map(|(_, root)| root),
            "leaves": self.report.leaves,
            "unsigned": self.report.unsigned,
            "cases": self.cases,
            "remembered": remembered,
            "findings": self.found.iter().map(Found::json).collect::<Vec<_>>(),
            "findings_left_off": self.report.left_off,
            "seconds": self.seconds,
        })
    }

    fn text(&self, verifier: &LogVerifier) -> String {
        let mut text = format!("ledger      {verifier}\nleaves      {}", self.report.leaves);
        // Writing to a String cannot fail.
        if let Some(head) = self.report.head {
            let _ = write!(text, "\nroot        {}", head.root);
        }
        if self.report.unsigned > 0 {
            let _ = write!(text, "\nunsigned    {}", self.report.unsigned);
        }
        if let Some(cases) = self.cases {
            let _ = write!(text, "\ncases       {cases}");
        }
        if let Some((file, checkpoint)) = &self.remembered {
            let (size, file) = (checkpoint.head.size, file.display());
            let _ = write!(text, "\nremembered  {size} leaves, by {file}");
        }
        let _ = write!(text, "\ntook        {:.1} s\n", self.seconds);
        if self.found.is_empty() {
            text.push_str("whole: every leaf is what was signed");
            return text;
        }
        let _ = write!(text, "findings:");
        for found in &self.found {
            let _ = write!(text, "\n{}", found.line());
        }
        if self.report.left_off > 0 {
            let _ = write!(text, "\n  and {} more", self.report.left_off);
        }
        text
    }
}
