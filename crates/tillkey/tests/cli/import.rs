//! `tillkey import`: what it says, and what is there after it was killed.

use std::process::Stdio;
use std::sync::mpsc::channel;
use std::time::Instant;

use serde_json::{Value, json};

use crate::sandbox::Sandbox;

const SHOPS: u32 = 1_500;

/// The samples of the documentation.
pub(crate) fn with_samples() -> Sandbox {
    let sandbox = Sandbox::new();
    let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/import");
    crate::sandbox::copy(samples.as_ref(), &sandbox.path(""));
    std::fs::write(
        sandbox.path("wrong.csv"),
        "merchant_number,name,phone\n898310054110004,=1+1,13800138004\n89831005411000,x,1380\n",
    )
    .unwrap();
    std::fs::write(sandbox.path("odd.csv"), "merchant_number,name,fax\n").unwrap();
    sandbox
}

#[test]
fn machines_are_told_in_one_document() {
    let sandbox = with_samples();
    let files = ["import", "operators.csv", "terminals.csv", "merchants.csv"];
    let (status, report) = sandbox.json(&files);
    assert_eq!(status, 0, "{report}");
    assert_eq!(
        (&report["ok"], &report["dry_run"]),
        (&json!(true), &json!(false))
    );
    let kinds: Vec<&Value> = report["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| &file["kind"])
        .collect();
    assert_eq!(kinds, ["merchants", "terminals", "operators"]);
    let first = &report["files"][0];
    assert_eq!((&first["rows"], &first["new"]), (&json!(3), &json!(3)));
    assert_eq!(first["digest"].as_str().unwrap().len(), 64);

    let (status, report) = sandbox.json(&["import", "--dry-run", "merchants.csv", "wrong.csv"]);
    assert_eq!((status, &report["ok"]), (1, &json!(false)), "{report}");
    assert_eq!(report["files"][0]["unchanged"], 3);
    assert_eq!(report["files"][0]["digest"], first["digest"]);
    let wrong = &report["wrong"];
    assert_eq!(
        (&wrong["file"], &wrong["rows"]),
        (&json!("wrong.csv"), &json!(2))
    );
    let expected = json!({"line": 3, "column": "phone",
        "rule": "a mobile number of 11 digits, with or without +86"});
    assert_eq!(wrong["cells"][2], expected);

    let nobody = ["import", "--acquirer", "nobody", "merchants.csv"];
    let (status, report) = sandbox.json(&nobody);
    assert_eq!((status, &report["ok"]), (1, &json!(false)), "{report}");
    assert_eq!(report["fault"], "there is no acquirer nobody");

    let (_, verified) = sandbox.json(&["ledger", "verify"]);
    assert_eq!(verified["ok"], true, "{verified}");
}

#[test]
fn a_pipe_and_a_missing_file_are_not_taken() {
    let sandbox = with_samples();
    for path in ["/dev/zero", "none.csv", "."] {
        let ended = sandbox.run(&["import", "merchants.csv", path]);
        assert_eq!(ended.status, 1, "{ended}");
        assert!(
            !sandbox.path("tillkey-data").exists(),
            "{path}: looked at before all"
        );
    }
}

fn many_shops() -> String {
    let row = |at| format!("822100058{at:06},店 {at},138{at:08}\n");
    let rows: String = (0..SHOPS).map(row).collect();
    format!("商户号,商户名称,手机号\n{rows}")
}

/// DESIGN §2.6: killed at any instant, all of a file is there or nothing.
#[test]
fn d12_killed_in_the_middle_nothing_of_the_file_is_there() {
    let file = many_shops();
    let sandbox = || {
        let sandbox = Sandbox::new();
        std::fs::write(sandbox.path("m.csv"), &file).unwrap();
        assert_eq!(sandbox.run(&["staff", "list"]).status, 0);
        sandbox
    };
    let begun = Instant::now();
    assert_eq!(sandbox().run(&["import", "m.csv"]).status, 0);
    let whole = begun.elapsed();
    let mut missing = 0;
    for part in [0.25, 0.5, 0.75, 0.9] {
        let sandbox = sandbox();
        let mut child = sandbox
            .command(&["import", "m.csv"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Nobody sends anything: this is how long it may run.
        let (_held, never) = channel::<()>();
        let _ = never.recv_timeout(whole.mul_f64(part));
        child.kill().unwrap();
        child.wait().unwrap();
        let (status, verified) = sandbox.json(&["ledger", "verify"]);
        assert_eq!(status, 0, "{verified}");
        let (status, report) = sandbox.json(&["import", "--dry-run", "m.csv"]);
        assert_eq!(status, 0, "{report}");
        let found = &report["files"][0];
        let told = (
            found["new"].as_u64().unwrap(),
            found["unchanged"].as_u64().unwrap(),
        );
        assert!(
            [(SHOPS.into(), 0), (0, SHOPS.into())].contains(&told),
            "{part}: {report}"
        );
        missing += u32::from(told.1 == 0);
        // And it goes on as if nothing had been.
        let (_, report) = sandbox.json(&["import", "m.csv"]);
        assert_eq!(report["ok"], true, "{report}");
    }
    assert!(missing > 0, "no kill came in the middle of {whole:?}");
}
