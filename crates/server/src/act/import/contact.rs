//! A row of a file of contacts: the registered phone of a merchant that is there. A phone
//! that is another one than before counts as fresh for the policy, and the one before it
//! is told of the next reset, as when an administrator changes it (attack C14).

use tillkey_store::fault::Fault;
use tillkey_store::seal::{DataKey, Owner};
use tillkey_store::tx::Tx;
use tillkey_wire::ids::MerchantNumber;

use super::cells::Cells;
use super::merchant::set_phone;
use super::seen::Seen;
use super::{Change, NO_MERCHANT, Take};
use crate::act::Phone;
use crate::act::party::{Register, own_merchant};

/// What a row says.
pub(super) struct ContactRow {
    pub(super) merchant: MerchantNumber,
    pub(super) phone: Phone,
}

impl ContactRow {
    pub(super) fn read(cells: &mut Cells<'_>) -> Option<Self> {
        let merchant = cells.needed("merchant_number", str::parse);
        let phone = cells.needed("phone", str::parse);
        if !cells.are_right() {
            return None;
        }
        Some(Self {
            merchant: merchant?,
            phone: phone?,
        })
    }
}

/// Takes contacts.
#[derive(Default)]
pub(super) struct Contacts {
    seen: Seen,
}

impl Take for Contacts {
    fn take(
        &mut self,
        tx: &mut dyn Tx,
        register: &mut Register<'_>,
        cells: &mut Cells<'_>,
    ) -> Result<Option<Change>, Fault> {
        let Some(ContactRow { merchant, phone }) = ContactRow::read(cells) else {
            return Ok(None);
        };
        if !self.seen.is_first(&merchant, cells) {
            return Ok(None);
        }
        if own_merchant(tx, &merchant, register.acquirer)?.is_none() {
            return Ok(cells.refuse("merchant_number", NO_MERCHANT));
        }
        let owner = Owner::Merchant(merchant.clone());
        let key = match DataKey::load(tx, register.shell.seal_keys(), &owner) {
            Err(Fault::Unsealable(_)) => {
                return Ok(cells.refuse("merchant_number", super::merchant::ERASED));
            }
            key => key?,
        };
        Ok(Some(
            if set_phone(tx, register, (&merchant, &key), &phone)? {
                Change::Changed
            } else {
                Change::Unchanged
            },
        ))
    }
}
