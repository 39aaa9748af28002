//! Separation of duties: persons are compared, not accounts and not roles.

use super::stage::*;
use crate::case::{Command, State};
use crate::event::CaseEvent;
use crate::party::{Actor, Role};
use crate::refusal::Refusal;
use crate::vocabulary::Channel;

fn in_review() -> Story {
    a_case()
        .by(Channel::Hotline)
        .proven()
        .submits()
        .is(State::InReview)
}

#[test]
fn f03_a_maker_does_not_review_by_a_second_account() {
    let second_account = staff("li.review", "li", Role::Reviewer);
    for approve in [true, false] {
        in_review()
            .review(&second_account, approve)
            .nothing_but(&Refusal::OwnWork);
    }
}

#[test]
fn f04_a_maker_promoted_after_the_submission_does_not_review() {
    let promoted = staff("li.agent", "li", Role::Reviewer);
    in_review()
        .review(&promoted, true)
        .nothing_but(&Refusal::OwnWork);
}

#[test]
fn everybody_who_had_a_hand_in_it_is_a_maker() {
    // One agent opens, another one gathers, a third submits.
    let second = staff("sun.agent", "sun", Role::Agent);
    let third = staff("wu.agent", "wu", Role::Agent);
    let story = a_case().by(Channel::Hotline).opened();
    let story = story.ask(
        &Command::Present {
            kind: SmsCode,
            matched: true,
        },
        &second,
    );
    let story = story.ask(&Command::Submit, &third).is(State::InReview);
    for person in ["li", "sun", "wu"] {
        let by = staff("some.account", person, Role::Reviewer);
        story
            .clone()
            .review(&by, true)
            .nothing_but(&Refusal::OwnWork);
    }
    story.review(&reviewer(), true).is(State::Approved);
}

#[test]
fn whoever_only_guessed_or_took_it_over_is_a_maker_too() {
    let story = a_case().by(Channel::Hotline).opened().guesses(SmsCode);
    let story = story.refused(&Refusal::NotMatched).handed_over();
    let story = story
        .answers(IdentityDocument)
        .answers(BusinessLicence)
        .submits();
    for person in ["li", "wang"] {
        let by = staff("some.account", person, Role::Reviewer);
        story
            .clone()
            .review(&by, true)
            .nothing_but(&Refusal::OwnWork);
    }
}

#[test]
fn two_reviews_take_two_persons() {
    let story = a_case().by(Channel::Hotline).at_night().proven().submits();
    let story = story.review(&reviewer(), true).is(State::InReview);
    let again = staff("zhao.second", "zhao", Role::Reviewer);
    let story = story.review(&again, true).nothing_but(&Refusal::OwnWork);
    story.review(&second_reviewer(), true).is(State::Approved);
}

#[test]
fn f03_nobody_but_a_reviewer_reviews() {
    for role in Role::ALL {
        let somebody = staff("somebody", "zhou", role);
        let story = in_review().review(&somebody, true);
        if role == Role::Reviewer {
            story.is(State::Approved);
        } else {
            story.nothing_but(&Refusal::NotAllowed);
        }
    }
    for by in [Actor::Holder, till(), Actor::System] {
        in_review()
            .review(&by, true)
            .nothing_but(&Refusal::NotAllowed);
    }
}

#[test]
fn one_no_is_enough() {
    let story = a_case().by(Channel::Hotline).at_night().proven().submits();
    let story = story.review(&reviewer(), true);
    let story = story.review(&second_reviewer(), false);
    story.happened(&["reviewed", "refused"]).is(State::Refused);
}

#[test]
fn a_refusal_needs_a_reason() {
    let silent = Command::Review {
        approve: false,
        comment_digest: None,
    };
    in_review()
        .ask(&silent, &reviewer())
        .nothing_but(&Refusal::ReasonMissing);
}

#[test]
fn an_amended_case_is_decided_and_reviewed_anew() {
    let story = a_case().by(Channel::Hotline).at_night().proven().submits();
    let story = story.review(&reviewer(), true).is(State::InReview);
    let story = story.amends().happened(&["amended"]).is(State::Gathering);
    assert_eq!(
        (story.case.reviews(), story.case.verdict()),
        (&[][..], None)
    );
    let story = story.answers(RecentTransactions).submits();
    let story = story.review(&second_reviewer(), true);
    let story = story.is(State::InReview);
    // The first one approved another case than this is now: they may say so again.
    story.review(&reviewer(), true).is(State::Approved);
}

#[test]
fn whoever_amends_a_case_does_not_review_it() {
    let colleague = staff("sun.agent", "sun", Role::Agent);
    let story = in_review().ask(&Command::Amend, &colleague).submits();
    let promoted = staff("sun.review", "sun", Role::Reviewer);
    let story = story.is(State::InReview).review(&promoted, true);
    story.nothing_but(&Refusal::OwnWork);
}

#[test]
fn only_whoever_drives_a_case_takes_it_back() {
    let clerk = clerk();
    for by in [reviewer(), clerk, Actor::Holder, till()] {
        in_review()
            .ask(&Command::Amend, &by)
            .nothing_but(&Refusal::NotAllowed);
    }
    let gathering = a_case().by(Channel::Hotline).proven();
    gathering.amends().nothing_but(&Refusal::OutOfOrder);
    let approved = in_review().review(&reviewer(), true);
    approved.amends().nothing_but(&Refusal::OutOfOrder);
}

#[test]
fn a_hand_over_takes_the_case_back_from_its_reviewers() {
    let story = a_case().by(Channel::Hotline).at_night().proven().submits();
    let story = story.review(&reviewer(), true).handed_over();
    let story = story
        .happened(&["amended", "handed_over"])
        .is(State::Gathering);
    assert!(story.case.reviews().is_empty());
    let story = story.answers(IdentityDocument).answers(BusinessLicence);
    story.submits().is(State::InReview);
}

#[test]
fn evidence_is_not_slipped_under_a_review() {
    let slipped = Command::Present {
        kind: RecentTransactions,
        matched: true,
    };
    in_review()
        .ask(&slipped, &agent())
        .nothing_but(&Refusal::OutOfOrder);
    // And where an event says that it was, nothing that was approved before counts.
    let mut case = a_case()
        .by(Channel::Hotline)
        .at_night()
        .proven()
        .submits()
        .review(&reviewer(), true)
        .case;
    let event = CaseEvent::Matched {
        kind: RecentTransactions,
        contact_version: None,
    };
    case.fold(noon(), &agent(), &event);
    assert_eq!((case.state(), case.reviews()), (State::Gathering, &[][..]));
}

#[test]
fn a_case_is_taken_back_a_few_times_and_no_more() {
    let mut story = in_review();
    for _ in 0..3 {
        story = story.amends().submits().is(State::InReview);
    }
    let retry_at = story.case.deadline();
    story.amends().nothing_but(&Refusal::TooMany { retry_at });
}
