//! Putting a backup back: onto the terminal that made it, after a factory reset, or onto
//! the one that takes its place.
//!
//! 1. A clerk or an agent asks; a reviewer, who is another person, approves.
//! 2. At the approval the backup is opened with the acquirer's key and sealed anew, to
//!    the terminal's present key. What it says of whose it is becomes the terminal's own,
//!    or the terminal would refuse it; the journal in it, its beginning and its digests
//!    stay as they are, and the ledger keeps where it came from.
//! 3. What the terminal made of it comes back as its own word.
//!
//! A backup from before the last settlement would bring back what was settled since, so
//! none such is given out.

use tillkey_rules::event::Event;
use tillkey_rules::party::Role;
use tillkey_rules::refusal::Refusal;
use tillkey_rules::terms::hours_after;
use tillkey_store::command::{self, NewCommand};
use tillkey_store::fault::Fault;
use tillkey_store::journal;
use tillkey_store::party::terminal::{self, Terminal, TerminalStatus};
use tillkey_store::restore::{self, Restore, RestoreState};
use tillkey_store::snapshot::{self, Snapshot};
use tillkey_store::tx::Tx;
use tillkey_wire::enrolment::BackupKey;
use tillkey_wire::ids::{CommandId, SnapshotId, TerminalId};
use tillkey_wire::message::Command;
use tillkey_wire::snapshot::{BackupIdentity, Binding, Contents, SnapshotFault, digest};

use super::case::act;
use super::party::{Keeper, kept_terminal};
use super::till::snapshot::binding;
use super::{Failure, Once, SignedIn};
use crate::bell::Ring;
use crate::limits::{JOURNAL_WORD_HOURS, SNAPSHOTS_SHOWN_MAX};
use crate::shell::Shell;
use crate::vault::Place;

/// A terminal's backups, and what is being put back onto it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backups {
    /// Its backups, the newest first.
    pub snapshots: Vec<Snapshot>,
    /// The last restore onto it.
    pub restore: Option<Restore>,
}

/// Lists a terminal's backups, to staff of its acquirer and managers of its merchant.
///
/// # Errors
/// [`Failure::Unknown`] for a terminal of another.
pub async fn list(shell: &Shell, id: TerminalId, by: Keeper) -> Result<Backups, Failure> {
    let read = shell.store().read(move |tx| {
        if kept_terminal(tx, id, &by)?.is_none() {
            return Ok(Err(Failure::Unknown));
        }
        Ok(Ok(Backups {
            snapshots: snapshot::of_terminal(tx, id, SNAPSHOTS_SHOWN_MAX)?,
            restore: restore::find(tx, id)?,
        }))
    });
    read.await?
}

/// Asks for a backup to be put back onto a terminal.
///
/// # Errors
/// [`Failure::Unknown`] for a terminal of another acquirer; [`Failure::Refused`] with why
/// the backup does not fit it.
pub async fn ask(
    shell: &Shell,
    (id, snapshot): (TerminalId, SnapshotId),
    by: &SignedIn,
    once: Option<Once>,
) -> Result<(), Failure> {
    by.must_be(&[Role::Agent, Role::Clerk])?;
    let by = by.clone();
    act(shell, once, move |_, tx, now, _| {
        let (target, found) = match fitting(tx, (id, snapshot), &by)? {
            Ok(fitting) => fitting,
            Err(failure) => return Ok((Err(failure), Vec::new())),
        };
        let under_way = restore::find(tx, id)?;
        if under_way.is_some_and(|restore| restore.state == RestoreState::Approved) {
            return Ok((Err(Refusal::OutOfOrder.into()), Vec::new()));
        }
        let Some(person) = by.actor.person() else {
            return Ok((Err(Failure::NotAllowed), Vec::new()));
        };
        restore::ask(tx, (id, snapshot), person, now)?;
        let event = Event::RestoreAsked {
            terminal: target.id,
            snapshot,
            origin: found.terminal,
        };
        by.note(tx, now, event)?;
        Ok((Ok(()), Vec::new()))
    })
    .await
}

/// Approves or declines what was asked for, as another person.
///
/// # Errors
/// [`Failure::NotFresh`] where the reviewer proved who they are too long ago;
/// [`Failure::Refused`] with `own_work` for whoever asked, with `out_of_order` where
/// nothing waits, and with why the backup does not hold or fit any more.
pub async fn review(
    shell: &Shell,
    (id, snapshot): (TerminalId, SnapshotId),
    verdict: Verdict,
    by: &SignedIn,
    once: Option<Once>,
) -> Result<(), Failure> {
    by.must_be(&[Role::Reviewer])?;
    by.must_be_fresh(shell.now())?;
    let sealed = match verdict {
        Verdict::Approve => Some(sealed_anew(shell, (id, snapshot), by).await?),
        Verdict::Decline => None,
    };
    let by = by.clone();
    act(shell, once, move |_, tx, now, rng| {
        let (target, found) = match fitting(tx, (id, snapshot), &by)? {
            Ok(fitting) => fitting,
            Err(failure) => return Ok((Err(failure), Vec::new())),
        };
        if let Err(refusal) = may_review(tx, (id, snapshot), &by)? {
            return Ok((Err(refusal.into()), Vec::new()));
        }
        let reviewed = |approved| Event::RestoreReviewed {
            terminal: id,
            snapshot,
            origin: found.terminal,
            approved,
        };
        let Some(sealed) = &sealed else {
            restore::end(tx, (id, snapshot), RestoreState::Declined, now)?;
            by.note(tx, now, reviewed(false))?;
            return Ok((Ok(()), Vec::new()));
        };
        // The device may have been enrolled anew meanwhile, and could not open it.
        let opens = target.backup_key == Some(sealed.key);
        if !opens || !restore::approve(tx, (id, snapshot), &sealed.file)? {
            return Ok((Err(Refusal::FactsChanged.into()), Vec::new()));
        }
        by.note(tx, now, reviewed(true))?;
        let order = Command::Restore {
            snapshot,
            bytes: u32::try_from(sealed.file.len()).unwrap_or(u32::MAX),
            digest: digest(&sealed.file),
            head: found.head,
        };
        let new = NewCommand {
            id: CommandId::random(rng),
            terminal: id,
            operator: None,
            kind: "restore",
            body: tillkey_wire::cbor::encode(&order)
                .map_err(|_| Fault::Missing("encoding of a command"))?,
            now,
            expires_at: hours_after(now, JOURNAL_WORD_HOURS),
        };
        command::queue(tx, &new)?;
        Ok((Ok(()), vec![Ring::Terminal(id)]))
    })
    .await
}

/// What a reviewer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It may be put back.
    Approve,
    /// It may not.
    Decline,
}

/// The terminal and the backup, where the one may get the other.
fn fitting(
    tx: &mut dyn Tx,
    (id, snapshot): (TerminalId, SnapshotId),
    by: &SignedIn,
) -> Result<Result<(Terminal, Snapshot), Failure>, Fault> {
    let target = terminal::find(tx, id)?.filter(|found| found.acquirer == by.acquirer);
    let (Some(target), Some(found)) = (target, snapshot::find(tx, snapshot)?) else {
        return Ok(Err(Failure::Unknown));
    };
    let refusal = if target.status != TerminalStatus::Active || target.backup_key.is_none() {
        Refusal::NotServed
    } else if found.acquirer != target.acquirer || found.merchant != target.merchant {
        Refusal::BackupForeign
    } else if found.removed_at.is_some() || is_settled_since(tx, &found)? {
        Refusal::BackupOutdated
    } else {
        return Ok(Ok((target, found)));
    };
    Ok(Err(refusal.into()))
}

/// Whether the batch of a backup was settled, as far as anybody here knows.
fn is_settled_since(tx: &mut dyn Tx, found: &Snapshot) -> Result<bool, Fault> {
    let later = |batch: u32| batch > found.head.batch;
    if journal::last(tx, found.terminal)?.is_some_and(|known| later(known.head.batch)) {
        return Ok(true);
    }
    let newer = snapshot::of_terminal(tx, found.terminal, SNAPSHOTS_SHOWN_MAX)?;
    Ok(newer.iter().any(|other| later(other.head.batch)))
}

fn may_review(
    tx: &mut dyn Tx,
    (id, snapshot): (TerminalId, SnapshotId),
    by: &SignedIn,
) -> Result<Result<(), Refusal>, Fault> {
    let found = restore::find(tx, id)?;
    let open = found.filter(|found| found.snapshot == snapshot && found.state.is_open());
    Ok(match open {
        None => Err(Refusal::OutOfOrder),
        Some(found) if by.actor.person() == Some(&found.person) => Err(Refusal::OwnWork),
        Some(_) => Ok(()),
    })
}

/// A backup as its new terminal can open it.
struct Sealed {
    file: Vec<u8>,
    key: [u8; 32],
}

/// Opens the stored file and seals what is in it to the terminal's present key.
async fn sealed_anew(
    shell: &Shell,
    (id, snapshot): (TerminalId, SnapshotId),
    by: &SignedIn,
) -> Result<Sealed, Failure> {
    let asked = by.clone();
    let read = shell
        .store()
        .read(move |tx| match fitting(tx, (id, snapshot), &asked)? {
            Err(failure) => Ok(Err(failure)),
            // Before anything is opened.
            Ok(fitting) => Ok(match may_review(tx, (id, snapshot), &asked)? {
                Ok(()) => Ok(fitting),
                Err(refusal) => Err(refusal.into()),
            }),
        });
    let (target, found) = read.await??;
    let Ok(_place) = shell.snapshots_checked().acquire().await else {
        return Err(Failure::Busy);
    };
    let stored = stored(shell, &found).await?;
    let identity = shell.keyring().backup_identity(&found.acquirer);
    let sealing = tokio::task::spawn_blocking(move || {
        let key = target.backup_key.ok_or(SnapshotFault::Sealed)?;
        let file = seal(&stored, &found, &identity?, (&binding(&target), &key))?;
        Ok::<_, SnapshotFault>(Sealed { file, key })
    });
    // A reader that panics has met a file that is no backup.
    let sealed = sealing.await.unwrap_or(Err(SnapshotFault::Sealed));
    sealed.map_err(|fault| {
        tracing::error!(snapshot.id = %snapshot, %fault, "a stored backup does not hold");
        Refusal::BackupDamaged.into()
    })
}

/// Reads the file of a backup, sealed as it is stored.
///
/// # Errors
/// [`Failure::Refused`] where it is not there; [`Failure::Busy`] where it cannot be read.
pub(super) async fn stored(shell: &Shell, found: &Snapshot) -> Result<Vec<u8>, Failure> {
    match shell.vault().get(&Place::from(found)).await {
        Ok(Some(file)) => Ok(file),
        Ok(None) => Err(Refusal::BackupDamaged.into()),
        Err(fault) => {
            let fault: &dyn std::error::Error = &fault;
            tracing::error!(fault, snapshot.id = %found.id, "a backup could not be read");
            Err(Failure::Busy)
        }
    }
}

fn seal(
    stored: &[u8],
    found: &Snapshot,
    identity: &BackupIdentity,
    (binding, key): (&Binding, &[u8; 32]),
) -> Result<Vec<u8>, SnapshotFault> {
    if digest(stored) != found.digest {
        return Err(SnapshotFault::Digest);
    }
    let Contents {
        mut header,
        entries,
    } = identity.open(stored)?;
    if header.snapshot != found.id || header.head != found.head {
        return Err(SnapshotFault::Foreign { what: "backup" });
    }
    let Binding {
        acquirer,
        merchant,
        terminal,
        terminal_number,
        serial_number,
    } = binding.clone();
    header.acquirer = acquirer;
    header.merchant = merchant;
    header.terminal = terminal;
    header.terminal_number = terminal_number;
    header.serial_number = serial_number;
    let own = BackupKey::from_bytes(key).map_err(|_| SnapshotFault::Sealed)?;
    Contents { header, entries }.seal(&[identity.key(), &own])
}
