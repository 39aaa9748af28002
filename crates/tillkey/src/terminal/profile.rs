//! The profile directory: which device this is, where its server is, and its state.
//!
//! `device.json` holds the serial number and the server's address. The state that the
//! SDK keeps is in a folder named after the serial number: a device with another
//! serial number is another device, and the two never meet. Where the server is behind a
//! broker, `broker_password` holds the password of the device's account there.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rand::Rng;
use serde::{Deserialize, Serialize};
use tillkey_server::clock::Clock;
use tillkey_terminal::wire::ids::SerialNumber;
use tillkey_terminal::wire::message::Capabilities;
use tillkey_terminal::wire::secret::Secret;
use tillkey_terminal::{FileDevice, Profile, Terminal};

use super::health_file::HealthFile;
use crate::failed::Failed;

/// Where the server is unless somebody says otherwise.
const SERVER_DEFAULT: &str = "http://127.0.0.1:8080";
/// The largest `device.json` that is read.
const DEVICE_BYTES_MAX: u64 = 4 * 1_024;

/// The longest line of `broker_password` that is read.
const PASSWORD_BYTES_MAX: u64 = 1_024;

/// Which device this is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeviceFile {
    /// As if printed on the device.
    pub(crate) serial_number: SerialNumber,
    /// Where the server is.
    pub(crate) server: String,
}

/// A profile directory.
#[derive(Debug)]
pub(crate) struct Folder {
    directory: PathBuf,
}

impl Folder {
    /// Opens the directory, and makes it, and a serial number, if there is none.
    pub(crate) fn open(directory: &Path, rng: &mut impl Rng) -> Result<(Self, DeviceFile), Failed> {
        let shown = directory.display();
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)
            .map_err(Failed::because(format!(
                "the profile {shown} cannot be made"
            )))?;
        let folder = Self {
            directory: directory.to_owned(),
        };
        if let Some(device) = folder.read()? {
            return Ok((folder, device));
        }
        let made_up = format!("SN{:010}", rng.gen_range(0..10_000_000_000_u64));
        let device = DeviceFile {
            serial_number: made_up
                .parse()
                .map_err(Failed::because("a serial number cannot be made up"))?,
            server: SERVER_DEFAULT.to_owned(),
        };
        folder.save(&device)?;
        Ok((folder, device))
    }

    fn path(&self) -> PathBuf {
        self.directory.join("device.json")
    }

    fn read(&self) -> Result<Option<DeviceFile>, Failed> {
        let path = self.path();
        let because = || format!("{} cannot be read", path.display());
        contents(&path, DEVICE_BYTES_MAX)?
            .map(|bytes| serde_json::from_slice(&bytes))
            .transpose()
            .map_err(Failed::because(because()))
    }

    /// The password of the device's account on a broker, if somebody has put one there.
    pub(crate) fn broker_password(&self) -> Result<Option<Secret<String>>, Failed> {
        let path = self.directory.join("broker_password");
        let because = || format!("{} cannot be read", path.display());
        let text = contents(&path, PASSWORD_BYTES_MAX)?
            .map(String::from_utf8)
            .transpose()
            .map_err(Failed::because(because()))?;
        Ok(text.map(|text| Secret::new(text.trim_end_matches(['\r', '\n']).to_owned())))
    }

    /// Remembers which device this is; the old file or the new one, never neither.
    pub(crate) fn save(&self, device: &DeviceFile) -> Result<(), Failed> {
        let path = self.path();
        let because = || format!("{} cannot be written", path.display());
        let bytes = serde_json::to_vec_pretty(device).map_err(Failed::because(because()))?;
        let temporary = self.directory.join("device.tmp");
        let write = || {
            let mut options = OpenOptions::new();
            let mut file = options
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&temporary)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            fs::rename(&temporary, &path)?;
            fs::File::open(&self.directory)?.sync_all()
        };
        write().map_err(Failed::because(because()))
    }

    /// Opens the device's terminal.
    pub(crate) fn terminal(
        &self,
        serial_number: &SerialNumber,
        clock: Arc<dyn Clock>,
    ) -> Result<Terminal<FileDevice>, Failed> {
        let directory = self.directory.join(serial_number.as_str());
        let health = HealthFile::open(&self.directory)?;
        let device = FileDevice::open(directory, move || clock.now())
            .map_err(Failed::because("the terminal's state cannot be opened"))?
            .with_health(move || health.read());
        let invalid = |fault| Failed::because("the terminal has no proper name")(fault);
        let profile = Profile {
            serial_number: serial_number.clone(),
            model: "Tillkey Screen".parse().map_err(invalid)?,
            firmware: env!("CARGO_PKG_VERSION").parse().map_err(invalid)?,
            // Its parts are in `health.json`.
            capabilities: Capabilities {
                journal: true,
                precheck: true,
            },
        };
        Terminal::open(device, profile)
            .map_err(Failed::because("the terminal's state cannot be read"))
    }
}

/// What is in a file, so many bytes of it at most; none where there is no such file.
fn contents(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, Failed> {
    let because = || format!("{} cannot be read", path.display());
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(fault) if fault.kind() == ErrorKind::NotFound => return Ok(None),
        Err(fault) => return Err(Failed::because(because())(fault)),
    };
    let mut bytes = Vec::new();
    file.take(limit)
        .read_to_end(&mut bytes)
        .map_err(Failed::because(because()))?;
    Ok(Some(bytes))
}
