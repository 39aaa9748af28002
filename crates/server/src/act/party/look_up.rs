//! An agent looks a merchant up: recorded, capped, and masked.

use serde::{Deserialize, Serialize};
use tillkey_rules::event::Event;
use tillkey_rules::party::{Actor, Role};
use tillkey_rules::vocabulary::MerchantStatus;
use tillkey_store::event;
use tillkey_store::fault::Fault;
use tillkey_store::party::{contact, terminal};
use tillkey_store::seal::{DataKey, Owner};
use tillkey_store::tx::Tx;
use tillkey_wire::ids::{AcquirerId, MerchantNumber, SerialNumber, TerminalId, TerminalNumber};

use super::own_merchant;
use crate::act::case::act;
use crate::act::daily::Daily;
use crate::act::{Failure, Phone, SignedIn, masked};
use crate::limits::LOOK_UPS_A_DAY_MAX;
use crate::shell::Shell;

/// How many merchants one phone may be shown with.
const MERCHANTS_MAX: u32 = 10;
/// How many terminals of a merchant are shown.
const TERMINALS_MAX: u32 = 100;

/// How many merchants found last are shown again.
const HISTORY_MAX: usize = 8;
/// How many of somebody's last events are read for that.
const EVENTS_MAX: u32 = 200;
/// How often somebody may look up.
const LOOK_UPS: Daily = Daily {
    event: "looked_up",
    most: LOOK_UPS_A_DAY_MAX,
};
/// The staff who look merchants up.
const ROLES: [Role; 3] = [Role::Agent, Role::Clerk, Role::Administrator];

/// What to look up by.
#[derive(Debug, Clone)]
pub enum LookUp {
    /// The merchant number.
    Merchant(MerchantNumber),
    /// The serial number on a device.
    SerialNumber(SerialNumber),
    /// The registered phone.
    Phone(Phone),
}

/// A merchant as an agent sees it: enough to find the case, nothing that would
/// answer a question of the call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Its number.
    pub merchant: MerchantNumber,
    /// The first character of its name; empty once what was held of it was erased.
    pub name_masked: String,
    /// Whether it may be served.
    pub status: MerchantStatus,
    /// Its terminals in service.
    pub terminals: Vec<FoundTerminal>,
}

/// A terminal of a merchant that was looked up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundTerminal {
    /// Which one.
    pub terminal: TerminalId,
    /// Its number.
    pub number: TerminalNumber,
    /// Whether it has a live link.
    pub online: bool,
}

/// Looks a merchant of the caller's acquirer up.
///
/// # Errors
/// [`Failure::Refused`] with `too_many` past the day's look-ups.
pub async fn look_up(shell: &Shell, by_what: LookUp, by: &SignedIn) -> Result<Vec<Found>, Failure> {
    by.must_be(&ROLES)?;
    let by = by.clone();
    act(shell, None, move |shell, tx, now, _| {
        if let Err(failure) = LOOK_UPS.may_staff(tx, now, &by)? {
            return Ok((Err(failure), Vec::new()));
        }
        let (word, numbers) = numbers(tx, shell, &by_what, &by.acquirer)?;
        let mut found = Vec::new();
        for number in numbers {
            found.extend(draw(tx, shell, &number, &by.acquirer)?);
        }
        let first = found.first().map(|found| found.merchant.clone());
        by.note(
            tx,
            now,
            Event::LookedUp {
                by_what: word.to_owned(),
                found: first,
            },
        )?;
        Ok((Ok(found), Vec::new()))
    })
    .await
}

/// What a member of staff has looked up of late: how many more look-ups the day has,
/// and where the last ones led. A merchant's number is on every receipt; what was
/// searched by is not kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LookUpsMade {
    /// How many more there are now.
    pub left: u64,
    /// The merchants found last, the newest first, each once.
    pub found: Vec<MerchantNumber>,
}

/// Says what the caller has looked up of late.
///
/// # Errors
/// [`Failure::NotAllowed`] for roles that look nothing up.
pub async fn look_ups_made(shell: &Shell, by: &SignedIn) -> Result<LookUpsMade, Failure> {
    by.must_be(&ROLES)?;
    let (by, now) = (by.clone(), shell.now());
    let Actor::Staff { staff, .. } = by.actor.clone() else {
        return Err(Failure::NotAllowed);
    };
    let made = shell
        .store()
        .read(move |tx| {
            let made = LOOK_UPS.made_by_staff(tx, now, &by)?.unwrap_or_default();
            let filter = event::Filter::Actor("staff", staff.to_string());
            let last = event::list(tx, &by.acquirer, &filter, (None, EVENTS_MAX))?;
            let mut found: Vec<MerchantNumber> = Vec::new();
            for placed in last {
                if let Event::LookedUp {
                    found: Some(number),
                    ..
                } = placed.entry.event
                    && !found.contains(&number)
                {
                    found.push(number);
                }
            }
            found.truncate(HISTORY_MAX);
            Ok(LookUpsMade {
                left: LOOK_UPS_A_DAY_MAX.saturating_sub(made),
                found,
            })
        })
        .await?;
    Ok(made)
}

fn numbers(
    tx: &mut dyn Tx,
    shell: &Shell,
    by_what: &LookUp,
    acquirer: &AcquirerId,
) -> Result<(&'static str, Vec<MerchantNumber>), Fault> {
    Ok(match by_what {
        LookUp::Merchant(number) => ("merchant_number", vec![number.clone()]),
        LookUp::SerialNumber(serial_number) => {
            let found = terminal::by_serial_number(tx, serial_number)?;
            let merchants = found
                .into_iter()
                .filter(|found| found.acquirer == *acquirer);
            (
                "serial_number",
                merchants.map(|found| found.merchant).collect(),
            )
        }
        LookUp::Phone(phone) => {
            let index = shell.seal_keys().phone_index(acquirer, phone.expose());
            (
                "phone",
                contact::merchants_by_phone(tx, &index, MERCHANTS_MAX)?,
            )
        }
    })
}

fn draw(
    tx: &mut dyn Tx,
    shell: &Shell,
    number: &MerchantNumber,
    acquirer: &AcquirerId,
) -> Result<Option<Found>, Fault> {
    let Some(found) = own_merchant(tx, number, acquirer)? else {
        return Ok(None);
    };
    let owner = Owner::Merchant(number.clone());
    let name_masked = match DataKey::find(tx, shell.seal_keys(), &owner)? {
        Some(key) => masked::name(found.name(&key)?.expose()),
        None => String::new(),
    };
    let terminals = terminal::of_merchant(tx, number, None, TERMINALS_MAX)?
        .into_iter()
        .map(|terminal| FoundTerminal {
            terminal: terminal.id,
            number: terminal.number,
            online: shell.presence().is_online(terminal.id),
        })
        .collect();
    Ok(Some(Found {
        merchant: number.clone(),
        name_masked,
        status: found.status,
        terminals,
    }))
}
