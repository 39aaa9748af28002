//! Pictures of an applicant's papers: made anew, sealed, and looked at by those alone who
//! check the application. Whoever looks is in the ledger.

use tillkey_rules::event::Event;
use tillkey_rules::onboarding::application::Command;
use tillkey_rules::party::Role;
use tillkey_rules::vocabulary::ApplicationPaper;
use tillkey_store::application::paper::{self as papers, NewPaper};
use tillkey_store::scan::Likeness;
use tillkey_wire::ids::ApplicationId;
use tillkey_wire::secret::Secret;

use super::{Access, ApplicationToken, on_application, outcome};
use crate::act::{Failure, Once, SignedIn};
use crate::picture::{self, PictureFault};
use crate::shell::Shell;

/// Why a picture was not taken.
#[derive(Debug, thiserror::Error)]
pub enum PaperFailure {
    /// The file is not one that we take.
    #[error(transparent)]
    Picture(#[from] PictureFault),
    /// The act failed.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// Takes a picture of a paper; an earlier one of it is gone.
///
/// # Errors
/// [`PaperFailure`]; nothing that was filled in is lost.
pub async fn take(
    shell: &Shell,
    id: ApplicationId,
    token: &ApplicationToken,
    (paper, file): (ApplicationPaper, Vec<u8>),
    once: Option<Once>,
) -> Result<(), PaperFailure> {
    let picture = {
        let Ok(_place) = shell.scans_developed().acquire().await else {
            return Err(Failure::Busy.into());
        };
        let developing = tokio::task::spawn_blocking(move || picture::develop(&file));
        // A decoder that panics has met a file that is no picture.
        developing.await.map_err(|_| PictureFault::Broken)??
    };
    let access = Access::Applicant(token.clone());
    on_application(shell, id, &access, once, move |work, tx| {
        let keys = work.step.shell.seal_keys();
        let index = |of_what, digest| keys.picture_index(work.step.acquirer, of_what, digest);
        let likeness = Likeness {
            file: index("file", &picture.file_digest),
            pixels: index("pixels", &picture.pixel_digest),
        };
        let command = Command::TakePaper {
            paper,
            digest: likeness.pixels.to_hex(),
        };
        let refusal = work.run(tx, &command)?;
        if refusal.is_none() {
            let new = NewPaper {
                application: id,
                paper,
                likeness,
                picture: &picture.jpeg,
                now: work.step.now,
            };
            papers::take(tx, &work.key, &new, work.step.rng)?;
        }
        Ok(outcome(refusal))
    })
    .await?;
    Ok(())
}

/// Opens a picture for somebody who checks the application.
///
/// # Errors
/// [`Failure::Unknown`] where there is none; [`Failure::NotAllowed`] for other roles.
pub async fn look(
    shell: &Shell,
    id: ApplicationId,
    paper: ApplicationPaper,
    by: &SignedIn,
) -> Result<Secret<Vec<u8>>, Failure> {
    by.must_be(&[Role::Agent, Role::Clerk, Role::Reviewer])?;
    let (inner, by, now) = (shell.clone(), by.clone(), shell.now());
    let looked = move |tx: &mut dyn tillkey_store::tx::Tx| {
        let access = Access::Staff(by.clone());
        let (Some(_), Some(key)) = (
            super::reach(tx, &inner, id, &access)?,
            super::key_of(tx, &inner, id)?,
        ) else {
            return Ok(None);
        };
        let Some(picture) = papers::find(tx, &key, (id, paper))? else {
            return Ok(None);
        };
        let event = Event::ApplicantDisclosed {
            application: id,
            what: paper.name().to_owned(),
        };
        by.note(tx, now, event)?;
        Ok(Some(picture))
    };
    shell.store().write(looked).await?.ok_or(Failure::Unknown)
}
