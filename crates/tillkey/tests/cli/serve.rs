//! `tillkey serve`: it says where it listens, answers there, ends when told, and loses
//! nothing when it is killed.

use crate::sandbox::Sandbox;
use crate::served::Served;

/// Serves in a sandbox, on a port that is free.
pub(crate) fn start(sandbox: &Sandbox) -> Served {
    std::fs::write(sandbox.path("tillkey.toml"), "listen = '127.0.0.1:0'\n").unwrap();
    Served::start(&mut sandbox.command(&["serve", "--config", "tillkey.toml", "--json"]))
}

#[test]
fn it_serves_where_it_says_and_ends_when_told() {
    let sandbox = Sandbox::new();
    for signal in ["-TERM", "-INT"] {
        let running = start(&sandbox);
        assert_eq!(running.said["ok"], true);
        assert!(running.said["started_in_ms"].is_u64());
        let page = ureq::get(running.url("/")).call().unwrap();
        assert_eq!(page.status(), 200);
        assert_eq!(running.signal(signal), Some(0), "{signal}");
    }
}

#[test]
fn it_is_alone_with_its_data_and_can_be_looked_at() {
    let sandbox = Sandbox::new();
    let running = start(&sandbox);
    let second = sandbox.run(&["serve", "--config", "tillkey.toml"]);
    assert_eq!(second.status, 1, "{second}");
    assert!(
        second.stderr.contains("in use by another process"),
        "{second}"
    );
    std::fs::write(sandbox.path("m.csv"), "merchant_number,name\n").unwrap();
    let import = sandbox.run(&["import", "m.csv", "--config", "tillkey.toml"]);
    assert_eq!(import.status, 1, "{import}");
    assert!(import.stderr.contains("stop `tillkey serve`"), "{import}");
    for line in [
        &["ledger", "verify"][..],
        &["ledger", "export", "out"],
        &["doctor"],
    ] {
        let ended = sandbox.run(&[line, &["--config", "tillkey.toml"]].concat());
        assert_eq!(ended.status, 0, "{line:?}: {ended}");
    }
    drop(running);
}

#[test]
fn killed_it_starts_again_and_the_ledger_is_whole() {
    let sandbox = Sandbox::new();
    for _ in 0..3 {
        assert_eq!(start(&sandbox).signal("-KILL"), None);
        let (status, report) = sandbox.json(&["ledger", "verify"]);
        assert_eq!(status, 0, "{report}");
    }
    assert_eq!(start(&sandbox).signal("-TERM"), Some(0));
}

#[test]
fn an_address_that_is_taken_is_said() {
    let sandbox = Sandbox::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    std::fs::write(sandbox.path("t.toml"), format!("listen = '{address}'\n")).unwrap();
    let ended = sandbox.run(&["serve", "--config", "t.toml"]);
    assert_eq!(ended.status, 1, "{ended}");
    assert!(
        ended
            .stderr
            .contains(&format!("cannot listen on {address}")),
        "{ended}"
    );
}
