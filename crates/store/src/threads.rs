//! The threads of an engine, and the data directory that they hold between them: it is
//! another's to open only once the last of them has ended.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use crate::directory::{Directory, fault};
use crate::fault::Fault;

/// Threads that end by themselves once their queues have.
pub(crate) struct Threads {
    running: Vec<JoinHandle<()>>,
    /// None where another process of this node has it.
    directory: Option<Arc<Directory>>,
    path: PathBuf,
}

impl Threads {
    /// None yet, in the data directory at a path.
    pub(crate) fn new(directory: Option<Directory>, path: &Path) -> Self {
        Self {
            running: Vec::new(),
            directory: directory.map(Arc::new),
            path: path.to_owned(),
        }
    }

    /// None yet, in the same directory: for those that are waited for apart.
    pub(crate) fn beside(&self) -> Self {
        Self {
            running: Vec::new(),
            directory: self.directory.clone(),
            path: self.path.clone(),
        }
    }

    /// Starts one.
    pub(crate) fn start(
        &mut self,
        name: &str,
        work: impl FnOnce() + Send + 'static,
    ) -> Result<(), Fault> {
        let directory = self.directory.clone();
        let held = move || {
            work();
            drop(directory);
        };
        let thread = Builder::new()
            .name(name.to_owned())
            .spawn(held)
            .map_err(fault("start a thread for", &self.path))?;
        self.running.push(thread);
        Ok(())
    }

    /// Waits for all of them, once their queues have ended. Not where one of them asks,
    /// because it ran the request that had the engine's last handle: it cannot wait for
    /// itself, nor for those that wait for it. They end all the same.
    pub(crate) fn join(&mut self) {
        let here = std::thread::current().id();
        let running = std::mem::take(&mut self.running);
        if running.iter().any(|thread| thread.thread().id() == here) {
            return;
        }
        for thread in running {
            if thread.join().is_err() {
                tracing::error!("a thread of the store ended in a panic");
            }
        }
    }
}

/// Rests between two tries of the same thing. Nothing tells when the next one will succeed.
#[expect(
    clippy::disallowed_methods,
    reason = "there is nothing to wait for but time"
)]
pub(crate) fn rest(pause: Duration) {
    std::thread::sleep(pause);
}
