//! The terminal in hand: a number on its screen, read out to the agent of a case.
//!
//! 1. A challenge asks the terminal for a number; it shows one at once, or when it is
//!    back within the challenge's time. Somebody at the terminal can ask for one, too.
//! 2. What is read out is compared with the numbers that this very terminal has still to
//!    show. A number that fits is passed in the same transaction, and with it every
//!    number before: it counts once, in one case.

use jiff::Timestamp;
use subtle::ConstantTimeEq;
use tillkey_rules::case::Case;
use tillkey_rules::in_hand::{Judged, Progress, judge};
use tillkey_rules::terms::minutes_after;
use tillkey_store::fault::Fault;
use tillkey_store::in_hand;
use tillkey_store::party::terminal::{self, Terminal};
use tillkey_store::tx::Tx;
use tillkey_wire::code::InHandNumber;
use tillkey_wire::enrolment::BackupKey;
use tillkey_wire::ids::TerminalId;
use tillkey_wire::in_hand::InHandKey;
use tillkey_wire::message::Command;

use super::effect;
use super::step::Step;

/// Asks the case's terminal for a number, if it knows such numbers. For a subject that
/// does not exist all is as usual, except that no terminal is asked.
pub(super) fn ask(step: &mut Step<'_>, tx: &mut dyn Tx, case: &Case) -> Result<(), Fault> {
    let Some(subject) = case.subject() else {
        return Ok(());
    };
    if in_hand::find(tx, subject.terminal)?.is_none() {
        return Ok(());
    }
    let expires_at: Timestamp = minutes_after(step.now, step.shell.terms().sms_code_minutes);
    let command = Command::ShowNumber {
        case: case.id(),
        operator: subject.operator,
        expires_at,
    };
    effect::queue(step, tx, subject, ("show_number", &command, expires_at))
}

/// Compares a number with those of the case's terminal, and passes the one that fits.
pub(super) fn compare(
    step: &Step<'_>,
    tx: &mut dyn Tx,
    case: &Case,
    said: &InHandNumber,
) -> Result<bool, Fault> {
    let known = match case.subject() {
        Some(subject) => known(step, tx, subject.terminal)?,
        None => None,
    };
    let Some((terminal, key, progress)) = known else {
        return Ok(false);
    };
    let fits = |counter| {
        let number = key.number(counter);
        number
            .expose()
            .as_bytes()
            .ct_eq(said.expose().as_bytes())
            .into()
    };
    match judge(progress, fits) {
        Judged::Matched(counter) => {
            in_hand::pass(tx, terminal, counter, step.now)?;
            Ok(true)
        }
        Judged::Far(counter) => {
            in_hand::remember(tx, terminal, counter, step.now)?;
            Ok(false)
        }
        Judged::NotMatched => Ok(false),
    }
}

/// The key of a terminal's numbers and how far they have come; none for one that is not
/// enrolled or knows no such numbers.
fn known(
    step: &Step<'_>,
    tx: &mut dyn Tx,
    terminal: TerminalId,
) -> Result<Option<(TerminalId, InHandKey, Progress)>, Fault> {
    let Some(progress) = in_hand::find(tx, terminal)? else {
        return Ok(None);
    };
    let Some((_, backup_key)) = enrolled(tx, terminal)? else {
        return Ok(None);
    };
    // A device that enrolled with a weak key has no number that anybody else lacks.
    let key = InHandKey::of_server(terminal, step.shell.keyring().agreement(), &backup_key);
    Ok(key.ok().map(|key| (terminal, key, progress)))
}

/// A terminal with the key that keys are agreed on by; none for one that is not enrolled.
pub(super) fn enrolled(
    tx: &mut dyn Tx,
    terminal: TerminalId,
) -> Result<Option<(Terminal, BackupKey)>, Fault> {
    let found = terminal::find(tx, terminal)?;
    let Some((found, key)) = found.and_then(|found| found.backup_key.map(|key| (found, key)))
    else {
        return Ok(None);
    };
    let key = BackupKey::from_bytes(&key).map_err(|_| Fault::Missing("backup key"))?;
    Ok(Some((found, key)))
}
