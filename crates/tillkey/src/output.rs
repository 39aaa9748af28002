//! Standard output: one text for people, or one JSON document and nothing else.

use std::io::{self, Write};

use clap::Args;
use serde_json::Value;

use crate::failed::Failed;

/// How the answer is shown.
#[derive(Debug, Args)]
pub(crate) struct Shown {
    /// Print one JSON document on standard output, and nothing else there
    #[arg(long)]
    pub(crate) json: bool,
}

impl Shown {
    /// Prints the answer: the document, or the text.
    pub(crate) fn print(&self, document: &Value, text: &str) -> Result<(), Failed> {
        if self.json {
            print(&document.to_string())
        } else {
            print(text)
        }
    }
}

/// Prints lines; they are out when this returns.
pub(crate) fn print(text: &str) -> Result<(), Failed> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")
        .and_then(|()| out.flush())
        .map_err(Failed::because("cannot write to standard output"))
}
