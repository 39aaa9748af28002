//! Cases that were edited behind the ledger's back, and looking without touching.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use tillkey_rules::event::CaseEvent;
use tillkey_rules::party::Actor;
use tillkey_rules::vocabulary::{Channel, EvidenceKind, Reason};
use tillkey_wire::ids::CaseId;

use super::open;
use crate::case::audit::{Audited, Difference, audit};
use crate::case::{self, Step};
use crate::checkpoint_file::CheckpointFile;
use crate::fault::Fault;
use crate::store::Store;
use crate::tx::{Statement, Tx};

fn case_id(number: u8) -> CaseId {
    CaseId::from_bytes([number; 10])
}

fn begin(tx: &mut dyn Tx, number: u8) -> Result<(), Fault> {
    let at = |second| jiff::Timestamp::from_second(second).unwrap();
    let opened = [CaseEvent::Opened {
        subject: None,
        claimed: format!("digest {number}"),
        channel: Channel::App,
        reason: Reason::Forgotten,
        deadline: at(86_400),
        offline: false,
    }];
    let matched = [CaseEvent::Matched {
        kind: EvidenceKind::SmsCode,
        contact_version: Some(1),
    }];
    let acquirer = "demo-bank".parse().unwrap();
    let first = Step {
        acquirer: &acquirer,
        at: at(1),
        by: &Actor::Holder,
        events: &opened,
    };
    let second = Step {
        at: at(2),
        events: &matched,
        ..first
    };
    let begun = case::begin(tx, case_id(number), &first)?;
    case::append(tx, begun, &second).map(|_| ())
}

/// Three cases, and what an audit finds after some SQL.
fn audited_after(sql: &str) -> Vec<(String, Difference)> {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path(), CheckpointFile::Checked).unwrap();
    for number in 1..=3 {
        store.write_blocking(move |tx| begin(tx, number)).unwrap();
    }
    if !sql.is_empty() {
        let raw = Connection::open(directory.path().join("tillkey.db")).unwrap();
        assert!(raw.execute(sql, []).unwrap() > 0);
    }
    // Beside the open store, as beside a running service.
    let mut shown = Vec::new();
    let Audited { differences, .. } =
        Store::look_into(directory.path(), &crate::Database::Sqlite, |tx| {
            audit(tx, &mut |done, of| shown.push((done, of)))
        })
        .unwrap();
    assert_eq!(
        shown.last().map(|(done, of)| done == of),
        Some(true),
        "{shown:?}"
    );
    differences
}

#[test]
fn untouched_cases_are_the_fold_of_their_events() {
    assert_eq!(audited_after(""), []);
}

#[test]
fn each_column_of_a_case_is_held_against_its_events() {
    let second = case_id(2).to_string();
    for edit in [
        "acquirer = 'other-bank'",
        "merchant = '123'",
        "terminal = 'x'",
        "operator = 7",
        "opened_at = 0",
        "channel = 'hotline'",
        "state = 'approved'",
        "is_open = 0",
        "is_proven = 0",
        "deadline_at = 1",
        "changed_at = 1",
        "version = 9",
        "folded = replace(folded, 'gathering', 'approved')",
    ] {
        let sql = format!("UPDATE cases SET {edit} WHERE id = '{second}'");
        let found = audited_after(&sql);
        assert_eq!(found, [(second.clone(), Difference::Altered)], "{edit}");
    }
}

#[test]
fn a_case_that_appears_or_vanishes_is_found() {
    let second = case_id(2).to_string();
    let gone = audited_after(&format!("DELETE FROM cases WHERE id = '{second}'"));
    assert_eq!(gone, [(second.clone(), Difference::Missing)]);
    let renamed = audited_after(&format!("UPDATE cases SET id = 'me' WHERE id = '{second}'"));
    let expected = [
        ("me".to_owned(), Difference::NeverOpened),
        (second.clone(), Difference::Missing),
    ];
    assert_eq!(renamed, expected);
    let unfounded = audited_after(&format!("DELETE FROM events WHERE case_id = '{second}'"));
    assert_eq!(unfounded, [(second.clone(), Difference::NeverOpened)]);
    let broken = format!("UPDATE events SET entry = '{{}}' WHERE case_id = '{second}'");
    assert_eq!(audited_after(&broken), [(second, Difference::Unreadable)]);
}

#[test]
fn looking_changes_nothing_and_makes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let nowhere = directory.path().join("nowhere");
    let look = |path: &Path| Store::look_into(path, &crate::Database::Sqlite, |tx| begin(tx, 1));
    assert!(matches!(look(&nowhere), Err(Fault::Directory { .. })));
    assert!(!nowhere.exists());
    let put = Statement::new("put", "DELETE FROM events");
    drop(open(directory.path(), CheckpointFile::Checked).unwrap());
    let before = fs::read(directory.path().join("tillkey.db")).unwrap();
    assert!(
        Store::look_into(directory.path(), &crate::Database::Sqlite, |tx| tx
            .execute(put, &[]))
        .is_err()
    );
    assert_eq!(
        fs::read(directory.path().join("tillkey.db")).unwrap(),
        before
    );
}
