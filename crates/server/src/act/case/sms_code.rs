//! The code that proves the registered phone.

use tillkey_rules::case::Case;
use tillkey_rules::spending::Purse;
use tillkey_rules::vocabulary::EvidenceKind;
use tillkey_store::challenge::{self, NewChallenge};
use tillkey_store::fault::Fault;
use tillkey_store::party::contact;
use tillkey_store::seal::Digest;
use tillkey_store::tx::Tx;
use tillkey_wire::code::SmsCode;

use super::step::{Step, guessed};
use crate::act::message::{self, Message, To};

/// What is kept of a code: bound to its case.
pub(super) fn digest(step: &Step<'_>, case: &Case, code: &SmsCode) -> Digest {
    let keys = step.shell.seal_keys();
    keys.code_digest("sms_code", &case.id().to_string(), code.expose())
}

/// Draws a code and sends it to the registered phone. For a subject that does not
/// exist, or past a budget, all is as usual except that nothing is queued: whoever
/// asks cannot tell (attacks E08, E16).
pub(super) fn send(step: &mut Step<'_>, tx: &mut dyn Tx, case: &Case) -> Result<(), Fault> {
    let code = SmsCode::random(step.rng);
    let language = step.shell.config().sms_language;
    let (contact, language) = match case.subject() {
        Some(subject) => (
            contact::present(tx, &subject.merchant)?,
            message::language_of(step.shell, tx, &subject.merchant)?,
        ),
        None => (None, language),
    };
    let minutes = step.shell.terms().sms_code_minutes;
    let new = NewChallenge {
        case: case.id(),
        kind: EvidenceKind::SmsCode,
        digest: digest(step, case, &code),
        destination_index: contact.as_ref().map(|contact| contact.phone_index),
        now: step.now,
        expires_at: tillkey_rules::terms::minutes_after(step.now, minutes),
        tries: step.shell.terms().sms_code_tries,
    };
    challenge::issue(tx, &new)?;
    let named = guessed(case);
    let to = contact
        .as_ref()
        .map_or(To::Nobody { named: &named }, To::Contact);
    let message = Message {
        purse: Purse::Asked,
        to,
        key: format!("sms_code/{}/{}", case.id(), case.version()),
        body: language.sms_code(&code, minutes),
    };
    message::send(step, tx, message)
}
