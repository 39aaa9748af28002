//! A data directory with a ledger in it, made by the store itself.

use std::path::Path;

use jiff::Timestamp;
use tillkey_ledger::LogKey;
use tillkey_rules::event::{CaseEvent, Entry, Event};
use tillkey_rules::party::Actor;
use tillkey_rules::vocabulary::{Channel, EvidenceKind, Reason};
use tillkey_store::case::{self, Step};
use tillkey_store::fault::Fault;
use tillkey_store::tx::Tx;
use tillkey_store::{CheckpointFile, Database, Options, Store, event};
use tillkey_wire::ids::CaseId;

/// How many cases [`fill`] opens; each has two events.
pub(crate) const CASES: u64 = 4;
/// How many leaves [`fill`] writes: more than one tile.
pub(crate) const LEAVES: u64 = 300;

pub(crate) fn key() -> LogKey {
    LogKey::from_seed("ledger.example/bank".parse().unwrap(), &[7; 32])
}

pub(crate) fn another_key() -> LogKey {
    LogKey::from_seed("ledger.example/bank".parse().unwrap(), &[8; 32])
}

/// The key that a verification is told.
pub(crate) fn verifier() -> String {
    key().verifier().to_string()
}

pub(crate) fn open(data: &Path, log_key: LogKey) -> Store {
    let checkpoint_file = CheckpointFile::Checked;
    Store::open(
        data,
        Options {
            now: at(0),
            log_key,
            checkpoint_file,
            database: Database::Sqlite,
        },
    )
    .unwrap()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

pub(crate) fn case_id(number: u8) -> CaseId {
    CaseId::from_bytes([number; 10])
}

/// Cases first, then events of the installation up to [`LEAVES`]. `word` stands in all of
/// the latter, so that two ledgers can be alike but for it.
pub(crate) fn fill(store: &Store, word: &'static str) {
    store
        .write_blocking(move |tx| {
            for number in 0..CASES {
                begin(tx, u8::try_from(number).unwrap())?;
            }
            for number in 2 * CASES..LEAVES {
                append(tx, &format!("{word} {number}"))?;
            }
            Ok(())
        })
        .unwrap();
}

pub(crate) fn append(tx: &mut dyn Tx, digest: &str) -> Result<(), Fault> {
    let entry = Entry {
        v: 1,
        at: at(9),
        acquirer: None,
        case: None,
        by: Actor::System,
        event: Event::PolicyServed {
            digest: digest.to_owned(),
        },
    };
    event::append(tx, &entry)
}

fn begin(tx: &mut dyn Tx, number: u8) -> Result<(), Fault> {
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
    let acquirer = "bank".parse().unwrap();
    let first = Step {
        acquirer: &acquirer,
        at: at(1),
        by: &Actor::Holder,
        events: &opened,
    };
    let begun = case::begin(tx, case_id(number), &first)?;
    case::append(
        tx,
        begun,
        &Step {
            at: at(2),
            events: &matched,
            ..first
        },
    )
    .map(|_| ())
}
