//! The condition of the device that the text screen plays: `health.json` in the profile,
//! which a person may edit while the terminal runs.
//!
//! A file that cannot be read stops a terminal that starts, with a message; while one
//! runs, it goes by what the file last said, because somebody may be in the middle of
//! writing it.

use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value};
use tillkey_terminal::wire::health::{
    Bars, Condition, Health, Lamp, Network, NetworkKind, Percent, Power, PowerSource, Printer,
};

use crate::failed::Failed;

/// The largest `health.json` that is read.
const HEALTH_BYTES_MAX: u64 = 4 * 1_024;

/// Why the file is not taken.
#[derive(Debug, thiserror::Error)]
enum HealthFault {
    #[error("it cannot be opened")]
    Io(#[from] std::io::Error),
    #[error("it is not what `tillkey terminal --help` describes")]
    Json(#[from] serde_json::Error),
    #[error("it has a field `{0}`, which no device has; see `tillkey terminal --help`")]
    Unknown(String),
}

/// The file, and what it last said.
#[derive(Debug)]
pub(super) struct HealthFile {
    path: PathBuf,
    last: Mutex<Health>,
}

impl HealthFile {
    /// Opens the file, and makes one of a device that is well if there is none.
    pub(super) fn open(profile: &Path) -> Result<Self, Failed> {
        let path = profile.join("health.json");
        let because = || format!("{} cannot be used", path.display());
        let health = match read(&path) {
            Err(HealthFault::Io(fault)) if fault.kind() == ErrorKind::NotFound => {
                let well = well();
                let text = serde_json::to_vec_pretty(&well).map_err(Failed::because(because()))?;
                fs::write(&path, text).map_err(Failed::because(because()))?;
                well
            }
            read => read.map_err(Failed::because(because()))?,
        };
        Ok(Self {
            path,
            last: Mutex::new(health),
        })
    }

    /// What the file says, or last said.
    pub(super) fn read(&self) -> Health {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match read(&self.path) {
            Ok(health) => *last = health,
            Err(fault) => tracing::debug!(%fault, "the device's condition was not read anew"),
        }
        last.clone()
    }
}

fn read(path: &Path) -> Result<Health, HealthFault> {
    let mut bytes = Vec::new();
    fs::File::open(path)?
        .take(HEALTH_BYTES_MAX)
        .read_to_end(&mut bytes)?;
    let written: Map<String, Value> = serde_json::from_slice(&bytes)?;
    let health: Health = serde_json::from_slice(&bytes)?;
    let Value::Object(understood) = serde_json::to_value(&health)? else {
        return Ok(health);
    };
    match misspelt(&written, &understood) {
        Some(field) => Err(HealthFault::Unknown(field)),
        None => Ok(health),
    }
}

/// A field that was passed over. Messages pass over what a newer terminal says; a person
/// who edits a file should hear of a slip.
fn misspelt(written: &Map<String, Value>, understood: &Map<String, Value>) -> Option<String> {
    let is_empty = |value: &Value| value.is_null() || value.as_object().is_some_and(Map::is_empty);
    written
        .iter()
        .find_map(|(name, value)| match (value, understood.get(name)) {
            (value, None) => (!is_empty(value)).then(|| name.clone()),
            (Value::Object(within), Some(Value::Object(known))) => within
                .iter()
                .find(|(part, value)| !value.is_null() && !known.contains_key(*part))
                .map(|(part, _)| format!("{name}.{part}")),
            _ => None,
        })
}

/// A device that is well.
fn well() -> Health {
    let lamps = [
        Lamp::Power,
        Lamp::Charging,
        Lamp::Network,
        Lamp::Blue,
        Lamp::Yellow,
        Lamp::Green,
        Lamp::Red,
    ];
    Health {
        power: Some(Power {
            source: PowerSource::Mains,
            battery_percent: Some(Percent::at_most(100)),
        }),
        screen: Some(Condition::Good),
        lamps: lamps.map(|lamp| (lamp, Condition::Good)).into(),
        printer: Some(Printer::Ready),
        network: Some(Network {
            kind: NetworkKind::Wifi,
            bars: Some(Bars::at_most(4)),
        }),
        storage_free_kib: Some(256 * 1_024),
        // These the journal tells.
        sale_in_progress: None,
        unsettled: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_well_until_its_file_says_otherwise() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("health.json");
        let file = HealthFile::open(folder.path()).unwrap();
        assert_eq!(file.read(), well());
        fs::write(
            &path,
            r#"{"printer": "paper_out", "power": null, "lamps": {}}"#,
        )
        .unwrap();
        let out_of_paper = Health {
            printer: Some(Printer::PaperOut),
            ..Health::default()
        };
        assert_eq!(file.read(), out_of_paper);
        fs::write(&path, r#"{"printer": "pap"#).unwrap();
        assert_eq!(file.read(), out_of_paper, "somebody is still writing");
        fs::remove_file(&path).unwrap();
        assert_eq!(file.read(), out_of_paper);
    }

    #[test]
    fn a_slip_is_named_when_the_terminal_starts() {
        let folder = tempfile::tempdir().unwrap();
        for (text, names) in [
            (r#"{"printr": "ready"}"#, "`printr`"),
            (
                r#"{"power": {"source": "mains", "percent": 3}}"#,
                "`power.percent`",
            ),
            (r#"{"printer": "on fire"}"#, "--help"),
            ("", "--help"),
            (r#"{"network": {"kind": "wifi", "bars": 5}}"#, "--help"),
        ] {
            fs::write(folder.path().join("health.json"), text).unwrap();
            let failed = HealthFile::open(folder.path()).unwrap_err();
            let said = format!("{failed:?}");
            assert!(said.contains(names), "{text}: {said}");
        }
    }
}
