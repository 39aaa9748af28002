//! Everything that is left to chance in a run follows from its seed.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// What decides.
#[derive(Debug)]
pub(crate) struct Chance(ChaCha20Rng);

impl Chance {
    pub(crate) fn of(seed: u64) -> Self {
        Self(ChaCha20Rng::seed_from_u64(seed))
    }

    /// Whether something with so many chances in a hundred happens.
    pub(crate) fn percent(&mut self, chances: u32) -> bool {
        self.0.gen_range(0..100) < chances
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0.gen_range(0..end)
    }

    /// One of several; none of none.
    pub(crate) fn one_of<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        (!from.is_empty()).then(|| &from[self.below(from.len())])
    }

    /// One of several, each with its weight.
    pub(crate) fn weighed<T: Copy>(&mut self, from: &[(u32, T)]) -> T {
        let mut left = self
            .0
            .gen_range(0..from.iter().map(|(weight, _)| weight).sum());
        for (weight, thing) in from {
            if left < *weight {
                return *thing;
            }
            left -= weight;
        }
        unreachable!("the weights were summed")
    }

    /// So many digits.
    pub(crate) fn digits(&mut self, length: usize) -> String {
        (0..length)
            .map(|_| char::from(b'0' + self.0.gen_range(0..10)))
            .collect()
    }

    /// A generator for somebody of their own.
    pub(crate) fn split(&mut self) -> ChaCha20Rng {
        ChaCha20Rng::from_seed(self.0.r#gen())
    }
}
