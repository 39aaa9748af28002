//! `ledger verify` and `ledger export` on a whole installation, with its own keys.

use crate::sandbox::Sandbox;

#[test]
fn an_installation_is_verified_with_its_own_keys() {
    let sandbox = Sandbox::new();
    let line = [
        "staff", "add", "li.na", "--role", "auditor", "--person", "7",
    ];
    assert_eq!(sandbox.run(&line).status, 0);
    let (status, report) = sandbox.json(&["ledger", "verify"]);
    assert_eq!(
        (status, &report["ledger"]),
        (0, &"tillkey.local/ledger".into())
    );
    let key = report["key"].as_str().unwrap().to_owned();
    assert_eq!(sandbox.run(&["ledger", "export", "out"]).status, 0);
    // Whoever has the folder and the key needs nothing else.
    std::fs::rename(sandbox.path("tillkey-root.key"), sandbox.path("gone")).unwrap();
    let (status, alone) = sandbox.json(&["ledger", "verify", "--data", "out", "--key", &key]);
    assert_eq!((status, &alone["root"]), (0, &report["root"]));
    let ended = sandbox.run(&["ledger", "verify"]);
    assert_eq!(ended.status, 1, "{ended}");
    assert!(ended.stderr.contains("give it with --key"), "{ended}");
    assert!(ended.stderr.contains("tillkey-root.key"), "{ended}");
}

#[test]
fn what_is_not_there_is_said_and_not_made() {
    let sandbox = Sandbox::new();
    let ended = sandbox.run(&["ledger", "verify"]);
    assert_eq!(ended.status, 1, "{ended}");
    assert!(ended.stdout.is_empty(), "{ended}");
    assert_eq!(std::fs::read_dir(sandbox.path(".")).unwrap().count(), 0);
}
