//! Growing and proving, against published vectors and an independent implementation.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use data_encoding::HEXLOWER;
use proptest::prelude::*;
use sha2::Sha256;

use super::{grown, leaf};
use crate::limits::{BATCH_LEAVES_MAX, LEAF_BYTES_MAX};
use crate::proof::{prove_consistency, prove_inclusion, verify_consistency, verify_inclusion};
use crate::{Fault, Memory, Reader, Tree};

/// The eight leaves of the Certificate Transparency reference tests.
const LEAVES: [&str; 8] = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
];
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

#[test]
fn the_roots_are_those_of_the_reference_tests() {
    let mut tree = Tree::default();
    assert_eq!(HEXLOWER.encode(&tree.head().root.0), ROOTS[0]);
    for (leaf, root) in LEAVES.iter().zip(&ROOTS[1..]) {
        tree = tree
            .append(&[HEXLOWER.decode(leaf.as_bytes()).unwrap()])
            .unwrap()
            .tree;
        assert_eq!(
            HEXLOWER.encode(&tree.head().root.0),
            *root,
            "{}",
            tree.size()
        );
    }
}

#[test]
fn roots_and_proofs_are_those_of_an_independent_implementation() {
    let mut other = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    for size in 1..=130u64 {
        other.push(leaf(size - 1));
        let (tree, mut storage) = grown(size);
        assert_eq!(
            tree.head().root.0[..],
            other.root().as_bytes()[..],
            "{size}"
        );
        for index in [0, size / 3, size / 2, size - 1] {
            let path = prove_inclusion(index, size, &mut storage).unwrap();
            let bytes: Vec<u8> = path.iter().flat_map(|hash| hash.0).collect();
            let theirs = other.prove_inclusion(usize::try_from(index).unwrap());
            assert_eq!(bytes, theirs.as_bytes(), "{index} in {size}");
        }
        for older in [1, size / 2, size - 1]
            .into_iter()
            .filter(|older| (1..size).contains(older))
        {
            let path = prove_consistency(older, size, &mut storage).unwrap();
            let bytes: Vec<u8> = path.iter().flat_map(|hash| hash.0).collect();
            let theirs = other.prove_consistency(usize::try_from(size - older).unwrap());
            assert_eq!(bytes, theirs.as_bytes(), "{older} in {size}");
        }
    }
}

/// Counts the hashes that are read.
struct Counting(Memory, usize);

impl Reader for Counting {
    fn leaf_count(&mut self) -> Result<u64, Fault> {
        self.0.leaf_count()
    }

    fn hashes(&mut self, positions: &[u64]) -> Result<Vec<Option<crate::Hash>>, Fault> {
        self.1 += positions.len();
        self.0.hashes(positions)
    }

    fn scan_hashes(
        &mut self,
        _: std::ops::Range<u64>,
        _: &mut dyn FnMut(u64, crate::Hash),
    ) -> Result<(), Fault> {
        panic!("nothing here scans")
    }

    fn scan_leaves(
        &mut self,
        _: std::ops::Range<u64>,
        _: &mut dyn FnMut(u64, &[u8]),
    ) -> Result<(), Fault> {
        panic!("nothing here scans")
    }
}

#[test]
fn opening_reads_a_hash_for_each_complete_subtree() {
    let (tree, storage) = grown(10_239);
    let mut counting = Counting(storage, 0);
    let opened = Tree::open(10_239, &mut counting).unwrap();
    assert_eq!(counting.1, usize::try_from(10_239u64.count_ones()).unwrap());
    assert_eq!(opened.head(), tree.head());
    let (a, b) = (opened.append(&["x"]).unwrap(), tree.append(&["x"]).unwrap());
    assert_eq!((a.hashes, a.tree.head()), (b.hashes, b.tree.head()));
}

#[test]
fn a_failed_or_hostile_storage_is_a_fault() {
    let (_, mut storage) = grown(6);
    storage.hashes.remove(&6);
    assert!(matches!(
        Tree::open(6, &mut storage).unwrap_err(),
        Fault::HashMissing { position: 6 }
    ));
    assert!(matches!(
        Tree::open(u64::MAX, &mut storage),
        Err(Fault::TooLarge { .. })
    ));
    assert!(matches!(
        prove_inclusion(6, 6, &mut storage),
        Err(Fault::Beyond { size: 6, .. })
    ));
    assert!(matches!(
        prove_inclusion(0, u64::MAX, &mut storage),
        Err(Fault::TooLarge { .. })
    ));
    assert!(matches!(
        prove_consistency(7, 6, &mut storage),
        Err(Fault::Beyond { .. })
    ));
    assert!(matches!(
        prove_inclusion(5, 6, &mut storage).unwrap_err(),
        Fault::HashMissing { position: 6 }
    ));
}

#[test]
fn batches_and_leaves_are_bounded() {
    let tree = Tree::default();
    assert!(tree.append(&[vec![0; LEAF_BYTES_MAX]]).is_ok());
    assert!(matches!(
        tree.append(&[vec![0; LEAF_BYTES_MAX + 1]]),
        Err(Fault::TooLarge { .. })
    ));
    let many = vec![b""; BATCH_LEAVES_MAX + 1];
    assert!(matches!(tree.append(&many), Err(Fault::TooLarge { .. })));
    assert_eq!(tree.append::<&str>(&[]).unwrap().tree.head(), tree.head());
}

#[test]
fn nothing_precedes_the_empty_tree() {
    let (tree, mut storage) = grown(5);
    let empty = Tree::default().head();
    let path = prove_consistency(0, 5, &mut storage).unwrap();
    verify_consistency(&path, &empty, &tree.head()).unwrap();
    let mut forged = empty;
    forged.root = tree.head().root;
    assert!(verify_consistency(&path, &forged, &tree.head()).is_err());
    assert!(verify_consistency(&[empty.root], &empty, &tree.head()).is_err());
    let mut forged = tree.head();
    forged.size = 0;
    assert!(verify_consistency(&[], &empty, &forged).is_err());
}

proptest! {
    #[test]
    fn however_it_is_batched_the_log_is_the_same(batches in prop::collection::vec(0u64..70, 0..12)) {
        let mut tree = Tree::default();
        let mut storage = Memory::default();
        for batch in batches {
            let leaves: Vec<_> = (tree.size()..tree.size() + batch).map(leaf).collect();
            let appended = Tree::open(tree.size(), &mut storage).unwrap().append(&leaves).unwrap();
            storage.store(&leaves, &appended);
            tree = appended.tree;
        }
        let (whole, at_once) = grown(tree.size());
        prop_assert_eq!(tree.head(), whole.head());
        prop_assert_eq!(storage.hashes, at_once.hashes);
    }

    #[test]
    fn every_proof_holds_and_no_tampered_one_does(
        size in 1u64..600, index in 0u64..600, older in 1u64..600, bit in 0usize..256, at in 0usize..12,
    ) {
        let (index, older) = (index % size, older % size + 1);
        let (tree, mut storage) = grown(size);
        let head = tree.head();
        let flip = |hash: &mut crate::Hash| hash.0[bit / 8] ^= 1 << (bit % 8);

        let path = prove_inclusion(index, size, &mut storage).unwrap();
        prop_assert!(verify_inclusion(&path, index, &leaf(index), &head).is_ok());
        prop_assert!(verify_inclusion(&path, index, &leaf(size), &head).is_err());
        prop_assert!(verify_inclusion(&path, size, &leaf(index), &head).is_err());
        if size > 1 {
            prop_assert!(verify_inclusion(&path, (index + 1) % size, &leaf(index), &head).is_err());
            let mut forged = path.clone();
            let at = at % forged.len();
            flip(&mut forged[at]);
            prop_assert!(verify_inclusion(&forged, index, &leaf(index), &head).is_err());
            prop_assert!(verify_inclusion(&path[1..], index, &leaf(index), &head).is_err());
        }
        let mut longer = path;
        longer.push(head.root);
        prop_assert!(verify_inclusion(&longer, index, &leaf(index), &head).is_err());

        let path = prove_consistency(older, size, &mut storage).unwrap();
        let old = grown(older).0.head();
        prop_assert!(verify_consistency(&path, &old, &head).is_ok());
        let mut forged = old;
        flip(&mut forged.root);
        prop_assert!(verify_consistency(&path, &forged, &head).is_err());
        if !path.is_empty() {
            let mut forged = path.clone();
            let at = at % forged.len();
            flip(&mut forged[at]);
            prop_assert!(verify_consistency(&forged, &old, &head).is_err());
        }
        let mut longer = path;
        longer.push(head.root);
        prop_assert!(verify_consistency(&longer, &old, &head).is_err());
    }
}
