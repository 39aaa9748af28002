use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use tillkey_wire::ids::{ApplicationId, TerminalId};

use super::*;
use crate::party::{Actor, Role};
use crate::refusal::Refusal;
use crate::vocabulary::{ApplicantKind, ApplicationPaper};

fn now() -> Timestamp {
    Timestamp::from_second(1_760_000_000).unwrap()
}

fn staff(account: &str, role: Role) -> Actor {
    Actor::Staff {
        staff: account.parse().unwrap(),
        person: format!("p-{account}").parse().unwrap(),
        role,
    }
}

fn clerk() -> Actor {
    staff("clerk", Role::Clerk)
}

fn reviewer() -> Actor {
    staff("reviewer", Role::Reviewer)
}

fn choice(applicant: ApplicantKind) -> Choice {
    Choice {
        product: "smart".parse().unwrap(),
        applicant,
        region: "310115".parse().unwrap(),
    }
}

/// An application with the facts around it.
struct Desk {
    application: Application,
    papers: BTreeSet<ApplicationPaper>,
    now: Timestamp,
    form_whole: bool,
    offered: Result<(), Refusal>,
}

impl Desk {
    fn open() -> Self {
        Self::open_for(ApplicantKind::Company)
    }

    fn open_for(applicant: ApplicantKind) -> Self {
        let papers = BTreeSet::from([ApplicationPaper::ShopFront]);
        let facts = Facts {
            now: now(),
            offered: Ok(()),
            papers: &papers,
            form_whole: false,
        };
        let answer = start(choice(applicant), &facts);
        let id = ApplicationId::from_bytes([1; 10]);
        let application = Application::begin(id, now(), answer.events.first().unwrap()).unwrap();
        Self {
            application,
            papers,
            now: now(),
            form_whole: true,
            offered: Ok(()),
        }
    }

    fn run(&mut self, command: &Command, by: &Actor) -> Result<(), Refusal> {
        let facts = Facts {
            now: self.now,
            offered: self.offered.clone(),
            papers: &self.papers,
            form_whole: self.form_whole,
        };
        let answer = decide(&self.application, command, by, &facts);
        for event in &answer.events {
            self.application.fold(self.now, by, event);
        }
        answer.refusal.map_or(Ok(()), Err)
    }

    fn submitted(mut self) -> Self {
        self.run(&Command::ProvePhone, &Actor::Holder).unwrap();
        self.run(&paper(), &Actor::Holder).unwrap();
        self.run(&submit(), &Actor::Holder).unwrap();
        self
    }

    fn checked(mut self, by: &Actor) -> Self {
        for check in self.application.open_checks() {
            let command = Command::Check { check, holds: true };
            self.run(&command, by).unwrap();
        }
        self
    }

    fn proposed(self) -> Self {
        let mut desk = self.submitted().checked(&clerk());
        desk.run(&Command::Propose, &clerk()).unwrap();
        desk
    }
}

fn paper() -> Command {
    Command::TakePaper {
        paper: ApplicationPaper::ShopFront,
        digest: "aa".to_owned(),
    }
}

fn submit() -> Command {
    Command::Submit {
        form_digest: "bb".to_owned(),
    }
}

fn approve() -> Command {
    Command::Approve {
        merchant: "898310158120001".parse().unwrap(),
        deposit: None,
    }
}

fn ship() -> Command {
    Command::Ship {
        terminal: TerminalId::from_bytes([2; 10]),
        serial_number: "SN-000001".parse().unwrap(),
        tracking_digest: "cc".to_owned(),
    }
}

fn returned() -> Command {
    Command::Return {
        comment_digest: Some("dd".to_owned()),
    }
}

#[test]
fn the_whole_way_ends_with_an_active_terminal() {
    let mut desk = Desk::open().proposed();
    desk.run(&approve(), &reviewer()).unwrap();
    desk.run(&ship(), &clerk()).unwrap();
    desk.run(&Command::Receive, &Actor::Holder).unwrap();
    desk.run(&Command::Enrol, &Actor::System).unwrap();
    let day = "2026-11-27".parse().unwrap();
    desk.run(&Command::Activate { day }, &Actor::System)
        .unwrap();
    let states: Vec<&str> = desk
        .application
        .story()
        .iter()
        .map(|(_, state)| state.name())
        .collect();
    assert_eq!(
        states,
        [
            "draft",
            "submitted",
            "proposed",
            "approved",
            "shipped",
            "received",
            "enrolled",
            "active"
        ]
    );
    assert_eq!(desk.application.active_since(), Some(day));
    assert_eq!(
        desk.run(&Command::Withdraw, &Actor::Holder),
        Err(Refusal::ApplicationClosed)
    );
}

#[test]
fn what_cannot_be_had_there_is_refused_before_anything_is_filled_in() {
    let papers = BTreeSet::new();
    let facts = Facts {
        now: now(),
        offered: Err(Refusal::RegionNotServed),
        papers: &papers,
        form_whole: false,
    };
    let answer = start(choice(ApplicantKind::Individual), &facts);
    assert_eq!(answer.refusal, Some(Refusal::RegionNotServed));
    assert!(answer.events.is_empty());
}

#[test]
fn what_is_no_longer_offered_is_refused_at_every_commitment() {
    let mut desk = Desk::open();
    desk.run(&Command::ProvePhone, &Actor::Holder).unwrap();
    desk.run(&paper(), &Actor::Holder).unwrap();
    desk.offered = Err(Refusal::RegionNotServed);
    assert_eq!(
        desk.run(&submit(), &Actor::Holder),
        Err(Refusal::RegionNotServed)
    );
    let mut desk = Desk::open().proposed();
    desk.offered = Err(Refusal::NotForApplicant);
    assert_eq!(
        desk.run(&approve(), &reviewer()),
        Err(Refusal::NotForApplicant)
    );
}

#[test]
fn only_a_proven_phone_and_a_whole_form_with_its_papers_are_handed_in() {
    let mut desk = Desk::open();
    assert_eq!(
        desk.run(&submit(), &Actor::Holder),
        Err(Refusal::PhoneNotProven)
    );
    assert_eq!(
        desk.run(&paper(), &Actor::Holder),
        Err(Refusal::PhoneNotProven)
    );
    desk.run(&Command::ProvePhone, &Actor::Holder).unwrap();
    assert_eq!(
        desk.run(&submit(), &Actor::Holder),
        Err(Refusal::FormNotWhole)
    );
    desk.run(&paper(), &Actor::Holder).unwrap();
    desk.form_whole = false;
    assert_eq!(
        desk.run(&submit(), &Actor::Holder),
        Err(Refusal::FormNotWhole)
    );
    desk.form_whole = true;
    assert_eq!(desk.run(&submit(), &Actor::Holder), Ok(()));
}

#[test]
fn f03_whoever_checked_approves_nothing_by_no_second_account() {
    let mut desk = Desk::open().proposed();
    let second_account = Actor::Staff {
        staff: "other".parse().unwrap(),
        person: "p-clerk".parse().unwrap(),
        role: Role::Reviewer,
    };
    assert_eq!(desk.run(&approve(), &second_account), Err(Refusal::OwnWork));
    assert_eq!(desk.run(&approve(), &clerk()), Err(Refusal::OutOfOrder));
    for role in [Role::Auditor, Role::Administrator, Role::Integrator] {
        assert_eq!(
            desk.run(&approve(), &staff("somebody", role)),
            Err(Refusal::NotAllowed)
        );
    }
    assert_eq!(
        desk.run(&approve(), &Actor::Holder),
        Err(Refusal::NotAllowed)
    );
    assert_eq!(desk.run(&approve(), &reviewer()), Ok(()));
}

#[test]
fn makers_of_an_earlier_round_stay_makers() {
    let other = staff("second", Role::Clerk);
    let mut desk = Desk::open().submitted().checked(&clerk());
    desk.run(&returned(), &clerk()).unwrap();
    assert!(desk.application.checks().is_empty());
    desk.run(&submit(), &Actor::Holder).unwrap();
    let mut desk = desk.checked(&other);
    desk.run(&Command::Propose, &other).unwrap();
    let first_as_reviewer = staff("clerk", Role::Reviewer);
    assert_eq!(
        desk.run(&approve(), &first_as_reviewer),
        Err(Refusal::OwnWork)
    );
}

#[test]
fn nothing_is_passed_on_while_a_check_is_open_or_does_not_hold() {
    let mut desk = Desk::open().submitted();
    assert_eq!(
        desk.run(&Command::Propose, &clerk()),
        Err(Refusal::ChecksOpen)
    );
    let mut desk = desk.checked(&clerk());
    let fails = Command::Check {
        check: ApplicationCheck::Site,
        holds: false,
    };
    desk.run(&fails, &clerk()).unwrap();
    assert_eq!(
        desk.run(&Command::Propose, &clerk()),
        Err(Refusal::ChecksOpen)
    );
}

#[test]
fn a_person_without_a_licence_is_not_asked_for_one() {
    let desk = Desk::open_for(ApplicantKind::Individual).submitted();
    let open = desk.application.open_checks();
    assert!(!open.contains(&ApplicationCheck::LicenceNumber));
    let asked = Desk::open().submitted().application.open_checks();
    assert!(asked.contains(&ApplicationCheck::LicenceNumber));
}

#[test]
fn whoever_is_told_no_is_told_why() {
    for command in [
        Command::Return {
            comment_digest: None,
        },
        Command::Decline {
            comment_digest: None,
        },
    ] {
        let mut desk = Desk::open().proposed();
        assert_eq!(desk.run(&command, &reviewer()), Err(Refusal::ReasonMissing));
    }
}

#[test]
fn a_draft_lapses_and_what_is_handed_in_does_not() {
    let later = now() + SignedDuration::from_hours(24 * 31);
    let mut unproven = Desk::open();
    unproven.now = now() + SignedDuration::from_hours(25);
    unproven.run(&Command::Tick, &Actor::System).unwrap();
    assert_eq!(unproven.application.state(), ApplicationState::Lapsed);
    let mut draft = Desk::open();
    draft.run(&Command::ProvePhone, &Actor::Holder).unwrap();
    draft.now = now() + SignedDuration::from_hours(24 * 29);
    draft.run(&Command::Tick, &Actor::System).unwrap();
    assert_eq!(draft.application.state(), ApplicationState::Draft);
    draft.now = later;
    draft.run(&Command::Tick, &Actor::System).unwrap();
    assert_eq!(draft.application.state(), ApplicationState::Lapsed);
    let mut waiting = Desk::open().submitted();
    waiting.now = later;
    waiting.run(&Command::Tick, &Actor::System).unwrap();
    assert_eq!(waiting.application.state(), ApplicationState::Submitted);
}

#[test]
fn a_code_for_the_terminal_can_be_asked_for_again_until_it_is_enrolled() {
    let mut desk = Desk::open().proposed();
    assert_eq!(
        desk.run(&Command::Receive, &Actor::Holder),
        Err(Refusal::OutOfOrder)
    );
    desk.run(&approve(), &reviewer()).unwrap();
    desk.run(&ship(), &clerk()).unwrap();
    for _ in 0..2 {
        assert_eq!(desk.run(&Command::Receive, &Actor::Holder), Ok(()));
    }
    desk.run(&Command::Enrol, &Actor::System).unwrap();
    assert_eq!(
        desk.run(&Command::Receive, &Actor::Holder),
        Err(Refusal::OutOfOrder)
    );
}

#[test]
fn what_came_to_nothing_is_not_kept_and_the_rest_is() {
    for state in ApplicationState::ALL {
        let is_erased = ApplicationState::ERASED.contains(state);
        assert_eq!(state.kept_days().is_some(), is_erased, "{state}");
        assert!(!(is_erased && state.is_open()), "{state}");
    }
}

fn any_command() -> impl Strategy<Value = Command> {
    prop_oneof![
        Just(Command::ProvePhone),
        Just(Command::Choose(choice(ApplicantKind::Individual))),
        Just(paper()),
        Just(submit()),
        (0..ApplicationCheck::ALL.len(), any::<bool>()).prop_map(|(at, holds)| Command::Check {
            check: ApplicationCheck::ALL[at],
            holds
        }),
        Just(Command::Propose),
        Just(returned()),
        Just(approve()),
        Just(Command::Decline {
            comment_digest: Some("ee".to_owned())
        }),
        Just(ship()),
        Just(Command::Receive),
        Just(Command::Enrol),
        Just(Command::Withdraw),
        Just(Command::Tick),
    ]
}

fn any_actor() -> impl Strategy<Value = Actor> {
    prop_oneof![
        Just(Actor::Holder),
        Just(Actor::System),
        Just(clerk()),
        Just(reviewer()),
        Just(staff("clerk", Role::Reviewer)),
        Just(staff("auditor", Role::Auditor)),
    ]
}

proptest! {
    /// Whatever is done in whatever order: no terminal is sent that was not approved by
    /// somebody who had no hand in checking it, with everything checked.
    #[test]
    fn nobody_gets_a_terminal_by_any_other_way(
        steps in proptest::collection::vec((any_command(), any_actor()), 0..60)
    ) {
        let mut desk = Desk::open();
        let mut makers = BTreeSet::new();
        for (command, by) in steps {
            let before = desk.application.clone();
            let _ = desk.run(&command, &by);
            let after = &desk.application;
            if matches!(command, Command::Check { .. } | Command::Propose) && before != *after {
                makers.extend(by.person().cloned());
            }
            if before.merchant().is_none() && after.merchant().is_some() {
                prop_assert_eq!(by.role(), Some(Role::Reviewer));
                prop_assert!(!makers.contains(by.person().unwrap()));
                prop_assert!(before.open_checks().is_empty());
                prop_assert!(before.is_phone_proven());
            }
            if after.terminal().is_some() {
                prop_assert!(after.merchant().is_some());
            }
            prop_assert!(after.state().is_open() || after.deadline().is_none());
        }
    }
}
