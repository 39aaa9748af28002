//! A backup of the journal: made, sealed to the acquirer's key and to the terminal's
//! own, and handed in part by part.
//!
//! 1. `Snapshot` describes it, signed. The server answers how much of it it has.
//! 2. `SnapshotPart` carries what comes next, one part at a time.
//! 3. `SnapshotStored`: the command is done.
//!
//! The journal goes on growing meanwhile; what is in the backup is what was in the
//! journal when it was made.

use rand::{CryptoRng, RngCore};
use tillkey_wire::enrolment::BackupKey;
use tillkey_wire::ids::{CaseId, SnapshotId};
use tillkey_wire::limits::SNAPSHOT_PART_BYTES_MAX;
use tillkey_wire::message::{OperatorState, Outcome, Report, WhyNot};
use tillkey_wire::snapshot::{
    BackupIdentity, Binding, Contents, Header, Manifest, Part, SignedManifest, SnapshotFault,
    VERSION,
};

use crate::device::Device;
use crate::fault::Fault;
use crate::journal::Journal;
use crate::link::Asked;
use crate::notice::{Notice, Step};
use crate::task::Work;
use crate::terminal::Terminal;

/// A backup that is being handed in.
pub(crate) struct Backup {
    snapshot: SnapshotId,
    sealed: Vec<u8>,
    manifest: SignedManifest,
    /// What the server has of it, as it last said on this connection.
    kept: Option<u32>,
}

impl<D: Device> Terminal<D> {
    /// Makes a backup and seals it.
    pub(crate) fn make_backup(
        &self,
        journal: &Journal,
        (case, acquirer_key): (CaseId, &BackupKey),
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Backup, Fault> {
        let (keys, enrolled) = self.enrolled()?;
        let snapshot = SnapshotId::random(rng);
        let contents = self.contents(snapshot, journal)?;
        let own = BackupIdentity::new(keys.backup())?;
        let sealed = contents.seal(&[acquirer_key, own.key()])?;
        let manifest = Manifest::of(case, &contents, &sealed)?;
        Ok(Backup {
            snapshot,
            sealed,
            manifest: manifest.sign(enrolled.terminal, &keys.device)?,
            kept: None,
        })
    }

    /// Whose a backup of this terminal is.
    pub(crate) fn binding(&self) -> Result<Binding, Fault> {
        let (_, enrolled) = self.enrolled()?;
        Ok(Binding {
            acquirer: enrolled.acquirer.clone(),
            merchant: enrolled.merchant.clone(),
            terminal: enrolled.terminal,
            terminal_number: enrolled.terminal_number.clone(),
            serial_number: self.profile.serial_number.clone(),
        })
    }

    fn contents(&self, snapshot: SnapshotId, journal: &Journal) -> Result<Contents, Fault> {
        let Binding {
            acquirer,
            merchant,
            terminal,
            terminal_number,
            serial_number,
        } = self.binding()?;
        // As the server knows them: what is set here and not registered is not in there.
        let operators = self.book.iter().flat_map(|book| &book.operators);
        let operators = operators.map(|(&number, operator)| OperatorState {
            number,
            password_set: operator.password_set,
            credential_version: operator.credential_version,
        });
        Ok(Contents {
            header: Header {
                v: VERSION,
                snapshot,
                acquirer,
                merchant,
                terminal,
                terminal_number,
                serial_number,
                taken_at: self.now(),
                start: journal.start().clone(),
                head: journal.head().clone(),
                operators: operators.collect(),
                password_rules: self.password_rules(),
            },
            entries: journal.entries().to_vec(),
        })
    }

    /// Says what the backup is, and asks where to begin.
    pub(crate) fn offer_backup(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        let Some(Work::Backup(backup)) = &self.work else {
            return Ok(None);
        };
        let (snapshot, manifest) = (backup.snapshot, backup.manifest.clone());
        if self.waits_for(&[Asked::Snapshot(snapshot), Asked::SnapshotPart(snapshot)]) {
            return Ok(None);
        }
        if let Some(Work::Backup(backup)) = &mut self.work {
            backup.kept = None;
        }
        self.ask_once(Asked::Snapshot(snapshot), Report::Snapshot { manifest })
    }

    /// The server says how much of the backup it has: sends what comes next.
    pub(crate) fn take_offset(
        &mut self,
        asked: SnapshotId,
        (snapshot, offset): (SnapshotId, u32),
    ) -> Result<Step, Fault> {
        let Some(Work::Backup(backup)) = &mut self.work else {
            return Err(Fault::Unasked);
        };
        if asked != backup.snapshot || snapshot != asked {
            return Err(Fault::Unexpected);
        }
        // Each answer is further on than the one before, so that it comes to an end.
        if backup.kept.is_some_and(|kept| offset <= kept) {
            return Err(Fault::Unexpected);
        }
        let from = usize::try_from(offset).unwrap_or(usize::MAX);
        let rest = backup.sealed.get(from..).filter(|rest| !rest.is_empty());
        let rest = rest.ok_or(Fault::Unexpected)?;
        let part = rest.get(..SNAPSHOT_PART_BYTES_MAX).unwrap_or(rest);
        let part = Part::from_bytes(part).map_err(|_| Fault::Unexpected)?;
        backup.kept = Some(offset);
        let notice = Notice::BackingUp {
            part: parts(from).saturating_add(1),
            parts: parts(backup.sealed.len()),
        };
        let report = Report::SnapshotPart {
            snapshot,
            offset,
            part,
        };
        let frame = self.ask(Asked::SnapshotPart(snapshot), report)?;
        Ok(Step::send(frame).and(notice))
    }

    /// The server has all of it and found it good.
    pub(crate) fn take_stored(
        &mut self,
        (asked, snapshot): (SnapshotId, SnapshotId),
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Step, Fault> {
        match &self.work {
            Some(Work::Backup(backup)) if backup.snapshot == asked && snapshot == asked => {}
            Some(Work::Backup(_)) => return Err(Fault::Unexpected),
            _ => return Err(Fault::Unasked),
        }
        let case = self.case_of_backup();
        let mut step = self.end_task(Outcome::Done, rng)?.and(Notice::BackedUp);
        if let Some(case) = case {
            step.frames.extend(self.choose_after_backup(case)?);
        }
        Ok(step)
    }

    /// The server does not take it: now, or not any more.
    pub(crate) fn backup_refused(
        &mut self,
        may_retry: bool,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Step, Fault> {
        if may_retry {
            return Ok(Step::default());
        }
        // Its case is over, so the command came after its time.
        let why = WhyNot::Expired;
        self.end_task(Outcome::NotDone { why }, rng)
    }
}

/// How many messages so many bytes take.
pub(crate) fn parts(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(SNAPSHOT_PART_BYTES_MAX)).unwrap_or(u32::MAX)
}

impl From<SnapshotFault> for Fault {
    fn from(source: SnapshotFault) -> Self {
        Self::Backup(Box::new(source))
    }
}
