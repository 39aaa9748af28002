//! `tillkey ledger export`: the ledger as the static files of C2SP tlog-tiles, so that
//! standard tools can mirror and verify it without this program.
//!
//! A folder that was exported before is carried on, and only if the ledger still begins
//! with what it holds. Tiles come first, the checkpoint last: a reader never finds a
//! checkpoint over tiles that are not there.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use serde_json::json;
use tillkey_ledger::{Checkpoint, LogVerifier, TilePath, Tree};
use tillkey_store::Store;
use tillkey_store::ledger::{LedgerReader, checkpoint};
use tillkey_store::tx::Tx;

use super::{CHECKPOINT, ExportArgs};
use crate::failed::Failed;
use crate::progress::Progress;

/// What was written.
struct Exported {
    checkpoint: Checkpoint,
    files: usize,
}

/// Exports and prints.
pub(super) fn run(args: &ExportArgs) -> Result<(), Failed> {
    let (ledger, verifier) = args.which.find()?;
    let folder = args.folder.as_path();
    let Exported { checkpoint, files } = Store::look_into(&ledger.data, &ledger.database, |tx| {
        Ok(export(tx, &verifier, folder))
    })
    .map_err(Failed::because("the ledger cannot be read"))??;
    let document = json!({
        "ok": true,
        "key": verifier.to_string(),
        "size": checkpoint.head.size,
        "root": checkpoint.head.root.to_string(),
        "files": files,
    });
    let text = format!(
        "{} leaves, {files} new files in {}\nverify with the key {verifier}",
        checkpoint.head.size,
        folder.display(),
    );
    args.shown.print(&document, &text)
}

fn export(tx: &mut dyn Tx, verifier: &LogVerifier, folder: &Path) -> Result<Exported, Failed> {
    let note = checkpoint(tx).map_err(Failed::because("the ledger cannot be read"))?;
    let signed = verifier.open(note.as_bytes()).map_err(Failed::because(
        "the ledger's checkpoint is not by its key: verify it",
    ))?;
    let head = signed.head;
    let mut reader = LedgerReader::new(tx);
    let mut begins_with = |checkpoint: &Checkpoint| {
        checkpoint.head.size <= head.size
            && Tree::open(checkpoint.head.size, &mut reader)
                .is_ok_and(|tree| tree.head() == checkpoint.head)
    };
    if !begins_with(&signed) {
        return Err(Failed::new(
            "the ledger is not what its checkpoint says: verify it",
        ));
    }
    let older = exported_before(folder, verifier)?;
    if older.as_ref().is_some_and(|older| !begins_with(older)) {
        return Err(Failed::new(format!(
            "the ledger does not continue what was exported to {}: verify both",
            folder.display()
        )));
    }
    let from = older.map_or(0, |older| older.head.size);
    let tiles = TilePath::grown(from, head.size)
        .map_err(Failed::because("the ledger is too large to export"))?;
    let bar = Progress::new("tiles");
    let files = tiles.len();
    for (done, tile) in (1..).zip(tiles) {
        let bytes = tile
            .bytes(head.size, &mut reader)
            .map_err(Failed::because("the ledger is not whole: verify it"))?;
        write(&folder.join(tile.to_string()), &bytes)?;
        bar.show(done, u64::try_from(files).unwrap_or(u64::MAX));
    }
    // Without a leaf there is no tile, and a folder that says so still has to be one.
    fs::create_dir_all(folder.join("tile")).map_err(Failed::because("cannot make the folder"))?;
    write(&folder.join(CHECKPOINT), note.as_bytes())?;
    Ok(Exported {
        checkpoint: signed,
        files,
    })
}

/// The checkpoint of an earlier export.
fn exported_before(folder: &Path, verifier: &LogVerifier) -> Result<Option<Checkpoint>, Failed> {
    let path = folder.join(CHECKPOINT);
    let what = || format!("{} cannot be used", path.display());
    match fs::read(&path) {
        Ok(note) => verifier
            .open(&note)
            .map(Some)
            .map_err(Failed::because(what())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failed::because(what())(error)),
    }
}

/// Writes a file so that a reader finds the old one or the new one.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Failed> {
    let new = path.with_extension("new");
    let written = || {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let mut file = fs::File::create(&new)?;
        file.write_all(bytes)?;
        file.sync_data()?;
        fs::rename(&new, path)
    };
    written().map_err(Failed::because(format!("cannot write {}", path.display())))
}
