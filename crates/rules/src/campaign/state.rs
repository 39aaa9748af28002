//! How a campaign stands: the fold of its events.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tillkey_wire::ids::{CampaignId, InvalidId, PersonId, StaffId};

use super::terms::Tolerated;
use super::{CampaignEvent, CampaignTerms, PlanFault, Selection, Tally};
use crate::party::Actor;
use crate::vocabulary::{Reason, words};

/// How many steps of its story a campaign keeps: holds and resumptions may be many.
const STORY_MAX: usize = 200;

words!(
    /// Where a campaign stands.
    CampaignState, "state of a campaign", {
        /// Its list is being made.
        Planning = "planning",
        /// Its list waits for those who approve it.
        Planned = "planned",
        /// It goes on, wave by wave.
        Running = "running",
        /// Somebody holds it.
        Paused = "paused",
        /// Too many failed: it holds itself.
        Stopped = "stopped",
        /// Its last wave is over.
        Completed = "completed",
        /// No list came of it.
        Failed = "failed",
        /// Somebody declined it.
        Declined = "declined",
        /// Somebody ended it.
        Cancelled = "cancelled",
        /// Nobody approved it in time.
        Lapsed = "lapsed",
    }
);

impl CampaignState {
    /// Whether something can still happen to it.
    pub const fn is_open(self) -> bool {
        self.is_held() || matches!(self, Self::Planning | Self::Planned | Self::Running)
    }

    /// Whether it was begun, and does not go on before somebody says so.
    pub const fn is_held(self) -> bool {
        matches!(self, Self::Paused | Self::Stopped)
    }
}

/// The list that people approve: each operator in it, and its wave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// SHA-256 of the list as a file, in hexadecimal.
    pub digest: String,
    /// How many operators it has.
    pub targets: u32,
    /// On how many terminals.
    pub terminals: u32,
    /// Of how many merchants.
    pub merchants: u32,
    /// In how many waves: a short list does not fill them all.
    pub waves: u8,
}

/// Somebody's approval of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// When.
    pub at: Timestamp,
    /// Who: a person, whatever the account.
    pub person: PersonId,
}

/// Something that happened to a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// When.
    pub at: Timestamp,
    /// Who of staff; none where nobody was asked.
    pub by: Option<StaffId>,
    /// The stable name of what happened.
    pub what: String,
}

impl Told {
    fn of(at: Timestamp, by: &Actor, event: &CampaignEvent) -> Self {
        let by = match by {
            Actor::Staff { staff, .. } => Some(staff.clone()),
            _ => None,
        };
        Self {
            at,
            by,
            what: event.name().to_owned(),
        }
    }
}

/// A planned reset of many operators.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Campaign {
    pub(super) id: CampaignId,
    pub(super) state: CampaignState,
    pub(super) reason: Reason,
    pub(super) selection: Selection,
    pub(super) terms: CampaignTerms,
    pub(super) maker: Option<PersonId>,
    pub(super) manifest: Option<Manifest>,
    pub(super) approvals_needed: u8,
    pub(super) approvals: Vec<Approval>,
    pub(super) plan_fault: Option<PlanFault>,
    pub(super) wave: u8,
    pub(super) wave_ends_at: Option<Timestamp>,
    pub(super) held_at: Option<Timestamp>,
    pub(super) stopped: Option<Tally>,
    pub(super) tolerated: Tolerated,
    pub(super) deadline: Option<Timestamp>,
    pub(super) outcome: Option<Tally>,
    pub(super) planned_at: Timestamp,
    pub(super) changed_at: Timestamp,
    pub(super) version: u64,
    /// What happened to it, oldest first.
    pub(super) story: Vec<Told>,
}

impl Campaign {
    /// The campaign that a first event begins; none where it does not.
    pub fn begin(
        id: CampaignId,
        (at, by): (Timestamp, &Actor),
        first: &CampaignEvent,
    ) -> Option<Self> {
        let CampaignEvent::Planned {
            reason,
            selection,
            terms,
            ..
        } = first
        else {
            return None;
        };
        Some(Self {
            id,
            state: CampaignState::Planning,
            reason: *reason,
            selection: selection.clone(),
            terms: terms.clone(),
            maker: by.person().cloned(),
            manifest: None,
            approvals_needed: 0,
            approvals: Vec::new(),
            plan_fault: None,
            wave: 0,
            wave_ends_at: None,
            held_at: None,
            stopped: None,
            tolerated: Tolerated::default(),
            deadline: None,
            outcome: None,
            planned_at: at,
            changed_at: at,
            version: 1,
            story: vec![Told::of(at, by, first)],
        })
    }

    /// Takes an event in.
    pub fn fold(&mut self, at: Timestamp, by: &Actor, event: &CampaignEvent) {
        match event {
            // Only the first event begins.
            CampaignEvent::Planned { .. } => {}
            CampaignEvent::Listed {
                manifest,
                approvals_needed,
                deadline,
            } => {
                self.state = CampaignState::Planned;
                self.manifest = Some(manifest.clone());
                self.approvals_needed = *approvals_needed;
                self.deadline = Some(*deadline);
            }
            CampaignEvent::PlanFailed { why } => {
                self.state = CampaignState::Failed;
                self.plan_fault = Some(*why);
            }
            CampaignEvent::Approved { .. } => {
                let person = by.person().cloned();
                self.approvals
                    .extend(person.map(|person| Approval { at, person }));
            }
            CampaignEvent::WaveBegan { wave, ends_at } => {
                self.state = CampaignState::Running;
                self.deadline = None;
                self.wave = *wave;
                self.wave_ends_at = Some(*ends_at);
                self.tolerated = Tolerated::default();
            }
            CampaignEvent::Stopped { tally } => {
                self.state = CampaignState::Stopped;
                self.stopped = Some(*tally);
                self.held_at = Some(at);
            }
            CampaignEvent::Paused => {
                self.state = CampaignState::Paused;
                self.held_at = Some(at);
            }
            CampaignEvent::Resumed { .. } => self.resume(at),
            CampaignEvent::Declined { .. } => self.state = CampaignState::Declined,
            CampaignEvent::Cancelled | CampaignEvent::ListAltered => {
                self.state = CampaignState::Cancelled;
            }
            CampaignEvent::Lapsed => self.state = CampaignState::Lapsed,
            CampaignEvent::Completed { tally } => {
                self.state = CampaignState::Completed;
                self.outcome = Some(*tally);
            }
        }
        if self.story.len() < STORY_MAX {
            self.story.push(Told::of(at, by, event));
        }
        self.changed_at = at;
        self.version = self.version.saturating_add(1);
    }

    /// The wave waits as much longer as it was held, and what had failed is put up with.
    fn resume(&mut self, at: Timestamp) {
        self.state = CampaignState::Running;
        if let Some(tally) = self.stopped.take() {
            self.tolerated = Tolerated {
                failures: tally.failures(),
                ended: tally.ended(),
            };
        }
        if let (Some(ends_at), Some(held_at)) = (self.wave_ends_at, self.held_at.take()) {
            let held = at.duration_since(held_at);
            self.wave_ends_at = Some(ends_at.checked_add(held).unwrap_or(Timestamp::MAX));
        }
    }

    /// Which one.
    pub const fn id(&self) -> CampaignId {
        self.id
    }

    /// Where it stands.
    pub const fn state(&self) -> CampaignState {
        self.state
    }

    /// Why the passwords are to be replaced.
    pub const fn reason(&self) -> Reason {
        self.reason
    }

    /// Whose.
    pub const fn selection(&self) -> &Selection {
        &self.selection
    }

    /// How many waves it has: those of its list, and before there is one, of its terms.
    pub fn wave_count(&self) -> u8 {
        let listed = self.manifest.as_ref().map(|manifest| manifest.waves);
        listed.unwrap_or_else(|| self.terms.wave_count())
    }

    /// How it goes.
    pub const fn terms(&self) -> &CampaignTerms {
        &self.terms
    }

    /// Who planned it.
    pub const fn maker(&self) -> Option<&PersonId> {
        self.maker.as_ref()
    }

    /// Its list, once it is made.
    pub const fn manifest(&self) -> Option<&Manifest> {
        self.manifest.as_ref()
    }

    /// How many persons have to approve the list.
    pub const fn approvals_needed(&self) -> u8 {
        self.approvals_needed
    }

    /// Who has.
    pub fn approvals(&self) -> &[Approval] {
        &self.approvals
    }

    /// Why no list came of it.
    pub const fn plan_fault(&self) -> Option<PlanFault> {
        self.plan_fault
    }

    /// The wave that it is in, from 1; 0 before the first.
    pub const fn wave(&self) -> u8 {
        self.wave
    }

    /// Until when this wave waits for answers.
    pub const fn wave_ends_at(&self) -> Option<Timestamp> {
        self.wave_ends_at
    }

    /// How the wave stood when it stopped by itself.
    pub const fn stopped(&self) -> Option<&Tally> {
        self.stopped.as_ref()
    }

    /// Until when it may be approved.
    pub const fn deadline(&self) -> Option<Timestamp> {
        self.deadline
    }

    /// What came of it.
    pub const fn outcome(&self) -> Option<&Tally> {
        self.outcome.as_ref()
    }

    /// When it was planned.
    pub const fn planned_at(&self) -> Timestamp {
        self.planned_at
    }

    /// When it last moved.
    pub const fn changed_at(&self) -> Timestamp {
        self.changed_at
    }

    /// How many events are folded in.
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// What happened to it, oldest first.
    pub fn story(&self) -> &[Told] {
        &self.story
    }

    /// Whether everybody has approved who has to.
    pub(super) fn is_approved(&self) -> bool {
        self.manifest.is_some() && self.approvals.len() >= usize::from(self.approvals_needed)
    }

    /// What stands behind the cases of a campaign that is under way; none of any other.
    pub fn backing(&self) -> Option<Backing> {
        let goes_on = self.state == CampaignState::Running && self.is_approved();
        goes_on.then(|| Backing {
            campaign: self.id,
            approvers: self
                .approvals
                .iter()
                .map(|approval| approval.person.clone())
                .collect(),
        })
    }
}

/// That people have approved a list of operators. Made by [`Campaign::backing`] alone, and
/// worth something for an operator of that list only: the store says who is on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backing {
    campaign: CampaignId,
    approvers: BTreeSet<PersonId>,
}

impl Backing {
    /// Which campaign.
    pub const fn campaign(&self) -> CampaignId {
        self.campaign
    }

    /// Who approved its list.
    pub const fn approvers(&self) -> &BTreeSet<PersonId> {
        &self.approvers
    }
}
