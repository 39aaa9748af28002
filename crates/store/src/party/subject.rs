//! What is known of a subject, read in the transaction of the decision that uses it.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use tillkey_rules::attempts::Scope;
use tillkey_rules::party::{ContactFacts, Subject, SubjectFacts};
use tillkey_wire::ids::TerminalId;

use super::terminal::TerminalStatus;
use super::{contact, merchant, operator, terminal};
use crate::fault::Fault;
use crate::tx::Tx;
use crate::{alert, attempts, credential, health, journal};

/// How far back failures and resets count.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The part of a terminal's capabilities that a decision looks at.
#[derive(Deserialize)]
struct Capabilities {
    journal: Option<bool>,
}

/// Reads the facts. Whether there is a live link is not remembered but seen, so the
/// caller says it.
///
/// # Errors
/// [`Fault::Missing`] when the merchant or terminal is not there.
pub fn facts(
    tx: &mut dyn Tx,
    subject: &Subject,
    now: Timestamp,
    terminal_online: bool,
) -> Result<SubjectFacts, Fault> {
    let merchant = merchant::find(tx, &subject.merchant)?.ok_or(Fault::Missing("merchant"))?;
    let terminal = terminal::find(tx, subject.terminal)?.ok_or(Fault::Missing("terminal"))?;
    let operator = operator::find(tx, subject.terminal, subject.operator)?
        .filter(|operator| operator.removed_at.is_none());
    let contact = contact::present(tx, &subject.merchant)?;
    let since = now.checked_sub(LOOK_BACK).unwrap_or(Timestamp::MIN);
    let key = attempts::operator_subject(subject.terminal, subject.operator);
    let mut failures = 0u32;
    for scope in [
        Scope::SignOn,
        Scope::RemoteProof,
        Scope::CounterProof,
        Scope::CodeEntry,
    ] {
        failures = failures.saturating_add(attempts::recent(tx, (scope, &key), since)?.attempts);
    }
    let whose = (subject.terminal, subject.operator);
    let capabilities = serde_json::from_str::<Capabilities>(&terminal.capabilities).ok();
    Ok(SubjectFacts {
        merchant_status: merchant.status,
        terminal_in_service: terminal.status == TerminalStatus::Active
            && terminal.merchant == subject.merchant
            && terminal.acquirer == subject.acquirer
            && terminal.number == subject.terminal_number,
        operator_active: operator.is_some(),
        has_password: credential::in_force(tx, whose, now)?.is_some(),
        contact: contact.map(|contact| {
            let original = contact.version == 1 && contact.changed_at <= merchant.created_at;
            let changed_at = if original {
                Timestamp::UNIX_EPOCH
            } else {
                contact.changed_at
            };
            ContactFacts {
                version: contact.version,
                changed_at,
            }
        }),
        failures_30d: failures,
        resets_30d: credential::resets_since(tx, whose, since)?,
        terminal_online,
        keeps_journal: capabilities.and_then(|capabilities| capabilities.journal),
        unsettled_batch: has_unsettled(tx, subject.terminal)?.then_some(true),
        open_alert: alert::concern(tx, subject, now)?,
        enrolled_at: terminal.enrolled_at,
    })
}

/// Whether the terminal's journal or its own report says that transactions are not
/// settled. That none are is never taken from it: the terminal's word is a hint, and a
/// hint may make a decision stricter and never the other way.
fn has_unsettled(tx: &mut dyn Tx, terminal: TerminalId) -> Result<bool, Fault> {
    if journal::last(tx, terminal)?.is_some_and(|known| !known.head.is_settled()) {
        return Ok(true);
    }
    let reported = health::last(tx, terminal)?;
    let unsettled = reported.and_then(|reported| reported.report.health.unsettled);
    Ok(unsettled.is_some_and(|count| count > 0))
}
