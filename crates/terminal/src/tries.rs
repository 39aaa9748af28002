//! How many wrong passwords an operator typed without the server, and when the next one
//! may be tried.
//!
//! Five in a row are free. Then the next one waits, and each wait is twice as long as the
//! one before. After ten there is none, whatever the clock says, until the server has
//! been told: who can set the clock forward can wait as long as they like.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::limits::{TRIES_FREE, TRIES_MAX, TRY_WAIT_SECS};

/// The wrong passwords of one operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tries {
    in_a_row: u32,
    /// How many of them, and of those before a right one, the server does not know of.
    untold: u32,
    /// When the last one was, by the device's clock.
    at: Timestamp,
}

/// Whether another one may be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    Now,
    /// Not before that.
    At(Timestamp),
    /// The clock was set back: the wait begins anew.
    Anew(Timestamp),
    /// Not before the server was told.
    Held,
}

impl Tries {
    pub(crate) const fn none(now: Timestamp) -> Self {
        Self {
            in_a_row: 0,
            untold: 0,
            at: now,
        }
    }

    pub(crate) fn next(&self, now: Timestamp) -> Next {
        if self.in_a_row >= TRIES_MAX {
            return Next::Held;
        }
        let Some(doublings) = self.in_a_row.checked_sub(TRIES_FREE) else {
            return Next::Now;
        };
        let wait = SignedDuration::from_secs(TRY_WAIT_SECS << doublings);
        let after = |at: Timestamp| at.checked_add(wait).unwrap_or(Timestamp::MAX);
        if now < self.at {
            Next::Anew(after(now))
        } else if now < after(self.at) {
            Next::At(after(self.at))
        } else {
            Next::Now
        }
    }

    /// Begins the wait anew.
    pub(crate) const fn wait_from(&mut self, now: Timestamp) {
        self.at = now;
    }

    /// Counts one, before it is compared.
    pub(crate) const fn count(&mut self, now: Timestamp) {
        self.in_a_row = self.in_a_row.saturating_add(1);
        self.untold = self.untold.saturating_add(1);
        self.at = now;
    }

    /// The last one that was counted was right.
    pub(crate) const fn clear(&mut self) {
        self.in_a_row = 0;
        self.untold = self.untold.saturating_sub(1);
    }

    /// Another password is in force.
    pub(crate) const fn begin_anew(&mut self) {
        self.in_a_row = 0;
    }

    /// The server knows of so many.
    pub(crate) const fn told(&mut self, failed: u32) {
        self.untold = self.untold.saturating_sub(failed);
        self.in_a_row = self.in_a_row.saturating_sub(failed);
    }

    /// When the last one was.
    pub(crate) const fn at(&self) -> Timestamp {
        self.at
    }

    pub(crate) const fn untold(&self) -> u32 {
        self.untold
    }

    pub(crate) const fn is_held(&self) -> bool {
        self.in_a_row >= TRIES_MAX
    }

    /// Whether there is nothing to remember.
    pub(crate) const fn is_over(&self) -> bool {
        self.in_a_row == 0 && self.untold == 0
    }
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha20Rng;

    use super::*;

    fn noon() -> Timestamp {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }

    /// Whoever sets the clock as they please gets ten tries and no more.
    #[test]
    fn e05_no_clock_gives_an_eleventh_try() {
        for seed in 0..200 {
            let mut rng = ChaCha20Rng::seed_from_u64(seed);
            let mut tries = Tries::none(noon());
            let mut compared = 0;
            for _ in 0..200 {
                let hours = rng.gen_range(-100_000..100_000);
                let now = noon() + SignedDuration::from_hours(hours);
                match tries.next(now) {
                    Next::Now => {
                        tries.count(now);
                        compared += 1;
                    }
                    Next::Anew(until) => {
                        assert!(until > now);
                        tries.wait_from(now);
                    }
                    Next::At(until) => assert!(until > now),
                    Next::Held => {}
                }
            }
            assert_eq!(compared, TRIES_MAX, "seed {seed}");
            assert!(tries.is_held());
            tries.told(TRIES_MAX);
            assert!(tries.is_over());
        }
    }

    /// By an honest clock ten tries take half an hour.
    #[test]
    fn e05_each_wait_is_twice_as_long() {
        let mut tries = Tries::none(noon());
        let mut now = noon();
        while !tries.is_held() {
            if let Next::At(until) = tries.next(now) {
                now = until;
            }
            assert_eq!(tries.next(now), Next::Now);
            tries.count(now);
        }
        assert_eq!(now, noon() + SignedDuration::from_mins(1 + 2 + 4 + 8 + 16));
    }

    #[test]
    fn what_the_server_knows_of_is_not_held_against_anybody_twice() {
        let mut tries = Tries::none(noon());
        for _ in 0..3 {
            tries.count(noon());
        }
        tries.clear();
        assert_eq!(tries.untold(), 2, "the third was right");
        tries.count(noon());
        assert_eq!(tries.untold(), 3);
        tries.told(3);
        assert!(tries.is_over());
    }
}
