//! A new password on a terminal that has no link: by the answer to its challenge, or by
//! its supervisor, who then tells of it.

use super::stage::*;
use crate::case::State;
use crate::event::{CaseEvent, Destination, Preparation};
use crate::party::Role;
use crate::refusal::Refusal;
use crate::vocabulary::Channel;

use Destination::{AnswerReadOut, AnswerToContact, TerminalScreen};

const MINUTES_OF_A_DAY: i64 = 24 * 60;

fn away() -> Beginning {
    a_case()
        .by(Channel::Hotline)
        .with_journal()
        .where_known(|known| known.terminal_online = false)
}

#[test]
fn an_answer_is_given_without_a_backup_where_there_is_no_link() {
    let story = away().approved().issues_by(AnswerReadOut, &agent());
    let story = story
        .happened(&["prepared", "code_issued"])
        .is(State::Issued);
    assert_eq!(story.case.preparation(), Some(&Preparation::Unreachable));
    let story = story.types(true).happened(&["code_redeemed"]);
    story.chooses_password().is(State::Effective);
}

#[test]
fn with_a_link_no_challenge_gets_round_the_backup() {
    let story = a_case().by(Channel::Hotline).with_journal().approved();
    let story = story
        .issues_by(AnswerReadOut, &agent())
        .nothing_but(&Refusal::NotPrepared);
    // Backed up, and then the link went.
    let story = story.asks_for_backup().backs_up(|_| ());
    let story = story.meanwhile(|known| known.terminal_online = false);
    story
        .issues_by(AnswerReadOut, &agent())
        .happened(&["code_issued"]);
}

#[test]
fn no_answer_before_the_decision() {
    away()
        .proven()
        .issues_by(AnswerReadOut, &agent())
        .nothing_but(&Refusal::OutOfOrder);
    away()
        .proven()
        .submits()
        .is(State::InReview)
        .issues_by(AnswerReadOut, &agent())
        .nothing_but(&Refusal::OutOfOrder);
}

#[test]
fn f01_an_answer_is_read_out_by_the_channels_own_staff_alone() {
    for other in [
        reviewer(),
        clerk(),
        staff("root", "root", Role::Administrator),
        till(),
    ] {
        away()
            .approved()
            .issues_by(AnswerReadOut, &other)
            .nothing_but(&Refusal::NotAllowed);
    }
    // Whoever holds the link to a case reads nothing: the answer goes to the phone.
    let by_phone = a_case().where_known(|known| known.terminal_online = false);
    let story = by_phone.with_journal().approved();
    let holder = crate::party::Actor::Holder;
    let story = story
        .issues_by(AnswerReadOut, &holder)
        .nothing_but(&Refusal::NotAllowed);
    let story = story.issues_by(AnswerToContact, &holder);
    assert_eq!(story.case.code().unwrap().contact_version, Some(1));
}

#[test]
fn the_terminals_word_is_waited_for_longer_than_a_case_lasts() {
    let story = away().approved().issues_by(AnswerReadOut, &agent());
    let story = story
        .after_minutes(29 * MINUTES_OF_A_DAY)
        .types(true)
        .is(State::Redeemed);
    // Nobody knows when the operator signs on again.
    story
        .after_minutes(MINUTES_OF_A_DAY / 2)
        .chooses_password()
        .is(State::Effective);
    let story = away().approved().issues_by(AnswerReadOut, &agent());
    story
        .after_minutes(31 * MINUTES_OF_A_DAY)
        .types(true)
        .refused(&Refusal::CaseClosed)
        .is(State::Expired);
}

#[test]
fn c13_an_answer_is_void_once_the_contact_changed() {
    let story = away().approved().issues_by(AnswerReadOut, &agent());
    story
        .contact_changes()
        .types(true)
        .refused(&Refusal::FactsChanged)
        .is(State::Void);
}

#[test]
fn a_supervisor_vouches_for_a_cashier_and_nothing_is_shown() {
    let story = a_case().by(Channel::Terminal).approved().prepares();
    let story = story.issues_to(TerminalScreen).types(true);
    story.chooses_password().is(State::Effective);
}

#[test]
fn f07_a_supervisor_vouches_for_nobody_above_a_cashier() {
    for number in [0, 99] {
        let story = a_case().by(Channel::Terminal).for_operator(number).proven();
        let story = story.submits();
        assert!(!story.case.state().is_approved(), "{number}");
    }
}

#[test]
fn what_a_supervisor_did_without_a_link_needs_no_backup_and_with_one_it_does() {
    let at_till = || a_case().by(Channel::Terminal).with_journal();
    let done = crate::case::Command::DoneOffline;
    let story = at_till().done_offline().approved().ask(&done, &till());
    let story = story.happened(&["prepared"]);
    assert!(matches!(
        story.events(),
        [CaseEvent::Prepared(Preparation::Unreachable)]
    ));
    at_till()
        .approved()
        .ask(&done, &till())
        .nothing_but(&Refusal::NotPrepared);
}

#[test]
fn a_case_that_is_told_of_later_waits_for_the_operator() {
    let story = a_case().by(Channel::Terminal).done_offline().approved();
    let story = story.ask(&crate::case::Command::DoneOffline, &till());
    story
        .after_minutes(20 * MINUTES_OF_A_DAY)
        .issues_to(TerminalScreen)
        .is(State::Issued);
}
