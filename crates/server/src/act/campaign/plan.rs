//! Planning: what is selected and how it goes. Nobody is on a list by that yet.

use tillkey_rules::campaign::{CampaignEvent, CampaignTerms, Selection};
use tillkey_rules::name::checked_name;
use tillkey_rules::party::Role;
use tillkey_rules::vocabulary::Reason;
use tillkey_store::campaign as campaigns;
use tillkey_wire::ids::{CampaignId, InvalidId};

use super::acquirers_key;
use crate::act::case::act;
use crate::act::{Failure, Once, SignedIn};
use crate::shell::Shell;

/// What somebody plans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What it is called, for those who work on it.
    pub title: String,
    /// Why the passwords are to be replaced.
    pub reason: Reason,
    /// Whose.
    pub selection: Selection,
    /// How it goes.
    pub terms: CampaignTerms,
}

/// Plans a campaign, and gives its name.
///
/// # Errors
/// [`Failure::NotAllowed`] for anybody but an administrator; [`Failure::Invalid`] for a
/// plan that cannot be kept to.
pub async fn plan(
    shell: &Shell,
    plan: Plan,
    by: &SignedIn,
    once: Option<Once>,
) -> Result<CampaignId, Failure> {
    by.must_be(&[Role::Administrator])?;
    let title = checked_name(&plan.title)?;
    checked_reason(plan.reason)?;
    plan.selection.check()?;
    plan.terms.check()?;
    let by = by.clone();
    act(shell, once, move |shell, tx, now, rng| {
        let id = CampaignId::random(rng);
        let digest = shell.seal_keys().text_digest("campaign title", &title);
        let planned = CampaignEvent::Planned {
            reason: plan.reason,
            selection: plan.selection.clone(),
            terms: plan.terms.clone(),
            title_digest: digest.to_hex(),
        };
        let step = campaigns::Step {
            acquirer: &by.acquirer,
            at: now,
            by: &by.actor,
            events: &[planned],
        };
        let key = acquirers_key(tx, shell, &by.acquirer)?;
        campaigns::begin(tx, &key, (id, &title, &step), rng)?;
        Ok((Ok(id), Vec::new()))
    })
    .await
}

/// A campaign is for what happens to many at once.
fn checked_reason(reason: Reason) -> Result<(), InvalidId> {
    match reason {
        Reason::SystemUpdate | Reason::Compromised | Reason::StaffLeft => Ok(()),
        Reason::Forgotten | Reason::Locked | Reason::FirstPassword => Err(InvalidId {
            kind: "reason of a campaign",
            rule: "system_update, compromised or staff_left",
        }),
    }
}
