//! The latest checkpoint, outside the database: a database that was rolled back or
//! cut short does not continue it, and is noticed at the next start.
//!
//! A thread of its own writes the file, the newest checkpoint only, so that no
//! request waits for it. It may lag behind the database by a moment, never lead.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use tillkey_ledger::{Checkpoint, LogVerifier};

use crate::directory::fault;
use crate::fault::Fault;
use crate::ledger::Recorder;
use crate::limits;
use crate::store::{Database, Options};
use crate::tx::Tx;

/// What to do about the checkpoint file when the store is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CheckpointFile {
    /// The database has to continue it.
    #[default]
    Checked,
    /// It is written anew from the database: after a backup was restored on purpose.
    Replaced,
}

/// Takes up the ledger where a database left it, and holds it against the file.
///
/// # Errors
/// [`Fault::RolledBack`] when the database does not continue the file, or
/// [`Fault::LedgerBroken`] when the ledger does not continue itself.
pub(crate) fn take_up(tx: &mut dyn Tx, options: Options, path: &Path) -> Result<Recorder, Fault> {
    let recorder = hold_against(tx, options, path)?;
    write(path, recorder.note()).map_err(fault("write", path))?;
    Ok(recorder)
}

/// The same beside another process, which writes the file.
pub(crate) fn hold_against(
    tx: &mut dyn Tx,
    options: Options,
    path: &Path,
) -> Result<Recorder, Fault> {
    let recorder = Recorder::open(tx, options.log_key)?;
    let rolled_back = |why| Fault::RolledBack {
        path: path.to_owned(),
        why,
    };
    if options.checkpoint_file == CheckpointFile::Checked {
        match read(path, &recorder.verifier())? {
            Some(kept) if recorder.continues(tx, &kept)? => {}
            Some(_) => return Err(rolled_back("it was rolled back, cut short or replaced")),
            // The file is written before the first event is, so it was taken away.
            None if !recorder.is_empty() && options.database == Database::Sqlite => {
                return Err(rolled_back("the file is missing"));
            }
            // A node that is new to a database of several.
            None => {}
        }
    }
    Ok(recorder)
}

/// Reads the file; none when there is none.
pub(crate) fn read(path: &Path, verifier: &LogVerifier) -> Result<Option<Checkpoint>, Fault> {
    let note = match fs::read(path) {
        Ok(note) => note,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => {
            return Err(Fault::Directory {
                doing: "read",
                path: path.to_owned(),
                source,
            });
        }
    };
    verifier
        .open(&note)
        .map(Some)
        .map_err(|_| Fault::RolledBack {
            path: path.to_owned(),
            why: "the file holds no checkpoint that this ledger's key signed",
        })
}

/// Writes the file: the old one or the new one is there at any moment, never neither.
pub(crate) fn write(path: &Path, note: &str) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut file = crate::directory::private(&new)?;
    file.set_len(0)?;
    file.write_all(note.as_bytes())?;
    file.sync_data()?;
    fs::rename(&new, path)
}

/// Where the writer leaves the newest checkpoint for the scribe.
#[derive(Default)]
pub(crate) struct Mailbox {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    note: Option<String>,
    is_closed: bool,
}

impl Mailbox {
    /// Leaves a checkpoint; one that was not written yet is replaced.
    pub(crate) fn leave(&self, note: String) {
        self.lock().note = Some(note);
        self.changed.notify_one();
    }

    /// Lets the scribe write what is left, and end.
    pub(crate) fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_one();
    }

    /// Nothing that is guarded can be half changed, so a poisoned lock is as good.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes checkpoints until the mailbox is closed, no more often than the disk bears.
pub(crate) fn run(path: &Path, mailbox: &Mailbox) {
    loop {
        let (note, is_closed) = {
            let waiting = mailbox.changed.wait_while(mailbox.lock(), |state| {
                state.note.is_none() && !state.is_closed
            });
            let mut state = waiting.unwrap_or_else(PoisonError::into_inner);
            (state.note.take(), state.is_closed)
        };
        if let Some(Err(error)) = note.map(|note| write(path, &note)) {
            // The database has the same checkpoint; the file catches up with the next.
            tracing::error!(%error, path = %path.display(), "cannot write the checkpoint file");
        }
        if is_closed {
            return;
        }
        let pause = mailbox.changed.wait_timeout_while(
            mailbox.lock(),
            limits::CHECKPOINT_FILE_PAUSE,
            |state| !state.is_closed,
        );
        drop(pause);
    }
}
