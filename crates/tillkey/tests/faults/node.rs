//! One node: `tillkey demo` on the shared database, which serves, and whose people and
//! terminals reset passwords through every channel; again and again, whatever ends it.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::Instant;

use crate::clock_library;
use crate::story::{Acknowledged, acknowledged};

pub(crate) const TILLKEY: &str = env!("CARGO_BIN_EXE_tillkey");

/// A node.
pub(crate) struct Node {
    folder: PathBuf,
    database: String,
    child: Mutex<Option<Child>>,
    told: Mutex<Vec<Acknowledged>>,
    whole_runs: AtomicUsize,
    /// How many seconds its clock is off.
    clock_off: AtomicI32,
    has_ended: AtomicBool,
}

impl Node {
    pub(crate) fn new(folder: PathBuf, database: String) -> Self {
        Self {
            folder,
            database,
            child: Mutex::default(),
            told: Mutex::default(),
            whole_runs: AtomicUsize::new(0),
            clock_off: AtomicI32::new(0),
            has_ended: AtomicBool::new(false),
        }
    }

    /// Runs again and again.
    pub(crate) fn live(&self, until: Instant) {
        while Instant::now() < until && !self.has_ended.load(Ordering::Relaxed) {
            let mut child = self.start();
            let stderr = BufReader::new(child.stderr.take().unwrap());
            *self.child() = Some(child);
            // Until it ends or is killed; what was written before a kill is in the pipe.
            let lines: Vec<String> = stderr.lines().map_while(Result::ok).collect();
            let ended = self.child().take().map(|mut child| child.wait().unwrap());
            if ended.is_some_and(|status| status.success()) {
                self.whole_runs.fetch_add(1, Ordering::Relaxed);
            }
            self.told.lock().unwrap().extend(acknowledged(&lines));
        }
    }

    fn start(&self) -> Child {
        let mut command = Command::new(TILLKEY);
        command
            .args(["demo", "--exit", "--json", "--listen", "127.0.0.1:0"])
            .arg("--data")
            .arg(&self.folder)
            .args(["--database", &self.database])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let off = self.clock_off.load(Ordering::Relaxed);
        if off != 0 {
            command
                .env("LD_PRELOAD", clock_library::find())
                .env("FAKETIME", format!("{off:+}s"))
                .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        }
        command.spawn().unwrap()
    }

    /// Kills it. The one in its place has a clock that is off by so many seconds.
    pub(crate) fn kill(&self, clock_off: i32) {
        self.clock_off.store(clock_off, Ordering::Relaxed);
        if let Some(child) = self.child().as_mut() {
            child.kill().unwrap();
        }
    }

    /// Kills it for good.
    pub(crate) fn end(&self) {
        self.has_ended.store(true, Ordering::Relaxed);
        self.kill(0);
    }

    pub(crate) fn signal(&self, signal: &str) {
        if let Some(child) = self.child().as_ref() {
            let process = child.id().to_string();
            // It may have ended by itself meanwhile.
            let _ = Command::new("kill").args([signal, &process]).status();
        }
    }

    pub(crate) fn acknowledged(&self) -> Vec<Acknowledged> {
        self.told.lock().unwrap().clone()
    }

    pub(crate) fn whole_runs(&self) -> usize {
        self.whole_runs.load(Ordering::Relaxed)
    }

    fn child(&self) -> MutexGuard<'_, Option<Child>> {
        self.child.lock().unwrap()
    }
}
