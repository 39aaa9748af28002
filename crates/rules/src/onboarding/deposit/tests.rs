//! The rule of the deposit by worked examples, and what holds for all of them.

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;

/// The offer of the design: 10,000 CNY within 30 days.
const BACK: DepositBack = DepositBack {
    taken: Fen::sum(1_000_000),
    within_days: 30,
};

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// A settled day, in fen.
fn day(text: &str, sales: i64, refunds: i64) -> DayTaken {
    DayTaken {
        day: date(text),
        sales: Fen::new(sales).unwrap(),
        refunds: Fen::new(refunds).unwrap(),
        unsettled: 0,
    }
}

fn counting(taken: i64, last_day: &str) -> DepositStanding {
    DepositStanding::Counting {
        taken: Fen::sum(taken),
        missing: Fen::sum(1_000_000 - taken),
        last_day: date(last_day),
    }
}

fn earned(on: &str, taken: i64) -> DepositStanding {
    DepositStanding::Earned {
        on: date(on),
        taken: Fen::sum(taken),
    }
}

fn missed(taken: i64) -> DepositStanding {
    DepositStanding::Missed {
        taken: Fen::sum(taken),
    }
}

#[track_caller]
fn check(activated: &str, days: &[DayTaken], today: &str, expect: DepositStanding) {
    assert_eq!(evaluate(&BACK, date(activated), days, date(today)), expect);
}

#[test]
fn the_last_day_is_thirty_days_after_the_day_of_activation() {
    for (activated, last) in [
        ("2026-03-01", "2026-03-31"),
        ("2026-03-31", "2026-04-30"),
        ("2026-01-31", "2026-03-02"),
        // Over the leap day, and from it.
        ("2028-01-30", "2028-02-29"),
        ("2028-01-31", "2028-03-01"),
        ("2028-02-29", "2028-03-30"),
        ("2027-02-28", "2027-03-30"),
        ("2026-12-15", "2027-01-14"),
    ] {
        assert_eq!(BACK.last_day(date(activated)), date(last), "{activated}");
        check(activated, &[], last, counting(0, last));
    }
}

#[test]
fn exactly_the_amount_is_enough_and_one_fen_short_is_not() {
    let reached = [day("2026-03-05", 400_000, 0), day("2026-03-20", 600_000, 0)];
    check(
        "2026-03-01",
        &reached,
        "2026-03-20",
        earned("2026-03-20", 1_000_000),
    );
    let short = [day("2026-03-05", 400_000, 0), day("2026-03-20", 599_999, 0)];
    check(
        "2026-03-01",
        &short,
        "2026-03-31",
        counting(999_999, "2026-03-31"),
    );
    check("2026-03-01", &short, "2026-04-01", missed(999_999));
}

#[test]
fn the_first_and_the_last_day_count_and_the_days_around_them_do_not() {
    let before = [day("2026-02-28", 1_000_000, 0)];
    check(
        "2026-03-01",
        &before,
        "2026-03-10",
        counting(0, "2026-03-31"),
    );
    let first = [day("2026-03-01", 1_000_000, 0)];
    check(
        "2026-03-01",
        &first,
        "2026-03-01",
        earned("2026-03-01", 1_000_000),
    );
    let last = [day("2026-03-31", 1_000_000, 0)];
    check(
        "2026-03-01",
        &last,
        "2026-04-20",
        earned("2026-03-31", 1_000_000),
    );
    let after = [day("2026-04-01", 1_000_000, 0)];
    check("2026-03-01", &after, "2026-04-20", missed(0));
}

#[test]
fn a_second_before_midnight_counts_and_midnight_does_not() {
    let shanghai = jiff::tz::offset(8);
    for (instant, expect) in [
        ("2026-03-31T15:59:59Z", earned("2026-03-31", 1_000_000)),
        ("2026-03-31T16:00:00Z", missed(0)),
    ] {
        let instant: Timestamp = instant.parse().unwrap();
        let taken = DayTaken {
            day: shanghai.to_datetime(instant).date(),
            ..day("2026-03-31", 1_000_000, 0)
        };
        check("2026-03-01", &[taken], "2026-04-02", expect);
    }
}

#[test]
fn a_refund_takes_it_below_unless_it_was_earned_before() {
    // Sold and given back on one day: nothing was earned.
    let same_day = [day("2026-03-05", 1_000_000, 1)];
    check("2026-03-01", &same_day, "2026-04-01", missed(999_999));
    // A refund of an earlier day stands in the way; a later one does not.
    let earlier = [
        day("2026-03-05", 0, 100_000),
        day("2026-03-06", 1_050_000, 0),
    ];
    check(
        "2026-03-01",
        &earlier,
        "2026-03-06",
        counting(950_000, "2026-03-31"),
    );
    let later = [
        day("2026-03-05", 1_000_000, 0),
        day("2026-03-06", 0, 1_000_000),
    ];
    check(
        "2026-03-01",
        &later,
        "2026-03-10",
        earned("2026-03-05", 1_000_000),
    );
    // More refunds than sales is less than nothing.
    let below = [day("2026-03-05", 0, 500)];
    check(
        "2026-03-01",
        &below,
        "2026-03-10",
        counting(-500, "2026-03-31"),
    );
}

#[test]
fn nothing_is_missed_while_something_in_the_window_is_unsettled() {
    let waiting = |text| DayTaken {
        unsettled: 1,
        ..day(text, 900_000, 0)
    };
    let inside = [waiting("2026-03-31")];
    check(
        "2026-03-01",
        &inside,
        "2026-04-05",
        counting(900_000, "2026-03-31"),
    );
    let outside = [day("2026-03-31", 900_000, 0), waiting("2026-04-01")];
    check("2026-03-01", &outside, "2026-04-05", missed(900_000));
}

#[test]
fn what_has_not_come_yet_does_not_count() {
    let tomorrow = [day("2026-03-11", 1_000_000, 0)];
    check(
        "2026-03-01",
        &tomorrow,
        "2026-03-10",
        counting(0, "2026-03-31"),
    );
    check(
        "2026-03-01",
        &tomorrow,
        "2026-02-01",
        counting(0, "2026-03-31"),
    );
}

#[test]
fn several_of_one_day_are_added_up_before_the_day_is_looked_at() {
    let twice = [
        day("2026-03-05", 1_000_000, 0),
        day("2026-03-05", 0, 1),
        day("2026-03-06", 1, 0),
    ];
    check(
        "2026-03-01",
        &twice,
        "2026-03-31",
        earned("2026-03-06", 1_000_000),
    );
}

fn any_day() -> impl Strategy<Value = DayTaken> {
    (-3_i32..40, 0_i64..200_000, 0_i64..50_000, 0_u32..2).prop_map(
        |(after, sales, refunds, unsettled)| DayTaken {
            day: date("2026-03-01").saturating_add(after.days()),
            sales: Fen::new(sales).unwrap(),
            refunds: Fen::new(refunds).unwrap(),
            unsettled,
        },
    )
}

/// How good a standing is for the merchant.
fn worth(standing: DepositStanding) -> (u8, i64, i64) {
    match standing {
        DepositStanding::Missed { taken } => (0, 0, taken.fen()),
        DepositStanding::Counting { taken, .. } => (1, 0, taken.fen()),
        DepositStanding::Earned { on, .. } => {
            let early = (date("2027-01-01") - on).get_days();
            (2, i64::from(early), 0)
        }
    }
}

proptest! {
    #[test]
    fn the_order_of_the_days_means_nothing(
        days in prop::collection::vec(any_day(), 0..30),
        after in 0_i32..45,
    ) {
        let today = date("2026-03-01").saturating_add(after.days());
        let forwards = evaluate(&BACK, date("2026-03-01"), &days, today);
        let mut turned = days;
        turned.reverse();
        prop_assert_eq!(forwards, evaluate(&BACK, date("2026-03-01"), &turned, today));
        turned.sort_by_key(|taken| taken.sales);
        prop_assert_eq!(forwards, evaluate(&BACK, date("2026-03-01"), &turned, today));
    }

    #[test]
    fn one_more_settled_sale_never_makes_it_worse(
        days in prop::collection::vec(any_day(), 0..30),
        more in any_day(),
        after in 0_i32..45,
    ) {
        let today = date("2026-03-01").saturating_add(after.days());
        let before = evaluate(&BACK, date("2026-03-01"), &days, today);
        let mut longer = days;
        longer.push(DayTaken { refunds: Fen::ZERO, unsettled: 0, ..more });
        let with_it = evaluate(&BACK, date("2026-03-01"), &longer, today);
        prop_assert!(worth(with_it) >= worth(before), "{before:?} {with_it:?}");
    }

    #[test]
    fn what_is_taken_and_what_is_missing_are_the_amount(
        days in prop::collection::vec(any_day(), 0..10),
    ) {
        let standing = evaluate(&BACK, date("2026-03-01"), &days, date("2026-03-20"));
        if let DepositStanding::Counting { taken, missing, .. } = standing {
            prop_assert!(missing > Fen::ZERO);
            prop_assert_eq!(taken.fen() + missing.fen(), BACK.taken.fen());
        }
    }
}
