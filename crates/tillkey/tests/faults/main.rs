//! Invariant 6 with everything real: several nodes with terminals and people on one
//! PostgreSQL, and at random a node is killed or stands still, the database is killed, the
//! connections are cut, the disk fills up, a clock is wrong. After it: every acknowledged
//! step is there, nothing happened twice, no credential changed without its approved case,
//! an operator has one password at most, and the ledger is whole.
//!
//! What is done to whom, and when, follows from `TILLKEY_FAULTS_SEED`; how the processes run
//! beside it does not, so a seed brings the same faults and not the same instants.
//! `TILLKEY_FAULTS_SECONDS` says how long, `TILLKEY_FAULTS_NODES` how many nodes.

#![cfg(test)]

#[path = "../browser/clock_library.rs"]
mod clock_library;
mod fault;
#[path = "../kill/leaves.rs"]
mod leaves;
mod node;
mod rolling;
mod served;
#[path = "../kill/story.rs"]
mod story;
mod town;

use std::thread;
use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand::rngs::StdRng;

use self::fault::Plan;
use self::node::Node;
use self::story::{cases, hold_against};
use self::town::Town;

/// How long faults happen, where nobody says.
const SECONDS: u64 = 45;
/// How many nodes there are.
const NODES: u64 = 3;

fn asked_for(name: &str, otherwise: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{name} is a number")),
        Err(_) => otherwise,
    }
}

#[test]
fn d12_nothing_is_lost_whatever_fails() {
    let seed = asked_for("TILLKEY_FAULTS_SEED", 1);
    let nodes = usize::try_from(asked_for("TILLKEY_FAULTS_NODES", NODES)).unwrap();
    let lasts = Duration::from_secs(asked_for("TILLKEY_FAULTS_SECONDS", SECONDS));
    println!("TILLKEY_FAULTS_SEED={seed} TILLKEY_FAULTS_NODES={nodes}");
    let mut rng = StdRng::seed_from_u64(seed);
    let mut town = Town::build(nodes);
    let until = Instant::now() + lasts;
    let mut happened = Vec::new();
    thread::scope(|scope| {
        for node in &town.nodes {
            scope.spawn(|| node.live(until));
        }
        while Instant::now() < until {
            let Plan { after, fault } = Plan::draw(&mut rng, nodes);
            town::rest(after);
            println!("{:>6.1} s  {fault:?}", lasts.as_secs_f64() - left(until));
            happened.push(format!("{fault:?}"));
            fault.happen(&mut town.cluster, &town.nodes, &town.disk);
        }
        for node in &town.nodes {
            node.end();
        }
    });
    let told = format!("seed {seed}: {}", happened.join(", "));
    let acknowledged: Vec<_> = town.nodes.iter().flat_map(Node::acknowledged).collect();
    town.settle();
    let leaves = town.verified_leaves();
    let cases = cases(&leaves);
    println!(
        "{} faults, {} leaves, {} cases, {} steps acknowledged, {} whole runs",
        happened.len(),
        leaves.len(),
        cases.len(),
        acknowledged.len(),
        town.nodes.iter().map(Node::whole_runs).sum::<usize>()
    );
    hold_against(&cases, &acknowledged, &told);
    town.hold_rows_against(&leaves, &told);
    assert!(
        acknowledged.len() > 10,
        "hardly anything was done between the faults: {told}"
    );
}

fn left(until: Instant) -> f64 {
    until
        .saturating_duration_since(Instant::now())
        .as_secs_f64()
}
