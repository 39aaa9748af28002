//! Putting a backup back.
//!
//! The file is fetched part by part, and then held against everything that was said of
//! it: its size and digest, that it opens with this terminal's own key, that it is this
//! terminal's, that its journal adds up to the head that was announced. A journal that
//! has entries which the backup does not know is left alone: what was sold here is never
//! written over. What is written is read back and compared, record by record.
//!
//! Done twice it is done once: a journal that holds all of the backup already stays.

use rand::{CryptoRng, RngCore};
use tillkey_wire::ids::SnapshotId;
use tillkey_wire::journal::Head;
use tillkey_wire::limits::SNAPSHOT_BYTES_MAX;
use tillkey_wire::message::{NotRestored, Outcome, Report, WhyNot};
use tillkey_wire::snapshot::{self, BackupIdentity, Part, SnapshotDigest, SnapshotFault};

use crate::backup::parts;
use crate::device::Device;
use crate::fault::Fault;
use crate::journal::Journal;
use crate::link::Asked;
use crate::notice::{Notice, Step};
use crate::task::Work;
use crate::terminal::Terminal;

/// A backup that is being fetched.
pub(crate) struct Fetch {
    snapshot: SnapshotId,
    bytes: u32,
    digest: SnapshotDigest,
    head: Head,
    /// What is there of it.
    sealed: Vec<u8>,
    /// What came of it; reported until that is heard.
    outcome: Option<Result<Head, NotRestored>>,
}

impl Fetch {
    pub(crate) fn new(
        (snapshot, head): (SnapshotId, Head),
        (bytes, digest): (u32, SnapshotDigest),
    ) -> Self {
        Self {
            snapshot,
            bytes,
            digest,
            head,
            sealed: Vec::new(),
            outcome: None,
        }
    }

    /// How far it is; never above what was announced.
    fn have(&self) -> u32 {
        u32::try_from(self.sealed.len()).unwrap_or(u32::MAX)
    }

    /// Takes the next part. Says whether all of it is there.
    fn take(&mut self, offset: u32, part: &Part) -> Result<bool, NotRestored> {
        let added = u32::try_from(part.as_bytes().len()).unwrap_or(u32::MAX);
        let have = self.have();
        let fits = offset == have
            && added > 0
            && have
                .checked_add(added)
                .is_some_and(|have| have <= self.bytes && have <= SNAPSHOT_BYTES_MAX);
        if !fits {
            return Err(NotRestored::Damaged);
        }
        self.sealed.extend_from_slice(part.as_bytes());
        Ok(self.have() == self.bytes)
    }
}

impl<D: Device> Terminal<D> {
    /// Asks for the next part, or says what came of it.
    pub(crate) fn ask_for_part(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        let Some(Work::Restore(fetch)) = &self.work else {
            return Ok(None);
        };
        let snapshot = fetch.snapshot;
        if let Some(outcome) = fetch.outcome.clone() {
            let report = Report::Restored { snapshot, outcome };
            return self.ask_once(Asked::Restored(snapshot), report);
        }
        let offset = fetch.have();
        self.ask_once(
            Asked::RestorePart(snapshot),
            Report::RestorePart { snapshot, offset },
        )
    }

    /// Takes a part. With the last one the journal is put back.
    pub(crate) fn take_part(
        &mut self,
        asked: SnapshotId,
        (snapshot, offset, part): (SnapshotId, u32, &Part),
    ) -> Result<Step, Fault> {
        let Some(Work::Restore(fetch)) = &mut self.work else {
            return Err(Fault::Unasked);
        };
        if fetch.snapshot != asked || fetch.outcome.is_some() {
            return Err(Fault::Unasked);
        }
        let taken = if snapshot == asked {
            fetch.take(offset, part)
        } else {
            Err(NotRestored::Damaged)
        };
        let notice = Notice::Restoring {
            part: parts(fetch.sealed.len()),
            parts: parts(usize::try_from(fetch.bytes).unwrap_or(usize::MAX)),
        };
        let outcome = match taken {
            Ok(false) => {
                let frames = self.ask_for_part()?.into_iter().collect();
                return Ok(Step {
                    frames,
                    notices: vec![notice],
                });
            }
            Ok(true) => self.put_back()?,
            Err(why) => Err(why),
        };
        self.conclude(outcome)
    }

    /// Notes what came of it, and tells.
    fn conclude(&mut self, outcome: Result<Head, NotRestored>) -> Result<Step, Fault> {
        if let Some(Work::Restore(fetch)) = &mut self.work {
            fetch.outcome = Some(outcome.clone());
            fetch.sealed = Vec::new();
        }
        let frames = self.ask_for_part()?.into_iter().collect();
        Ok(Step {
            frames,
            notices: vec![Notice::Restored(outcome)],
        })
    }

    /// The server has heard what came of it.
    pub(crate) fn take_restored(
        &mut self,
        asked: SnapshotId,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Step, Fault> {
        match &self.work {
            Some(Work::Restore(fetch)) if fetch.snapshot == asked => {
                self.end_task(Outcome::Done, rng)
            }
            _ => Err(Fault::Unasked),
        }
    }

    /// The server gives no more of it: now, or not any more.
    pub(crate) fn restore_refused(
        &mut self,
        may_retry: bool,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Step, Fault> {
        if may_retry {
            return Ok(Step::default());
        }
        // The file is not there any more, so the command came after its time.
        let why = WhyNot::Expired;
        self.end_task(Outcome::NotDone { why }, rng)
    }

    /// Writes the journal that was fetched in the place of this terminal's own.
    fn put_back(&mut self) -> Result<Result<Head, NotRestored>, Fault> {
        let restored = match self.read_backup()? {
            Ok(restored) => restored,
            Err(why) => return Ok(Err(why)),
        };
        let own = self.journal.as_ref().ok_or(Fault::NoJournal)?;
        if !own.is_blank() && own.contains(&restored) {
            return Ok(Ok(own.head().clone()));
        }
        if !own.is_blank() && !restored.contains(own) {
            return Ok(Err(NotRestored::NotEmpty));
        }
        let before = own.head().clone();
        let records = restored.records()?;
        if let Err(source) = self.device.replace_log(&records) {
            return match self.fall_back(source, &before) {
                Fault::NotKept { .. } => Ok(Err(NotRestored::Storage)),
                fault => Err(fault),
            };
        }
        if self.device.read_log()? != records {
            // What is in the log is neither the old journal nor the new one.
            self.break_off();
            return Err(Fault::Broken);
        }
        let head = restored.head().clone();
        self.journal = Some(restored);
        Ok(Ok(head))
    }

    /// Checks what was fetched and reads it, cheap questions first.
    fn read_backup(&self) -> Result<Result<Journal, NotRestored>, Fault> {
        let Some(Work::Restore(fetch)) = &self.work else {
            return Err(Fault::Unasked);
        };
        if snapshot::digest(&fetch.sealed) != fetch.digest {
            return Ok(Err(NotRestored::Damaged));
        }
        let (keys, _) = self.enrolled()?;
        let binding = self.binding()?;
        let contents = match BackupIdentity::new(keys.backup())?.open(&fetch.sealed) {
            Ok(contents) => contents,
            Err(SnapshotFault::Sealed) => return Ok(Err(NotRestored::Unreadable)),
            Err(_) => return Ok(Err(NotRestored::Records)),
        };
        if contents.belongs_to(&binding).is_err() {
            return Ok(Err(NotRestored::Foreign));
        }
        Ok(match Journal::of_backup(contents) {
            Ok(journal) if *journal.head() == fetch.head => Ok(journal),
            _ => Err(NotRestored::Records),
        })
    }
}
