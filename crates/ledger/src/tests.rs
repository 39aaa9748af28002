//! The ledger seen from outside, by subject.

mod growth;
mod notes;
mod tampering;
mod tiles;

use crate::{KeyName, LogKey, Memory, Tree};

/// The seed of the log's key in tests.
const SEED: [u8; 32] = [7; 32];

fn name(text: &str) -> KeyName {
    text.parse().unwrap()
}

fn key() -> LogKey {
    LogKey::from_seed(name("ledger.example/demo-bank"), &SEED)
}

fn leaf(index: u64) -> Vec<u8> {
    format!("event {index}").into_bytes()
}

/// A log of so many leaves.
fn grown(size: u64) -> (Tree, Memory) {
    let mut storage = Memory::default();
    let mut tree = Tree::default();
    while tree.size() < size {
        let end = size.min(tree.size() + 60_000);
        let leaves: Vec<_> = (tree.size()..end).map(leaf).collect();
        let appended = tree.append(&leaves).unwrap();
        storage.store(&leaves, &appended);
        tree = appended.tree;
    }
    (tree, storage)
}
