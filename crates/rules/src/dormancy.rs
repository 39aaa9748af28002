//! Whose access is put to rest: who has not been seen for long, and, where the acquirer
//! wants it so, whose password has come of age.
//!
//! A password that nobody uses is one that nobody misses when somebody else does. What
//! counts as having been seen is a sign-on, a new password and, for a till that is left
//! signed on, that the terminal was heard; never an attempt that did not succeed.
//!
//! That a password ends for its age alone is off unless it is asked for: NIST SP 800-63B-4
//! forbids it, and other rule books want it. Its merchant is told some days before.
//!
//! When to look again is decided here as well, so that a sweep looks at few accounts at
//! a time however many there are.

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tillkey_wire::ids::InvalidId;

use crate::terms::{Terms, days_after};
use crate::vocabulary::words;

/// How long an account goes unlooked at, so that other terms reach it within this time.
const LOOK_DAYS: u32 = 7;
/// How long before a password has come of age its merchant is told.
const PASSWORD_WARNING_DAYS: u32 = 14;

words!(
    /// Why an account is at rest.
    RestCause, "cause of rest", {
        /// Nobody had signed on for long.
        Unused = "unused",
        /// A campaign asked for a new password, and the time for it is over.
        Campaign = "campaign",
        /// The password had come of age.
        PasswordAge = "password_age",
    }
);

/// When an account was last known to be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Activity {
    /// When it was made, or got its present password.
    pub begun_at: Timestamp,
    /// Since when its password is in force; none for an account without one.
    pub password_since: Option<Timestamp>,
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
    Rest(RestCause),
    /// Its password comes of age then; its merchant is told, and it is looked at again.
    Warn {
        /// When it comes of age.
        due: Timestamp,
        /// When to look again.
        again: Timestamp,
    },
    /// It is in use; to be looked at again then.
    Again(Timestamp),
}

/// When a password comes of age; none where none does.
pub fn comes_of_age(since: Option<Timestamp>, terms: &Terms) -> Option<Timestamp> {
    let since = since.filter(|_| terms.password_days > 0)?;
    Some(days_after(since, terms.password_days))
}

/// Looks at an account.
pub fn look(activity: &Activity, terms: &Terms, now: Timestamp) -> Look {
    let unused = (terms.dormant_days > 0).then(|| days_after(activity.last(), terms.dormant_days));
    let aged = comes_of_age(activity.password_since, terms);
    if unused.is_some_and(|due| due <= now) {
        return Look::Rest(RestCause::Unused);
    }
    if aged.is_some_and(|due| due <= now) {
        return Look::Rest(RestCause::PasswordAge);
    }
    let latest = days_after(now, LOOK_DAYS);
    let dates = [unused, aged].into_iter().flatten();
    let again = dates.fold(latest, Timestamp::min);
    match aged.map(|due| (due, warned_from(due))) {
        Some((due, from)) if from <= now => Look::Warn { due, again },
        Some((_, from)) => Look::Again(again.min(from)),
        None => Look::Again(again),
    }
}

fn warned_from(due: Timestamp) -> Timestamp {
    let days = SignedDuration::from_hours(24 * i64::from(PASSWORD_WARNING_DAYS));
    due.checked_sub(days).unwrap_or(Timestamp::MIN)
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
        password_since: None,
        signed_on_at: None,
        heard_at: None,
    };

    fn terms(dormant_days: u32, password_days: u32) -> Terms {
        Terms {
            dormant_days,
            password_days,
            ..Terms::default()
        }
    }

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
        let rest = Look::Rest(RestCause::Unused);
        for (activity, now, expect) in [
            (begun(0), 89, Look::Again(day(90))),
            (begun(0), 90, rest),
            (signed_on(50), 90, Look::Again(day(97))),
            (signed_on(50), 139, Look::Again(day(140))),
            (signed_on(50), 140, rest),
            (left_on(120), 140, Look::Again(day(147))),
            (left_on(2), 140, rest),
        ] {
            let terms = terms(90, 0);
            assert_eq!(
                look(&activity, &terms, day(now)),
                expect,
                "{activity:?} {now}"
            );
        }
        let never = look(&begun(0), &terms(0, 0), day(9_999));
        assert_eq!(never, Look::Again(day(10_006)));
    }

    #[test]
    fn a_password_comes_of_age_where_the_terms_say_so_and_is_warned_of() {
        let used = |now| Activity {
            begun_at: day(0),
            password_since: Some(day(0)),
            signed_on_at: Some(day(now)),
            heard_at: None,
        };
        let warn = |again| Look::Warn {
            due: day(180),
            again: day(again),
        };
        for (now, expect) in [
            (100, Look::Again(day(107))),
            (160, Look::Again(day(166))),
            (166, warn(173)),
            (175, warn(180)),
            (180, Look::Rest(RestCause::PasswordAge)),
        ] {
            assert_eq!(look(&used(now), &terms(90, 180), day(now)), expect, "{now}");
        }
        assert_eq!(
            look(&used(999), &terms(90, 0), day(999)),
            Look::Again(day(1_006))
        );
        assert_eq!(Terms::default().password_days, 0, "off unless asked for");
    }

    proptest! {
        #[test]
        fn a_look_is_never_early_nor_ever_put_off_for_good(
            begun in 0_i64..400, signed_on in proptest::option::of(0_i64..400),
            days in 1_u32..200, age in 0_u32..300, now in 0_i64..800,
        ) {
            let activity = Activity {
                begun_at: day(begun),
                password_since: Some(day(begun)),
                signed_on_at: signed_on.map(day),
                heard_at: None,
            };
            let idle = day(now).duration_since(activity.last()).as_hours();
            let old = day(now).duration_since(day(begun)).as_hours();
            let is_aged = age > 0 && old >= i64::from(age) * 24;
            match look(&activity, &terms(days, age), day(now)) {
                Look::Rest(RestCause::Unused) => prop_assert!(idle >= i64::from(days) * 24),
                Look::Rest(RestCause::PasswordAge) => prop_assert!(is_aged),
                Look::Rest(RestCause::Campaign) => prop_assert!(false, "not by a look"),
                Look::Again(at) | Look::Warn { again: at, .. } => {
                    prop_assert!(at > day(now) && at <= day(now + 7));
                    prop_assert!(idle < i64::from(days) * 24 && !is_aged);
                }
            }
        }
    }
}
