//! The part that is all terminals: the SDK over the socket of `tillkey terminal`, with a
//! device in memory each and nobody before it.

use std::path::Path;

use rand::rngs::{OsRng, StdRng};
use rand::{Rng, SeedableRng};
use tillkey_terminal::{Notice, Terminal};
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use super::super::merchant::Merchant;
use super::clients;
use super::found::{self, OPERATORS};
use super::line::{Mouth, What};
use crate::failed::Failed;
use crate::till::{Server, Till, Told};

/// Is the terminals that were enrolled in a folder.
pub(super) fn run(folder: &Path, server: &str) -> Result<(), Failed> {
    let server: Server = server
        .parse()
        .map_err(Failed::because("the terminals have no server"))?;
    let mut devices: Vec<_> = found::devices_in(folder)?.into_iter().map(Some).collect();
    let (mouth, failures) = Mouth::open();
    let start = |client: usize, place| {
        let device = devices.get_mut(client).and_then(Option::take);
        let device = device.ok_or_else(|| Failed::new("a terminal was to connect twice"))?;
        let number = u32::try_from(client).unwrap_or(u32::MAX);
        let profile = Merchant::numbered(number, OPERATORS)?.profile()?;
        let terminal = Terminal::open(device, profile)
            .map_err(Failed::because("a terminal cannot be opened"))?;
        let rng = StdRng::from_seed(OsRng.r#gen());
        let (till, told) = Till::start(terminal, server.clone(), rng);
        tokio::spawn(follow(client, (till, told), mouth.clone(), place));
        Ok(())
    };
    clients::runtime()?.block_on(clients::run(failures, start))
}

/// Says what a terminal shows.
async fn follow(
    client: usize,
    (till, mut told): (Till, mpsc::Receiver<Told>),
    mouth: Mouth,
    connecting: OwnedSemaphorePermit,
) {
    let mut connecting = Some(connecting);
    while let Some(told) = told.recv().await {
        match told {
            Told::Notice(Notice::Welcomed) => {
                connecting = None;
                mouth.say(client, What::Connected);
            }
            Told::Notice(Notice::CodeIssued { .. }) => mouth.say(client, What::Reached),
            Told::Notice(Notice::CredentialRevoked { .. }) => mouth.say(client, What::Revoked),
            Told::Disconnected { .. } => mouth.say(client, What::Lost),
            Told::NotDone(fault) | Told::Ended(fault) => {
                mouth.fail(Failed::because(format!("terminal {client} failed"))(fault));
            }
            Told::Connected | Told::Notice(_) => {}
        }
    }
    // Until here the handle kept the terminal running, and the place kept others waiting.
    drop((till, connecting));
}
