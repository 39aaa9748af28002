//! What a vendor is handed, and what a vendor does with it: compile and link.
//!
//! The programs run under the address and undefined-behaviour sanitizers, which see what
//! the library does with memory of theirs, and whether it leaves any behind.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use tillkey_binding::generate;

/// Where the C sources are.
fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/embed/c")
}

/// The folder with the library: cargo puts it beside this test, which depends on it.
fn libraries() -> PathBuf {
    let this = std::env::current_exe().unwrap();
    this.parent().unwrap().to_owned()
}

/// The library.
pub(crate) fn library() -> PathBuf {
    libraries().join("libtillkey_binding.so")
}

/// A program in C.
pub(crate) struct Program {
    folder: TempDir,
}

impl Program {
    /// Compiles and links it as a vendor would, and takes no warning.
    pub(crate) fn build(files: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("tillkey.h"), generate::header().unwrap()).unwrap();
        let compiled = Command::new("cc")
            .args(["-std=c11", "-pedantic", "-Wall", "-Wextra", "-Werror", "-g"])
            .args(["-fsanitize=address,undefined", "-fno-sanitize-recover=all"])
            .arg("-I")
            .arg(folder.path())
            .args(files.iter().map(|file| sources().join(file)))
            .arg("-o")
            .arg(folder.path().join("program"))
            .arg(library())
            .arg(format!("-Wl,-rpath,{}", libraries().display()))
            .arg("-pthread")
            .output()
            .unwrap();
        assert!(
            compiled.status.success(),
            "{}",
            String::from_utf8_lossy(&compiled.stderr)
        );
        Self { folder }
    }

    /// The program, to be run.
    pub(crate) fn command(&self) -> Command {
        Command::new(self.folder.path().join("program"))
    }
}
