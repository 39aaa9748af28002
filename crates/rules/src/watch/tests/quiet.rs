//! How many alerts a month of normal traffic raises. All of them are false.
//!
//! `cargo test --workspace --locked --lib watch::tests::quiet -- --nocapture` prints
//! the figures that docs/performance.md gives.

use std::collections::BTreeMap;

use super::super::Rule;
use super::stage::{Stage, midnight};
use super::traffic::{MERCHANTS, Traffic};

/// The days before the month that is measured: habits are learned.
const LEARNED_DAYS: u32 = 30;
/// The month that is measured.
const MEASURED_DAYS: u32 = 30;

/// The bound: alerts per 1,000 merchants and month.
const FALSE_ALERTS_MAX: f64 = 2.0;

/// The months that are measured: each seed is another acquirer.
const SEEDS: [u64; 5] = [7, 11, 23, 42, 99];

#[test]
fn a_normal_month_is_quiet() {
    for seed in SEEDS {
        let by_rule = month(seed);
        let total: u32 = by_rule.values().sum();
        let rate = f64::from(total) * 1_000.0 / f64::from(MERCHANTS);
        for (rule, count) in by_rule.iter().filter(|(_, count)| **count > 0) {
            println!("  {:>22} {count}", rule.name());
        }
        println!("  {rate:.1} alerts per 1,000 merchants and month");
        assert!(rate <= FALSE_ALERTS_MAX, "{rate}: {by_rule:?}");
    }
}

/// How often each rule spoke in the month that is measured.
fn month(seed: u64) -> BTreeMap<Rule, u32> {
    let mut stage = Stage::default();
    let mut traffic = Traffic::from_seed(seed);
    let mut events = 0_usize;
    for day in 0..LEARNED_DAYS + MEASURED_DAYS {
        let happened = traffic.day(day);
        events += happened.len();
        stage.tell_all(&happened);
    }
    println!("seed {seed}: {events} events of {MERCHANTS} merchants");
    assert!(events > 200_000, "so many merchants do more than that");
    let mut by_rule = BTreeMap::new();
    let since = midnight(LEARNED_DAYS);
    for alert in stage.alerts.iter().filter(|alert| alert.at >= since) {
        *by_rule.entry(alert.rule).or_default() += 1;
    }
    by_rule
}
