use std::thread;

use jiff::civil::{Date, date};
use tillkey_rules::spending::{Purse, Spent};
use tillkey_rules::trade::{Fen, Question, TradeDay};
use tillkey_rules::vocabulary::{QuestionKind, TransactionKind};

use super::Open;
use super::ground::{at, bank, case_id, id, keys, settle, shop};
use crate::fault::Fault;
use crate::question_set::{self, QuestionSet};
use crate::seal::Digest;
use crate::spending;
use crate::trade::{
    Settlement, Standing, Transaction, days, has_terminal, record_settlement, record_transaction,
};

fn reference(text: &str) -> Digest {
    keys().reference_digest(&bank(), text)
}

fn monday() -> Date {
    date(2026, 3, 2)
}

fn sale(fen: i64, settled_on: Option<Date>) -> Transaction {
    Transaction {
        merchant: shop(),
        terminal: id("12345678"),
        kind: TransactionKind::Sale,
        amount: Fen::sum(fen),
        taken_at: at(0),
        batch: 7,
        settled_on,
    }
}

pub(super) fn transactions_are_recorded_once(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    let (bank, tuesday) = (bank(), date(2026, 3, 3));
    store.write_blocking(move |tx| {
        settle(tx)?;
        assert!(has_terminal(tx, &shop(), &id("12345678"))?);
        assert!(!has_terminal(tx, &shop(), &id("87654321"))?);
        let first = reference("1");
        let name = (&bank, &first);
        for (row, standing) in [
            (sale(100, None), Standing::New),
            (sale(100, None), Standing::Known),
            (sale(101, None), Standing::Other),
            (sale(101, Some(monday())), Standing::Other),
            (sale(100, Some(monday())), Standing::Settled),
            (sale(100, Some(monday())), Standing::Known),
            (sale(100, Some(tuesday)), Standing::Other),
            (sale(100, None), Standing::Other),
        ] {
            assert_eq!(record_transaction(tx, name, &row, monday())?, standing);
        }
        let refund = Transaction {
            kind: TransactionKind::Refund,
            ..sale(30, None)
        };
        record_transaction(tx, (&bank, &reference("2")), &refund, monday())?;
        let void = Transaction {
            kind: TransactionKind::Void,
            ..sale(10, Some(monday()))
        };
        record_transaction(tx, (&bank, &reference("3")), &void, monday())?;
        record_transaction(tx, (&bank, &reference("4")), &sale(7, None), tuesday)?;
        let paid = Settlement {
            merchant: shop(),
            paid_on: tuesday,
            gross: Fen::sum(100),
            fees: Fen::sum(1),
            net: Fen::sum(99),
        };
        let other = Settlement {
            fees: Fen::sum(2),
            net: Fen::sum(98),
            ..paid.clone()
        };
        for (name, row, standing) in [
            ("5", &paid, Standing::New),
            ("5", &paid, Standing::Known),
            ("5", &other, Standing::Other),
            ("6", &paid, Standing::Other),
        ] {
            assert_eq!(
                record_settlement(tx, (&bank, &reference(name)), row)?,
                standing
            );
        }
        let found = days(tx, &shop(), (monday(), date(2026, 3, 4)))?;
        let first = TradeDay {
            sales: 1,
            sales_total: Fen::sum(100),
            refunds: 1,
            refunds_total: Fen::sum(30),
            voids: 1,
            unsettled: 1,
            ..TradeDay::empty(monday())
        };
        let second = TradeDay {
            sales: 1,
            sales_total: Fen::sum(7),
            unsettled: 1,
            paid: Some(Fen::sum(99)),
            ..TradeDay::empty(tuesday)
        };
        assert_eq!(found, [first.clone(), second]);
        assert_eq!(days(tx, &shop(), (monday(), tuesday))?, [first]);
        Ok(())
    })
}

fn drawn(second: i64) -> QuestionSet {
    let kind = QuestionKind::NetPaid;
    QuestionSet {
        drawn_at: at(second),
        is_real: true,
        questions: vec![Question {
            kind,
            day: monday(),
        }],
    }
}

pub(super) fn questions_take_their_tries_over_all_cases(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(|tx| {
        question_set::keep(tx, "shop", &drawn(0), 3)?;
        assert_eq!(question_set::in_use(tx, "shop", at(-1))?, Some(drawn(0)));
        assert_eq!(question_set::in_use(tx, "shop", at(0))?, None, "too old");
        assert_eq!(question_set::in_use(tx, "other", at(-1))?, None);
        for case in [1, 2] {
            question_set::ask(tx, case_id(case), ("shop", at(0)), at(60))?;
        }
        assert_eq!(
            question_set::of_case(tx, case_id(1), at(59))?,
            Some(drawn(0))
        );
        assert_eq!(question_set::of_case(tx, case_id(1), at(60))?, None);
        assert_eq!(question_set::take_try(tx, case_id(1), at(60))?, None);
        assert_eq!(question_set::take_try(tx, case_id(3), at(1))?, None);
        Ok(())
    })?;
    let taken: usize = thread::scope(|scope| {
        let asked: Vec<_> = (0..20)
            .map(|number| {
                let store = &store;
                let case = case_id(1 + number % 2);
                scope.spawn(move || {
                    store.write_blocking(move |tx| question_set::take_try(tx, case, at(1)))
                })
            })
            .collect();
        asked
            .into_iter()
            .filter_map(|asked| asked.join().ok()?.ok()?)
            .count()
    });
    assert_eq!(taken, 3, "however many ask at once, and in whichever case");
    store.write_blocking(|tx| {
        assert!(question_set::in_use(tx, "shop", at(-1))?.is_some());
        question_set::answered(tx, case_id(2), at(2))?;
        assert_eq!(question_set::in_use(tx, "shop", at(-1))?, None, "heard");
        assert_eq!(question_set::since(tx, "shop", at(-1))?, [drawn(0)]);
        question_set::keep(tx, "shop", &drawn(5), 3)?;
        assert_eq!(question_set::in_use(tx, "shop", at(-1))?, Some(drawn(5)));
        Ok(())
    })
}

pub(super) fn spending_adds_up_and_alarms_once(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    let bank = bank();
    store.write_blocking(move |tx| {
        let day = (&bank, monday());
        assert_eq!(spending::on_day(tx, &bank, monday())?, Spent::default());
        spending::spend(tx, day, Purse::Asked, 5)?;
        spending::spend(tx, day, Purse::Asked, 6)?;
        spending::spend(tx, day, Purse::Owed, 1)?;
        let spent = Spent { asked: 11, owed: 1 };
        assert_eq!(spending::on_day(tx, &bank, monday())?, spent);
        assert!(spending::alarm(tx, day, Purse::Asked, at(0))?);
        assert!(!spending::alarm(tx, day, Purse::Asked, at(1))?);
        assert!(spending::alarm(
            tx,
            (&bank, date(2026, 3, 3)),
            Purse::Owed,
            at(1)
        )?);
        assert_eq!(spending::on_day(tx, &bank, monday())?, spent);
        Ok(())
    })
}
