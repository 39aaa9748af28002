//! How long backups and applications are kept, and what is swept that nobody waits for.
//!
//! A backup goes when it is old *and* its batch was settled as far as anybody here knows:
//! until then it may be all that is left of somebody's takings. Its row stays, and says
//! that there was one. What was written in an application that came to nothing is erased
//! with its data key; that there was one stays. Merchants are [`erasure`]'s.

use jiff::{SignedDuration, Timestamp};
use tillkey_rules::event::Event;
use tillkey_rules::onboarding::application::ApplicationState;
use tillkey_rules::party::Actor;
use tillkey_store::snapshot::{self, Snapshot};
use tillkey_store::{application, upload};
use tillkey_wire::ids::ApplicationId;

use super::case::act;
use super::{Failure, Of, append, erasure, note};
use crate::limits::DUE_BATCH_MAX;
use crate::shell::Shell;
use crate::vault::{Place, VaultFault};

/// How long an upload may lie about: longer than any case that waits for it.
const UPLOADS_KEPT: SignedDuration = SignedDuration::from_hours(48);
/// How old a file is before it is looked for a row of it: its row comes right after it.
const FILES_SETTLE: SignedDuration = SignedDuration::from_hours(24);

/// Drops uploads that were left lying, and removes backups that are old and settled.
///
/// # Errors
/// [`Failure::Fault`]; the next round finds the same.
pub async fn sweep(shell: &Shell) -> Result<(), Failure> {
    let now = shell.now();
    let before = |kept| now.checked_sub(kept).unwrap_or(Timestamp::MIN);
    let days = i64::from(shell.config().snapshot_days);
    let kept = SignedDuration::from_hours(24 * days);
    let (stale, old) = (before(UPLOADS_KEPT), before(kept));
    shell
        .store()
        .write(move |tx| {
            for terminal in upload::stale(tx, stale, DUE_BATCH_MAX)? {
                upload::drop(tx, terminal)?;
            }
            Ok(())
        })
        .await?;
    let found = shell
        .store()
        .read(move |tx| snapshot::old(tx, old, DUE_BATCH_MAX))
        .await?;
    for snapshot in found {
        remove(shell, snapshot).await?;
    }
    erase_applications(shell).await?;
    erasure::sweep(shell).await
}

/// Erases what was written in applications that came to nothing, once its time is over.
async fn erase_applications(shell: &Shell) -> Result<(), Failure> {
    for state in ApplicationState::ERASED {
        let Some(days) = state.kept_days() else {
            continue;
        };
        let kept = SignedDuration::from_hours(24 * i64::from(days));
        let before = shell.now().checked_sub(kept).unwrap_or(Timestamp::MIN);
        let found = shell
            .store()
            .read(move |tx| application::outlived(tx, (state, before), DUE_BATCH_MAX))
            .await?;
        for id in found {
            erase(shell, id).await?;
        }
    }
    Ok(())
}

async fn erase(shell: &Shell, id: ApplicationId) -> Result<(), Failure> {
    act(shell, None, move |_, tx, now, _| {
        let Some(found) = application::find(tx, id)? else {
            return Ok((Ok(()), Vec::new()));
        };
        if application::erase(tx, id, now)? {
            let event = Event::ApplicationErased { application: id };
            note(tx, &found.acquirer, (now, &Actor::System), event)?;
        }
        Ok((Ok(()), Vec::new()))
    })
    .await
}

/// Notes that a backup goes, and then lets its file go: cut in between, the file is one
/// without a row that wants it, and [`tidy`] finds it.
async fn remove(shell: &Shell, found: Snapshot) -> Result<(), Failure> {
    let kept = found.clone();
    act(shell, None, move |_, tx, now, _| {
        if snapshot::remove(tx, found.id, now)? {
            let of = Of {
                acquirer: Some(&found.acquirer),
                case: None,
            };
            let event = Event::SnapshotRemoved {
                terminal: found.terminal,
                snapshot: found.id,
            };
            append(tx, &of, (now, &Actor::System), event)?;
        }
        Ok((Ok(()), Vec::new()))
    })
    .await?;
    remove_file(shell, &kept).await;
    Ok(())
}

/// Removes the file of a backup whose row says that it is gone. Where that fails,
/// [`tidy`] finds it.
pub(super) async fn remove_file(shell: &Shell, found: &Snapshot) {
    if let Err(fault) = shell.vault().remove(&Place::from(found)).await {
        complain(&fault);
    }
}

/// Removes files that no row wants: of an upload that was cut before its row, or of a
/// backup whose row says that it is gone.
///
/// # Errors
/// [`Failure::Fault`]; the next round finds the same.
pub async fn tidy(shell: &Shell) -> Result<(), Failure> {
    let settled = shell.now().checked_sub(FILES_SETTLE);
    let files = shell
        .vault()
        .written_before(settled.unwrap_or(Timestamp::MIN))
        .await;
    let files = match files {
        Ok(files) => files,
        Err(fault) => {
            complain(&fault);
            return Ok(());
        }
    };
    for file in files {
        let asked = file.clone();
        let read = shell.store().read(move |tx| {
            let found = snapshot::find(tx, asked.snapshot)?;
            Ok(found
                .is_some_and(|found| found.removed_at.is_none() && Place::from(&found) == asked))
        });
        if read.await? {
            continue;
        }
        if let Err(fault) = shell.vault().remove(&file).await {
            complain(&fault);
        }
    }
    Ok(())
}

fn complain(fault: &VaultFault) {
    let fault: &dyn std::error::Error = fault;
    tracing::error!(fault, "the stored backups could not be swept");
}
