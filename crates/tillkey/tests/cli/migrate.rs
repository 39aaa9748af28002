//! `tillkey migrate`: an installation on SQLite goes on, on PostgreSQL.

use std::fs;

use serde_json::Value;
use tillkey_store::cluster;

use crate::sandbox::Sandbox;

#[test]
fn an_installation_goes_on_where_it_was_moved_to() {
    let sandbox = Sandbox::new();
    for account in ["li.na", "wang.wei"] {
        let added = sandbox.run(&[
            "staff", "add", account, "--role", "reviewer", "--person", account,
        ]);
        assert_eq!(added.status, 0, "{added}");
    }
    let before = sandbox.run(&["ledger", "verify", "--json"]);
    let before: Value = serde_json::from_str(&before.stdout).unwrap();
    let server = cluster::shared().unwrap();
    server.database("moved_to", None).unwrap();
    let url = server.url("moved_to");
    let migrate = ["migrate", "--from", "sqlite", "--to", &url, "--json"];
    let moved = sandbox.run(&migrate);
    assert_eq!(moved.status, 0, "{moved}");
    let moved: Value = serde_json::from_str(&moved.stdout).unwrap();
    assert_eq!(moved["ledger"]["root"], before["root"]);
    assert_eq!(moved["ledger"]["size"], before["size"]);
    assert!(!sandbox.path("tillkey-data/tillkey.db").exists());

    // Nobody goes on with the old one by mistake, and nothing is moved onto it again.
    let old = sandbox.run(&["staff", "list"]);
    assert_eq!(old.status, 1, "{old}");
    assert!(old.stderr.contains("rolled back"), "{old}");
    fs::remove_file(sandbox.path("tillkey-data/tillkey.db")).unwrap();
    fs::rename(
        sandbox.path("tillkey-data/tillkey.db.moved"),
        sandbox.path("tillkey-data/tillkey.db"),
    )
    .unwrap();
    let again = sandbox.run(&migrate);
    assert_eq!(again.status, 1, "{again}");
    assert!(again.stderr.contains("an empty database"), "{again}");

    let config = format!("database = {url:?}\nsnapshots = 'tillkey-data/snapshots'\n");
    fs::write(sandbox.path("tillkey.toml"), config).unwrap();
    let at = ["--config", "tillkey.toml"];
    let listed = sandbox.run(&[&["staff", "list"], &at[..]].concat());
    assert!(listed.stdout.contains("wang.wei"), "{listed}");
    let more = [
        "staff", "add", "chen", "--role", "agent", "--person", "chen",
    ];
    assert_eq!(sandbox.run(&[&more, &at[..]].concat()).status, 0);
    let after = sandbox.run(&[&["ledger", "verify", "--json"], &at[..]].concat());
    assert_eq!(after.status, 0, "{after}");
    let after: Value = serde_json::from_str(&after.stdout).unwrap();
    assert!(after["size"].as_u64() > before["size"].as_u64());
    // The tests' own server does not sync, which is the one thing that is wrong.
    let doctor = sandbox.run(&[&["doctor"], &at[..]].concat());
    assert_eq!(doctor.status, 1, "{doctor}");
    assert!(doctor.stderr.contains("1 thing is wrong"), "{doctor}");
    assert!(
        doctor.stdout.contains("its clock differs by 0.0 s"),
        "{doctor}"
    );
}

#[test]
fn what_runs_is_not_moved() {
    let sandbox = Sandbox::new();
    let running = crate::serve::start(&sandbox);
    let moved = sandbox.run(&[
        "migrate",
        "--from",
        "sqlite",
        "--to",
        "postgresql:///nowhere?host=/nowhere",
    ]);
    assert_eq!(moved.status, 1, "{moved}");
    assert!(moved.stderr.contains("stop `tillkey serve`"), "{moved}");
    assert_eq!(running.signal("-TERM"), Some(0));
}
