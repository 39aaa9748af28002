//! Somebody begins an application: a product, a place, a phone.
//!
//! What no form can mend is refused here, before anything was filled in. A code goes to
//! the phone; until it comes back, the draft is kept for a day and no picture is taken.

use serde::{Deserialize, Serialize};
use tillkey_rules::attempts::{self as budgets, Scope};
use tillkey_rules::onboarding::application::{Choice, Facts, start};
use tillkey_rules::party::Actor;
use tillkey_store::application::{self as applications, NewApplication};
use tillkey_store::attempts;
use tillkey_store::seal::{DataKey, Owner};
use tillkey_wire::ids::ApplicationId;
use tillkey_wire::secret::Secret;

use super::phone::{self, Purpose};
use super::{ApplicationToken, Work, act, begin_step, offered};
use crate::act::{Failure, Once, Phone, Source};
use crate::shell::Shell;

/// Who applies, and what for.
#[derive(Debug)]
pub struct NewApplicant {
    /// What for, where.
    pub choice: Choice,
    /// Where the applicant is reached; it becomes the merchant's registered phone.
    pub phone: Phone,
}

/// An application that was begun.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Begun {
    /// Which one.
    pub application: ApplicationId,
    /// What its applicant shows from now on.
    pub token: ApplicationToken,
}

/// Begins an application, and sends a code to its phone.
///
/// # Errors
/// [`Failure::Refused`] with `region_not_served`, `not_for_applicant` or `too_many`.
pub async fn begin(
    shell: &Shell,
    new: NewApplicant,
    source: &Source,
    once: Option<Once>,
) -> Result<Begun, Failure> {
    let source = source.as_str().to_owned();
    act(shell, once, move |shell, tx, now, rng| {
        let count = attempts::count(tx, (Scope::SourceOpening, &source), now)?;
        if let Err(refusal) = budgets::judge(Scope::SourceOpening, count, now) {
            return Ok((Err(refusal.into()), Vec::new()));
        }
        let papers = std::collections::BTreeSet::new();
        let facts = Facts {
            now,
            offered: offered(shell, &new.choice),
            papers: &papers,
            form_whole: false,
        };
        let answer = start(new.choice.clone(), &facts);
        if let Some(refusal) = answer.refusal {
            return Ok((Err(refusal.into()), Vec::new()));
        }
        let (id, token) = (ApplicationId::random(rng), ApplicationToken::random(rng));
        let (keys, acquirer) = (shell.seal_keys(), shell.home().clone());
        let key = DataKey::create(tx, keys, (&Owner::Application(id), now), rng)?;
        let phone = Secret::new(new.phone.expose().clone());
        let application = NewApplication {
            id,
            token_digest: keys.token_digest("application", token.expose()),
            phone: &phone,
            phone_index: keys.phone_index(&acquirer, phone.expose()),
        };
        let first = applications::Step {
            acquirer: &acquirer,
            at: now,
            by: &Actor::Holder,
            events: &answer.events,
        };
        applications::begin(tx, &key, (&application, &first), rng)?;
        let stored = applications::find(tx, id)?
            .ok_or(tillkey_store::fault::Fault::Missing("application"))?;
        let mut work = Work {
            step: begin_step(shell, &acquirer, now, rng),
            stored,
            key,
            by: Actor::Holder,
        };
        phone::send(&mut work, tx, Purpose::Phone)?;
        let begun = Begun {
            application: id,
            token,
        };
        Ok((Ok(begun), work.step.rings))
    })
    .await
}
