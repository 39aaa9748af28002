//! Messages as files in a folder, for whatever collects them: the gateway for short
//! messages, the printer for slips.
//!
//! One file a message, named by its identifier, for the owner's eyes. It is written
//! beside its place and renamed into it, so a collector sees the whole of it or
//! nothing; written again after a crash it is the same file with the same bytes.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use serde::Serialize;
use tillkey_wire::ids::MessageId;
use zeroize::Zeroizing;

use super::sender::{Letter, SendFault, Sender};

/// What a file says.
#[derive(Serialize)]
struct Spooled<'a> {
    to: &'a str,
    text: &'a str,
    at: Timestamp,
}

/// A folder that messages are left in.
#[derive(Debug)]
pub(super) struct Spool {
    folder: PathBuf,
    files_max: usize,
    /// How many more files fit, as far as it is known without counting again.
    room: AtomicUsize,
}

impl Spool {
    /// A spool in this folder, which is made where it is missing.
    pub(super) const fn new(folder: PathBuf, files_max: usize) -> Self {
        Self {
            folder,
            files_max,
            room: AtomicUsize::new(0),
        }
    }

    /// Leaves a file, named by its message.
    ///
    /// # Errors
    /// [`SendFault::Passing`] where the folder is full or cannot be written.
    pub(super) fn leave(
        &self,
        id: &MessageId,
        extension: &str,
        bytes: &[u8],
    ) -> Result<(), SendFault> {
        self.take_room()?;
        let name = format!("{id}.{extension}");
        self.write(&name, bytes).map_err(|error| {
            tracing::warn!(%error, message.id = %id, "a message was not spooled");
            // The folder may be gone: the next try looks, and makes it again.
            self.room.store(0, Ordering::Relaxed);
            SendFault::Passing("the spool folder cannot be written")
        })
    }

    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let beside = self.folder.join(format!(".{name}.part"));
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&beside)?;
        file.write_all(bytes)?;
        // Once a message counts as sent, its text is wiped from the database: then the
        // file has to outlast a power cut.
        file.sync_all()?;
        fs::rename(&beside, self.folder.join(name))?;
        File::open(&self.folder)?.sync_all()
    }

    /// Takes room for one file. Counting thousands of files for each would be slow,
    /// so they are counted when the room that was found is used up.
    fn take_room(&self) -> Result<(), SendFault> {
        let taken = self
            .room
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |room| {
                room.checked_sub(1)
            });
        if taken.is_ok() {
            return Ok(());
        }
        let room = self.files_max.saturating_sub(self.count()?);
        let rest = room
            .checked_sub(1)
            .ok_or(SendFault::Passing("the spool folder is full"))?;
        // A tenth at most before counting again: several senders may count at once,
        // and what they find together must not be far from the truth.
        self.room
            .store(rest.min(self.files_max / 10), Ordering::Relaxed);
        Ok(())
    }

    fn count(&self) -> Result<usize, SendFault> {
        let unusable = SendFault::Passing("the spool folder cannot be used");
        match fs::read_dir(&self.folder) {
            Ok(entries) => Ok(entries.take(self.files_max.saturating_add(1)).count()),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                DirBuilder::new()
                    .recursive(true)
                    .mode(0o700)
                    .create(&self.folder)
                    .map_err(|_| unusable)?;
                Ok(0)
            }
            Err(_) => Err(unusable),
        }
    }
}

impl Sender for Spool {
    fn send(&self, letter: &Letter) -> Result<(), SendFault> {
        let spooled = Spooled {
            to: letter.destination.expose(),
            text: letter.body.expose(),
            at: letter.queued_at,
        };
        let bytes = serde_json::to_vec(&spooled)
            .map(Zeroizing::new)
            .map_err(|_| SendFault::Lasting("the message cannot be written as JSON"))?;
        self.leave(&letter.id, "json", &bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use tillkey_wire::secret::Secret;

    use super::*;

    fn letter(id: u8) -> Letter {
        Letter {
            id: MessageId::from_bytes([id; 10]),
            destination: Secret::new("+8613800138000".to_owned()),
            body: Secret::new("重置码 12345678".to_owned()),
            queued_at: "2026-01-02T03:04:05Z".parse().unwrap(),
        }
    }

    #[test]
    fn a_folder_that_was_taken_away_is_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sms");
        let spool = Spool::new(path.clone(), 100);
        spool.send(&letter(1)).unwrap();
        fs::remove_dir_all(&path).unwrap();
        assert!(
            spool.send(&letter(2)).is_err(),
            "said, so that it is tried again"
        );
        spool.send(&letter(2)).unwrap();
        assert_eq!(fs::read_dir(&path).unwrap().count(), 1);
    }

    #[test]
    fn a_message_is_one_private_file_however_often_it_is_sent() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data").join("sms");
        let spool = Spool::new(path.clone(), 10);
        spool.send(&letter(1)).unwrap();
        spool.send(&letter(1)).unwrap();

        let files: Vec<_> = fs::read_dir(&path)
            .unwrap()
            .map(|f| f.unwrap().path())
            .collect();
        assert_eq!(files, [path.join(format!("{}.json", letter(1).id))]);
        assert_eq!(
            fs::metadata(&files[0]).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o700
        );
        assert_eq!(
            fs::read_to_string(&files[0]).unwrap(),
            r#"{"to":"+8613800138000","text":"重置码 12345678","at":"2026-01-02T03:04:05Z"}"#
        );
    }

    #[test]
    fn a_full_folder_is_a_passing_fault_until_somebody_collects() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::new(folder.path().to_owned(), 2);
        spool.send(&letter(1)).unwrap();
        spool.send(&letter(2)).unwrap();
        assert_eq!(
            spool.send(&letter(3)),
            Err(SendFault::Passing("the spool folder is full"))
        );
        fs::remove_file(folder.path().join(format!("{}.json", letter(1).id))).unwrap();
        spool.send(&letter(3)).unwrap();
    }

    #[test]
    fn a_folder_that_cannot_be_used_is_a_passing_fault() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let spool = Spool::new(file.path().to_owned(), 2);
        assert!(matches!(spool.send(&letter(1)), Err(SendFault::Passing(_))));
    }
}
