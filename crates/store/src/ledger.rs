//! The ledger over the events: each entry a leaf, in the commit of its effect.
//!
//! 1. A request appends events; they take the next positions.
//! 2. Before COMMIT the writer hashes what was appended, stores the new hashes and a
//!    newly signed checkpoint. Where that fails, nothing is committed: no ledger, no
//!    action.
//! 3. The tree in memory moves on only after COMMIT.
//!
//! Reading (tiles, proofs, verification) goes through [`LedgerReader`].

use std::ops::Range;

use tillkey_ledger::{
    Against, Appended, Checkpoint, Hash, Head, LogKey, LogVerifier, Reader, Report, Tree,
};

use crate::event::Columns;
use crate::fault::Fault;
use crate::tx::{Tx, statements};
use crate::value::{Row, Value, signed};

statements! {
    LEAF_COUNT: "count the leaves" = "SELECT COALESCE(MAX(position) + 1, 0) FROM events";
    LEAVES: "read leaves" =
        "SELECT position, entry FROM events WHERE position >= $1 AND position < $2 \
         ORDER BY position LIMIT $3";
    ADD_HASH: "store a hash of the ledger" =
        "INSERT INTO ledger_hashes (position, hash) VALUES ($1, $2)";
    HASH: "read a hash of the ledger" = "SELECT hash FROM ledger_hashes WHERE position = $1";
    HASHES: "read hashes of the ledger" =
        "SELECT position, hash FROM ledger_hashes WHERE position >= $1 AND position < $2 \
         ORDER BY position LIMIT $3";
    CHECKPOINT: "read the checkpoint" = "SELECT note FROM ledger_checkpoints WHERE id = 1";
    SET_CHECKPOINT: "write the checkpoint" =
        "INSERT INTO ledger_checkpoints (id, size, note) VALUES (1, $1, $2) \
         ON CONFLICT (id) DO UPDATE SET size = excluded.size, note = excluded.note";
    COLUMNS: "read the columns beside the leaves" =
        "SELECT position, entry, at, acquirer, case_id, kind, actor_kind, actor FROM events \
         WHERE position >= $1 ORDER BY position LIMIT $2";
}

/// How many rows are read at once.
const CHUNK: u32 = 4_096;

/// The signed checkpoint over everything that is committed.
///
/// # Errors
/// [`Fault::Missing`] when the store has never been opened for writing.
pub fn checkpoint(tx: &mut dyn Tx) -> Result<String, Fault> {
    tx.query_one(CHECKPOINT, &[])?
        .ok_or(Fault::Missing("checkpoint"))?
        .take()
}

/// What a verification found.
#[derive(Debug)]
pub struct Verified {
    /// What the ledger says of its leaves, hashes and checkpoint.
    pub report: Report,
    /// Positions whose search columns are not what their leaf says, the first few.
    pub columns_differ: Vec<u64>,
}

impl Verified {
    /// Whether nothing was found.
    pub fn is_clean(&self) -> bool {
        self.report.is_clean() && self.columns_differ.is_empty()
    }
}

/// Verifies the whole ledger: leaves, hashes, checkpoint, a remembered checkpoint, and
/// that the columns beside each leaf repeat it.
///
/// # Errors
/// [`Fault::Ledger`] when it cannot be read; that it is wrong is in the answer.
pub fn verify(
    tx: &mut dyn Tx,
    verifier: &LogVerifier,
    remembered: Option<&Checkpoint>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Verified, Fault> {
    let note = tx
        .query_one(CHECKPOINT, &[])?
        .map_or(Ok(String::new()), |mut row| row.take())?;
    let against = Against {
        verifier,
        signed: note.as_bytes(),
        remembered,
    };
    let report = tillkey_ledger::verify(&mut LedgerReader::new(tx), &against, progress)
        .map_err(Fault::ledger("be read"))?;
    Ok(Verified {
        report,
        columns_differ: columns_differ(tx)?,
    })
}

fn columns_differ(tx: &mut dyn Tx) -> Result<Vec<u64>, Fault> {
    let mut differ = Vec::new();
    let mut from = 0u64;
    loop {
        let rows = tx.query_many(COLUMNS, &[signed(from)?, Value::from(CHUNK)])?;
        if rows.is_empty() {
            return Ok(differ);
        }
        for mut row in rows {
            let position: u64 = row.take()?;
            let leaf: String = row.take()?;
            let agree = Columns::of(&leaf)
                .and_then(|columns| columns.are_those_of(&mut row))
                .unwrap_or(false);
            if !agree && differ.len() < tillkey_ledger::limits::FINDINGS_MAX {
                differ.push(position);
            }
            from = position.saturating_add(1);
        }
    }
}

/// Gives the ledger crate its leaves and hashes.
pub struct LedgerReader<'t> {
    tx: &'t mut dyn Tx,
}

impl<'t> LedgerReader<'t> {
    /// Reads through an open transaction.
    pub fn new(tx: &'t mut dyn Tx) -> Self {
        Self { tx }
    }

    /// Reads a range in chunks, so that memory does not grow with the log.
    fn scan(
        &mut self,
        statement: crate::tx::Statement,
        range: &Range<u64>,
        each: &mut dyn FnMut(u64, Row) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut from = range.start;
        // Hostile sizes do not fit a column; nothing is stored there.
        let end = i64::try_from(range.end).unwrap_or(i64::MAX);
        while from < range.end {
            let values = [signed(from)?, Value::Integer(end), Value::from(CHUNK)];
            let rows = self.tx.query_many(statement, &values)?;
            if rows.is_empty() {
                return Ok(());
            }
            for mut row in rows {
                let position = row.take()?;
                each(position, row)?;
                from = position.saturating_add(1);
            }
        }
        Ok(())
    }
}

impl Reader for LedgerReader<'_> {
    fn leaf_count(&mut self) -> Result<u64, tillkey_ledger::Fault> {
        self.tx
            .query_one(LEAF_COUNT, &[])
            .and_then(|row| row.ok_or(Fault::Missing("count"))?.take())
            .map_err(tillkey_ledger::Fault::storage)
    }

    fn hashes(&mut self, positions: &[u64]) -> Result<Vec<Option<Hash>>, tillkey_ledger::Fault> {
        let read = |position: &u64| match self.tx.query_one(HASH, &[signed(*position)?])? {
            Some(mut row) => Ok(<[u8; 32]>::try_from(row.take::<Vec<u8>>()?).ok().map(Hash)),
            None => Ok(None),
        };
        let hashes: Result<_, Fault> = positions.iter().map(read).collect();
        hashes.map_err(tillkey_ledger::Fault::storage)
    }

    fn scan_hashes(
        &mut self,
        positions: Range<u64>,
        each: &mut dyn FnMut(u64, Hash),
    ) -> Result<(), tillkey_ledger::Fault> {
        self.scan(HASHES, &positions, &mut |position, mut row| {
            if let Ok(hash) = <[u8; 32]>::try_from(row.take::<Vec<u8>>()?) {
                each(position, Hash(hash));
            }
            Ok(())
        })
        .map_err(tillkey_ledger::Fault::storage)
    }

    fn scan_leaves(
        &mut self,
        indexes: Range<u64>,
        each: &mut dyn FnMut(u64, &[u8]),
    ) -> Result<(), tillkey_ledger::Fault> {
        self.scan(LEAVES, &indexes, &mut |position, mut row| {
            each(position, row.take::<String>()?.as_bytes());
            Ok(())
        })
        .map_err(tillkey_ledger::Fault::storage)
    }
}

/// Carries the ledger on, inside the writer's transactions.
pub(crate) struct Recorder {
    key: LogKey,
    tree: Tree,
    /// The checkpoint over the tree.
    note: String,
}

/// What one batch added, to be kept once it is committed.
pub(crate) struct Recorded {
    tree: Tree,
    pub(crate) note: String,
}

impl Recorder {
    /// Takes up the ledger where the database left it. A new database gets a checkpoint
    /// over nothing.
    pub(crate) fn open(tx: &mut dyn Tx, key: LogKey) -> Result<Self, Fault> {
        let stored = tx
            .query_one(CHECKPOINT, &[])?
            .map(|mut row| row.take())
            .transpose()?;
        let events = LedgerReader::new(tx)
            .leaf_count()
            .map_err(Fault::ledger("be counted"))?;
        let Some(note) = stored else {
            if events > 0 {
                return Err(Fault::ledger_broken(
                    "it has events and no checkpoint; verify it",
                ));
            }
            let tree = Tree::default();
            let note = key.sign(tree.head()).map_err(Fault::ledger("be signed"))?;
            set_checkpoint(tx, 0, &note)?;
            return Ok(Self { key, tree, note });
        };
        let note: String = note;
        let tree = signed_tree(tx, &key, &note)?;
        if tree.size() != events {
            return Err(Fault::ledger_broken(
                "it has more or fewer events than signed; verify it",
            ));
        }
        Ok(Self { key, tree, note })
    }

    /// The signed checkpoint over what it holds.
    pub(crate) fn note(&self) -> &str {
        &self.note
    }

    /// Follows where another node has carried the ledger on.
    ///
    /// # Errors
    /// [`Fault::LedgerBroken`] where it does not continue what this node has seen: the
    /// database was rolled back or replaced while it ran.
    pub(crate) fn follow(&mut self, tx: &mut dyn Tx) -> Result<(), Fault> {
        let note = checkpoint(tx)?;
        if note == self.note {
            return Ok(());
        }
        let tree = signed_tree(tx, &self.key, &note)?;
        if tree.size() < self.tree.size() || !self.has_been(tx, self.tree.head())? {
            return Err(Fault::ledger_broken(
                "it does not continue what this node has seen: the database was rolled back \
                 or replaced meanwhile",
            ));
        }
        self.tree = tree;
        self.note = note;
        Ok(())
    }

    /// Whether the stored tree had this head when it had this size.
    fn has_been(&self, tx: &mut dyn Tx, head: Head) -> Result<bool, Fault> {
        let then =
            Tree::open(head.size, &mut LedgerReader::new(tx)).map_err(Fault::ledger("be read"))?;
        Ok(then.head() == head)
    }

    /// How many leaves it has.
    pub(crate) const fn size(&self) -> u64 {
        self.tree.size()
    }

    /// Makes leaves of the events that the transaction added. None when it added none.
    pub(crate) fn record(&self, tx: &mut dyn Tx) -> Result<Option<Recorded>, Fault> {
        let mut tree = None;
        loop {
            let before = tree.as_ref().unwrap_or(&self.tree);
            let Some(appended) = next_chunk(tx, before)? else {
                break;
            };
            let hashes: Result<Vec<_>, Fault> = appended
                .hashes
                .iter()
                .map(|(position, hash)| {
                    Ok(vec![signed(*position)?, Value::from(hash.0.as_slice())])
                })
                .collect();
            tx.execute_each(ADD_HASH, &hashes?)?;
            tree = Some(appended.tree);
        }
        let Some(tree) = tree else { return Ok(None) };
        let note = self
            .key
            .sign(tree.head())
            .map_err(Fault::ledger("be signed"))?;
        set_checkpoint(tx, tree.size(), &note)?;
        Ok(Some(Recorded { tree, note }))
    }

    /// Moves on, after COMMIT.
    pub(crate) fn keep(&mut self, recorded: Recorded) -> String {
        self.tree = recorded.tree;
        self.note.clone_from(&recorded.note);
        recorded.note
    }

    /// Whether the ledger continues a checkpoint that was kept elsewhere.
    pub(crate) fn continues(&self, tx: &mut dyn Tx, kept: &Checkpoint) -> Result<bool, Fault> {
        if kept.head.size > self.tree.size() {
            return Ok(false);
        }
        self.has_been(tx, kept.head)
    }

    /// Whether it has no leaf yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.tree.size() == 0
    }

    /// The key with which this ledger's checkpoints are checked.
    pub(crate) fn verifier(&self) -> LogVerifier {
        self.key.verifier()
    }
}

/// The tree that a checkpoint of this key was signed over, as it is stored.
fn signed_tree(tx: &mut dyn Tx, key: &LogKey, note: &str) -> Result<Tree, Fault> {
    let checkpoint = key.verifier().open(note.as_bytes()).map_err(Fault::ledger(
        "be opened: its checkpoint is not by this key",
    ))?;
    let tree = Tree::open(checkpoint.head.size, &mut LedgerReader::new(tx))
        .map_err(Fault::ledger("be opened: hashes are missing; verify it"))?;
    if tree.head() != checkpoint.head {
        return Err(Fault::ledger_broken(
            "its hashes are not those that were signed; verify it",
        ));
    }
    Ok(tree)
}

/// The next leaves after a tree, appended to it.
fn next_chunk(tx: &mut dyn Tx, tree: &Tree) -> Result<Option<Appended>, Fault> {
    let from = tree.size();
    let values = [signed(from)?, Value::Integer(i64::MAX), Value::from(CHUNK)];
    let rows = tx.query_many(LEAVES, &values)?;
    if rows.is_empty() {
        return Ok(None);
    }
    let mut leaves: Vec<String> = Vec::with_capacity(rows.len());
    for (expected, mut row) in (from..).zip(rows) {
        if row.take::<u64>()? != expected {
            return Err(Fault::ledger_broken("its positions have a gap"));
        }
        leaves.push(row.take()?);
    }
    tree.append(&leaves)
        .map(Some)
        .map_err(Fault::ledger("be appended to"))
}

fn set_checkpoint(tx: &mut dyn Tx, size: u64, note: &str) -> Result<(), Fault> {
    tx.execute(SET_CHECKPOINT, &[signed(size)?, Value::from(note)])
        .map(|_| ())
}
