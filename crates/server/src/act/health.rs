//! How a terminal says it is: kept as it comes, shown with what it means, asked for anew.
//!
//! A hint for whoever helps. Nothing is permitted because of it, and there is no event:
//! the ledger holds what was done, and a forged report must not be able to write there.

use jiff::{SignedDuration, Timestamp};
use tillkey_rules::case::{Case, State};
use tillkey_rules::party::Role;
use tillkey_rules::precheck::{Finding, Reading, findings};
use tillkey_store::command::{self, NewCommand};
use tillkey_store::fault::Fault;
use tillkey_store::health::{self, Reported};
use tillkey_store::in_hand;
use tillkey_store::party::terminal::{self, TerminalStatus};
use tillkey_store::tx::Tx;
use tillkey_wire::ids::{CaseId, CommandId, TerminalId};
use tillkey_wire::message::Command;

use super::case::{act, reach};
use super::party::{Keeper, kept_terminal};
use super::{Access, Failure, Once, SignedIn};
use crate::bell::Ring;
use crate::shell::Shell;

/// How long a terminal has to answer that is asked how it is.
const ASKED_FOR: SignedDuration = SignedDuration::from_mins(10);

/// A terminal's last report, with what it means now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthView {
    /// Whether it has a live link.
    pub online: bool,
    /// What it last said; none where it never did.
    pub reported: Option<Reported>,
    /// What is wrong, what matters most first.
    pub findings: Vec<Finding>,
}

/// Shows how a terminal last said it is: to staff of its acquirer, and to managers of
/// its merchant.
///
/// # Errors
/// [`Failure::Unknown`] for one of another.
pub async fn view(shell: &Shell, id: TerminalId, by: Keeper) -> Result<HealthView, Failure> {
    let inner = shell.clone();
    shell
        .store()
        .read(move |tx| match kept_terminal(tx, id, &by)? {
            Some(_) => read(tx, &inner, id).map(Ok),
            None => Ok(Err(Failure::Unknown)),
        })
        .await?
}

/// Asks a terminal how it is. It answers when it is connected; one that knows no such
/// question is not asked.
///
/// # Errors
/// [`Failure::Unknown`] for a terminal of another acquirer, or out of service.
pub async fn ask(
    shell: &Shell,
    id: TerminalId,
    by: &SignedIn,
    once: Option<Once>,
) -> Result<(), Failure> {
    by.must_be(&[Role::Agent, Role::Clerk, Role::Administrator])?;
    let acquirer = by.acquirer.clone();
    act(shell, once, move |_, tx, now, rng| {
        let found = terminal::find(tx, id)?;
        let in_service = found.is_some_and(|found| {
            found.acquirer == acquirer && found.status == TerminalStatus::Active
        });
        if !in_service {
            return Ok((Err(Failure::Unknown), Vec::new()));
        }
        // Whoever has agreed on numbers knows this question; to others it is noise.
        if in_hand::find(tx, id)?.is_none() {
            return Ok((Ok(()), Vec::new()));
        }
        let body = tillkey_wire::cbor::encode(&Command::ReportHealth)
            .map_err(|_| Fault::Missing("encoding of a command"))?;
        let new = NewCommand {
            id: CommandId::random(rng),
            terminal: id,
            operator: None,
            kind: "report_health",
            body,
            now,
            expires_at: now.checked_add(ASKED_FOR).unwrap_or(Timestamp::MAX),
        };
        command::queue(tx, &new)?;
        Ok((Ok(()), vec![Ring::Terminal(id)]))
    })
    .await
}

/// What stands in the way at the terminal of a case, while a code is or will be to be
/// typed there. Only once something is proven: before that it would tell an outsider
/// about somebody's shop.
///
/// # Errors
/// [`Failure::Unknown`] for whoever may not see the case.
pub async fn hints(shell: &Shell, case: CaseId, access: &Access) -> Result<Vec<Finding>, Failure> {
    let (inner, access) = (shell.clone(), access.clone());
    shell
        .store()
        .read(move |tx| {
            let Some(stored) = reach(tx, &inner, case, &access)? else {
                return Ok(Err(Failure::Unknown));
            };
            of_case(tx, &inner, &stored.case).map(Ok)
        })
        .await?
}

/// The same, in a transaction that has reached the case.
pub(super) fn of_case(tx: &mut dyn Tx, shell: &Shell, case: &Case) -> Result<Vec<Finding>, Fault> {
    let is_typed = matches!(case.state(), State::Approved | State::Issued);
    match case.subject().filter(|_| case.is_proven() && is_typed) {
        Some(subject) => read(tx, shell, subject.terminal).map(|view| view.findings),
        None => Ok(Vec::new()),
    }
}

/// Reads a terminal's last report, and finds what it means now.
pub(super) fn read(tx: &mut dyn Tx, shell: &Shell, id: TerminalId) -> Result<HealthView, Fault> {
    let reported = health::last(tx, id)?;
    let online = shell.presence().is_online(id);
    let findings = reported
        .as_ref()
        .map(|reported| {
            findings(&Reading {
                report: &reported.report,
                clock_ahead_seconds: reported.clock_ahead_seconds,
                reported_at: reported.reported_at,
                online,
                now: shell.now(),
            })
        })
        .unwrap_or_default();
    Ok(HealthView {
        online,
        reported,
        findings,
    })
}
