//! The whole of it in one process, from one seed: the server with its store and its link,
//! two terminals, the merchant's phone, the acquirer's people, whoever listens on the line;
//! the time, the network, and crashes of either side. After every step the database, the
//! ledger and every answer are held against what must hold (DESIGN, section 2).
//!
//! A run is `STEPS` steps of whatever the seed brings, and then an end: the network heals,
//! and everything that was begun has to end. Two runs of one seed write the same trace,
//! byte for byte. A run that fails names its seed:
//!
//! - `TILLKEY_SIMULATION_SEED=7` runs that one, and shows its whole trace.
//! - `TILLKEY_SIMULATION_SEEDS=100000` runs so many.

#![cfg(test)]

mod chance;
mod disk;
mod ending;
mod fate;
mod frame;
mod invariants;
mod keypad;
mod line;
mod log;
mod model;
mod network;
mod people;
mod phone;
mod plan;
mod portal;
mod run;
mod server;
mod sight;
mod staff;
mod storage;
mod template;
mod till;
mod trace;
mod visit;
mod world;

use self::run::{one, several};

/// How many seeds are run where nobody says.
const SEEDS: u64 = 2_000;
/// How many steps a run has before its end.
const STEPS: usize = 80;
/// How many seeds are run twice.
const TWICE: u64 = 12;

fn asked(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is a number, and not {text}")),
    )
}

#[test]
fn d12_nothing_is_lost_doubled_or_told_whatever_fails() {
    if let Some(seed) = asked("TILLKEY_SIMULATION_SEED") {
        let run = one(seed, true).unwrap_or_else(|failed| panic!("{failed}"));
        println!("seed {seed}: {} lines, {}", run.lines, run.digest);
        return;
    }
    let seeds = asked("TILLKEY_SIMULATION_SEEDS").unwrap_or(SEEDS);
    let tally = several(seeds).unwrap_or_else(|failed| panic!("{failed}"));
    println!("{seeds} seeds: {tally:?}");
    tally.must_have_seen_enough(seeds);
}

#[test]
fn a_seed_says_the_same_twice() {
    let _template = template::template();
    for seed in 0..TWICE {
        let runs = [one(seed, false), one(seed, false)];
        let [first, second] = runs.map(|run| run.unwrap_or_else(|failed| panic!("{failed}")));
        assert_eq!(first.digest, second.digest, "seed {seed}");
    }
}
