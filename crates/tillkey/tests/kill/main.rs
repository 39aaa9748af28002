//! Invariant 6: nothing is lost. The whole thing is killed at random instants of a
//! run, opened again, and held against what it had acknowledged: every acknowledged
//! step is there, no effect happened twice, and the ledger verifies.
//!
//! What would break it: answering before the commit, an event outside the transaction
//! of its effect, a message that is sent without having been queued, or one that is
//! sent again under another name.
//!
//! `TILLKEY_KILLS` says how often; each instant follows from its number, so a failure
//! can be tried again.

#![cfg(test)]

mod leaves;
mod run;
mod story;

use serde_json::Value;

use self::run::Sandbox;
use self::story::{Acknowledged, cases, hold_against};

/// How often, where nobody says.
const KILLS: u32 = 12;

#[test]
fn d12_a_kill_at_any_instant_loses_nothing_and_repeats_nothing() {
    let kills = match std::env::var("TILLKEY_KILLS") {
        Ok(text) => text.parse().expect("TILLKEY_KILLS is a number"),
        Err(_) => KILLS,
    };
    // The whole length of a run on this machine, so that the instants cover it.
    let whole = Sandbox::new().run_to_the_end();
    for kill in 0..kills {
        let sandbox = Sandbox::new();
        let part = f64::from(kill) * 0.618_033_988_75 % 1.0;
        let acknowledged = sandbox.run_and_kill_after(whole.mul_f64(part));
        sandbox.serve_again();
        let leaves = sandbox.verified_leaves();
        let told = format!("kill {kill} at {part:.3} of {whole:?}, after {acknowledged:?}");
        check(&sandbox, &acknowledged, &leaves, &told);
    }
}

fn check(sandbox: &Sandbox, acknowledged: &[Acknowledged], leaves: &[Value], told: &str) {
    let cases = cases(leaves);
    hold_against(&cases, acknowledged, told);
    // A code for the contact leaves as one message, whatever was killed between queueing it
    // and noting that it was sent.
    let sent: usize = cases.values().map(|story| story.sent).sum();
    assert_eq!(sandbox.messages_with("重置码", sent), sent, "{told}");
}
