//! Who has not been seen for so long that their access is put to rest.
//!
//! A password that nobody uses is one that nobody misses when somebody else does. What
//! counts as having been seen is a sign-on, a new password and, for a till that is left
//! signed on, that the terminal was heard; never an attempt that did not succeed.
//!
//! When to look again is decided here as well, so that a sweep looks at few accounts at
//! a time however many there are.

use jiff::Timestamp;

use crate::terms::days_after;

/// How long an account goes unlooked at, so that other terms reach it within this time.
const LOOK_DAYS: u32 = 7;

/// When an account was last known to be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Activity {
    /// When it was made, or got its present password.
    pub begun_at: Timestamp,
    /// When it last signed on.
    pub signed_on_at: Option<Timestamp>,
    /// When the device at which it is still signed on was last heard.
    pub heard_at: Option<Timestamp>,
}

impl Activity {
    /// The last of it.
    pub fn last(&self) -> Timestamp {
        let seen = [self.signed_on_at, self.heard_at].into_iter().flatten();
        seen.fold(self.begun_at, Timestamp::max)
    }
}

/// What a look at an account comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// It is put to rest.
    Rest,
    /// It is in use; to be looked at again then.
    Again(Timestamp),
}

/// Looks at an account. `days` of nothing put it to rest; 0 never does.
pub fn look(activity: &Activity, days: u32, now: Timestamp) -> Look {
    let latest = days_after(now, LOOK_DAYS);
    if days == 0 {
        return Look::Again(latest);
    }
    let due = days_after(activity.last(), days);
    if due <= now {
        Look::Rest
    } else {
        Look::Again(due.min(latest))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(day: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + day * 86_400).unwrap()
    }

    const NEVER: Activity = Activity {
        begun_at: Timestamp::UNIX_EPOCH,
        signed_on_at: None,
        heard_at: None,
    };

    #[test]
    fn whoever_was_not_seen_for_ninety_days_is_put_to_rest() {
        let begun = |at| Activity {
            begun_at: day(at),
            ..NEVER
        };
        let signed_on = |at| Activity {
            signed_on_at: Some(day(at)),
            ..begun(0)
        };
        let left_on = |at| Activity {
            heard_at: Some(day(at)),
            ..signed_on(1)
        };
        for (activity, now, expect) in [
            (begun(0), 89, Look::Again(day(90))),
            (begun(0), 90, Look::Rest),
            (signed_on(50), 90, Look::Again(day(97))),
            (signed_on(50), 139, Look::Again(day(140))),
            (signed_on(50), 140, Look::Rest),
            (left_on(120), 140, Look::Again(day(147))),
            (left_on(2), 140, Look::Rest),
        ] {
            assert_eq!(look(&activity, 90, day(now)), expect, "{activity:?} {now}");
        }
        assert_eq!(look(&begun(0), 0, day(9_999)), Look::Again(day(10_006)));
    }

    proptest! {
        #[test]
        fn a_look_is_never_early_nor_ever_put_off_for_good(
            begun in 0_i64..400, signed_on in proptest::option::of(0_i64..400),
            days in 1_u32..200, now in 0_i64..800,
        ) {
            let activity = Activity {
                begun_at: day(begun),
                signed_on_at: signed_on.map(day),
                heard_at: None,
            };
            let idle = day(now).duration_since(activity.last());
            match look(&activity, days, day(now)) {
                Look::Rest => prop_assert!(idle.as_hours() >= i64::from(days) * 24),
                Look::Again(at) => {
                    prop_assert!(at > day(now) && at <= day(now + 7));
                    prop_assert!(idle.as_hours() < i64::from(days) * 24);
                }
            }
        }
    }
}
