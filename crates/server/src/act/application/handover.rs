//! The terminal on its way: sent, received, enrolled, and its first passwords.
//!
//! The enrolment code is shown once, to whoever holds the applicant's phone at that
//! moment, and never travels with the parcel: a terminal that is stolen on its way is a
//! terminal without a code. First passwords are chosen on the terminal, and no default is
//! ever set.

use serde::{Deserialize, Serialize};
use tillkey_rules::onboarding::application::{ApplicationState, Command};
use tillkey_rules::party::Role;
use tillkey_rules::refusal::Refusal;
use tillkey_store::application::{self as applications, Written};
use tillkey_store::fault::Fault;
use tillkey_store::party::operator;
use tillkey_store::party::terminal::{self, Terminal};
use tillkey_store::tx::Tx;
use tillkey_wire::code::SmsCode;
use tillkey_wire::ids::{ApplicationId, OperatorNumber, SerialNumber, TerminalId};
use tillkey_wire::secret::Secret;

use super::phone::{self, Purpose};
use super::{Access, ApplicationToken, Work, on_application, on_terminal, outcome};
use crate::act::case::step::Step;
use crate::act::party::{OpenedEnrolment, give_enrolment_code};
use crate::act::{Failure, Once, SignedIn, Source, checked_name};
use crate::shell::Shell;

/// Who carries a terminal, under which number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parcel {
    /// Who carries it.
    pub carrier: String,
    /// Their number of it.
    pub tracking_number: String,
}

/// A terminal that is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shipment {
    /// What is printed on it.
    pub serial_number: SerialNumber,
    /// Who carries it.
    pub parcel: Parcel,
}

/// Sends the terminal: from now on it is the merchant's, with operators `99`, `00` and
/// `01`, none of whom has a password.
///
/// # Errors
/// [`Failure::Exists`] where the serial number is in service already.
pub async fn ship(
    shell: &Shell,
    id: ApplicationId,
    shipment: Shipment,
    by: &SignedIn,
    once: Option<Once>,
) -> Result<(), Failure> {
    by.must_be(&[Role::Clerk, Role::Administrator])?;
    let parcel = Parcel {
        carrier: checked_name(&shipment.parcel.carrier)?,
        tracking_number: checked_name(&shipment.parcel.tracking_number)?,
    };
    let json = serde_json::to_string(&parcel).map_err(|_| Fault::Damaged {
        thing: "a parcel",
        why: "it cannot be written as JSON",
    })?;
    let (parcel, access) = (Secret::new(json), Access::Staff(by.clone()));
    on_application(shell, id, &access, once, move |work, tx| {
        // A second shipment does not write over the first one's parcel.
        if work.application().state() != ApplicationState::Approved {
            return Ok(Err(Refusal::OutOfOrder.into()));
        }
        let keys = work.step.shell.seal_keys();
        let digest = keys.text_digest("application parcel", parcel.expose());
        // Before the event, whose effect tells the applicant who carries it.
        let written = (id, Written::Parcel(&parcel));
        applications::write(tx, &work.key, written, work.step.rng)?;
        let command = Command::Ship {
            terminal: TerminalId::random(work.step.rng),
            serial_number: shipment.serial_number.clone(),
            tracking_digest: digest.to_hex(),
        };
        Ok(outcome(work.run(tx, &command)?))
    })
    .await
}

/// The applicant has the terminal, and gets its enrolment code, with a code that has just
/// gone to the phone. Asked for again, the enrolment code before is dead.
///
/// # Errors
/// [`Failure::Refused`] with `not_matched`, or with `out_of_order` before it was shipped
/// and once it is enrolled.
pub async fn receive(
    shell: &Shell,
    id: ApplicationId,
    token: &ApplicationToken,
    (code, source): (SmsCode, &Source),
    once: Option<Once>,
) -> Result<OpenedEnrolment, Failure> {
    let (access, source) = (Access::Applicant(token.clone()), source.as_str().to_owned());
    on_application(shell, id, &access, once, move |work, tx| {
        let state = work.application().state();
        if !matches!(
            state,
            ApplicationState::Shipped | ApplicationState::Received
        ) {
            return Ok(Err(Refusal::OutOfOrder.into()));
        }
        if let Err(refusal) = phone::compare(work, tx, Purpose::Receipt, (&code, &source))? {
            return Ok(Err(refusal.into()));
        }
        if let Some(refusal) = work.run(tx, &Command::Receive)? {
            return Ok(Err(refusal.into()));
        }
        enrolment_code(work, tx)
    })
    .await
}

fn enrolment_code(
    work: &mut Work<'_>,
    tx: &mut dyn Tx,
) -> Result<Result<OpenedEnrolment, Failure>, Fault> {
    let found = match work.application().terminal() {
        Some(id) => terminal::find(tx, id)?,
        None => None,
    };
    match found {
        Some(found) => give_enrolment_code(&mut work.step, tx, (&found, &work.by)).map(Ok),
        None => Ok(Err(Failure::Unknown)),
    }
}

/// A terminal was enrolled: so is the application that it was sent for.
pub(in crate::act) fn note_enrolled(
    step: &mut Step<'_>,
    tx: &mut dyn Tx,
    terminal: &Terminal,
) -> Result<(), Fault> {
    on_terminal(step, tx, terminal, &Command::Enrol)
}

/// An operator of a terminal has a password: once all of its first ones have, it is
/// active.
pub(in crate::act) fn note_password(
    step: &mut Step<'_>,
    tx: &mut dyn Tx,
    id: TerminalId,
) -> Result<(), Fault> {
    let operators = operator::list(tx, id)?;
    let is_set = |number: &OperatorNumber| {
        let found = operators.iter().find(|one| one.number == *number);
        found.is_some_and(|one| one.credential_version.is_some())
    };
    let Some(found) = terminal::find(tx, id)? else {
        return Ok(());
    };
    if !first_operators().iter().all(is_set) {
        // One more of them: the page that counts them looks again.
        return on_terminal(step, tx, &found, &Command::Tick);
    }
    let day = step.shell.day(step.now);
    on_terminal(step, tx, &found, &Command::Activate { day })
}

/// The operators that a new terminal has: `00`, `01`, `99`, the one that takes a review
/// last.
pub(super) const fn first_operators() -> [OperatorNumber; 3] {
    [
        OperatorNumber::SUPERVISOR,
        OperatorNumber::FIRST_CASHIER,
        OperatorNumber::ADMINISTRATOR,
    ]
}
