//! How long a till rests before it connects again: longer each time, and never as
//! long as the next till, or a server that comes back would meet them all at once.

use std::time::Duration;

use rand::Rng;

const REST_MIN: Duration = Duration::from_millis(250);
const REST_MAX: Duration = Duration::from_secs(30);

/// The rest before the next try, after so many that failed in a row.
pub(super) fn before_next(failed: u32, rng: &mut impl Rng) -> Duration {
    let doublings = failed.saturating_sub(1).min(16);
    REST_MIN
        .saturating_mul(1 << doublings)
        .min(REST_MAX)
        .mul_f64(rng.gen_range(0.5..1.0))
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn rests_grow_to_their_limit_and_are_spread() {
        let mut rng = StdRng::seed_from_u64(1);
        for (failed, whole_ms) in [(0, 250), (1, 250), (3, 1_000), (99, 30_000)] {
            let rest = before_next(failed, &mut rng);
            let whole = Duration::from_millis(whole_ms);
            assert!(rest < whole && rest >= whole / 2, "{failed}: {rest:?}");
        }
    }
}
