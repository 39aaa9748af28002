//! What a manager looks at: their merchant, its terminals, its history, its records.
//!
//! Everything is read for the merchant of the session, and for no other: there is no
//! parameter that could name one.

use jiff::civil::Date;
use jiff::{SignedDuration, Span, Timestamp};
use serde::{Deserialize, Serialize};
use tillkey_rules::event::{Entry, Event};
use tillkey_rules::party::Actor;
use tillkey_rules::vocabulary::{ManagerRight, MerchantStatus};
use tillkey_store::fault::Fault;
use tillkey_store::history;
use tillkey_store::journal::{self, LastKnown};
use tillkey_store::party::{merchant, terminal};
use tillkey_store::seal::{DataKey, Owner};
use tillkey_store::{session, trade};
use tillkey_wire::ids::{OperatorNumber, TerminalId, TerminalNumber};

use super::managers::ManagerSession;
use super::party::{Keeper, TerminalView, draw_terminal, kept_terminal};
use super::{Failure, Page, last_of_full};
use crate::limits::{HISTORY_PAGE, RECORDS_DOWNLOADED_MAX, RECORDS_SHOWN_MAX, TERMINALS_PAGE};
use crate::shell::Shell;

/// The merchant of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MerchantView {
    /// Its trading name.
    pub name: String,
    /// Whether it is served.
    pub status: MerchantStatus,
}

/// Shows the merchant of the session.
///
/// # Errors
/// [`Failure::Unknown`] where it is gone.
pub async fn merchant(shell: &Shell, by: &ManagerSession) -> Result<MerchantView, Failure> {
    let (inner, number) = (shell.clone(), by.merchant.clone());
    shell
        .store()
        .read(move |tx| {
            let Some(found) = merchant::find(tx, &number)? else {
                return Ok(Err(Failure::Unknown));
            };
            let owner = Owner::Merchant(number.clone());
            let key = DataKey::load(tx, inner.seal_keys(), &owner)?;
            let name = found.name(&key)?.expose().clone();
            let status = found.status;
            Ok(Ok(MerchantView { name, status }))
        })
        .await?
}

/// The merchant's terminals in service, in order of their numbers.
///
/// # Errors
/// [`Failure::Fault`].
pub async fn terminals(
    shell: &Shell,
    by: &ManagerSession,
    after: Option<TerminalNumber>,
) -> Result<Page<TerminalView>, Failure> {
    let (inner, number) = (shell.clone(), by.merchant.clone());
    let read = shell.store().read(move |tx| {
        let found = terminal::of_merchant(tx, &number, after.as_ref(), TERMINALS_PAGE + 1)?;
        let views: Result<Vec<_>, Fault> = found
            .into_iter()
            .map(|found| draw_terminal(tx, &inner, found))
            .collect();
        views
    });
    let mut items = read.await?;
    let more = items.len() > usize::try_from(TERMINALS_PAGE).unwrap_or(usize::MAX);
    if more {
        items.pop();
    }
    let last = items.last().filter(|_| more);
    let next_cursor = last.map(|last| last.number.to_string());
    Ok(Page { items, next_cursor })
}

/// Where the journal of one of the merchant's terminals was last known to stand; none
/// where it keeps none, or was never backed up.
///
/// # Errors
/// [`Failure::NotAllowed`] without the right to see records; [`Failure::Unknown`] for
/// another merchant's terminal.
pub async fn journal(
    shell: &Shell,
    id: TerminalId,
    by: &ManagerSession,
) -> Result<Option<LastKnown>, Failure> {
    by.must(ManagerRight::SeeRecords)?;
    let by = Keeper::from(by);
    let read = shell
        .store()
        .read(move |tx| match kept_terminal(tx, id, &by)? {
            Some(_) => journal::last(tx, id).map(Ok),
            None => Ok(Err(Failure::Unknown)),
        });
    read.await?
}

/// Who did something, as a manager is shown it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ByWhom {
    /// The one who looks.
    You,
    /// Another manager of the merchant.
    Manager,
    /// Staff of the acquirer.
    Acquirer,
    /// The terminal, or Tillkey itself.
    Device,
}

/// One thing that happened to the merchant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryItem {
    /// When.
    pub at: Timestamp,
    /// The stable name of what happened.
    pub what: String,
    /// By whom.
    pub by: ByWhom,
    /// On which terminal, where on one.
    pub terminal: Option<TerminalNumber>,
    /// About which operator, where about one.
    pub operator: Option<OperatorNumber>,
}

/// What happened to the merchant outside its cases, the newest first. The cursor is the
/// place in the ledger that the page before ended at.
///
/// # Errors
/// [`Failure::Fault`].
pub async fn history(
    shell: &Shell,
    by: &ManagerSession,
    before: Option<u64>,
) -> Result<Page<HistoryItem>, Failure> {
    let by = by.clone();
    let read = shell.store().read(move |tx| {
        let found = history::of_merchant(tx, &by.merchant, before, HISTORY_PAGE)?;
        let last = last_of_full(&found, HISTORY_PAGE);
        let next_cursor = last.map(|last| last.position.to_string());
        let mut items = Vec::new();
        for placed in &found {
            let (which, operator) = named_in(&placed.entry.event);
            let terminal = match which {
                Some(id) => terminal::find(tx, id)?.map(|found| found.number),
                None => None,
            };
            items.push(HistoryItem {
                at: placed.entry.at,
                what: what(&placed.entry),
                by: by_whom(&placed.entry.by, &by),
                terminal,
                operator,
            });
        }
        Ok(Page { items, next_cursor })
    });
    Ok(read.await?)
}

fn named_in(event: &Event) -> (Option<TerminalId>, Option<OperatorNumber>) {
    match event {
        Event::OperatorAdded { terminal, operator }
        | Event::OperatorDormant { terminal, operator }
        | Event::OperatorRested {
            terminal, operator, ..
        }
        | Event::PasswordAged { terminal, operator }
        | Event::OperatorRemoved { terminal, operator } => (Some(*terminal), Some(*operator)),
        Event::TerminalAdded { terminal, .. }
        | Event::DepositEvaluated { terminal, .. }
        | Event::DepositReturned { terminal, .. }
        | Event::TerminalEnrolled { terminal, .. }
        | Event::SerialNumberCopied { terminal, .. }
        | Event::TerminalMoved { terminal, .. }
        | Event::TerminalRetired { terminal } => (Some(*terminal), None),
        _ => (None, None),
    }
}

/// The stable name of an event, as in the ledger.
fn what(entry: &Entry) -> String {
    let written = serde_json::to_value(&entry.event).unwrap_or_default();
    let name = written.get("event").and_then(|name| name.as_str());
    name.unwrap_or_default().to_owned()
}

fn by_whom(actor: &Actor, by: &ManagerSession) -> ByWhom {
    match actor {
        Actor::Manager { manager, .. } if *manager == by.manager => ByWhom::You,
        Actor::Manager { .. } => ByWhom::Manager,
        Actor::Staff { .. } => ByWhom::Acquirer,
        Actor::Holder | Actor::Terminal { .. } | Actor::System => ByWhom::Device,
    }
}

/// A day of the merchant's trade.
pub use tillkey_rules::trade::TradeDay;
/// A sign-on at one of the merchant's terminals.
pub use tillkey_store::session::SignOn;

/// The merchant's latest sign-ons, the newest first.
///
/// # Errors
/// [`Failure::NotAllowed`] without the right to see records.
pub async fn sign_ons(shell: &Shell, by: &ManagerSession) -> Result<Vec<SignOn>, Failure> {
    by.must(ManagerRight::SeeRecords)?;
    let (by, span) = (by.clone(), span(shell.now()));
    let read = shell.store().read(move |tx| {
        let whose = (&by.acquirer, &by.merchant);
        session::of_merchant(tx, whose, span, RECORDS_SHOWN_MAX)
    });
    Ok(read.await?)
}

/// The same for a download, which the ledger notes: it leaves the house.
///
/// # Errors
/// [`Failure::NotAllowed`] without the right to see records.
pub async fn download_sign_ons(shell: &Shell, by: &ManagerSession) -> Result<Vec<SignOn>, Failure> {
    by.must(ManagerRight::SeeRecords)?;
    let (by, span) = (by.clone(), span(shell.now()));
    let read = shell.store().write(move |tx| {
        let whose = (&by.acquirer, &by.merchant);
        let found = session::of_merchant(tx, whose, span, RECORDS_DOWNLOADED_MAX)?;
        let event = Event::RecordsDownloaded {
            merchant: by.merchant.clone(),
            records: "sign_ons".to_owned(),
        };
        by.note(tx, span.1, event)?;
        Ok(found)
    });
    Ok(read.await?)
}

/// The merchant's trade by day, the newest first: what the acquirer's system has
/// reported, and what was paid.
///
/// # Errors
/// [`Failure::NotAllowed`] without the right to see records.
pub async fn trade_days(shell: &Shell, by: &ManagerSession) -> Result<Vec<TradeDay>, Failure> {
    by.must(ManagerRight::SeeRecords)?;
    let (merchant, days) = (by.merchant.clone(), days(shell));
    let read = shell
        .store()
        .read(move |tx| trade::days(tx, &merchant, days));
    Ok(newest_first(read.await?))
}

/// The same for a download, which the ledger notes.
///
/// # Errors
/// [`Failure::NotAllowed`] without the right to see records.
pub async fn download_trade_days(
    shell: &Shell,
    by: &ManagerSession,
) -> Result<Vec<TradeDay>, Failure> {
    by.must(ManagerRight::SeeRecords)?;
    let (by, days, now) = (by.clone(), days(shell), shell.now());
    let read = shell.store().write(move |tx| {
        let found = trade::days(tx, &by.merchant, days)?;
        let event = Event::RecordsDownloaded {
            merchant: by.merchant.clone(),
            records: "trade_days".to_owned(),
        };
        by.note(tx, now, event)?;
        Ok(found)
    });
    Ok(newest_first(read.await?))
}

fn newest_first(mut days: Vec<TradeDay>) -> Vec<TradeDay> {
    days.sort_by_key(|day| std::cmp::Reverse(day.day));
    days
}

/// The days that records are shown for, the last one not included.
fn days(shell: &Shell) -> (Date, Date) {
    let today = shell.day(shell.now());
    let from = today.checked_sub(Span::new().days(RECORDS_DAYS));
    (from.unwrap_or(today), today.tomorrow().unwrap_or(today))
}

/// How far back records are shown.
const RECORDS_DAYS: i64 = 90;

fn span(now: Timestamp) -> (Timestamp, Timestamp) {
    let back = SignedDuration::from_hours(24 * RECORDS_DAYS);
    let until = now.checked_add(SignedDuration::from_secs(1)).unwrap_or(now);
    (now.checked_sub(back).unwrap_or(Timestamp::MIN), until)
}
