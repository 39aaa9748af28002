//! What time alone does: cases and codes expire, old passwords end, commands lapse,
//! accounts are put to rest, reviews fall due.

use jiff::Timestamp;
use tillkey_rules::case::Command as CaseCommand;
use tillkey_rules::event::Event;
use tillkey_rules::party::Actor;
use tillkey_store::party::terminal;
use tillkey_store::session::{self, SessionEnd};
use tillkey_store::{case as cases, command, credential};

use super::case::{act, begin_step};
use super::{
    Failure, Of, access_review, append, application, campaign, deposit, dormancy, is_full, order,
};
use crate::limits::DUE_BATCH_MAX;
use crate::shell::Shell;

/// Lets what has lapsed take effect. True where there is more than one look took on.
///
/// # Errors
/// [`Failure::Fault`]; the next look finds the same.
pub async fn tick(shell: &Shell) -> Result<bool, Failure> {
    let (cases_full, passwords_full) = (due_cases(shell).await?, due_passwords(shell).await?);
    dormancy::sweep(shell).await?;
    access_review::sweep(shell).await?;
    let applications_full = application::lapse(shell, DUE_BATCH_MAX).await?;
    let campaigns_full = campaign::sweep(shell).await?;
    let deposits_full = deposit::reckon_due(shell, DUE_BATCH_MAX).await?;
    let now = shell.now();
    let lapsed = shell
        .store()
        .write(move |tx| command::expire(tx, now, DUE_BATCH_MAX))
        .await?;
    Ok(cases_full
        || passwords_full
        || applications_full
        || campaigns_full
        || deposits_full
        || lapsed >= u64::from(DUE_BATCH_MAX))
}

async fn due_cases(shell: &Shell) -> Result<bool, Failure> {
    let now = shell.now();
    let due = shell
        .store()
        .read(move |tx| cases::due(tx, now, DUE_BATCH_MAX))
        .await?;
    let full = is_full(&due, DUE_BATCH_MAX);
    for case in due {
        act(shell, None, move |shell, tx, now: Timestamp, rng| {
            let Some(stored) = cases::find(tx, case)? else {
                return Ok((Ok(()), Vec::new()));
            };
            let mut step = begin_step(shell, &stored.acquirer, now, rng);
            step.run(tx, stored.case, &CaseCommand::Tick, &Actor::System)?;
            Ok((Ok(()), step.rings))
        })
        .await?;
    }
    Ok(full)
}

async fn due_passwords(shell: &Shell) -> Result<bool, Failure> {
    let now = shell.now();
    let due = shell
        .store()
        .read(move |tx| credential::due(tx, now, DUE_BATCH_MAX))
        .await?;
    let full = is_full(&due, DUE_BATCH_MAX);
    for whose in due {
        act(shell, None, move |_, tx, now, rng| {
            if !credential::end_due(tx, whose, now)? {
                return Ok((Ok(()), Vec::new()));
            }
            session::end_all(tx, whose, SessionEnd::Revoked, now)?;
            let (terminal, operator) = whose;
            let acquirer = terminal::find(tx, terminal)?.map(|terminal| terminal.acquirer);
            let event = Event::OldPasswordEnded { terminal, operator };
            let of = Of {
                acquirer: acquirer.as_ref(),
                case: None,
            };
            append(tx, &of, (now, &Actor::System), event)?;
            let ring = order::revoke(tx, whose, (now, rng))?;
            Ok((Ok(()), vec![ring]))
        })
        .await?;
    }
    Ok(full)
}
