//! The acquirer's settings that decisions depend on, with the design's defaults.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How long things last and how often they may be tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Terms {
    /// How long a case may stay open.
    pub case_hours: u32,
    /// How long a case waits for its reviewers.
    pub review_hours: u32,
    /// How often one case may be taken back from its reviewers.
    pub amendments_per_case: u32,
    /// How long an SMS code lives.
    pub sms_code_minutes: u32,
    /// How many answers one SMS code takes.
    pub sms_code_tries: u32,
    /// How long a case's questions about its merchant's trade can be answered.
    pub questions_minutes: u32,
    /// How many times the questions of one merchant may be answered, over all of its
    /// cases, before the next are drawn.
    pub questions_tries: u32,
    /// How long the same questions are asked, whatever case asks.
    pub questions_days: u32,
    /// How long after a manager signed in the sign-in still proves who they are.
    pub manager_sign_in_minutes: u32,
    /// How long a reset code lives, and then again the screen it opens.
    pub reset_code_minutes: u32,
    /// How long a reset code on a sealed slip lives: as long as the way from a counter
    /// to the shop.
    pub slip_code_minutes: u32,
    /// How many times one reset code may be typed wrong.
    pub reset_code_tries: u32,
    /// How many reset codes one case may issue.
    pub reset_codes_per_case: u32,
    /// How long after enrolment a terminal may ask for first passwords.
    pub first_password_hours: u32,
    /// How long an old password still works after a planned change was approved.
    pub system_update_hours: u32,
    /// How long after a supervisor signed on the sign-on still vouches for a cashier.
    pub supervisor_minutes: u32,
    /// How long a case waits for a terminal without a link: for its word that an answer
    /// was typed, or for the operator to sign on again.
    pub offline_days: u32,
    /// After how long without a sign-on an operator or a manager is put to rest; 0 never.
    pub dormant_days: u32,
    /// After how many days a password ends for its age alone; 0 never, as NIST has it.
    pub password_days: u32,
    /// How often a merchant reviews who has access; 0 never.
    pub access_review_days: u32,
    /// How long after it was opened such a review is overdue.
    pub access_review_grace_days: u32,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            case_hours: 24,
            review_hours: 4,
            amendments_per_case: 3,
            sms_code_minutes: 5,
            sms_code_tries: 5,
            questions_minutes: 20,
            questions_tries: 5,
            questions_days: 7,
            manager_sign_in_minutes: 10,
            reset_code_minutes: 10,
            slip_code_minutes: 120,
            reset_code_tries: 5,
            reset_codes_per_case: 3,
            first_password_hours: 72,
            system_update_hours: 72,
            supervisor_minutes: 15,
            offline_days: 30,
            dormant_days: 90,
            password_days: 0,
            access_review_days: 365,
            access_review_grace_days: 14,
        }
    }
}

/// The instant `minutes` after `from`; the end of time where that overflows.
pub fn minutes_after(from: Timestamp, minutes: u32) -> Timestamp {
    from.checked_add(SignedDuration::from_mins(i64::from(minutes)))
        .unwrap_or(Timestamp::MAX)
}

/// The instant `hours` after `from`; the end of time where that overflows.
pub fn hours_after(from: Timestamp, hours: u32) -> Timestamp {
    from.checked_add(SignedDuration::from_hours(i64::from(hours)))
        .unwrap_or(Timestamp::MAX)
}

/// The instant `hours` before `from`; the beginning of time where that overflows.
pub fn hours_before(from: Timestamp, hours: u32) -> Timestamp {
    from.checked_sub(SignedDuration::from_hours(i64::from(hours)))
        .unwrap_or(Timestamp::MIN)
}

/// The instant `days` of 24 hours after `from`; the end of time where that overflows.
pub fn days_after(from: Timestamp, days: u32) -> Timestamp {
    hours_after(from, days.saturating_mul(24))
}

/// Whole hours from `since` to `now`; none where the clock stands before it.
pub fn hours_since(since: Timestamp, now: Timestamp) -> u32 {
    u32::try_from(now.duration_since(since).as_hours().max(0)).unwrap_or(u32::MAX)
}
