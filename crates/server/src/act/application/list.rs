//! The applications that wait for somebody, those that have waited longest first.

use jiff::Timestamp;
use tillkey_rules::onboarding::application::{ApplicationState, Choice};
use tillkey_store::application::{self as applications};
use tillkey_wire::ids::ApplicationId;

use super::DESK;
use crate::act::{Failure, Page, SignedIn, cursor, last_of_full};
use crate::limits::APPLICATIONS_PAGE;
use crate::shell::Shell;

/// An application in a list: nothing of its applicant.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ApplicationSummary {
    /// Which one.
    pub application: ApplicationId,
    /// Where it stands.
    pub state: ApplicationState,
    /// What for, by whom, where.
    pub choice: Choice,
    /// Since when it stands there.
    pub since: Timestamp,
    /// How often it was sent back.
    pub returns: u32,
}

/// Lists the applications in a state.
///
/// # Errors
/// [`Failure::Invalid`] for a cursor that is none of ours.
pub async fn list(
    shell: &Shell,
    state: ApplicationState,
    cursor: Option<String>,
    by: &SignedIn,
) -> Result<Page<ApplicationSummary>, Failure> {
    by.must_be(&DESK)?;
    let acquirer = by.acquirer.clone();
    let after = cursor.as_deref().map(cursor::read).transpose()?;
    let found = shell
        .store()
        .read(move |tx| applications::in_state(tx, (&acquirer, state), after, APPLICATIONS_PAGE))
        .await?;
    let last = last_of_full(&found, APPLICATIONS_PAGE).map(|one| &one.application);
    let next_cursor = last.map(|last| cursor::write(last.changed_at(), last.id()));
    let items = found.iter().map(|stored| {
        let application = &stored.application;
        ApplicationSummary {
            application: application.id(),
            state: application.state(),
            choice: application.choice().clone(),
            since: application.changed_at(),
            returns: application.returns(),
        }
    });
    Ok(Page {
        items: items.collect(),
        next_cursor,
    })
}
