//! Whatever is done to a log behind its back, the verification says what it was.

use proptest::prelude::*;

use super::{SEED, grown, key, leaf, name};
use crate::limits::{FINDINGS_MAX, SUSPECTS_MAX, UNSIGNED_LEAVES_MAX};
use crate::verify::{Against, Finding, Place, Report, verify};
use crate::{Checkpoint, Hash, LogKey, Memory, Tree, stored_hash_count, stored_hash_index};

/// As many runs of missing leaves as are kept.
const SUSPECTS: u64 = 100_000;
const _: () = assert!(SUSPECTS_MAX == 100_000);

fn verified(storage: &mut Memory, signed: &str, remembered: Option<&Checkpoint>) -> Report {
    let verifier = key().verifier();
    let against = Against {
        verifier: &verifier,
        signed: signed.as_bytes(),
        remembered,
    };
    verify(storage, &against, &mut |done, all| assert!(done <= all)).unwrap()
}

fn sign(tree: &Tree) -> String {
    key().sign(tree.head()).unwrap()
}

fn checkpoint(tree: &Tree) -> Checkpoint {
    key().verifier().open(sign(tree).as_bytes()).unwrap()
}

/// Tampers with a log of so many leaves and expects these findings.
fn check(size: u64, tamper: impl FnOnce(&mut Memory), expect: &[Finding]) {
    let (tree, mut storage) = grown(size);
    tamper(&mut storage);
    let report = verified(&mut storage, &sign(&tree), None);
    assert_eq!(report.findings, expect, "of {size}");
}

fn altered(first: u64, count: u64) -> Finding {
    Finding::LeafAltered { first, count }
}

fn missing(first: u64, count: u64, place: Place) -> Finding {
    Finding::LeafMissing {
        first,
        count,
        place,
    }
}

#[test]
fn an_honest_log_is_clean() {
    for size in [0, 1, 2, 3, 7, 8, 255, 256, 9000] {
        let (tree, mut storage) = grown(size);
        let older = checkpoint(&grown(size / 2).0);
        let report = verified(&mut storage, &sign(&tree), Some(&older));
        assert!(report.is_clean(), "{:?}", report.findings);
        assert_eq!((report.leaves, report.unsigned), (size, 0));
        assert_eq!(report.head, Some(tree.head()));
    }
}

#[test]
fn altered_leaves_are_named() {
    for size in [1, 2, 3, 11, 8191, 8193] {
        for at in [0, size / 2, size - 1] {
            check(
                size,
                |s| drop(s.leaves.insert(at, b"no".to_vec())),
                &[altered(at, 1)],
            );
        }
    }
    let two = |s: &mut Memory| {
        s.leaves.insert(4, vec![]);
        s.leaves.insert(5, vec![]);
        s.leaves.insert(9, vec![]);
    };
    check(11, two, &[altered(4, 2), altered(9, 1)]);
}

#[test]
fn swapped_leaves_are_altered() {
    let swap = |s: &mut Memory| {
        s.leaves.insert(2, leaf(8));
        s.leaves.insert(8, leaf(2));
    };
    check(13, swap, &[altered(2, 1), altered(8, 1)]);
}

#[test]
fn missing_leaves_are_named_with_their_place() {
    let cut = |range: std::ops::Range<u64>| {
        move |s: &mut Memory| range.for_each(|at| drop(s.leaves.remove(&at)))
    };
    check(20, cut(0..1), &[missing(0, 1, Place::Start)]);
    check(20, cut(0..7), &[missing(0, 7, Place::Start)]);
    check(20, cut(5..6), &[missing(5, 1, Place::Middle)]);
    check(20, cut(18..20), &[missing(18, 2, Place::End)]);
    check(20, cut(0..20), &[missing(0, 20, Place::Start)]);
    check(9000, cut(8000..8500), &[missing(8000, 500, Place::Middle)]);
}

#[test]
fn cutting_the_end_with_its_hashes_is_seen() {
    let cut = |s: &mut Memory| {
        s.leaves.split_off(&17);
        s.hashes.split_off(&stored_hash_count(17));
    };
    let signed = grown(20).0.head();
    check(
        20,
        cut,
        &[
            missing(17, 3, Place::End),
            Finding::RootOutOfReach { signed },
        ],
    );
}

#[test]
fn a_leaf_gone_with_its_hash_leaves_its_neighbour_unvouched() {
    let tamper = |s: &mut Memory| {
        s.leaves.remove(&5);
        s.hashes.remove(&stored_hash_index(0, 5));
    };
    let unvouched = Finding::LeavesUnvouched { first: 4, count: 2 };
    check(20, tamper, &[missing(5, 1, Place::Middle), unvouched]);
}

#[test]
fn a_missing_leaf_does_not_hide_an_altered_one() {
    let tamper = |s: &mut Memory| {
        s.leaves.remove(&5);
        s.leaves.insert(6, vec![]);
    };
    check(20, tamper, &[missing(5, 1, Place::Middle), altered(6, 1)]);
}

#[test]
fn closing_the_gap_is_seen() {
    // Leaf 5 is taken out and the others moved up.
    let close = |s: &mut Memory| {
        (5..9).for_each(|at| drop(s.leaves.insert(at, leaf(at + 1))));
        s.leaves.remove(&9);
    };
    check(10, close, &[missing(9, 1, Place::End), altered(5, 4)]);
}

#[test]
fn wrong_and_missing_hashes_are_named() {
    for (level, index) in [(0, 0), (0, 5), (0, 10), (1, 2), (2, 1), (3, 0)] {
        let position = stored_hash_index(level, index);
        let wrong = Finding::StoredHashWrong { level, index };
        check(
            11,
            |s| {
                s.hashes.insert(position, Hash([1; 32]));
            },
            &[wrong],
        );
        let gone = Finding::StoredHashMissing { level, index };
        check(
            11,
            |s| {
                s.hashes.remove(&position);
            },
            &[gone],
        );
    }
}

#[test]
fn a_leaf_and_its_hash_altered_together_are_seen() {
    let tamper = |s: &mut Memory| {
        s.leaves.insert(4, b"no".to_vec());
        s.hashes
            .insert(stored_hash_index(0, 4), tlog_tiles::record_hash(b"no"));
    };
    check(
        11,
        tamper,
        &[Finding::LeavesRewritten { first: 4, count: 2 }],
    );
    // Where the leaf is a peak of its own, nothing stored vouches for it any more.
    let (tree, mut storage) = grown(11);
    storage.leaves.insert(10, b"no".to_vec());
    storage
        .hashes
        .insert(stored_hash_index(0, 10), tlog_tiles::record_hash(b"no"));
    let report = verified(&mut storage, &sign(&tree), None);
    assert!(
        matches!(report.findings[..], [Finding::RootDiffers { .. }]),
        "{report:?}"
    );
}

#[test]
fn an_altered_leaf_whose_hash_is_gone_is_placed() {
    let tamper = |s: &mut Memory| {
        s.leaves.insert(4, b"no".to_vec());
        s.hashes.remove(&stored_hash_index(1, 2));
    };
    let gone = Finding::StoredHashMissing { level: 1, index: 2 };
    check(11, tamper, &[gone, altered(4, 1)]);
}

/// A log whose fourth leaf is another, with every hash recomputed.
fn recomputed(size: u64) -> (Tree, Memory) {
    let mut leaves: Vec<_> = (0..size).map(leaf).collect();
    leaves[4] = b"no".to_vec();
    let appended = Tree::default().append(&leaves).unwrap();
    let mut storage = Memory::default();
    storage.store(&leaves, &appended);
    (appended.tree, storage)
}

#[test]
fn a_recomputed_log_differs_from_its_checkpoint() {
    let (tree, mut storage) = recomputed(11);
    let signed = grown(11).0;
    let report = verified(&mut storage, &sign(&signed), None);
    let expect = Finding::RootDiffers {
        signed: signed.head(),
        found: tree.head().root,
    };
    assert_eq!(report.findings, [expect]);
}

#[test]
fn a_recomputed_and_signed_log_differs_from_what_is_remembered() {
    let (tree, mut storage) = recomputed(11);
    let remembered = checkpoint(&grown(7).0);
    let report = verified(&mut storage, &sign(&tree), Some(&remembered));
    let expect = Finding::NotConsistentWithRemembered {
        remembered: remembered.head,
    };
    assert_eq!(report.findings, std::slice::from_ref(&expect));
    // Nor is it saved by leaving the old hashes where the auditor looks.
    for (level, index) in [(2, 0), (1, 2), (0, 6)] {
        let position = stored_hash_index(level, index);
        storage
            .hashes
            .insert(position, grown(7).1.hashes[&position]);
    }
    let report = verified(&mut storage, &sign(&tree), Some(&remembered));
    assert!(report.findings.contains(&expect), "{report:?}");
}

#[test]
fn a_log_put_back_is_shorter_than_remembered() {
    let (tree, mut storage) = grown(9);
    let remembered = checkpoint(&grown(11).0);
    let report = verified(&mut storage, &sign(&tree), Some(&remembered));
    assert_eq!(
        report.findings,
        [Finding::ShorterThanRemembered {
            remembered: 11,
            now: 9
        }]
    );
}

#[test]
fn checkpoints_that_are_not_the_logs_are_named() {
    let (tree, mut storage) = grown(9);
    let head = tree.head();
    let origin = "ledger.example/demo-bank";
    let stranger = LogKey::from_seed(name(origin), &[8; 32])
        .sign(head)
        .unwrap();
    let report = verified(&mut storage, &stranger, None);
    assert_eq!(report.findings, [Finding::CheckpointUnknownKey]);
    assert!(report.checkpoint.is_none());

    let forged = sign(&tree).replacen("\n9\n", "\n8\n", 1);
    assert_eq!(
        verified(&mut storage, &forged, None).findings,
        [Finding::CheckpointBadSignature]
    );

    let text = format!("ledger.example/other\n9\n{}\n", head.root);
    let mut note = signed_note::Note::new(text.as_bytes(), &[]).unwrap();
    note.add_sigs(&[&LogKey::from_seed(name(origin), &SEED)])
        .unwrap();
    let other = String::from_utf8(note.to_bytes()).unwrap();
    let expect = Finding::CheckpointWrongOrigin {
        found: "ledger.example/other".into(),
    };
    assert_eq!(verified(&mut storage, &other, None).findings, [expect]);

    let report = verified(&mut storage, "nothing", None);
    assert_eq!(report.findings[0].name(), "checkpoint_malformed");
}

#[test]
fn without_a_signature_the_leaves_are_still_looked_at() {
    let (_, mut storage) = grown(9);
    storage.leaves.insert(3, vec![]);
    let report = verified(&mut storage, "nothing", None);
    assert_eq!(report.findings[1..], [altered(3, 1)]);
}

#[test]
fn leaves_beyond_the_checkpoint_are_counted_and_compared() {
    let (_, mut storage) = grown(13);
    let signed = sign(&grown(9).0);
    let report = verified(&mut storage, &signed, None);
    assert!(report.is_clean() && report.unsigned == 4, "{report:?}");
    storage.leaves.insert(2, vec![]);
    storage.leaves.insert(11, vec![]);
    let report = verified(&mut storage, &signed, None);
    assert_eq!(report.findings, [altered(2, 1), altered(11, 1)]);
}

#[test]
fn a_leaf_far_beyond_does_not_keep_the_auditor_busy() {
    let (tree, mut storage) = grown(9);
    storage.leaves.insert(1 << 47, vec![]);
    let report = verified(&mut storage, &sign(&tree), None);
    let count = (1 << 47) + 1 - 9;
    assert!(count > UNSIGNED_LEAVES_MAX);
    assert_eq!(report.findings, [Finding::TooManyUnsigned { count }]);
}

#[test]
fn what_is_listed_is_bounded() {
    let (tree, mut storage) = grown(5000);
    (0..5000)
        .step_by(2)
        .for_each(|at| drop(storage.leaves.insert(at, vec![])));
    let report = verified(&mut storage, &sign(&tree), None);
    assert_eq!(report.findings.len(), 1000);
    assert_eq!(report.left_off, 1500);
    assert_eq!(report.findings[999], altered(1998, 1));
}

#[test]
fn holes_without_number_do_not_fill_the_memory() {
    let (tree, mut storage) = grown(3 * SUSPECTS);
    storage.leaves.retain(|index, _| index % 2 == 0);
    let report = verified(&mut storage, &sign(&tree), None);
    assert_eq!(report.findings.len(), FINDINGS_MAX);
    assert_eq!(
        report.left_off,
        SUSPECTS - 1000 + 1,
        "the last says that there is more"
    );
    assert_eq!(report.leaves, 3 * SUSPECTS / 2);
}

#[test]
fn each_finding_reads_alone() {
    let shown = |finding: Finding| finding.to_string();
    assert_eq!(shown(altered(7, 1)), "leaf 7 was altered");
    assert_eq!(
        shown(missing(0, 3, Place::Start)),
        "3 leaves are missing at the start, from 0 on"
    );
}

#[derive(Debug, Clone)]
enum Blow {
    Leaf(u64),
    NoLeaf(u64),
    Hash(u64),
    NoHash(u64),
    Both(u64),
}

fn blow() -> impl Strategy<Value = Blow> {
    let at = 0u64..2000;
    prop_oneof![
        at.clone().prop_map(Blow::Leaf),
        at.clone().prop_map(Blow::NoLeaf),
        at.clone().prop_map(Blow::Hash),
        at.clone().prop_map(Blow::NoHash),
        at.prop_map(Blow::Both),
    ]
}

fn strike(storage: &mut Memory, size: u64, blow: &Blow) {
    match *blow {
        Blow::Leaf(at) => drop(storage.leaves.insert(at % size, b"no".to_vec())),
        Blow::NoLeaf(at) => drop(storage.leaves.remove(&(at % size))),
        Blow::Hash(at) => {
            storage
                .hashes
                .insert(at % stored_hash_count(size), Hash([1; 32]));
        }
        Blow::NoHash(at) => {
            storage.hashes.remove(&(at % stored_hash_count(size)));
        }
        Blow::Both(at) => {
            storage.leaves.insert(at % size, b"both".to_vec());
            let position = stored_hash_index(0, at % size);
            storage
                .hashes
                .insert(position, tlog_tiles::record_hash(b"both"));
        }
    }
}

/// Whether a finding of leaves speaks of this one.
fn covers(finding: &Finding, leaf: u64) -> bool {
    match *finding {
        Finding::LeafAltered { first, count }
        | Finding::LeafMissing { first, count, .. }
        | Finding::LeavesUnvouched { first, count }
        | Finding::LeavesRewritten { first, count } => (first..first + count).contains(&leaf),
        // Then no leaf can be cleared or accused.
        Finding::RootDiffers { .. } | Finding::RootOutOfReach { .. } => true,
        _ => false,
    }
}

proptest! {
    #[test]
    fn no_combination_hides_a_leaf(
        size in 1u64..300, blows in prop::collection::vec(blow(), 1..12),
    ) {
        let (tree, mut storage) = grown(size);
        blows.iter().for_each(|blow| strike(&mut storage, size, blow));
        let report = verified(&mut storage, &sign(&tree), None);
        prop_assert!(!report.is_clean());
        for index in 0..size {
            if storage.leaves.get(&index) != Some(&leaf(index)) {
                prop_assert!(
                    report.findings.iter().any(|finding| covers(finding, index)),
                    "leaf {} in {:?}", index, report.findings
                );
            }
            // And nobody is accused of what they did not do.
            let is_accused = |f: &Finding| matches!(f, Finding::LeafAltered { .. }) && covers(f, index);
            if storage.leaves.get(&index) == Some(&leaf(index))
                && !report.findings.iter().any(|f| matches!(f, Finding::RootDiffers { .. } | Finding::RootOutOfReach { .. }))
            {
                prop_assert!(!report.findings.iter().any(is_accused), "{:?}", report.findings);
            }
        }
    }

    #[test]
    fn one_change_anywhere_is_found_and_nothing_else(
        size in 1u64..700, at in 0u64..1400, bit in 0usize..256,
    ) {
        let (tree, mut storage) = grown(size);
        let signed = sign(&tree);
        let leaf = at % size;
        storage.leaves.get_mut(&leaf).unwrap()[0] ^= 1 << (bit % 8);
        prop_assert_eq!(verified(&mut storage, &signed, None).findings, vec![altered(leaf, 1)]);
        storage.leaves.get_mut(&leaf).unwrap()[0] ^= 1 << (bit % 8);
        let position = at % stored_hash_count(size);
        storage.hashes.get_mut(&position).unwrap().0[bit / 8] ^= 1 << (bit % 8);
        let (level, index) = tlog_tiles::split_stored_hash_index(position);
        let expect = vec![Finding::StoredHashWrong { level, index }];
        prop_assert_eq!(verified(&mut storage, &signed, None).findings, expect);
    }
}
