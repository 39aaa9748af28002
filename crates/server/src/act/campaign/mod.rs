//! Campaigns, from outside: plan, approve, hold; and what a merchant's manager answers.
//!
//! 1. [`plan`] writes down whom to select. The list is made by the sweep, a batch at a time
//!    ([`run`]), so that nobody waits behind it however long it gets.
//! 2. [`approve`] takes the digest of the list that the approver saw.
//! 3. The sweep begins waves, asks merchants, and stops where too many fail.
//! 4. [`consent`] opens a case for each operator that a manager answers for. In it the
//!    campaign's approval stands for the review; what the policy asks beyond that, people
//!    review as in any other case.

mod answer;
mod list;
mod manifest;
mod outcome;
mod plan;
mod run;
mod steer;
mod view;

use jiff::Timestamp;
use rand_chacha::ChaCha20Rng;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tillkey_rules::campaign::{Campaign, CampaignEvent, Command, decide};
use tillkey_rules::party::{Actor, Role};
use tillkey_rules::refusal::Refusal;
use tillkey_store::campaign::{self as campaigns, Stored, merchant as members};
use tillkey_store::fault::Fault;
use tillkey_store::seal::{DataKey, Owner};
use tillkey_store::tx::Tx;
use tillkey_wire::ids::{AcquirerId, CampaignId};

pub use self::answer::{Answered, Asked, AskedTarget, Request, asked, consent, object, request};
pub use self::list::{CampaignSummary, TargetFilter, TargetPage, list, outcomes, targets};
pub use self::manifest::{file as manifest_file, head as manifest_head};
pub(super) use self::outcome::note as note_outcome;
pub use self::plan::{Plan, plan};
pub use self::run::sweep;
pub use self::steer::{approve, cancel, decline, pause, resume};
pub use self::view::{CampaignView, WaveView, view};
use super::case::act;
use super::{Failure, Once, SignedIn};
use crate::bell::Ring;
use crate::shell::Shell;

/// Who sees campaigns: whoever works on them, and whoever a merchant asks about them.
pub const READERS: [Role; 5] = [
    Role::Administrator,
    Role::Reviewer,
    Role::Auditor,
    Role::Agent,
    Role::Clerk,
];

/// What an act on a campaign has in hand.
struct Work<'a> {
    shell: &'a Shell,
    stored: Stored,
    by: Actor,
    now: Timestamp,
    rng: &'a mut ChaCha20Rng,
}

impl Work<'_> {
    /// Runs a command, and does what its events entail.
    fn run(&mut self, tx: &mut dyn Tx, command: Command) -> Result<Option<Refusal>, Fault> {
        let answer = decide(self.campaign(), command, &self.by, self.now);
        for event in &answer.events {
            self.append(tx, event)?;
        }
        Ok(answer.refusal)
    }

    fn append(&mut self, tx: &mut dyn Tx, event: &CampaignEvent) -> Result<(), Fault> {
        let step = campaigns::Step {
            acquirer: &self.stored.acquirer,
            at: self.now.max(self.stored.campaign.changed_at()),
            by: &self.by,
            events: std::slice::from_ref(event),
        };
        let before = self.stored.campaign.clone();
        self.stored.campaign = campaigns::append(tx, before, &step)?;
        let id = self.campaign().id();
        match event {
            // Who ends it lets go of what it would still have done.
            CampaignEvent::Cancelled | CampaignEvent::ListAltered => members::let_be(tx, id),
            _ => Ok(()),
        }?;
        // Whatever moved, the sweep is to see what follows from it.
        campaigns::look_again(tx, id, self.now)
    }

    const fn campaign(&self) -> &Campaign {
        &self.stored.campaign
    }

    fn acquirers_key(&self, tx: &mut dyn Tx) -> Result<DataKey, Fault> {
        acquirers_key(tx, self.shell, &self.stored.acquirer)
    }
}

/// The key that seals what people write about campaigns.
fn acquirers_key(tx: &mut dyn Tx, shell: &Shell, acquirer: &AcquirerId) -> Result<DataKey, Fault> {
    let owner = Owner::Acquirer(acquirer.clone());
    DataKey::load(tx, shell.seal_keys(), &owner)
}

/// Reaches a campaign of the caller's acquirer, and runs something on it.
async fn on_campaign<T, F>(
    shell: &Shell,
    id: CampaignId,
    by: &SignedIn,
    once: Option<Once>,
    mut run: F,
) -> Result<T, Failure>
where
    T: Serialize + DeserializeOwned + Send + 'static,
    F: FnMut(&mut Work<'_>, &mut dyn Tx) -> Result<Result<T, Failure>, Fault> + Send + 'static,
{
    let by = by.clone();
    act(shell, once, move |shell, tx, now, rng| {
        let Some(stored) = reach(tx, id, &by)? else {
            return Ok((Err(Failure::Unknown), Vec::new()));
        };
        let mut work = Work {
            shell,
            stored,
            by: by.actor.clone(),
            now,
            rng,
        };
        let result = run(&mut work, tx)?;
        Ok((result, Vec::new()))
    })
    .await
}

/// The campaign, if it is the caller's acquirer's. Another one is not there.
fn reach(tx: &mut dyn Tx, id: CampaignId, by: &SignedIn) -> Result<Option<Stored>, Fault> {
    let found = campaigns::find(tx, id)?;
    Ok(found.filter(|stored| stored.acquirer == by.acquirer))
}

/// Runs something on a campaign without anybody having asked.
async fn by_itself<F>(shell: &Shell, id: CampaignId, mut run: F) -> Result<(), Failure>
where
    F: FnMut(&mut Work<'_>, &mut dyn Tx) -> Result<Vec<Ring>, Fault> + Send + 'static,
{
    act(shell, None, move |shell, tx, now, rng| {
        let Some(stored) = campaigns::find(tx, id)? else {
            return Ok((Ok(()), Vec::new()));
        };
        let mut work = Work {
            shell,
            stored,
            by: Actor::System,
            now,
            rng,
        };
        let rings = run(&mut work, tx)?;
        Ok((Ok(()), rings))
    })
    .await
}
