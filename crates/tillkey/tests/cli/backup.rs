//! `tillkey backup`: what is given out, and that age's own command line opens it.

use std::fs;
use std::process::Command;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;
use tillkey_rules::event::{CaseEvent, Event};
use tillkey_rules::party::Actor;
use tillkey_rules::vocabulary::{Channel, MerchantStatus, Reason};
use tillkey_server::clock::SystemClock;
use tillkey_server::config::Config;
use tillkey_server::entropy::Entropy;
use tillkey_server::vault::Place;
use tillkey_server::{Shell, open};
use tillkey_store::case::{self, Step};
use tillkey_store::party::merchant::{self, NewMerchant};
use tillkey_store::party::terminal::{self, NewTerminal};
use tillkey_store::snapshot::{self, Snapshot};
use tillkey_wire::ids::{CaseId, OperatorNumber, SnapshotId, TerminalId};
use tillkey_wire::journal::{Amount, Entry, Head, Tally, Transaction};
use tillkey_wire::password::PasswordRules;
use tillkey_wire::secret::Secret;
use tillkey_wire::snapshot::{Contents, Header, VERSION, digest};

use crate::sandbox::Sandbox;

const TERMINAL: TerminalId = TerminalId::from_bytes([7; 10]);
const CASE: CaseId = CaseId::from_bytes([3; 10]);
const SNAPSHOT: SnapshotId = SnapshotId::from_bytes([5; 10]);
const MERCHANT: &str = "898310054110001";

fn opened(sandbox: &Sandbox) -> Shell {
    let config = Config {
        data: sandbox.path("tillkey-data"),
        root_key_file: sandbox.path("tillkey-root.key"),
        ..Config::default()
    };
    open(config, Arc::new(SystemClock::default()), Entropy::System).unwrap()
}

fn contents(shell: &Shell) -> Contents {
    let start = Head::empty(TERMINAL);
    let entry = Entry {
        number: 1,
        at: Timestamp::UNIX_EPOCH,
        batch: 1,
        operator: OperatorNumber::new(1).unwrap(),
        transaction: Transaction::Sale {
            amount: Amount::from_fen(1_250).unwrap(),
            card: "622202******0128".parse().unwrap(),
            remark: None,
        },
    };
    let mut tally = Tally::from(start.clone()).unwrap();
    tally.add(&entry).unwrap();
    Contents {
        header: Header {
            v: VERSION,
            snapshot: SNAPSHOT,
            acquirer: shell.home().clone(),
            merchant: MERCHANT.parse().unwrap(),
            terminal: TERMINAL,
            terminal_number: "T0000001".parse().unwrap(),
            serial_number: "SN-000001".parse().unwrap(),
            taken_at: Timestamp::UNIX_EPOCH,
            start,
            head: tally.head().clone(),
            operators: Vec::new(),
            password_rules: PasswordRules::DEFAULT,
        },
        entries: vec![entry],
    }
}

/// An installation with one backup in it, and what is in that.
fn installed(sandbox: &Sandbox) -> Contents {
    let shell = opened(sandbox);
    let (acquirer, now) = (shell.home().clone(), shell.now());
    let contents = contents(&shell);
    let identity = shell.keyring().backup_identity(&acquirer).unwrap();
    let sealed = contents.seal(&[identity.key()]).unwrap();
    let row = Snapshot {
        id: SNAPSHOT,
        acquirer: acquirer.clone(),
        merchant: MERCHANT.parse().unwrap(),
        terminal: TERMINAL,
        case: CASE,
        bytes: u32::try_from(sealed.len()).unwrap(),
        digest: digest(&sealed),
        records: contents.records(),
        head: contents.header.head.clone(),
        stored_at: now,
        removed_at: None,
    };
    let place = Place {
        acquirer: acquirer.clone(),
        terminal: TERMINAL,
        snapshot: SNAPSHOT,
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(shell.vault().put(&place, sealed)).unwrap();
    let (keys, mut rng) = (Arc::clone(shell.seal_keys()), shell.rng());
    let write = shell.store().write_blocking(move |tx| {
        let merchant = NewMerchant {
            number: MERCHANT.parse().unwrap(),
            acquirer: acquirer.clone(),
            status: MerchantStatus::Active,
            name: Secret::new("Noodle House".to_owned()),
            now,
        };
        merchant::add(tx, &keys, &merchant, &mut rng)?;
        let terminal = NewTerminal {
            id: TERMINAL,
            acquirer: acquirer.clone(),
            merchant: MERCHANT.parse().unwrap(),
            number: "T0000001".parse().unwrap(),
            serial_number: "SN-000001".parse().unwrap(),
            model: "T1".to_owned(),
            now,
        };
        terminal::add(tx, &terminal)?;
        let opened = [CaseEvent::Opened {
            subject: None,
            claimed: "nobody".to_owned(),
            channel: Channel::App,
            reason: Reason::Forgotten,
            deadline: now,
            offline: false,
        }];
        let first = Step {
            acquirer: &acquirer,
            at: now,
            by: &Actor::Holder,
            events: &opened,
        };
        case::begin(tx, CASE, &first)?;
        snapshot::add(tx, &row)
    });
    write.unwrap();
    contents
}

#[test]
fn an_exported_backup_opens_with_age() {
    let sandbox = Sandbox::new();
    let contents = installed(&sandbox);
    let id = SNAPSHOT.to_string();
    let export = ["backup", "export", &id, "--to", "out.age"];
    let (status, report) = sandbox.json(&export);
    assert_eq!((status, &report["records"]), (0, &json!(1)));
    let ended = sandbox.run(&["backup", "key"]);
    assert_eq!(ended.status, 0, "{ended}");
    fs::write(sandbox.path("key.txt"), ended.stdout).unwrap();

    let age = Command::new("age")
        .args(["--decrypt", "--identity", "key.txt", "out.age"])
        .current_dir(sandbox.path(""))
        .output()
        .expect("age is there: cargo xtask install");
    assert!(
        age.status.success(),
        "{}",
        String::from_utf8_lossy(&age.stderr)
    );
    assert_eq!(Contents::from_bytes(&age.stdout).unwrap(), contents);

    // Nothing is written over, and the ledger has both.
    let again = sandbox.run(&export);
    assert_eq!(again.status, 1, "{again}");
    let shell = opened(&sandbox);
    let read = shell.store().read_blocking(|tx| {
        let mut given = Vec::new();
        let mut position = 0;
        while let Some(placed) = tillkey_store::event::at(tx, position)? {
            given.push(placed.entry.event);
            position += 1;
        }
        Ok(given)
    });
    let events = read.unwrap();
    assert!(events.contains(&Event::BackupKeyGiven));
    let exported = |event: &&Event| matches!(event, Event::SnapshotExported { .. });
    assert_eq!(events.iter().filter(exported).count(), 1);
}

#[test]
fn what_is_not_there_is_not_given_out_and_nothing_is_made() {
    let sandbox = Sandbox::new();
    let ended = sandbox.run(&["backup", "key"]);
    assert_eq!(ended.status, 1, "{ended}");
    assert!(ended.stderr.contains("there is no installation"), "{ended}");
    assert!(!sandbox.path("tillkey-root.key").exists());
    installed(&sandbox);
    let unknown = SnapshotId::from_bytes([9; 10]).to_string();
    let ended = sandbox.run(&["backup", "export", &unknown, "--to", "out.age"]);
    assert_eq!(ended.status, 1, "{ended}");
    assert!(!sandbox.path("out.age").exists());
}
