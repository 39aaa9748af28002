//! Who closes a store last may be anybody, a request on its own threads too.

use std::fs::File;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::{open_database, server};
use crate::checkpoint_file::CheckpointFile;
use crate::store::Database;

/// Far longer than a store takes to end.
const END_WAIT_MAX: Duration = Duration::from_secs(20);

/// Whoever asked is gone, as when a connection ends, and the request that they left
/// behind holds the last handle: it is dropped on the thread that ran it.
fn ends_with_its_last_request(database: &Database, writes: bool) {
    let directory = tempfile::tempdir().unwrap();
    let store = open_database(directory.path(), CheckpointFile::Checked, database.clone()).unwrap();
    let (release, held) = mpsc::channel::<()>();
    let (started, is_started) = mpsc::channel();
    let own = store.clone();
    let work = move || {
        let _own = &own;
        let _ = started.send(());
        let _ = held.recv();
        Ok(())
    };
    // Dropped while it waits, with the handle that it was asked through.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let asking = runtime.spawn(async move {
        if writes {
            store.write(move |_| work()).await
        } else {
            store.read(move |_| work()).await
        }
    });
    runtime.block_on(tokio::task::yield_now());
    is_started.recv().unwrap();
    asking.abort();
    drop(runtime);
    drop(release);

    // Whoever has the lock of the data directory has threads that write there.
    let lock = File::open(directory.path().join("lock")).unwrap();
    let (locked, is_locked) = mpsc::channel();
    thread::spawn(move || locked.send(lock.lock()));
    let ended = is_locked.recv_timeout(END_WAIT_MAX);
    ended.expect("the store has not ended").unwrap();
}

#[test]
fn a_request_may_hold_the_last_handle() {
    for writes in [false, true] {
        ends_with_its_last_request(&Database::Sqlite, writes);
    }
}

#[test]
fn a_request_may_hold_the_last_handle_on_postgres() {
    let address = server().database("last_handle");
    for writes in [false, true] {
        ends_with_its_last_request(&Database::Postgres(address.clone()), writes);
    }
}
