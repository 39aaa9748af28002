//! Every interleaving of two cases of one operator, within bounds.
//!
//! The stories of `invariants` go far and at random; here everything is tried that can
//! happen in any order: the makers of two cases, two reviewers, a terminal that repeats
//! itself and loses power, messages that come late, twice or never, a clock, a merchant
//! whose contact changes or who is suspended, and a transaction that was decided on what
//! another has changed meanwhile. The cases are the real ones: [`lifecycle`] calls
//! `decide` and folds what it says, and knows no rule itself.
//!
//! [`promises`] are held against every state. A failure prints the shortest way there.

#[cfg(test)]
mod explore;
#[cfg(test)]
mod lifecycle;
#[cfg(test)]
mod promises;
#[cfg(test)]
mod stage;
#[cfg(test)]
#[expect(
    dead_code,
    reason = "shared with the random stories, which ask for more"
)]
#[path = "../invariants/world.rs"]
mod world;
