//! Breadth first through everything a model can do: so the way to a failure is the
//! shortest, and what can still be reached from a state is known of every state.

use std::collections::{HashMap, VecDeque};
use std::fmt::{Debug, Write as _};
use std::hash::Hash;

/// Something that can be gone through.
pub(crate) trait Model {
    type State: Copy + Eq + Hash;
    type Action: Copy + Debug;

    fn first(&self) -> Self::State;

    /// Everything that can happen next, and what it leads to.
    fn next(&self, state: &Self::State) -> Vec<(Self::Action, Self::State)>;
}

/// Everything that was reached.
pub(crate) struct Explored<M: Model> {
    states: Vec<M::State>,
    /// By which step each state was first reached, and from where.
    ways: Vec<Option<(usize, M::Action)>>,
    /// Who leads to each state.
    before: Vec<Vec<u32>>,
    pub(crate) steps: usize,
}

impl<M: Model> Explored<M> {
    /// Goes on until there is nothing new.
    pub(crate) fn all(model: &M) -> Self {
        Self::until(model, |_| false)
    }

    /// Goes on until this is found.
    pub(crate) fn until(model: &M, is_it: impl Fn(&M::State) -> bool) -> Self {
        let first = model.first();
        let mut found = Self {
            states: vec![first],
            ways: vec![None],
            before: vec![Vec::new()],
            steps: 0,
        };
        let mut numbers = HashMap::from([(first, 0)]);
        let mut from = 0;
        while from < found.states.len() && !is_it(&found.states[from]) {
            for (action, state) in model.next(&found.states[from].clone()) {
                found.steps += 1;
                let number = *numbers.entry(state).or_insert_with(|| {
                    found.states.push(state);
                    found.ways.push(Some((from, action)));
                    found.before.push(Vec::new());
                    found.states.len() - 1
                });
                found.before[number].push(u32::try_from(from).unwrap());
            }
            from += 1;
        }
        found
    }

    pub(crate) fn states(&self) -> usize {
        self.states.len()
    }

    /// What holds in every state.
    pub(crate) fn always(&self, promise: &str, holds: impl Fn(&M::State) -> Result<(), String>) {
        for (number, state) in self.states.iter().enumerate() {
            if let Err(why) = holds(state) {
                panic!("{promise}: {why}, after\n{}", self.way_to(number));
            }
        }
    }

    /// What holds in some state: otherwise the promises hold for no reason.
    pub(crate) fn sometimes(&self, what: &str, holds: impl Fn(&M::State) -> bool) {
        assert!(self.states.iter().any(holds), "never reached: {what}");
    }

    /// What can still be reached from every state.
    pub(crate) fn reachable_from_everywhere(&self, what: &str, is_it: impl Fn(&M::State) -> bool) {
        let mut reaches: Vec<bool> = self.states.iter().map(is_it).collect();
        let there = reaches.iter().enumerate().filter(|(_, there)| **there);
        let mut left: VecDeque<usize> = there.map(|(number, _)| number).collect();
        while let Some(number) = left.pop_front() {
            for &before in &self.before[number] {
                let before = usize::try_from(before).unwrap();
                if !std::mem::replace(&mut reaches[before], true) {
                    left.push_back(before);
                }
            }
        }
        if let Some(lost) = reaches.iter().position(|reaches| !reaches) {
            panic!("no way to {what} any more, after\n{}", self.way_to(lost));
        }
    }

    /// The shortest way to a state, a step a line.
    fn way_to(&self, mut number: usize) -> String {
        let mut steps = Vec::new();
        while let Some((before, action)) = self.ways[number] {
            steps.push(action);
            number = before;
        }
        steps.reverse();
        let mut text = String::new();
        for (count, step) in (1..).zip(steps) {
            let _ = writeln!(text, "  {count:2}. {step:?}");
        }
        text
    }
}
