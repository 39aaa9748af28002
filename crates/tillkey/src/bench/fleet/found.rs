//! The part that fills the installation. It is a process of its own, or the server's
//! memory would be full of holes for the terminals' to vanish in.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};
use tillkey_wire::ids::TerminalId;
use tokio::runtime::Runtime;

use super::super::clock::AheadClock;
use super::super::device::MemoryDevice;
use super::super::merchant::{Merchant, administrator};
use super::super::place;
use super::line::{self, Said, What};
use super::moment::Moment;
use crate::failed::Failed;

/// How many merchants are registered at once.
const AT_ONCE: usize = 256;
/// Every terminal has one: the first cashier.
pub(super) const OPERATORS: u8 = 1;

/// An enrolled terminal, as it is handed on.
#[derive(Serialize, Deserialize)]
struct Kept<D> {
    terminal: TerminalId,
    device: D,
}

/// Fills the installation in a folder, and leaves the terminals' devices beside it.
pub(super) fn run(folder: &Path, terminals: u32) -> Result<(), Failed> {
    let shell = place::open_in((folder, None), Arc::new(AheadClock::default()))?;
    let runtime = Runtime::new().map_err(Failed::because("the runtime cannot start"))?;
    let mut out = io::stdout().lock();
    let mut file = File::create(devices(folder))
        .map(BufWriter::new)
        .map_err(Failed::because("the devices cannot be kept"))?;
    let by = administrator(&shell)?;
    let one = async |number: u32| {
        let merchant = Merchant::numbered(number, OPERATORS)?;
        let terminal = merchant.register(&shell, &by).await?;
        let device = merchant.enrol(&shell, &by, terminal).await?;
        Ok::<_, Failed>((number, Kept { terminal, device }))
    };
    let enrolled = stream::iter(0..terminals).map(one).buffered(AT_ONCE);
    runtime.block_on(enrolled.try_for_each(|(number, kept)| {
        let said = Said {
            client: usize::try_from(number).unwrap_or(usize::MAX),
            what: What::Enrolled,
            at: Moment::now(),
        };
        let written = line::write(&mut file, &kept);
        // At once: whatever is not said by the end is never said.
        std::future::ready(written.and_then(|()| line::write(&mut out, &said)))
    }))?;
    file.flush()
        .map_err(Failed::because("the devices cannot be kept"))
}

/// The devices, by number.
pub(super) fn devices_in(folder: &Path) -> Result<Vec<MemoryDevice>, Failed> {
    read(folder, |kept: Kept<MemoryDevice>| kept.device)
}

/// The server's names for the terminals, by number.
pub(super) fn terminals_in(folder: &Path) -> Result<Vec<TerminalId>, Failed> {
    read(folder, |kept: Kept<serde::de::IgnoredAny>| kept.terminal)
}

fn read<D: for<'a> Deserialize<'a>, T>(
    folder: &Path,
    take: impl Fn(Kept<D>) -> T,
) -> Result<Vec<T>, Failed> {
    let failed = || Failed::because("the devices cannot be read");
    let file = File::open(devices(folder)).map_err(failed())?;
    let mut taken = Vec::new();
    for line in BufReader::new(file).lines() {
        taken.push(take(line::read(&line.map_err(failed())?)?));
    }
    Ok(taken)
}

fn devices(folder: &Path) -> PathBuf {
    folder.join("devices")
}
