//! The exported folder: carried on, verified on its own, and what is done to it.

use std::fs;

use serde_json::{Value, json};

use crate::installed::{LEAVES, another_key, append, fill, key, open, verifier};
use crate::sandbox::Sandbox;

/// A ledger and its export.
fn exported() -> Sandbox {
    let sandbox = Sandbox::new();
    fill(&open(&sandbox.path("data"), key()), "checked");
    let (status, report) = export(&sandbox);
    assert_eq!((status, &report["size"]), (0, &json!(LEAVES)));
    sandbox
}

fn export(sandbox: &Sandbox) -> (i32, Value) {
    sandbox.json(&[
        "ledger",
        "export",
        "out",
        "--data",
        "data",
        "--key",
        &verifier(),
    ])
}

fn findings(sandbox: &Sandbox, more: &[&str]) -> Vec<String> {
    let key = verifier();
    let line = [&["ledger", "verify", "--data", "out", "--key", &key], more].concat();
    let (status, report) = sandbox.json(&line);
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(status, i32::from(!findings.is_empty()));
    findings
        .iter()
        .map(|finding| finding["name"].as_str().unwrap().to_owned())
        .collect()
}

fn is_whole(sandbox: &Sandbox, more: &[&str]) {
    let found = findings(sandbox, more);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn an_export_has_the_layout_of_tlog_tiles() {
    let sandbox = exported();
    for file in [
        "checkpoint",
        "tile/0/000",
        "tile/0/001.p/44",
        "tile/1/000.p/1",
        "tile/entries/000",
        "tile/entries/001.p/44",
    ] {
        assert!(sandbox.path("out").join(file).is_file(), "{file}");
    }
    let checkpoint = fs::read_to_string(sandbox.path("out/checkpoint")).unwrap();
    assert!(
        checkpoint.starts_with("ledger.example/bank\n300\n"),
        "{checkpoint}"
    );
}

#[test]
fn an_export_is_verified_on_its_own() {
    let sandbox = exported();
    is_whole(&sandbox, &[]);
    is_whole(&sandbox, &["--checkpoint", "data/checkpoint"]);
}

#[test]
fn an_export_is_carried_on() {
    let sandbox = exported();
    fs::copy(sandbox.path("out/checkpoint"), sandbox.path("kept")).unwrap();
    let store = open(&sandbox.path("data"), key());
    store.write_blocking(|tx| append(tx, "one more")).unwrap();
    // Beside the running service, and only what is new.
    let (status, report) = export(&sandbox);
    assert_eq!(
        (status, &report["size"], &report["files"]),
        (0, &json!(LEAVES + 1), &json!(2))
    );
    is_whole(&sandbox, &["--checkpoint", "kept"]);
}

#[test]
fn another_ledger_is_not_exported_over_it() {
    let sandbox = exported();
    fs::rename(sandbox.path("data"), sandbox.path("first")).unwrap();
    fill(&open(&sandbox.path("data"), key()), "forged");
    let line = [
        "ledger",
        "export",
        "out",
        "--data",
        "data",
        "--key",
        &verifier(),
    ];
    let ended = sandbox.run(&line);
    assert_eq!(ended.status, 1, "{ended}");
    assert!(
        ended
            .stderr
            .contains("does not continue what was exported to out"),
        "{ended}"
    );

    fs::remove_dir_all(sandbox.path("data")).unwrap();
    fill(&open(&sandbox.path("data"), another_key()), "forged");
    let ended = sandbox.run(&line);
    assert!(ended.stderr.contains("is not by its key"), "{ended}");
}

#[test]
fn what_is_done_to_an_export_is_named() {
    let sandbox = exported();
    let bundle = sandbox.path("out/tile/entries/000");
    let whole = fs::read(&bundle).unwrap();
    let mut edited = whole.clone();
    // A letter within the first leaf, behind its length.
    edited[20] ^= 1;
    fs::write(&bundle, edited).unwrap();
    assert_eq!(findings(&sandbox, &[]), ["leaf_altered"]);
    fs::remove_file(&bundle).unwrap();
    assert_eq!(findings(&sandbox, &[]), ["leaf_missing"]);
    fs::write(&bundle, &whole[..100]).unwrap();
    assert!(findings(&sandbox, &[]).contains(&"leaf_missing".to_owned()));
    fs::write(&bundle, &whole).unwrap();
    is_whole(&sandbox, &[]);

    let tile = sandbox.path("out/tile/0/000");
    let mut hashes = fs::read(&tile).unwrap();
    hashes[40] ^= 1;
    fs::write(&tile, hashes).unwrap();
    assert!(findings(&sandbox, &[]).contains(&"stored_hash_wrong".to_owned()));
    fs::write(sandbox.path("out/checkpoint"), "nothing to see").unwrap();
    assert_eq!(findings(&sandbox, &[])[0], "checkpoint_malformed");
}
