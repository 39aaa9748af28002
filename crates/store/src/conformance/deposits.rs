//! Deposits: what counts is settled and the terminal's own, day by day.

use jiff::civil::{Date, date};
use tillkey_rules::onboarding::deposit::{DayTaken, DepositBack};
use tillkey_rules::trade::Fen;
use tillkey_rules::vocabulary::{DepositState, TransactionKind};

use super::Open;
use super::ground::{at, bank, id, keys, other_shop, settle, shop, till};
use crate::deposit::{self, Deposit, NewDeposit};
use crate::fault::Fault;
use crate::trade::{Transaction, record_transaction};
use crate::tx::Tx;

fn first() -> Date {
    date(2026, 3, 2)
}

fn new() -> NewDeposit {
    NewDeposit {
        terminal: till(),
        acquirer: bank(),
        merchant: shop(),
        number: id("12345678"),
        deposit: Fen::sum(5_900),
        back: DepositBack {
            taken: Fen::sum(1_000_000),
            within_days: 30,
        },
        activated_on: first(),
        now: at(0),
    }
}

struct Taken<'a> {
    name: &'a str,
    kind: TransactionKind,
    fen: i64,
    day: Date,
    is_settled: bool,
    terminal: &'a str,
}

fn take(tx: &mut dyn Tx, taken: &Taken<'_>) -> Result<(), Fault> {
    let transaction = Transaction {
        merchant: shop(),
        terminal: id(taken.terminal),
        kind: taken.kind,
        amount: Fen::sum(taken.fen),
        taken_at: at(0),
        batch: 1,
        settled_on: taken.is_settled.then_some(taken.day),
    };
    let reference = keys().reference_digest(&bank(), taken.name);
    record_transaction(tx, (&bank(), &reference), &transaction, taken.day).map(|_| ())
}

/// The days of a deposit are those of its own terminal within its window; what is not
/// settled is counted as such, and a void is nothing.
pub(super) fn a_deposit_counts_what_its_terminal_settled(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(|tx| {
        settle(tx)?;
        deposit::add(tx, &new())?;
        let sale = |name, fen, day, is_settled| Taken {
            name,
            kind: TransactionKind::Sale,
            fen,
            day,
            is_settled,
            terminal: "12345678",
        };
        let (second, last, after) = (date(2026, 3, 3), date(2026, 4, 1), date(2026, 4, 2));
        for taken in [
            sale("1", 100, first(), true),
            sale("2", 20, first(), false),
            sale("3", 7, last, true),
            sale("4", 1_000, after, true),
            sale("5", 1_000, date(2026, 3, 1), true),
            Taken {
                kind: TransactionKind::Refund,
                ..sale("6", 30, second, true)
            },
            Taken {
                kind: TransactionKind::Void,
                ..sale("7", 500, second, false)
            },
            Taken {
                terminal: "87654321",
                ..sale("8", 1_000, second, true)
            },
        ] {
            take(tx, &taken)?;
        }
        let found = deposit::find(tx, till())?.ok_or(Fault::Missing("deposit"))?;
        assert_eq!(found.last_day, last);
        let day = |day, sales, refunds, unsettled| DayTaken {
            day,
            sales: Fen::sum(sales),
            refunds: Fen::sum(refunds),
            unsettled,
        };
        assert_eq!(
            deposit::days(tx, &found)?,
            [
                day(first(), 100, 0, 1),
                day(second, 0, 30, 0),
                day(last, 7, 0, 0),
            ]
        );
        Ok(())
    })
}

/// A deposit is found by its merchant, its state and the end of its window.
pub(super) fn deposits_are_found_by_how_they_stand(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(|tx| {
        settle(tx)?;
        deposit::add(tx, &new())
    })?;
    let again = store.write_blocking(|tx| deposit::add(tx, &new()));
    assert!(matches!(again, Err(Fault::Taken(_))));
    store.write_blocking(|tx| {
        let found = deposit::find(tx, till())?.ok_or(Fault::Missing("deposit"))?;
        let today = date(2026, 3, 10);
        assert_eq!(deposit::due(tx, today, 10)?, [till()]);
        let after_the_window = date(2026, 4, 2);
        deposit::save(tx, &found, after_the_window)?;
        assert!(deposit::due(tx, today, 10)?.is_empty());
        deposit::touch(tx, &other_shop())?;
        assert!(deposit::due(tx, today, 10)?.is_empty());
        deposit::touch(tx, &shop())?;
        assert_eq!(deposit::due(tx, today, 10)?, [till()]);
        deposit::save(tx, &found, after_the_window)?;
        assert_eq!(deposit::due(tx, after_the_window, 10)?, [till()]);
        let earned = Deposit {
            state: DepositState::Earned,
            counted: Fen::sum(1_000_000),
            earned_on: Some(first()),
            changed_at: at(5),
            ..found
        };
        deposit::save(tx, &earned, first())?;
        deposit::touch(tx, &shop())?;
        assert!(deposit::due(tx, after_the_window, 10)?.is_empty());
        let in_state = (&bank(), DepositState::Earned);
        let found = deposit::in_state(tx, in_state, None, 10)?;
        assert_eq!(found, std::slice::from_ref(&earned));
        let after = Some((at(5), till()));
        assert!(deposit::in_state(tx, in_state, after, 10)?.is_empty());
        assert_eq!(deposit::of_merchant(tx, &shop(), 10)?, [earned]);
        Ok(())
    })
}
