use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::cbor;
use crate::ids::{OperatorNumber, TerminalId};
use crate::secret::Secret;

const TERMINAL: TerminalId = TerminalId::from_bytes([7; 10]);

fn operator(number: u8) -> OperatorNumber {
    OperatorNumber::new(number).unwrap()
}

fn amount(fen: u64) -> Amount {
    Amount::from_fen(fen).unwrap()
}

fn card() -> MaskedPan {
    "622202******0128".parse().unwrap()
}

fn sale(fen: u64) -> Transaction {
    Transaction::Sale {
        amount: amount(fen),
        card: card(),
        remark: None,
    }
}

fn refund(fen: u64, confirmed_by: u8) -> Transaction {
    Transaction::Refund {
        amount: amount(fen),
        card: card(),
        confirmed_by: operator(confirmed_by),
        remark: Some("隔天退货".parse().unwrap()),
    }
}

fn void(entry: u64, fen: u64) -> Transaction {
    Transaction::Void {
        entry,
        amount: amount(fen),
        confirmed_by: operator(0),
    }
}

struct Till(Tally);

impl Till {
    fn new() -> Self {
        Self(Tally::from(Head::empty(TERMINAL)).unwrap())
    }

    fn entry(&self, transaction: Transaction) -> Entry {
        Entry {
            number: self.0.head().entries + 1,
            at: Timestamp::UNIX_EPOCH,
            batch: self.0.head().batch,
            operator: operator(1),
            transaction,
        }
    }

    fn take(&mut self, transaction: Transaction) -> Result<(), JournalFault> {
        let entry = self.entry(transaction);
        self.0.add(&entry)
    }

    fn settle(&mut self) -> Result<(), JournalFault> {
        let totals = self.0.head().unsettled;
        self.take(Transaction::Settlement { totals })
    }
}

#[test]
fn a_batch_adds_up_and_is_settled() {
    let mut till = Till::new();
    till.take(sale(1_200)).unwrap();
    till.take(sale(800)).unwrap();
    till.take(void(2, 800)).unwrap();
    till.take(refund(100, 0)).unwrap();
    let totals = till.0.head().unsettled;
    assert_eq!(totals.count(), 4);
    assert_eq!(totals.net_fen(), 1_100);
    assert_eq!(till.0.sale(1), Some(amount(1_200)));
    assert_eq!(till.0.sale(2), None, "voided");
    till.settle().unwrap();
    let head = till.0.head();
    assert_eq!((head.entries, head.batch), (5, 2));
    assert!(head.is_settled());
    // From here on the entries before may be let go of.
    let mut rest = Till(Tally::from(head.clone()).unwrap());
    till.take(sale(5)).unwrap();
    rest.take(sale(5)).unwrap();
    assert_eq!(rest.0.head(), till.0.head());
}

#[test]
fn what_does_not_follow_is_refused_and_changes_nothing() {
    let mut till = Till::new();
    till.take(sale(500)).unwrap();
    let totals = till.0.head().unsettled;
    let next = till.entry(sale(1));
    let mut other = totals;
    other.sales.fen += 1;
    let cases: [(&str, Entry, JournalFault); 11] = [
        (
            "a gap",
            Entry {
                number: 3,
                ..next.clone()
            },
            JournalFault::Number {
                found: 3,
                expected: 2,
            },
        ),
        (
            "the same again",
            Entry {
                number: 1,
                ..next.clone()
            },
            JournalFault::Number {
                found: 1,
                expected: 2,
            },
        ),
        (
            "another batch",
            Entry {
                batch: 2,
                ..next.clone()
            },
            JournalFault::Batch { number: 2 },
        ),
        (
            "a void of nothing",
            till.entry(void(9, 500)),
            JournalFault::NoSuchSale { number: 2 },
        ),
        (
            "a void of another amount",
            till.entry(void(1, 499)),
            JournalFault::NoSuchSale { number: 2 },
        ),
        (
            "a cashier's own refund",
            till.entry(refund(1, 2)),
            JournalFault::Confirmation { number: 2 },
        ),
        (
            "an administrator's refund",
            till.entry(refund(1, 99)),
            JournalFault::Confirmation { number: 2 },
        ),
        (
            "a supervisor's sale",
            Entry {
                operator: operator(0),
                ..next.clone()
            },
            JournalFault::Operator { number: 2 },
        ),
        (
            "an administrator's sale",
            Entry {
                operator: operator(99),
                ..next
            },
            JournalFault::Operator { number: 2 },
        ),
        (
            "other totals",
            till.entry(Transaction::Settlement { totals: other }),
            JournalFault::Totals { number: 2 },
        ),
        (
            "a void twice",
            {
                till.take(void(1, 500)).unwrap();
                till.entry(void(1, 500))
            },
            JournalFault::NoSuchSale { number: 3 },
        ),
    ];
    let before = till.0.head().clone();
    let mut copy = Till(till.0.clone());
    for (what, entry, fault) in &cases[..10] {
        let mut fresh = Till::new();
        fresh.take(sale(500)).unwrap();
        assert_eq!(fresh.0.add(entry).as_ref(), Err(fault), "{what}");
        assert_eq!(fresh.0.head().entries, 1, "{what}");
    }
    let (what, entry, fault) = &cases[10];
    assert_eq!(copy.0.add(entry).as_ref(), Err(fault), "{what}");
    assert_eq!(copy.0.head(), &before);
    let mut empty = Till::new();
    assert_eq!(
        empty.settle(),
        Err(JournalFault::Totals { number: 1 }),
        "nothing to settle"
    );
    assert_eq!(
        Tally::from(before).map(|_| ()),
        Err(JournalFault::BeginsUnsettled)
    );
}

#[test]
fn a_full_batch_can_still_be_settled() {
    let mut till = Till::new();
    for _ in 0..crate::limits::BATCH_ENTRIES_MAX {
        till.take(sale(1)).unwrap();
    }
    assert_eq!(till.take(sale(1)), Err(JournalFault::BatchFull));
    till.settle().unwrap();
    till.take(sale(1)).unwrap();
}

#[test]
fn digests_tell_journals_apart() {
    let (mut one, mut other) = (Till::new(), Till::new());
    one.take(sale(1)).unwrap();
    other.take(sale(2)).unwrap();
    assert_ne!(one.0.head().digest, other.0.head().digest);
    one.take(sale(3)).unwrap();
    other.take(sale(3)).unwrap();
    assert_ne!(
        one.0.head().digest,
        other.0.head().digest,
        "the past counts"
    );
    assert_ne!(
        Head::empty(TERMINAL).digest,
        Head::empty(TerminalId::from_bytes([8; 10])).digest,
        "another terminal's entries do not fit"
    );
}

#[test]
fn g05_of_a_card_number_ten_digits_are_kept() {
    let number = Secret::new("6222021234567890128".to_owned());
    let masked = MaskedPan::of(&number).unwrap();
    assert_eq!(masked.to_string(), "622202******0128");
    assert_eq!(masked.to_string().parse(), Ok(masked.clone()));
    let written = cbor::encode(&masked).unwrap();
    assert_eq!(cbor::decode::<MaskedPan>(&written).unwrap(), masked);
    for wrong in ["6222021234567890120", "622202", "622202123456789012a", ""] {
        let wrong = Secret::new(wrong.to_owned());
        assert_eq!(MaskedPan::of(&wrong), Err(InvalidPan));
    }
    for wrong in [
        "6222021234567890128",
        "6222021******0128",
        "622202*****0128",
        "622202******01280",
        "622202*******0128",
        "62220a******0128",
    ] {
        assert_eq!(wrong.parse::<MaskedPan>(), Err(InvalidPan), "{wrong}");
    }
}

#[test]
fn g05_a_remark_with_card_data_cannot_be_read_either() {
    for text in ["4111 1111 1111 1111", "%B4111111111111111^A/B"] {
        assert!(matches!(
            text.parse::<Remark>(),
            Err(InvalidRemark::CardData(_))
        ));
        let written = cbor::encode(&text).unwrap();
        assert!(cbor::decode::<Remark>(&written).is_err(), "{text}");
    }
    for text in ["", "   ", "two\nlines", &"长".repeat(33)] {
        assert_eq!(text.parse::<Remark>(), Err(InvalidRemark::Shape), "{text}");
    }
}

proptest! {
    /// Whatever is taken in whatever order: what the batch comes to is what its entries
    /// come to, and the same entries give the same head.
    #[test]
    fn entries_come_to_the_same_however_they_are_added_up(
        steps in prop::collection::vec((0_u8..4, 1_u64..1_000_000, 0_usize..8), 0..60),
    ) {
        let mut till = Till::new();
        let (mut kept, mut net) = (Vec::new(), 0_i64);
        for (kind, fen, which) in steps {
            let signed = i64::try_from(fen).unwrap();
            let sales: Vec<u64> = (1..=till.0.head().entries)
                .filter(|number| till.0.sale(*number).is_some())
                .collect();
            let (transaction, change) = match kind {
                0 | 1 => (sale(fen), signed),
                2 => (refund(fen, 0), -signed),
                _ => match sales.get(which) {
                    Some(number) => {
                        let fen = till.0.sale(*number).unwrap().fen();
                        (void(*number, fen), -i64::try_from(fen).unwrap())
                    }
                    None if till.0.head().is_settled() => continue,
                    None => {
                        let totals = till.0.head().unsettled;
                        (Transaction::Settlement { totals }, -net)
                    }
                },
            };
            let entry = till.entry(transaction);
            till.0.add(&entry).unwrap();
            net += change;
            prop_assert_eq!(till.0.head().unsettled.net_fen(), net);
            kept.push(entry);
        }
        let mut again = Till::new();
        for entry in &kept {
            let written = cbor::encode(entry).unwrap();
            again.0.add(&cbor::decode(&written).unwrap()).unwrap();
        }
        prop_assert_eq!(again.0.head(), till.0.head());
    }
}
