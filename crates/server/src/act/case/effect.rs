//! What an event of a case entails, in the same transaction: credentials, sessions,
//! codes, commands to the terminal, messages to the contact.

use jiff::Timestamp;
use tillkey_rules::attempts::Scope;
use tillkey_rules::case::Case;
use tillkey_rules::credential::{Change, CredentialChange};
use tillkey_rules::event::{CaseEvent, Destination, OldPassword, Preparation};
use tillkey_rules::party::Subject;
use tillkey_rules::spending::Purse;
use tillkey_rules::terms::hours_after;
use tillkey_store::command;
use tillkey_store::fault::Fault;
use tillkey_store::party::contact::{self, Contact};
use tillkey_store::reset_code::{self, CodeState, NewResetCode};
use tillkey_store::session::{self, SessionEnd};
use tillkey_store::tx::Tx;
use tillkey_store::{attempts, challenge, credential, upload};
use tillkey_wire::code::ResetCode;
use tillkey_wire::ids::{CodeId, CommandId, MessageId};
use tillkey_wire::message::Command;
use tillkey_wire::secret::Secret;

use super::step::Step;
use crate::act::campaign;
use crate::act::message::{self, Message, To};
use crate::act::order::{self, Queued};
use crate::limits::JOURNAL_WORD_HOURS;

/// Does what an event entails.
pub(super) fn apply(
    step: &mut Step<'_>,
    tx: &mut dyn Tx,
    case: &Case,
    event: &CaseEvent,
) -> Result<(), Fault> {
    let Some(subject) = case.subject() else {
        return Ok(());
    };
    campaign::note_outcome(tx, case, event, step.now)?;
    match event {
        CaseEvent::Approved { old_password } => approved(step, tx, case, *old_password),
        CaseEvent::BackupAsked { command } => ask_backup(step, tx, (case, subject), *command),
        CaseEvent::Prepared(Preparation::Waived { .. } | Preparation::Unreachable) => {
            forget_backup(step, tx, case)
        }
        CaseEvent::CodeIssued {
            code,
            to,
            expires_at,
            ..
        } => issued(step, tx, (case, subject), (*code, *to, *expires_at)),
        CaseEvent::CodeEnded { code, why } => {
            let state = match why {
                tillkey_rules::event::CodeEnd::TriesUsedUp => CodeState::Spent,
                tillkey_rules::event::CodeEnd::Replaced => CodeState::Superseded,
                _ => CodeState::Expired,
            };
            reset_code::end(tx, *code, state).map(|_| ())
        }
        CaseEvent::Effective { .. } => effective(step, tx, (case, subject)),
        CaseEvent::Cancelled
        | CaseEvent::Expired
        | CaseEvent::Superseded { .. }
        | CaseEvent::Voided { .. }
        | CaseEvent::Refused => {
            challenge::withdraw(tx, case.id())?;
            forget_backup(step, tx, case)?;
            reset_code::end_of_case(tx, case.id(), CodeState::Superseded).map(|_| ())
        }
        _ => Ok(()),
    }
}

/// Has the terminal back up, sealed to the acquirer's key and its own.
fn ask_backup(
    step: &mut Step<'_>,
    tx: &mut dyn Tx,
    (case, subject): (&Case, &Subject),
    id: CommandId,
) -> Result<(), Fault> {
    let identity = step.shell.keyring().backup_identity(step.acquirer);
    let identity = identity.map_err(|_| Fault::Missing("backup key of the acquirer"))?;
    let command = Command::TakeSnapshot {
        case: case.id(),
        acquirer_key: identity.key().clone(),
    };
    let queued = ("take_snapshot", &command, case.deadline());
    queue_as(step, tx, (subject, id), queued)
}

/// Nobody waits for the backup any more: the terminal is not told to make it, and what
/// has come of it so far is dropped.
fn forget_backup(step: &Step<'_>, tx: &mut dyn Tx, case: &Case) -> Result<(), Fault> {
    if let Some(asked) = case.backup().command {
        command::withdraw(tx, asked, step.now)?;
    }
    let Some(subject) = case.subject() else {
        return Ok(());
    };
    match upload::find(tx, subject.terminal)? {
        Some(found) if found.case == case.id() => upload::drop(tx, subject.terminal),
        _ => Ok(()),
    }
}

/// The reason says what an approval does to the old password.
fn approved(
    step: &mut Step<'_>,
    tx: &mut dyn Tx,
    case: &Case,
    old_password: OldPassword,
) -> Result<(), Fault> {
    let Ok(approved) = case.approved() else {
        return Ok(());
    };
    match old_password {
        OldPassword::Kept => Ok(()),
        OldPassword::EndsAt { at } => {
            let change = tillkey_rules::credential::change(&approved, Change::EndAt { at });
            credential::apply(tx, &change, step.now).map(|_| ())
        }
        OldPassword::Revoked => {
            let change = tillkey_rules::credential::change(&approved, Change::Revoke);
            revoke(step, tx, approved.subject(), &change)
        }
    }
}

/// Ends a password and everything that was signed on with it.
fn revoke(
    step: &mut Step<'_>,
    tx: &mut dyn Tx,
    subject: &Subject,
    change: &CredentialChange,
) -> Result<(), Fault> {
    let whose = (subject.terminal, subject.operator);
    credential::apply(tx, change, step.now)?;
    session::end_all(tx, whose, SessionEnd::Revoked, step.now)?;
    let ring = order::revoke(tx, whose, (step.now, &mut *step.rng))?;
    step.rings.push(ring);
    Ok(())
}

/// The code goes to the registered contact, on a sealed slip, or to the terminal that
/// asked; the terminal learns that there is one, not what it is. The answer to a challenge
/// is no such code: it follows from keys, and is kept nowhere.
fn issued(
    step: &mut Step<'_>,
    tx: &mut dyn Tx,
    (case, subject): (&Case, &Subject),
    (id, to, expires_at): (CodeId, Destination, Timestamp),
) -> Result<(), Fault> {
    if to.is_answer() {
        return super::offline::issued(step, tx, (case, subject), (id, to));
    }
    let code = ResetCode::random(step.rng);
    let keys = step.shell.seal_keys();
    let new = NewResetCode {
        id,
        case: case.id(),
        terminal: subject.terminal,
        operator: subject.operator,
        digest: keys.code_digest("reset_code", &case.id().to_string(), code.expose()),
        now: step.now,
        expires_at,
        tries: step.shell.terms().reset_code_tries,
    };
    reset_code::issue(tx, &new)?;
    match to {
        Destination::TerminalScreen => step.screen_code = Some(code),
        Destination::SealedSlip => {
            super::slip::queue(step, tx, (case, subject), (id, code, expires_at))?;
            announce(step, tx, (case, subject), expires_at)?;
        }
        Destination::Contact => {
            let minutes = step.shell.terms().reset_code_minutes;
            let language = message::language_of(step.shell, tx, &subject.merchant)?;
            let text = language.reset_code(&code, subject, minutes);
            let contact =
                contact::present(tx, &subject.merchant)?.ok_or(Fault::Missing("contact"))?;
            owe(step, tx, (&contact, format!("reset_code/{id}")), text)?;
            announce(step, tx, (case, subject), expires_at)?;
        }
        Destination::AnswerToContact | Destination::AnswerReadOut => {}
    }
    Ok(())
}

/// Tells the terminal that there is a code, and not what it is.
fn announce(
    step: &mut Step<'_>,
    tx: &mut dyn Tx,
    (case, subject): (&Case, &Subject),
    expires_at: Timestamp,
) -> Result<(), Fault> {
    let command = Command::CodeIssued {
        case: case.id(),
        operator: subject.operator,
        expires_at,
    };
    queue(step, tx, subject, ("code_issued", &command, expires_at))
}

/// The new password is in force: whatever the old one opened ends, the operator
/// starts with a clean count, and the present and the previous contact are told.
fn effective(
    step: &mut Step<'_>,
    tx: &mut dyn Tx,
    (case, subject): (&Case, &Subject),
) -> Result<(), Fault> {
    let whose = (subject.terminal, subject.operator);
    session::end_all(tx, whose, SessionEnd::Effective, step.now)?;
    let counted = attempts::operator_subject(subject.terminal, subject.operator);
    for scope in [
        Scope::SignOn,
        Scope::RemoteProof,
        Scope::CounterProof,
        Scope::CodeEntry,
    ] {
        attempts::clear(tx, (scope, &counted))?;
    }
    let language = message::language_of(step.shell, tx, &subject.merchant)?;
    let present = contact::present(tx, &subject.merchant)?;
    let previous = contact::previous(tx, &subject.merchant)?;
    for contact in [present, previous].into_iter().flatten() {
        let text = language.effective(case.reason(), subject);
        let key = format!(
            "effective/{}/{}",
            MessageId::random(step.rng),
            contact.version
        );
        owe(step, tx, (&contact, key), text)?;
    }
    ask_journal(step, tx, (case, subject))
}

/// Has the terminal say whether anything of what was backed up is missing now.
fn ask_journal(
    step: &mut Step<'_>,
    tx: &mut dyn Tx,
    (case, subject): (&Case, &Subject),
) -> Result<(), Fault> {
    let Some(Preparation::Snapshot { entries, .. }) = case.preparation() else {
        return Ok(());
    };
    let command = Command::ReportJournal {
        case: case.id(),
        entries: *entries,
    };
    let until = hours_after(step.now, JOURNAL_WORD_HOURS);
    queue(step, tx, subject, ("report_journal", &command, until))
}

/// Queues a command for the subject's terminal.
pub(super) fn queue(
    step: &mut Step<'_>,
    tx: &mut dyn Tx,
    subject: &Subject,
    queued: (&'static str, &Command, Timestamp),
) -> Result<(), Fault> {
    let id = CommandId::random(step.rng);
    queue_as(step, tx, (subject, id), queued)
}

fn queue_as(
    step: &mut Step<'_>,
    tx: &mut dyn Tx,
    (subject, id): (&Subject, CommandId),
    (kind, command, expires_at): (&'static str, &Command, Timestamp),
) -> Result<(), Fault> {
    let queued = Queued {
        id,
        terminal: subject.terminal,
        operator: subject.operator,
        kind,
        command,
        until: expires_at,
    };
    let ring = order::queue(tx, &queued, step.now)?;
    step.rings.push(ring);
    Ok(())
}

/// Sends what follows from something proven: no stranger's requests use its money up.
pub(super) fn owe(
    step: &mut Step<'_>,
    tx: &mut dyn Tx,
    (contact, key): (&Contact, String),
    body: Secret<String>,
) -> Result<(), Fault> {
    let message = Message {
        purse: Purse::Owed,
        to: To::Contact(contact),
        key,
        body,
    };
    message::send(step, tx, message)
}
