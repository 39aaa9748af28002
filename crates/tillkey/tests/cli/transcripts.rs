//! Transcripts: `transcripts/*.txt` hold command lines and what they answer.
//!
//! A line `$ tillkey …` is run; what follows is its standard output, then its standard
//! error behind `! `, then `? 1` where the status is not 0. What differs from run to run
//! stands in brackets. With `TILLKEY_TRANSCRIPTS=write` they are written anew, to be
//! reviewed like any other change.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::sandbox::{Ended, Sandbox};

/// What stands before a value that differs, and what is written for it.
const DIFFERS: [(&str, &str); 6] = [
    ("initial password  ", "[PASSWORD]"),
    ("root        ", "[ROOT]"),
    ("ledger      tillkey.local/ledger+", "[KEY]"),
    ("key tillkey.local/ledger+", "[KEY]"),
    ("took        ", "[SECONDS]"),
    ("ok     disk           ", "[FREE]"),
];

fn masked(line: &str) -> String {
    for (before, mask) in DIFFERS {
        if let Some((start, _)) = line.split_once(before) {
            return format!("{start}{before}{mask}");
        }
    }
    line.trim_end().to_owned()
}

fn answered(ended: &Ended) -> String {
    let mut text = String::new();
    for line in ended.stdout.lines() {
        writeln!(text, "{}", masked(line)).unwrap();
    }
    for line in ended.stderr.lines() {
        writeln!(text, "! {}", masked(line)).unwrap();
    }
    if ended.status != 0 {
        writeln!(text, "? {}", ended.status).unwrap();
    }
    text
}

/// Runs every command line of a transcript, in one sandbox.
fn run(sandbox: &Sandbox, transcript: &str) -> String {
    let mut said = String::new();
    for line in transcript
        .lines()
        .filter_map(|line| line.strip_prefix("$ tillkey"))
    {
        let arguments: Vec<&str> = line.split_whitespace().collect();
        let ended = sandbox.run(&arguments);
        writeln!(said, "$ tillkey{line}\n{}", answered(&ended)).unwrap();
    }
    said
}

fn check(name: &str) {
    check_in(&Sandbox::new(), name);
}

fn check_in(sandbox: &Sandbox, name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cli/transcripts")
        .join(format!("{name}.txt"));
    let expected = fs::read_to_string(&path).unwrap();
    let found = run(sandbox, &expected);
    if std::env::var_os("TILLKEY_TRANSCRIPTS").is_some_and(|value| value == "write") {
        fs::write(&path, found).unwrap();
        return;
    }
    assert_eq!(
        found, expected,
        "{name}: see TILLKEY_TRANSCRIPTS in this file"
    );
}

#[test]
fn nothing_to_do_is_wrong_use() {
    let ended = Sandbox::new().run(&[]);
    assert_eq!(ended.status, 2, "{ended}");
    assert!(ended.stderr.contains("Usage: tillkey <COMMAND>"), "{ended}");
}

#[test]
fn help() {
    check("help");
}

#[test]
fn wrong_use() {
    check("wrong_use");
}

#[test]
fn staff() {
    check("staff");
}

#[test]
fn import() {
    check_in(&crate::import::with_samples(), "import");
}

#[test]
fn ledger() {
    check("ledger");
}

#[test]
fn doctor() {
    check("doctor");
}
