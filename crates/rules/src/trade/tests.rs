//! What is asked about trade, and how it is guessed at.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::*;
use crate::vocabulary::QuestionKind;

/// A receipt, as a customer carries it out of the shop: all that a bin behind it holds.
struct Receipt {
    amount: i64,
    is_refund: bool,
}

/// A day of made-up receipts.
#[derive(Debug, Clone)]
struct Bought {
    sales: Vec<i64>,
    refunds: Vec<i64>,
    voids: u32,
    unsettled: u32,
    is_paid: bool,
}

fn first() -> Date {
    date(2026, 2, 1)
}

fn books_of(bought: &[Bought]) -> Vec<TradeDay> {
    let days = first().series(jiff::Span::new().days(1));
    days.zip(bought)
        .map(|(day, bought)| {
            let (sales, refunds): (i64, i64) =
                (bought.sales.iter().sum(), bought.refunds.iter().sum());
            TradeDay {
                day,
                sales: u32::try_from(bought.sales.len()).unwrap(),
                sales_total: Fen::sum(sales),
                refunds: u32::try_from(bought.refunds.len()).unwrap(),
                refunds_total: Fen::sum(refunds),
                voids: bought.voids,
                unsettled: bought.unsettled,
                paid: bought
                    .is_paid
                    .then(|| Fen::sum((sales - refunds) - sales * 38 / 10_000)),
            }
        })
        .collect()
}

fn bought() -> impl Strategy<Value = Bought> {
    let amount = prop_oneof![
        4 => 100i64..30_000,
        // Prices of a list, whole yuan.
        4 => proptest::sample::select(vec![600i64, 1_200, 1_500, 1_800, 2_800]),
        1 => 1_000_000i64..3_000_000,
    ];
    (
        proptest::collection::vec(amount.clone(), 0..60),
        proptest::collection::vec(amount, 0..5),
        prop_oneof![5 => Just(0u32), 1 => 1u32..3],
        prop_oneof![8 => Just(0u32), 1 => 1u32..3],
        any::<bool>(),
    )
        .prop_map(|(sales, refunds, voids, unsettled, is_paid)| Bought {
            sales,
            refunds,
            voids,
            unsettled,
            is_paid,
        })
}

fn a_month() -> impl Strategy<Value = Vec<Bought>> {
    proptest::collection::vec(bought(), 0..31)
}

fn right_answers(asked: &[Question], books: &[TradeDay]) -> BTreeMap<Question, i64> {
    asked
        .iter()
        .map(|question| {
            let day = books.iter().find(|day| day.day == question.day).unwrap();
            let answer = match question.kind {
                QuestionKind::SalesTotal => day.sales_total.fen(),
                QuestionKind::SalesCount => i64::from(day.sales),
                QuestionKind::RefundsTotal => day.refunds_total.fen(),
                QuestionKind::NetPaid => day.paid.unwrap().fen(),
            };
            (*question, answer)
        })
        .collect()
}

proptest! {
    #[test]
    fn e17_no_answer_stands_on_a_receipt(month in a_month(), seed in "[0-9a-f]{16}") {
        let books = books_of(&month);
        let Some(asked) = draw(&books, &BTreeSet::new(), &seed) else { return Ok(()) };
        for (question, answer) in right_answers(&asked, &books) {
            let at = question.day.duration_since(first()).as_hours() / 24;
            let day = &month[usize::try_from(at).unwrap()];
            let sales = day.sales.iter().map(|&amount| Receipt { amount, is_refund: false });
            let refunds = day.refunds.iter().map(|&amount| Receipt { amount, is_refund: true });
            let receipts: Vec<Receipt> = sales.chain(refunds).collect();
            if question.kind == QuestionKind::NetPaid {
                continue;
            }
            // Nor on two or three of one day together.
            let of_kind = receipts
                .iter()
                .filter(|r| r.is_refund == (question.kind == QuestionKind::RefundsTotal));
            prop_assert!(of_kind.count() >= 3, "{question}");
            prop_assert!(receipts.iter().all(|receipt| receipt.amount != answer), "{question}");
        }
    }

    #[test]
    fn e17_what_is_asked_is_settled_and_not_guessed(month in a_month(), seed in "[0-9a-f]{16}") {
        let books = books_of(&month);
        let Some(asked) = draw(&books, &BTreeSet::new(), &seed) else { return Ok(()) };
        prop_assert_eq!(asked.len(), QUESTIONS);
        let soft = |question: &&Question| {
            matches!(question.kind, QuestionKind::SalesCount | QuestionKind::RefundsTotal)
        };
        prop_assert!(asked.iter().filter(soft).count() <= 1);
        for (at, question) in asked.iter().enumerate() {
            for other in &asked[at + 1..] {
                let apart = question.day.duration_since(other.day).abs().as_hours() / 24;
                prop_assert!(apart >= 2, "{question} and {other}");
            }
        }
        let answers = right_answers(&asked, &books);
        for (question, answer) in &answers {
            let day = books.iter().find(|day| day.day == question.day).unwrap();
            let by_settlement = question.kind == QuestionKind::NetPaid;
            prop_assert!(by_settlement || day.unsettled == 0, "{question}");
            match question.kind {
                QuestionKind::SalesCount => prop_assert!(*answer >= 20 && answer % 10 != 0),
                _ => prop_assert!(*answer >= 10_000 && answer % 1_000 != 0, "{question}"),
            }
        }
        prop_assert!(are_known(&asked, &answers, &books));
        // A cent beside it is wrong, and one wrong answer of four is forgiven, not two.
        for cent in [-1, 1] {
            let mut near = answers.clone();
            for (wrong, answer) in near.values_mut().enumerate() {
                if wrong < 2 {
                    *answer += cent;
                }
            }
            prop_assert!(!are_known(&asked, &near, &books));
        }
        let mut one = answers.clone();
        *one.values_mut().next().unwrap() += 1;
        prop_assert!(are_known(&asked, &one, &books));
    }

    #[test]
    fn e17_whoever_knows_every_other_day_still_does_not_know(
        month in a_month(), seed in "[0-9a-f]{16}",
    ) {
        let books = books_of(&month);
        let Some(asked) = draw(&books, &BTreeSet::new(), &seed) else { return Ok(()) };
        let days: BTreeSet<Date> = asked.iter().map(|question| question.day).collect();
        let elsewhere: Vec<&TradeDay> =
            books.iter().filter(|day| !days.contains(&day.day)).collect();
        // Guess each answer by what the same thing was on another day, all combinations
        // that one guess a day allows.
        for guessed_by in &elsewhere {
            let answers = asked
                .iter()
                .map(|question| {
                    let answer = match question.kind {
                        QuestionKind::SalesTotal => guessed_by.sales_total.fen(),
                        QuestionKind::SalesCount => i64::from(guessed_by.sales),
                        QuestionKind::RefundsTotal => guessed_by.refunds_total.fen(),
                        QuestionKind::NetPaid => guessed_by.paid.map_or(0, Fen::fen),
                    };
                    (*question, answer)
                })
                .collect();
            prop_assert!(!are_known(&asked, &answers, &books));
        }
    }

    #[test]
    fn the_same_seed_asks_the_same_and_what_was_asked_is_not_asked_again(
        month in a_month(), seed in "[0-9a-f]{16}",
    ) {
        let books = books_of(&month);
        let Some(asked) = draw(&books, &BTreeSet::new(), &seed) else { return Ok(()) };
        let again = draw(&books, &BTreeSet::new(), &seed);
        prop_assert_eq!(Some(&asked), again.as_ref());
        let before: BTreeSet<Question> = asked.iter().copied().collect();
        if let Some(next) = draw(&books, &before, &seed) {
            prop_assert!(next.iter().all(|question| !before.contains(question)));
        }
    }

    #[test]
    fn made_up_questions_look_like_others(seed in "[0-9a-f]{64}", ahead in 0i64..800) {
        let today = first().saturating_add(jiff::Span::new().days(ahead));
        let asked = made_up(today, &seed);
        prop_assert_eq!(asked.len(), QUESTIONS);
        prop_assert_eq!(&asked, &made_up(today, &seed));
        prop_assert!(asked.iter().all(|question| question.day < today));
        for question in asked {
            prop_assert_eq!(question.to_string().parse(), Ok(question));
        }
    }
}

fn usual() -> Bought {
    Bought {
        sales: (0..25).map(|number| 1_000 + number * 37).collect(),
        refunds: Vec::new(),
        voids: 0,
        unsettled: 0,
        is_paid: false,
    }
}

fn month_of(days: usize, change: impl Fn(usize, &mut Bought)) -> Vec<TradeDay> {
    let mut month: Vec<Bought> = vec![usual(); days];
    for (at, day) in month.iter_mut().enumerate() {
        day.sales.push(1_001 + i64::try_from(at).unwrap());
        change(at, day);
    }
    books_of(&month)
}

fn can_be_drawn(books: &[TradeDay]) -> bool {
    draw(books, &BTreeSet::new(), "0").is_some()
}

#[test]
fn e17_with_too_little_trade_nothing_is_asked() {
    assert!(!can_be_drawn(&[]));
    assert!(!can_be_drawn(&month_of(9, |_, _| ())));
    assert!(can_be_drawn(&month_of(10, |_, _| ())));
    // Ten days, and one of them with a voided sale, unsettled, or of few sales.
    let spoilt: [fn(&mut Bought); 4] = [
        |day| day.voids = 1,
        |day| day.unsettled = 1,
        |day| day.sales.truncate(9),
        |day| day.sales = vec![0; 20],
    ];
    for spoil in spoilt {
        let books = month_of(10, |at, day| {
            if at == 4 {
                spoil(day);
            }
        });
        assert!(!can_be_drawn(&books));
    }
    // The same amount day after day is known to whoever saw it once.
    let same = books_of(&vec![usual(); 30]);
    assert!(!can_be_drawn(&same));
}

#[test]
fn a_day_of_refunds_is_asked_about_when_there_are_some() {
    let refunds = |few: usize| {
        let books = month_of(20, |_, day| day.refunds = vec![5_551; few]);
        let seeds = (0..200).map(|seed| format!("{seed:02x}"));
        let asked = seeds.filter_map(|seed| draw(&books, &BTreeSet::new(), &seed));
        asked
            .flatten()
            .any(|question| question.kind == QuestionKind::RefundsTotal)
    };
    assert!(refunds(3));
    assert!(!refunds(2), "two refunds are two receipts");
}

#[test]
fn e17_answers_to_other_questions_count_for_nothing() {
    let books = month_of(20, |_, _| ());
    let asked = draw(&books, &BTreeSet::new(), "1").unwrap();
    let mut answers = right_answers(&asked, &books);
    for question in asked.iter().take(2) {
        answers.remove(question);
    }
    for day in &books {
        let kind = QuestionKind::SalesTotal;
        let other = Question { kind, day: day.day };
        if !asked.contains(&other) {
            answers.insert(other, day.sales_total.fen());
        }
    }
    assert!(!are_known(&asked, &answers, &books));
    assert!(!are_known(&[], &answers, &books), "no questions, no proof");
}

#[test]
fn amounts_are_never_rounded() {
    for (typed, fen) in [
        ("0", 0),
        ("1234", 123_400),
        ("1234.5", 123_450),
        ("1,234.56", 123_456),
        (" 0.01 ", 1),
        ("100000000.00", 10_000_000_000),
    ] {
        assert_eq!(Fen::read_yuan(typed).map(Fen::fen), Ok(fen), "{typed}");
    }
    for bad in [
        "",
        ".",
        "1.",
        ".5",
        "1.234",
        "-1",
        "+1",
        "1e3",
        "１２",
        "1 2",
        "100000000.01",
        "0x1",
    ] {
        assert!(Fen::read_yuan(bad).is_err(), "{bad}");
    }
    assert_eq!(Fen::sum(123_405).to_string(), "1234.05");
    assert_eq!(Fen::sum(-5).to_string(), "-0.05");
    assert!(Fen::new(-1).is_err() && Fen::new(10_000_000_001).is_err());
}

#[test]
fn a_question_has_one_spelling_and_words_in_both_languages() {
    let question: Question = "net_paid/2026-03-02".parse().unwrap();
    assert_eq!(question.wording().zh, "3 月 2 日到账金额是多少元？");
    assert!(question.wording().en.contains("2 March"));
    for kind in QuestionKind::ALL.iter().copied() {
        let question = Question { kind, ..question };
        assert_eq!(question.to_string().parse(), Ok(question));
        let words = question.wording();
        assert!(words.zh.contains("3 月 2 日") && words.en.contains("2 March"));
    }
    for bad in [
        "net_paid",
        "net_paid/20260302",
        "net_paid/2026-3-2",
        "/2026-03-02",
        "net_paid/2026-02-30",
    ] {
        assert!(bad.parse::<Question>().is_err(), "{bad}");
    }
    let count: Question = "sales_count/2026-03-02".parse().unwrap();
    assert_eq!(count.read("57"), Ok(57));
    assert!(count.read("57.0").is_err() && count.read("-1").is_err());
    assert_eq!(question.read("57"), Ok(5_700));
}
