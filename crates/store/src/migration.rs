//! Numbered files that make the schema, and which of them a database still needs.

use sha2::{Digest, Sha256};

use crate::fault::Fault;

/// One numbered file.
pub(crate) struct Migration {
    pub(crate) number: u32,
    pub(crate) name: &'static str,
    pub(crate) sql: &'static str,
}

/// What a database says was applied: the number, and SHA-256 of the text.
pub(crate) type Applied = (u32, Vec<u8>);

/// The migrations that are missing, in order.
///
/// # Errors
/// [`Fault::Newer`] when a later Tillkey was here, [`Fault::Rewritten`] when an applied one
/// was edited since.
pub(crate) fn to_apply<'m>(
    migrations: &'m [Migration],
    applied: &[Applied],
) -> Result<Vec<&'m Migration>, Fault> {
    let known = migrations.last().map_or(0, |migration| migration.number);
    if let Some((found, _)) = applied.last().filter(|(found, _)| *found > known) {
        return Err(Fault::Newer {
            found: *found,
            known,
        });
    }
    let mut missing = Vec::new();
    for migration in migrations {
        let digest = Sha256::digest(migration.sql);
        match applied
            .iter()
            .find(|(number, _)| *number == migration.number)
        {
            Some((_, recorded)) if recorded.as_slice() == digest.as_slice() => {}
            Some(_) => return Err(Fault::Rewritten(migration.number)),
            None => missing.push(migration),
        }
    }
    Ok(missing)
}
