//! A run of the demo in a folder of its own, killed or not, and what it leaves.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::leaves;
use crate::story::{Acknowledged, acknowledged};

const TILLKEY: &str = env!("CARGO_BIN_EXE_tillkey");
/// How long anything may take before it counts as stuck.
const STUCK_AFTER: Duration = Duration::from_secs(30);
/// How long between two looks at what it did.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A folder with an installation.
pub(crate) struct Sandbox {
    folder: TempDir,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// Lets a run end, and says how long it took.
    pub(crate) fn run_to_the_end(&self) -> Duration {
        let begun = now();
        let (mut child, lines) = self.demo();
        for _ in &lines {}
        assert!(
            child.wait().unwrap().success(),
            "the demo does not even end without a kill"
        );
        begun.elapsed()
    }

    /// Kills a run at an instant, and gives what it had acknowledged by then.
    pub(crate) fn run_and_kill_after(&self, after: Duration) -> Vec<Acknowledged> {
        let until = now() + after;
        let (mut child, lines) = self.demo();
        let mut told = Vec::new();
        while let Ok(line) = lines.recv_timeout(until.saturating_duration_since(now())) {
            told.push(line);
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // What was written before the kill is still in the pipe.
        told.extend(lines.iter());
        acknowledged(&told)
    }

    /// Serves the installation again until it says that it does.
    pub(crate) fn serve_again(&self) {
        self.serve_until(|| true);
    }

    /// Serves the installation until so many messages that hold a text have left, and
    /// says how many did.
    pub(crate) fn messages_with(&self, text: &str, wanted: usize) -> usize {
        let count = || {
            self.messages()
                .filter(|message| message.contains(text))
                .count()
        };
        self.serve_until(|| count() >= wanted);
        count()
    }

    /// Serves the installation until something is so, or it counts as stuck.
    fn serve_until(&self, is_so: impl Fn() -> bool) {
        let mut child = self
            .command(&["serve", "--json"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut first)
            .unwrap();
        assert!(!first.is_empty(), "it does not serve again");
        let until = now() + STUCK_AFTER;
        let (_keep, quiet) = channel::<()>();
        while !is_so() && now() < until {
            let _ = quiet.recv_timeout(LOOK_EVERY);
        }
        let pid = child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .unwrap()
                .success()
        );
        assert!(child.wait().unwrap().success(), "it does not end well");
    }

    /// Verifies the ledger, and gives its leaves.
    pub(crate) fn verified_leaves(&self) -> Vec<Value> {
        let verified = self
            .command(&["ledger", "verify", "--json"])
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&verified.stdout);
        assert!(verified.status.success(), "{text}");
        let folder = self.folder.path().join("export");
        let path = folder.to_str().unwrap();
        let exported = self.command(&["ledger", "export", path]).output().unwrap();
        assert!(exported.status.success(), "{exported:?}");
        leaves::read(&folder)
    }

    fn messages(&self) -> impl Iterator<Item = String> {
        let files = fs::read_dir(self.folder.path().join("sms"))
            .into_iter()
            .flatten()
            .flatten();
        files
            .map(|file| file.path())
            .filter(|path| path.extension().is_some_and(|kind| kind == "json"))
            .filter_map(|path| fs::read_to_string(path).ok())
    }

    fn demo(&self) -> (Child, Receiver<String>) {
        let mut child = Command::new(TILLKEY)
            .args([
                "demo",
                "--exit",
                "--json",
                "--listen",
                "127.0.0.1:0",
                "--data",
            ])
            .arg(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (tell, lines) = channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                if tell.send(line).is_err() {
                    break;
                }
            }
        });
        (child, lines)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(TILLKEY);
        command
            .args(arguments)
            .arg("--config")
            .arg(self.config())
            .stdin(Stdio::null());
        command.stderr(Stdio::null());
        command
    }

    fn config(&self) -> PathBuf {
        let folder = self.folder.path();
        // Killed before it had made its keys, there is nothing to open yet: serving
        // makes them then.
        let path = folder.join("tillkey.toml");
        let text = format!(
            "data = {:?}\nroot_key_file = {:?}\nsms_spool = {:?}\nlisten = \"127.0.0.1:0\"\n",
            folder.join("data"),
            folder.join("root.key"),
            folder.join("sms")
        );
        fs::write(&path, text).unwrap();
        path
    }
}

fn now() -> Instant {
    Instant::now()
}
