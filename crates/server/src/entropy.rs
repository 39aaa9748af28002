//! Randomness, as a parameter: the operating system's outside, a seed in tests, so
//! that a whole run can be replayed.

use std::fmt;
use std::sync::Mutex;

use rand::rngs::OsRng;
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// Where generators come from. Each request gets one of its own.
pub enum Entropy {
    /// From the operating system.
    System,
    /// From one seed, in the order of asking.
    Seeded(Box<Mutex<ChaCha20Rng>>),
}

impl Entropy {
    /// Randomness that repeats with the seed. Never outside tests and simulations.
    pub fn seeded(seed: u64) -> Self {
        Self::Seeded(Box::new(Mutex::new(ChaCha20Rng::seed_from_u64(seed))))
    }

    /// A fresh generator.
    pub fn rng(&self) -> ChaCha20Rng {
        let mut seed = [0; 32];
        match self {
            Self::System => OsRng.fill_bytes(&mut seed),
            // A generator has no state that a panic could leave half done.
            Self::Seeded(rng) => {
                rng.lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner)
                    .fill_bytes(&mut seed);
            }
        }
        ChaCha20Rng::from_seed(seed)
    }
}

impl fmt::Debug for Entropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::System => "Entropy::System",
            Self::Seeded(_) => "Entropy::Seeded",
        })
    }
}
