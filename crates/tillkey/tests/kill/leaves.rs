//! The leaves of an exported ledger, read as a stranger reads them: C2SP tlog-tiles'
//! entry bundles, each entry with its length before it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Every leaf, in order.
pub(crate) fn read(folder: &Path) -> Vec<Value> {
    let mut bundles = Vec::new();
    collect(&folder.join("tile").join("entries"), &mut bundles);
    bundles.sort();
    // Of a bundle that grew, the widest holds all the others.
    let mut widest: Vec<(String, usize, PathBuf)> = Vec::new();
    for path in bundles {
        let text = path.to_str().unwrap();
        let (bundle, width) = match text.split_once(".p/") {
            Some((bundle, width)) => (bundle.to_owned(), width.parse().unwrap()),
            None => (text.to_owned(), 256),
        };
        match widest.last_mut() {
            Some((last, before, kept)) if *last == bundle => {
                if width > *before {
                    (*before, *kept) = (width, path);
                }
            }
            _ => widest.push((bundle, width, path)),
        }
    }
    widest
        .iter()
        .flat_map(|(_, _, path)| split(&fs::read(path).unwrap()))
        .collect()
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, found);
        } else {
            found.push(path);
        }
    }
}

fn split(mut bundle: &[u8]) -> Vec<Value> {
    let mut leaves = Vec::new();
    while let [high, low, rest @ ..] = bundle {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let (leaf, after) = rest.split_at(length);
        leaves.push(serde_json::from_slice(leaf).unwrap());
        bundle = after;
    }
    leaves
}
