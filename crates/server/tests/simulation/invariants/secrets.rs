//! 1: nobody but the operator ever knows a password. It would be broken by a password in
//! a message, a text, an entry or a row: all of them are searched for how passwords begin
//! here, which is nothing that turns up by accident.

use crate::disk;
use crate::template::PASSWORDS_BEGIN;
use crate::world::World;

impl World {
    /// Looks for a password in something that is sent.
    pub(crate) fn search(&self, bytes: &[u8], place: &str) -> Result<(), String> {
        let begin = PASSWORDS_BEGIN.as_bytes();
        match bytes.windows(begin.len()).any(|part| part == begin) {
            true => Err(format!("a password is in {place}")),
            false => Ok(()),
        }
    }

    /// Looks for one in all that is stored.
    pub(crate) fn search_disk(&self) -> Result<(), String> {
        for stored in disk::contents(self.server().data()) {
            // SQLite's own search: a megabyte in a test that is not optimised is slow.
            let found: i64 = self.sight.one(
                "SELECT instr(?1, CAST(?2 AS BLOB))",
                (stored, PASSWORDS_BEGIN),
            );
            if found > 0 {
                return Err("a password is in the database".to_owned());
            }
        }
        Ok(())
    }
}
