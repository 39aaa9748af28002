//! What happened to a merchant outside its cases: contacts, operators, managers.
//!
//! Noted when the event is appended, by what the event itself names.

use std::collections::BTreeSet;

use tillkey_rules::event::{Entry, Event};
use tillkey_rules::party::Actor;
use tillkey_wire::ids::{MerchantNumber, TerminalId};

use crate::event::Placed;
use crate::fault::Fault;
use crate::tx::{Tx, statements};
use crate::value::{Value, signed};

statements! {
    NOTE: "note an event of a merchant" =
        "INSERT INTO merchant_history (merchant, position) VALUES ($1, $2)";
    NOTE_BY_TERMINAL: "note an event of a terminal's merchant" =
        "INSERT INTO merchant_history (merchant, position) \
         SELECT merchant, CAST($1 AS BIGINT) FROM terminals WHERE id = $2";
    OF_MERCHANT: "read a merchant's history" =
        "SELECT events.position, events.entry FROM merchant_history \
         JOIN events ON events.position = merchant_history.position \
         WHERE merchant_history.merchant = $1 AND merchant_history.position < $2 \
         ORDER BY merchant_history.position DESC LIMIT $3";
}

/// Whom an event concerns.
enum Concerns<'a> {
    Merchant(&'a MerchantNumber),
    /// A merchant, and the one whose it was before.
    Both(&'a MerchantNumber, &'a MerchantNumber),
    Terminal(TerminalId),
    Nobody,
}

/// Notes an appended event with the merchant that it concerns, if it does one.
pub(crate) fn note(tx: &mut dyn Tx, entry: &Entry, position: u64) -> Result<(), Fault> {
    match concerns(entry) {
        Concerns::Merchant(merchant) => {
            tx.execute(NOTE, &[Value::from(merchant), signed(position)?])?;
        }
        Concerns::Both(one, other) => {
            for merchant in BTreeSet::from([one, other]) {
                tx.execute(NOTE, &[Value::from(merchant), signed(position)?])?;
            }
        }
        Concerns::Terminal(terminal) => {
            tx.execute(
                NOTE_BY_TERMINAL,
                &[signed(position)?, Value::from(&terminal)],
            )?;
        }
        Concerns::Nobody => {}
    }
    Ok(())
}

/// Sign-ons are the sessions', and there are many of them; cases have their own list.
fn concerns(entry: &Entry) -> Concerns<'_> {
    match &entry.event {
        Event::MerchantAdded { merchant }
        | Event::MerchantStatusChanged { merchant, .. }
        | Event::MerchantRenamed { merchant }
        | Event::MerchantDocumentsChanged { merchant }
        | Event::ContactChanged { merchant, .. }
        | Event::ContactChangeStarted { merchant }
        | Event::MessageLanguageChanged { merchant, .. }
        | Event::ContactDisclosed { merchant, .. }
        | Event::PersonalDataExported { merchant }
        | Event::ErasureAsked { merchant, .. }
        | Event::ErasureReviewed { merchant, .. }
        | Event::MerchantErased { merchant }
        | Event::ManagerAdded { merchant, .. }
        | Event::ManagerRightsChanged { merchant, .. }
        | Event::ManagerDisabled { merchant, .. }
        | Event::ManagerDormant { merchant, .. }
        | Event::ManagerEnabled { merchant, .. }
        | Event::AccessReviewOpened { merchant, .. }
        | Event::AccessReviewed { merchant, .. }
        | Event::ManagerSignedIn { merchant, .. }
        | Event::ManagerProvedAnew { merchant, .. }
        | Event::ManagerSignedOut { merchant, .. }
        | Event::RecordsDownloaded { merchant, .. }
        | Event::CampaignAsked { merchant, .. }
        | Event::CampaignObjected { merchant, .. }
        | Event::DepositEvaluated { merchant, .. }
        | Event::DepositReturned { merchant, .. }
        | Event::TerminalAdded { merchant, .. } => Concerns::Merchant(merchant),
        Event::TerminalMoved { from, merchant, .. } => Concerns::Both(from, merchant),
        Event::OperatorAdded { terminal, .. }
        | Event::OperatorRemoved { terminal, .. }
        | Event::OperatorDormant { terminal, .. }
        | Event::OperatorRested { terminal, .. }
        | Event::PasswordAged { terminal, .. }
        | Event::TerminalEnrolled { terminal, .. }
        | Event::SerialNumberCopied { terminal, .. }
        | Event::TerminalRetired { terminal } => match &entry.by {
            Actor::Manager { merchant, .. } => Concerns::Merchant(merchant),
            _ => Concerns::Terminal(*terminal),
        },
        _ => Concerns::Nobody,
    }
}

/// A merchant's events before a position, the newest first. `None` begins at the
/// newest.
///
/// # Errors
/// [`Fault::Damaged`] when one cannot be read.
pub fn of_merchant(
    tx: &mut dyn Tx,
    merchant: &MerchantNumber,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<Placed>, Fault> {
    let before = before.map_or(Ok(Value::Integer(i64::MAX)), signed)?;
    let limit = Value::from(limit.min(crate::limits::PAGE_MAX));
    let rows = tx.query_many(OF_MERCHANT, &[Value::from(merchant), before, limit])?;
    crate::event::placed(rows)
}
