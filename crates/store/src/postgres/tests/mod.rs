//! What only several writers, several nodes and a server that goes away can show.

mod proxy;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Barrier, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use tillkey_rules::event::{Entry, Event};
use tillkey_rules::party::Actor;

use super::connection::Session;
use super::integrator::LEADER;
use super::wait::rest;
use crate::cluster::Cluster;
use crate::event;
use crate::fault::Fault;
use crate::tests::{open_database, server};
use crate::tx::{Statement, Tx};
use crate::value::Value;
use crate::{Address, CheckpointFile, Database, Store, ledger, meta};

fn open(directory: &Path, address: &Address) -> Result<Store, Fault> {
    let database = Database::Postgres(address.clone());
    open_database(directory, CheckpointFile::Checked, database)
}

/// Says a number, in a row of its own and in the ledger.
fn say(tx: &mut dyn Tx, number: i64) -> Result<(), Fault> {
    let now = jiff::Timestamp::UNIX_EPOCH;
    meta::add(tx, &format!("said {number}"), b"", now)?;
    event::append(tx, &entry(number))
}

fn entry(number: i64) -> Entry {
    Entry {
        v: 1,
        at: jiff::Timestamp::from_millisecond(number).unwrap(),
        acquirer: None,
        case: None,
        by: Actor::System,
        event: Event::PolicyServed {
            digest: number.to_string(),
        },
    }
}

/// How often each number stands in the ledger, which has to be whole, and in its row.
fn said(store: &Store) -> BTreeMap<i64, usize> {
    const ROWS: Statement = Statement::new(
        "count what was said",
        "SELECT COUNT(*) FROM meta WHERE name LIKE 'said %'",
    );
    let verifier = store.log_verifier();
    store
        .read_blocking(move |tx| {
            let verified = ledger::verify(tx, &verifier, None, &mut |_, _| ())?;
            assert!(verified.is_clean(), "{verified:?}");
            let mut found = BTreeMap::new();
            let mut from = 0;
            loop {
                let page = event::from(tx, from, 500)?;
                let Some(last) = page.last() else { break };
                from = last.position + 1;
                for placed in page {
                    *found.entry(placed.entry.at.as_millisecond()).or_default() += 1;
                }
            }
            assert_eq!(u64::try_from(found.values().sum::<usize>()).unwrap(), from);
            let rows: i64 = tx
                .query_one(ROWS, &[])?
                .ok_or(Fault::Missing("count"))?
                .take()?;
            assert_eq!(usize::try_from(rows).unwrap(), found.len());
            Ok(found)
        })
        .unwrap()
}

#[test]
fn two_nodes_write_one_ledger() {
    let address = server().database("two_nodes");
    let directories = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let nodes = [0, 1].map(|node: usize| open(directories[node].path(), &address).unwrap());
    thread::scope(|scope| {
        for thread in 0..8i64 {
            let node = &nodes[usize::try_from(thread % 2).unwrap()];
            scope.spawn(move || {
                for number in 0..25 {
                    let number = thread * 100 + number;
                    node.write_blocking(move |tx| say(tx, number)).unwrap();
                    // What was answered has its leaf, on this node and on the other.
                    let there = node.read_blocking(|tx| event::from(tx, 0, 500)).unwrap();
                    assert!(there.iter().any(|placed| placed.entry == entry(number)));
                }
            });
        }
    });
    for node in &nodes {
        let found = said(node);
        assert_eq!(found.len(), 200);
        assert!(found.values().all(|times| *times == 1));
    }
}

/// Each of two requests sees that nobody was here, and wants to be the only one.
#[test]
fn what_was_read_still_holds_at_the_commit() {
    const COUNT: Statement = Statement::new(
        "count",
        "SELECT COUNT(*) FROM meta WHERE name BETWEEN $1 AND $2",
    );
    let address = server().database("skew");
    let directories = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let nodes = [0, 1].map(|node: usize| open(directories[node].path(), &address).unwrap());
    for round in 0..20 {
        let both = Barrier::new(2);
        let is_first = [AtomicBool::new(true), AtomicBool::new(true)];
        let alone: usize = thread::scope(|scope| {
            let ask = |node: usize| {
                let (both, is_first, store) = (&both, &is_first[node], &nodes[node]);
                scope.spawn(move || {
                    let (both, is_first): (&Barrier, &AtomicBool) = (both, is_first);
                    // The request has to own what it uses, so it is told by channels.
                    let (seen, is_seen) = mpsc::channel();
                    let (go, on) = mpsc::channel::<()>();
                    let request = move |tx: &mut dyn Tx| {
                        let span = [format!("{round} a"), format!("{round} z")].map(Value::from);
                        let count: i64 = tx
                            .query_one(COUNT, &span)?
                            .ok_or(Fault::Missing("count"))?
                            .take()?;
                        let _ = seen.send(());
                        let _ = on.recv();
                        if count > 0 {
                            return Ok(false);
                        }
                        let name = format!("{round} n{node}");
                        meta::add(tx, &name, b"", jiff::Timestamp::UNIX_EPOCH)?;
                        Ok(true)
                    };
                    let answer = thread::scope(|inner| {
                        let asked = inner.spawn(|| store.write_blocking(request));
                        // Both have read before either writes, at the first try.
                        while is_seen.recv().is_ok() {
                            if is_first.swap(false, Ordering::Relaxed) {
                                both.wait();
                            }
                            let _ = go.send(());
                        }
                        asked.join().unwrap()
                    });
                    answer.unwrap()
                })
            };
            let asked = [ask(0), ask(1)];
            asked
                .into_iter()
                .map(|asked| usize::from(asked.join().unwrap()))
                .sum()
        });
        assert_eq!(alone, 1, "round {round}");
    }
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
    let found = said(&store);
    assert!(answered.len() > 100, "{}", answered.len());
    for number in answered {
        assert_eq!(found.get(&number), Some(&1), "{number}");
    }
    assert!(found.values().all(|times| *times == 1));
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
    let found = said(&store);
    assert!(answered.len() > 100, "{}", answered.len());
    for number in answered {
        assert_eq!(found.get(&number), Some(&1), "{number}");
    }
    assert!(found.values().all(|times| *times == 1));
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
    // The effect is committed by then; nothing further is.
    let _ = store.write_blocking(|tx| say(tx, 6));
    let refused = store.write_blocking(|tx| say(tx, 7));
    assert!(
        matches!(refused, Err(Fault::LedgerBroken(_))),
        "{refused:?}"
    );
    drop(store);
    let again = open(directory.path(), &address);
    assert!(matches!(again, Err(Fault::RolledBack { .. })), "{again:?}");
}

#[test]
fn a_command_works_beside_the_service() {
    let address = server().database("beside");
    let directory = tempfile::tempdir().unwrap();
    let service = open(directory.path(), &address).unwrap();
    let command = open(directory.path(), &address).unwrap();
    command.write_blocking(|tx| say(tx, 1)).unwrap();
    service.write_blocking(|tx| say(tx, 2)).unwrap();
    drop(command);
    drop(service);
    assert_eq!(said(&open(directory.path(), &address).unwrap()).len(), 2);
}

#[test]
fn a_database_that_sorts_otherwise_is_refused() {
    let address = server().database("sorts");
    let mut outside = Session::open(&address).unwrap();
    let make = "CREATE DATABASE by_language TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' \
                LOCALE_PROVIDER 'icu' ICU_LOCALE 'zh'";
    outside.batch("make", make).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let refused = open(directory.path(), &server().address("by_language"));
    assert!(matches!(refused, Err(Fault::Unfit { .. })), "{refused:?}");
}
