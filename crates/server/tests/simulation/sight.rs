//! What the database says, read past the store: the ledger's entries as they come, and
//! the rows that were made of them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::path::Path;

use rusqlite::{Connection, OpenFlags, Params, Row};
use sha2::{Digest as _, Sha256};
use tillkey_ledger::{LogVerifier, Tree};
use tillkey_rules::case::Case;
use tillkey_rules::event::{CaseEvent, Entry, Event, Preparation};
use tillkey_rules::party::Actor;
use tillkey_terminal::wire::ids::CaseId;

use crate::trace::short;

/// One step of a case.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) by: Actor,
    pub(crate) event: CaseEvent,
}

/// A case as its entries tell it.
#[derive(Debug, Clone)]
pub(crate) struct Story {
    pub(crate) case: Case,
    pub(crate) told: Vec<Told>,
}

impl Story {
    /// How often something happened in it.
    pub(crate) fn count(&self, is_it: impl Fn(&CaseEvent) -> bool) -> usize {
        self.told.iter().filter(|told| is_it(&told.event)).count()
    }
}

/// What was read of the ledger.
#[derive(Clone, Default)]
pub(crate) struct Seen {
    /// The ledger, made anew from its entries.
    tree: Tree,
    pub(crate) stories: BTreeMap<CaseId, Story>,
    /// Every entry.
    pub(crate) entries: Vec<Entry>,
    /// Over every entry, but for what no seed gives.
    told: Sha256,
}

/// What is seen of the database.
pub(crate) struct Sight {
    connection: Connection,
    verifier: LogVerifier,
    seen: Seen,
    /// SQLite's count of what others changed, when it was last looked at.
    version: i64,
}

impl Deref for Sight {
    type Target = Seen;

    fn deref(&self) -> &Seen {
        &self.seen
    }
}

/// What one look found.
#[derive(Debug, Default)]
pub(crate) struct News {
    pub(crate) entries: Vec<Entry>,
    pub(crate) cases: BTreeSet<CaseId>,
}

impl Sight {
    /// Looks at a database, of which so much was seen before.
    pub(crate) fn of(data: &Path, verifier: LogVerifier, seen: Seen) -> Self {
        Self {
            connection: open(data),
            verifier,
            seen,
            version: 0,
        }
    }

    /// Whether anything was written since somebody last asked.
    pub(crate) fn has_changed(&mut self) -> bool {
        let version = self.one("PRAGMA data_version", ());
        std::mem::replace(&mut self.version, version) != version
    }

    /// What was read so far.
    pub(crate) fn seen(&self) -> &Seen {
        &self.seen
    }

    /// A digest over every entry. Without that of a sealed backup: what seals it takes its
    /// randomness from the operating system.
    pub(crate) fn told(&self) -> String {
        short(&self.told.clone().finalize())
    }

    /// Looks at another copy of the database from now on. What was read stays: the copy
    /// has to continue it.
    pub(crate) fn turn_to(&mut self, data: &Path) {
        self.connection = open(data);
        self.version = 0;
    }

    /// Reads what was appended; what the signed checkpoint says must follow from it.
    pub(crate) fn look(&mut self) -> Result<News, String> {
        let size = self.tree.size();
        let rows = self.rows(
            "SELECT position, entry FROM events WHERE position >= ?1 ORDER BY position",
            (i64::try_from(size).unwrap(),),
            |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)),
        );
        for ((position, _), expected) in rows.iter().zip(size..) {
            if u64::try_from(*position) != Ok(expected) {
                return Err(format!(
                    "the ledger has {position} in the place of {expected}"
                ));
            }
        }
        let leaves: Vec<&str> = rows.iter().map(|(_, entry)| entry.as_str()).collect();
        if !leaves.is_empty() {
            self.seen.tree = self.tree.append(&leaves).unwrap().tree;
        }
        self.hold_against_checkpoint()?;
        let mut news = News::default();
        for leaf in leaves {
            let entry: Entry = serde_json::from_str(leaf).unwrap();
            self.seen.told.update(repeatable(leaf, &entry));
            if let (Some(case), Event::Case(event)) = (entry.case, &entry.event) {
                self.tell(case, &entry, event)?;
                news.cases.insert(case);
            }
            news.entries.push(entry);
        }
        self.seen.entries.extend(news.entries.iter().cloned());
        Ok(news)
    }

    fn hold_against_checkpoint(&self) -> Result<(), String> {
        let note: String = self.one("SELECT note FROM ledger_checkpoints", ());
        let checkpoint = self.verifier.open(note.as_bytes());
        let head = checkpoint.map_err(|fault| fault.to_string())?.head;
        if head == self.tree.head() {
            Ok(())
        } else {
            Err(format!(
                "the checkpoint is over {} entries, those that were seen are {}, or others",
                head.size,
                self.tree.size()
            ))
        }
    }

    fn tell(&mut self, case: CaseId, entry: &Entry, event: &CaseEvent) -> Result<(), String> {
        let told = Told {
            by: entry.by.clone(),
            event: event.clone(),
        };
        match self.seen.stories.get_mut(&case) {
            Some(story) => {
                story.case.fold(entry.at, &entry.by, event);
                story.told.push(told);
            }
            None => {
                let begun = Case::begin(case, entry.at, &entry.by, event);
                let begun = begun.ok_or_else(|| format!("{case} was never opened"))?;
                let told = vec![told];
                self.seen.stories.insert(case, Story { case: begun, told });
            }
        }
        Ok(())
    }

    /// One value.
    pub(crate) fn one<T: rusqlite::types::FromSql>(&self, sql: &str, values: impl Params) -> T {
        let mut prepared = self.connection.prepare_cached(sql).unwrap();
        prepared.query_row(values, |row| row.get(0)).unwrap()
    }

    /// Rows.
    pub(crate) fn rows<T>(
        &self,
        sql: &str,
        values: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Vec<T> {
        let mut prepared = self.connection.prepare_cached(sql).unwrap();
        let rows = prepared.query_map(values, read).unwrap();
        rows.collect::<rusqlite::Result<_>>().unwrap()
    }
}

/// An entry without what no seed gives.
fn repeatable(leaf: &str, entry: &Entry) -> String {
    match &entry.event {
        Event::Case(CaseEvent::Prepared(Preparation::Snapshot { digest, .. })) => {
            leaf.replace(digest, "")
        }
        _ => leaf.to_owned(),
    }
}

fn open(data: &Path) -> Connection {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(data.join("tillkey.db"), flags).unwrap();
    connection.execute_batch("PRAGMA query_only = ON").unwrap();
    connection
}
