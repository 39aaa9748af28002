//! Giving out what opens backups, and a backup itself: to whoever sits at the
//! installation's own command line, and never over the network.
//!
//! The ledger says first that it was given out. With the key, age's own command line
//! opens every backup of the acquirer: whoever has it can read its merchants' takings,
//! though no card number and no password.

use tillkey_rules::event::Event;
use tillkey_rules::party::Actor;
use tillkey_rules::refusal::Refusal;
use tillkey_store::fault::Fault;
use tillkey_store::party::acquirer;
use tillkey_store::snapshot::{self, Snapshot};
use tillkey_wire::ids::{AcquirerId, SnapshotId};
use tillkey_wire::secret::Secret;
use tillkey_wire::snapshot::recipient_text;

use super::case::act;
use super::{Failure, note, restore};
use crate::shell::Shell;

/// What opens an acquirer's backups, as age writes it.
#[derive(Debug)]
pub struct GivenKey {
    /// The public half: to it backups are sealed.
    pub recipient: String,
    /// The secret half.
    pub identity: Secret<String>,
}

/// Gives out what opens an acquirer's backups.
///
/// # Errors
/// [`Failure::Unknown`] where there is no such acquirer.
pub async fn key(shell: &Shell, of: &AcquirerId) -> Result<GivenKey, Failure> {
    let whose = of.clone();
    act(shell, None, move |_, tx, now, _| {
        if acquirer::find(tx, &whose)?.is_none() {
            return Ok((Err(Failure::Unknown), Vec::new()));
        }
        note(tx, &whose, (now, &Actor::System), Event::BackupKeyGiven)?;
        Ok((Ok(()), Vec::new()))
    })
    .await?;
    let missing = |_| Failure::Fault(Fault::Missing("backup key of the acquirer"));
    let identity = shell.keyring().backup_identity(of).map_err(missing)?;
    Ok(GivenKey {
        recipient: recipient_text(identity.key()).map_err(missing)?,
        identity: identity.text(),
    })
}

/// A backup as it is stored: sealed.
#[derive(Debug)]
pub struct GivenSnapshot {
    /// What is known of it.
    pub snapshot: Snapshot,
    /// The sealed file.
    pub file: Vec<u8>,
}

/// Gives out a backup.
///
/// # Errors
/// [`Failure::Unknown`] for one of another acquirer; [`Failure::Refused`] where its file
/// was removed or is not there.
pub async fn file(
    shell: &Shell,
    of: &AcquirerId,
    id: SnapshotId,
) -> Result<GivenSnapshot, Failure> {
    let found = shell
        .store()
        .read(move |tx| snapshot::find(tx, id))
        .await?
        .filter(|found| found.acquirer == *of)
        .ok_or(Failure::Unknown)?;
    if found.removed_at.is_some() {
        return Err(Refusal::BackupOutdated.into());
    }
    let file = restore::stored(shell, &found).await?;
    let (whose, terminal) = (of.clone(), found.terminal);
    act(shell, None, move |_, tx, now, _| {
        let event = Event::SnapshotExported {
            terminal,
            snapshot: id,
        };
        note(tx, &whose, (now, &Actor::System), event)?;
        Ok((Ok(()), Vec::new()))
    })
    .await?;
    Ok(GivenSnapshot {
        snapshot: found,
        file,
    })
}
