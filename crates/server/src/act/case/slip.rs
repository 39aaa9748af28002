//! The sealed slip: a reset code on paper, for a person who no longer has the
//! registered phone.
//!
//! The code goes from here into the outbox, sealed, and from there to a printer. It is
//! in no answer, on no page and in no event: the clerk who asks for it never has it,
//! and what was printed cannot be printed again. Another slip has another code, and
//! the one before is dead.

use jiff::Timestamp;
use rand::RngCore;
use tillkey_rules::case::{Case, Command};
use tillkey_rules::event::{Destination, Event};
use tillkey_rules::party::{Role, Subject};
use tillkey_rules::refusal::Refusal;
use tillkey_store::fault::Fault;
use tillkey_store::outbox::{self, MessageKind, NewMessage, Standing};
use tillkey_store::seal::{DataKey, Owner};
use tillkey_store::tx::Tx;
use tillkey_wire::code::ResetCode;
use tillkey_wire::ids::{CaseId, CodeId, MessageId, PrinterName};
use tillkey_wire::secret::Secret;

use super::step::Step;
use super::{CaseView, on_case};
use crate::act::{Access, Failure, Of, Once, SignedIn, append};
use crate::bell::Ring;
use crate::paper::Slip;
use crate::shell::Shell;

/// Chooses, before the case is submitted, whether its code goes on a slip: the
/// reviewers approve this, too.
///
/// # Errors
/// [`Failure::Refused`] with `out_of_order` where both sides of the identity document
/// are not on file yet.
pub async fn choose(
    shell: &Shell,
    case: CaseId,
    to: Destination,
    by: &SignedIn,
    once: Option<Once>,
) -> Result<CaseView, Failure> {
    by.must_be(&[Role::Clerk])?;
    if to == Destination::SealedSlip && shell.config().slip_printers.is_empty() {
        return Err(Refusal::NotOffered.into());
    }
    let access = Access::Staff(by.clone());
    on_case(shell, case, &access, once, move |step, tx, case, by| {
        step.run(tx, case, &Command::Deliver { to }, by)
    })
    .await
}

/// Has a slip printed for an approved case; a code that was there before is dead.
///
/// # Errors
/// [`Failure::Refused`] with `not_allowed` where the reviewers approved no slip, or the
/// clerk is one of them.
pub async fn print(
    shell: &Shell,
    case: CaseId,
    printer: PrinterName,
    by: &SignedIn,
    once: Option<Once>,
) -> Result<CaseView, Failure> {
    by.must_be(&[Role::Clerk])?;
    // A closed list: whoever could name a printer could name their own.
    if !shell.config().slip_printers.contains(&printer) {
        return Err(Refusal::NotOffered.into());
    }
    let access = Access::Staff(by.clone());
    on_case(shell, case, &access, once, move |step, tx, case, by| {
        step.slip_printer = Some(printer.clone());
        let code = CodeId::random(step.rng);
        let to = Destination::SealedSlip;
        let (case, refusal) = step.run(tx, case, &Command::Issue { code, to }, by)?;
        if refusal.is_none() {
            let of = Of {
                acquirer: Some(step.acquirer),
                case: Some(case.id()),
            };
            let printer = printer.clone();
            append(
                tx,
                &of,
                (step.now, by),
                Event::SlipPrinted { code, printer },
            )?;
        }
        Ok((case, refusal))
    })
    .await
}

/// Queues the slip for its printer, in the transaction of the code.
pub(super) fn queue(
    step: &mut Step<'_>,
    tx: &mut dyn Tx,
    (case, subject): (&Case, &Subject),
    (id, code, expires_at): (CodeId, ResetCode, Timestamp),
) -> Result<(), Fault> {
    let printer = step.slip_printer.clone().ok_or(Fault::Missing("printer"))?;
    let slip = Slip {
        case: case.id(),
        merchant: subject.merchant.clone(),
        terminal: subject.terminal_number.clone(),
        operator: subject.operator,
        until: step
            .shell
            .there(expires_at)
            .strftime("%Y-%m-%d %H:%M")
            .to_string(),
        pattern: step.rng.next_u64(),
        code,
    };
    let body = serde_json::to_string(&slip).map_err(|_| Fault::Damaged {
        thing: "a slip",
        why: "it cannot be written as JSON",
    })?;
    let owner = Owner::Merchant(subject.merchant.clone());
    let key = DataKey::load(tx, step.shell.seal_keys(), &owner)?;
    let message = NewMessage {
        id: MessageId::random(step.rng),
        idempotency_key: idempotency_key(id),
        kind: MessageKind::Slip,
        destination: Secret::new(printer.to_string()),
        body: Secret::new(body),
        now: step.now,
    };
    outbox::queue(tx, &key, &message, step.rng)?;
    step.rings.push(Ring::Outbox);
    Ok(())
}

/// Whether the printer has the live slip of a case; none where there is no such slip.
pub(super) fn standing(tx: &mut dyn Tx, case: &Case) -> Result<Option<Standing>, Fault> {
    match case
        .code()
        .filter(|code| code.to == Destination::SealedSlip)
    {
        Some(code) => outbox::standing(tx, &idempotency_key(code.id)),
        None => Ok(None),
    }
}

fn idempotency_key(code: CodeId) -> String {
    format!("slip/{code}")
}
