//! Managers: what their rights cover, and what nobody does in their place.

use std::collections::BTreeSet;

use super::stage::*;
use crate::case::{Command, State};
use crate::party::{Actor, Role};
use crate::refusal::Refusal;
use crate::vocabulary::{Channel, EvidenceKind, ManagerRight};

const OPERATORS: [u8; 3] = [3, 0, 99];

/// A manager with these rights and no others.
fn with(rights: &[ManagerRight]) -> Actor {
    manager_of(MERCHANT, "chen", rights)
}

fn consent() -> Command {
    Command::Present {
        kind: ManagerConsent,
        matched: true,
    }
}

#[test]
fn f07_a_right_resets_its_own_rank_and_none_above() {
    for right in ManagerRight::ALL {
        for operator in OPERATORS {
            let mut beginning = a_case().for_operator(operator).by(Channel::Portal);
            beginning.by = with(&[*right]);
            let rank = beginning.opening.subject.as_ref().unwrap().operator.rank();
            if *right == ManagerRight::to_reset(rank) {
                beginning.opened().answers(PortalSession);
            } else {
                assert_eq!(beginning.is_refused(), Refusal::NotAllowed, "{right}");
            }
        }
    }
}

#[test]
fn f07_rights_that_were_taken_away_drive_no_case_further() {
    let story = a_case().by(Channel::Portal).opened();
    let now = with(&[ManagerRight::ResetSupervisor, ManagerRight::Consent]);
    for command in [
        Command::Present {
            kind: PortalSession,
            matched: true,
        },
        Command::Submit,
        Command::Cancel,
        Command::Challenge { kind: SmsCode },
    ] {
        let story = story.clone().ask(&command, &now);
        story.nothing_but(&Refusal::NotAllowed);
    }
}

#[test]
fn c11_a_manager_of_another_merchant_has_no_part_in_a_case() {
    let other = manager_of("898310054110002", "chen", ManagerRight::ALL);
    let mut beginning = a_case().by(Channel::Portal);
    beginning.by = other.clone();
    assert_eq!(beginning.is_refused(), Refusal::NotAllowed);
    let mut nobody = a_case().for_nobody().by(Channel::Portal);
    nobody.by = manager();
    assert_eq!(nobody.is_refused(), Refusal::NotAllowed);
    for channel in [Channel::Portal, Channel::Hotline] {
        for command in [consent(), Command::Object, Command::Submit, Command::Cancel] {
            let story = a_case().by(channel).opened().ask(&command, &other);
            story.nothing_but(&Refusal::NotAllowed);
        }
    }
}

#[test]
fn nobody_but_a_manager_consents() {
    let staff = Role::ALL.map(|role| staff("somebody", "zhou", role));
    let others = [Actor::Holder, Actor::System, till(), agent(), clerk()];
    for by in staff.iter().chain(&others) {
        for command in [consent(), Command::Object] {
            let story = a_case().by(Channel::Hotline).opened().ask(&command, by);
            story.nothing_but(&Refusal::NotAllowed);
        }
    }
    for by in staff.iter().chain(&others) {
        let story = a_case().by(Channel::Portal).opened();
        let command = Command::Present {
            kind: PortalSession,
            matched: true,
        };
        story.ask(&command, by).nothing_but(&Refusal::NotAllowed);
    }
}

#[test]
fn a_consent_takes_the_right_to_it_and_to_the_rank() {
    for operator in OPERATORS {
        for mask in 0u32..1 << ManagerRight::ALL.len() {
            let rights: BTreeSet<_> = ManagerRight::ALL
                .iter()
                .enumerate()
                .filter(|(at, _)| mask >> at & 1 == 1)
                .map(|(_, right)| *right)
                .collect();
            let by = manager_of(
                MERCHANT,
                "chen",
                &rights.iter().copied().collect::<Vec<_>>(),
            );
            let story = a_case()
                .for_operator(operator)
                .by(Channel::Hotline)
                .opened();
            let rank = story.case.subject().unwrap().operator.rank();
            let may = rights.contains(&ManagerRight::Consent)
                && rights.contains(&ManagerRight::to_reset(rank));
            assert_eq!(story.case.waits_for_consent_of(&by), may);
            let story = story.ask(&consent(), &by);
            if may {
                story.happened(&["matched"]);
            } else {
                story.nothing_but(&Refusal::NotAllowed);
            }
        }
    }
}

#[test]
fn a_consent_counts_in_a_hotline_case_and_nowhere_else() {
    let story = a_case()
        .by(Channel::Hotline)
        .opened()
        .ask(&consent(), &manager());
    let story = story.happened(&["matched"]).ask(&Command::Submit, &agent());
    story.is(State::InReview);
    // Somebody else of the merchant: who opened a case is a maker of it anyway.
    let another = manager_of(MERCHANT, "sun", ManagerRight::ALL);
    for channel in [
        Channel::App,
        Channel::Counter,
        Channel::Portal,
        Channel::Terminal,
    ] {
        let story = a_case().by(channel).opened().ask(&consent(), &another);
        story.nothing_but(&Refusal::NotOffered);
    }
}

#[test]
fn f02_an_agent_who_is_a_manager_too_does_not_consent_to_their_own_case() {
    let same = manager_of(MERCHANT, "li", ManagerRight::ALL);
    let story = a_case().by(Channel::Hotline).opened();
    assert!(!story.case.waits_for_consent_of(&same));
    story.ask(&consent(), &same).nothing_but(&Refusal::OwnWork);
}

#[test]
fn f03_whoever_consented_or_drove_it_does_not_review() {
    let same = staff("chen.review", "chen", Role::Reviewer);
    let hotline = a_case().by(Channel::Hotline).opened();
    let hotline = hotline.ask(&consent(), &manager()).submits();
    let portal = a_case()
        .for_operator(0)
        .by(Channel::Portal)
        .proven()
        .submits();
    for story in [hotline, portal] {
        let story = story.is(State::InReview).review(&same, true);
        let story = story.nothing_but(&Refusal::OwnWork);
        story.review(&reviewer(), true).is(State::Approved);
    }
}

#[test]
fn an_objection_ends_what_others_opened() {
    for channel in [Channel::Hotline, Channel::Counter] {
        let story = a_case().by(channel).opened();
        let only = with(&[ManagerRight::Consent]);
        assert!(story.case.is_open_to_objection_of(&only));
        let story = story.ask(&Command::Object, &only);
        story.happened(&["objected", "refused"]).is(State::Refused);
    }
    let story = a_case().by(Channel::Hotline).approved().prepares().issues();
    let story = story.ask(&Command::Object, &manager()).is(State::Refused);
    assert!(story.case.code().is_none(), "the code died with it");
    let without = with(&[ManagerRight::ResetCashiers]);
    let story = a_case()
        .by(Channel::Hotline)
        .opened()
        .ask(&Command::Object, &without);
    story.nothing_but(&Refusal::NotAllowed);
}

#[test]
fn e16_an_objection_tells_a_stranger_nothing() {
    let unproven = a_case().opened().ask(&Command::Object, &manager());
    unproven.nothing_but(&Refusal::NotAllowed);
    let proven = a_case().proven().ask(&Command::Object, &manager());
    proven.is(State::Refused);
}

#[test]
fn c13_a_fresh_contact_takes_reviewers_or_the_counter() {
    let fresh = |operator| {
        let story = a_case().for_operator(operator).by(Channel::Portal).opened();
        story.contact_changes().answers(PortalSession).submits()
    };
    let story = fresh(3).is(State::InReview);
    assert_eq!(story.case.reviewers_needed(), 1);
    let story = fresh(0).is(State::InReview);
    assert_eq!(story.case.reviewers_needed(), 2);
    fresh(99).answers(SmsCode).submits().is(State::Gathering);
}

#[test]
fn a_cashier_by_the_portal_needs_no_more_than_the_sign_in() {
    let kinds: Vec<EvidenceKind> = vec![PortalSession];
    let story = a_case().by(Channel::Portal).approved();
    let held: Vec<_> = story.case.evidence().keys().copied().collect();
    assert_eq!(held, kinds);
}
