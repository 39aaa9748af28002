//! What an applicant does with the form: fill it in, change the choice, hand it in.

use tillkey_rules::onboarding::FormField;
use tillkey_rules::onboarding::application::{Choice, Command};
use tillkey_rules::refusal::Refusal;
use tillkey_store::application::{self as applications, Written};
use tillkey_wire::ids::ApplicationId;
use tillkey_wire::secret::Secret;

use super::{Access, ApplicationToken, command, draft_of, on_application, outcome};
use crate::act::{Failure, Once};
use crate::shell::Shell;

/// Keeps what was typed, however unfinished it is. Fields that are not named stay.
///
/// # Errors
/// [`Failure::Refused`] with `out_of_order` once it was handed in.
pub async fn write(
    shell: &Shell,
    id: ApplicationId,
    token: &ApplicationToken,
    typed: Vec<(FormField, Secret<String>)>,
    once: Option<Once>,
) -> Result<(), Failure> {
    let access = Access::Applicant(token.clone());
    on_application(shell, id, &access, once, move |work, tx| {
        if !work.application().state().is_editable() {
            return Ok(Err(Refusal::OutOfOrder.into()));
        }
        let mut draft = draft_of(work)?;
        for (field, text) in &typed {
            draft.write(*field, text.expose());
        }
        let json = draft.to_json();
        applications::write(tx, &work.key, (id, Written::Draft(&json)), work.step.rng)?;
        Ok(Ok(()))
    })
    .await
}

/// Chooses another product, place or kind of applicant; what was typed stays.
///
/// # Errors
/// [`Failure::Refused`] with `region_not_served` or `not_for_applicant`.
pub async fn choose(
    shell: &Shell,
    id: ApplicationId,
    token: &ApplicationToken,
    choice: Choice,
    once: Option<Once>,
) -> Result<(), Failure> {
    let access = Access::Applicant(token.clone());
    command(shell, id, &access, once, Command::Choose(choice)).await
}

/// Hands the form in.
///
/// # Errors
/// [`Failure::Refused`] with `form_not_whole` or `phone_not_proven`.
pub async fn submit(
    shell: &Shell,
    id: ApplicationId,
    token: &ApplicationToken,
    once: Option<Once>,
) -> Result<(), Failure> {
    let access = Access::Applicant(token.clone());
    on_application(shell, id, &access, once, move |work, tx| {
        let draft = draft_of(work)?.to_json();
        let keys = work.step.shell.seal_keys();
        let form_digest = keys
            .text_digest("application form", draft.expose())
            .to_hex();
        Ok(outcome(work.run(tx, &Command::Submit { form_digest })?))
    })
    .await
}

/// Withdraws an application that was not shipped yet.
///
/// # Errors
/// [`Failure::Refused`] with `out_of_order` once a merchant has come of it.
pub async fn withdraw(
    shell: &Shell,
    id: ApplicationId,
    token: &ApplicationToken,
    once: Option<Once>,
) -> Result<(), Failure> {
    let access = Access::Applicant(token.clone());
    command(shell, id, &access, once, Command::Withdraw).await
}
