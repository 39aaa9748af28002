//! What has to be kept safe before a code is issued, and what became of it after.
//!
//! 1. A terminal that keeps a journal is backed up first, for this very case: a backup
//!    of another case or terminal prepares nothing.
//! 2. A terminal whose word nobody has heard yet may keep one, so the case waits for it.
//! 3. A first password replaces nothing, so there is nothing to keep.
//! 4. A terminal without a link cannot hand one in. A password that is replaced without
//!    one, by an answer to a challenge or by the supervisor, leaves all else on it alone,
//!    and the ledger says that there was no backup.
//! 5. Where a terminal cannot make a backup, a reviewer who had no hand in the case may
//!    go without one, with a reason. Nobody else can, and nothing does by itself.

use tillkey_wire::ids::{CommandId, TerminalId};

use super::command::{Answer, Facts};
use super::decide::{in_state, void};
use super::state::{Case, State};
use crate::backup::{Backup, BackupFault, JournalMark, JournalWord};
use crate::event::{CaseEvent, Preparation};
use crate::party::{Actor, Role};
use crate::refusal::Refusal;
use crate::vocabulary::Reason;

/// How often one case asks its terminal for a backup, and takes a no for an answer: a
/// terminal that fails over and over must not fill the ledger.
const ATTEMPTS_MAX: u32 = 8;

/// Goes on without a backup, because there is nothing to back up.
pub(super) fn nothing(case: &Case, facts: &Facts<'_>) -> Result<Answer, Refusal> {
    in_state(case, State::Approved)?;
    let known = facts.subject.ok_or(Refusal::NotPrepared)?;
    let replaces_nothing = case.reason() == Reason::FirstPassword && !known.has_password;
    if known.keeps_journal == Some(false) || replaces_nothing {
        Ok(prepared(Preparation::NothingToBackUp))
    } else {
        Err(Refusal::NotPrepared)
    }
}

/// Goes on without a backup, because the terminal had no link when a supervisor had the
/// password replaced: it is done, and nothing can be backed up before it any more.
pub(super) fn done_offline(case: &Case) -> Result<Answer, Refusal> {
    waits(case)?;
    if case.offline && case.has_supervisor() {
        Ok(prepared(Preparation::Unreachable))
    } else {
        Err(Refusal::NotPrepared)
    }
}

/// Asks the terminal for a backup.
pub(super) fn ask(case: &Case, command: CommandId, facts: &Facts<'_>) -> Result<Answer, Refusal> {
    waits(case)?;
    if facts.subject.and_then(|known| known.keeps_journal) != Some(true) {
        return Err(Refusal::NotPrepared);
    }
    if case.backup().asked >= ATTEMPTS_MAX {
        let retry_at = case.deadline();
        return Err(Refusal::TooMany { retry_at });
    }
    Ok(Answer::events(vec![CaseEvent::BackupAsked { command }]))
}

/// Takes a backup that the server holds. Taken twice, it is taken once.
pub(super) fn take(case: &Case, backup: &Backup) -> Result<Answer, Refusal> {
    let own = case
        .subject()
        .is_some_and(|subject| subject.terminal == backup.terminal);
    if own && case.is_backed_up_by(backup.snapshot) {
        return Ok(Answer::default());
    }
    waits(case)?;
    if !own || backup.case != case.id() {
        return Err(Refusal::BackupForeign);
    }
    Ok(prepared(Preparation::Snapshot {
        snapshot: backup.snapshot,
        digest: backup.digest.clone(),
        records: backup.records,
        entries: backup.journal.entries,
        journal_digest: backup.journal.digest.clone(),
        unsettled: backup.unsettled,
    }))
}

/// Notes that no backup came of it.
pub(super) fn fail(case: &Case, terminal: TerminalId, why: BackupFault) -> Result<Answer, Refusal> {
    waits(case)?;
    if case
        .subject()
        .is_none_or(|subject| subject.terminal != terminal)
    {
        return Err(Refusal::NotAllowed);
    }
    if case.backup().failed >= ATTEMPTS_MAX {
        let retry_at = case.deadline();
        return Err(Refusal::TooMany { retry_at });
    }
    Ok(Answer::events(vec![CaseEvent::BackupFailed { why }]))
}

/// Whether somebody may go on without the backup that a case waits for.
///
/// # Errors
/// [`Refusal::OwnWork`] for whoever had a hand in it, [`Refusal::NotAllowed`] for any
/// role but a reviewer, [`Refusal::OutOfOrder`] where it waits for none.
pub fn may_waive(case: &Case, by: &Actor) -> Result<(), Refusal> {
    waits(case)?;
    let (Some(person), Some(Role::Reviewer)) = (by.person(), by.role()) else {
        return Err(Refusal::NotAllowed);
    };
    if case.makers().contains(person) {
        return Err(Refusal::OwnWork);
    }
    Ok(())
}

/// Goes on without a backup, because a second person says so and why.
pub(super) fn waive(
    case: &Case,
    comment_digest: Option<&String>,
    by: &Actor,
    facts: &Facts<'_>,
) -> Result<Answer, Refusal> {
    may_waive(case, by)?;
    let comment_digest = comment_digest.ok_or(Refusal::ReasonMissing)?.clone();
    match void(case, facts) {
        Some(answer) => Ok(answer),
        None => Ok(prepared(Preparation::Waived { comment_digest })),
    }
}

/// Holds the journal after a reset against the backup before it. The case is closed by
/// then and stays as it ended: this is its last word, said once.
pub(super) fn compare(case: &Case, word: &JournalWord) -> Answer {
    let before = match (case.state(), case.preparation(), case.subject()) {
        (
            State::Effective,
            Some(Preparation::Snapshot {
                entries,
                journal_digest,
                ..
            }),
            Some(subject),
        ) if subject.terminal == word.terminal => JournalMark {
            entries: *entries,
            digest: journal_digest.clone(),
        },
        _ => return Answer::refused(Refusal::CaseClosed),
    };
    if case.journal_intact().is_some() {
        return Answer::default();
    }
    Answer::events(vec![CaseEvent::JournalCompared {
        intact: word.keeps(&before),
        before,
        then: word.then.clone(),
        after: word.now.clone(),
    }])
}

/// Whether the case is approved and waits for its terminal.
fn waits(case: &Case) -> Result<(), Refusal> {
    in_state(case, State::Approved)?;
    match case.preparation() {
        None => Ok(()),
        Some(_) => Err(Refusal::OutOfOrder),
    }
}

fn prepared(preparation: Preparation) -> Answer {
    Answer::events(vec![CaseEvent::Prepared(preparation)])
}
