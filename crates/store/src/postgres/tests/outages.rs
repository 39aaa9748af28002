//! Connections, servers and leaders that go away.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::{open, proxy, said, say};
use crate::cluster::Cluster;
use crate::fault::Fault;
use crate::limits::LOOK_FOR_WAITING_EVERY;
use crate::postgres::connection::Session;
use crate::postgres::integrator::LEADER;
use crate::tests::server;
use crate::threads::rest;
use crate::{Address, Store};

/// What was answered is there, and nothing is there twice.
fn hold_against(store: &Store, answered: &[i64]) {
    let found = said(store);
    assert!(answered.len() > 100, "{}", answered.len());
    for number in answered {
        assert_eq!(found.get(number), Some(&1), "{number}");
    }
    assert!(found.values().all(|times| *times == 1));
}

/// Connections are cut at random, also between a COMMIT and its answer: what was answered
/// is there once, and nothing is there twice.
#[test]
fn a_cut_connection_repeats_nothing_and_loses_nothing() {
    let address = server().database("cuts");
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path(), &address).unwrap();
    let is_over = AtomicBool::new(false);
    let answered: Vec<i64> = thread::scope(|scope| {
        scope.spawn(|| {
            let mut outside = Session::open(&address).unwrap();
            while !is_over.load(Ordering::Relaxed) {
                // One or two of those that are at it just now.
                let cut = "SELECT COUNT(pg_terminate_backend(pid)) FROM \
                           (SELECT pid FROM pg_stat_activity \
                            WHERE datname = current_database() AND pid <> pg_backend_pid() \
                            AND state <> 'idle' ORDER BY random() LIMIT 2) AS busy";
                let _ = outside.look::<i64>("cut", cut);
                rest(Duration::from_millis(25));
            }
        });
        let asked: Vec<_> = (0..6i64)
            .map(|thread| {
                let store = &store;
                scope.spawn(move || {
                    let numbers = (0..40).map(|number| thread * 100 + number);
                    numbers
                        .filter(|number| {
                            let number = *number;
                            match store.write_blocking(move |tx| say(tx, number)) {
                                Ok(()) => true,
                                Err(
                                    Fault::Unreachable | Fault::Unsettled | Fault::LedgerBehind,
                                ) => false,
                                Err(fault) => panic!("{fault:?}"),
                            }
                        })
                        .collect::<Vec<i64>>()
                })
            })
            .collect();
        let answered = asked.into_iter().flat_map(|asked| asked.join().unwrap());
        let answered = answered.collect();
        is_over.store(true, Ordering::Relaxed);
        answered
    });
    drop(store);
    // Whatever still waits gets its place from the next node.
    let store = open(directory.path(), &address).unwrap();
    store.write_blocking(|tx| say(tx, 9_999)).unwrap();
    hold_against(&store, &answered);
}

/// The answer to a COMMIT is lost: whether it was done is looked up, and it is not done
/// again.
#[test]
fn a_commit_whose_answer_is_lost_is_looked_up() {
    let server = server();
    server.database("lost");
    let folder = tempfile::tempdir().unwrap();
    let to_swallow = proxy::listen(folder.path(), server.socket());
    let address = Address::on_socket(folder.path(), "lost", "tillkey");
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path(), &address).unwrap();
    for number in 0..10 {
        to_swallow.store(1, Ordering::Relaxed);
        store.write_blocking(move |tx| say(tx, number)).unwrap();
        assert_eq!(to_swallow.load(Ordering::Relaxed), 0);
    }
    let found = said(&store);
    assert_eq!(found.len(), 10);
    assert!(found.values().all(|times| *times == 1));
}

/// The server is killed with all of its processes while requests are under way.
#[test]
fn what_was_acknowledged_survives_a_kill_of_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let mut cluster = Cluster::start(folder.path(), &[]).unwrap();
    let address = cluster.database("kill", None).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path(), &address).unwrap();
    let answered: Vec<i64> = thread::scope(|scope| {
        let (answered, answers) = mpsc::channel();
        for thread in 0..4i64 {
            let (store, answered) = (&store, answered.clone());
            scope.spawn(move || {
                for number in 0..60 {
                    let number = thread * 100 + number;
                    if store.write_blocking(move |tx| say(tx, number)).is_ok() {
                        answered.send(number).unwrap();
                    }
                }
            });
        }
        drop(answered);
        let mut all = Vec::new();
        for number in answers {
            all.push(number);
            if all.len() % 60 == 20 {
                cluster.kill().unwrap();
                cluster.run().unwrap();
            }
        }
        all
    });
    hold_against(&store, &answered);
}

/// A node that stands still as the leader is in the way for a few seconds and no longer.
#[test]
fn a_leader_that_stands_still_is_passed_over() {
    let address = server().database("still");
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path(), &address).unwrap();
    let mut still = Session::open(&address).unwrap();
    let lead = format!("BEGIN; SELECT pg_advisory_xact_lock({LEADER})");
    still.batch("lead", &lead).unwrap();
    let begun = Instant::now();
    store.write_blocking(|tx| say(tx, 1)).unwrap();
    let waited = begun.elapsed();
    assert!(waited > Duration::from_secs(2), "it did lead: {waited:?}");
    assert!(waited < Duration::from_secs(9), "{waited:?}");
    let lost = still.batch("go on", "COMMIT");
    assert!(matches!(lost, Err(Fault::Unreachable)), "{lost:?}");
    assert_eq!(said(&store).len(), 1);
}

/// A database that was replaced by an older one while a node runs, as when another server
/// takes over that did not have everything.
#[test]
fn a_database_that_was_rolled_back_under_a_node_is_noticed() {
    let address = server().database("back");
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path(), &address).unwrap();
    for number in 0..3 {
        store.write_blocking(move |tx| say(tx, number)).unwrap();
    }
    let mut outside = Session::open(&address).unwrap();
    outside
        .batch(
            "copy",
            "CREATE TABLE before AS SELECT * FROM ledger_checkpoints",
        )
        .unwrap();
    for number in 3..6 {
        store.write_blocking(move |tx| say(tx, number)).unwrap();
    }
    outside
        .batch(
            "roll back",
            "DELETE FROM ledger_hashes WHERE position >= 4; \
             DELETE FROM events WHERE position >= 3; DELETE FROM ledger_checkpoints; \
             INSERT INTO ledger_checkpoints SELECT * FROM before",
        )
        .unwrap();
    // The effect is committed by then, and its caller is told of what was found; nothing
    // further is done, whatever happens to what waits.
    let told = store.write_blocking(|tx| say(tx, 6));
    assert!(matches!(told, Err(Fault::LedgerBroken(_))), "{told:?}");
    outside
        .batch("tidy up", "DELETE FROM events_waiting")
        .unwrap();
    rest(LOOK_FOR_WAITING_EVERY * 2);
    let refused = store.write_blocking(|tx| say(tx, 7));
    assert!(
        matches!(refused, Err(Fault::LedgerBroken(_))),
        "{refused:?}"
    );
    drop(store);
    let again = open(directory.path(), &address);
    assert!(matches!(again, Err(Fault::RolledBack { .. })), "{again:?}");
}
