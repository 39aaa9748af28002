//! What came of the files: for people lines that an editor can jump by, for machines one
//! document.

use std::fmt::Write as _;

use serde_json::{Value, json};
use tillkey_server::act::import::{ImportFault, Outcome, Sheet, WrongRows};

use crate::failed::Failed;
use crate::output::Shown;

/// What came of the files so far.
pub(super) struct Answer {
    dry_run: bool,
    text: String,
    files: Vec<Value>,
    /// The first file that has wrong rows, and what is wrong with them.
    wrong: Option<(String, WrongRows)>,
    /// Why it ended otherwise.
    fault: Option<String>,
}

impl Answer {
    pub(super) const fn new(dry_run: bool) -> Self {
        Self {
            dry_run,
            text: String::new(),
            files: Vec::new(),
            wrong: None,
            fault: None,
        }
    }

    /// Adds what came of several files.
    pub(super) fn all(&mut self, sheets: &[Sheet], outcomes: Vec<Outcome>) {
        for (sheet, outcome) in sheets.iter().zip(outcomes) {
            self.one(sheet, outcome);
        }
    }

    /// Adds what came of a file.
    pub(super) fn one(&mut self, sheet: &Sheet, outcome: Outcome) {
        let file = sheet.path().display().to_string();
        let (kind, encoding) = (sheet.kind().name(), sheet.encoding().name());
        match outcome {
            Outcome::Right(counts) => {
                let (new, changed, unchanged) = (counts.new, counts.changed, counts.unchanged());
                // Writing to a string does not fail.
                let _ = writeln!(
                    self.text,
                    "{kind:<12}  new {new}, changed {changed}, unchanged {unchanged}  ({file}, \
                     {encoding})"
                );
                self.files.push(json!({
                    "file": file, "kind": kind, "encoding": encoding, "rows": counts.rows,
                    "new": new, "changed": changed, "unchanged": unchanged,
                    "digest": counts.digest,
                }));
            }
            Outcome::Wrong(wrong) => self.wrong = Some((file, wrong)),
        }
    }

    /// Adds why it ended, where no row is to blame.
    pub(super) fn failed(&mut self, fault: &ImportFault) {
        self.fault = Some(fault.to_string());
    }

    /// Prints what was imported, or would be.
    pub(super) fn print(&self, shown: &Shown) -> Result<(), Failed> {
        let wrong = self.wrong.as_ref().map(|(file, wrong)| {
            json!({
                "file": file, "rows": wrong.rows, "cells": wrong.cells, "more": wrong.more,
            })
        });
        let document = json!({
            "ok": wrong.is_none() && self.fault.is_none(),
            "dry_run": self.dry_run,
            "files": self.files,
            "wrong": wrong,
            "fault": self.fault,
        });
        let mut text = self.text.trim_end().to_owned();
        if self.dry_run && !text.is_empty() {
            text.push_str("\nnothing was kept: this was a dry run");
        }
        if text.is_empty() && !shown.json {
            return Ok(());
        }
        shown.print(&document, &text)
    }

    /// What is wrong, if anything is.
    pub(super) fn wrong(&self, sheets: &[Sheet]) -> Option<Failed> {
        let (file, wrong) = self.wrong.as_ref()?;
        let mut text = format!("nothing of {file} was imported");
        let left = sheets.len().saturating_sub(self.files.len() + 1);
        if left > 0 {
            let _ = write!(text, ", nor any of the files after it ({left})");
        }
        for cell in &wrong.cells {
            let _ = write!(text, "\n{file}:{}: ", cell.line);
            if let Some(column) = &cell.column {
                let _ = write!(text, "{column}: ");
            }
            let _ = write!(text, "{}", cell.rule);
        }
        if wrong.more > 0 {
            let _ = write!(text, "\nand {} more", wrong.more);
        }
        Some(Failed::new(text))
    }
}
