use jiff::Timestamp;
use tillkey_wire::ids::OperatorNumber;
use tillkey_wire::limits::{AMOUNT_FEN_MAX, REMARK_BYTES_MAX, SNAPSHOT_BYTES_MAX};

use super::*;
use crate::limits::{JOURNAL_ENTRIES_MAX, RECORD_BYTES_MAX};

const TERMINAL: TerminalId = TerminalId::from_bytes([7; 10]);

fn entry(journal: &Journal, fen: Option<u64>) -> Entry {
    let (number, batch) = journal.next();
    let transaction = match fen {
        Some(fen) => Transaction::Sale {
            amount: Amount::from_fen(fen).unwrap(),
            card: "622202******0128".parse().unwrap(),
            remark: None,
        },
        None => Transaction::Settlement {
            totals: journal.head().unsettled,
        },
    };
    Entry {
        number,
        at: Timestamp::UNIX_EPOCH,
        batch,
        operator: OperatorNumber::new(1).unwrap(),
        transaction,
    }
}

/// Batches of so many sales each, all settled but the last.
fn journal(batches: &[usize]) -> Journal {
    let mut journal = Journal::new(TERMINAL).unwrap();
    for (place, sales) in (1..).zip(batches) {
        for _ in 0..*sales {
            journal.add(entry(&journal, Some(100))).unwrap();
        }
        if place < batches.len() {
            journal.add(entry(&journal, None)).unwrap();
        }
    }
    journal
}

#[test]
fn it_is_read_back_as_it_was_written() {
    for batches in [&[][..], &[0], &[3], &[2, 0], &[2, 1, 4]] {
        let journal = journal(batches);
        let again = Journal::read(&journal.records().unwrap(), TERMINAL).unwrap();
        assert_eq!(again.head(), journal.head());
        assert_eq!(again.entries(), journal.entries());
        assert_eq!(again.start(), journal.start());
    }
    let other = TerminalId::from_bytes([8; 10]);
    let records = journal(&[2, 1]).records().unwrap();
    let anew = Journal::read(&records, other).unwrap();
    assert!(anew.is_blank(), "another terminal's");
    assert_eq!(*anew.head(), Head::empty(other));
}

#[test]
fn what_does_not_add_up_is_no_journal() {
    let records = journal(&[2, 3]).records().unwrap();
    let read = |records: &[Vec<u8>]| Journal::read(records, TERMINAL);
    for gone in 0..records.len() - 1 {
        let mut records = records.clone();
        records.remove(gone);
        assert!(read(&records).is_err(), "without record {gone}");
    }
    for changed in 0..records.len() {
        let mut records = records.clone();
        records[changed].push(0);
        assert!(read(&records).is_err(), "record {changed}");
    }
    let mut twice = records.clone();
    twice.push(records.last().unwrap().clone());
    assert!(read(&twice).is_err());
}

/// As large as they get: each fits its record, and all that are kept fit a backup.
#[test]
fn e12_the_largest_journal_fits_a_backup() {
    let largest = Entry {
        number: u64::MAX,
        at: Timestamp::new(253_402_207_200, 123_456_789).unwrap(),
        batch: u32::MAX,
        operator: OperatorNumber::new(98).unwrap(),
        transaction: Transaction::Refund {
            amount: Amount::from_fen(AMOUNT_FEN_MAX).unwrap(),
            card: "622202******0128".parse().unwrap(),
            confirmed_by: OperatorNumber::SUPERVISOR,
            remark: Some("x".repeat(REMARK_BYTES_MAX).parse().unwrap()),
        },
    };
    let bytes = cbor::encode(&largest).unwrap().len();
    assert!(bytes <= RECORD_BYTES_MAX / 2, "{bytes}");
    let all = u32::try_from(bytes).unwrap() * JOURNAL_ENTRIES_MAX;
    // What is sealed in 64 KiB pieces grows by less than a hundredth.
    assert!(all / 100 * 101 < SNAPSHOT_BYTES_MAX, "{all}");
}

#[test]
fn old_batches_are_let_go_of_whole() {
    let whole = journal(&[2, 3, 1]);
    // Settlements are entries 3 and 7; entry 8 is open.
    for (kept, start) in [(8, 0), (7, 3), (5, 3), (4, 7), (1, 7), (0, 7)] {
        let rest = whole.letting_go(kept).unwrap();
        assert_eq!(rest.start().entries, start, "{kept}");
        assert_eq!(rest.head(), whole.head(), "{kept}");
        assert!(whole.contains(&rest));
        assert_eq!(rest.contains(&whole), start == 0);
        assert_eq!(rest.digest_at(8), whole.digest_at(8));
        assert_eq!(rest.digest_at(start), whole.digest_at(start));
        assert_eq!(rest.digest_at(2).is_some(), start < 2);
        assert_eq!(rest.digest_at(9), None);
        let records = rest.records().unwrap();
        assert_eq!(
            Journal::read(&records, TERMINAL).unwrap().head(),
            whole.head()
        );
    }
    let open = journal(&[5]);
    assert_eq!(open.letting_go(1).unwrap().entries(), open.entries());
}

#[test]
fn one_journal_contains_its_own_beginnings_and_no_other() {
    let long = journal(&[2, 3, 1]);
    for batches in [&[][..], &[2], &[2, 0], &[2, 3]] {
        assert!(long.contains(&journal(batches)), "{batches:?}");
    }
    for batches in [&[1, 0][..], &[3], &[2, 3, 2]] {
        assert!(!long.contains(&journal(batches)), "{batches:?}");
    }
}

#[test]
fn the_open_batch_is_told_newest_first() {
    let numbers = |journal: &Journal| -> Vec<u64> {
        journal.open_batch().map(|entry| entry.number).collect()
    };
    assert_eq!(numbers(&journal(&[2, 3])), [6, 5, 4]);
    assert_eq!(numbers(&journal(&[2, 0])), []);
    assert_eq!(numbers(&journal(&[])), []);
}
