//! What an event of an application entails, in its transaction: the merchant, its terminal
//! and its people, and what the applicant is told.

use std::collections::BTreeSet;

use jiff::civil::Date;
use tillkey_rules::onboarding::application::ApplicationEvent;
use tillkey_rules::spending::Purse;
use tillkey_rules::vocabulary::ManagerRight;
use tillkey_store::fault::Fault;
use tillkey_store::party::terminal;
use tillkey_store::seal::Owner;
use tillkey_store::tx::Tx;
use tillkey_wire::ids::{MerchantNumber, SerialNumber, TerminalId, TerminalNumber};

use super::Work;
use super::handover::first_operators;
use crate::act::managers::{ManagerDetails, enter_manager};
use crate::act::message::{self, Message, To};
use crate::act::party::{MerchantDetails, Register, TerminalDetails};
use crate::act::{Phone, deposit};

pub(super) fn apply(
    work: &mut Work<'_>,
    tx: &mut dyn Tx,
    event: &ApplicationEvent,
) -> Result<(), Fault> {
    match event {
        ApplicationEvent::Approved { merchant, .. } => become_merchant(work, tx, merchant)?,
        ApplicationEvent::Activated { day } => begin_deposit(work, tx, *day)?,
        ApplicationEvent::Shipped {
            terminal,
            serial_number,
            ..
        } => send_terminal(work, tx, (*terminal, serial_number))?,
        _ => {}
    }
    tell(work, tx)
}

/// What was applied for is there: the merchant, its contact, its documents, its manager.
fn become_merchant(
    work: &mut Work<'_>,
    tx: &mut dyn Tx,
    merchant: &MerchantNumber,
) -> Result<(), Fault> {
    let form = work.form()?.ok_or(Fault::Missing("whole form"))?;
    let phone = phone_of(work)?;
    let details = MerchantDetails {
        merchant: merchant.clone(),
        name: form.business_name.expose().clone(),
        phone: phone.clone(),
        credit_code: form.credit_code,
        holder: Some(form.identity_number),
        proxies: Vec::new(),
    };
    register(work).merchant(tx, &details)?;
    let manager = ManagerDetails {
        merchant: merchant.clone(),
        name: form.person_name.expose().clone(),
        phone,
        person: None,
        rights: ManagerRight::ALL.iter().copied().collect::<BTreeSet<_>>(),
    };
    enter_manager(&mut register(work), tx, &manager).map(|_| ())
}

/// The terminal is the merchant's before it is on its way.
fn send_terminal(
    work: &mut Work<'_>,
    tx: &mut dyn Tx,
    (terminal, serial_number): (TerminalId, &SerialNumber),
) -> Result<(), Fault> {
    let application = work.application();
    let merchant = application.merchant().ok_or(Fault::Missing("merchant"))?;
    let catalogue = work.step.shell.catalogue();
    let product = catalogue.get(&application.choice().product);
    let details = TerminalDetails {
        merchant: merchant.clone(),
        number: first_terminal_number(merchant)?,
        serial_number: serial_number.clone(),
        model: product.ok_or(Fault::Missing("product"))?.model.clone(),
    };
    let mut register = register(work);
    register.terminal_named(tx, terminal, &details)?;
    for operator in first_operators() {
        register.operator(tx, terminal, operator)?;
    }
    Ok(())
}

/// From the day on which it is in service, its deposit counts.
fn begin_deposit(work: &mut Work<'_>, tx: &mut dyn Tx, day: Date) -> Result<(), Fault> {
    let application = work.application();
    let (Some(agreed), Some(terminal)) = (application.deposit().copied(), application.terminal())
    else {
        return Ok(());
    };
    match terminal::find(tx, terminal)? {
        Some(found) => deposit::begin(&mut work.step, tx, (&found, &agreed, day)),
        None => Ok(()),
    }
}

/// A new merchant's first terminal: the region and serial of its own number.
fn first_terminal_number(merchant: &MerchantNumber) -> Result<TerminalNumber, Fault> {
    let number = merchant.as_str();
    let (region, serial) = (number.get(3..7), number.get(11..));
    let text = format!(
        "{}{}",
        region.unwrap_or_default(),
        serial.unwrap_or_default()
    );
    text.parse().map_err(|_| Fault::Damaged {
        thing: "a terminal number",
        why: "it does not follow from its merchant's",
    })
}

fn register<'w>(work: &'w mut Work<'_>) -> Register<'w> {
    Register {
        shell: work.step.shell,
        acquirer: &work.stored.acquirer,
        actor: &work.by,
        now: work.step.now,
        rng: work.step.rng,
    }
}

fn phone_of(work: &Work<'_>) -> Result<Phone, Fault> {
    let phone = work.stored.phone(&work.key)?;
    phone.expose().parse().map_err(|_| Fault::Damaged {
        thing: "a phone",
        why: "it does not have the required shape",
    })
}

/// Tells the applicant what they have to do something about, or have waited for.
fn tell(work: &mut Work<'_>, tx: &mut dyn Tx) -> Result<(), Fault> {
    let application = work.application();
    let (id, state, round) = (application.id(), application.state(), application.returns());
    let is_new = application
        .story()
        .last()
        .is_some_and(|(at, last)| *at == work.step.now && *last == state);
    let language = work.step.shell.config().sms_language;
    let Some(body) = language.application_moved(id, state).filter(|_| is_new) else {
        return Ok(());
    };
    let message = Message {
        purse: Purse::Owed,
        to: To::Phone {
            owner: Owner::Application(id),
            number: work.stored.phone(&work.key)?,
            index: &work.stored.phone_index,
        },
        key: format!("application/{id}/{}/{round}", state.name()),
        body,
    };
    message::send(&mut work.step, tx, message)
}
