//! The stories get everywhere: an invariant over stories that never leave the first
//! room would hold for no reason.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use tillkey_rules::case::State;

use super::world::{plans, play};

#[test]
fn the_stories_reach_every_state_and_every_event() {
    let mut states = BTreeSet::new();
    let mut events = BTreeSet::new();
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for _ in 0..1500 {
        let plan = plans().new_tree(&mut runner).unwrap().current();
        let Some(played) = play(&plan) else { continue };
        states.extend(played.moments.iter().map(|moment| moment.after.state()));
        events.extend(played.events().map(|(_, _, event)| event.name()));
    }
    // The default policy refuses nobody outright; a reviewer does.
    assert_eq!(states, State::ALL.into_iter().collect());
    assert_eq!(events.len(), 25, "{events:?}");
}
