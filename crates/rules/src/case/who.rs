//! Who may do what to a case: the channel and the role, the merchant and the right.
//!
//! A channel's own people drive its cases. A manager drives the portal's, and those that
//! a campaign has with their consent, for the operators that their rights cover; to a case
//! of another channel a manager can only consent or object, and nobody can do that in
//! their place.

use super::state::Case;
use crate::party::{Actor, Role, Subject};
use crate::refusal::Refusal;
use crate::vocabulary::{Channel, EvidenceKind, ManagerRight};

fn allow(allowed: bool) -> Result<(), Refusal> {
    if allowed {
        Ok(())
    } else {
        Err(Refusal::NotAllowed)
    }
}

/// Who may drive a case of this channel. Counter evidence is for clerks alone,
/// because only they have seen the original; a terminal drives its own cases only.
pub(super) fn may_drive(
    channel: Channel,
    subject: Option<&Subject>,
    by: &Actor,
) -> Result<(), Refusal> {
    allow(match (channel, by) {
        (_, Actor::System) => true,
        (Channel::App, Actor::Holder) => true,
        (Channel::Terminal, Actor::Terminal { terminal }) => {
            subject.is_none_or(|subject| subject.terminal == *terminal)
        }
        (Channel::Hotline, Actor::Staff { role, .. }) => matches!(role, Role::Agent),
        (Channel::Counter, Actor::Staff { role, .. }) => matches!(role, Role::Clerk),
        (Channel::Portal, Actor::Manager { .. }) => {
            subject.is_some_and(|subject| covers(subject, by))
        }
        // What a campaign asks of a merchant goes on with the manager who consented.
        (Channel::Campaign, Actor::Manager { .. }) => subject.is_some_and(|subject| {
            covers(subject, by) && by.is_manager_of(&subject.merchant, ManagerRight::Consent)
        }),
        _ => false,
    })
}

/// Whether a manager's rights cover this operator. A right is for one rank, so that
/// none reaches an account above those it was given for (attack F07).
fn covers(subject: &Subject, by: &Actor) -> bool {
    let right = ManagerRight::to_reset(subject.operator.rank());
    by.is_manager_of(&subject.merchant, right)
}

/// Who may present this proof: whoever drives the case, but a sign-in to the portal is
/// its manager's, and a consent is a manager's and never that of the channel's people.
pub(super) fn may_present(case: &Case, kind: EvidenceKind, by: &Actor) -> Result<(), Refusal> {
    match kind {
        EvidenceKind::ManagerConsent => may_consent(case, by),
        EvidenceKind::PortalSession => {
            allow(matches!(by, Actor::Manager { .. }))?;
            may_drive(case.channel(), case.subject(), by)
        }
        _ => may_drive(case.channel(), case.subject(), by),
    }
}

/// A consent is worth a reset, so it takes the right to reset that rank as well.
fn may_consent(case: &Case, by: &Actor) -> Result<(), Refusal> {
    let subject = case.subject().ok_or(Refusal::NotAllowed)?;
    let consents = by.is_manager_of(&subject.merchant, ManagerRight::Consent);
    allow(consents && covers(subject, by))?;
    // An agent who is a manager too would else prove their own case (attack F02).
    let has_consented = case.evidence().contains_key(&EvidenceKind::ManagerConsent);
    match by.person() {
        Some(person) if case.makers().contains(person) && !has_consented => Err(Refusal::OwnWork),
        _ => Ok(()),
    }
}

/// A manager may stop what others opened for their merchant, whatever the rank. Their
/// own cases they cancel. A case of the public pages that nobody has proven stays as
/// it is: its end would tell an outsider whom it names (attack E16).
pub(super) fn may_object(case: &Case, by: &Actor) -> Result<(), Refusal> {
    let subject = case.subject().ok_or(Refusal::NotAllowed)?;
    let is_shown = match case.channel() {
        Channel::App => case.is_proven(),
        Channel::Hotline | Channel::Counter | Channel::Campaign => true,
        Channel::Portal | Channel::Terminal => false,
    };
    allow(is_shown && by.is_manager_of(&subject.merchant, ManagerRight::Consent))
}

impl Case {
    /// Whether this actor may take the steps of this case's own channel.
    ///
    /// # Errors
    /// [`Refusal::NotAllowed`].
    pub fn driven_by(&self, by: &Actor) -> Result<(), Refusal> {
        may_drive(self.channel(), self.subject(), by)
    }

    /// Whether this actor could still consent to it.
    pub fn waits_for_consent_of(&self, by: &Actor) -> bool {
        self.state() == super::State::Gathering
            && matches!(self.channel(), Channel::Hotline | Channel::Campaign)
            && !self.evidence().contains_key(&EvidenceKind::ManagerConsent)
            && may_consent(self, by).is_ok()
    }

    /// Whether this actor could still object to it.
    pub fn is_open_to_objection_of(&self, by: &Actor) -> bool {
        self.state().is_open() && may_object(self, by).is_ok()
    }
}
