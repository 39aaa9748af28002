//! What is done to a database behind the store's back, and how it shows.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use tillkey_ledger::{Finding, KeyName, LogKey};
use tillkey_rules::event::{Entry, Event};
use tillkey_rules::party::Actor;

use super::{log_key, open};
use crate::checkpoint_file::CheckpointFile;
use crate::fault::Fault;
use crate::ledger::{self, Verified};
use crate::store::Store;
use crate::store::{Database, Options};
use crate::tx::Tx;
use crate::{event, meta};

pub(super) fn append(tx: &mut dyn Tx, number: i64) -> Result<(), Fault> {
    let entry = Entry {
        v: 1,
        at: jiff::Timestamp::from_second(number).unwrap(),
        acquirer: None,
        case: None,
        by: Actor::System,
        event: Event::PolicyServed {
            digest: format!("{number}"),
        },
    };
    event::append(tx, &entry)
}

fn fill(path: &Path, count: i64) {
    let store = open(path, CheckpointFile::Checked).unwrap();
    for number in 0..count {
        store.write_blocking(move |tx| append(tx, number)).unwrap();
    }
}

fn tamper(path: &Path, sql: &str) {
    let raw = Connection::open(path.join("tillkey.db")).unwrap();
    assert!(raw.execute(sql, []).unwrap() > 0);
}

pub(super) fn verify(store: &Store) -> Verified {
    let verifier = store.log_verifier();
    store
        .read_blocking(move |tx| ledger::verify(tx, &verifier, None, &mut |_, _| ()))
        .unwrap()
}

#[test]
fn an_edited_event_is_found() {
    let directory = tempfile::tempdir().unwrap();
    fill(directory.path(), 9);
    tamper(
        directory.path(),
        "UPDATE events SET entry = replace(entry, '\"4\"', '\"5\"') WHERE position = 4",
    );
    let store = open(directory.path(), CheckpointFile::Checked).unwrap();
    let verified = verify(&store);
    assert_eq!(
        verified.report.findings,
        [Finding::LeafAltered { first: 4, count: 1 }]
    );
}

#[test]
fn an_edited_column_is_found() {
    let directory = tempfile::tempdir().unwrap();
    fill(directory.path(), 9);
    tamper(
        directory.path(),
        "UPDATE events SET kind = 'looked_up' WHERE position = 3",
    );
    tamper(
        directory.path(),
        "UPDATE events SET at = at + 1 WHERE position = 7",
    );
    let store = open(directory.path(), CheckpointFile::Checked).unwrap();
    let verified = verify(&store);
    assert!(verified.report.is_clean());
    assert_eq!(verified.columns_differ, [3, 7]);
    assert!(!verified.is_clean());
}

#[test]
fn a_ledger_that_was_cut_is_not_carried_on() {
    for sql in [
        "DELETE FROM events WHERE position = 8",
        "DELETE FROM ledger_checkpoints",
        "UPDATE ledger_hashes SET hash = zeroblob(32) WHERE position = 14",
    ] {
        let directory = tempfile::tempdir().unwrap();
        fill(directory.path(), 9);
        tamper(directory.path(), sql);
        let fault = open(directory.path(), CheckpointFile::Checked).unwrap_err();
        assert!(matches!(fault, Fault::LedgerBroken(_)), "{sql}: {fault}");
    }
}

#[test]
fn f11_an_event_that_the_ledger_cannot_take_takes_its_effect_with_it() {
    let directory = tempfile::tempdir().unwrap();
    fill(directory.path(), 3);
    // The place where the next hash belongs is occupied.
    tamper(
        directory.path(),
        "INSERT INTO ledger_hashes VALUES (4, zeroblob(32))",
    );
    let store = open(directory.path(), CheckpointFile::Checked).unwrap();
    let answer = store.write_blocking(|tx| {
        meta::set(tx, "effect", b"done", jiff::Timestamp::UNIX_EPOCH)?;
        append(tx, 3)
    });
    assert!(answer.is_err());
    assert_eq!(
        store.read_blocking(|tx| meta::find(tx, "effect")).unwrap(),
        None
    );
    // What has no event goes on.
    store
        .write_blocking(|tx| meta::set(tx, "other", b"done", jiff::Timestamp::UNIX_EPOCH))
        .unwrap();
}

#[test]
fn a_database_that_was_rolled_back_is_noticed() {
    let directory = tempfile::tempdir().unwrap();
    let (data, copy) = (directory.path().join("data"), directory.path().join("copy"));
    fill(&data, 5);
    fs::copy(data.join("tillkey.db"), &copy).unwrap();
    fill(&data, 4);
    fs::copy(&copy, data.join("tillkey.db")).unwrap();
    let fault = open(&data, CheckpointFile::Checked).unwrap_err();
    assert!(matches!(fault, Fault::RolledBack { .. }), "{fault}");
    // A backup that is restored on purpose.
    let store = open(&data, CheckpointFile::Replaced).unwrap();
    assert!(verify(&store).is_clean());
    drop(store);
    open(&data, CheckpointFile::Checked).unwrap();
}

#[test]
fn a_database_that_was_recomputed_or_removed_is_noticed() {
    let directory = tempfile::tempdir().unwrap();
    fill(directory.path(), 5);
    for file in ["tillkey.db", "tillkey.db-wal", "tillkey.db-shm"] {
        let _ = fs::remove_file(directory.path().join(file));
    }
    let fault = open(directory.path(), CheckpointFile::Checked).unwrap_err();
    assert!(matches!(fault, Fault::RolledBack { .. }), "{fault}");
    // Another history of the same length, signed by the same key.
    let other = tempfile::tempdir().unwrap();
    let store = open(other.path(), CheckpointFile::Checked).unwrap();
    for number in 100..110 {
        store.write_blocking(move |tx| append(tx, number)).unwrap();
    }
    drop(store);
    fs::copy(
        other.path().join("tillkey.db"),
        directory.path().join("tillkey.db"),
    )
    .unwrap();
    let fault = open(directory.path(), CheckpointFile::Checked).unwrap_err();
    assert!(matches!(fault, Fault::RolledBack { .. }), "{fault}");
}

#[test]
fn a_checkpoint_file_that_is_missing_or_spoilt_is_noticed() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("checkpoint");
    fill(directory.path(), 2);
    let note = fs::read_to_string(&file).unwrap();
    assert_eq!(
        note.lines().nth(1),
        Some("2"),
        "written when the store closes"
    );
    for spoilt in ["", &note.replace("\n2\n", "\n1\n")] {
        fs::write(&file, spoilt).unwrap();
        let fault = open(directory.path(), CheckpointFile::Checked).unwrap_err();
        assert!(matches!(fault, Fault::RolledBack { .. }), "{fault}");
    }
    fs::remove_file(&file).unwrap();
    let fault = open(directory.path(), CheckpointFile::Checked).unwrap_err();
    assert!(
        matches!(
            fault,
            Fault::RolledBack {
                why: "the file is missing",
                ..
            }
        ),
        "{fault}"
    );
    open(directory.path(), CheckpointFile::Replaced).unwrap();
}

#[test]
fn another_key_does_not_carry_a_ledger_on() {
    let directory = tempfile::tempdir().unwrap();
    fill(directory.path(), 2);
    let origin: KeyName = log_key().verifier().origin().clone();
    let options = Options {
        now: jiff::Timestamp::UNIX_EPOCH,
        log_key: LogKey::from_seed(origin, &[8; 32]),
        checkpoint_file: CheckpointFile::Checked,
        database: Database::Sqlite,
    };
    assert!(matches!(
        Store::open(directory.path(), options),
        Err(Fault::Ledger { .. })
    ));
}
