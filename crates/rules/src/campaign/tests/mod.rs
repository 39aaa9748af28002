//! What a campaign may come to, step by step, and that no order of steps gets round it.

mod approval;
mod selection;
mod story;
mod waves;

use jiff::{SignedDuration, Timestamp};
use tillkey_wire::ids::{CampaignId, Rank};

use super::*;
use crate::party::{Actor, Role};
use crate::refusal::Refusal;
use crate::vocabulary::Reason;

fn now() -> Timestamp {
    Timestamp::from_second(1_760_000_000).unwrap()
}

fn hours(hours: i64) -> Timestamp {
    now()
        .checked_add(SignedDuration::from_hours(hours))
        .unwrap()
}

fn staff(account: &str, person: &str, role: Role) -> Actor {
    Actor::Staff {
        staff: account.parse().unwrap(),
        person: person.parse().unwrap(),
        role,
    }
}

fn planner() -> Actor {
    staff("ops", "p-ops", Role::Administrator)
}

fn reviewer(person: &str) -> Actor {
    staff(&format!("review.{person}"), person, Role::Reviewer)
}

fn everybody() -> Selection {
    Selection {
        ranks: Rank::ALL.into_iter().collect(),
        merchants: Default::default(),
        areas: Default::default(),
        models: Default::default(),
        password_before: None,
    }
}

fn manifest() -> Manifest {
    Manifest {
        digest: "ab".repeat(32),
        targets: 1_000,
        terminals: 400,
        merchants: 100,
        waves: 4,
    }
}

/// A campaign and the clock on the wall.
struct Desk {
    campaign: Campaign,
    now: Timestamp,
}

impl Desk {
    fn planned_with(terms: CampaignTerms) -> Self {
        let planned = CampaignEvent::Planned {
            reason: Reason::Compromised,
            selection: everybody(),
            terms,
            title_digest: "00".to_owned(),
        };
        let id = CampaignId::from_bytes([3; 10]);
        let campaign = Campaign::begin(id, (now(), &planner()), &planned).unwrap();
        Self {
            campaign,
            now: now(),
        }
    }

    fn planned() -> Self {
        Self::planned_with(CampaignTerms::default())
    }

    /// Its list is made, and so many have to approve it.
    fn listed(needed: u8) -> Self {
        let mut desk = Self::planned();
        let command = Command::List {
            manifest: manifest(),
            approvals_needed: needed,
        };
        desk.takes(command, &Actor::System);
        desk
    }

    /// In its first wave.
    fn running() -> Self {
        let mut desk = Self::listed(1);
        desk.takes(approve(), &reviewer("p-one"));
        desk.ticks(Tally::default());
        assert_eq!(desk.campaign.state(), CampaignState::Running);
        desk
    }

    fn run(&mut self, command: Command, by: &Actor) -> Answer {
        let answer = decide(&self.campaign, command, by, self.now);
        for event in &answer.events {
            self.campaign.fold(self.now, by, event);
        }
        answer
    }

    #[track_caller]
    fn takes(&mut self, command: Command, by: &Actor) {
        let answer = self.run(command, by);
        assert_eq!(answer.refusal, None);
        assert_eq!(answer.events.len(), 1);
    }

    #[track_caller]
    fn refuses(&mut self, command: Command, by: &Actor, why: Refusal) {
        let answer = self.run(command, by);
        assert_eq!((answer.events, answer.refusal), (Vec::new(), Some(why)));
    }

    fn ticks(&mut self, wave: Tally) -> Option<CampaignEvent> {
        self.run(Command::Tick { wave, all: wave }, &Actor::System)
            .events
            .pop()
    }
}

fn approve() -> Command {
    Command::Approve {
        manifest_digest: manifest().digest,
    }
}
