//! A merchant's registered phone, in full, to a member of staff: with a reason, counted,
//! in the ledger, and for the merchant to see.
//!
//! Masked is what everybody sees. Whoever may put another phone in its place may see it,
//! and nobody else: it is where codes go.

use serde::{Deserialize, Serialize};
use tillkey_rules::event::Event;
use tillkey_rules::party::Role;
use tillkey_rules::vocabulary::DisclosureReason;
use tillkey_store::fault::Fault;
use tillkey_store::party::contact::{self, Contact};
use tillkey_store::seal::{DataKey, Owner};
use tillkey_store::tx::Tx;
use tillkey_wire::ids::MerchantNumber;
use tillkey_wire::secret::Secret;

use super::daily::Daily;
use super::erasure::held;
use super::party::own_merchant;
use super::{Failure, SignedIn, masked};
use crate::limits::DISCLOSURES_A_DAY_MAX;
use crate::shell::Shell;

/// How often somebody may look.
const DISCLOSURES: Daily = Daily {
    event: "contact_disclosed",
    most: DISCLOSURES_A_DAY_MAX,
};

/// A registered phone, its middle hidden.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaskedContact {
    /// The phone; none where the merchant has none, or was erased.
    pub phone_masked: Option<String>,
}

/// Shows a merchant's registered phone as everybody of staff may see it.
///
/// # Errors
/// [`Failure::Unknown`] for a merchant of another acquirer.
pub async fn masked_contact(
    shell: &Shell,
    number: MerchantNumber,
    by: &SignedIn,
) -> Result<MaskedContact, Failure> {
    by.must_be(&[Role::Administrator, Role::Reviewer])?;
    let (inner, acquirer) = (shell.clone(), by.acquirer.clone());
    let read = shell.store().read(move |tx| {
        if own_merchant(tx, &number, &acquirer)?.is_none() {
            return Ok(Err(Failure::Unknown));
        }
        let opened = open(tx, &inner, &number)?;
        let phone_masked = opened.map(|(_, phone)| masked::phone(phone.expose()));
        Ok(Ok(MaskedContact { phone_masked }))
    });
    read.await?
}

/// Shows it in full, once. The answer is not kept under any key: asked again, it is another
/// look.
///
/// # Errors
/// [`Failure::NotFresh`] where the administrator proved who they are too long ago;
/// [`Failure::Refused`] with `too_many` past the day's disclosures, with `merchant_erased`
/// where nothing is held any more; [`Failure::Unknown`] where there is no contact.
pub async fn disclose(
    shell: &Shell,
    (number, reason): (MerchantNumber, DisclosureReason),
    by: &SignedIn,
) -> Result<Secret<String>, Failure> {
    by.must_be(&[Role::Administrator])?;
    let now = shell.now();
    by.must_be_fresh(now)?;
    let (inner, by) = (shell.clone(), by.clone());
    let look = move |tx: &mut dyn Tx| {
        if let Err(failure) = DISCLOSURES.may_staff(tx, now, &by)? {
            return Ok(Err(failure));
        }
        if let Err(failure) = held(tx, &number, &by.acquirer)? {
            return Ok(Err(failure));
        }
        let Some((contact, phone)) = open(tx, &inner, &number)? else {
            return Ok(Err(Failure::Unknown));
        };
        let event = Event::ContactDisclosed {
            merchant: number.clone(),
            version: contact.version,
            reason,
        };
        by.note(tx, now, event)?;
        Ok(Ok(phone))
    };
    shell.store().write(look).await?
}

/// A merchant's contact and its phone; none where it has none, or was erased.
fn open(
    tx: &mut dyn Tx,
    shell: &Shell,
    number: &MerchantNumber,
) -> Result<Option<(Contact, Secret<String>)>, Fault> {
    let owner = Owner::Merchant(number.clone());
    let found = contact::present(tx, number)?;
    let key = DataKey::find(tx, shell.seal_keys(), &owner)?;
    let (Some(found), Some(key)) = (found, key) else {
        return Ok(None);
    };
    let phone = found.phone(&key)?;
    Ok(Some((found, phone)))
}
