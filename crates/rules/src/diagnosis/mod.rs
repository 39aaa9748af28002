//! Why an operator cannot sign on: the real reasons, the weightiest first, and what
//! to do about each.
//!
//! Read from facts of one moment and from nothing that a caller says. It knows no
//! password and learns of none: that a password was typed wrong shows in the count of
//! sign-ons that did not finish.
//!
//! **Invariant.** Whoever may not ask is answered elsewhere; nothing here is shown to
//! anybody who has not proven a right to the operator's state.

mod case;
mod finding;
#[cfg(test)]
mod tests;
mod words;

use jiff::{SignedDuration, Timestamp};

use crate::attempts::{Count, Scope, hold, judge};
use crate::case::Case;
use crate::refusal::Refusal;
use crate::terms::Terms;
use crate::vocabulary::MerchantStatus;

pub use finding::{Detail, Finding, Severity};
pub use words::{Told, Words};

/// From how far a terminal's clock may be off before it is worth a word.
const CLOCK_SKEW_MAX: SignedDuration = SignedDuration::from_mins(5);

/// The account that somebody tries to sign on with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Account {
    /// There has never been one with this number on this terminal.
    Unknown,
    /// It was taken away.
    Removed {
        /// When.
        at: Timestamp,
    },
    /// It is there.
    Present,
    /// It is there, and at rest: nobody has signed on for long.
    Dormant {
        /// Since when.
        at: Timestamp,
    },
    /// It is there, and at rest: the bank asked for a new password, and the time for it is
    /// over.
    RenewalDue {
        /// Since when.
        at: Timestamp,
    },
}

/// The account's password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Password {
    /// None was ever chosen.
    Never,
    /// One is in force.
    InForce {
        /// Counts the operator's passwords, from 1.
        version: u32,
        /// When it became effective.
        since: Timestamp,
        /// When it ends by itself.
        ends_at: Option<Timestamp>,
    },
    /// The last one ended at a deadline that was set for it.
    Lapsed {
        /// When.
        at: Timestamp,
    },
    /// The last one was revoked.
    Revoked {
        /// When.
        at: Timestamp,
    },
}

/// The device that somebody stands at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Device {
    /// Whether it is in service and still this merchant's.
    pub in_service: bool,
    /// Whether it was ever enrolled.
    pub enrolled: bool,
    /// Whether it has a live link.
    pub online: bool,
    /// When it was last heard.
    pub seen_at: Option<Timestamp>,
    /// How far its clock is ahead of the server's, as it last reported: a hint, since
    /// the terminal says so itself (attack G06).
    pub clock_ahead: Option<SignedDuration>,
}

/// What is known of one operator's sign-on at one moment.
#[derive(Debug, Clone)]
pub struct SignOnFacts<'a> {
    /// Now.
    pub now: Timestamp,
    /// The acquirer's settings.
    pub terms: &'a Terms,
    /// Whether the merchant may be served.
    pub merchant_status: MerchantStatus,
    /// The device.
    pub device: Device,
    /// The account.
    pub account: Account,
    /// Its password.
    pub password: Password,
    /// Sign-ons started and not finished, in their window.
    pub sign_ons: Count,
    /// Reset codes typed, in their window.
    pub codes: Count,
    /// The operator's newest case, open or closed.
    pub case: Option<&'a Case>,
    /// Since when the account is signed on.
    pub signed_on_since: Option<Timestamp>,
}

/// Finds what keeps an operator from signing on, the weightiest first. There is
/// always at least one finding: where nothing is wrong, that is one.
pub fn diagnose(facts: &SignOnFacts<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(merchant(facts.merchant_status));
    if let Some(gone) = device_gone(&facts.device) {
        // Whatever else there is to say of it would be about another time or place.
        found.push(gone);
        return found;
    }
    match facts.account {
        Account::Unknown => found.push(Finding::OperatorUnknown),
        Account::Removed { at } => found.push(Finding::OperatorRemoved { at }),
        Account::Present | Account::Dormant { .. } | Account::RenewalDue { .. } => {
            match facts.account {
                Account::Dormant { at } => found.push(Finding::OperatorDormant { at }),
                Account::RenewalDue { at } => found.push(Finding::RenewalDue { at }),
                _ => {}
            }
            found.extend(password(facts));
            found.extend(tries(facts));
            found.extend(facts.case.and_then(|case| case::finding(case, facts)));
            found.extend(signed_on(facts));
        }
    }
    found.extend(device(facts));
    if found.iter().all(|one| one.severity() == Severity::Note) {
        found.push(Finding::NothingWrong);
    }
    // Stable: among equals the order above stands, from the account to the device.
    found.sort_by_key(Finding::severity);
    found
}

const fn merchant(status: MerchantStatus) -> Option<Finding> {
    match status {
        MerchantStatus::Active => None,
        MerchantStatus::Suspended => Some(Finding::MerchantSuspended),
        MerchantStatus::Closed => Some(Finding::MerchantClosed),
    }
}

const fn device_gone(device: &Device) -> Option<Finding> {
    if !device.in_service {
        Some(Finding::TerminalNotInService)
    } else if !device.enrolled {
        Some(Finding::TerminalNotEnrolled)
    } else {
        None
    }
}

fn device(facts: &SignOnFacts<'_>) -> Vec<Finding> {
    let device = &facts.device;
    let mut found = Vec::new();
    if !device.online {
        found.push(match device.seen_at {
            Some(seen_at) => Finding::TerminalOffline { seen_at },
            None => Finding::TerminalNeverSeen,
        });
    }
    if let Some(ahead) = device
        .clock_ahead
        .filter(|ahead| ahead.abs() > CLOCK_SKEW_MAX)
    {
        let minutes = ahead.as_mins().unsigned_abs();
        found.push(if ahead.is_negative() {
            Finding::ClockBehind { minutes }
        } else {
            Finding::ClockAhead { minutes }
        });
    }
    found
}

fn password(facts: &SignOnFacts<'_>) -> Vec<Finding> {
    match facts.password {
        Password::Never => vec![Finding::NoPasswordYet],
        Password::Lapsed { at } => vec![Finding::PasswordLapsed { at }],
        Password::Revoked { at } => vec![Finding::PasswordRevoked { at }],
        Password::InForce {
            ends_at: Some(at), ..
        } if at <= facts.now => vec![Finding::PasswordLapsed { at }],
        Password::InForce {
            version,
            since,
            ends_at,
        } => {
            let in_force = if version == 1 {
                Finding::FirstPasswordInForce { since }
            } else {
                Finding::PasswordInForce { version, since }
            };
            let ends = ends_at.map(|until| Finding::PasswordEnds { until });
            std::iter::once(in_force).chain(ends).collect()
        }
    }
}

/// What was typed: too often, or not right.
fn tries(facts: &SignOnFacts<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    match hold(facts.sign_ons).filter(|until| *until > facts.now) {
        Some(until) => found.push(Finding::SignOnHeld { until }),
        None if facts.sign_ons.attempts > 0 => found.push(Finding::SignOnsUnfinished {
            count: facts.sign_ons.attempts,
        }),
        None => {}
    }
    // The next entry is what counts: the budget holds it back, not the last one.
    let next = Count {
        attempts: facts.codes.attempts.saturating_add(1),
        ..facts.codes
    };
    if let Err(Refusal::TooMany { retry_at }) = judge(Scope::CodeEntry, next, facts.now) {
        found.push(Finding::CodeEntryHeld { until: retry_at });
    }
    found
}

fn signed_on(facts: &SignOnFacts<'_>) -> Option<Finding> {
    let since = facts.signed_on_since?;
    matches!(facts.password, Password::InForce { .. }).then_some(Finding::SignedOn { since })
}
