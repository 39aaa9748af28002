//! The server's disk: a folder in memory where there is one. A crash is a copy of it as it
//! stands at that instant, and another installation that opens the copy.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

/// The write-ahead log, beside the database.
const LOG: &str = "tillkey.db-wal";
/// Written anew now and then by a thread of its own, never ahead of the database.
const CHECKPOINT: &str = "checkpoint";
/// Far longer than a store takes to end.
const END_WAIT_MAX: Duration = Duration::from_secs(60);

/// A folder that goes with its owner. In memory, because what is measured here is order
/// and not a disk.
pub(crate) fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        tempfile::tempdir_in(memory).unwrap()
    } else {
        tempfile::tempdir().unwrap()
    }
}

/// Copies a folder with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    let mut found: Vec<PathBuf> = fs::read_dir(from)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    found.sort();
    for path in found {
        let there = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &there);
        } else if path.extension().is_none_or(|ending| ending != "new") {
            // The index of the log is made anew by whoever opens it.
            if !path.ends_with("tillkey.db-shm") {
                fs::copy(&path, &there).unwrap();
            }
        }
    }
}

/// Removes the folder of a run once the last thread of each of its stores has ended: until
/// then a store holds the lock of its data directory, and may write there.
pub(crate) fn remove(folder: TempDir) {
    let (unlocked, is_unlocked) = mpsc::channel();
    let locks: Vec<File> = fs::read_dir(folder.path())
        .unwrap()
        .filter_map(|entry| File::open(entry.unwrap().path().join("lock")).ok())
        .collect();
    thread::spawn(move || {
        for lock in locks {
            lock.lock().unwrap();
        }
        // Whoever waits has a limit, and may be gone.
        let _ = unlocked.send(());
    });
    is_unlocked
        .recv_timeout(END_WAIT_MAX)
        .expect("a store that was closed has not ended");
    folder.close().unwrap();
}

/// How long the log is.
pub(crate) fn log_bytes(data: &Path) -> u64 {
    fs::metadata(data.join(LOG)).map_or(0, |found| found.len())
}

/// The checkpoint that stands beside the database now.
pub(crate) fn checkpoint(data: &Path) -> Vec<u8> {
    fs::read(data.join(CHECKPOINT)).unwrap()
}

/// Tears the last write: the log ends at a byte of it. The checkpoint's file lags behind.
pub(crate) fn tear(data: &Path, end: u64, checkpoint: &[u8]) {
    let log = fs::OpenOptions::new()
        .write(true)
        .open(data.join(LOG))
        .unwrap();
    log.set_len(end).unwrap();
    fs::write(data.join(CHECKPOINT), checkpoint).unwrap();
}

/// Every byte of the database, for whoever searches it.
pub(crate) fn contents(data: &Path) -> Vec<Vec<u8>> {
    let read = |file: &str| fs::read(data.join(file)).unwrap_or_default();
    vec![read("tillkey.db"), read(LOG)]
}
