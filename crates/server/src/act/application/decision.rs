//! What is decided about an application: back to the applicant, yes, or no.
//!
//! Whoever approves has proved who they are within the last few minutes. The words for
//! the applicant are sealed beside the application; the ledger has their keyed digest.

use tillkey_rules::event::AgreedDeposit;
use tillkey_rules::onboarding::application::{Application, Command};
use tillkey_rules::party::Role;
use tillkey_rules::refusal::Refusal;
use tillkey_rules::trade::Fen;
use tillkey_store::application::{self as applications, Written};
use tillkey_store::fault::Fault;
use tillkey_store::party::merchant;
use tillkey_store::tx::Tx;
use tillkey_wire::ids::{ApplicationId, MerchantNumber};
use tillkey_wire::secret::Secret;

use super::{Access, Work, on_application, outcome};
use crate::act::case::checked_comment;
use crate::act::{Failure, Once, SignedIn};
use crate::shell::Shell;

/// What is said to an applicant who gets something else than a yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Saying {
    Mend,
    No,
}

/// Sends an application back, with what is to be mended.
///
/// # Errors
/// [`Failure::Refused`] with `reason_missing` where nothing is said.
pub async fn give_back(
    shell: &Shell,
    id: ApplicationId,
    remark: &str,
    by: &SignedIn,
    once: Option<Once>,
) -> Result<(), Failure> {
    say(shell, id, (Saying::Mend, remark), by, once).await
}

/// Declines an application, with the reason.
///
/// # Errors
/// As [`give_back`]; [`Failure::NotFresh`] for a reviewer who proved who they are too
/// long ago.
pub async fn decline(
    shell: &Shell,
    id: ApplicationId,
    remark: &str,
    by: &SignedIn,
    once: Option<Once>,
) -> Result<(), Failure> {
    if by.must_be(&[Role::Reviewer]).is_ok() {
        by.must_be_fresh(shell.now())?;
    }
    say(shell, id, (Saying::No, remark), by, once).await
}

async fn say(
    shell: &Shell,
    id: ApplicationId,
    (saying, remark): (Saying, &str),
    by: &SignedIn,
    once: Option<Once>,
) -> Result<(), Failure> {
    let remark = Secret::new(checked_comment(remark)?);
    let access = Access::Staff(by.clone());
    on_application(shell, id, &access, once, move |work, tx| {
        let keys = work.step.shell.seal_keys();
        let digest = || {
            keys.text_digest("application remark", remark.expose())
                .to_hex()
        };
        let comment_digest = (!remark.expose().is_empty()).then(digest);
        let command = match saying {
            Saying::Mend => Command::Return { comment_digest },
            Saying::No => Command::Decline { comment_digest },
        };
        let refusal = work.run(tx, &command)?;
        if refusal.is_none() {
            let written = (id, Written::Remark(&remark));
            applications::write(tx, &work.key, written, work.step.rng)?;
        }
        Ok(outcome(refusal))
    })
    .await
}

/// Approves an application: from now on there is a merchant, with its contact, its
/// documents, and the applicant as its manager.
///
/// # Errors
/// [`Failure::Refused`] with `own_work` for whoever had a hand in checking it;
/// [`Failure::NotFresh`] where they proved who they are too long ago; [`Failure::Exists`]
/// where no number is left for such a merchant.
pub async fn approve(
    shell: &Shell,
    id: ApplicationId,
    by: &SignedIn,
    once: Option<Once>,
) -> Result<(), Failure> {
    by.must_be(&[Role::Reviewer])?;
    by.must_be_fresh(shell.now())?;
    let access = Access::Staff(by.clone());
    on_application(shell, id, &access, once, move |work, tx| {
        let Some(form) = work.form()? else {
            return Ok(Err(Refusal::FormNotWhole.into()));
        };
        let institution = &work.step.shell.config().institution;
        let prefix = prefix(institution, work.application(), form.business.category());
        let Some(merchant) = next_number(tx, &prefix)? else {
            return Ok(Err(Failure::Exists));
        };
        let deposit = agreed(work);
        Ok(outcome(
            work.run(tx, &Command::Approve { merchant, deposit })?,
        ))
    })
    .await
}

/// When the deposit comes back, by the terms that the applicant was shown; none where
/// there is no deposit, or it is kept.
fn agreed(work: &Work<'_>) -> Option<AgreedDeposit> {
    let product = &work.application().choice().product;
    let terms = work.step.shell.catalogue().get(product)?.deposit;
    let back = terms.back.filter(|_| terms.deposit > Fen::ZERO)?;
    Some(AgreedDeposit {
        deposit_fen: terms.deposit.fen(),
        taken_fen: back.taken.fen(),
        within_days: back.within_days,
    })
}

/// Institution 3, region 4, category 4.
fn prefix(institution: &str, application: &Application, category: &str) -> String {
    let region = application.choice().region.to_string();
    let region = region.get(..4).unwrap_or_default();
    format!("{institution}{region}{category}")
}

/// The number after the highest that begins like this; none after 9999.
fn next_number(tx: &mut dyn Tx, prefix: &str) -> Result<Option<MerchantNumber>, Fault> {
    let number = |serial: &str| format!("{prefix}{serial}").parse::<MerchantNumber>();
    let (Ok(first), Ok(last)) = (number("0000"), number("9999")) else {
        return Err(Fault::Damaged {
            thing: "a merchant number",
            why: "its parts do not make fifteen digits",
        });
    };
    let highest = merchant::highest_between(tx, &first, &last)?;
    let serial = highest
        .as_ref()
        .and_then(|number| number.as_str().get(11..));
    let serial: u32 = serial.and_then(|serial| serial.parse().ok()).unwrap_or(0);
    Ok(number(&format!("{:04}", serial + 1)).ok())
}
