//! Merchants, terminals and operators, as an administrator keeps them; a manager keeps
//! the operators of their own merchant.
//!
//! No act here resets anything, and none changes a contact and a credential
//! together (attack C14): a changed contact counts as fresh for the policy.

mod keeper;
mod look_up;
mod merchant_number;
mod register;

pub use self::keeper::Keeper;
pub use self::look_up::{Found, FoundTerminal, LookUp, LookUpsMade, look_up, look_ups_made};
pub use self::merchant_number::send_merchant_numbers;
pub(in crate::act) use self::register::Register;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tillkey_rules::case::Command as CaseCommand;
use tillkey_rules::document::{ResidentIdentityNumber, SocialCreditCode};
use tillkey_rules::dormancy::RestCause;
use tillkey_rules::event::Event;
use tillkey_rules::party::{Actor, Role};
use tillkey_rules::refusal::Refusal;
use tillkey_rules::terms::hours_after;
use tillkey_rules::vocabulary::MerchantStatus;
use tillkey_store::case as cases;
use tillkey_store::fault::Fault;
use tillkey_store::party::enrolment::{self, NewEnrolment};
use tillkey_store::party::merchant::{self, Merchant};
use tillkey_store::party::operator::{self, Operator};
use tillkey_store::party::terminal::{self, Terminal};
use tillkey_store::seal::{DataKey, Owner};
use tillkey_store::tx::Tx;
use tillkey_store::{credential, health, journal};
use tillkey_wire::code::EnrolmentCode;
use tillkey_wire::enrolment::CodeKey;
use tillkey_wire::ids::{
    AcquirerId, DeviceModel, InvalidId, MerchantNumber, OperatorNumber, SerialNumber, TerminalId,
    TerminalNumber,
};
use tillkey_wire::secret::Secret;

use super::case::step::Step;
use super::case::{act, begin_step};
use super::erasure::held;
use super::{Failure, Once, Phone, SignedIn, note};
use crate::bell::Ring;
use crate::shell::Shell;

/// How long an enrolment code lives: a parcel's way and a weekend.
const ENROLMENT_HOURS: u32 = 24 * 7;
/// How many operators of one terminal may have an open case at once.
const OPEN_CASES_MAX: u32 = 50;

/// A merchant to be registered.
#[derive(Debug)]
pub struct MerchantDetails {
    /// Its number.
    pub merchant: MerchantNumber,
    /// Its trading name, checked by [`super::checked_name`].
    pub name: String,
    /// The registered phone.
    pub phone: Phone,
    /// The credit code on its licence.
    pub credit_code: Option<SocialCreditCode>,
    /// The account holder's identity number.
    pub holder: Option<ResidentIdentityNumber>,
    /// Persons registered to act for the holder.
    pub proxies: Vec<ResidentIdentityNumber>,
}

/// Registers a merchant.
///
/// # Errors
/// [`Failure::Exists`] where there is one with this number.
pub async fn add_merchant(
    shell: &Shell,
    details: MerchantDetails,
    by: &SignedIn,
    once: Option<Once>,
) -> Result<(), Failure> {
    by.must_be(&[Role::Administrator])?;
    let by = by.clone();
    act(shell, once, move |shell, tx, now, rng| {
        Register::of(shell, &by, now, rng).merchant(tx, &details)?;
        Ok((Ok(()), Vec::new()))
    })
    .await
}

/// Sets a merchant's registered contact. The one before it is told of the next reset.
///
/// # Errors
/// [`Failure::Unknown`] for a merchant of another acquirer.
pub async fn change_contact(
    shell: &Shell,
    merchant: MerchantNumber,
    phone: Phone,
    by: &SignedIn,
    once: Option<Once>,
) -> Result<(), Failure> {
    by.must_be(&[Role::Administrator])?;
    let by = by.clone();
    act(shell, once, move |shell, tx, now, rng| {
        if let Err(failure) = held(tx, &merchant, &by.acquirer)? {
            return Ok((Err(failure), Vec::new()));
        }
        let key = DataKey::load(tx, shell.seal_keys(), &Owner::Merchant(merchant.clone()))?;
        Register::of(shell, &by, now, rng).contact(tx, (&merchant, &key), &phone)?;
        Ok((Ok(()), Vec::new()))
    })
    .await
}

/// Suspends, closes or takes back a merchant. Sessions at its terminals end at once. Of a
/// suspended one open cases find out at their next step; those of a closed one end now,
/// and so does the access of its managers.
///
/// # Errors
/// [`Failure::Unknown`] for a merchant of another acquirer; [`Failure::Refused`] for one
/// that was erased.
pub async fn set_merchant_status(
    shell: &Shell,
    merchant: MerchantNumber,
    status: MerchantStatus,
    by: &SignedIn,
    once: Option<Once>,
) -> Result<(), Failure> {
    by.must_be(&[Role::Administrator])?;
    let by = by.clone();
    act(shell, once, move |shell, tx, now, rng| {
        if let Err(failure) = held(tx, &merchant, &by.acquirer)? {
            return Ok((Err(failure), Vec::new()));
        }
        let rings = Register::of(shell, &by, now, rng).status(tx, &merchant, status)?;
        Ok((Ok(()), rings))
    })
    .await
}

/// A terminal to be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TerminalDetails {
    /// Whose.
    pub merchant: MerchantNumber,
    /// Its number.
    pub number: TerminalNumber,
    /// What is printed on the device.
    pub serial_number: SerialNumber,
    /// The vendor's name for it.
    pub model: DeviceModel,
}

/// Registers a terminal. It can then be enrolled.
///
/// # Errors
/// [`Failure::Unknown`] for a merchant of another acquirer; [`Failure::Exists`]
/// where its number or serial number is in service.
pub async fn add_terminal(
    shell: &Shell,
    details: TerminalDetails,
    by: &SignedIn,
    once: Option<Once>,
) -> Result<TerminalId, Failure> {
    by.must_be(&[Role::Administrator])?;
    let by = by.clone();
    act(shell, once, move |shell, tx, now, rng| {
        if let Err(failure) = held(tx, &details.merchant, &by.acquirer)? {
            return Ok((Err(failure), Vec::new()));
        }
        let id = Register::of(shell, &by, now, rng).terminal(tx, &details)?;
        Ok((Ok(id), Vec::new()))
    })
    .await
}

/// A terminal as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TerminalView {
    /// Which one.
    pub terminal: TerminalId,
    /// Whose.
    pub merchant: MerchantNumber,
    /// Its number.
    pub number: TerminalNumber,
    /// What is printed on the device.
    pub serial_number: SerialNumber,
    /// The vendor's name for it.
    pub model: String,
    /// Whether it is in service.
    pub in_service: bool,
    /// When its present keys were taken.
    pub enrolled_at: Option<Timestamp>,
    /// When it was last heard.
    pub seen_at: Option<Timestamp>,
    /// Whether it has a live link.
    pub online: bool,
    /// Its operators.
    pub operators: Vec<OperatorView>,
}

/// An operator as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OperatorView {
    /// Which account.
    pub operator: OperatorNumber,
    /// Whether there is a password.
    pub password_set: bool,
    /// Since when it is in force.
    pub password_since: Option<Timestamp>,
    /// When the operator last signed on.
    pub signed_on_at: Option<Timestamp>,
    /// Since when the account is at rest.
    pub dormant_at: Option<Timestamp>,
    /// Whether it is because a new password is due; otherwise nobody had signed on for long.
    pub is_renewal_due: bool,
}

/// Shows a terminal of the caller's acquirer, or of their own merchant.
///
/// # Errors
/// [`Failure::Unknown`] for one of another.
pub async fn view_terminal(
    shell: &Shell,
    id: TerminalId,
    by: impl Into<Keeper>,
) -> Result<TerminalView, Failure> {
    let (by, inner) = (by.into(), shell.clone());
    shell
        .store()
        .read(move |tx| match kept_terminal(tx, id, &by)? {
            Some(found) => draw_terminal(tx, &inner, found).map(Ok),
            None => Ok(Err(Failure::Unknown)),
        })
        .await?
}

/// A terminal with its operators.
pub(super) fn draw_terminal(
    tx: &mut dyn Tx,
    shell: &Shell,
    found: Terminal,
) -> Result<TerminalView, Fault> {
    let operators: Result<_, Fault> = operator::list(tx, found.id)?
        .iter()
        .map(|operator| operator_view(tx, operator))
        .collect();
    Ok(TerminalView {
        terminal: found.id,
        merchant: found.merchant,
        number: found.number,
        serial_number: found.serial_number,
        model: found.model,
        in_service: found.status == terminal::TerminalStatus::Active,
        enrolled_at: found.enrolled_at,
        seen_at: found.seen_at,
        online: shell.presence().is_online(found.id),
        operators: operators?,
    })
}

/// An operator with what is known of their use.
pub(super) fn operator_view(tx: &mut dyn Tx, operator: &Operator) -> Result<OperatorView, Fault> {
    let password_set = operator.credential_version.is_some();
    let password = if password_set {
        credential::last(tx, (operator.terminal, operator.number))?
    } else {
        None
    };
    Ok(OperatorView {
        operator: operator.number,
        password_set,
        password_since: password.map(|last| last.created_at),
        signed_on_at: operator.signed_on_at,
        dormant_at: operator.dormant_at,
        is_renewal_due: (operator.rest_cause).is_some_and(|cause| cause != RestCause::Unused),
    })
}

/// An enrolment code, in the one answer that shows it.
#[derive(Debug, Serialize, Deserialize)]
pub struct OpenedEnrolment {
    /// The code in groups of four, to be printed or read out to the installer.
    pub code: String,
    /// Until when it can be used.
    pub expires_at: Timestamp,
}

/// Makes a one-time enrolment code for a terminal; an older one is dead.
///
/// # Errors
/// [`Failure::Unknown`] for a terminal of another acquirer.
pub async fn open_enrolment(
    shell: &Shell,
    id: TerminalId,
    by: &SignedIn,
    once: Option<Once>,
) -> Result<OpenedEnrolment, Failure> {
    by.must_be(&[Role::Administrator])?;
    let by = by.clone();
    act(shell, once, move |shell, tx, now, rng| {
        let Some(found) = own_terminal(tx, id, &by.acquirer)? else {
            return Ok((Err(Failure::Unknown), Vec::new()));
        };
        if let Err(failure) = held(tx, &found.merchant, &by.acquirer)? {
            return Ok((Err(failure), Vec::new()));
        }
        let mut step = begin_step(shell, &by.acquirer, now, rng);
        let opened = give_enrolment_code(&mut step, tx, (&found, &by.actor))?;
        Ok((Ok(opened), step.rings))
    })
    .await
}

/// Draws a terminal's enrolment code; an older one is dead.
pub(in crate::act) fn give_enrolment_code(
    step: &mut Step<'_>,
    tx: &mut dyn Tx,
    (found, by): (&Terminal, &Actor),
) -> Result<OpenedEnrolment, Fault> {
    let (code, now) = (EnrolmentCode::random(step.rng), step.now);
    let code_key = CodeKey::derive(&code).map_err(|_| Fault::Damaged {
        thing: "an enrolment code",
        why: "it has no key",
    })?;
    let owner = Owner::Merchant(found.merchant.clone());
    let key = DataKey::load(tx, step.shell.seal_keys(), &owner)?;
    let expires_at = hours_after(now, ENROLMENT_HOURS);
    let new = NewEnrolment {
        terminal: found.id,
        code_key: Secret::new(code_key.expose().to_vec()),
        now,
        expires_at,
    };
    enrolment::open(tx, &key, &new, step.rng)?;
    let event = Event::EnrolmentOpened {
        terminal: found.id,
        expires_at,
    };
    note(tx, step.acquirer, (now, by), event)?;
    Ok(OpenedEnrolment {
        code: code.grouped().expose().clone(),
        expires_at,
    })
}

/// Takes a terminal out of service for good; its operators' passwords and sessions
/// end with it, and so do its open cases.
///
/// # Errors
/// [`Failure::Unknown`] for a terminal of another acquirer.
pub async fn retire_terminal(
    shell: &Shell,
    id: TerminalId,
    by: &SignedIn,
    once: Option<Once>,
) -> Result<(), Failure> {
    by.must_be(&[Role::Administrator])?;
    let by = by.clone();
    act(shell, once, move |shell, tx, now, rng| {
        if own_terminal(tx, id, &by.acquirer)?.is_none() {
            return Ok((Err(Failure::Unknown), Vec::new()));
        }
        let operators = operator::list(tx, id)?;
        terminal::retire(tx, id, now)?;
        by.note(tx, now, Event::TerminalRetired { terminal: id })?;
        let mut step = begin_step(shell, &by.acquirer, now, rng);
        recheck_cases_of(tx, &mut step, &operators)?;
        step.rings.push(Ring::Moved(id));
        Ok((Ok(()), step.rings))
    })
    .await
}

/// Moves a terminal to another merchant of the acquirer, or gives it another number. Its
/// operators' passwords and sessions end, and so do its open cases; the terminal is told
/// at once, and its backups stay those of the merchant who made them.
///
/// # Errors
/// [`Failure::Unknown`] for a terminal or merchant of another acquirer, or a terminal out
/// of service; [`Failure::Exists`] where the number is taken there, or nothing changes.
pub async fn move_terminal(
    shell: &Shell,
    id: TerminalId,
    (merchant, number): (MerchantNumber, TerminalNumber),
    by: &SignedIn,
    once: Option<Once>,
) -> Result<(), Failure> {
    by.must_be(&[Role::Administrator])?;
    let by = by.clone();
    act(shell, once, move |shell, tx, now, rng| {
        let place = (&merchant, &number);
        let (Some(found), Some(_)) = (
            own_terminal(tx, id, &by.acquirer)?,
            own_merchant(tx, &merchant, &by.acquirer)?,
        ) else {
            return Ok((Err(Failure::Unknown), Vec::new()));
        };
        if let Err(failure) = held(tx, &merchant, &by.acquirer)? {
            return Ok((Err(failure), Vec::new()));
        }
        if (&found.merchant, &found.number) == place {
            return Ok((Err(Failure::Exists), Vec::new()));
        }
        // What is not settled is the old merchant's money, and would be settled for the
        // new one. A terminal that cannot settle any more is retired, not moved.
        if found.merchant != merchant && was_heard_unsettled(tx, id)? {
            return Ok((Err(Refusal::BatchOpen.into()), Vec::new()));
        }
        if !terminal::move_to(tx, id, place, now)? {
            return Ok((Err(Failure::Unknown), Vec::new()));
        }
        let event = Event::TerminalMoved {
            terminal: id,
            from: found.merchant,
            merchant: merchant.clone(),
            number: number.clone(),
        };
        by.note(tx, now, event)?;
        let operators = operator::list(tx, id)?;
        let mut step = begin_step(shell, &by.acquirer, now, rng);
        recheck_cases_of(tx, &mut step, &operators)?;
        step.rings.push(Ring::Moved(id));
        Ok((Ok(()), step.rings))
    })
    .await
}

/// Whether the last that was heard of a terminal's batch is that it is not settled.
fn was_heard_unsettled(tx: &mut dyn Tx, terminal: TerminalId) -> Result<bool, Fault> {
    let known = journal::last(tx, terminal)?;
    let known = known.map(|known| (known.reported_at, !known.head.is_settled()));
    let reported = health::last(tx, terminal)?.and_then(|last| {
        let count = last.report.health.unsettled?;
        Some((last.reported_at, count > 0))
    });
    // Of two words of one instant the one that says that there is something.
    let last = known.into_iter().chain(reported).max();
    Ok(last.is_some_and(|(_, unsettled)| unsettled))
}

/// Lets the open cases of a terminal's operators look at their facts again.
fn recheck_cases_of(
    tx: &mut dyn Tx,
    step: &mut Step<'_>,
    operators: &[Operator],
) -> Result<(), Fault> {
    for operator in operators {
        let whose = (operator.terminal, operator.number);
        recheck_cases(step, tx, whose)?;
    }
    Ok(())
}

/// Adds an operator to a terminal.
///
/// # Errors
/// [`Failure::Exists`] where there is one with this number.
pub async fn add_operator(
    shell: &Shell,
    (id, number): (TerminalId, OperatorNumber),
    by: impl Into<Keeper>,
    once: Option<Once>,
) -> Result<(), Failure> {
    let by = by.into();
    by.must_keep(number)?;
    act(shell, once, move |shell, tx, now, rng| {
        if kept_terminal(tx, id, &by)?.is_none() {
            return Ok((Err(Failure::Unknown), Vec::new()));
        }
        let (acquirer, actor) = (by.acquirer(), &by.actor());
        let mut register = Register {
            shell,
            acquirer,
            actor,
            now,
            rng,
        };
        let added = register.operator(tx, id, number)?;
        let added = if added { Ok(()) } else { Err(Failure::Exists) };
        Ok((added, Vec::new()))
    })
    .await
}

/// Removes an operator; the password and the sessions end at once, here and at the
/// terminal, and so do the operator's open cases.
///
/// # Errors
/// [`Failure::Unknown`] where there is none.
pub async fn remove_operator(
    shell: &Shell,
    (id, number): (TerminalId, OperatorNumber),
    by: impl Into<Keeper>,
    once: Option<Once>,
) -> Result<(), Failure> {
    let by = by.into();
    by.must_keep(number)?;
    act(shell, once, move |shell, tx, now, rng| {
        if kept_terminal(tx, id, &by)?.is_none() {
            return Ok((Err(Failure::Unknown), Vec::new()));
        }
        let (acquirer, actor) = (by.acquirer(), &by.actor());
        let mut register = Register {
            shell,
            acquirer,
            actor,
            now,
            rng,
        };
        let Some(ring) = register.removal(tx, id, number)? else {
            return Ok((Err(Failure::Unknown), Vec::new()));
        };
        let mut step = begin_step(shell, acquirer, now, rng);
        step.rings.push(ring);
        recheck_cases(&mut step, tx, (id, number))?;
        Ok((Ok(()), step.rings))
    })
    .await
}

/// Closes what an operator's open cases can no longer come to.
pub(in crate::act) fn recheck_cases(
    step: &mut Step<'_>,
    tx: &mut dyn Tx,
    whose: (TerminalId, OperatorNumber),
) -> Result<(), Fault> {
    for stored in cases::open_cases_of(tx, whose, OPEN_CASES_MAX)? {
        step.run(tx, stored.case, &CaseCommand::Recheck, &Actor::System)?;
    }
    Ok(())
}

/// A model name as a device gives it.
///
/// # Errors
/// [`InvalidId`].
pub fn checked_model(text: &str) -> Result<DeviceModel, InvalidId> {
    text.parse()
}

/// A merchant of this acquirer; another one's is not there.
pub(in crate::act) fn own_merchant(
    tx: &mut dyn Tx,
    number: &MerchantNumber,
    acquirer: &AcquirerId,
) -> Result<Option<Merchant>, Fault> {
    Ok(merchant::find(tx, number)?.filter(|found| found.acquirer == *acquirer))
}

pub(super) fn own_terminal(
    tx: &mut dyn Tx,
    id: TerminalId,
    acquirer: &AcquirerId,
) -> Result<Option<Terminal>, Fault> {
    Ok(terminal::find(tx, id)?.filter(|found| found.acquirer == *acquirer))
}

/// A terminal that this keeper keeps; another one is not there (attack C11).
pub(super) fn kept_terminal(
    tx: &mut dyn Tx,
    id: TerminalId,
    by: &Keeper,
) -> Result<Option<Terminal>, Fault> {
    let found = own_terminal(tx, id, by.acquirer())?;
    Ok(found.filter(|found| by.keeps(&found.merchant)))
}
