//! Managers: the people of a merchant who sign in to the portal.
//!
//! An administrator adds and disables them, and no manager makes another; one may end
//! another's access when they leave ([`end_access`]). What one may do is a list of rights, and the list of the moment counts:
//! it is read with the session at every request.

mod fellows;
mod session;
mod sign_in;

use std::collections::BTreeSet;

use jiff::Timestamp;
use rand_chacha::ChaCha20Rng;
use serde::{Deserialize, Serialize};
use tillkey_rules::event::Event;
use tillkey_rules::party::Role;
use tillkey_rules::spending::Purse;
use tillkey_rules::vocabulary::ManagerRight;
use tillkey_store::fault::Fault;
use tillkey_store::party::managers::{self, ManagerAccount, NewManagerAccount};
use tillkey_store::party::{contact, merchant};
use tillkey_store::seal::{DataKey, Digest, Owner};
use tillkey_store::tx::Tx;
use tillkey_wire::ids::{AcquirerId, InvalidId, ManagerId, MerchantNumber, PersonId};
use tillkey_wire::secret::Secret;

pub use self::fellows::{Fellow, end_access, fellows};
pub(in crate::act) use self::fellows::{enabled, end_access_of, fellows_of, reach_of};
pub use self::session::{
    ManagedMerchant, ManagerSession, SessionSummary, end_session, go_on_to, merchants, sessions,
    sign_out, sign_out_everywhere, signed_in,
};
pub use self::sign_in::{Begun, Entered, begin, begin_renewal, finish, renew};
use super::case::{act, begin_step};
use super::erasure::held;
use super::message::{self, Message, To};
use super::party::Register;
use super::{Failure, Once, Phone, SignedIn, masked};
use crate::bell::Ring;
use crate::limits::{MANAGERS_PER_MERCHANT_MAX, MERCHANTS_PER_PHONE_MAX};
use crate::shell::Shell;

/// A manager to be added.
#[derive(Debug)]
pub struct ManagerDetails {
    /// Whose manager.
    pub merchant: MerchantNumber,
    /// What they are called, checked by [`super::checked_name`].
    pub name: String,
    /// Where their sign-in codes go.
    pub phone: Phone,
    /// The person behind the account, where the acquirer knows them by a name of its
    /// own: a reviewer who is the same person reviews nothing that they drove. Without
    /// one it is the person of the other accounts with this phone.
    pub person: Option<PersonId>,
    /// What they may do.
    pub rights: BTreeSet<ManagerRight>,
}

/// Adds a manager. The merchant's registered contact is told.
///
/// # Errors
/// [`Failure::Exists`] where the merchant has a manager with this phone;
/// [`Failure::Unknown`] for a merchant of another acquirer.
pub async fn add(
    shell: &Shell,
    details: ManagerDetails,
    by: &SignedIn,
    once: Option<Once>,
) -> Result<ManagerId, Failure> {
    by.must_be(&[Role::Administrator])?;
    must_hold_any(&details.rights)?;
    let by = by.clone();
    act(shell, once, move |shell, tx, now, rng| {
        let number = &details.merchant;
        if let Err(failure) = held(tx, number, &by.acquirer)? {
            return Ok((Err(failure), Vec::new()));
        }
        let before = managers::of_merchant(tx, (&by.acquirer, number), None, MANAGERS_READ_MAX)?;
        let enabled = before.iter().filter(|one| one.disabled_at.is_none());
        if enabled.count() >= MANAGERS_PER_MERCHANT_MAX {
            let (kind, rule) = ("merchant", "one with fewer than 50 managers");
            return Ok((Err(InvalidId { kind, rule }.into()), Vec::new()));
        }
        let id = enter_manager(&mut Register::of(shell, &by, now, rng), tx, &details)?;
        let rings = tell_contact(shell, tx, (&by.acquirer, number, id), now, rng)?;
        Ok((Ok(id), rings))
    })
    .await
}

/// Enters a manager of a merchant that is there. Nobody is told.
///
/// # Errors
/// [`Fault::Taken`] where the merchant has a manager with this phone.
pub(in crate::act) fn enter_manager(
    register: &mut Register<'_>,
    tx: &mut dyn Tx,
    details: &ManagerDetails,
) -> Result<ManagerId, Fault> {
    let (number, phone) = (&details.merchant, details.phone.expose());
    let phone_index = register.phone_index(&details.phone);
    let id = ManagerId::random(register.rng);
    let person = match &details.person {
        Some(person) => person.clone(),
        None => person_with(tx, (register.acquirer, &phone_index), id)?,
    };
    let owner = Owner::Merchant(number.clone());
    let key = DataKey::load(tx, register.shell.seal_keys(), &owner)?;
    let new = NewManagerAccount {
        id,
        acquirer: register.acquirer.clone(),
        merchant: number.clone(),
        person,
        name: Secret::new(details.name.clone()),
        phone: Secret::new(phone.clone()),
        phone_index,
        rights: details.rights.clone(),
        now: register.now,
    };
    managers::add(tx, &key, &new, register.rng)?;
    let event = Event::ManagerAdded {
        manager: id,
        merchant: number.clone(),
        rights: details.rights.clone(),
    };
    register.note(tx, event)?;
    Ok(id)
}

/// How many accounts are read at once, disabled ones included.
const MANAGERS_READ_MAX: u32 = 500;

/// One phone is one person, unless the acquirer says another.
fn person_with(
    tx: &mut dyn Tx,
    (acquirer, phone): (&AcquirerId, &Digest),
    id: ManagerId,
) -> Result<PersonId, Fault> {
    let known = managers::of_phone(tx, acquirer, phone, 1)?
        .into_iter()
        .next();
    match known {
        Some(known) => Ok(known.person),
        None => format!("manager-{id}").parse().map_err(|_| Fault::Damaged {
            thing: "a person",
            why: "its name does not have the required shape",
        }),
    }
}

/// Whoever made somebody a manager behind the merchant's back is told on.
fn tell_contact(
    shell: &Shell,
    tx: &mut dyn Tx,
    (acquirer, merchant, id): (&AcquirerId, &MerchantNumber, ManagerId),
    now: Timestamp,
    rng: &mut ChaCha20Rng,
) -> Result<Vec<Ring>, Fault> {
    let Some(contact) = contact::present(tx, merchant)? else {
        return Ok(Vec::new());
    };
    let language = message::language_of(shell, tx, merchant)?;
    let mut step = begin_step(shell, acquirer, now, rng);
    let message = Message {
        purse: Purse::Owed,
        to: To::Contact(&contact),
        key: format!("manager_added/{id}"),
        body: language.manager_added(merchant),
    };
    message::send(&mut step, tx, message)?;
    Ok(step.rings)
}

/// A manager as shown to staff: enough to tell them apart, no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagerSummary {
    /// The account.
    pub manager: ManagerId,
    /// The person behind it.
    pub person: PersonId,
    /// The name, all but its first character hidden; empty once the merchant was erased.
    pub name_masked: String,
    /// The phone, its middle hidden; empty like the name.
    pub phone_masked: String,
    /// What they may do.
    pub rights: BTreeSet<ManagerRight>,
    /// Whether they may sign in, unless they are at rest.
    pub enabled: bool,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When they last signed in.
    pub signed_in_at: Option<Timestamp>,
    /// Since when the account is at rest.
    pub dormant_at: Option<Timestamp>,
}

/// Lists a merchant's managers.
///
/// # Errors
/// [`Failure::Unknown`] for a merchant of another acquirer.
pub async fn list(
    shell: &Shell,
    number: MerchantNumber,
    by: &SignedIn,
) -> Result<Vec<ManagerSummary>, Failure> {
    by.must_be(&[Role::Administrator])?;
    let (acquirer, inner) = (by.acquirer.clone(), shell.clone());
    shell
        .store()
        .read(move |tx| {
            let found = merchant::find(tx, &number)?;
            if found.is_none_or(|found| found.acquirer != acquirer) {
                return Ok(Err(Failure::Unknown));
            }
            let owner = Owner::Merchant(number.clone());
            let key = DataKey::find(tx, inner.seal_keys(), &owner)?;
            let whose = (&acquirer, &number);
            let found = managers::of_merchant(tx, whose, None, MANAGERS_READ_MAX)?;
            let shown = |manager| summary(manager, key.as_ref());
            let summaries: Result<_, Fault> = found.iter().map(shown).collect();
            summaries.map(Ok)
        })
        .await?
}

/// Without a key, what was held of them was erased.
fn summary(manager: &ManagerAccount, key: Option<&DataKey>) -> Result<ManagerSummary, Fault> {
    let (name_masked, phone_masked) = match key {
        Some(key) => (
            masked::name(manager.name(key)?.expose()),
            masked::phone(manager.phone(key)?.expose()),
        ),
        None => (String::new(), String::new()),
    };
    Ok(ManagerSummary {
        manager: manager.id,
        person: manager.person.clone(),
        name_masked,
        phone_masked,
        rights: manager.rights.clone(),
        enabled: manager.disabled_at.is_none(),
        created_at: manager.created_at,
        signed_in_at: manager.signed_in_at,
        dormant_at: manager.dormant_at,
    })
}

/// Changes a manager of one's own acquirer. `apply` gives what happened, and None where
/// the manager is not one of those that it changes.
async fn change<F>(
    shell: &Shell,
    (id, by): (ManagerId, &SignedIn),
    once: Option<Once>,
    mut apply: F,
) -> Result<(), Failure>
where
    F: FnMut(&mut dyn Tx, MerchantNumber, Timestamp) -> Result<Option<Event>, Fault>
        + Send
        + 'static,
{
    let by = by.clone();
    act(shell, once, move |_, tx, now, _| {
        let Some(found) = own(tx, id, &by.acquirer)? else {
            return Ok((Err(Failure::Unknown), Vec::new()));
        };
        let Some(event) = apply(tx, found.merchant, now)? else {
            return Ok((Err(Failure::Unknown), Vec::new()));
        };
        by.note(tx, now, event)?;
        Ok((Ok(()), Vec::new()))
    })
    .await
}

/// Sets what a manager may do, from their next request on.
///
/// # Errors
/// [`Failure::Unknown`] for a manager of another acquirer, or a disabled one.
pub async fn set_rights(
    shell: &Shell,
    id: ManagerId,
    rights: BTreeSet<ManagerRight>,
    by: &SignedIn,
    once: Option<Once>,
) -> Result<(), Failure> {
    by.must_be(&[Role::Administrator])?;
    must_hold_any(&rights)?;
    change(shell, (id, by), once, move |tx, merchant, _| {
        let event = Event::ManagerRightsChanged {
            manager: id,
            merchant,
            rights: rights.clone(),
        };
        Ok(managers::set_rights(tx, id, &rights)?.then_some(event))
    })
    .await
}

/// Disables a manager; the sessions that act as them end at once.
///
/// # Errors
/// [`Failure::Unknown`] for a manager of another acquirer, or a disabled one.
pub async fn disable(
    shell: &Shell,
    id: ManagerId,
    by: &SignedIn,
    once: Option<Once>,
) -> Result<(), Failure> {
    by.must_be(&[Role::Administrator])?;
    change(shell, (id, by), once, move |tx, merchant, now| {
        let event = Event::ManagerDisabled {
            manager: id,
            merchant,
        };
        Ok(managers::disable(tx, id, now)?.then_some(event))
    })
    .await
}

/// Lets a manager who is at rest sign in again.
///
/// # Errors
/// [`Failure::Unknown`] for a manager of another acquirer, or one who is not at rest.
pub async fn enable(
    shell: &Shell,
    id: ManagerId,
    by: &SignedIn,
    once: Option<Once>,
) -> Result<(), Failure> {
    by.must_be(&[Role::Administrator])?;
    change(shell, (id, by), once, move |tx, merchant, now| {
        let event = Event::ManagerEnabled {
            manager: id,
            merchant,
        };
        Ok(managers::wake(tx, id, now)?.then_some(event))
    })
    .await
}

fn own(
    tx: &mut dyn Tx,
    id: ManagerId,
    acquirer: &AcquirerId,
) -> Result<Option<ManagerAccount>, Fault> {
    Ok(managers::find(tx, id)?.filter(|found| found.acquirer == *acquirer))
}

/// A manager who may do nothing is one to be disabled.
fn must_hold_any(rights: &BTreeSet<ManagerRight>) -> Result<(), InvalidId> {
    if rights.is_empty() {
        let (kind, rule) = ("rights", "at least one of the known rights");
        return Err(InvalidId { kind, rule });
    }
    Ok(())
}

/// The managers whose phone this is, who may sign in.
fn of_phone(
    tx: &mut dyn Tx,
    acquirer: &AcquirerId,
    phone: &Digest,
) -> Result<Vec<ManagerAccount>, Fault> {
    managers::of_phone(tx, acquirer, phone, MERCHANTS_PER_PHONE_MAX)
}
