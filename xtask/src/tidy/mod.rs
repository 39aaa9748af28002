//! Tidy: what the house agreed on and a compiler does not see.
//!
//! Each rule collects everything that breaks it and says where, and what to do.

mod compliance;
mod crates;
mod files;
mod names;
mod unchecked;
mod words;

use std::fs;
use std::path::{Path, PathBuf};

/// The folder that holds everything.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .unwrap()
}

/// What is neither written by us nor kept.
const NOT_OURS: [&str; 5] = [
    "target",
    ".git",
    "tillkey-data",
    "tillkey-demo",
    "node_modules",
];

/// Every file of ours below a folder, sorted.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if NOT_OURS.contains(&name) || path.is_symlink() {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// A file of the source, by its path from the root.
struct Source {
    path: String,
    text: String,
}

/// Every file with one of these endings.
fn sources(endings: &[&str]) -> Vec<Source> {
    let root = root();
    files(&root)
        .into_iter()
        .filter(|path| {
            path.extension()
                .is_some_and(|e| endings.contains(&e.to_str().unwrap()))
        })
        .map(|path| Source {
            text: fs::read_to_string(&path).unwrap(),
            path: path
                .strip_prefix(&root)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned(),
        })
        .collect()
}

/// Whether a Rust file is a test as a whole.
fn is_test(path: &str) -> bool {
    path.ends_with("tests.rs")
        || path.contains("/tests/")
        || path.contains("/conformance/")
        || path.starts_with("xtask/src/tidy/")
}

/// A Rust file without its `mod tests`, which stands at its end.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests {").next().unwrap()
}

/// Fails with everything that was found.
fn none(found: impl IntoIterator<Item = String>, rule: &str) {
    let found: Vec<String> = found.into_iter().collect();
    assert!(found.is_empty(), "{rule}:\n  {}", found.join("\n  "));
}
