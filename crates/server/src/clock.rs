//! The time, as a parameter: the system's clock outside, a settable one in tests.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// Whatever tells the time.
pub trait Clock: Send + Sync + fmt::Debug {
    /// Now. Never earlier than an answer it gave before.
    fn now(&self) -> Timestamp;
}

/// The system's clock, held so that it never goes back: a clock that is set back
/// must not bring an expired code to life.
#[derive(Debug, Default)]
pub struct SystemClock {
    latest_ms: AtomicI64,
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place where the time comes from"
        )]
        let now_ms = Timestamp::now().as_millisecond();
        let before_ms = self.latest_ms.fetch_max(now_ms, Ordering::Relaxed);
        Timestamp::from_millisecond(now_ms.max(before_ms)).unwrap_or(Timestamp::MAX)
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct SetClock {
    now_ms: AtomicI64,
}

impl SetClock {
    /// A clock that stands at `now`.
    pub fn new(now: Timestamp) -> Self {
        Self {
            now_ms: AtomicI64::new(now.as_millisecond()),
        }
    }

    /// Moves the clock on.
    pub fn advance(&self, by: SignedDuration) {
        let by_ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.now_ms.fetch_add(by_ms, Ordering::Relaxed);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.now_ms.load(Ordering::Relaxed)).unwrap_or(Timestamp::MAX)
    }
}
