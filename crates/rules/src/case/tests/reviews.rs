//! Separation of duties: persons are compared, not accounts and not roles.

use super::stage::*;
use crate::case::{Command, State};
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
