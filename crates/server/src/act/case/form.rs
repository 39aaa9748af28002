//! The form of a case, printed for the person to sign. It can be printed again; each
//! time is in the ledger.

use tillkey_rules::case::{Case, State};
use tillkey_rules::event::{Destination, Event};
use tillkey_rules::party::{Actor, Role, Subject};
use tillkey_rules::refusal::Refusal;
use tillkey_rules::scan::Side;
use tillkey_rules::vocabulary::{Channel, EvidenceKind};
use tillkey_store::fault::Fault;
use tillkey_store::tx::Tx;
use tillkey_wire::ids::CaseId;

use super::counter::masked_name;
use super::reach;
use crate::act::{Access, Failure, Of, SignedIn, append};
use crate::paper::{Form, Inspected, Scans};
use crate::shell::Shell;

/// Prints the form of a counter case in which something has matched.
///
/// # Errors
/// [`Failure::Refused`] with `out_of_order` before, and when it has come to nothing.
pub async fn print(shell: &Shell, case: CaseId, by: &SignedIn) -> Result<Vec<u8>, Failure> {
    by.must_be(&[Role::Clerk])?;
    let (inner, access, by) = (shell.clone(), Access::Staff(by.clone()), by.clone());
    let now = shell.now();
    let drawn = move |tx: &mut dyn Tx| {
        let Some(stored) = reach(tx, &inner, case, &access)? else {
            return Ok(Err(Failure::Unknown));
        };
        let case = &stored.case;
        let Some(subject) = case.subject().filter(|_| is_due(case)) else {
            return Ok(Err(Refusal::OutOfOrder.into()));
        };
        let form = draw(tx, &inner, (case, subject), &by.actor)?;
        let of = Of {
            acquirer: Some(&stored.acquirer),
            case: Some(case.id()),
        };
        append(tx, &of, (now, &by.actor), Event::FormPrinted)?;
        Ok(Ok(form))
    };
    let form = shell.store().write(drawn).await??;
    Ok(form.pdf())
}

/// Whether there is something to sign.
pub(super) fn is_due(case: &Case) -> bool {
    let is_alive = case.state().is_open() || case.state() == State::Effective;
    case.channel() == Channel::Counter && case.is_proven() && is_alive
}

fn draw(
    tx: &mut dyn Tx,
    shell: &Shell,
    (case, subject): (&Case, &Subject),
    by: &Actor,
) -> Result<Form, Fault> {
    let holds = |kind| case.evidence().contains_key(&kind);
    let has = |kind, side| {
        case.scans()
            .iter()
            .any(|scan| (scan.kind, scan.side) == (kind, side))
    };
    let identity = EvidenceKind::IdentityDocument;
    Ok(Form {
        case: case.id(),
        printed: shell
            .there(shell.now())
            .strftime("%Y-%m-%d %H:%M")
            .to_string(),
        acquirer: subject.acquirer.clone(),
        clerk: match by {
            Actor::Staff { staff, .. } => Some(staff.clone()),
            _ => None,
        },
        merchant: subject.merchant.clone(),
        name_masked: masked_name(tx, shell, subject)?.unwrap_or_default(),
        terminal: subject.terminal_number.clone(),
        operator: subject.operator,
        reason: case.reason(),
        inspected: Inspected {
            identity: holds(identity),
            licence: holds(EvidenceKind::BusinessLicence),
            sms: holds(EvidenceKind::SmsCode),
        },
        scans: Scans {
            front: has(identity, Side::Front),
            back: has(identity, Side::Back),
            licence: has(EvidenceKind::BusinessLicence, Side::Front),
        },
        by_slip: case.delivery() == Destination::SealedSlip,
    })
}
