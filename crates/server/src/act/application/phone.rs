//! The applicant's phone: proven once, and the way back to an application from another
//! device.
//!
//! A code is bound to what it is for. Coming back is answered the same whether or not
//! there is such an application, or the phone is its own.

use serde::{Deserialize, Serialize};
use tillkey_rules::attempts::{self as budgets, Scope};
use tillkey_rules::onboarding::application::Command;
use tillkey_rules::refusal::Refusal;
use tillkey_rules::spending::Purse;
use tillkey_rules::terms::minutes_after;
use tillkey_store::application::code::{self, NewCode};
use tillkey_store::application::{self as applications};
use tillkey_store::attempts;
use tillkey_store::fault::Fault;
use tillkey_store::seal::{Digest, Owner};
use tillkey_store::tx::Tx;
use tillkey_wire::code::SmsCode;
use tillkey_wire::ids::ApplicationId;

use super::{Access, ApplicationToken, Work, act, begin_step, key_of, on_application, outcome};
use crate::act::message::{self, Message, To};
use crate::act::{Failure, Once, Phone, Source};
use crate::shell::Shell;

/// What a code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To prove the phone, or to come back.
    Phone,
    /// To say that the terminal has come, and to get its enrolment code.
    Receipt,
}

impl Purpose {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Receipt => "receipt",
        }
    }
}

/// Sends a code; the one before it is dead. Within the budgets and money of messages.
pub(super) fn send(work: &mut Work<'_>, tx: &mut dyn Tx, purpose: Purpose) -> Result<(), Fault> {
    let (shell, now) = (work.step.shell, work.step.now);
    let (id, terms) = (work.application().id(), shell.terms());
    let sms_code = SmsCode::random(work.step.rng);
    let new = NewCode {
        application: id,
        digest: digest(shell, (id, purpose), &sms_code),
        expires_at: minutes_after(now, terms.sms_code_minutes),
        tries: terms.sms_code_tries,
    };
    code::ask(tx, &new)?;
    let language = shell.config().sms_language;
    let message = Message {
        purse: Purse::Asked,
        to: To::Phone {
            owner: Owner::Application(id),
            number: work.stored.phone(&work.key)?,
            index: &work.stored.phone_index,
        },
        key: format!("application_code/{}", new.digest.to_hex()),
        body: language.application_code(purpose, &sms_code, terms.sms_code_minutes),
    };
    message::send(&mut work.step, tx, message)
}

fn digest(shell: &Shell, (id, purpose): (ApplicationId, Purpose), code: &SmsCode) -> Digest {
    let bound = format!("{}/{id}", purpose.name());
    let keys = shell.seal_keys();
    keys.code_digest("application", &bound, code.expose())
}

/// Compares a code, after its try and its source's are counted.
pub(super) fn compare(
    work: &mut Work<'_>,
    tx: &mut dyn Tx,
    purpose: Purpose,
    (code, source): (&SmsCode, &str),
) -> Result<Result<(), Refusal>, Fault> {
    let now = work.step.now;
    let made = attempts::count(tx, (Scope::SourceProof, source), now)?;
    if let Err(refusal) = budgets::judge(Scope::SourceProof, made, now) {
        return Ok(Err(refusal));
    }
    let id = work.application().id();
    let digest = digest(work.step.shell, (id, purpose), code);
    Ok(match code::answer(tx, id, (&digest, now))? {
        true => Ok(()),
        false => Err(Refusal::NotMatched),
    })
}

/// Sends the applicant another code.
///
/// # Errors
/// [`Failure::Refused`] with `too_many` for a source that asks too often.
pub async fn send_code(
    shell: &Shell,
    id: ApplicationId,
    token: &ApplicationToken,
    (purpose, source): (Purpose, &Source),
    once: Option<Once>,
) -> Result<(), Failure> {
    let (access, source) = (Access::Applicant(token.clone()), source.as_str().to_owned());
    on_application(shell, id, &access, once, move |work, tx| {
        let now = work.step.now;
        if let Err(refusal) = message::ask(tx, &source, now)? {
            return Ok(Err(refusal.into()));
        }
        send(work, tx, purpose)?;
        Ok(Ok(()))
    })
    .await
}

/// Proves the phone with the code that went to it.
///
/// # Errors
/// [`Failure::Refused`] with `not_matched` or `too_many`.
pub async fn prove(
    shell: &Shell,
    id: ApplicationId,
    token: &ApplicationToken,
    (code, source): (SmsCode, &Source),
    once: Option<Once>,
) -> Result<(), Failure> {
    let (access, source) = (Access::Applicant(token.clone()), source.as_str().to_owned());
    on_application(shell, id, &access, once, move |work, tx| {
        if let Err(refusal) = compare(work, tx, Purpose::Phone, (&code, &source))? {
            return Ok(Err(refusal.into()));
        }
        Ok(outcome(work.run(tx, &Command::ProvePhone)?))
    })
    .await
}

/// Somebody wants back to an application of theirs: a code goes to its phone, if this is
/// the phone.
///
/// # Errors
/// [`Failure::Refused`] with `too_many` for a source that asks too often.
pub async fn return_to(
    shell: &Shell,
    id: ApplicationId,
    phone: Phone,
    source: &Source,
    once: Option<Once>,
) -> Result<(), Failure> {
    let source = source.as_str().to_owned();
    act(shell, once, move |shell, tx, now, rng| {
        if let Err(refusal) = message::ask(tx, &source, now)? {
            return Ok((Err(refusal.into()), Vec::new()));
        }
        let acquirer = shell.home().clone();
        let keys = shell.seal_keys();
        let named = keys.phone_index(&acquirer, phone.expose());
        let found = applications::find(tx, id)?.filter(|one| one.phone_index == named);
        let key = key_of(tx, shell, id)?;
        let mut step = begin_step(shell, &acquirer, now, rng);
        let (Some(stored), Some(key)) = (found, key) else {
            // Counted like any other (attack E08), and nobody is told.
            let message = Message {
                purse: Purse::Asked,
                to: To::Nobody {
                    named: &named.to_hex(),
                },
                key: format!("application_code/{id}"),
                body: tillkey_wire::secret::Secret::new(String::new()),
            };
            message::send(&mut step, tx, message)?;
            return Ok((Ok(()), step.rings));
        };
        let mut work = Work {
            step,
            stored,
            key,
            by: tillkey_rules::party::Actor::Holder,
        };
        send(&mut work, tx, Purpose::Phone)?;
        Ok((Ok(()), work.step.rings))
    })
    .await
}

/// An applicant who is back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Returned {
    /// What they show from now on; the token before it is worth nothing.
    pub token: ApplicationToken,
}

/// Lets an applicant back in with the code that went to the phone.
///
/// # Errors
/// [`Failure::Refused`] with `not_matched`, for an application that is not there too.
pub async fn enter(
    shell: &Shell,
    id: ApplicationId,
    (code, source): (SmsCode, &Source),
    once: Option<Once>,
) -> Result<Returned, Failure> {
    let source = source.as_str().to_owned();
    act(shell, once, move |shell, tx, now, rng| {
        let (found, key) = (applications::find(tx, id)?, key_of(tx, shell, id)?);
        let (Some(stored), Some(key)) = (found, key) else {
            let made = attempts::count(tx, (Scope::SourceProof, &source), now)?;
            let judged = budgets::judge(Scope::SourceProof, made, now);
            let refusal = judged.err().unwrap_or(Refusal::NotMatched);
            return Ok((Err(refusal.into()), Vec::new()));
        };
        let acquirer = stored.acquirer.clone();
        let token = ApplicationToken::random(rng);
        let mut work = Work {
            step: begin_step(shell, &acquirer, now, rng),
            stored,
            key,
            by: tillkey_rules::party::Actor::Holder,
        };
        if let Err(refusal) = compare(&mut work, tx, Purpose::Phone, (&code, &source))? {
            return Ok((Err(refusal.into()), work.step.rings));
        }
        if work.application().state().is_open() {
            work.run(tx, &Command::ProvePhone)?;
        }
        let keys = shell.seal_keys();
        let digest = keys.token_digest("application", token.expose());
        applications::set_token(tx, id, &digest)?;
        Ok((Ok(Returned { token }), work.step.rings))
    })
    .await
}
