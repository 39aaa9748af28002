//! The journal as it is kept: what stood before it, and its entries, one record each.
//!
//! The first record of the log says of which terminal the journal is and where it stood
//! before its first entry; of what was let go of, that is left. The log is read back
//! through [`Tally`], so a journal that does not add up is not taken for one.
//!
//! In here is no storage: `transaction` writes, and takes on what was written.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tillkey_wire::cbor::{self, CborError};
use tillkey_wire::ids::TerminalId;
use tillkey_wire::journal::{Amount, Entry, Head, JournalDigest, JournalFault, Tally, Transaction};
use tillkey_wire::snapshot::Contents;

/// The journal of one enrolment.
#[derive(Debug, Clone)]
pub(crate) struct Journal {
    terminal: TerminalId,
    /// Where it stood before the first entry that is kept.
    start: Head,
    /// Those that are kept, oldest first.
    entries: Vec<Entry>,
    tally: Tally,
}

/// The first record.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Opening {
    v: u8,
    terminal: TerminalId,
    start: Head,
}

const VERSION: u8 = 1;

/// Why a log is not a journal.
#[derive(Debug, thiserror::Error)]
pub enum JournalUnreadable {
    /// A record is not what this version writes.
    #[error("a record cannot be read")]
    Record(#[from] CborError),
    /// Its entries do not follow from each other.
    #[error("the entries do not add up")]
    Entries(#[from] JournalFault),
}

impl Journal {
    /// An empty one.
    pub(crate) fn new(terminal: TerminalId) -> Result<Self, JournalUnreadable> {
        Self::from(terminal, Head::empty(terminal), Vec::new())
    }

    /// One that begins somewhere, with these entries.
    pub(crate) fn from(
        terminal: TerminalId,
        start: Head,
        entries: Vec<Entry>,
    ) -> Result<Self, JournalUnreadable> {
        let mut tally = Tally::from(start.clone())?;
        for entry in &entries {
            tally.add(entry)?;
        }
        Ok(Self {
            terminal,
            start,
            entries,
            tally,
        })
    }

    /// Reads it; an empty one if the log is empty, or another terminal's: its entries
    /// were taken under another number, and none of them belongs into this chain.
    pub(crate) fn read(
        records: &[Vec<u8>],
        terminal: TerminalId,
    ) -> Result<Self, JournalUnreadable> {
        let Some((first, rest)) = records.split_first() else {
            return Self::new(terminal);
        };
        let opening: Opening = cbor::decode(first)?;
        if opening.v != VERSION {
            let why = "another version".to_owned();
            return Err(CborError::Unexpected { why }.into());
        }
        if opening.terminal != terminal {
            return Self::new(terminal);
        }
        let entries = rest.iter().map(|record| cbor::decode(record));
        Self::from(terminal, opening.start, entries.collect::<Result<_, _>>()?)
    }

    /// All of it, as the log takes it.
    pub(crate) fn records(&self) -> Result<Vec<Vec<u8>>, JournalUnreadable> {
        let opening = cbor::encode(&Opening {
            v: VERSION,
            terminal: self.terminal,
            start: self.start.clone(),
        })?;
        let entries = self.entries.iter().map(cbor::encode);
        Ok(std::iter::once(Ok(opening))
            .chain(entries)
            .collect::<Result<_, _>>()?)
    }

    pub(crate) const fn head(&self) -> &Head {
        self.tally.head()
    }

    pub(crate) const fn start(&self) -> &Head {
        &self.start
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How many entries are kept.
    pub(crate) fn kept(&self) -> u32 {
        u32::try_from(self.entries.len()).unwrap_or(u32::MAX)
    }

    /// The sale of the open batch with this number, unless it was voided.
    pub(crate) fn sale(&self, number: u64) -> Option<Amount> {
        self.tally.sale(number)
    }

    /// The entries of the open batch, newest first.
    pub(crate) fn open_batch(&self) -> impl Iterator<Item = &Entry> {
        let batch = self.head().batch;
        self.entries
            .iter()
            .rev()
            .take_while(move |entry| entry.batch == batch)
    }

    /// The entry that would come next.
    pub(crate) const fn next(&self) -> (u64, u32) {
        let head = self.tally.head();
        (head.entries.saturating_add(1), head.batch)
    }

    /// Adds an entry in memory.
    pub(crate) fn add(&mut self, entry: Entry) -> Result<(), JournalFault> {
        self.tally.add(&entry)?;
        self.entries.push(entry);
        Ok(())
    }

    /// The digest after so many entries; none if that entry was let go of or never was.
    pub(crate) fn digest_at(&self, number: u64) -> Option<JournalDigest> {
        let mut at = self.start.entries;
        let mut digest = self.start.digest.clone();
        let mut entries = self.entries.iter();
        while at < number {
            let entry = entries.next()?;
            digest = digest.after(entry).ok()?;
            at = entry.number;
        }
        (at == number).then_some(digest)
    }

    /// Whether the other one is this one, or an earlier or shorter cut of it: whatever
    /// is kept in there is kept in here.
    pub(crate) fn contains(&self, other: &Self) -> bool {
        let meets = |head: &Head| self.digest_at(head.entries).as_ref() == Some(&head.digest);
        meets(&other.start) && meets(other.head())
    }

    /// Whether it never had an entry.
    pub(crate) fn is_blank(&self) -> bool {
        self.head().entries == 0
    }

    /// The journal without its oldest batches, so that no more than `kept` entries stay;
    /// as it is where the batch that is open alone has more. A batch stays whole, because
    /// entries that begin within one cannot be added up.
    pub(crate) fn letting_go(&self, kept: u32) -> Result<Self, JournalUnreadable> {
        let settled_at: BTreeSet<usize> = (1..)
            .zip(&self.entries)
            .filter(|(_, entry)| matches!(entry.transaction, Transaction::Settlement { .. }))
            .map(|(count, _)| count)
            .collect();
        let kept = usize::try_from(kept).unwrap_or(usize::MAX);
        let surplus = self.entries.len().saturating_sub(kept);
        let last = settled_at.last().copied().unwrap_or(0);
        let cut = settled_at.range(surplus..).next().copied().unwrap_or(last);
        if surplus == 0 || cut == 0 {
            return Ok(self.clone());
        }
        let (gone, stay) = self.entries.split_at_checked(cut).unwrap_or_default();
        let before = Self::from(self.terminal, self.start.clone(), gone.to_vec())?;
        Self::from(self.terminal, before.head().clone(), stay.to_vec())
    }
}

/// What was read out of a backup, as a journal.
impl Journal {
    pub(crate) fn of_backup(contents: Contents) -> Result<Self, JournalUnreadable> {
        let header = contents.header;
        Self::from(header.terminal, header.start, contents.entries)
    }
}

#[cfg(test)]
mod tests;
