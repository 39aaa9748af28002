//! The answer to the challenge of a terminal without a link.
//!
//! 1. The terminal shows a challenge for one operator; whoever drives a case for that
//!    operator types it once the case is approved.
//! 2. It is compared with the challenges that this very terminal may have shown, for this
//!    operator, since the last one that was answered.
//! 3. The answer goes to the registered contact, or staff read it out. It works on that
//!    terminal, for that operator and for that challenge, and nowhere else; it is derived
//!    each time and never stored.
//! 4. What became of it the terminal says at its next contact (`act::till::deed`).

use serde::{Deserialize, Serialize};
use tillkey_rules::attempts::{self as budgets, Scope};
use tillkey_rules::case::{Case, Command};
use tillkey_rules::event::Destination;
use tillkey_rules::party::Subject;
use tillkey_rules::refusal::Refusal;
use tillkey_store::fault::Fault;
use tillkey_store::party::contact;
use tillkey_store::tx::Tx;
use tillkey_store::{attempts, offline};
use tillkey_wire::code::{OfflineAnswer, OfflineChallenge};
use tillkey_wire::ids::{CaseId, CodeId, SerialNumber};
use tillkey_wire::offline::{OfflineKey, Whose};

use super::step::{Step, guessed};
use super::{CaseView, act, begin_step, draw, effect, in_hand, reach};
use crate::act::{Access, Failure, message};
use crate::shell::Shell;

/// A challenge that was answered.
#[derive(Debug, Serialize, Deserialize)]
pub struct Answered {
    /// The case as it stands now.
    pub view: CaseView,
    /// The answer, to be read out; none where it went to the contact. It is never
    /// remembered with the answer to a request.
    #[serde(skip)]
    pub answer: Option<OfflineAnswer>,
}

/// Answers a challenge. The same challenge again in the same case is answered again.
///
/// # Errors
/// [`Failure::Refused`] with `not_matched` for a challenge that is not one of the case's
/// terminal for its operator, `not_prepared` where the terminal has a link and has to be
/// backed up first, `not_allowed` where the answer is not this caller's to read out.
pub async fn answer(
    shell: &Shell,
    case: CaseId,
    (challenge, to): (OfflineChallenge, Destination),
    access: &Access,
) -> Result<Answered, Failure> {
    let reads_out = to == Destination::AnswerReadOut;
    let access = access.clone();
    act(shell, None, move |shell, tx, now, rng| {
        let Some(stored) = reach(tx, shell, case, &access)? else {
            return Ok((Err(Failure::Unknown), Vec::new()));
        };
        let mut step = begin_step(shell, &stored.acquirer, now, rng);
        let answered = answer_in(&mut step, tx, stored.case, (&challenge, to, &access))?;
        let rings = step.rings;
        match answered {
            Ok((case, answer)) => {
                let view = draw(tx, shell, &case, &access)?;
                let answer = reads_out.then_some(answer);
                Ok((Ok(Answered { view, answer }), rings))
            }
            Err(refusal) => Ok((Err(refusal.into()), rings)),
        }
    })
    .await
}

fn answer_in(
    step: &mut Step<'_>,
    tx: &mut dyn Tx,
    case: Case,
    (challenge, to, access): (&OfflineChallenge, Destination, &Access),
) -> Result<Result<(Case, OfflineAnswer), Refusal>, Fault> {
    let by = access.actor();
    // Before that nothing is compared, and nothing said of whose terminal it is.
    let subject = match case.subject() {
        Some(subject) if case.state().is_approved() => subject.clone(),
        _ => return Ok(Err(Refusal::OutOfOrder)),
    };
    if let Err(refusal) = case.driven_by(&by) {
        return Ok(Err(refusal));
    }
    let guesses = guessed(&case);
    let count = attempts::count(tx, (Scope::CodeEntry, &guesses), step.now)?;
    if let Err(refusal) = budgets::judge(Scope::CodeEntry, count, step.now) {
        return Ok(Err(refusal));
    }
    let Some((serial_number, key)) = key(step, tx, &subject)? else {
        return Ok(Err(Refusal::NotMatched));
    };
    let whose = Whose {
        serial_number: &serial_number,
        operator: subject.operator,
    };
    let next = offline::next(tx, subject.terminal)?;
    // The last one again: somebody pressed twice, or did not hear it.
    if let Some(last) = offline::find(tx, (subject.terminal, next.saturating_sub(1)))?
        && case
            .code()
            .is_some_and(|code| code.id == last.code && code.to == to)
        && key.counter_of(whose, challenge, last.counter) == Some(last.counter)
    {
        return Ok(Ok((case, key.answer(whose, last.counter))));
    }
    let Some(counter) = key.counter_of(whose, challenge, next) else {
        return Ok(Err(Refusal::NotMatched));
    };
    let answer = key.answer(whose, counter);
    step.answering = Some((counter, answer.copy()));
    let command = Command::Issue {
        code: CodeId::random(step.rng),
        to,
    };
    let (case, refusal) = step.run(tx, case, &command, &by)?;
    Ok(match refusal {
        Some(refusal) => Err(refusal),
        None => Ok((case, answer)),
    })
}

/// Notes that a challenge was answered, and sends the answer where it goes to the contact.
pub(super) fn issued(
    step: &mut Step<'_>,
    tx: &mut dyn Tx,
    (case, subject): (&Case, &Subject),
    (id, to): (CodeId, Destination),
) -> Result<(), Fault> {
    let (counter, answer) = step.answering.take().ok_or(Fault::Missing("challenge"))?;
    let answered = offline::Answered {
        terminal: subject.terminal,
        counter,
        operator: subject.operator,
        case: case.id(),
        code: id,
    };
    offline::answer(tx, &answered, step.now)?;
    if to != Destination::AnswerToContact {
        return Ok(());
    }
    let language = message::language_of(step.shell, tx, &subject.merchant)?;
    let text = language.offline_answer(&answer, subject);
    let contact = contact::present(tx, &subject.merchant)?.ok_or(Fault::Missing("contact"))?;
    effect::owe(step, tx, (&contact, format!("offline_answer/{id}")), text)
}

/// The serial number of a case's terminal and the key of its challenges; none for one that
/// is not enrolled.
fn key(
    step: &Step<'_>,
    tx: &mut dyn Tx,
    subject: &Subject,
) -> Result<Option<(SerialNumber, OfflineKey)>, Fault> {
    let Some((found, backup_key)) = in_hand::enrolled(tx, subject.terminal)? else {
        return Ok(None);
    };
    let agreement = step.shell.keyring().agreement();
    // A device that enrolled with a weak key has no challenge that anybody else lacks.
    let key = OfflineKey::of_server(subject.terminal, agreement, &backup_key);
    Ok(key.ok().map(|key| (found.serial_number, key)))
}
