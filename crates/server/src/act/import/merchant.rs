//! A row of a file of merchants. One that is there already becomes as the file has it; a
//! cell that is left empty leaves what is there.

use tillkey_rules::document::{ResidentIdentityNumber, SocialCreditCode};
use tillkey_rules::vocabulary::MerchantStatus;
use tillkey_store::fault::Fault;
use tillkey_store::party::contact;
use tillkey_store::party::merchant::{self as merchants, Merchant};
use tillkey_store::seal::{DataKey, Owner};
use tillkey_store::tx::Tx;
use tillkey_wire::ids::{InvalidId, MerchantNumber};
use tillkey_wire::secret::Secret;

use super::cells::Cells;
use super::seen::Seen;
use super::{Change, Take};
use crate::act::party::{MerchantDetails, Register};
use crate::act::{Phone, checked_name};
use crate::formula::is_formula;
use crate::limits::PROXIES_MAX;

/// What a merchant that a file names has to be.
pub(super) const ERASED: &str = "a merchant whose data was not erased";

/// What a row says.
pub(super) struct MerchantRow {
    pub(super) number: MerchantNumber,
    pub(super) name: Secret<String>,
    pub(super) phone: Option<Phone>,
    pub(super) status: Option<MerchantStatus>,
    pub(super) credit_code: Option<SocialCreditCode>,
    pub(super) holder: Option<ResidentIdentityNumber>,
    pub(super) proxies: Vec<ResidentIdentityNumber>,
}

impl MerchantRow {
    pub(super) fn read(cells: &mut Cells<'_>) -> Option<Self> {
        let number = cells.needed("merchant_number", str::parse);
        let name = cells.needed("name", name);
        let phone = cells.given("phone", str::parse);
        let status = cells.given("status", status);
        let credit_code = cells.given("credit_code", SocialCreditCode::parse);
        let holder = cells.given("holder_id", ResidentIdentityNumber::parse);
        let proxies = cells.given("proxy_ids", proxies);
        if !cells.are_right() {
            return None;
        }
        Some(Self {
            number: number?,
            name: name?,
            phone,
            status,
            credit_code,
            holder,
            proxies: proxies.unwrap_or_default(),
        })
    }
}

/// A trading name. One that a table program would calculate with is not taken (attack
/// A15): it goes out into such programs again.
fn name(text: &str) -> Result<Secret<String>, InvalidId> {
    if is_formula(text) {
        return Err(InvalidId {
            kind: "name",
            rule: "a name that does not begin with = + - @ or |",
        });
    }
    checked_name(text).map(Secret::new)
}

fn status(text: &str) -> Result<MerchantStatus, InvalidId> {
    match text {
        "正常" => Ok(MerchantStatus::Active),
        "暂停服务" => Ok(MerchantStatus::Suspended),
        "已注销" => Ok(MerchantStatus::Closed),
        other => other.parse().map_err(|_| InvalidId {
            kind: "status",
            rule: "active (正常), suspended (暂停服务) or closed (已注销)",
        }),
    }
}

fn proxies(text: &str) -> Result<Vec<ResidentIdentityNumber>, InvalidId> {
    let invalid = InvalidId {
        kind: "identity numbers",
        rule: "at most 8 identity numbers, with ; between them",
    };
    if text.split(';').count() > PROXIES_MAX {
        return Err(invalid);
    }
    let numbers = text
        .split(';')
        .map(|number| ResidentIdentityNumber::parse(number.trim()));
    numbers.collect::<Result<_, _>>().map_err(|_| invalid)
}

/// Takes merchants.
#[derive(Default)]
pub(super) struct Merchants {
    seen: Seen,
}

impl Take for Merchants {
    fn take(
        &mut self,
        tx: &mut dyn Tx,
        register: &mut Register<'_>,
        cells: &mut Cells<'_>,
    ) -> Result<Option<Change>, Fault> {
        let Some(row) = MerchantRow::read(cells) else {
            return Ok(None);
        };
        if !self.seen.is_first(&row.number, cells) {
            return Ok(None);
        }
        match merchants::find(tx, &row.number)? {
            None => add(tx, register, (row, cells)),
            Some(found) if found.acquirer != *register.acquirer => {
                Ok(cells.refuse("merchant_number", "not another acquirer's merchant"))
            }
            Some(found) => change(tx, register, (&found, &row, cells)),
        }
    }
}

fn add(
    tx: &mut dyn Tx,
    register: &mut Register<'_>,
    (row, cells): (MerchantRow, &mut Cells<'_>),
) -> Result<Option<Change>, Fault> {
    let Some(phone) = row.phone else {
        return Ok(cells.refuse("phone", "there for a merchant that is new"));
    };
    let details = MerchantDetails {
        merchant: row.number,
        name: row.name.expose().clone(),
        phone,
        credit_code: row.credit_code,
        holder: row.holder,
        proxies: row.proxies,
    };
    register.merchant(tx, &details)?;
    if let Some(status) = row
        .status
        .filter(|status| *status != MerchantStatus::Active)
    {
        register.status(tx, &details.merchant, status)?; // nothing is served: no ring to pass on
    }
    Ok(Some(Change::New))
}

fn change(
    tx: &mut dyn Tx,
    register: &mut Register<'_>,
    (found, row, cells): (&Merchant, &MerchantRow, &mut Cells<'_>),
) -> Result<Option<Change>, Fault> {
    let number = &found.number;
    let owner = Owner::Merchant(number.clone());
    let key = match DataKey::load(tx, register.shell.seal_keys(), &owner) {
        Err(Fault::Unsealable(_)) => {
            return Ok(cells.refuse("merchant_number", ERASED));
        }
        key => key?,
    };
    let mut changed = false;
    if found.name(&key)?.expose() != row.name.expose() {
        register.name(tx, (number, &key), &row.name)?;
        changed = true;
    }
    if let Some(status) = row.status.filter(|status| *status != found.status) {
        register.status(tx, number, status)?; // nothing is served: no ring to pass on
        changed = true;
    }
    if let Some(phone) = &row.phone {
        changed |= set_phone(tx, register, (number, &key), phone)?;
    }
    let (code, holder) = (row.credit_code.as_ref(), row.holder.as_ref());
    let documents = register.index(code, holder, &row.proxies);
    changed |= register.documents(tx, number, &documents)?;
    Ok(Some(if changed {
        Change::Changed
    } else {
        Change::Unchanged
    }))
}

/// Sets the registered phone where it is another one. True when it was.
pub(super) fn set_phone(
    tx: &mut dyn Tx,
    register: &mut Register<'_>,
    (merchant, key): (&MerchantNumber, &DataKey),
    phone: &Phone,
) -> Result<bool, Fault> {
    let index = register.phone_index(phone);
    let present = contact::present(tx, merchant)?;
    if present.is_some_and(|present| present.phone_index == index) {
        return Ok(false);
    }
    register.contact(tx, (merchant, key), phone)?;
    Ok(true)
}
