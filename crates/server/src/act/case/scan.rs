//! Scans of the originals that were inspected: taken, known again, and looked at by
//! those alone who work on the case.
//!
//! A file is developed on a thread of its own, a bounded number at once, before the
//! transaction; what is stored is the picture of our own making, sealed with the
//! merchant's key. Whoever looks at one is in the ledger.

use tillkey_rules::case::{Case, Command, State};
use tillkey_rules::event::Event;
use tillkey_rules::party::Role;
use tillkey_rules::refusal::Refusal;
use tillkey_rules::scan::{Reuse, Scan, Side};
use tillkey_rules::vocabulary::EvidenceKind;
use tillkey_store::scan::{self, Likeness, NewScan, Sighting};
use tillkey_store::seal::{DataKey, Owner};
use tillkey_wire::ids::{CaseId, MerchantNumber, ScanId};
use tillkey_wire::secret::Secret;

use super::{CaseView, on_case, reach};
use crate::act::{Access, Failure, Of, Once, SignedIn, append};
use crate::picture::{self, PictureFault};
use crate::shell::Shell;

/// A file that is said to be a scan.
#[derive(Debug)]
pub struct ScanFile {
    /// Of which document.
    pub kind: EvidenceKind,
    /// Which side.
    pub side: Side,
    /// What was uploaded.
    pub file: Vec<u8>,
}

/// Why a scan was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ScanFailure {
    /// The file is not one that we take.
    #[error(transparent)]
    Picture(#[from] PictureFault),
    /// The act failed.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// Takes a scan of a document that has matched in this case.
///
/// # Errors
/// [`ScanFailure`]; nothing that the case holds is lost.
pub async fn take(
    shell: &Shell,
    case: CaseId,
    scan: ScanFile,
    by: &SignedIn,
    once: Option<Once>,
) -> Result<CaseView, ScanFailure> {
    by.must_be(&[Role::Clerk])?;
    let ScanFile { kind, side, file } = scan;
    let picture = {
        let Ok(_place) = shell.scans_developed().acquire().await else {
            return Err(Failure::Busy.into());
        };
        let developing = tokio::task::spawn_blocking(move || picture::develop(&file));
        // A decoder that panics has met a file that is no picture.
        developing.await.map_err(|_| PictureFault::Broken)??
    };
    let access = Access::Staff(by.clone());
    let view = on_case(shell, case, &access, once, move |step, tx, case, by| {
        let Some(subject) = case.subject().cloned() else {
            return Ok((case, Some(Refusal::OutOfOrder)));
        };
        let keys = step.shell.seal_keys();
        let owner = Owner::Merchant(subject.merchant.clone());
        // Erased meanwhile: nothing more is kept of this merchant.
        let Some(key) = DataKey::find(tx, keys, &owner)? else {
            return Ok((case, Some(Refusal::NotServed)));
        };
        let index = |of_what, digest| keys.picture_index(step.acquirer, of_what, digest);
        let likeness = Likeness {
            file: index("file", &picture.file_digest),
            pixels: index("pixels", &picture.pixel_digest),
        };
        let seen = scan::seen(tx, &likeness)?;
        if is_other_side(&seen, case.id(), (kind, side)) {
            return Ok((case, Some(Refusal::SamePicture)));
        }
        let id = ScanId::random(step.rng);
        let taken = Scan {
            id,
            kind,
            side,
            reuse: reuse(&seen, case.id(), &subject.merchant),
            digest: likeness.pixels.to_hex(),
        };
        let (case, refusal) = step.run(tx, case, &Command::Scan(taken), by)?;
        if refusal.is_none() {
            let new = NewScan {
                id,
                case: case.id(),
                kind,
                side,
                likeness,
                picture: &picture.jpeg,
                now: step.now,
            };
            scan::add(tx, &key, &new, step.rng)?;
        }
        Ok((case, refusal))
    })
    .await?;
    Ok(view)
}

/// Whether the case holds the same picture as something else.
fn is_other_side(seen: &[Sighting], case: CaseId, this: (EvidenceKind, Side)) -> bool {
    seen.iter().any(|sighting| {
        let is_kept = sighting.case == case && sighting.replaced_at.is_none();
        is_kept && (sighting.kind, sighting.side) != this
    })
}

/// Where a picture was seen before this case.
fn reuse(seen: &[Sighting], case: CaseId, merchant: &MerchantNumber) -> Option<Reuse> {
    let elsewhere = seen.iter().filter(|sighting| sighting.case != case);
    elsewhere
        .map(|sighting| match sighting.merchant == *merchant {
            true => Reuse::EarlierCase,
            false => Reuse::OtherMerchant,
        })
        .max()
}

/// Who may look at the scans of a case: the clerks who have a hand in it, as long as it
/// is open; whoever reviews it, and afterwards those who did, who may have to answer
/// for it. To everybody else there are none.
pub(super) fn may_look(case: &Case, by: &SignedIn) -> bool {
    let (Some(person), Some(role)) = (by.actor.person(), by.actor.role()) else {
        return false;
    };
    let has_hand = case.makers().contains(person);
    let has_reviewed = || case.reviews().iter().any(|review| review.person == *person);
    match role {
        Role::Clerk => has_hand && case.state().is_open(),
        Role::Reviewer => !has_hand && (case.state() == State::InReview || has_reviewed()),
        Role::Agent | Role::Auditor | Role::Administrator | Role::Integrator => false,
    }
}

/// The scans that a case holds, for those who may look at them.
///
/// # Errors
/// [`Failure::Unknown`] for everybody else, as for a case that is not there.
pub async fn list(shell: &Shell, case: CaseId, by: &SignedIn) -> Result<Vec<Scan>, Failure> {
    let (inner, access) = (shell.clone(), Access::Staff(by.clone()));
    let by = by.clone();
    shell
        .store()
        .read(move |tx| {
            let found = reach(tx, &inner, case, &access)?;
            let allowed = found.filter(|stored| may_look(&stored.case, &by));
            Ok(allowed.map(|stored| stored.case.scans().to_vec()))
        })
        .await?
        .ok_or(Failure::Unknown)
}

/// Opens a scan for somebody who works on its case. That they looked is written down
/// in the same transaction.
///
/// # Errors
/// [`Failure::Unknown`] for everybody else, as for a scan that is not there.
pub async fn look(
    shell: &Shell,
    case: CaseId,
    id: ScanId,
    by: &SignedIn,
) -> Result<Secret<Vec<u8>>, Failure> {
    let (inner, access, by) = (shell.clone(), Access::Staff(by.clone()), by.clone());
    let now = shell.now();
    let looked = move |tx: &mut dyn tillkey_store::tx::Tx| {
        let found = reach(tx, &inner, case, &access)?;
        let Some(stored) = found.filter(|stored| may_look(&stored.case, &by)) else {
            return Ok(None);
        };
        let Some(found) = scan::find(tx, case, id)? else {
            return Ok(None);
        };
        let owner = Owner::Merchant(found.merchant.clone());
        // None where it was erased with its merchant.
        let Some(key) = DataKey::find(tx, inner.seal_keys(), &owner)? else {
            return Ok(None);
        };
        let picture = found.picture(&key)?;
        let of = Of {
            acquirer: Some(&stored.acquirer),
            case: Some(case),
        };
        append(tx, &of, (now, &by.actor), Event::ScanViewed { scan: id })?;
        Ok(Some(picture))
    };
    shell.store().write(looked).await?.ok_or(Failure::Unknown)
}
