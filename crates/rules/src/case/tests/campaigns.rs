//! A campaign's approval stands for the review of its cases, as far as the policy goes.

use jiff::Timestamp;
use tillkey_wire::ids::{CampaignId, Rank};

use super::stage::*;
use crate::campaign::{
    self, Backing, Campaign, CampaignEvent, CampaignTerms, Manifest, Selection, Tally,
};
use crate::case::{Command, State};
use crate::party::{Actor, ContactFacts, Role, SubjectFacts};
use crate::refusal::Refusal;
use crate::vocabulary::{Channel, ManagerRight, Reason};

/// What stands behind a campaign that these persons approved.
fn backing(approvers: &[&str]) -> Backing {
    let planned = CampaignEvent::Planned {
        reason: Reason::Compromised,
        selection: Selection {
            ranks: Rank::ALL.into_iter().collect(),
            merchants: Default::default(),
            areas: Default::default(),
            models: Default::default(),
            password_before: None,
        },
        terms: CampaignTerms::default(),
        title_digest: String::new(),
    };
    let planner = staff("ops", "ops", Role::Administrator);
    let at = Timestamp::UNIX_EPOCH;
    let id = CampaignId::from_bytes([5; 10]);
    let mut campaign = Campaign::begin(id, (at, &planner), &planned).unwrap();
    let list = campaign::Command::List {
        manifest: Manifest {
            digest: String::new(),
            targets: 1,
            terminals: 1,
            merchants: 1,
            waves: 1,
        },
        approvals_needed: u8::try_from(approvers.len()).unwrap(),
    };
    let approve = |person: &&str| {
        let command = campaign::Command::Approve {
            manifest_digest: String::new(),
        };
        (
            command,
            staff(&format!("{person}.review"), person, Role::Reviewer),
        )
    };
    let tick = campaign::Command::Tick {
        wave: Tally::default(),
        all: Tally::default(),
    };
    let steps = std::iter::once((list, Actor::System))
        .chain(approvers.iter().map(approve))
        .chain([(tick, Actor::System)]);
    for (command, by) in steps {
        for event in campaign::decide(&campaign, command, &by, at).events {
            campaign.fold(at, &by, &event);
        }
    }
    campaign.backing().unwrap()
}

fn backed(approvers: &[&str]) -> Command {
    Command::ReviewInCampaign(backing(approvers))
}

fn in_review() -> Story {
    a_case()
        .by(Channel::Campaign)
        .proven()
        .submits()
        .is(State::InReview)
}

#[test]
fn the_approval_of_the_list_is_the_review_of_the_case() {
    let story = in_review().ask(&backed(&["zhao"]), &Actor::System);
    let reviews = story.case.reviews();
    let persons: Vec<_> = reviews
        .iter()
        .map(|review| review.person.as_str())
        .collect();
    assert_eq!(persons, ["zhao"]);
    story.is(State::Approved);
}

#[test]
fn nobody_but_the_system_brings_it_and_in_no_other_channel() {
    for by in [manager(), reviewer(), agent(), Actor::Holder, till()] {
        in_review()
            .ask(&backed(&["zhao"]), &by)
            .nothing_but(&Refusal::NotAllowed);
    }
    let hotline = a_case().by(Channel::Hotline).proven().submits();
    hotline
        .ask(&backed(&["zhao"]), &Actor::System)
        .nothing_but(&Refusal::NotAllowed);
}

#[test]
fn an_administrator_takes_two_and_with_one_the_case_waits_for_people() {
    let in_review = || {
        a_case()
            .for_operator(99)
            .by(Channel::Campaign)
            .proven()
            .submits()
            .is(State::InReview)
    };
    in_review()
        .ask(&backed(&["zhao"]), &Actor::System)
        .nothing_but(&Refusal::WaitsForReview);
    in_review()
        .ask(&backed(&["qian", "zhao"]), &Actor::System)
        .is(State::Approved);
    in_review()
        .review(&reviewer(), true)
        .review(&second_reviewer(), true)
        .is(State::Approved);
}

#[test]
fn f02_whoever_consented_as_a_manager_is_no_reviewer_of_it_by_the_campaign_either() {
    // The manager of the stage is the person `chen`.
    in_review()
        .ask(&backed(&["chen"]), &Actor::System)
        .nothing_but(&Refusal::WaitsForReview);
    in_review()
        .ask(&backed(&["chen", "zhao"]), &Actor::System)
        .is(State::Approved);
}

#[test]
fn before_a_manager_consented_there_is_nothing_to_review() {
    a_case()
        .by(Channel::Campaign)
        .opened()
        .ask(&backed(&["zhao"]), &Actor::System)
        .nothing_but(&Refusal::OutOfOrder);
}

#[test]
fn a_manager_goes_on_with_it_who_may_consent_and_reset_that_rank() {
    let consent = ManagerRight::Consent;
    let may: [(&[ManagerRight], bool); 4] = [
        (&[consent, ManagerRight::ResetCashiers], true),
        (&[consent], false),
        (&[ManagerRight::ResetCashiers], false),
        (&[consent, ManagerRight::ResetSupervisor], false),
    ];
    for (rights, may) in may {
        let by = manager_of(MERCHANT, "chen", rights);
        let story = in_review().ask(&Command::Cancel, &by);
        match may {
            true => story.is(State::Cancelled),
            false => story.nothing_but(&Refusal::NotAllowed),
        };
    }
    let elsewhere = manager_of("898310054110002", "chen", ManagerRight::ALL);
    in_review()
        .ask(&Command::Cancel, &elsewhere)
        .nothing_but(&Refusal::NotAllowed);
}

#[test]
fn c13_where_something_stands_out_people_look_whoever_approved_the_list() {
    let stands_out: [fn(&mut SubjectFacts); 2] = [
        |known| known.open_alert = true,
        |known| {
            known.contact = Some(ContactFacts {
                version: 2,
                changed_at: days_before_noon(2),
            });
        },
    ];
    for change in stands_out {
        let in_review = || {
            a_case()
                .by(Channel::Campaign)
                .where_known(change)
                .proven()
                .submits()
                .is(State::InReview)
        };
        in_review()
            .ask(&backed(&["qian", "zhao"]), &Actor::System)
            .nothing_but(&Refusal::WaitsForReview);
        in_review().review(&reviewer(), true).is(State::Approved);
    }
}
