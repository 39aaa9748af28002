//! What the terminals and the subscribers of a broker have in common: they connect when
//! they are told to, some at once, and stay until nobody speaks to their process any more.

use std::ops::Range;
use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::line;
use crate::failed::Failed;

/// How many may be on their way to be connected.
const CONNECTING_MAX: usize = 256;
/// How many threads the calls of all terminals share. Each terminal is a processor of
/// its own in the field; here they share this machine's anyway.
const CALLS_AT_ONCE_MAX: usize = 4;

/// A runtime for a process that is many clients.
pub(super) fn runtime() -> Result<Runtime, Failed> {
    Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(CALLS_AT_ONCE_MAX)
        .build()
        .map_err(Failed::because("the runtime cannot start"))
}

/// Starts clients as it is told to. A client gives its permit back when it is connected.
pub(super) async fn run(
    mut failures: UnboundedReceiver<Failed>,
    mut start: impl FnMut(usize, OwnedSemaphorePermit) -> Result<(), Failed>,
) -> Result<(), Failed> {
    let connecting = Arc::new(Semaphore::new(CONNECTING_MAX));
    let mut told = line::listen();
    let mut wanted: Range<usize> = 0..0;
    loop {
        let places = Arc::clone(&connecting);
        tokio::select! {
            Some(failure) = failures.recv() => return Err(failure),
            more = told.recv(), if wanted.is_empty() => match more {
                Some(more) => wanted = more,
                None => return Ok(()),
            },
            place = places.acquire_owned(), if !wanted.is_empty() => {
                let place = place.map_err(Failed::because("a client has no place"))?;
                if let Some(client) = wanted.next() {
                    start(client, place)?;
                }
            }
        }
    }
}
