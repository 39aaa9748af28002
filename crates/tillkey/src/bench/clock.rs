//! The system's clock, which a measurement may set ahead: budgets are a day's and
//! a month's, and one that is used up would refuse the next run.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use tillkey_server::clock::{Clock, SystemClock};

/// A clock that runs, some time ahead.
#[derive(Debug, Default)]
pub(super) struct AheadClock {
    system: SystemClock,
    ahead_hours: AtomicI64,
}

impl AheadClock {
    /// Lets a month pass: every budget is whole again, every contact old enough.
    pub(super) fn pass_a_month(&self) {
        self.ahead_hours.fetch_add(24 * 31, Ordering::Relaxed);
    }
}

impl Clock for AheadClock {
    fn now(&self) -> Timestamp {
        let ahead = SignedDuration::from_hours(self.ahead_hours.load(Ordering::Relaxed));
        self.system
            .now()
            .checked_add(ahead)
            .unwrap_or(Timestamp::MAX)
    }
}
