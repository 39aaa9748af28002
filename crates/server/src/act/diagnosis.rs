//! Why an operator cannot sign on, for whoever has a right to know.
//!
//! 1. Staff ask about any operator of their acquirer.
//! 2. The holder of a case asks about its operator, once the case is proven and as
//!    long as that proof would still be one: not after the contact has changed, and
//!    not for longer than a closed case can be of interest.
//!
//! Anybody else is answered as if there were nothing (attack E16). Reading changes
//! nothing, and tells no more than outcomes: no phone, no name, no password.

use jiff::{SignedDuration, Timestamp};
use tillkey_rules::attempts::Scope;
use tillkey_rules::case::Case;
use tillkey_rules::diagnosis::{Account, Device, Finding, Password, SignOnFacts, diagnose};
use tillkey_rules::dormancy::RestCause;
use tillkey_rules::party::Role;
use tillkey_rules::precheck::Finding as Hint;
use tillkey_rules::vocabulary::MerchantStatus;
use tillkey_store::case as cases;
use tillkey_store::credential::{self, Standing};
use tillkey_store::fault::Fault;
use tillkey_store::party::terminal::{Terminal, TerminalStatus};
use tillkey_store::party::{contact, merchant, operator, terminal};
use tillkey_store::tx::Tx;
use tillkey_store::{attempts, session};
use tillkey_wire::ids::{CaseId, MerchantNumber, OperatorNumber, TerminalId, TerminalNumber};

use super::case::reach;
use super::health::{self, HealthView};
use super::{Access, Failure};
use crate::limits::DIAGNOSIS_HOURS_AFTER_CASE_MAX;
use crate::shell::Shell;

/// The staff who help people sign on.
const ROLES: [Role; 4] = [
    Role::Agent,
    Role::Clerk,
    Role::Reviewer,
    Role::Administrator,
];

/// What was found about one operator's sign-on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// The merchant.
    pub merchant: MerchantNumber,
    /// The device.
    pub terminal: TerminalId,
    /// Its number.
    pub terminal_number: TerminalNumber,
    /// The account.
    pub operator: OperatorNumber,
    /// When it was looked at.
    pub at: Timestamp,
    /// Whether the device has a live link.
    pub online: bool,
    /// When the device was last heard.
    pub seen_at: Option<Timestamp>,
    /// Which password is in force, from 1.
    pub password_version: Option<u32>,
    /// Since when.
    pub password_since: Option<Timestamp>,
    /// The operator's newest case that somebody has proven.
    pub case: Option<CaseId>,
    /// What keeps the operator from signing on, the weightiest first; never empty.
    pub findings: Vec<Finding>,
    /// What the device itself says is wrong with it.
    pub hints: Vec<Hint>,
}

/// What the device says that the server knows better, and has said.
const SAID_BY_THE_DIAGNOSIS: [&str; 2] = ["offline", "clock_off"];

/// Diagnoses an operator that the caller may ask about.
///
/// # Errors
/// [`Failure::Unknown`] for a terminal that is not the caller's, as for one that is
/// not there.
pub async fn of_operator(
    shell: &Shell,
    (terminal, operator): (TerminalId, OperatorNumber),
    access: &Access,
) -> Result<Diagnosis, Failure> {
    let (inner, access, now) = (shell.clone(), access.clone(), shell.now());
    shell
        .store()
        .read(move |tx| {
            let Some(found) = terminal::find(tx, terminal)? else {
                return Ok(Err(Failure::Unknown));
            };
            match may_ask(&access, &found) {
                Ok(()) => look(tx, &inner, (&found, operator), now).map(Ok),
                Err(failure) => Ok(Err(failure)),
            }
        })
        .await?
}

/// Diagnoses the operator of a case that the caller may ask about.
///
/// # Errors
/// [`Failure::Unknown`] for a case that is not the caller's, that names nobody, or
/// whose proof no longer holds.
pub async fn of_case(shell: &Shell, case: CaseId, access: &Access) -> Result<Diagnosis, Failure> {
    let (inner, access, now) = (shell.clone(), access.clone(), shell.now());
    shell
        .store()
        .read(move |tx| {
            let Some(stored) = reach(tx, &inner, case, &access)? else {
                return Ok(Err(Failure::Unknown));
            };
            let Some(subject) = stored.case.subject() else {
                return Ok(Err(Failure::Unknown));
            };
            let Some(found) = terminal::find(tx, subject.terminal)? else {
                return Ok(Err(Failure::Unknown));
            };
            let allowed = match &access {
                Access::Holder(_) => {
                    if is_still_proven(tx, &stored.case, now)? {
                        Ok(())
                    } else {
                        Err(Failure::Unknown)
                    }
                }
                _ => may_ask(&access, &found),
            };
            let mut diagnosis = match allowed {
                Ok(()) => look(tx, &inner, (&found, subject.operator), now)?,
                Err(failure) => return Ok(Err(failure)),
            };
            if found.merchant != subject.merchant {
                // Whose it is now is not this caller's to hear.
                diagnosis = moved_away(diagnosis, &stored.case);
            }
            Ok(Ok(diagnosis))
        })
        .await?
}

fn may_ask(access: &Access, terminal: &Terminal) -> Result<(), Failure> {
    match access {
        Access::Staff(signed_in) => {
            signed_in.must_be(&ROLES)?;
            if signed_in.acquirer == terminal.acquirer {
                Ok(())
            } else {
                Err(Failure::Unknown)
            }
        }
        // Within their own merchant; another one's terminal is not there.
        Access::Manager(by) if by.merchant == terminal.merchant => Ok(()),
        Access::Manager(_) | Access::Holder(_) => Err(Failure::Unknown),
    }
}

/// Whether the proof that the case holds would still be one: the phone is still the
/// registered one, and the case has not been closed for long.
fn is_still_proven(tx: &mut dyn Tx, case: &Case, now: Timestamp) -> Result<bool, Fault> {
    let Some(subject) = case.subject().filter(|_| case.is_proven()) else {
        return Ok(false);
    };
    let kept = SignedDuration::from_hours(DIAGNOSIS_HOURS_AFTER_CASE_MAX);
    if !case.state().is_open() && now.duration_since(case.changed_at()) > kept {
        return Ok(false);
    }
    let present = contact::present(tx, &subject.merchant)?.map(|contact| contact.version);
    let mut stands_on = case
        .evidence()
        .values()
        .filter_map(|gathered| gathered.contact_version);
    Ok(stands_on.all(|version| Some(version) == present))
}

/// What is left to say of a terminal that is another merchant's now.
fn moved_away(diagnosis: Diagnosis, case: &Case) -> Diagnosis {
    let Some(subject) = case.subject() else {
        return diagnosis;
    };
    Diagnosis {
        merchant: subject.merchant.clone(),
        terminal_number: subject.terminal_number.clone(),
        online: false,
        seen_at: None,
        password_version: None,
        password_since: None,
        case: None,
        findings: vec![Finding::TerminalNotInService],
        hints: Vec::new(),
        ..diagnosis
    }
}

/// Reads the facts of the moment and finds the reasons.
fn look(
    tx: &mut dyn Tx,
    shell: &Shell,
    (terminal, operator): (&Terminal, OperatorNumber),
    now: Timestamp,
) -> Result<Diagnosis, Fault> {
    let whose = (terminal.id, operator);
    let counted = attempts::operator_subject(terminal.id, operator);
    let case = cases::newest_proven_of(tx, whose)?.map(|stored| stored.case);
    let online = shell.presence().is_online(terminal.id);
    let status = merchant::find(tx, &terminal.merchant)?
        .map_or(MerchantStatus::Closed, |found| found.status);
    let sessions = session::live(tx, whose)?;
    let HealthView {
        reported, findings, ..
    } = health::read(tx, shell, terminal.id)?;
    let facts = SignOnFacts {
        now,
        terms: shell.terms(),
        merchant_status: status,
        device: Device {
            in_service: terminal.status == TerminalStatus::Active,
            enrolled: terminal.enrolled_at.is_some(),
            online,
            seen_at: terminal.seen_at,
            clock_ahead: reported
                .as_ref()
                .map(|reported| SignedDuration::from_secs(reported.clock_ahead_seconds)),
        },
        account: account(tx, whose)?,
        password: password(tx, whose)?,
        sign_ons: attempts::in_window(tx, (Scope::SignOn, &counted), now)?,
        codes: attempts::in_window(tx, (Scope::CodeEntry, &counted), now)?,
        case: case.as_ref(),
        signed_on_since: sessions.last().map(|session| session.started_at),
    };
    let (password_version, password_since) = match facts.password {
        Password::InForce { version, since, .. } => (Some(version), Some(since)),
        _ => (None, None),
    };
    Ok(Diagnosis {
        merchant: terminal.merchant.clone(),
        terminal: terminal.id,
        terminal_number: terminal.number.clone(),
        operator,
        at: now,
        online,
        seen_at: terminal.seen_at,
        password_version,
        password_since,
        findings: diagnose(&facts),
        hints: findings
            .into_iter()
            .filter(|hint| !SAID_BY_THE_DIAGNOSIS.contains(&hint.code))
            .collect(),
        case: case.as_ref().map(Case::id),
    })
}

fn account(tx: &mut dyn Tx, (terminal, operator): credential::Whose) -> Result<Account, Fault> {
    let found = operator::find(tx, terminal, operator)?;
    Ok(match found {
        None => Account::Unknown,
        Some(found) => match (found.removed_at, found.dormant_at, found.rest_cause) {
            (Some(at), ..) => Account::Removed { at },
            (None, Some(at), Some(RestCause::Campaign | RestCause::PasswordAge)) => {
                Account::RenewalDue { at }
            }
            (None, Some(at), _) => Account::Dormant { at },
            (None, None, _) => Account::Present,
        },
    })
}

fn password(tx: &mut dyn Tx, whose: credential::Whose) -> Result<Password, Fault> {
    let Some(last) = credential::last(tx, whose)? else {
        return Ok(Password::Never);
    };
    let ended_at = last.ended_at.unwrap_or(last.created_at);
    Ok(match (last.standing, last.ends_at) {
        (Standing::Active, ends_at) => Password::InForce {
            version: last.version,
            since: last.created_at,
            ends_at,
        },
        // Swept up after its deadline, and not revoked before.
        (_, Some(at)) if ended_at >= at => Password::Lapsed { at },
        _ => Password::Revoked { at: ended_at },
    })
}
