use std::path::Path;
use std::sync::mpsc;

use rusqlite::Connection;

use super::migrate::MIGRATIONS;
use crate::checkpoint_file::CheckpointFile;
use crate::fault::Fault;
use crate::store::Store;
use crate::tx::{Statement, Tx};
use crate::value::Value;

const PUT: Statement = Statement::new(
    "put",
    "INSERT INTO meta (name, value, changed_at) VALUES ($1, $2, $3)",
);
const COUNT: Statement = Statement::new("count", "SELECT COUNT(*) FROM meta");

fn open(path: &Path) -> Result<Store, Fault> {
    crate::tests::open(path, CheckpointFile::Checked)
}

fn put(tx: &mut dyn Tx, name: &str) -> Result<(), Fault> {
    tx.execute(
        PUT,
        &[Value::from(name), Value::Bytes(vec![1]), Value::Integer(0)],
    )
    .map(|_| ())
}

fn count(store: &Store) -> i64 {
    store
        .read_blocking(|tx| {
            tx.query_one(COUNT, &[])?
                .ok_or(Fault::Missing("count"))?
                .take()
        })
        .unwrap()
}

/// Holds the writer inside a request until the returned sender is dropped, so that
/// what is submitted meanwhile becomes one batch.
fn hold(store: &Store) -> (mpsc::Sender<()>, std::thread::JoinHandle<()>) {
    let (release, held) = mpsc::channel::<()>();
    let (started, is_started) = mpsc::channel();
    let store = store.clone();
    let thread = std::thread::spawn(move || {
        store
            .write_blocking(move |_| {
                let _ = started.send(());
                let _ = held.recv();
                Ok(())
            })
            .unwrap();
    });
    is_started.recv().unwrap();
    (release, thread)
}

#[tokio::test]
async fn a_request_that_fails_or_panics_is_rolled_back_alone() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path()).unwrap();
    let (release, held) = hold(&store);
    let asked: Vec<_> = (0..30)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                store
                    .write(move |tx| {
                        put(tx, &format!("{number}"))?;
                        match number % 3 {
                            0 => Ok(()),
                            1 => Err(Fault::Conflict("test")),
                            _ => panic!("on purpose"),
                        }
                    })
                    .await
            })
        })
        .collect();
    tokio::task::yield_now().await;
    drop(release);
    held.join().unwrap();
    for (number, asked) in asked.into_iter().enumerate() {
        let answer = asked.await.unwrap();
        match number % 3 {
            0 => answer.unwrap(),
            1 => assert!(matches!(answer, Err(Fault::Conflict(_)))),
            _ => assert!(matches!(answer, Err(Fault::Panicked))),
        }
    }
    let count = tokio::task::spawn_blocking(move || count(&store))
        .await
        .unwrap();
    assert_eq!(count, 10);
}

#[test]
fn a_full_queue_turns_away_and_nothing_accepted_is_lost() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path()).unwrap();
    let (release, held) = hold(&store);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let asked = 2 * crate::limits::WAITING_WRITES_MAX;
    let answers = runtime.block_on(async {
        let mut set = tokio::task::JoinSet::new();
        for number in 0..asked {
            let store = store.clone();
            set.spawn(async move { store.write(move |tx| put(tx, &format!("{number}"))).await });
        }
        // Everything is submitted before anything is answered.
        tokio::task::yield_now().await;
        drop(release);
        set.join_all().await
    });
    held.join().unwrap();
    let busy = answers
        .iter()
        .filter(|answer| matches!(answer, Err(Fault::Busy)))
        .count();
    let done = answers.iter().filter(|answer| answer.is_ok()).count();
    assert!(
        busy > 0 && done >= crate::limits::WAITING_WRITES_MAX,
        "{busy} busy, {done} done"
    );
    assert_eq!(busy + done, asked);
    assert_eq!(count(&store), i64::try_from(done).unwrap());
}

#[test]
fn readers_cannot_write() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path()).unwrap();
    assert!(store.read_blocking(|tx| put(tx, "sneaky")).is_err());
    assert_eq!(count(&store), 0);
}

#[test]
fn a_second_process_is_told_who_is_in_the_way() {
    let directory = tempfile::tempdir().unwrap();
    let first = open(directory.path()).unwrap();
    let fault = open(directory.path()).unwrap_err();
    assert!(matches!(fault, Fault::InUse(_)));
    assert!(
        fault.to_string().ends_with("is in use by another process"),
        "{fault}"
    );
    drop(first);
    open(directory.path()).unwrap();
}

#[test]
fn a_database_of_a_later_version_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    drop(open(directory.path()).unwrap());
    let raw = Connection::open(directory.path().join("tillkey.db")).unwrap();
    raw.execute(
        "INSERT INTO migrations VALUES (9000, 'later', x'00', 0)",
        [],
    )
    .unwrap();
    drop(raw);
    assert!(matches!(
        open(directory.path()),
        Err(Fault::Newer { found: 9000, .. })
    ));
}

#[test]
fn an_edited_migration_is_noticed() {
    let directory = tempfile::tempdir().unwrap();
    drop(open(directory.path()).unwrap());
    let raw = Connection::open(directory.path().join("tillkey.db")).unwrap();
    raw.execute("UPDATE migrations SET digest = x'00' WHERE number = 2", [])
        .unwrap();
    drop(raw);
    assert!(matches!(open(directory.path()), Err(Fault::Rewritten(2))));
}

#[test]
fn every_migration_file_is_listed_in_order() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let listed: Vec<String> = MIGRATIONS
        .iter()
        .map(|migration| format!("{}.sql", migration.name))
        .collect();
    assert_eq!(files, listed);
    let mut last = 0;
    for migration in MIGRATIONS {
        let number = migration.number;
        // Each forward of the one before; numbers may be left out.
        assert!(last < number, "{last} comes before {number}");
        last = number;
        assert!(migration.name.starts_with(&format!("{number:04}_")));
    }
}

#[test]
fn every_column_says_what_it_is() {
    for migration in MIGRATIONS {
        let mut within = false;
        for line in migration.sql.lines() {
            within = (within || line.starts_with("CREATE TABLE")) && !line.starts_with(')');
            let is_column = within
                && line.starts_with("    ")
                && !line.contains("KEY (")
                && !line.contains("UNIQUE (");
            assert!(
                !is_column || line.contains("-- "),
                "{}: {line}",
                migration.name
            );
        }
    }
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_the_data() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let store = open(&data).unwrap();
    store.write_blocking(|tx| put(tx, "a")).unwrap();
    assert_eq!(
        std::fs::metadata(&data).unwrap().permissions().mode() & 0o077,
        0
    );
    for entry in std::fs::read_dir(&data).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{:?} has {mode:o}", entry.file_name());
    }
}

/// SQLite rolls a whole transaction back by itself when the disk is full. The
/// size limit stands in for the disk: it fails in the same place with the same code.
#[tokio::test]
async fn f11_a_full_disk_fails_closed_and_spares_the_neighbours() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path()).unwrap();
    let limit = Statement::new("limit the size", "PRAGMA max_page_count = 120");
    store
        .write(move |tx| tx.query_many(limit, &[]).map(|_| ()))
        .await
        .unwrap();
    let (release, held) = hold(&store);
    let ask = |name: &'static str, bytes: usize| {
        let store = store.clone();
        tokio::spawn(async move {
            store
                .write(move |tx| {
                    let value = Value::Bytes(vec![0; bytes]);
                    tx.execute(PUT, &[Value::from(name), value, Value::Integer(0)])
                        .map(|_| ())
                })
                .await
        })
    };
    let (small, huge, after) = (ask("small", 10), ask("huge", 4_000_000), ask("after", 10));
    tokio::task::yield_now().await;
    drop(release);
    held.join().unwrap();
    small.await.unwrap().unwrap();
    let fault = huge.await.unwrap().unwrap_err();
    assert!(matches!(fault, Fault::DiskFull), "{fault}");
    after.await.unwrap().unwrap();
    let count = tokio::task::spawn_blocking(move || count(&store))
        .await
        .unwrap();
    assert_eq!(count, 2);
}

#[tokio::test]
async fn a_database_that_another_program_holds_is_said_to_be_locked() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path()).unwrap();
    let patience = Statement::new("wait less", "PRAGMA busy_timeout = 50");
    store
        .write(move |tx| tx.query_many(patience, &[]).map(|_| ()))
        .await
        .unwrap();
    let other = Connection::open(directory.path().join("tillkey.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let asked: Vec<_> = (0..40)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move { store.write(move |tx| put(tx, &format!("{number}"))).await })
        })
        .collect();
    for asked in asked {
        let fault = asked.await.unwrap().unwrap_err();
        assert!(matches!(fault, Fault::Locked), "{fault}");
    }
    drop(other);
    store.write(|tx| put(tx, "after")).await.unwrap();
}

#[test]
fn what_happened_before_the_watch_was_set_up_raises_nothing() {
    let connection = Connection::open_in_memory().unwrap();
    let apply = |numbers: std::ops::Range<u32>| {
        let due = MIGRATIONS
            .iter()
            .filter(|one| numbers.contains(&one.number));
        for one in due {
            connection.execute_batch(one.sql).unwrap();
        }
    };
    apply(0..18);
    let add = "INSERT INTO events (position, at, kind, actor_kind, entry) \
               VALUES (0, 0, 'x', 'system', '{}'), (1, 0, 'x', 'system', '{}')";
    connection.execute_batch(add).unwrap();
    apply(18..19);
    let standing = "SELECT next, speaks_from FROM watch_position";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
    let standing = connection.query_row(standing, [], read).unwrap();
    assert_eq!(standing, (0, 2));
}

/// Whoever had taken up a message is gone: nobody else has this directory.
#[test]
fn what_a_killed_sender_took_up_is_due_at_once() {
    const LEASED: Statement = Statement::new(
        "lease",
        "INSERT INTO outbox (id, idempotency_key, kind, owner, state, tries, next_at, queued_at) \
         VALUES ('m', 'k', 'sms', 'o', 'waiting', 1, $1, 0)",
    );
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path()).unwrap();
    store
        .write_blocking(|tx| tx.execute(LEASED, &[Value::Integer(i64::MAX)]))
        .unwrap();
    drop(store);
    let due = open(directory.path())
        .unwrap()
        .read_blocking(crate::outbox::next_due)
        .unwrap();
    assert_eq!(due, Some(jiff::Timestamp::UNIX_EPOCH));
}
