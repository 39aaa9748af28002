//! The configuration file.

use std::cell::RefCell;
use std::fs;

use tempfile::NamedTempFile;
use tillkey_server::config::Config;

use crate::party::sure;

thread_local! {
    static FILE: RefCell<NamedTempFile> = RefCell::new(sure(NamedTempFile::new()));
}

/// A file of any content.
pub(crate) fn config(bytes: &[u8]) {
    FILE.with(|file| {
        let file = file.borrow();
        sure(fs::write(file.path(), bytes));
        match Config::read(file.path()) {
            Ok(config) => {
                let _ = (config.password_rules(), config.snapshots());
            }
            Err(fault) => assert!(!fault.to_string().is_empty()),
        }
    });
}
