//! What a command may add to a campaign. Pure: the facts come in.
//!
//! Whoever plans is an administrator, whoever approves a reviewer, and never the same
//! person. Either may hold it; an administrator lets it go on.

use jiff::Timestamp;

use super::terms::fails;
use super::{Campaign, CampaignEvent, CampaignState, Manifest, PlanFault, Tally};
use crate::party::{Actor, Role};
use crate::refusal::Refusal;
use crate::terms::{days_after, hours_after};

/// How long a list waits for those who approve it: it is as of the day it was made.
const APPROVAL_DAYS: u32 = 7;

/// What somebody wants to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// The list is made.
    List {
        /// The list.
        manifest: Manifest,
        /// How many persons the policy wants to approve it.
        approvals_needed: u8,
    },
    /// No list comes of it.
    GiveUp(PlanFault),
    /// Approve the list.
    Approve {
        /// The digest of the list that the approver saw.
        manifest_digest: String,
    },
    /// Decline it.
    Decline {
        /// The keyed digest of the reason; none where none was given.
        comment_digest: Option<String>,
    },
    /// Hold it.
    Pause,
    /// Let it go on.
    Resume {
        /// The keyed digest of why.
        comment_digest: Option<String>,
    },
    /// End it.
    Cancel,
    /// End it: what is stored is not what was approved.
    EndAltered,
    /// See what time, and what became of the operators, entails.
    Tick {
        /// How this wave stands.
        wave: Tally,
        /// How all of it stands.
        all: Tally,
    },
}

/// What comes of a command.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// What happens.
    pub events: Vec<CampaignEvent>,
    /// Why it does not.
    pub refusal: Option<Refusal>,
}

/// Decides what follows from a command.
pub fn decide(campaign: &Campaign, command: Command, by: &Actor, now: Timestamp) -> Answer {
    match answer(campaign, command, by, now) {
        Ok(event) => Answer {
            events: event.into_iter().collect(),
            refusal: None,
        },
        Err(refusal) => Answer {
            events: Vec::new(),
            refusal: Some(refusal),
        },
    }
}

fn answer(
    campaign: &Campaign,
    command: Command,
    by: &Actor,
    now: Timestamp,
) -> Result<Option<CampaignEvent>, Refusal> {
    match command {
        Command::List {
            manifest,
            approvals_needed,
        } => {
            planning(campaign, by)?;
            Ok(Some(CampaignEvent::Listed {
                manifest,
                approvals_needed,
                deadline: days_after(now, APPROVAL_DAYS),
            }))
        }
        Command::GiveUp(why) => {
            planning(campaign, by)?;
            Ok(Some(CampaignEvent::PlanFailed { why }))
        }
        Command::Approve { manifest_digest } => {
            may_approve(campaign, by)?;
            // Whoever approves says what they saw: another list is not it.
            let shown = campaign.manifest().map(|manifest| &manifest.digest);
            if shown != Some(&manifest_digest) {
                return Err(Refusal::NotMatched);
            }
            Ok(Some(CampaignEvent::Approved { manifest_digest }))
        }
        Command::Decline { comment_digest } => {
            may_approve(campaign, by)?;
            let comment_digest = comment_digest.ok_or(Refusal::ReasonMissing)?;
            Ok(Some(CampaignEvent::Declined { comment_digest }))
        }
        Command::Pause => {
            must_be(by, &[Role::Administrator, Role::Reviewer])?;
            in_state(campaign, campaign.state() == CampaignState::Running)?;
            Ok(Some(CampaignEvent::Paused))
        }
        Command::Resume { comment_digest } => {
            must_be(by, &[Role::Administrator])?;
            in_state(campaign, campaign.state().is_held())?;
            if campaign.state() == CampaignState::Stopped && comment_digest.is_none() {
                return Err(Refusal::ReasonMissing);
            }
            Ok(Some(CampaignEvent::Resumed { comment_digest }))
        }
        Command::Cancel => {
            must_be(by, &[Role::Administrator, Role::Reviewer])?;
            in_state(campaign, true)?;
            Ok(Some(CampaignEvent::Cancelled))
        }
        Command::EndAltered => {
            if *by != Actor::System {
                return Err(Refusal::NotAllowed);
            }
            in_state(campaign, true)?;
            Ok(Some(CampaignEvent::ListAltered))
        }
        Command::Tick { wave, all } => Ok(tick(campaign, (&wave, &all), now)),
    }
}

fn planning(campaign: &Campaign, by: &Actor) -> Result<(), Refusal> {
    if *by != Actor::System {
        return Err(Refusal::NotAllowed);
    }
    in_state(campaign, campaign.state() == CampaignState::Planning)
}

fn in_state(campaign: &Campaign, fits: bool) -> Result<(), Refusal> {
    match (campaign.state().is_open(), fits) {
        (false, _) => Err(Refusal::CampaignClosed),
        (true, false) => Err(Refusal::OutOfOrder),
        (true, true) => Ok(()),
    }
}

fn must_be(by: &Actor, roles: &[Role]) -> Result<(), Refusal> {
    match by.role() {
        Some(role) if roles.contains(&role) => Ok(()),
        _ => Err(Refusal::NotAllowed),
    }
}

/// Persons are compared, not accounts: neither a second account nor a promotion makes
/// whoever planned it somebody else (attacks F03, F04).
fn may_approve(campaign: &Campaign, by: &Actor) -> Result<(), Refusal> {
    must_be(by, &[Role::Reviewer])?;
    in_state(
        campaign,
        campaign.state() == CampaignState::Planned && !campaign.is_approved(),
    )?;
    let person = by.person().ok_or(Refusal::NotAllowed)?;
    let has_approved = |approval: &super::Approval| approval.person == *person;
    if campaign.maker() == Some(person) || campaign.approvals().iter().any(has_approved) {
        return Err(Refusal::OwnWork);
    }
    Ok(())
}

impl Campaign {
    /// Whether this person may approve its list, or decline it.
    ///
    /// # Errors
    /// [`Refusal::OwnWork`] for whoever planned or approved it; [`Refusal::NotAllowed`]
    /// for any role but a reviewer; [`Refusal::OutOfOrder`] and
    /// [`Refusal::CampaignClosed`] where it waits for nobody.
    pub fn may_be_approved_by(&self, by: &Actor) -> Result<(), Refusal> {
        may_approve(self, by)
    }
}

/// What happens without anybody being asked.
fn tick(
    campaign: &Campaign,
    (wave, all): (&Tally, &Tally),
    now: Timestamp,
) -> Option<CampaignEvent> {
    match campaign.state() {
        CampaignState::Planned if campaign.is_approved() => Some(begin(campaign, 1, now)),
        CampaignState::Planned if campaign.deadline()? <= now => Some(CampaignEvent::Lapsed),
        CampaignState::Running => {
            let is_over = is_over(campaign, wave, now);
            if fails(wave, campaign.tolerated, campaign.terms(), is_over) {
                return Some(CampaignEvent::Stopped { tally: *wave });
            }
            let is_last = campaign.wave() >= campaign.wave_count();
            is_over.then(|| match is_last {
                true => CampaignEvent::Completed {
                    tally: finished(all),
                },
                false => begin(campaign, campaign.wave().saturating_add(1), now),
            })
        }
        _ => None,
    }
}

/// A wave is over once everybody was asked and came to an end, or had the time for it. A
/// case under way is waited for: it has a deadline of its own.
fn is_over(campaign: &Campaign, wave: &Tally, now: Timestamp) -> bool {
    let is_late = campaign
        .wave_ends_at()
        .is_some_and(|ends_at| ends_at <= now);
    wave.waiting == 0 && wave.open == 0 && (wave.asked == 0 || is_late)
}

fn begin(campaign: &Campaign, wave: u8, now: Timestamp) -> CampaignEvent {
    CampaignEvent::WaveBegan {
        wave,
        ends_at: hours_after(now, campaign.terms().wave_hours),
    }
}

/// Whoever did not answer has not answered.
fn finished(all: &Tally) -> Tally {
    Tally {
        asked: 0,
        unanswered: all.unanswered.saturating_add(all.asked),
        ..*all
    }
}
