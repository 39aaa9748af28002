//! `tillkey serve`: it says where it listens, answers there, ends when told, and loses
//! nothing when it is killed.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::sandbox::Sandbox;

/// A service that is running. A test that fails leaves none behind.
pub(crate) struct Running {
    child: Child,
    said: Value,
}

impl Running {
    pub(crate) fn start(sandbox: &Sandbox) -> Self {
        std::fs::write(sandbox.path("tillkey.toml"), "listen = '127.0.0.1:0'\n").unwrap();
        let mut child = sandbox
            .command(&["serve", "--config", "tillkey.toml", "--json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let said = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
        Self { child, said }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.said["url"].as_str().unwrap())
    }

    /// Sends a signal and gives the exit status, if it was not killed by it.
    pub(crate) fn signal(mut self, signal: &str) -> Option<i32> {
        let process = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &process])
                .status()
                .unwrap()
                .success()
        );
        self.child.wait().unwrap().code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_serves_where_it_says_and_ends_when_told() {
    let sandbox = Sandbox::new();
    for signal in ["-TERM", "-INT"] {
        let running = Running::start(&sandbox);
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
    let running = Running::start(&sandbox);
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
        assert_eq!(Running::start(&sandbox).signal("-KILL"), None);
        let (status, report) = sandbox.json(&["ledger", "verify"]);
        assert_eq!(status, 0, "{report}");
    }
    assert_eq!(Running::start(&sandbox).signal("-TERM"), Some(0));
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
