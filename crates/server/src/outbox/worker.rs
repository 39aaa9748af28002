//! Takes up what is due, hands it to its carrier, and notes what came of it.
//!
//! 1. *Claim*: the try is counted and the message put off, durably, before anything
//!    is sent: a message that kills the process is taken up no more than the others.
//! 2. *Send*: each on its own, so that none waits for another (attack D10).
//! 3. *Note*: sent, to be tried again, or a dead letter. Both ends wipe destination
//!    and text. If this note is lost, the message is sent again under the same name.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use tillkey_store::fault::Fault;
use tillkey_store::outbox::{self, MessageKind};
use tillkey_wire::ids::MessageId;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::limits::{
    BATCH_MAX, LEASE, LOOK_AFTER_MAX, LOOK_AFTER_MIN, SEND_WAIT_MAX, SENDING_AT_ONCE_MAX,
    SLIP_TRIES_MAX, TRIES_MAX,
};
use super::rest;
use super::sender::{Letter, SendFault, Senders};
use crate::bell::Ring;
use crate::shell::Shell;

/// Works until the shutdown. What is on its way then is sent to its end.
pub(super) async fn run(shell: &Shell, senders: &Senders, mut shutdown: watch::Receiver<bool>) {
    // Before the first look: what is committed after it rings.
    let mut rings = shell.bell().listen();
    loop {
        let wait = match look(shell, senders).await {
            Ok(wait) => wait,
            Err(fault) => {
                let fault: &dyn std::error::Error = &fault;
                tracing::error!(fault, "the outbox could not be read or written");
                LOOK_AFTER_MAX
            }
        };
        tokio::select! {
            () = rung(&mut rings) => {}
            () = sleep(wait) => {}
            _ = shutdown.wait_for(|shutdown| *shutdown) => return,
        }
    }
}

/// Waits for a ring about the outbox, or one that may have been.
async fn rung(rings: &mut Receiver<Ring>) {
    loop {
        match rings.recv().await {
            Ok(Ring::Outbox | Ring::Anything) | Err(RecvError::Lagged(_)) => return,
            Ok(_) => {}
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// Sends a batch of what is due, and says how long to wait for the next look.
pub(super) async fn look(shell: &Shell, senders: &Senders) -> Result<Duration, Fault> {
    let now = shell.now();
    match shell.store().read(outbox::next_due).await? {
        None => return Ok(LOOK_AFTER_MAX),
        Some(due_at) if due_at > now => return Ok(until(due_at, now)),
        Some(_) => {}
    }
    let tasks = claim(shell, now).await?;
    stream::iter(tasks)
        .for_each_concurrent(SENDING_AT_ONCE_MAX, |task| async move {
            let id = task.id;
            if let Err(fault) = settle(shell, senders, task).await {
                let fault: &dyn std::error::Error = &fault;
                tracing::error!(fault, message.id = %id, "a message could not be noted");
            }
        })
        .await;
    Ok(Duration::ZERO)
}

fn until(due_at: Timestamp, now: Timestamp) -> Duration {
    let wait = due_at.duration_since(now);
    Duration::try_from(wait)
        .unwrap_or_default()
        .clamp(LOOK_AFTER_MIN, LOOK_AFTER_MAX)
}

/// A message that was taken up.
struct Task {
    id: MessageId,
    kind: MessageKind,
    tries: u32,
    letter: Result<Letter, SendFault>,
}

async fn claim(shell: &Shell, now: Timestamp) -> Result<Vec<Task>, Fault> {
    let keys = Arc::clone(shell.seal_keys());
    let leased_until = now.checked_add(LEASE).unwrap_or(Timestamp::MAX);
    shell
        .store()
        .write(move |tx| {
            let claimed = outbox::claim(tx, now, leased_until, BATCH_MAX)?;
            let open = |message: outbox::Claimed| {
                let letter = match message.open(tx, &keys) {
                    Ok(opened) => Ok(Letter {
                        id: message.id,
                        destination: opened.destination,
                        body: opened.body,
                        queued_at: message.queued_at,
                    }),
                    // Its owner was erased, or it was changed by hand. One message that
                    // cannot be opened must not undo the claim of the others.
                    Err(Fault::Unsealable(_) | Fault::Damaged { .. }) => {
                        Err(SendFault::Lasting("it cannot be unsealed"))
                    }
                    Err(fault) => return Err(fault),
                };
                let outbox::Claimed {
                    id, kind, tries, ..
                } = message;
                Ok(Task {
                    id,
                    kind,
                    tries,
                    letter,
                })
            };
            claimed.into_iter().map(open).collect()
        })
        .await
}

/// How often a message of this kind is taken up.
const fn tries_max(kind: MessageKind) -> u32 {
    match kind {
        MessageKind::Slip => SLIP_TRIES_MAX,
        MessageKind::Sms | MessageKind::Mail | MessageKind::Webhook => TRIES_MAX,
    }
}

/// Sends one message and notes what came of it.
async fn settle(shell: &Shell, senders: &Senders, task: Task) -> Result<(), Fault> {
    let Task {
        id,
        kind,
        tries,
        letter,
    } = task;
    let sent = match letter {
        // The process ended each time before it could say how it went.
        _ if tries > tries_max(kind) => Err(SendFault::Lasting("taken up too often")),
        Err(fault) => Err(fault),
        Ok(letter) => send(senders, kind, letter).await,
    };
    let now = shell.now();
    match sent {
        Ok(()) => {
            shell
                .store()
                .write(move |tx| outbox::sent(tx, id, now))
                .await?;
        }
        Err(SendFault::Passing(why)) if tries < tries_max(kind) => {
            let rest = rest::after(tries, &mut shell.rng());
            let rest = SignedDuration::try_from(rest).unwrap_or(SignedDuration::MAX);
            let next_at = now.checked_add(rest).unwrap_or(Timestamp::MAX);
            tracing::warn!(message.id = %id, message.kind = kind.name(), tries, why, "not sent");
            shell
                .store()
                .write(move |tx| outbox::retry(tx, id, why, next_at))
                .await?;
        }
        Err(SendFault::Passing(why) | SendFault::Lasting(why)) => {
            tracing::error!(message.id = %id, message.kind = kind.name(), tries, why, "given up");
            shell
                .store()
                .write(move |tx| outbox::give_up(tx, id, why, now))
                .await?;
        }
    }
    Ok(())
}

/// Hands a letter to its carrier, on a thread that may wait and may even panic.
async fn send(senders: &Senders, kind: MessageKind, letter: Letter) -> Result<(), SendFault> {
    let Some(sender) = senders.of(kind) else {
        return Err(SendFault::Lasting("nothing carries messages of this kind"));
    };
    let sending = tokio::task::spawn_blocking(move || sender.send(&letter));
    match timeout(SEND_WAIT_MAX, sending).await {
        Ok(Ok(sent)) => sent,
        Ok(Err(_)) => Err(SendFault::Passing("the carrier panicked")),
        Err(_) => Err(SendFault::Passing("the carrier did not answer in time")),
    }
}
