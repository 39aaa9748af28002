//! Reads a directory of policy files, bounded.

use std::fs;
use std::io::{Error, ErrorKind, Read, Result};
use std::path::Path;

use tillkey_rules::policy::{POLICY_FILE_BYTES_MAX, POLICY_FILES_MAX, PolicyFile};

/// Reads every policy file of a directory, in the order of their names.
///
/// # Errors
/// What the file system says, or that there is too much.
pub(crate) fn read(folder: &Path) -> Result<Vec<PolicyFile>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        if !(name.ends_with(".cedar") || name.ends_with(".cedarschema") || name == "offers.toml") {
            continue;
        }
        if files.len() == POLICY_FILES_MAX {
            return Err(Error::new(ErrorKind::InvalidInput, "too many policy files"));
        }
        let mut text = String::new();
        let limit = u64::try_from(POLICY_FILE_BYTES_MAX)
            .unwrap_or(u64::MAX)
            .saturating_add(1);
        fs::File::open(&path)?
            .take(limit)
            .read_to_string(&mut text)?;
        files.push(PolicyFile::new(name, text));
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}
