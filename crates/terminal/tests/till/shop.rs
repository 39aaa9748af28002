//! A shop with a terminal that keeps a journal, and somebody at it.

use tillkey_terminal::wire::cbor;
use tillkey_terminal::wire::journal::{Amount, Entry, Head, Tally, Transaction};
use tillkey_terminal::{Device, Fault, Notice, Refund, Sale, Step};

use crate::devices::{Memory, noon};
use crate::world::{CASHIER, World, operator};

pub(crate) const SUPERVISOR: u8 = 0;

pub(crate) fn sale_of(fen: u64) -> Sale {
    Sale {
        amount: Amount::from_fen(fen).unwrap(),
        card: "622202******0128".parse().unwrap(),
        remark: Some("早餐".parse().unwrap()),
    }
}

pub(crate) fn refund_of(fen: u64) -> Refund {
    Refund {
        amount: Amount::from_fen(fen).unwrap(),
        card: "622202******0128".parse().unwrap(),
        remark: None,
    }
}

/// The cashier and the supervisor choose passwords and sign on.
pub(crate) fn staffed<D: Device>(world: &mut World<D>) {
    world.first_password(SUPERVISOR, "59318264").unwrap();
    world.first_password(CASHIER, "739201").unwrap();
    sign_on(world);
}

pub(crate) fn sign_on<D: Device>(world: &mut World<D>) {
    assert!(world.signs_on(SUPERVISOR, "59318264").unwrap());
    assert!(world.signs_on(CASHIER, "739201").unwrap());
}

/// A till with a journal, and the cashier and the supervisor signed on.
pub(crate) fn open_shop(seed: u64) -> (World<Memory>, Memory) {
    let (mut world, memory) = World::enrolled_with_journal(seed);
    staffed(&mut world);
    (world, memory)
}

pub(crate) fn recorded(step: Result<Step, Fault>) -> Entry {
    let step = step.unwrap();
    match step.notices.into_iter().next() {
        Some(Notice::Recorded(entry)) => entry,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn sells(world: &mut World<Memory>, fen: u64) -> Entry {
    recorded(world.terminal().sale(operator(CASHIER), sale_of(fen)))
}

/// A log of a journal with so many settled batches of so many sales each. `log` is one
/// with a single sale, whose opening it takes over.
pub(crate) fn long_log(log: &[Vec<u8>], (batches, sales): (usize, usize)) -> Vec<Vec<u8>> {
    let first: Entry = cbor::decode(&log[1]).unwrap();
    let terminal = terminal_of(&log[0]);
    let mut tally = Tally::from(Head::empty(terminal)).unwrap();
    let mut records = vec![log[0].clone()];
    for _ in 0..batches {
        for place in 0..=sales {
            let head = tally.head();
            let transaction = if place < sales {
                first.transaction.clone()
            } else {
                let totals = head.unsettled;
                Transaction::Settlement { totals }
            };
            let entry = Entry {
                number: head.entries + 1,
                at: noon(),
                batch: head.batch,
                operator: operator(CASHIER),
                transaction,
            };
            tally.add(&entry).unwrap();
            records.push(cbor::encode(&entry).unwrap());
        }
    }
    records
}

fn terminal_of(opening: &[u8]) -> tillkey_terminal::wire::ids::TerminalId {
    #[derive(serde::Deserialize)]
    struct Opening {
        terminal: tillkey_terminal::wire::ids::TerminalId,
    }
    cbor::decode::<Opening>(opening).unwrap().terminal
}
