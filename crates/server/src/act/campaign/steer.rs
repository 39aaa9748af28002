//! What people say of a campaign: yes or no to its list, hold, go on, end.
//!
//! Whoever approves or lets it go on has proved who they are within the last few minutes.
//! Why somebody said so is sealed beside the campaign; the ledger has its keyed digest.

use tillkey_rules::campaign::Command;
use tillkey_rules::party::Role;
use tillkey_store::campaign as campaigns;
use tillkey_wire::ids::CampaignId;

use super::on_campaign;
use crate::act::case::checked_comment;
use crate::act::{Failure, Once, SignedIn};
use crate::shell::Shell;

/// Approves the list that has this digest.
///
/// # Errors
/// [`Failure::Refused`] with `own_work` for whoever planned or approved it, and with
/// `not_matched` where the list is another one; [`Failure::NotFresh`].
pub async fn approve(
    shell: &Shell,
    id: CampaignId,
    manifest_digest: &str,
    by: &SignedIn,
    once: Option<Once>,
) -> Result<(), Failure> {
    by.must_be(&[Role::Reviewer])?;
    by.must_be_fresh(shell.now())?;
    let manifest_digest = manifest_digest.trim().to_ascii_lowercase();
    let command = Command::Approve { manifest_digest };
    plainly(shell, id, command, by, once).await
}

/// Declines it, with the reason.
///
/// # Errors
/// As [`approve`]; [`Failure::Refused`] with `reason_missing`.
pub async fn decline(
    shell: &Shell,
    id: CampaignId,
    comment: &str,
    by: &SignedIn,
    once: Option<Once>,
) -> Result<(), Failure> {
    by.must_be(&[Role::Reviewer])?;
    by.must_be_fresh(shell.now())?;
    let saying = |comment_digest| Command::Decline { comment_digest };
    saying_why(shell, id, (comment, saying), by, once).await
}

/// Holds it: nobody more is asked, and no answers are taken. Cases under way go on.
///
/// # Errors
/// [`Failure::Refused`] where it does not run.
pub async fn pause(
    shell: &Shell,
    id: CampaignId,
    by: &SignedIn,
    once: Option<Once>,
) -> Result<(), Failure> {
    by.must_be(&[Role::Administrator, Role::Reviewer])?;
    plainly(shell, id, Command::Pause, by, once).await
}

/// Lets it go on.
///
/// # Errors
/// [`Failure::Refused`] with `reason_missing` where it had stopped by itself and nobody
/// says why it is to go on; [`Failure::NotFresh`].
pub async fn resume(
    shell: &Shell,
    id: CampaignId,
    comment: &str,
    by: &SignedIn,
    once: Option<Once>,
) -> Result<(), Failure> {
    by.must_be(&[Role::Administrator])?;
    by.must_be_fresh(shell.now())?;
    let saying = |comment_digest| Command::Resume { comment_digest };
    saying_why(shell, id, (comment, saying), by, once).await
}

/// Ends it. What is done stays done; old passwords that were to end go on.
///
/// # Errors
/// [`Failure::Refused`] where it is over.
pub async fn cancel(
    shell: &Shell,
    id: CampaignId,
    by: &SignedIn,
    once: Option<Once>,
) -> Result<(), Failure> {
    by.must_be(&[Role::Administrator, Role::Reviewer])?;
    by.must_be_fresh(shell.now())?;
    plainly(shell, id, Command::Cancel, by, once).await
}

async fn plainly(
    shell: &Shell,
    id: CampaignId,
    command: Command,
    by: &SignedIn,
    once: Option<Once>,
) -> Result<(), Failure> {
    on_campaign(shell, id, by, once, move |work, tx| {
        let refusal = work.run(tx, command.clone())?;
        Ok(refusal.map_or(Ok(()), |refusal| Err(refusal.into())))
    })
    .await
}

async fn saying_why(
    shell: &Shell,
    id: CampaignId,
    (comment, command): (&str, fn(Option<String>) -> Command),
    by: &SignedIn,
    once: Option<Once>,
) -> Result<(), Failure> {
    let comment = checked_comment(comment)?;
    on_campaign(shell, id, by, once, move |work, tx| {
        let keys = work.shell.seal_keys();
        let digest = || keys.text_digest("campaign comment", &comment).to_hex();
        let comment_digest = (!comment.is_empty()).then(digest);
        if let Some(refusal) = work.run(tx, command(comment_digest))? {
            return Ok(Err(refusal.into()));
        }
        if !comment.is_empty() {
            let key = work.acquirers_key(tx)?;
            let said = (id, work.campaign().version(), comment.as_str());
            campaigns::add_comment(tx, &key, said, work.rng)?;
        }
        Ok(Ok(()))
    })
    .await
}
