//! When what is held of a merchant and its people is erased.
//!
//! 1. Five years after a merchant left, by itself; earlier only where somebody asks and
//!    another person approves.
//! 2. Never while something is open with them: what is erased cannot be answered for any
//!    more, and nobody can be told or paid.
//! 3. For good: the number names this merchant in the ledger, so it is never given to
//!    another, and nothing brings the data back.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tillkey_wire::ids::{InvalidId, PersonId};

use crate::refusal::Refusal;
use crate::terms::days_after;
use crate::vocabulary::{MerchantStatus, words};

words!(
    /// What stands in the way of an erasure.
    Obstacle, "obstacle to an erasure", {
        /// The merchant is still served, or may be again.
        NotClosed = "not_closed",
        /// A terminal of theirs was not retired.
        TerminalInService = "terminal_in_service",
        /// A case of theirs is open in which somebody has proven something. One that nobody
        /// has proven bars nothing: a stranger could open one every day.
        CaseOpen = "case_open",
        /// An application of theirs is open.
        ApplicationOpen = "application_open",
        /// Somebody has still to look into an alert about them.
        AlertOpen = "alert_open",
        /// A deposit is still counted, or is to be paid back.
        DepositOwed = "deposit_owed",
        /// A backup may be all that is left of takings that were not settled.
        BackupUnsettled = "backup_unsettled",
        /// A backup is being put back.
        RestoreOpen = "restore_open",
    }
);

words!(
    /// Why somebody asks for an erasure before its time.
    ErasureReason, "reason for an erasure", {
        /// The person whose data it is asks for it.
        Requested = "requested",
        /// What it was held for is over, and no rule asks to keep it.
        PurposeOver = "purpose_over",
        /// It should never have been held.
        Unfounded = "unfounded",
    }
);

/// How things stand with a merchant, read in the transaction of the decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Whether it is served.
    pub status: MerchantStatus,
    /// Since when it is closed.
    pub closed_at: Option<Timestamp>,
    /// When it was erased.
    pub erased_at: Option<Timestamp>,
    /// How many of its terminals are in service.
    pub terminals_in_service: u64,
    /// How many of its cases are open in which somebody has proven something.
    pub open_cases: u64,
    /// How many of its applications are open.
    pub open_applications: u64,
    /// How many alerts about it are not settled.
    pub open_alerts: u64,
    /// How many of its deposits are counted or owed.
    pub deposits_owed: u64,
    /// How many of its backups hold what may not be settled.
    pub unsettled_backups: u64,
    /// How many of its backups are being put back.
    pub open_restores: u64,
}

impl Standing {
    /// What stands in the way, in the order of the list.
    pub fn obstacles(&self) -> BTreeSet<Obstacle> {
        [
            (Obstacle::NotClosed, self.status != MerchantStatus::Closed),
            (Obstacle::TerminalInService, self.terminals_in_service > 0),
            (Obstacle::CaseOpen, self.open_cases > 0),
            (Obstacle::ApplicationOpen, self.open_applications > 0),
            (Obstacle::AlertOpen, self.open_alerts > 0),
            (Obstacle::DepositOwed, self.deposits_owed > 0),
            (Obstacle::BackupUnsettled, self.unsettled_backups > 0),
            (Obstacle::RestoreOpen, self.open_restores > 0),
        ]
        .into_iter()
        .filter_map(|(obstacle, stands)| stands.then_some(obstacle))
        .collect()
    }

    /// When it is erased by itself; none while it is not closed.
    pub fn kept_until(&self, kept_days: u32) -> Option<Timestamp> {
        self.closed_at.map(|at| days_after(at, kept_days))
    }

    fn may_be_erased(&self) -> Result<(), Refusal> {
        if self.erased_at.is_some() {
            return Err(Refusal::MerchantErased);
        }
        if self.obstacles().is_empty() {
            Ok(())
        } else {
            Err(Refusal::ErasureBarred)
        }
    }
}

/// Whether somebody may ask now. A second request while one waits would take its place,
/// and with it the person who must not approve.
///
/// # Errors
/// The [`Refusal`].
pub fn may_ask(standing: &Standing, waits: Option<&PersonId>) -> Result<(), Refusal> {
    standing.may_be_erased()?;
    match waits {
        Some(_) => Err(Refusal::OutOfOrder),
        None => Ok(()),
    }
}

/// What another person says to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErasureVerdict {
    /// The data is erased now.
    Approve,
    /// It stays.
    Decline,
}

/// Whether a person may say so to a request that waits. What has come up since it was made
/// stands in the way of an approval, and never of a no.
///
/// # Errors
/// The [`Refusal`].
pub fn may_review(
    standing: &Standing,
    waits: Option<&PersonId>,
    by: &PersonId,
    verdict: ErasureVerdict,
) -> Result<(), Refusal> {
    match waits {
        None => Err(Refusal::OutOfOrder),
        Some(asked) if asked == by => Err(Refusal::OwnWork),
        Some(_) if verdict == ErasureVerdict::Decline => Ok(()),
        Some(_) => standing.may_be_erased(),
    }
}

/// Whether time alone erases it now.
pub fn is_due(standing: &Standing, kept_days: u32, now: Timestamp) -> bool {
    let over = standing.kept_until(kept_days).is_some_and(|at| at <= now);
    over && standing.may_be_erased().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: u32) -> Timestamp {
        days_after(Timestamp::UNIX_EPOCH, day)
    }

    fn gone() -> Standing {
        Standing {
            status: MerchantStatus::Closed,
            closed_at: Some(at(10)),
            erased_at: None,
            terminals_in_service: 0,
            open_cases: 0,
            open_applications: 0,
            open_alerts: 0,
            deposits_owed: 0,
            unsettled_backups: 0,
            open_restores: 0,
        }
    }

    fn person(name: &str) -> PersonId {
        name.parse().unwrap()
    }

    /// Each obstacle by itself bars a request, an approval and what time does.
    #[test]
    fn each_obstacle_alone_bars_an_erasure() {
        type Put = fn(&mut Standing);
        let table: [(Obstacle, Put); 8] = [
            (Obstacle::NotClosed, |one| {
                one.status = MerchantStatus::Suspended;
            }),
            (Obstacle::TerminalInService, |one| {
                one.terminals_in_service = 1;
            }),
            (Obstacle::CaseOpen, |one| {
                one.open_cases = 1;
            }),
            (Obstacle::ApplicationOpen, |one| {
                one.open_applications = 1;
            }),
            (Obstacle::AlertOpen, |one| {
                one.open_alerts = 1;
            }),
            (Obstacle::DepositOwed, |one| {
                one.deposits_owed = 1;
            }),
            (Obstacle::BackupUnsettled, |one| {
                one.unsettled_backups = 1;
            }),
            (Obstacle::RestoreOpen, |one| {
                one.open_restores = 1;
            }),
        ];
        assert_eq!(table.len(), Obstacle::ALL.len());
        let (maker, checker) = (person("p-1"), person("p-2"));
        for (obstacle, put) in table {
            let mut standing = gone();
            put(&mut standing);
            assert_eq!(standing.obstacles(), BTreeSet::from([obstacle]));
            assert_eq!(may_ask(&standing, None), Err(Refusal::ErasureBarred));
            let review = |verdict| may_review(&standing, Some(&maker), &checker, verdict);
            assert_eq!(review(ErasureVerdict::Approve), Err(Refusal::ErasureBarred));
            assert_eq!(review(ErasureVerdict::Decline), Ok(()));
            assert!(!is_due(&standing, 0, at(9_999)), "{obstacle}");
        }
        assert!(gone().obstacles().is_empty());
    }

    #[test]
    fn one_asks_and_another_person_approves() {
        let (maker, checker) = (person("p-1"), person("p-2"));
        assert_eq!(may_ask(&gone(), None), Ok(()));
        assert_eq!(may_ask(&gone(), Some(&maker)), Err(Refusal::OutOfOrder));
        for verdict in [ErasureVerdict::Approve, ErasureVerdict::Decline] {
            let review = |waits, by| may_review(&gone(), waits, by, verdict);
            assert_eq!(review(None, &checker), Err(Refusal::OutOfOrder));
            assert_eq!(review(Some(&maker), &maker), Err(Refusal::OwnWork));
            assert_eq!(review(Some(&maker), &checker), Ok(()));
        }
        let erased = Standing {
            erased_at: Some(at(20)),
            ..gone()
        };
        assert_eq!(may_ask(&erased, None), Err(Refusal::MerchantErased));
    }

    #[test]
    fn time_erases_five_years_after_the_end_and_not_a_moment_before() {
        let five_years = 1_826;
        assert_eq!(gone().kept_until(five_years), Some(at(1_836)));
        let just_before = at(1_836).checked_sub(jiff::SignedDuration::from_millis(1));
        assert!(!is_due(&gone(), five_years, just_before.unwrap()));
        assert!(is_due(&gone(), five_years, at(1_836)));
        let erased = Standing {
            erased_at: Some(at(1_836)),
            ..gone()
        };
        assert!(!is_due(&erased, five_years, at(2_000)));
    }
}
