//! What only several writers, several nodes and a server that goes away can show.

mod nodes;
mod outages;
mod proxy;

use std::collections::BTreeMap;
use std::path::Path;

use tillkey_rules::event::{Entry, Event};
use tillkey_rules::party::Actor;

use crate::event;
use crate::fault::Fault;
use crate::tests::open_database;
use crate::tx::{Statement, Tx};
use crate::{Address, CheckpointFile, Database, Store, ledger, meta};

pub(super) fn open(directory: &Path, address: &Address) -> Result<Store, Fault> {
    let database = Database::Postgres(address.clone());
    open_database(directory, CheckpointFile::Checked, database)
}

/// Says a number, in a row of its own and in the ledger.
pub(super) fn say(tx: &mut dyn Tx, number: i64) -> Result<(), Fault> {
    let now = jiff::Timestamp::UNIX_EPOCH;
    meta::add(tx, &format!("said {number}"), b"", now)?;
    event::append(tx, &entry(number))
}

pub(super) fn entry(number: i64) -> Entry {
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
pub(super) fn said(store: &Store) -> BTreeMap<i64, usize> {
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
