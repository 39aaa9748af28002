//! What other people say of a case, and what takes it back from them.
//!
//! 1. Whoever had a hand in a case never reviews it: persons are compared.
//! 2. A review stands on the case as the reviewer saw it. Whatever adds to the case
//!    voids it; the ledger keeps that it was given.

use tillkey_wire::ids::PersonId;

use super::command::{Answer, Facts};
use super::decide::{approval, contact_age_hours, in_state, void};
use super::state::{Case, State};
use super::who::may_drive;
use crate::campaign::Backing;
use crate::event::CaseEvent;
use crate::party::{Actor, Role};
use crate::refusal::Refusal;
use crate::vocabulary::Channel;

/// Takes a case back from its reviewers. Whoever drives it may: the reviews so far are
/// void, and the policy is asked anew. Who approved before may review again: they
/// gathered nothing, and what they approve next is the case as it is then.
pub(super) fn amend(case: &Case, by: &Actor, facts: &Facts<'_>) -> Result<Answer, Refusal> {
    may_drive(case.channel(), case.subject(), by)?;
    in_state(case, State::InReview)?;
    if case.amendments() >= facts.terms.amendments_per_case {
        let retry_at = case.deadline();
        return Err(Refusal::TooMany { retry_at });
    }
    Ok(Answer::events(vec![CaseEvent::Amended]))
}

/// Whether somebody may review this case now.
///
/// # Errors
/// [`Refusal::OwnWork`] for whoever had a hand in it or has reviewed it as it stands,
/// [`Refusal::NotAllowed`] for any role but a reviewer, [`Refusal::OutOfOrder`] and
/// [`Refusal::CaseClosed`] where it waits for nobody.
pub fn may_review(case: &Case, by: &Actor) -> Result<(), Refusal> {
    if !case.state().is_open() {
        return Err(Refusal::CaseClosed);
    }
    in_state(case, State::InReview)?;
    let (Some(person), Some(Role::Reviewer)) = (by.person(), by.role()) else {
        return Err(Refusal::NotAllowed);
    };
    // Persons, not accounts or roles: neither a second account nor a promotion
    // after the submission makes a maker a reviewer.
    let reviewed = case.reviews().iter().any(|review| review.person == *person);
    if reviewed || case.makers().contains(person) {
        return Err(Refusal::OwnWork);
    }
    Ok(())
}

/// Approves or refuses.
pub(super) fn review(
    case: &Case,
    approve: bool,
    comment_digest: Option<&String>,
    by: &Actor,
    facts: &Facts<'_>,
) -> Result<Answer, Refusal> {
    may_review(case, by)?;
    if !approve && comment_digest.is_none() {
        return Err(Refusal::ReasonMissing);
    }
    if let Some(answer) = void(case, facts) {
        return Ok(answer);
    }
    let reviewed = CaseEvent::Reviewed {
        approved: approve,
        comment_digest: comment_digest.cloned(),
    };
    let mut events = vec![reviewed];
    if !approve {
        events.push(CaseEvent::Refused);
    } else if case.reviews().len() + 1 >= usize::from(case.reviewers_needed()) {
        events.push(approval(case, facts));
    }
    Ok(Answer::events(events))
}

/// How long after a contact changed somebody looks at a campaign's case themselves.
const FRESH_CONTACT_HOURS: u32 = 72;

/// Lets the persons who approved a campaign's list stand for this case's reviewers. As
/// ever none of them has had a hand in it, and there are as many as the policy asks for:
/// otherwise the case waits for people. It does so, too, where there is something that
/// whoever approved a list of thousands cannot have looked at: a contact that has just
/// changed (attack C13), or an alert.
pub(super) fn review_in_campaign(
    case: &Case,
    backing: &Backing,
    by: &Actor,
    facts: &Facts<'_>,
) -> Result<Answer, Refusal> {
    if *by != Actor::System || case.channel() != Channel::Campaign {
        return Err(Refusal::NotAllowed);
    }
    in_state(case, State::InReview)?;
    let is_free = |person: &&PersonId| !case.makers().contains(*person);
    let needed = usize::from(case.reviewers_needed());
    let persons: Vec<PersonId> = backing
        .approvers()
        .iter()
        .filter(is_free)
        .take(needed)
        .cloned()
        .collect();
    let stands_out = facts.subject.is_none_or(|known| {
        known.open_alert || contact_age_hours(known, facts) < FRESH_CONTACT_HOURS
    });
    if persons.len() < needed || stands_out {
        return Err(Refusal::WaitsForReview);
    }
    if let Some(answer) = void(case, facts) {
        return Ok(answer);
    }
    let reviewed = CaseEvent::ReviewedInCampaign {
        campaign: backing.campaign(),
        persons,
    };
    Ok(Answer::events(vec![reviewed, approval(case, facts)]))
}
