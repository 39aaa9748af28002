//! Clients connect, first a few and then all of them: how many a second, and what each of
//! them takes in memory, at the server and at its own end.

use std::time::Duration;

use tokio::time::sleep;

use super::super::figure::count;
use super::memory;
use super::moment::Moment;
use super::part::Part;
use crate::failed::Failed;

/// How many connect before the memory is looked at for the first time, so that what is
/// there once, for however many, is not shared out among them.
const FIRST: usize = 64;

/// What it took.
pub(super) struct Connected {
    /// How many a second.
    pub(super) rate: f64,
    /// What the server holds for each, in KiB.
    pub(super) server_kib: f64,
    /// What its own process holds for each, in KiB.
    pub(super) client_kib: f64,
    /// What the server held before, and with how many.
    before: (f64, usize),
}

impl Connected {
    /// What the server holds now for each of so many, in KiB.
    pub(super) fn server_kib_now(&self, server: u32, clients: usize) -> Result<f64, Failed> {
        let (before, first) = self.before;
        Ok((memory::of(server)? - before) / count(clients - first))
    }
}

/// Connects all clients of a part to a server.
pub(super) async fn all(
    part: &mut Part,
    clients: usize,
    server: u32,
    settle: Duration,
) -> Result<Connected, Failed> {
    let first = FIRST.min(clients / 2);
    part.connect(0..first).await?;
    sleep(settle).await;
    let before = (memory::of(server)?, first);
    let client_before = memory::of(part.process())?;

    let begun = Moment::now();
    let connected = part.connect(first..clients).await?;
    let last = connected.into_iter().max().unwrap_or(begun);
    sleep(settle).await;
    let more = count(clients - first);
    Ok(Connected {
        rate: more / last.since(begun).as_secs_f64(),
        server_kib: (memory::of(server)? - before.0) / more,
        client_kib: (memory::of(part.process())? - client_before) / more,
        before,
    })
}
