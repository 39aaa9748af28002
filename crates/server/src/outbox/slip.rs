//! Sealed slips as PDF files, one folder a printer, for whatever prints them: a print
//! server that watches the folder, with paper that seals.
//!
//! This is the only place where a reset code and paper meet. The file is for the
//! owner's eyes and is gone when the printer has taken it; whoever runs the printer
//! keeps no copy of what passes.

use std::collections::BTreeMap;
use std::path::Path;

use tillkey_wire::ids::PrinterName;
use zeroize::Zeroizing;

use super::limits::SLIPS_WAITING_MAX;
use super::sender::{Letter, SendFault, Sender};
use super::spool::Spool;
use crate::paper::Slip;

/// The printers of slips.
#[derive(Debug)]
pub(super) struct Printers(BTreeMap<PrinterName, Spool>);

impl Printers {
    /// Printers that take files from folders of their name.
    pub(super) fn new(folder: &Path, names: impl IntoIterator<Item = PrinterName>) -> Self {
        let spool = |name: PrinterName| {
            let spool = Spool::new(folder.join(name.as_str()), SLIPS_WAITING_MAX);
            (name, spool)
        };
        Self(names.into_iter().map(spool).collect())
    }
}

impl Sender for Printers {
    fn send(&self, letter: &Letter) -> Result<(), SendFault> {
        let printer: Option<PrinterName> = letter.destination.expose().parse().ok();
        let spool = printer
            .and_then(|name| self.0.get(&name))
            .ok_or(SendFault::Lasting("there is no printer of this name"))?;
        let slip: Slip = serde_json::from_str(letter.body.expose())
            .map_err(|_| SendFault::Lasting("the slip cannot be read"))?;
        let pdf = Zeroizing::new(slip.pdf());
        spool.leave(&letter.id, "pdf", &pdf)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use jiff::Timestamp;
    use tillkey_wire::ids::MessageId;
    use tillkey_wire::secret::Secret;

    use super::*;

    fn letter(printer: &str, body: &str) -> Letter {
        Letter {
            id: MessageId::from_bytes([1; 10]),
            destination: Secret::new(printer.to_owned()),
            body: Secret::new(body.to_owned()),
            queued_at: Timestamp::UNIX_EPOCH,
        }
    }

    const SLIP: &str = r#"{"case": "1041040g20810410", "merchant": "898310054110001",
        "terminal": "10000001", "operator": "01", "until": "2026-11-24 18:00",
        "pattern": 7, "code": "12345678"}"#;

    #[test]
    fn a_slip_is_one_private_file_in_its_printers_folder() {
        let folder = tempfile::tempdir().unwrap();
        let printers = Printers::new(folder.path(), ["counter-1".parse().unwrap()]);
        printers.send(&letter("counter-1", SLIP)).unwrap();
        printers.send(&letter("counter-1", SLIP)).unwrap();
        let there = folder.path().join("counter-1");
        let files: Vec<_> = fs::read_dir(&there)
            .unwrap()
            .map(|file| file.unwrap().path())
            .collect();
        let [file] = files.as_slice() else {
            panic!("{files:?}")
        };
        assert_eq!(
            fs::metadata(file).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert!(fs::read(file).unwrap().starts_with(b"%PDF-"));
    }

    #[test]
    fn nothing_is_printed_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let printers = Printers::new(folder.path(), ["counter-1".parse().unwrap()]);
        for (printer, body) in [
            ("counter-2", SLIP),
            ("../counter-1", SLIP),
            ("", SLIP),
            ("counter-1", "{}"),
            ("counter-1", "12345678"),
        ] {
            let sent = printers.send(&letter(printer, body));
            assert!(
                matches!(sent, Err(SendFault::Lasting(_))),
                "{printer} {body}"
            );
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
