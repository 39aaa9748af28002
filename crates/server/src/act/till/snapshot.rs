//! A terminal hands in a backup, and the case that waited for it goes on.
//!
//! 1. *Announce*: the manifest, signed with the device key, for a case of this terminal
//!    that waits for a backup. One upload a terminal; where the same one was cut before,
//!    it goes on from there.
//! 2. *Part*: exactly where the last one ended, and never beyond the announced end.
//! 3. *Conclude*, once all of it is here: opened and checked outside any transaction,
//!    stored as an object, and then, in one transaction: its row, the case prepared, the
//!    code issued. A kill in between leaves all parts here: the terminal announces the
//!    same backup again and it is concluded then (attack D12).
//!
//! The backup is opened to be checked, and dropped: nothing of what is in it is kept but
//! how many records there are and where its journal stands.

use ed25519_dalek::VerifyingKey;
use jiff::Timestamp;
use rand_chacha::ChaCha20Rng;
use serde::{Deserialize, Serialize};
use tillkey_rules::backup::{Backup, BackupFault, JournalMark};
use tillkey_rules::case::Command;
use tillkey_rules::party::Actor;
use tillkey_rules::refusal::Refusal;
use tillkey_store::fault::Fault;
use tillkey_store::party::terminal::{self, Terminal};
use tillkey_store::snapshot::{self, Snapshot};
use tillkey_store::tx::Tx;
use tillkey_store::upload::{self, Upload};
use tillkey_store::{case as cases, journal};
use tillkey_wire::ids::{CaseId, SnapshotId, TerminalId};
use tillkey_wire::message::Reply;
use tillkey_wire::snapshot::{Binding, Manifest, Part, SignedManifest, SnapshotFault};

use super::{From, Received, counted_as, refused};
use crate::act::Failure;
use crate::act::case::{act, begin_step};
use crate::bell::Ring;
use crate::shell::Shell;
use crate::vault::Place;

/// What comes of an announcement or a part.
#[derive(Serialize, Deserialize)]
enum Taken {
    /// This is the answer.
    Reply(Reply),
    /// All of it is here.
    Whole(SnapshotId),
}

/// Takes what a terminal says that its backup is.
pub(super) async fn announce(
    shell: &Shell,
    from: From,
    signed: SignedManifest,
) -> Result<Received, Failure> {
    let taken = counted_as(shell, from, move |_, tx, now, _, terminal| {
        let taken = match Manifest::open(&signed, terminal.id, &device_key(terminal)?) {
            Ok(manifest) => announced(tx, (terminal, now), &manifest, &signed)?,
            Err(fault) => Taken::Reply(refused(&verdict(&fault).0)),
        };
        Ok((taken, Vec::new()))
    })
    .await?;
    answer(shell, from, taken).await
}

fn announced(
    tx: &mut dyn Tx,
    (terminal, now): (&Terminal, Timestamp),
    manifest: &Manifest,
    signed: &SignedManifest,
) -> Result<Taken, Fault> {
    let id = manifest.snapshot;
    if let Some(stored) = snapshot::find(tx, id)? {
        // Its answer was lost, or somebody has drawn a name that is taken.
        let same = stored.terminal == terminal.id
            && stored.case == manifest.case
            && stored.digest == manifest.digest;
        return Ok(Taken::Reply(match same {
            true => Reply::SnapshotStored { snapshot: id },
            false => refused(&Refusal::BackupForeign),
        }));
    }
    if let Err(refusal) = is_awaited(tx, terminal, manifest.case)? {
        return Ok(Taken::Reply(refused(&refusal)));
    }
    let found = upload::find(tx, terminal.id)?;
    let known = found.filter(|found| is_same(found, manifest, terminal));
    if let Some(known) = known {
        return Ok(next(&known));
    }
    let upload = Upload {
        snapshot: id,
        case: manifest.case,
        manifest: signed.clone(),
        bytes: manifest.bytes,
        kept: 0,
    };
    upload::begin(tx, terminal.id, &upload, now)?;
    Ok(next(&upload))
}

/// Whether this is the upload that was cut. Signed anew, the same is the same.
fn is_same(found: &Upload, manifest: &Manifest, terminal: &Terminal) -> bool {
    let key = device_key(terminal).ok();
    let before = key.and_then(|key| Manifest::open(&found.manifest, terminal.id, &key).ok());
    before.as_ref() == Some(manifest)
}

/// Where an upload goes on.
const fn next(upload: &Upload) -> Taken {
    if upload.kept >= upload.bytes {
        return Taken::Whole(upload.snapshot);
    }
    Taken::Reply(Reply::SnapshotAt {
        snapshot: upload.snapshot,
        offset: upload.kept,
    })
}

/// Whether a case of this terminal waits for a backup.
fn is_awaited(
    tx: &mut dyn Tx,
    terminal: &Terminal,
    case: CaseId,
) -> Result<Result<(), Refusal>, Fault> {
    let found = cases::find(tx, case)?.map(|stored| stored.case);
    let own = found.filter(|case| {
        case.subject()
            .is_some_and(|subject| subject.terminal == terminal.id)
    });
    Ok(match own {
        None => Err(Refusal::BackupForeign),
        Some(case) if !case.state().is_open() => Err(Refusal::CaseClosed),
        Some(case) if !case.waits_for_backup() => Err(Refusal::OutOfOrder),
        Some(_) => Ok(()),
    })
}

/// Takes a part.
pub(super) async fn part(
    shell: &Shell,
    from: From,
    (id, offset, part): (SnapshotId, u32, Part),
) -> Result<Received, Failure> {
    let taken = counted_as(shell, from, move |shell, tx, now, rng, terminal| {
        let found = upload::find(tx, terminal.id)?.filter(|found| found.snapshot == id);
        let Some(mut upload) = found else {
            let stored = snapshot::find(tx, id)?;
            let own = stored.is_some_and(|stored| stored.terminal == terminal.id);
            let reply = match own {
                true => Reply::SnapshotStored { snapshot: id },
                false => refused(&Refusal::OutOfOrder),
            };
            return Ok((Taken::Reply(reply), Vec::new()));
        };
        if offset != upload.kept || part.as_bytes().is_empty() {
            return Ok((next(&upload), Vec::new()));
        }
        let length = u32::try_from(part.as_bytes().len()).unwrap_or(u32::MAX);
        if length > upload.bytes.saturating_sub(upload.kept) {
            let fault = SnapshotFault::Size {
                found: upload.kept.saturating_add(length),
                expected: upload.bytes,
            };
            let (reply, rings) = dropped(shell, tx, (now, rng), (terminal, &upload), &fault)?;
            return Ok((Taken::Reply(reply), rings));
        }
        upload.kept = upload::keep(tx, terminal.id, (offset, part.as_bytes()))?;
        Ok((next(&upload), Vec::new()))
    })
    .await?;
    answer(shell, from, taken).await
}

async fn answer(shell: &Shell, from: From, taken: Option<Taken>) -> Result<Received, Failure> {
    match taken {
        None => Ok(Received::Replayed),
        Some(Taken::Reply(reply)) => Ok(Received::Reply(reply)),
        Some(Taken::Whole(id)) => conclude(shell, from.terminal, id)
            .await
            .map(Received::Reply),
    }
}

/// A backup all of whose bytes are here.
struct Whole {
    terminal: Terminal,
    upload: Upload,
    sealed: Vec<u8>,
}

/// Checks a whole backup and, where it is good, stores it and lets its case go on.
async fn conclude(shell: &Shell, terminal: TerminalId, id: SnapshotId) -> Result<Reply, Failure> {
    // Held to the end: a checked backup is several times its size in memory.
    let Ok(_place) = shell.snapshots_checked().acquire().await else {
        return Err(Failure::Busy);
    };
    let read = shell.store().read(move |tx| {
        let found = upload::find(tx, terminal)?.filter(|found| found.snapshot == id);
        let terminal = terminal::find(tx, terminal)?;
        let (Some(upload), Some(terminal)) = (found, terminal) else {
            return Ok(None);
        };
        let sealed = upload::bytes(tx, terminal.id)?;
        Ok(Some(Whole {
            terminal,
            upload,
            sealed,
        }))
    });
    let Some(whole) = read.await? else {
        return Ok(refused(&Refusal::OutOfOrder));
    };
    let (acquirer, upload) = (whole.terminal.acquirer.clone(), whole.upload.clone());
    let identity = shell.keyring().backup_identity(&acquirer);
    let checking = tokio::task::spawn_blocking(move || {
        let Whole {
            terminal,
            upload,
            sealed,
        } = whole;
        let key = device_key(&terminal).map_err(|_| SnapshotFault::Sealed)?;
        let manifest = Manifest::open(&upload.manifest, terminal.id, &key)?;
        manifest.check(&sealed, &identity?, &binding(&terminal))?;
        Ok((manifest, sealed))
    });
    // A reader that panics has met a file that is no backup.
    let checked = checking.await.unwrap_or(Err(SnapshotFault::Sealed));
    let (manifest, sealed) = match checked {
        Ok(good) => good,
        Err(fault) => return give_up(shell, terminal, upload, fault).await,
    };
    let place = Place {
        acquirer,
        terminal,
        snapshot: id,
    };
    if let Err(fault) = shell.vault().put(&place, sealed).await {
        let fault: &dyn std::error::Error = &fault;
        tracing::error!(fault, terminal.id = %terminal, "a backup could not be stored");
        return Err(Failure::Busy);
    }
    finish(shell, terminal, manifest).await
}

/// Drops a backup that does not hold, and lets its case say so.
async fn give_up(
    shell: &Shell,
    terminal: TerminalId,
    upload: Upload,
    fault: SnapshotFault,
) -> Result<Reply, Failure> {
    tracing::warn!(terminal.id = %terminal, %fault, "a terminal's backup does not hold");
    act(shell, None, move |shell, tx, now, rng| {
        let terminal = terminal::find(tx, terminal)?.ok_or(Fault::Missing("terminal"))?;
        let given = (&terminal, &upload);
        let (reply, rings) = dropped(shell, tx, (now, rng), given, &fault)?;
        Ok((Ok(reply), rings))
    })
    .await
}

fn dropped(
    shell: &Shell,
    tx: &mut dyn Tx,
    (now, rng): (Timestamp, &mut ChaCha20Rng),
    (terminal, upload): (&Terminal, &Upload),
    fault: &SnapshotFault,
) -> Result<(Reply, Vec<Ring>), Fault> {
    let (refusal, why) = verdict(fault);
    let found = upload::find(tx, terminal.id)?;
    if found.is_some_and(|found| found.manifest == upload.manifest) {
        upload::drop(tx, terminal.id)?;
    }
    let Some(stored) = cases::find(tx, upload.case)? else {
        return Ok((refused(&refusal), Vec::new()));
    };
    let by = Actor::Terminal {
        terminal: terminal.id,
    };
    let command = Command::BackupFailed {
        terminal: terminal.id,
        why,
    };
    let mut step = begin_step(shell, &stored.acquirer, now, rng);
    step.run(tx, stored.case, &command, &by)?;
    Ok((refused(&refusal), step.rings))
}

/// The file is stored: its row, the case prepared and the code issued, or none of it.
async fn finish(shell: &Shell, terminal: TerminalId, manifest: Manifest) -> Result<Reply, Failure> {
    act(shell, None, move |shell, tx, now, rng| {
        let id = manifest.snapshot;
        let stored = Reply::SnapshotStored { snapshot: id };
        let found = upload::find(tx, terminal)?.filter(|found| found.snapshot == id);
        let terminal = terminal::find(tx, terminal)?.ok_or(Fault::Missing("terminal"))?;
        let case = cases::find(tx, manifest.case)?;
        let (Some(_), Some(case)) = (found, case) else {
            // Another connection of the same terminal was faster.
            let known = snapshot::find(tx, id)?.is_some_and(|known| known.terminal == terminal.id);
            let reply = match known {
                true => stored,
                false => refused(&Refusal::OutOfOrder),
            };
            return Ok((Ok(reply), Vec::new()));
        };
        upload::drop(tx, terminal.id)?;
        let command = Command::BackedUp(backup(terminal.id, &manifest));
        let by = Actor::Terminal {
            terminal: terminal.id,
        };
        let mut step = begin_step(shell, &case.acquirer, now, rng);
        let (_, refusal) = step.run(tx, case.case, &command, &by)?;
        if let Some(refusal) = refusal {
            return Ok((Ok(refused(&refusal)), step.rings));
        }
        let rings = std::mem::take(&mut step.rings);
        snapshot::add(tx, &row(&terminal, &manifest, now))?;
        journal::keep(tx, terminal.id, &manifest.head, now)?;
        Ok((Ok(stored), rings))
    })
    .await
}

fn backup(terminal: TerminalId, manifest: &Manifest) -> Backup {
    Backup {
        case: manifest.case,
        terminal,
        snapshot: manifest.snapshot,
        digest: manifest.digest.to_string(),
        records: manifest.records,
        journal: JournalMark {
            entries: manifest.head.entries,
            digest: manifest.head.digest.to_string(),
        },
        unsettled: manifest.head.unsettled.count(),
    }
}

fn row(terminal: &Terminal, manifest: &Manifest, now: Timestamp) -> Snapshot {
    Snapshot {
        id: manifest.snapshot,
        acquirer: terminal.acquirer.clone(),
        merchant: terminal.merchant.clone(),
        terminal: terminal.id,
        case: manifest.case,
        bytes: manifest.bytes,
        digest: manifest.digest.clone(),
        records: manifest.records,
        head: manifest.head.clone(),
        stored_at: now,
        removed_at: None,
    }
}

/// What is said of a fault: to the terminal, and in the case.
pub(super) const fn verdict(fault: &SnapshotFault) -> (Refusal, BackupFault) {
    match fault {
        SnapshotFault::Foreign { .. } => (Refusal::BackupForeign, BackupFault::Foreign),
        SnapshotFault::TooLarge { .. } => (Refusal::BackupTooLarge, BackupFault::TooLarge),
        _ => (Refusal::BackupDamaged, BackupFault::Damaged),
    }
}

/// Whose a backup of this terminal has to be.
pub(in crate::act) fn binding(terminal: &Terminal) -> Binding {
    Binding {
        acquirer: terminal.acquirer.clone(),
        merchant: terminal.merchant.clone(),
        terminal: terminal.id,
        terminal_number: terminal.number.clone(),
        serial_number: terminal.serial_number.clone(),
    }
}

fn device_key(terminal: &Terminal) -> Result<VerifyingKey, Fault> {
    let key = terminal.device_key.ok_or(Fault::Missing("device key"))?;
    VerifyingKey::from_bytes(&key).map_err(|_| Fault::Damaged {
        thing: "a device key",
        why: "it is no point",
    })
}
