//! What is done to a data directory behind Tillkey's back, and what `ledger verify` says
//! of it. Each test is named after the claim.

use std::fs;

use rusqlite::Connection;
use serde_json::{Value, json};
use tillkey_ledger::LogKey;

use crate::installed::{CASES, LEAVES, another_key, append, case_id, fill, key, open, verifier};
use crate::sandbox::{Sandbox, copy};

/// A data directory in a sandbox, closed.
fn kept() -> Sandbox {
    kept_with("checked", key())
}

fn kept_with(word: &'static str, key: LogKey) -> Sandbox {
    let sandbox = Sandbox::new();
    fill(&open(&sandbox.path("data"), key), word);
    sandbox
}

fn tamper(sandbox: &Sandbox, sql: &str) {
    let raw = Connection::open(sandbox.path("data/tillkey.db")).unwrap();
    assert!(raw.execute(sql, []).unwrap() > 0, "{sql}");
}

/// Verifies the data directory; gives the findings, and checks that the status says so.
fn findings(sandbox: &Sandbox, more: &[&str]) -> Vec<Value> {
    let key = verifier();
    let line = [&["ledger", "verify", "--data", "data", "--key", &key], more].concat();
    let (status, report) = sandbox.json(&line);
    let findings = report["findings"].as_array().unwrap().clone();
    assert_eq!(status, i32::from(!findings.is_empty()));
    assert_eq!(report["ok"], findings.is_empty());
    findings
}

fn is_whole(sandbox: &Sandbox, more: &[&str]) {
    let found = findings(sandbox, more);
    assert!(found.is_empty(), "{found:?}");
}

fn names(findings: &[Value]) -> Vec<&str> {
    findings
        .iter()
        .map(|finding| finding["name"].as_str().unwrap())
        .collect()
}

#[test]
fn an_untouched_ledger_is_whole() {
    let sandbox = kept();
    let (status, report) =
        sandbox.json(&["ledger", "verify", "--data", "data", "--key", &verifier()]);
    assert_eq!((status, &report["ok"]), (0, &json!(true)));
    assert_eq!(
        (&report["size"], &report["cases"]),
        (&json!(LEAVES), &json!(CASES))
    );
    assert_eq!(report["remembered"]["size"], LEAVES);
}

#[test]
fn a_running_service_can_be_verified() {
    let sandbox = Sandbox::new();
    let store = open(&sandbox.path("data"), key());
    fill(&store, "checked");
    is_whole(&sandbox, &[]);
    store.write_blocking(|tx| append(tx, "one more")).unwrap();
    is_whole(&sandbox, &[]);
}

#[test]
fn verifying_changes_nothing() {
    let sandbox = kept();
    // Whoever closes a database last folds its write-ahead log into it. Here that is
    // this writer, so that a file which is different later was changed by the command.
    tamper(
        &sandbox,
        "UPDATE events SET entry = entry WHERE position = 1",
    );
    let files = ["tillkey.db", "checkpoint"];
    let read = || files.map(|file| fs::read(sandbox.path("data").join(file)).unwrap());
    let before = read();
    findings(&sandbox, &[]);
    assert!(before == read(), "verifying changed a file");
    // Neither key nor keyring is made on the way.
    assert!(!sandbox.path("tillkey-root.key").exists());
    assert!(!sandbox.path("data/keyring").exists());
}

#[test]
fn an_edited_event_is_named() {
    let sandbox = kept();
    tamper(
        &sandbox,
        "UPDATE events SET entry = replace(entry, 'checked 42', 'checked 43') WHERE position = 42",
    );
    let found = findings(&sandbox, &[]);
    assert_eq!(names(&found), ["leaf_altered"]);
    assert_eq!(
        (&found[0]["first"], &found[0]["count"]),
        (&json!(42), &json!(1))
    );
}

#[test]
fn a_deletion_at_the_start_is_named() {
    let sandbox = kept();
    tamper(&sandbox, "DELETE FROM events WHERE position < 1");
    let found = findings(&sandbox, &[]);
    assert_eq!(found[0]["name"], "leaf_missing");
    assert_eq!(
        (&found[0]["place"], &found[0]["first"]),
        (&json!("start"), &json!(0))
    );
}

#[test]
fn a_deletion_in_the_middle_is_named() {
    let sandbox = kept();
    tamper(&sandbox, "DELETE FROM events WHERE position IN (100, 101)");
    let found = findings(&sandbox, &[]);
    assert_eq!(names(&found), ["leaf_missing"]);
    let place = (&found[0]["place"], &found[0]["first"], &found[0]["count"]);
    assert_eq!(place, (&json!("middle"), &json!(100), &json!(2)));
}

#[test]
fn a_deletion_at_the_end_is_named() {
    let sandbox = kept();
    tamper(&sandbox, "DELETE FROM events WHERE position >= 297");
    let found = findings(&sandbox, &[]);
    assert_eq!(names(&found), ["leaf_missing"]);
    let place = (&found[0]["place"], &found[0]["first"], &found[0]["count"]);
    assert_eq!(place, (&json!("end"), &json!(297), &json!(3)));
}

/// Whoever has the database, but not the root key, signs with a key of their own.
#[test]
fn a_log_recomputed_with_another_key_is_not_the_ledger() {
    let sandbox = kept_with("forged", another_key());
    let found = findings(&sandbox, &[]);
    assert_eq!(
        names(&found),
        ["checkpoint_unknown_key", "checkpoint_file_invalid"]
    );
}

/// Whoever has the root key as well cannot make a kept checkpoint fit.
#[test]
fn a_log_recomputed_with_its_own_key_does_not_continue_what_was_kept() {
    let (honest, sandbox) = (kept(), kept_with("forged", key()));
    is_whole(&sandbox, &[]);
    fs::copy(honest.path("data/checkpoint"), sandbox.path("kept")).unwrap();
    let found = findings(&sandbox, &["--checkpoint", "kept"]);
    assert_eq!(names(&found), ["not_consistent_with_remembered"]);
    assert_eq!(found[0]["remembered"], LEAVES);
}

#[test]
fn an_older_database_under_a_newer_checkpoint_was_cut_off() {
    let sandbox = kept();
    copy(&sandbox.path("data"), &sandbox.path("backup"));
    open(&sandbox.path("data"), key())
        .write_blocking(|tx| append(tx, "later"))
        .unwrap();
    // The database with whatever the engine keeps beside it, but not the checkpoint.
    fs::rename(sandbox.path("data/checkpoint"), sandbox.path("newer")).unwrap();
    fs::remove_dir_all(sandbox.path("data")).unwrap();
    copy(&sandbox.path("backup"), &sandbox.path("data"));
    fs::rename(sandbox.path("newer"), sandbox.path("data/checkpoint")).unwrap();
    let found = findings(&sandbox, &[]);
    assert_eq!(names(&found), ["shorter_than_remembered"]);
    let sizes = (&found[0]["remembered"], &found[0]["now"]);
    assert_eq!(sizes, (&json!(LEAVES + 1), &json!(LEAVES)));
}

#[test]
fn a_checkpoint_that_is_gone_or_edited_is_named() {
    let sandbox = kept();
    tamper(&sandbox, "DELETE FROM ledger_checkpoints");
    assert_eq!(names(&findings(&sandbox, &[])), ["checkpoint_malformed"]);

    let sandbox = kept();
    tamper(
        &sandbox,
        "UPDATE ledger_checkpoints SET note = replace(note, '300', '299')",
    );
    assert_eq!(
        findings(&sandbox, &[])[0]["name"],
        "checkpoint_bad_signature"
    );
}

#[test]
fn a_checkpoint_file_that_is_gone_or_edited_is_named() {
    let sandbox = kept();
    fs::remove_file(sandbox.path("data/checkpoint")).unwrap();
    assert_eq!(names(&findings(&sandbox, &[])), ["checkpoint_file_missing"]);
    fs::write(sandbox.path("data/checkpoint"), "nothing to see").unwrap();
    assert_eq!(names(&findings(&sandbox, &[])), ["checkpoint_file_invalid"]);
    fs::write(sandbox.path("data/checkpoint"), vec![b'x'; 1_000_000]).unwrap();
    assert_eq!(names(&findings(&sandbox, &[])), ["checkpoint_file_invalid"]);
}

#[test]
fn a_stored_hash_that_was_edited_or_deleted_is_named() {
    let sandbox = kept();
    tamper(
        &sandbox,
        "UPDATE ledger_hashes SET hash = zeroblob(32) WHERE position = 20",
    );
    assert_eq!(names(&findings(&sandbox, &[])), ["stored_hash_wrong"]);
    tamper(&sandbox, "DELETE FROM ledger_hashes WHERE position = 20");
    assert_eq!(names(&findings(&sandbox, &[])), ["stored_hash_missing"]);
}

/// The ledger is whole, and something else is not what it says.
#[test]
fn what_was_made_of_the_events_is_held_against_them() {
    let sandbox = kept();
    tamper(
        &sandbox,
        "UPDATE events SET kind = 'staff_added' WHERE position = 12",
    );
    let found = findings(&sandbox, &[]);
    assert_eq!(names(&found), ["columns_altered"]);
    assert_eq!(found[0]["first"], 12);

    let sandbox = kept();
    let case = case_id(2).to_string();
    tamper(
        &sandbox,
        &format!("UPDATE cases SET state = 'approved' WHERE id = '{case}'"),
    );
    let found = findings(&sandbox, &[]);
    assert_eq!(names(&found), ["case_altered"]);
    assert_eq!(found[0]["case"], case);
    tamper(&sandbox, &format!("DELETE FROM cases WHERE id = '{case}'"));
    assert_eq!(names(&findings(&sandbox, &[])), ["case_missing"]);
}

#[test]
fn a_finding_is_said_in_words_and_in_the_status() {
    let sandbox = kept();
    tamper(&sandbox, "DELETE FROM events WHERE position = 0");
    let ended = sandbox.run(&["ledger", "verify", "--data", "data", "--key", &verifier()]);
    assert_eq!(ended.status, 1);
    assert!(
        ended.stdout.contains("missing at the start, from 0 on"),
        "{ended}"
    );
    assert!(
        ended
            .stderr
            .starts_with("tillkey ledger: the ledger is not whole: "),
        "{ended}"
    );
}
