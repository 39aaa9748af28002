//! `tillkey serve`, running: the test that started it ends it, however it ends itself.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// A service that is running. A test that fails leaves none behind.
pub(crate) struct Served {
    child: Child,
    pub(crate) said: Value,
}

impl Served {
    /// Starts it with a command that ends in `--json`, and waits until it says that it
    /// serves.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
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

    /// Where it serves something.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.said["url"].as_str().unwrap())
    }

    /// Sends a signal and gives the exit status, if it was not killed by it.
    pub(crate) fn signal(mut self, signal: &str) -> Option<i32> {
        let process = self.child.id().to_string();
        let told = Command::new("kill").args([signal, &process]).status();
        assert!(told.unwrap().success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
