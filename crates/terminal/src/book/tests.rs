//! The server's list against what was done here and the server does not know.

use std::collections::BTreeSet;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use tillkey_wire::ids::SessionId;
use tillkey_wire::message::{Deed, Supervisor};

use super::*;

fn operator(number: u8) -> OperatorNumber {
    OperatorNumber::new(number).unwrap()
}

fn deed(number: u64, of: u8, is_added: bool) -> Deed {
    let supervisor = Supervisor {
        operator: OperatorNumber::SUPERVISOR,
        session: SessionId::from_bytes([2; 10]),
    };
    Deed {
        number,
        operator: operator(of),
        at: Timestamp::UNIX_EPOCH,
        kind: if is_added {
            DeedKind::Add { supervisor }
        } else {
            DeedKind::Remove { supervisor }
        },
    }
}

fn list(numbers: &BTreeSet<u8>) -> Vec<OperatorState> {
    let state = |&number: &u8| OperatorState {
        number: operator(number),
        password_set: true,
        credential_version: 1,
    };
    numbers.iter().map(state).collect()
}

fn here(book: &Book) -> BTreeSet<u8> {
    let all = 0..100;
    all.filter(|&number| book.operators.contains_key(&operator(number)))
        .collect()
}

/// Whatever was done here, and whatever of it the server had already done when it wrote
/// its list, its word to that being lost: what is here afterwards is what was here before.
#[test]
fn a_list_undoes_nothing_that_was_done_here() {
    for seed in 0..500 {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let mut theirs: BTreeSet<u8> = (1..9).filter(|_| rng.gen_range(0..2) == 0).collect();
        let mut book = Book::new(TerminalId::from_bytes([7; 10]));
        book.take_list(&list(&theirs));
        let mut ours = theirs.clone();
        let deeds: Vec<(u8, bool)> = (0..rng.gen_range(0..12))
            .map(|_| {
                let of = rng.gen_range(1..9);
                // As the supervisor's calls: nobody is added twice, or removed who is not.
                let is_added = !ours.contains(&of);
                if is_added {
                    ours.insert(of)
                } else {
                    ours.remove(&of)
                };
                (of, is_added)
            })
            .collect();
        for (number, &(of, is_added)) in (1..).zip(&deeds) {
            if is_added {
                book.operators.insert(operator(of), Operator::default());
            } else {
                book.remove(operator(of));
            }
            book.untold.add_deed(deed(number, of, is_added));
        }
        // The server has done some of it, and has said so of fewer.
        let done = rng.gen_range(0..=deeds.len());
        let said = rng.gen_range(0..=done);
        for &(of, is_added) in &deeds[..done] {
            if is_added {
                theirs.insert(of)
            } else {
                theirs.remove(&of)
            };
        }
        for number in (1..).take(said) {
            book.untold.remove_deed(number);
        }
        book.take_list(&list(&theirs));
        assert_eq!(
            here(&book),
            ours,
            "seed {seed}: {deeds:?}, {done} done, {said} said"
        );
        let once = book.clone();
        book.take_list(&list(&theirs));
        assert!(book == once, "seed {seed}: said again, it is the same");
    }
}

/// The largest book there can be is written and read back.
#[test]
fn a_full_book_is_read_back() {
    use crate::device::{Device, Slot};
    use crate::limits::{DEEDS_MAX, OFFLINE_SIGN_ONS_MAX};
    use tillkey_wire::message::OfflineSignOn;

    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let mut book = Book::new(TerminalId::from_bytes([7; 10]));
    let mut history = History::new(&mut rng);
    for tag in 0..4 {
        history = history.with([tag; 16]);
    }
    for of in 0..100 {
        let number = operator(of);
        let operator = Operator {
            password_set: true,
            credential_version: u32::MAX,
            history: Some(history.clone()),
            is_outdated: true,
        };
        book.operators.insert(number, operator);
        book.change_tries((number, Timestamp::MAX), |tries| {
            tries.count(Timestamp::MAX);
        });
        let offline = OfflinePassword {
            history: history.clone(),
            deed: u64::MAX,
            case: Some(CaseId::from_bytes([9; 10])),
        };
        book.offline.insert(number, offline);
    }
    for number in (u64::MAX - 100..).take(DEEDS_MAX) {
        assert!(book.untold.has_room());
        book.untold.add_deed(deed(number, 7, false));
    }
    assert!(!book.untold.has_room());
    for _ in 0..OFFLINE_SIGN_ONS_MAX {
        let sign_on = OfflineSignOn {
            operator: operator(7),
            at: Timestamp::MAX,
            session: Some(SessionId::random(&mut rng)),
            failed: u32::MAX,
        };
        assert!(book.untold.add_sign_on(sign_on, &BTreeSet::new()));
    }
    let bytes = tillkey_wire::cbor::encode(&book).unwrap();
    let directory = tempfile::TempDir::new().unwrap();
    let mut device = crate::FileDevice::open(directory.path(), || Timestamp::UNIX_EPOCH).unwrap();
    device.save(Slot::Book, &bytes).unwrap();
    let kept = device.load(Slot::Book).unwrap().unwrap();
    let read: Book = tillkey_wire::cbor::decode(&kept).unwrap();
    assert!(read == book);
}
