//! How long a message rests after a failure: twice as long each time, and never all
//! messages at once.

use std::time::Duration;

use rand::Rng;

use super::limits::{REST_MAX, REST_MIN};

/// The rest after so many tries.
pub(super) fn after(tries: u32, rng: &mut impl Rng) -> Duration {
    let doublings = tries.saturating_sub(1).min(16);
    let whole = REST_MIN.saturating_mul(1 << doublings).min(REST_MAX);
    whole.mul_f64(rng.gen_range(0.75..1.0))
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;

    use super::*;

    #[test]
    fn rests_grow_to_their_limit_and_are_spread() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        for (tries, seconds) in [(1, 1), (2, 2), (4, 8), (8, 120), (u32::MAX, 120)] {
            let rest = after(tries, &mut rng);
            let whole = Duration::from_secs(seconds);
            assert!(rest < whole && rest >= whole * 3 / 4, "{tries}: {rest:?}");
        }
    }
}
