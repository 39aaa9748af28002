//! Erasing what is held of a merchant and its people.
//!
//! 1. An administrator asks, and says why. What stands in the way is named.
//! 2. A reviewer, who is another person, approves. In that transaction the data key is
//!    destroyed, and all that it sealed is wiped.
//! 3. Without anybody: some years after the merchant was closed, the sweep does the same.
//! 4. Afterwards the files of backups go, and the write-ahead log is cut, which still has
//!    the pages as they were.
//!
//! What is cut short between 3 and 4 is noted, and done at the next sweep.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tillkey_rules::erasure::{
    ErasureReason, ErasureVerdict, Obstacle, Standing, is_due, may_ask, may_review,
};
use tillkey_rules::event::Event;
use tillkey_rules::party::{Actor, Role};
use tillkey_rules::refusal::Refusal;
use tillkey_rules::terms::days_after;
use tillkey_rules::vocabulary::MerchantStatus;
use tillkey_store::erasure::{self, Gone, Request, RequestState};
use tillkey_store::fault::Fault;
use tillkey_store::snapshot::Snapshot;
use tillkey_store::tx::Tx;
use tillkey_wire::ids::{AcquirerId, MerchantNumber, PersonId, StaffId};

use super::case::act;
use super::party::own_merchant;
use super::retention::remove_file;
use super::{Failure, Once, SignedIn, note};
use crate::limits::{DUE_BATCH_MAX, ERASURES_SHOWN_MAX};
use crate::shell::Shell;

/// Who sees how an erasure stands.
const ROLES: [Role; 2] = [Role::Administrator, Role::Reviewer];

/// How an erasure stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureView {
    /// Whose.
    pub merchant: MerchantNumber,
    /// Whether it is served.
    pub status: MerchantStatus,
    /// Since when it is closed.
    pub closed_at: Option<Timestamp>,
    /// When it is erased by itself.
    pub kept_until: Option<Timestamp>,
    /// When it was erased.
    pub erased_at: Option<Timestamp>,
    /// What stands in the way.
    pub obstacles: Vec<Obstacle>,
    /// The request that waits for another person.
    pub waits: Option<WaitingErasure>,
}

/// A request that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingErasure {
    /// Whose.
    pub merchant: MerchantNumber,
    /// Why.
    pub reason: ErasureReason,
    /// Who asked.
    pub account: StaffId,
    /// When.
    pub asked_at: Timestamp,
    /// Whether it is the one who looks: they cannot approve it.
    pub is_own: bool,
}

/// Shows how the erasure of a merchant stands.
///
/// # Errors
/// [`Failure::Unknown`] for a merchant of another acquirer.
pub async fn view(
    shell: &Shell,
    number: MerchantNumber,
    by: &SignedIn,
) -> Result<ErasureView, Failure> {
    by.must_be(&ROLES)?;
    let (by, days) = (by.clone(), shell.config().merchant_kept_days);
    let read = shell.store().read(move |tx| {
        let Some(standing) = own_standing(tx, &number, &by.acquirer)? else {
            return Ok(Err(Failure::Unknown));
        };
        let waits = waiting(tx, &number)?.map(|request| shown(request, &by));
        Ok(Ok(ErasureView {
            merchant: number.clone(),
            status: standing.status,
            closed_at: standing.closed_at,
            kept_until: standing.kept_until(days),
            erased_at: standing.erased_at,
            obstacles: standing.obstacles().into_iter().collect(),
            waits,
        }))
    });
    read.await?
}

/// The requests that wait for another person, the oldest first.
///
/// # Errors
/// [`Failure::NotAllowed`] for other roles.
pub async fn list(shell: &Shell, by: &SignedIn) -> Result<Vec<WaitingErasure>, Failure> {
    by.must_be(&ROLES)?;
    let by = by.clone();
    let read = shell.store().read(move |tx| {
        let found = erasure::waiting(tx, &by.acquirer, ERASURES_SHOWN_MAX)?;
        Ok(found.into_iter().map(|one| shown(one, &by)).collect())
    });
    Ok(read.await?)
}

fn shown(request: Request, by: &SignedIn) -> WaitingErasure {
    WaitingErasure {
        is_own: by.actor.person() == Some(&request.person),
        merchant: request.merchant,
        reason: request.reason,
        account: request.account,
        asked_at: request.asked_at,
    }
}

/// Asks that a merchant be erased before its time.
///
/// # Errors
/// [`Failure::Unknown`] for a merchant of another acquirer; [`Failure::Refused`] with
/// `erasure_barred` while something stands in the way, with `out_of_order` where a request
/// waits already.
pub async fn ask(
    shell: &Shell,
    (number, reason): (MerchantNumber, ErasureReason),
    by: &SignedIn,
    once: Option<Once>,
) -> Result<(), Failure> {
    by.must_be(&[Role::Administrator])?;
    let by = by.clone();
    act(shell, once, move |_, tx, now, _| {
        let Actor::Staff { staff, person, .. } = &by.actor else {
            return Ok((Err(Failure::NotAllowed), Vec::new()));
        };
        let Some(standing) = own_standing(tx, &number, &by.acquirer)? else {
            return Ok((Err(Failure::Unknown), Vec::new()));
        };
        let waits = waiting(tx, &number)?;
        if let Err(refusal) = may_ask(&standing, asked_by(waits.as_ref())) {
            return Ok((Err(refusal.into()), Vec::new()));
        }
        let request = Request {
            merchant: number.clone(),
            state: RequestState::Asked,
            reason,
            account: staff.clone(),
            person: person.clone(),
            asked_at: now,
            ended_at: None,
        };
        erasure::ask(tx, &by.acquirer, &request)?;
        let merchant = number.clone();
        by.note(tx, now, Event::ErasureAsked { merchant, reason })?;
        Ok((Ok(()), Vec::new()))
    })
    .await
}

/// Approves or declines what was asked, as another person. Approved, it is done with this.
///
/// # Errors
/// [`Failure::NotFresh`] where the reviewer proved who they are too long ago;
/// [`Failure::Refused`] with `own_work` for whoever asked, with `out_of_order` where
/// nothing waits, with `erasure_barred` where something has come up since.
pub async fn review(
    shell: &Shell,
    (number, verdict): (MerchantNumber, ErasureVerdict),
    by: &SignedIn,
    once: Option<Once>,
) -> Result<(), Failure> {
    by.must_be(&[Role::Reviewer])?;
    by.must_be_fresh(shell.now())?;
    let by = by.clone();
    let merchant = number.clone();
    let approved = act(shell, once, move |_, tx, now, _| {
        let Some(standing) = own_standing(tx, &number, &by.acquirer)? else {
            return Ok((Err(Failure::Unknown), Vec::new()));
        };
        let Some(person) = by.actor.person() else {
            return Ok((Err(Failure::NotAllowed), Vec::new()));
        };
        let waits = waiting(tx, &number)?;
        let allowed = may_review(&standing, asked_by(waits.as_ref()), person, verdict);
        if let Err(refusal) = allowed {
            return Ok((Err(refusal.into()), Vec::new()));
        }
        let approved = verdict == ErasureVerdict::Approve;
        let event = Event::ErasureReviewed {
            merchant: number.clone(),
            approved,
        };
        by.note(tx, now, event)?;
        if approved {
            erase(tx, (&by.acquirer, &number), (now, &by.actor))?;
        } else {
            erasure::end(tx, &number, RequestState::Declined, now)?;
        }
        Ok((Ok(approved), Vec::new()))
    });
    if approved.await? {
        finish(shell, &merchant).await?;
    }
    Ok(())
}

/// Erases a merchant: whether it may be was checked in this transaction.
fn erase(
    tx: &mut dyn Tx,
    (acquirer, merchant): (&AcquirerId, &MerchantNumber),
    by: (Timestamp, &Actor),
) -> Result<(), Fault> {
    let Some(Gone {
        applications,
        snapshots,
    }) = erasure::erase(tx, merchant, by.0)?
    else {
        return Ok(());
    };
    erasure::end(tx, merchant, RequestState::Done, by.0)?;
    for Snapshot { terminal, id, .. } in snapshots {
        let event = Event::SnapshotRemoved {
            terminal,
            snapshot: id,
        };
        note(tx, acquirer, by, event)?;
    }
    for application in applications {
        note(tx, acquirer, by, Event::ApplicationErased { application })?;
    }
    let event = Event::MerchantErased {
        merchant: merchant.clone(),
    };
    note(tx, acquirer, by, event)
}

/// Lets the files of backups go, and cuts the log. Neither is undone by a failure: the
/// sweep does what is left.
async fn finish(shell: &Shell, merchant: &MerchantNumber) -> Result<(), Failure> {
    let number = merchant.clone();
    let files = shell
        .store()
        .read(move |tx| tillkey_store::snapshot::removed_of(tx, &number));
    for snapshot in files.await? {
        remove_file(shell, &snapshot).await;
    }
    scrub(shell).await
}

/// Cuts the write-ahead log where something that was erased is still in it.
///
/// # Errors
/// [`Failure::Fault`]; the next sweep finds the same.
pub async fn scrub(shell: &Shell) -> Result<(), Failure> {
    let Some(noted) = shell.store().read(erasure::scrub_due).await? else {
        return Ok(());
    };
    match shell.store().scrub().await {
        Ok(()) => {}
        // Somebody reads what was before; the note stays, and the next sweep tries again.
        Err(Fault::Locked) => {
            tracing::warn!("the log still has what was erased; it is cut at the next sweep");
            return Ok(());
        }
        Err(fault) => return Err(fault.into()),
    }
    let done = shell.store().write(move |tx| erasure::scrubbed(tx, &noted));
    Ok(done.await?)
}

/// Erases the merchants whose time is over.
///
/// # Errors
/// [`Failure::Fault`]; the next sweep finds the same.
pub async fn sweep(shell: &Shell) -> Result<(), Failure> {
    let (now, days) = (shell.now(), shell.config().merchant_kept_days);
    let kept = jiff::SignedDuration::from_hours(24 * i64::from(days));
    let closed_by = now.checked_sub(kept).unwrap_or(Timestamp::MIN);
    let due = shell
        .store()
        .read(move |tx| erasure::due(tx, (closed_by, now), DUE_BATCH_MAX));
    for number in due.await? {
        let merchant = number.clone();
        let erased = act(shell, None, move |_, tx, now, _| {
            let erased = erase_if_due(tx, &number, (now, days))?;
            Ok((Ok(erased), Vec::new()))
        });
        if erased.await? {
            finish(shell, &merchant).await?;
        }
    }
    scrub(shell).await
}

fn erase_if_due(
    tx: &mut dyn Tx,
    number: &MerchantNumber,
    (now, days): (Timestamp, u32),
) -> Result<bool, Fault> {
    let (Some(standing), Some(found)) = (
        erasure::standing(tx, number)?,
        tillkey_store::party::merchant::find(tx, number)?,
    ) else {
        return Ok(false);
    };
    if !is_due(&standing, days, now) {
        // Whatever stands in the way is somebody's to settle; a day is soon enough to see.
        erasure::look_again(tx, number, days_after(now, 1))?;
        return Ok(false);
    }
    erase(tx, (&found.acquirer, number), (now, &Actor::System))?;
    Ok(true)
}

fn own_standing(
    tx: &mut dyn Tx,
    number: &MerchantNumber,
    acquirer: &AcquirerId,
) -> Result<Option<Standing>, Fault> {
    match own_merchant(tx, number, acquirer)? {
        Some(_) => erasure::standing(tx, number),
        None => Ok(None),
    }
}

fn waiting(tx: &mut dyn Tx, number: &MerchantNumber) -> Result<Option<Request>, Fault> {
    let found = erasure::request(tx, number)?;
    Ok(found.filter(|request| request.state == RequestState::Asked))
}

fn asked_by(request: Option<&Request>) -> Option<&PersonId> {
    request.map(|request| &request.person)
}

/// A merchant of this acquirer of which something is still held: what is to be entered
/// for an erased one has no key to be sealed with.
pub(in crate::act) fn held(
    tx: &mut dyn Tx,
    number: &MerchantNumber,
    acquirer: &AcquirerId,
) -> Result<Result<(), Failure>, Fault> {
    Ok(match own_merchant(tx, number, acquirer)? {
        None => Err(Failure::Unknown),
        Some(found) if found.erased_at.is_some() => Err(Refusal::MerchantErased.into()),
        Some(_) => Ok(()),
    })
}
