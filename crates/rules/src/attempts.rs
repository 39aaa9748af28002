//! How many guesses a subject, a source or a destination has.
//!
//! Attempts are counted durably before the answer is known, per operator, per
//! merchant, per destination and per source, across all channels and cases. The
//! counting is the store's; what the counts mean is here.

use jiff::{SignedDuration, Timestamp};

use crate::refusal::Refusal;
use crate::vocabulary::Channel;

/// What an attempt is counted against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Sign-ons started for one operator and not finished.
    SignOn,
    /// Proofs tried for one operator from afar: app, hotline, portal.
    RemoteProof,
    /// Proofs tried for one operator face to face. Apart, so that a stranger who
    /// uses up the remote guesses cannot close the counter (attack E10).
    CounterProof,
    /// Proofs tried for any operator of one merchant.
    MerchantProof,
    /// Cases opened by one source.
    SourceOpening,
    /// Proofs tried by one source.
    SourceProof,
    /// Proofs of one acquirer that were wrong, where nobody of the bank looks on: one
    /// guess for each of many subjects, from many sources, shows here (attack D04).
    WrongProof,
    /// Messages that anybody can ask for, to one phone, by whatever way and kind.
    Destination,
    /// All messages to one phone, those included that nobody asked for.
    AnyDestination,
    /// Messages asked for by one source.
    SourceMessage,
    /// Reset codes typed at one terminal for one operator.
    CodeEntry,
    /// Staff sign-ins for one account.
    StaffSignIn,
    /// Codes typed to sign in as the manager of one phone.
    ManagerSignIn,
    /// Contact changes asked for by the managers of one merchant.
    ContactChange,
    /// Enrolments tried for one serial number.
    Enrolment,
    /// Merchant numbers asked for by one phone, registered or not.
    PhoneLookUp,
    /// Merchant numbers asked for in all: the day's ceiling.
    LookUps,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 17] = [
        Self::SignOn,
        Self::RemoteProof,
        Self::CounterProof,
        Self::MerchantProof,
        Self::SourceOpening,
        Self::SourceProof,
        Self::WrongProof,
        Self::Destination,
        Self::AnyDestination,
        Self::SourceMessage,
        Self::CodeEntry,
        Self::StaffSignIn,
        Self::ManagerSignIn,
        Self::ContactChange,
        Self::Enrolment,
        Self::PhoneLookUp,
        Self::LookUps,
    ];

    /// The stable name, as in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignOn => "sign_on",
            Self::RemoteProof => "remote_proof",
            Self::CounterProof => "counter_proof",
            Self::MerchantProof => "merchant_proof",
            Self::SourceOpening => "source_opening",
            Self::SourceProof => "source_proof",
            Self::WrongProof => "wrong_proof",
            Self::Destination => "destination",
            Self::AnyDestination => "any_destination",
            Self::SourceMessage => "source_message",
            Self::CodeEntry => "code_entry",
            Self::StaffSignIn => "staff_sign_in",
            Self::ManagerSignIn => "manager_sign_in",
            Self::ContactChange => "contact_change",
            Self::Enrolment => "enrolment",
            Self::PhoneLookUp => "phone_look_up",
            Self::LookUps => "look_ups",
        }
    }

    /// How far back attempts count. The window slides: waiting it out frees one
    /// attempt at a time, not the whole budget at once.
    pub const fn window(self) -> SignedDuration {
        match self {
            Self::SourceOpening | Self::SourceProof | Self::SourceMessage | Self::WrongProof => {
                SignedDuration::from_hours(1)
            }
            _ => SignedDuration::from_hours(24),
        }
    }

    /// How many attempts fit into the window.
    pub const fn limit(self) -> u32 {
        match self {
            Self::RemoteProof | Self::CounterProof | Self::CodeEntry | Self::ManagerSignIn => 10,
            Self::MerchantProof => 40,
            Self::SourceOpening => 30,
            Self::SourceProof => 60,
            // A guess of six digits with five tries is right once in two hundred
            // thousand times: at this rate a sprayer waits a week for one proof, which
            // opens nothing yet, since the reset code goes to the registered phone.
            Self::WrongProof => 1_000,
            Self::Destination => 10,
            // Fifty resets on one phone in a day are a campaign, not a shop.
            Self::AnyDestination => 200,
            Self::SourceMessage => 30,
            Self::Enrolment => 10,
            // Well under a phone's messages, and a small part of a day's money: whoever
            // spends the look-ups of others leaves them the codes that they need for a
            // reset (attack E10).
            Self::PhoneLookUp => 3,
            Self::LookUps => 2_000,
            Self::ContactChange => 5,
            // Sign-ons are slowed and not stopped: see `hold`.
            Self::SignOn | Self::StaffSignIn => u32::MAX,
        }
    }

    /// The per-operator budget that a proof in this channel uses.
    pub const fn of_proof(channel: Channel) -> Self {
        match channel {
            Channel::Counter => Self::CounterProof,
            _ => Self::RemoteProof,
        }
    }
}

/// What the store counted in a scope's window, this attempt included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// How many attempts.
    pub attempts: u32,
    /// The oldest one that still counts.
    pub oldest_at: Option<Timestamp>,
    /// The newest one before this.
    pub latest_at: Option<Timestamp>,
}

/// Whether an attempt that has just been counted may be answered.
///
/// # Errors
/// [`Refusal::TooMany`] with the time at which the window frees an attempt.
pub fn judge(scope: Scope, count: Count, now: Timestamp) -> Result<(), Refusal> {
    if count.attempts <= scope.limit() {
        return Ok(());
    }
    let from = count.oldest_at.unwrap_or(now);
    let retry_at = from.checked_add(scope.window()).unwrap_or(Timestamp::MAX);
    Err(Refusal::TooMany { retry_at })
}

/// How many unfinished sign-ons are free of any wait.
const FREE_SIGN_ONS: u32 = 5;
/// The first wait, in seconds; it doubles with each further attempt.
const FIRST_WAIT_SECONDS: i64 = 30;
/// The longest wait, in seconds.
const LONGEST_WAIT_SECONDS: i64 = 900;

/// Until when a sign-on has to wait, given the unfinished ones before it.
///
/// A wait slows guessing to about a hundred a day, and never closes the reset
/// channels: those have budgets of their own.
pub fn hold(before: Count) -> Option<Timestamp> {
    let over = before.attempts.checked_sub(FREE_SIGN_ONS)?;
    // Ten doublings are far beyond the longest wait; more would overflow the shift.
    let doubled = FIRST_WAIT_SECONDS << over.min(10);
    let wait = SignedDuration::from_secs(doubled.min(LONGEST_WAIT_SECONDS));
    before.latest_at?.checked_add(wait).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn five_sign_ons_are_free_and_then_the_wait_doubles() {
        let wait = |attempts| {
            hold(Count {
                attempts,
                latest_at: Some(at(0)),
                ..Count::default()
            })
            .map(Timestamp::as_second)
        };
        assert_eq!(wait(4), None);
        assert_eq!(wait(5), Some(30));
        assert_eq!(wait(6), Some(60));
        assert_eq!(wait(9), Some(480));
        assert_eq!(wait(10), Some(900));
        assert_eq!(wait(68), Some(900));
        assert_eq!(wait(80), Some(900));
        assert_eq!(wait(u32::MAX), Some(900));
    }

    #[test]
    fn e10_look_ups_cannot_use_up_the_messages_that_a_reset_needs() {
        assert!(Scope::PhoneLookUp.limit() * 2 < Scope::Destination.limit());
        assert!(Scope::PhoneLookUp.limit() * 2 < Scope::AnyDestination.limit());
    }

    #[test]
    fn a_budget_frees_with_its_oldest_attempt() {
        let scope = Scope::RemoteProof;
        let count = |attempts| Count {
            attempts,
            oldest_at: Some(at(100)),
            latest_at: None,
        };
        assert_eq!(judge(scope, count(10), at(200)), Ok(()));
        assert_eq!(
            judge(scope, count(11), at(200)),
            Err(Refusal::TooMany {
                retry_at: at(100 + 86_400)
            })
        );
    }
}
