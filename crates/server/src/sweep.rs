//! Lets time take effect, and deletes what nobody needs any more.
//!
//! Nothing depends on it to be safe: an expired code is refused because of its time,
//! swept or not. It makes the expiry visible, and keeps tables from growing.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tillkey_store::fault::Fault;
use tillkey_store::party::{contact_change, manager_session, manager_sign_in, staff_session};
use tillkey_store::{attempts, idempotency, outbox, watch as memories};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use crate::act::retention;
use crate::act::tick::tick;
use crate::act::watch::look;
use crate::shell::Shell;

/// How long a lapsed deadline may go unnoticed.
const TICK_EVERY: Duration = Duration::from_secs(1);
/// How often old rows are deleted.
const PRUNE_EVERY: Duration = Duration::from_secs(60);
/// How often the folder of backups is looked through for files that no row wants.
const TIDY_EVERY: Duration = Duration::from_secs(24 * 60 * 60);
/// How many rows of a table are deleted in one transaction.
const PRUNE_BATCH: u32 = 500;
/// How many such transactions one round makes for a table.
const PRUNE_BATCHES_MAX: u32 = 100;
/// How long an answer is kept under its idempotency key.
const ANSWERS_KEPT: SignedDuration = SignedDuration::from_hours(24);
/// How long attempts are kept: facts look back thirty days.
const ATTEMPTS_KEPT: SignedDuration = SignedDuration::from_hours(31 * 24);
/// How long the watch remembers what it was not reminded of.
const MEMORIES_KEPT: SignedDuration = SignedDuration::from_hours(120 * 24);
/// How long the traces of messages that ended are kept; texts were wiped before.
const MESSAGES_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Sweeps until the shutdown.
pub async fn run(shell: Shell, mut shutdown: watch::Receiver<bool>) {
    let (mut pruned_at, mut tidied_at): (Option<Instant>, Option<Instant>) = (None, None);
    loop {
        let mut more = match tick(&shell).await {
            Ok(more) => more,
            Err(failure) => {
                let failure: &dyn std::error::Error = &failure;
                tracing::error!(failure, "deadlines could not take effect");
                false
            }
        };
        match look(&shell).await {
            Ok(news) => more |= news,
            Err(failure) => {
                let failure: &dyn std::error::Error = &failure;
                tracing::error!(failure, "the watch could not look");
            }
        }
        if pruned_at.is_none_or(|at| at.elapsed() >= PRUNE_EVERY) {
            pruned_at = Some(Instant::now());
            if let Err(fault) = prune(&shell).await {
                let fault: &dyn std::error::Error = &fault;
                tracing::error!(fault, "old rows could not be deleted");
            }
            if let Err(failure) = retention::sweep(&shell).await {
                let failure: &dyn std::error::Error = &failure;
                tracing::error!(failure, "old backups could not be removed");
            }
        }
        if tidied_at.is_none_or(|at| at.elapsed() >= TIDY_EVERY) {
            tidied_at = Some(Instant::now());
            if let Err(failure) = retention::tidy(&shell).await {
                let failure: &dyn std::error::Error = &failure;
                tracing::error!(failure, "the folder of backups could not be tidied");
            }
        }
        let wait = if more { Duration::ZERO } else { TICK_EVERY };
        tokio::select! {
            () = sleep(wait) => {}
            _ = shutdown.wait_for(|shutdown| *shutdown) => return,
        }
    }
}

/// Deletes what is past its time, in small transactions, so that nobody waits for it.
///
/// # Errors
/// A [`Fault`] of the store; the next round finds the same.
pub async fn prune(shell: &Shell) -> Result<(), Fault> {
    let now = shell.now();
    let before = |kept: SignedDuration| now.checked_sub(kept).unwrap_or(Timestamp::MIN);
    let tables: [(Prune, Timestamp); 6] = [
        (manager_sign_in::prune, now),
        (contact_change::prune, now),
        (idempotency::prune, before(ANSWERS_KEPT)),
        (attempts::prune, before(ATTEMPTS_KEPT)),
        (outbox::prune, before(MESSAGES_KEPT)),
        (memories::prune, before(MEMORIES_KEPT)),
    ];
    for (prune, before) in tables {
        for _ in 0..PRUNE_BATCHES_MAX {
            let gone = shell
                .store()
                .write(move |tx| prune(tx, before, PRUNE_BATCH))
                .await?;
            if gone < u64::from(PRUNE_BATCH) {
                break;
            }
        }
    }
    shell
        .store()
        .write(move |tx| {
            staff_session::prune(tx, now)?;
            manager_session::prune(tx, now)
        })
        .await?;
    Ok(())
}

type Prune = fn(&mut dyn tillkey_store::tx::Tx, Timestamp, u32) -> Result<u64, Fault>;
