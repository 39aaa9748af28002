//! What each reason does to the old password, and when a first one may be chosen.

use jiff::SignedDuration;

use super::stage::*;
use crate::case::State;
use crate::credential::{Change, change};
use crate::event::{Destination, OldPassword};
use crate::refusal::Refusal;
use crate::vocabulary::{Channel, Reason};

#[test]
fn the_reason_says_what_becomes_of_the_old_password() {
    let in_three_days = noon().checked_add(SignedDuration::from_hours(72)).unwrap();
    let table = [
        (Reason::Forgotten, OldPassword::Kept),
        (Reason::Locked, OldPassword::Kept),
        (Reason::StaffLeft, OldPassword::Revoked),
        (Reason::Compromised, OldPassword::Revoked),
        (
            Reason::SystemUpdate,
            OldPassword::EndsAt { at: in_three_days },
        ),
    ];
    for (reason, expected) in table {
        let story = a_case()
            .by(Channel::Hotline)
            .because(reason)
            .proven()
            .submits();
        assert_eq!(
            story.case.old_password(),
            None,
            "{reason}: not before the approval"
        );
        let story = story.review(&reviewer(), true).is(State::Approved);
        assert_eq!(story.case.old_password(), Some(expected), "{reason}");
    }
    let story = a_case().first_password().approved();
    assert_eq!(story.case.old_password(), Some(OldPassword::Kept));
}

#[test]
fn a_refused_or_undecided_case_leaves_the_old_password_alone() {
    let story = a_case()
        .by(Channel::Hotline)
        .because(Reason::Compromised)
        .proven()
        .submits();
    assert!(story.case.approved().is_err());
    let story = story.review(&reviewer(), false).is(State::Refused);
    assert_eq!(story.case.old_password(), None);
    assert!(story.case.approved().is_err());
}

#[test]
fn a_change_is_to_the_cases_own_subject() {
    let story = a_case().redeemed();
    let change = change(&story.case.approved().unwrap(), Change::Revoke);
    assert_eq!(change.case(), story.case.id());
    assert_eq!((change.terminal(), change.operator()), (TILL, cashier()));
    assert_eq!(change.what(), &Change::Revoke);
}

#[test]
fn a_first_password_is_chosen_at_the_enrolled_terminal() {
    let story = a_case().first_password().issued();
    let code = story.case.code().unwrap();
    assert_eq!(
        (code.to, code.contact_version),
        (Destination::TerminalScreen, None)
    );
    story.types(true).chooses_password().is(State::Effective);
}

#[test]
fn a_first_password_needs_a_fresh_enrolment_and_no_password() {
    let first = || a_case().first_password();
    let enrolled = |hours| {
        move |known: &mut crate::party::SubjectFacts| {
            known.enrolled_at = noon().checked_sub(SignedDuration::from_hours(hours)).ok();
        }
    };
    first().where_known(enrolled(71)).opened();
    assert_eq!(
        first().where_known(enrolled(72)).is_refused(),
        Refusal::NotAllowed
    );
    let never = first().where_known(|known| known.enrolled_at = None);
    assert_eq!(never.is_refused(), Refusal::NotServed);
    let set = first().where_known(|known| known.has_password = true);
    assert_eq!(set.is_refused(), Refusal::PasswordAlreadySet);
    assert_eq!(first().for_nobody().is_refused(), Refusal::NotServed);
}

#[test]
fn a_password_set_meanwhile_is_not_taken_over_by_the_terminals_screen() {
    // The screen is good enough only while there is nothing to take over.
    let story = a_case().first_password().approved().prepares();
    let story = story.meanwhile(|known| known.has_password = true).issues();
    story.nothing_but(&Refusal::PasswordAlreadySet);
}

#[test]
fn an_administrators_first_password_takes_a_reviewer() {
    let story = a_case()
        .first_password()
        .for_operator(99)
        .proven()
        .submits();
    let story = story.happened(&["decided"]).is(State::InReview);
    assert!(story.case.approved().is_err());
}
