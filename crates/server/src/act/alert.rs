//! Alerts, for those who look into them: what waits, one with its story, who takes it, and
//! what it came to.
//!
//! Whom an alert is about neither sees it nor has a hand in it: persons are compared, not
//! accounts.

use jiff::{SignedDuration, Timestamp};
use tillkey_rules::event::Event;
use tillkey_rules::party::Role;
use tillkey_rules::refusal::Refusal;
use tillkey_rules::watch::{About, AlertOutcome, AlertState, Severity};
use tillkey_store::alert::{self as alerts, Alert, Closing};
use tillkey_store::event::{self, Placed};
use tillkey_store::fault::Fault;
use tillkey_store::party::{staff, terminal};
use tillkey_store::tx::Tx;
use tillkey_wire::ids::{AlertId, InvalidId, MerchantNumber, StaffId, TerminalNumber};

pub use tillkey_store::alert::RuleCount;

use super::case::{act, checked_comment};
use super::{Failure, Once, Page, SignedIn, last_of_full};
use crate::limits::ALERTS_PAGE;
use crate::shell::Shell;

/// Who looks into alerts.
pub const LOOKOUTS: [Role; 3] = [Role::Reviewer, Role::Auditor, Role::Administrator];

/// How far back the alerts of each rule are counted.
pub const COUNTED_DAYS: i64 = 30;

/// An alert, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertView {
    /// The alert.
    pub alert: Alert,
    /// Whose, where a merchant or terminal is concerned.
    pub merchant: Option<MerchantNumber>,
    /// Which terminal there.
    pub terminal: Option<TerminalNumber>,
}

/// One alert with its story.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertStory {
    /// The alert.
    pub view: AlertView,
    /// The entries that say why, oldest first.
    pub because: Vec<Placed>,
    /// What its owner wrote when it was closed.
    pub comment: Option<String>,
    /// Whether the reader is its owner.
    pub is_own: bool,
}

/// What an alert came to, as its owner says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What.
    pub outcome: AlertOutcome,
    /// In their words.
    pub comment: String,
}

/// Lists the alerts in a state, the most urgent first, and among those the oldest.
///
/// # Errors
/// [`Failure::Invalid`] for a cursor that this list did not give.
pub async fn list(
    shell: &Shell,
    state: AlertState,
    cursor: Option<String>,
    by: &SignedIn,
) -> Result<Page<AlertView>, Failure> {
    by.must_be(&LOOKOUTS)?;
    let after = cursor.as_deref().map(read_cursor).transpose()?;
    let by = by.clone();
    let read = shell.store().read(move |tx| {
        let found = alerts::list(tx, (&by.acquirer, state), after, ALERTS_PAGE)?;
        let last = last_of_full(&found, ALERTS_PAGE);
        let next_cursor = last.map(|last| {
            let (severity, at) = (last.rule.severity(), last.raised_at.as_millisecond());
            format!("{severity}.{at}.{}", last.id)
        });
        let mut items = Vec::new();
        for alert in found {
            if !is_about(tx, &alert, &by)? {
                items.push(place(tx, alert)?);
            }
        }
        Ok(Page { items, next_cursor })
    });
    Ok(read.await?)
}

/// Shows an alert with what led to it.
///
/// # Errors
/// [`Failure::Unknown`] for one of another acquirer, and for whom it is about.
pub async fn view(shell: &Shell, id: AlertId, by: &SignedIn) -> Result<AlertStory, Failure> {
    by.must_be(&LOOKOUTS)?;
    let (by, inner) = (by.clone(), shell.clone());
    let read = shell.store().read(move |tx| {
        let Some(alert) = own(tx, id, &by)? else {
            return Ok(None);
        };
        if is_about(tx, &alert, &by)? {
            return Ok(None);
        }
        let comment = alerts::comment(tx, inner.seal_keys(), &alert)?;
        Ok(Some(AlertStory {
            because: because(tx, &alert)?,
            comment: comment.map(|text| text.expose().clone()),
            is_own: alert.owner.as_ref() == by.account(),
            view: place(tx, alert)?,
        }))
    });
    read.await?.ok_or(Failure::Unknown)
}

/// How many alerts each rule raised of late, and how many of them were false.
///
/// # Errors
/// [`Failure::NotAllowed`] for roles that do not look into alerts.
pub async fn counts(shell: &Shell, by: &SignedIn) -> Result<Vec<RuleCount>, Failure> {
    by.must_be(&LOOKOUTS)?;
    let acquirer = by.acquirer.clone();
    let ago = SignedDuration::from_hours(24 * COUNTED_DAYS);
    let since = shell.now().checked_sub(ago).unwrap_or(Timestamp::MIN);
    let read = shell
        .store()
        .read(move |tx| alerts::counts(tx, &acquirer, since));
    Ok(read.await?)
}

/// Looks into an alert from now on, in the place of whoever did before.
///
/// # Errors
/// [`Failure::Refused`] with `own_work` for whom it is about, with `out_of_order` where it
/// is settled.
pub async fn take(
    shell: &Shell,
    id: AlertId,
    by: &SignedIn,
    once: Option<Once>,
) -> Result<(), Failure> {
    by.must_be(&LOOKOUTS)?;
    let by = by.clone();
    act(shell, once, move |_, tx, now, _| {
        let owner = match owner(tx, id, &by)? {
            Ok(owner) => owner,
            Err(failure) => return Ok((Err(failure), Vec::new())),
        };
        if !alerts::take(tx, id, (&owner, now))? {
            return Ok((Err(Refusal::OutOfOrder.into()), Vec::new()));
        }
        by.note(tx, now, Event::AlertTaken { alert: id })?;
        Ok((Ok(()), Vec::new()))
    })
    .await
}

/// Says what an alert came to. What is written is sealed; the ledger has its digest.
///
/// # Errors
/// [`Failure::Refused`] with `out_of_order` for anybody but its owner and where it is
/// settled, with `reason_missing` without a word on a true alarm.
pub async fn close(
    shell: &Shell,
    id: AlertId,
    said: Outcome,
    by: &SignedIn,
    once: Option<Once>,
) -> Result<(), Failure> {
    by.must_be(&LOOKOUTS)?;
    let comment = checked_comment(&said.comment)?;
    // What was found is to be read later by somebody who was not there.
    if said.outcome == AlertOutcome::TrueAlarm && comment.is_empty() {
        return Err(Refusal::ReasonMissing.into());
    }
    let by = by.clone();
    act(shell, once, move |shell, tx, now, rng| {
        let owner = match owner(tx, id, &by)? {
            Ok(owner) => owner,
            Err(failure) => return Ok((Err(failure), Vec::new())),
        };
        let keys = shell.seal_keys();
        let closing = Closing {
            id,
            acquirer: &by.acquirer,
            owner: &owner,
            outcome: said.outcome,
            comment: &comment,
            now,
        };
        if !alerts::close(tx, keys, &closing, rng)? {
            return Ok((Err(Refusal::OutOfOrder.into()), Vec::new()));
        }
        let digest = || keys.text_digest("comment on an alert", &comment).to_hex();
        let event = Event::AlertClosed {
            alert: id,
            outcome: said.outcome,
            comment_digest: (!comment.is_empty()).then(digest),
        };
        by.note(tx, now, event)?;
        Ok((Ok(()), Vec::new()))
    })
    .await
}

/// The caller's account, where they may have a hand in an alert.
fn owner(tx: &mut dyn Tx, id: AlertId, by: &SignedIn) -> Result<Result<StaffId, Failure>, Fault> {
    let (Some(alert), Some(account)) = (own(tx, id, by)?, by.account()) else {
        return Ok(Err(Failure::Unknown));
    };
    if is_about(tx, &alert, by)? {
        return Ok(Err(Refusal::OwnWork.into()));
    }
    Ok(Ok(account.clone()))
}

fn own(tx: &mut dyn Tx, id: AlertId, by: &SignedIn) -> Result<Option<Alert>, Fault> {
    let found = alerts::find(tx, id)?;
    Ok(found.filter(|alert| alert.acquirer == by.acquirer))
}

/// Whether an alert is about this person, by whatever account.
fn is_about(tx: &mut dyn Tx, alert: &Alert, by: &SignedIn) -> Result<bool, Fault> {
    let About::Staff { staff: account } = &alert.about else {
        return Ok(false);
    };
    let found = staff::find(tx, &alert.acquirer, account)?;
    Ok(found.is_some_and(|found| by.actor.person() == Some(&found.person)))
}

/// The entries that an alert names as its reasons.
fn because(tx: &mut dyn Tx, alert: &Alert) -> Result<Vec<Placed>, Fault> {
    let raised = alert
        .position
        .map_or(Ok(None), |position| event::at(tx, position))?
        .map(|placed| placed.entry.event);
    let Some(Event::AlertRaised { because, .. }) = raised else {
        return Err(Fault::Missing("entry of an alert"));
    };
    let mut told = Vec::new();
    for position in because {
        told.extend(event::at(tx, position)?);
    }
    Ok(told)
}

/// An alert with the names that people know its subject by.
fn place(tx: &mut dyn Tx, alert: Alert) -> Result<AlertView, Fault> {
    let (merchant, terminal) = match &alert.about {
        About::Operator { terminal, .. } | About::Terminal { terminal } => {
            let found = terminal::find(tx, *terminal)?;
            found.map(|found| (found.merchant, found.number)).unzip()
        }
        About::Merchant { merchant } => (Some(merchant.clone()), None),
        About::Staff { .. } | About::Application { .. } => (None, None),
    };
    Ok(AlertView {
        alert,
        merchant,
        terminal,
    })
}

fn read_cursor(text: &str) -> Result<alerts::Cursor, InvalidId> {
    let invalid = || InvalidId {
        kind: "cursor",
        rule: "as given with the page before",
    };
    let mut parts = text.splitn(3, '.');
    let mut part = || parts.next().ok_or_else(invalid);
    let severity: Severity = part()?.parse().map_err(|_| invalid())?;
    let at = part()?.parse().map_err(|_| invalid())?;
    let at = Timestamp::from_millisecond(at).map_err(|_| invalid())?;
    Ok((severity, at, part()?.parse()?))
}
