//! Several nodes on one database, and databases that will not do.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Barrier, mpsc};
use std::thread;

use tillkey_wire::ids::MessageId;

use super::{entry, open, said, say};
use crate::event;
use crate::fault::Fault;
use crate::postgres::connection::Session;
use crate::tests::server;
use crate::tx::{Statement, Tx};
use crate::value::Value;
use crate::{meta, outbox};

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

/// Two nodes send at once: each message is taken up by one of them.
#[test]
fn two_nodes_share_the_outbox() {
    const QUEUE: Statement = Statement::new(
        "queue",
        "INSERT INTO outbox (id, idempotency_key, kind, owner, destination_sealed, body_sealed, \
         state, tries, next_at, queued_at) VALUES ($1, $2, 'sms', 'acquirer/demo-bank', $3, $3, \
         'waiting', 0, 0, 0)",
    );
    let address = server().database("outbox");
    let directories = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let nodes = [0, 1].map(|node: usize| open(directories[node].path(), &address).unwrap());
    nodes[0]
        .write_blocking(|tx| {
            for number in 0..100u8 {
                let id = MessageId::from_bytes([number; 10]);
                let values = [
                    Value::from(&id),
                    Value::from(id.to_string()),
                    Value::from(vec![1]),
                ];
                tx.execute(QUEUE, &values)?;
            }
            Ok(())
        })
        .unwrap();
    let mut taken: Vec<MessageId> = thread::scope(|scope| {
        let takers: Vec<_> = (0..4)
            .map(|taker: usize| {
                let node = &nodes[taker % 2];
                scope.spawn(move || {
                    let mut taken = Vec::new();
                    loop {
                        let later = jiff::Timestamp::from_second(3_600).unwrap();
                        let claimed = node.write_blocking(move |tx| {
                            outbox::claim(tx, jiff::Timestamp::UNIX_EPOCH, later, 5)
                        });
                        match claimed {
                            Ok(claimed) if claimed.is_empty() => return taken,
                            Ok(claimed) => taken.extend(claimed.iter().map(|one| one.id)),
                            Err(Fault::Contended) => {}
                            Err(fault) => panic!("{fault:?}"),
                        }
                    }
                })
            })
            .collect();
        takers
            .into_iter()
            .flat_map(|taker| taker.join().unwrap())
            .collect()
    });
    taken.sort_by_key(ToString::to_string);
    let once = taken.len();
    taken.dedup();
    assert_eq!((taken.len(), once), (100, 100));
}
