//! What a mirror of the ledger serves to an auditor, who trusts nothing of it, and the
//! addresses that are asked for.

use std::sync::OnceLock;

use tillkey_ledger::tile::split_entries;
use tillkey_ledger::{
    Against, KeyName, LeafProof, LogKey, LogVerifier, Memory, TilePath, Tree, Witness, WitnessKey,
    verify,
};

use crate::party::{known, sure};

fn key() -> LogKey {
    LogKey::from_seed(known::<KeyName>("ledger.example/demo-bank"), &[7; 32])
}

/// A small log.
fn log() -> &'static Memory {
    static LOG: OnceLock<Memory> = OnceLock::new();
    LOG.get_or_init(|| {
        let mut memory = Memory::default();
        let leaves: Vec<Vec<u8>> = (0..5_u8).map(|n| vec![n; 9]).collect();
        let appended = sure(Tree::default().append(&leaves));
        memory.store(&leaves, &appended);
        memory
    })
}

/// Signed notes: checkpoints, cosignatures, proofs, and the keys that verify them.
pub(crate) fn notes(bytes: &[u8]) {
    let verifier = key().verifier();
    if let Ok(checkpoint) = verifier.open(bytes) {
        let again = sure(key().sign(checkpoint.head));
        assert_eq!(sure(verifier.open(again.as_bytes())).head, checkpoint.head);
    }
    let mut memory = log().clone();
    let against = Against {
        verifier: &verifier,
        signed: bytes,
        remembered: None,
    };
    let _ = sure(verify(&mut memory, &against, &mut |_, _| ()));
    let witness = WitnessKey::from_seed(known("witness.example"), &[8; 32]).verifier();
    let _ = witness.check_note(bytes);
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let _ = (text.parse::<LogVerifier>(), text.parse::<Witness>());
    if let Ok(name) = text.parse::<KeyName>() {
        assert_eq!(name.as_str(), text);
    }
    if let Ok(proof) = text.parse::<LeafProof>() {
        assert_eq!(sure(proof.to_string().parse::<LeafProof>()), proof);
        let _ = proof.verify(&verifier);
    }
}

/// The address of a tile, and the entries in one.
pub(crate) fn tiles(bytes: &[u8]) {
    if let Ok(leaves) = split_entries(bytes) {
        let written: usize = leaves.iter().map(|leaf| leaf.len() + 2).sum();
        assert_eq!(written, bytes.len());
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let Ok(path) = text.parse::<TilePath>() else {
        return;
    };
    assert_eq!(path.to_string(), text, "a tile with two addresses");
    let _ = path.bytes(5, &mut log().clone());
    for position in [0, 7, u64::MAX] {
        let _ = path.hash_in(bytes, position);
    }
}
