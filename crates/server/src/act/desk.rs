//! What the hotline's desk shows: a call as it stands, a terminal with its operators,
//! the cases that wait.
//!
//! Outcomes and numbers that are on any receipt, never data: an agent sees no phone,
//! no name, no document, no transaction, and no answer that would be the right one.

use std::collections::BTreeMap;

use jiff::Timestamp;
use tillkey_rules::attempts::Scope;
use tillkey_rules::case::{Case, State};
use tillkey_rules::event::{CaseEvent, Event};
use tillkey_rules::party::{Actor, Role, Subject};
use tillkey_rules::precheck::Finding;
use tillkey_rules::vocabulary::{Channel, EvidenceKind, MerchantStatus};
use tillkey_store::attempts;
use tillkey_store::case::{self as cases, Filter};
use tillkey_store::event;
use tillkey_store::fault::Fault;
use tillkey_store::party::terminal::TerminalStatus;
use tillkey_store::party::{merchant, operator};
use tillkey_store::tx::Tx;
use tillkey_wire::ids::{CaseId, MerchantNumber, OperatorNumber, TerminalId, TerminalNumber};

use super::case::{CaseSummary, CaseView, guessed, reach, read_cursor, summary, view};
use super::health;
use super::party::own_terminal;
use super::{Access, Failure, SignedIn};
use crate::limits::{CASES_PAGE, OWN_CASE_EVENTS_MAX, TIMELINE_EVENTS_MAX};
use crate::shell::Shell;

/// How many open cases of one operator are looked through for the one to show.
const OPEN_CASES_MAX: u32 = 20;

/// A case as an agent works on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The case.
    pub view: CaseView,
    /// Whose password; none where the request named nobody that exists.
    pub subject: Option<Subject>,
    /// What can be gathered by telephone here and is not held yet, the preferred first.
    pub kinds: Vec<EvidenceKind>,
    /// Until when the last challenge of each kind can be answered.
    pub challenges: BTreeMap<EvidenceKind, Timestamp>,
    /// How many more answers the operator's day has, over all channels from afar. The
    /// same for whoever does not exist.
    pub tries_left: u32,
    /// What the terminal says is wrong with it, while a code is or will be typed there.
    pub hints: Vec<Finding>,
}

/// Shows a case to an agent.
///
/// # Errors
/// [`Failure::Unknown`] for a case of another acquirer, as for one that is not there.
pub async fn call(shell: &Shell, case: CaseId, by: &SignedIn) -> Result<Call, Failure> {
    by.must_be(&[Role::Agent])?;
    let (inner, access, now) = (shell.clone(), Access::Staff(by.clone()), shell.now());
    shell
        .store()
        .read(move |tx| {
            let Some(stored) = reach(tx, &inner, case, &access)? else {
                return Ok(Err(Failure::Unknown));
            };
            let case = stored.case;
            let counted = guessed(&case);
            let made = attempts::in_window(tx, (Scope::RemoteProof, &counted), now)?.attempts;
            Ok(Ok(Call {
                view: view::draw(tx, &inner, &case)?,
                subject: case.subject().cloned(),
                kinds: kinds(&inner, &case),
                challenges: challenges(tx, &case)?,
                tries_left: Scope::RemoteProof.limit().saturating_sub(made),
                hints: health::of_case(tx, &inner, &case)?,
            }))
        })
        .await?
}

fn kinds(shell: &Shell, case: &Case) -> Vec<EvidenceKind> {
    let offers = shell.policy().offers().of(case.channel()).iter().copied();
    offers
        .filter(|kind| shell.offered().contains(kind) && !case.evidence().contains_key(kind))
        .collect()
}

/// The challenges that were sent and not answered right, by kind.
fn challenges(tx: &mut dyn Tx, case: &Case) -> Result<BTreeMap<EvidenceKind, Timestamp>, Fault> {
    let mut sent = BTreeMap::new();
    for placed in event::of_case(tx, case.id(), TIMELINE_EVENTS_MAX)? {
        match placed.entry.event {
            Event::Case(CaseEvent::Challenged { kind, expires_at }) => {
                sent.insert(kind, expires_at);
            }
            Event::Case(CaseEvent::Matched { kind, .. }) => {
                sent.remove(&kind);
            }
            _ => {}
        }
    }
    Ok(sent)
}

/// A terminal as an agent finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Till {
    /// Which one.
    pub terminal: TerminalId,
    /// Its number.
    pub number: TerminalNumber,
    /// Whose.
    pub merchant: MerchantNumber,
    /// Whether that merchant may be served.
    pub status: MerchantStatus,
    /// Whether it is in service.
    pub in_service: bool,
    /// Whether it has a live link.
    pub online: bool,
    /// When it was last heard.
    pub seen_at: Option<Timestamp>,
    /// Its operators.
    pub operators: Vec<TillOperator>,
}

/// An operator of a terminal, with the case that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TillOperator {
    /// Which account.
    pub operator: OperatorNumber,
    /// Whether there is a password.
    pub password_set: bool,
    /// The open case that counts: the proven one, else one of the hotline's.
    pub case: Option<(CaseId, State)>,
}

/// Shows a terminal of the caller's acquirer.
///
/// # Errors
/// [`Failure::Unknown`] for one of another.
pub async fn till(shell: &Shell, terminal: TerminalId, by: &SignedIn) -> Result<Till, Failure> {
    by.must_be(&[Role::Agent])?;
    let (inner, acquirer) = (shell.clone(), by.acquirer.clone());
    shell
        .store()
        .read(move |tx| {
            let Some(found) = own_terminal(tx, terminal, &acquirer)? else {
                return Ok(Err(Failure::Unknown));
            };
            let status = merchant::find(tx, &found.merchant)?;
            let mut operators = Vec::new();
            for one in operator::list(tx, terminal)? {
                operators.push(TillOperator {
                    operator: one.number,
                    password_set: one.credential_version.is_some(),
                    case: open_case(tx, (terminal, one.number))?,
                });
            }
            Ok(Ok(Till {
                terminal,
                number: found.number,
                merchant: found.merchant,
                status: status.map_or(MerchantStatus::Closed, |merchant| merchant.status),
                in_service: found.status == TerminalStatus::Active,
                online: inner.presence().is_online(terminal),
                seen_at: found.seen_at,
                operators,
            }))
        })
        .await?
}

/// What strangers have opened and nobody has proven is not shown: it would only look
/// as if something were going on.
fn open_case(
    tx: &mut dyn Tx,
    whose: (TerminalId, OperatorNumber),
) -> Result<Option<(CaseId, State)>, Fault> {
    let open = cases::open_cases_of(tx, whose, OPEN_CASES_MAX)?;
    let proven = open.iter().find(|stored| stored.case.is_proven());
    let hotline = || {
        let newest_first = open.iter().rev();
        newest_first
            .into_iter()
            .find(|stored| stored.case.channel() == Channel::Hotline)
    };
    let found = proven.or_else(hotline);
    Ok(found.map(|stored| (stored.case.id(), stored.case.state())))
}

/// Whose cases to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Those that the caller had a hand in.
    Own,
    /// All of the hotline's.
    All,
}

/// The hotline's open cases.
#[derive(Debug, Clone, PartialEq)]
pub struct Queue {
    /// The cases, the newest first.
    pub items: Vec<CaseSummary>,
    /// What the next page begins after.
    pub next_cursor: Option<String>,
    /// Changes whenever one of them moves.
    pub mark: String,
}

/// Lists the hotline's open cases.
///
/// # Errors
/// [`Failure::Invalid`] for a cursor that this list did not give.
pub async fn queue(
    shell: &Shell,
    by: &SignedIn,
    whose: Whose,
    cursor: Option<&str>,
) -> Result<Queue, Failure> {
    by.must_be(&[Role::Agent])?;
    let after = cursor.map(read_cursor).transpose()?;
    let by = by.clone();
    let page = usize::try_from(CASES_PAGE).unwrap_or(usize::MAX);
    let mut found = shell
        .store()
        .read(move |tx| match whose {
            Whose::Own => own_cases(tx, &by),
            Whose::All => {
                let filter = Filter::OpenIn(Channel::Hotline);
                let found = cases::list(tx, &by.acquirer, &filter, (after, CASES_PAGE + 1))?;
                Ok(found.into_iter().map(|stored| stored.case).collect())
            }
        })
        .await?;
    let more = found.len() > page;
    found.truncate(page);
    let next_cursor = found.last().filter(|_| more && whose == Whose::All);
    let next_cursor =
        next_cursor.map(|case| format!("{}.{}", case.opened_at().as_millisecond(), case.id()));
    let versions: u64 = found.iter().map(Case::version).sum();
    let newest = found.iter().map(|case| case.changed_at().as_millisecond());
    let mark = format!("{}-{versions}-{}", found.len(), newest.max().unwrap_or(0));
    Ok(Queue {
        items: found.iter().map(summary).collect(),
        next_cursor,
        mark,
    })
}

/// The open cases among what the caller did last, the newest first.
fn own_cases(tx: &mut dyn Tx, by: &SignedIn) -> Result<Vec<Case>, Fault> {
    let Actor::Staff { staff, .. } = &by.actor else {
        return Ok(Vec::new());
    };
    let filter = event::Filter::Actor("staff", staff.to_string());
    let last = event::list(tx, &by.acquirer, &filter, (None, OWN_CASE_EVENTS_MAX))?;
    let mut ids: Vec<CaseId> = Vec::new();
    for id in last.into_iter().filter_map(|placed| placed.entry.case) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let mut found = Vec::new();
    for id in ids {
        let case = cases::find(tx, id)?.map(|stored| stored.case);
        found.extend(
            case.filter(|case| case.state().is_open() && case.channel() == Channel::Hotline),
        );
    }
    found.sort_by_key(|case| std::cmp::Reverse((case.opened_at(), case.id())));
    Ok(found)
}
