//! The counter: scans of what was inspected, and the code on a sealed slip.

use super::stage::*;
use crate::case::{Command, State};
use crate::event::{CaseEvent, CodeEnd, Destination};
use crate::party::{Actor, Role};
use crate::refusal::Refusal;
use crate::scan::{Reuse, SCANS_PER_CASE_MAX, Side};
use crate::vocabulary::{Channel, EvidenceKind};

use Destination::{Contact, SealedSlip};

/// A person at the counter whose documents have matched.
fn at_counter() -> Story {
    a_case().by(Channel::Counter).proven()
}

fn on_file() -> Story {
    at_counter()
        .scans(Side::Front, None)
        .scans(Side::Back, None)
}

/// Reviewed with the slip in it, and ready.
fn slip_approved() -> Story {
    on_file()
        .delivers(SealedSlip)
        .submits()
        .is(State::InReview)
        .review(&reviewer(), true)
        .is(State::Approved)
        .prepares()
}

#[test]
fn a_side_has_one_scan_and_a_case_so_many() {
    let story = on_file();
    assert_eq!(story.case.scans().len(), 2);
    let first = story.case.scans()[0].id;
    let story = story.scans(Side::Front, None).happened(&["scanned"]);
    assert_eq!(story.case.scans().len(), 2);
    assert!(story.case.scans().iter().all(|scan| scan.id != first));
    let mut story = story;
    while story.case.scans_taken() < SCANS_PER_CASE_MAX {
        story = story.scans(Side::Back, None);
    }
    let retry_at = story.case.deadline();
    story
        .scans(Side::Back, None)
        .nothing_but(&Refusal::TooMany { retry_at });
}

#[test]
fn c01_no_scan_before_its_document_has_matched() {
    let opened = || a_case().by(Channel::Counter).opened();
    opened()
        .scans(Side::Front, None)
        .nothing_but(&Refusal::OutOfOrder);
    opened()
        .answers(BusinessLicence)
        .scans(Side::Front, None)
        .nothing_but(&Refusal::OutOfOrder);
    // Once it is submitted, what the reviewers see stays as it is.
    on_file()
        .submits()
        .scans(Side::Front, None)
        .nothing_but(&Refusal::OutOfOrder);
    // Only where originals are in hand.
    a_case()
        .proven()
        .scans(Side::Front, None)
        .nothing_but(&Refusal::NotOffered);
}

#[test]
fn e19_where_a_picture_was_seen_before_is_not_forgotten() {
    let story = at_counter().scans(Side::Front, Some(Reuse::OtherMerchant));
    let story = story.scans(Side::Front, None);
    assert!(story.case.scans().iter().all(|scan| scan.reuse.is_none()));
    assert!(story.case.reuses().contains(&Reuse::OtherMerchant));
}

#[test]
fn a_slip_is_chosen_with_both_sides_on_file() {
    let refused = [
        at_counter(),
        at_counter().scans(Side::Front, None),
        at_counter()
            .scans(Side::Front, None)
            .scans(Side::Back, Some(Reuse::EarlierCase)),
        at_counter()
            .scans(Side::Front, Some(Reuse::OtherMerchant))
            .scans(Side::Back, None),
    ];
    for story in refused {
        assert!(!story.case.can_choose_slip());
        story.delivers(SealedSlip).nothing_but(&Refusal::OutOfOrder);
    }
    let story = on_file();
    assert!(story.case.can_choose_slip());
    let story = story.delivers(SealedSlip).happened(&["delivery_chosen"]);
    // Chosen again it is no news, and it can be taken back.
    let story = story.delivers(SealedSlip).happened(&[]);
    let story = story.delivers(Contact).happened(&["delivery_chosen"]);
    assert_eq!(story.case.delivery(), Contact);
}

#[test]
fn e19_a_picture_seen_elsewhere_takes_the_slip_away_again() {
    let story = on_file().delivers(SealedSlip);
    let story = story
        .scans(Side::Front, Some(Reuse::OtherMerchant))
        .happened(&["scanned", "delivery_chosen"]);
    assert_eq!(story.case.delivery(), Contact);
    story.delivers(SealedSlip).nothing_but(&Refusal::OutOfOrder);
}

#[test]
fn a_slip_belongs_to_the_counter() {
    a_case()
        .proven()
        .delivers(SealedSlip)
        .nothing_but(&Refusal::NotOffered);
    a_case()
        .by(Channel::Hotline)
        .proven()
        .delivers(SealedSlip)
        .nothing_but(&Refusal::NotOffered);
    on_file()
        .delivers(Destination::TerminalScreen)
        .nothing_but(&Refusal::NotAllowed);
    // After the decision it is too late: the reviewers would not have approved it.
    on_file()
        .submits()
        .delivers(SealedSlip)
        .nothing_but(&Refusal::OutOfOrder);
}

#[test]
fn f02_a_slip_takes_its_own_approval() {
    // Approved without the slip: the code goes to the phone and nowhere else.
    let story = on_file()
        .submits()
        .review(&reviewer(), true)
        .is(State::Approved)
        .prepares();
    story
        .issues_by(SealedSlip, &clerk())
        .nothing_but(&Refusal::NotAllowed);
    let story = slip_approved()
        .issues_by(SealedSlip, &clerk())
        .happened(&["code_issued"])
        .is(State::Issued);
    let code = story.case.code().unwrap();
    assert_eq!((code.to, code.contact_version), (SealedSlip, None));
}

#[test]
fn f02_nobody_but_a_clerk_has_a_slip_printed() {
    let colleague = staff("chen.clerk", "chen", Role::Clerk);
    slip_approved()
        .issues_by(SealedSlip, &colleague)
        .is(State::Issued);
    // The reviewer's second account, a clerk's, is the reviewer.
    let both = staff("zhao.clerk", "zhao", Role::Clerk);
    for by in [
        Actor::System,
        Actor::Holder,
        agent(),
        reviewer(),
        till(),
        both,
    ] {
        slip_approved()
            .issues_by(SealedSlip, &by)
            .nothing_but(&Refusal::NotAllowed);
    }
}

#[test]
fn a_phone_that_is_gone_is_sent_nothing_by_itself() {
    for by in [Actor::System, Actor::Holder, agent()] {
        slip_approved()
            .issues_by(Contact, &by)
            .nothing_but(&Refusal::NotAllowed);
    }
    slip_approved()
        .issues_by(Contact, &clerk())
        .is(State::Issued);
}

#[test]
fn b06_a_slip_ends_the_code_before_and_a_code_ends_the_slip() {
    let replaced = |story: &Story| {
        story.events().iter().any(|event| {
            matches!(
                event,
                CaseEvent::CodeEnded {
                    why: CodeEnd::Replaced,
                    ..
                }
            )
        })
    };
    let story = slip_approved().issues_by(SealedSlip, &clerk());
    let story = story.issues_by(Contact, &clerk());
    assert!(replaced(&story));
    assert_eq!(story.case.code().unwrap().to, Contact);
    let story = story.issues_by(SealedSlip, &clerk());
    assert!(replaced(&story));
    assert_eq!(story.case.code().unwrap().to, SealedSlip);
    story
        .issues_by(SealedSlip, &clerk())
        .nothing_but(&Refusal::CodesUsedUp);
}

#[test]
fn paper_lives_as_long_as_the_way_to_the_shop() {
    let story = slip_approved().issues_by(SealedSlip, &clerk());
    let story = story.after_minutes(119).ticks().is(State::Issued);
    let story = story.after_minutes(1).ticks().happened(&["code_ended"]);
    story.types(true).nothing_but(&Refusal::OutOfOrder);
    let story = slip_approved().issues_by(SealedSlip, &clerk());
    story.after_minutes(100).types(true).is(State::Redeemed);
}

#[test]
fn c13_a_contact_that_changes_after_the_approval_voids_a_slip_too() {
    let story = slip_approved().contact_changes();
    story
        .issues_by(SealedSlip, &clerk())
        .refused(&Refusal::FactsChanged)
        .is(State::Void);
    let story = slip_approved().issues_by(SealedSlip, &clerk());
    story
        .contact_changes()
        .types(true)
        .refused(&Refusal::FactsChanged)
        .is(State::Void);
}

#[test]
fn a_scan_is_a_clerks_work() {
    let scan = || {
        let story = on_file();
        let scan = story.case.scans()[0].clone();
        (story, Command::Scan(scan))
    };
    for by in [Actor::Holder, agent(), reviewer()] {
        let (story, command) = scan();
        story.ask(&command, &by).nothing_but(&Refusal::NotAllowed);
    }
    let (story, command) = scan();
    let Command::Scan(mut licence) = command else {
        unreachable!()
    };
    (licence.kind, licence.side) = (EvidenceKind::BusinessLicence, Side::Back);
    story
        .ask(&Command::Scan(licence), &clerk())
        .nothing_but(&Refusal::NotOffered);
}
