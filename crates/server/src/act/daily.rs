//! What somebody may do so many times a day, as the ledger counts it.

use jiff::Timestamp;
use tillkey_rules::party::Actor;
use tillkey_rules::refusal::Refusal;
use tillkey_rules::terms::{hours_after, hours_before};
use tillkey_store::event;
use tillkey_store::fault::Fault;
use tillkey_store::tx::Tx;

use super::managers::ManagerSession;
use super::{Failure, SignedIn};

/// An act that is limited by the day.
pub(super) struct Daily {
    /// What it is called in the ledger.
    pub(super) event: &'static str,
    /// How often in 24 hours.
    pub(super) most: u64,
}

impl Daily {
    /// How often a member of staff has done it in the last 24 hours; none where it is not
    /// staff that asks.
    pub(super) fn made_by_staff(
        &self,
        tx: &mut dyn Tx,
        now: Timestamp,
        by: &SignedIn,
    ) -> Result<Option<u64>, Fault> {
        let Actor::Staff { staff, .. } = &by.actor else {
            return Ok(None);
        };
        let since = hours_before(now, 24);
        event::count_of_staff(tx, (&by.acquirer, staff), self.event, since).map(Some)
    }

    /// Whether a member of staff may do it once more.
    pub(super) fn may_staff(
        &self,
        tx: &mut dyn Tx,
        now: Timestamp,
        by: &SignedIn,
    ) -> Result<Result<(), Failure>, Fault> {
        let made = self.made_by_staff(tx, now, by)?;
        Ok(made.map_or(Err(Failure::NotAllowed), |made| self.permits(made, now)))
    }

    /// Whether a manager may do it once more.
    pub(super) fn may_manager(
        &self,
        tx: &mut dyn Tx,
        now: Timestamp,
        by: &ManagerSession,
    ) -> Result<Result<(), Failure>, Fault> {
        let whose = (&by.acquirer, by.manager);
        let made = event::count_of_manager(tx, whose, self.event, hours_before(now, 24))?;
        Ok(self.permits(made, now))
    }

    fn permits(&self, made: u64, now: Timestamp) -> Result<(), Failure> {
        if made < self.most {
            return Ok(());
        }
        let retry_at = hours_after(now, 1);
        Err(Refusal::TooMany { retry_at }.into())
    }
}
