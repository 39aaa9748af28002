//! The managers of one merchant among themselves: who else is one, and the end of
//! somebody's access when they leave.
//!
//! Whoever keeps the merchant's operators may end the access of a manager who may do
//! nothing that they may not do themselves: never of one above them, and never their own,
//! so that the last one cannot lock the merchant out. To make a manager is the bank's.

use std::collections::BTreeSet;

use jiff::Timestamp;
use tillkey_rules::access_review::{Reach, reach_manager};
use tillkey_rules::event::Event;
use tillkey_rules::spending::Purse;
use tillkey_rules::vocabulary::ManagerRight;
use tillkey_store::fault::Fault;
use tillkey_store::party::contact;
use tillkey_store::party::managers::{self, ManagerAccount};
use tillkey_store::seal::{DataKey, Owner};
use tillkey_store::tx::Tx;
use tillkey_wire::ids::{AcquirerId, ManagerId, MerchantNumber};

use super::{MANAGERS_READ_MAX, ManagerSession, act, begin_step};
use crate::act::case::step::Step;
use crate::act::message::{self, Message, To};
use crate::act::{Failure, Once, masked};
use crate::shell::Shell;

/// A manager, as the others see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fellow {
    /// The account.
    pub manager: ManagerId,
    /// The name, all but its first character hidden.
    pub name_masked: String,
    /// The phone, its middle hidden.
    pub phone_masked: String,
    /// What they may do.
    pub rights: BTreeSet<ManagerRight>,
    /// When they last signed in.
    pub signed_in_at: Option<Timestamp>,
    /// Since when the account is at rest.
    pub dormant_at: Option<Timestamp>,
    /// Whether it is the one who looks.
    pub is_you: bool,
    /// Whether the one who looks may end their access.
    pub reach: Reach,
}

/// The managers of the session's merchant whose access has not ended.
///
/// # Errors
/// [`Failure::NotAllowed`] without the right to manage operators.
pub async fn fellows(shell: &Shell, by: &ManagerSession) -> Result<Vec<Fellow>, Failure> {
    by.must(ManagerRight::ManageOperators)?;
    let (inner, by) = (shell.clone(), by.clone());
    let read = shell.store().read(move |tx| {
        let owner = Owner::Merchant(by.merchant.clone());
        let key = DataKey::load(tx, inner.seal_keys(), &owner)?;
        fellows_of(tx, &by, &key)
    });
    Ok(read.await?)
}

/// The same, in a transaction.
pub(in crate::act) fn fellows_of(
    tx: &mut dyn Tx,
    by: &ManagerSession,
    key: &DataKey,
) -> Result<Vec<Fellow>, Fault> {
    let shown = |account: ManagerAccount| {
        Ok(Fellow {
            manager: account.id,
            name_masked: masked::name(account.name(key)?.expose()),
            phone_masked: masked::phone(account.phone(key)?.expose()),
            signed_in_at: account.signed_in_at,
            dormant_at: account.dormant_at,
            is_you: account.id == by.manager,
            reach: reach_of(by, &account),
            rights: account.rights,
        })
    };
    let found = enabled(tx, (&by.acquirer, &by.merchant))?;
    found.into_iter().map(shown).collect()
}

/// A merchant's managers whose access has not ended.
pub(in crate::act) fn enabled(
    tx: &mut dyn Tx,
    whose: (&AcquirerId, &MerchantNumber),
) -> Result<Vec<ManagerAccount>, Fault> {
    let mut found = managers::of_merchant(tx, whose, None, MANAGERS_READ_MAX)?;
    found.retain(|account| account.disabled_at.is_none());
    Ok(found)
}

/// Whether one manager may end the access of another.
pub(in crate::act) fn reach_of(by: &ManagerSession, other: &ManagerAccount) -> Reach {
    reach_manager((by.manager, &by.rights), (other.id, &other.rights))
}

/// Ends another manager's access. Their sessions end at once, and the registered contact
/// is told.
///
/// # Errors
/// [`Failure::NotAllowed`] without the right to manage operators, for one's own account
/// and for one that may do more; [`Failure::NotFresh`]; [`Failure::Unknown`] for a
/// manager of another merchant, or one whose access has ended.
pub async fn end_access(
    shell: &Shell,
    id: ManagerId,
    by: &ManagerSession,
    once: Option<Once>,
) -> Result<(), Failure> {
    by.must(ManagerRight::ManageOperators)?;
    by.must_be_fresh(shell)?;
    let by = by.clone();
    act(shell, once, move |shell, tx, now, rng| {
        let found = managers::find(tx, id)?.filter(|found| {
            let theirs = (&found.acquirer, &found.merchant);
            theirs == (&by.acquirer, &by.merchant) && found.disabled_at.is_none()
        });
        let Some(found) = found else {
            return Ok((Err(Failure::Unknown), Vec::new()));
        };
        if reach_of(&by, &found) == Reach::KeptOnly {
            return Ok((Err(Failure::NotAllowed), Vec::new()));
        }
        let mut step = begin_step(shell, &by.acquirer, now, rng);
        end_access_of(&mut step, tx, &by, id)?;
        Ok((Ok(()), step.rings))
    })
    .await
}

/// Ends it, notes it and tells the contact. Whether it may be ended was checked.
pub(in crate::act) fn end_access_of(
    step: &mut Step<'_>,
    tx: &mut dyn Tx,
    by: &ManagerSession,
    manager: ManagerId,
) -> Result<(), Fault> {
    managers::disable(tx, manager, step.now)?;
    let event = Event::ManagerDisabled {
        manager,
        merchant: by.merchant.clone(),
    };
    by.note(tx, step.now, event)?;
    let Some(contact) = contact::present(tx, &by.merchant)? else {
        return Ok(());
    };
    let language = message::language_of(step.shell, tx, &by.merchant)?;
    let message = Message {
        purse: Purse::Owed,
        to: To::Contact(&contact),
        key: format!("manager_ended/{manager}"),
        body: language.manager_ended(&by.merchant),
    };
    message::send(step, tx, message)
}
