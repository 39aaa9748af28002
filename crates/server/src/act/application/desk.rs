//! What a maker does: look at what there is, check it against the originals, pass it on.
//!
//! Numbers are compared by the server: the maker types what the paper says, and learns
//! whether it is what the form says. Values are masked; whoever opens one is in the
//! ledger.

use serde::{Deserialize, Serialize};
use tillkey_rules::document::{ResidentIdentityNumber, SocialCreditCode};
use tillkey_rules::event::Event;
use tillkey_rules::onboarding::FormField;
use tillkey_rules::onboarding::application::{ApplicationCheck, Command};
use tillkey_rules::party::Role;
use tillkey_rules::refusal::Refusal;
use tillkey_store::fault::Fault;
use tillkey_store::tx::Tx;
use tillkey_wire::ids::{ApplicationId, InvalidId};
use tillkey_wire::secret::Secret;

use super::{Access, Work, draft_of, on_application, outcome};
use crate::act::{Failure, Once, SignedIn};
use crate::shell::Shell;

/// What a maker found.
#[derive(Debug)]
pub enum ToCheck {
    /// A number as the paper says it; the server compares.
    Number(ApplicationCheck, Secret<String>),
    /// The maker's own word.
    Word {
        /// About what.
        check: ApplicationCheck,
        /// Whether it is as it should be.
        holds: bool,
    },
}

impl ToCheck {
    const fn check(&self) -> ApplicationCheck {
        match self {
            Self::Number(check, _) | Self::Word { check, .. } => *check,
        }
    }
}

/// Notes what was checked.
///
/// # Errors
/// [`Failure::Invalid`] for a number whose check digit is wrong, which was mistyped and
/// says nothing of the applicant; [`Failure::Refused`] with `not_matched` for one that is
/// not the form's, which is noted.
pub async fn check(
    shell: &Shell,
    id: ApplicationId,
    found: ToCheck,
    by: &SignedIn,
    once: Option<Once>,
) -> Result<(), Failure> {
    by.must_be(&[Role::Agent, Role::Clerk])?;
    let access = Access::Staff(by.clone());
    on_application(shell, id, &access, once, move |work, tx| {
        let holds = match holds(work, &found)? {
            Ok(holds) => holds,
            Err(failure) => return Ok(Err(failure)),
        };
        let check = found.check();
        let refusal = work.run(tx, &Command::Check { check, holds })?;
        // A word that something does not hold is what was asked for; a number that does
        // not match is an answer to whoever typed it.
        let mismatch = matches!(found, ToCheck::Number(..)) && !holds;
        let mismatch = mismatch.then_some(Refusal::NotMatched);
        Ok(outcome(refusal.or(mismatch)))
    })
    .await
}

fn holds(work: &Work<'_>, found: &ToCheck) -> Result<Result<bool, Failure>, Fault> {
    let (check, typed) = match found {
        ToCheck::Word { check, .. } if check.is_compared() => return Ok(Err(compared().into())),
        ToCheck::Word { holds, .. } => return Ok(Ok(*holds)),
        ToCheck::Number(check, typed) => (check, typed.expose()),
    };
    let Some(form) = work.form()? else {
        return Ok(Err(Refusal::FormNotWhole.into()));
    };
    Ok(match check {
        ApplicationCheck::LicenceNumber => SocialCreditCode::parse(typed).map(|typed| {
            let on_form = form.credit_code.as_ref();
            on_form.is_some_and(|code| code.expose() == typed.expose())
        }),
        ApplicationCheck::IdentityNumber => ResidentIdentityNumber::parse(typed)
            .map(|typed| form.identity_number.expose() == typed.expose()),
        ApplicationCheck::ContactReached | ApplicationCheck::Account | ApplicationCheck::Site => {
            Err(compared())
        }
    }
    .map_err(Failure::from))
}

const fn compared() -> InvalidId {
    InvalidId {
        kind: "check",
        rule: "a number for licence_number and identity_number, a word for the others",
    }
}

/// Passes an application on to a checker.
///
/// # Errors
/// [`Failure::Refused`] with `checks_open` while something is not checked or does not hold.
pub async fn propose(
    shell: &Shell,
    id: ApplicationId,
    by: &SignedIn,
    once: Option<Once>,
) -> Result<(), Failure> {
    super::command(
        shell,
        id,
        &Access::Staff(by.clone()),
        once,
        Command::Propose,
    )
    .await
}

/// Something that was opened to somebody.
#[derive(Debug, Serialize, Deserialize)]
pub struct Disclosed {
    /// What it says.
    pub text: String,
}

/// What can be opened: a field of the form, or the phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opened {
    Field(FormField),
    Phone,
}

/// Opens a masked value to somebody who checks the application: `phone`, or a field of the
/// form by its name. The ledger says who opened what.
///
/// # Errors
/// [`Failure::NotAllowed`] for other roles; [`Failure::Invalid`] for no such value.
pub async fn disclose(
    shell: &Shell,
    id: ApplicationId,
    what: &str,
    by: &SignedIn,
) -> Result<Disclosed, Failure> {
    by.must_be(&[Role::Agent, Role::Clerk, Role::Reviewer])?;
    let what = match what {
        "phone" => Opened::Phone,
        field => Opened::Field(field.parse()?),
    };
    let access = Access::Staff(by.clone());
    on_application(shell, id, &access, None, move |work, tx| {
        open(work, tx, what).map(Ok)
    })
    .await
}

fn open(work: &Work<'_>, tx: &mut dyn Tx, what: Opened) -> Result<Disclosed, Fault> {
    let (name, text) = match what {
        Opened::Phone => ("phone", work.stored.phone(&work.key)?.expose().clone()),
        Opened::Field(field) => (field.name(), draft_of(work)?.text(field).to_owned()),
    };
    let event = Event::ApplicantDisclosed {
        application: work.application().id(),
        what: name.to_owned(),
    };
    work.note(tx, event)?;
    Ok(Disclosed { text })
}
