//! `tillkey doctor`: what is wrong is named, and nothing is touched.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::Value;

use crate::sandbox::Sandbox;

fn installed() -> Sandbox {
    let sandbox = Sandbox::new();
    let line = [
        "staff", "add", "li.na", "--role", "auditor", "--person", "7",
    ];
    let ended = sandbox.run(&line);
    assert_eq!(ended.status, 0, "{ended}");
    sandbox
}

/// The health of each check by its name.
fn health(sandbox: &Sandbox, more: &[&str]) -> (i32, Vec<(String, String)>) {
    let (status, report) = sandbox.json(&[&["doctor"], more].concat());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let checks = report["checks"].as_array().unwrap();
    let checks = checks
        .iter()
        .map(|check| (text(&check["name"]), text(&check["health"])));
    assert!(report["limits"].as_array().unwrap().len() > 50);
    (status, checks.collect())
}

fn has(checks: &[(String, String)], name: &str, health: &str) -> bool {
    checks.contains(&(name.to_owned(), health.to_owned()))
}

#[test]
fn a_sound_installation_is_said_to_be_sound() {
    let sandbox = installed();
    let (status, checks) = health(&sandbox, &[]);
    assert_eq!(status, 0, "{checks:?}");
    for name in ["configuration", "data", "keys", "ledger", "policy"] {
        assert!(has(&checks, name, "ok"), "{name}: {checks:?}");
    }
    let ended = sandbox.run(&["doctor", "--limits"]);
    assert!(
        ended
            .stdout
            .contains("limit  wire FRAME_BYTES_MAX = 16 * 1024"),
        "{ended}"
    );
}

#[test]
fn before_the_first_start_there_is_nothing_to_worry_about() {
    let sandbox = Sandbox::new();
    let (status, checks) = health(&sandbox, &[]);
    assert_eq!(status, 0, "{checks:?}");
    assert!(has(&checks, "database", "note"), "{checks:?}");
    assert_eq!(fs::read_dir(sandbox.path(".")).unwrap().count(), 0);
}

#[test]
fn what_is_wrong_is_named() {
    let sandbox = installed();
    let key = sandbox.path("tillkey-root.key");
    fs::set_permissions(&key, Permissions::from_mode(0o644)).unwrap();
    fs::set_permissions(sandbox.path("tillkey-data"), Permissions::from_mode(0o755)).unwrap();
    let (status, checks) = health(&sandbox, &[]);
    assert_eq!(status, 1);
    assert!(
        has(&checks, "keys", "wrong") && has(&checks, "data", "wrong"),
        "{checks:?}"
    );
    fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();

    let raw = rusqlite::Connection::open(sandbox.path("tillkey-data/tillkey.db")).unwrap();
    raw.execute("UPDATE ledger_hashes SET hash = zeroblob(32)", [])
        .unwrap();
    drop(raw);
    let (_, checks) = health(&sandbox, &[]);
    assert!(has(&checks, "ledger", "wrong"), "{checks:?}");

    fs::write(sandbox.path("bad.toml"), "listen = 7\nunknown = 1\n").unwrap();
    let (status, checks) = health(&sandbox, &["--config", "bad.toml"]);
    assert_eq!((status, checks.len()), (1, 1), "{checks:?}");
}

#[test]
fn a_catalogue_that_cannot_be_offered_is_wrong_in_all_its_places() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("mine")).unwrap();
    fs::write(sandbox.path("own.toml"), "catalogue = 'mine'\n").unwrap();
    let (_, checks) = health(&sandbox, &["--config", "own.toml"]);
    assert!(has(&checks, "catalogue", "wrong"), "{checks:?}");

    let delivered = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../catalogue");
    let smart = fs::read_to_string(delivered.join("lakala-smart.toml")).unwrap();
    let wrong = smart.replace("price_fen = 0", "price_fen = -1");
    fs::write(sandbox.path("mine/lakala-smart.toml"), wrong).unwrap();
    fs::write(sandbox.path("mine/other.toml"), &smart).unwrap();
    let ended = sandbox.run(&["doctor", "--config", "own.toml"]);
    assert!(
        ended
            .stdout
            .contains("lakala-smart.toml: `price_fen` is not whole fen")
            && ended
                .stdout
                .contains("other.toml: `id` is not the file's name"),
        "{ended}"
    );

    fs::remove_file(sandbox.path("mine/other.toml")).unwrap();
    fs::write(sandbox.path("mine/lakala-smart.toml"), smart).unwrap();
    let (status, checks) = health(&sandbox, &["--config", "own.toml"]);
    assert_eq!(status, 0, "{checks:?}");
    assert!(has(&checks, "catalogue", "ok"), "{checks:?}");
}
