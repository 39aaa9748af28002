//! The reset code: one at a time, for one terminal and one operator, a few tries.

use tillkey_wire::ids::OperatorNumber;

use super::stage::*;
use crate::case::State;
use crate::event::{CaseEvent, CodeEnd, Destination};
use crate::refusal::Refusal;

fn why_it_ended(story: &Story) -> Option<CodeEnd> {
    story.events().iter().find_map(|event| match event {
        CaseEvent::CodeEnded { why, .. } => Some(*why),
        _ => None,
    })
}

#[test]
fn e01_a_code_dies_after_five_wrong_tries() {
    let mut story = a_case().issued();
    for left in [4, 3, 2, 1] {
        story = story
            .types(false)
            .refused(&Refusal::NotMatched)
            .happened(&["code_mistyped"]);
        assert_eq!(
            story.events(),
            [CaseEvent::CodeMistyped { tries_left: left }]
        );
    }
    let story = story.types(false).refused(&Refusal::NotMatched);
    let story = story
        .happened(&["code_mistyped", "code_ended"])
        .is(State::Approved);
    assert_eq!(why_it_ended(&story), Some(CodeEnd::TriesUsedUp));
    // Dead is dead: the right one comes too late.
    let story = story.types(true).nothing_but(&Refusal::OutOfOrder);
    story.issues().types(true).is(State::Redeemed);
}

#[test]
fn four_mistakes_are_forgiven() {
    let story = (0..4).fold(a_case().issued(), |story, _| {
        story.types(false).refused(&Refusal::NotMatched)
    });
    story.types(true).is(State::Redeemed);
}

#[test]
fn a11_a_right_code_on_another_terminal_or_operator_is_a_guess() {
    let supervisor = OperatorNumber::new(0).unwrap();
    for (terminal, operator) in [(OTHER_TILL, cashier()), (TILL, supervisor)] {
        let story = a_case().issued().types_at(true, terminal, operator);
        let mut story = story
            .refused(&Refusal::NotMatched)
            .happened(&["code_mistyped"]);
        for _ in 0..4 {
            story = story
                .types_at(true, terminal, operator)
                .refused(&Refusal::NotMatched);
        }
        let story = story
            .happened(&["code_mistyped", "code_ended"])
            .is(State::Approved);
        assert_eq!(why_it_ended(&story), Some(CodeEnd::TriesUsedUp));
    }
}

#[test]
fn d01_a_code_is_redeemed_once() {
    let story = a_case().redeemed();
    story
        .types(true)
        .nothing_but(&Refusal::OutOfOrder)
        .is(State::Redeemed);
}

#[test]
fn b06_a_new_code_ends_the_old_one() {
    let story = a_case().issued().types(false).refused(&Refusal::NotMatched);
    let old = story.case.code().unwrap().id;
    let story = story
        .issues()
        .happened(&["code_ended", "code_issued"])
        .is(State::Issued);
    assert_eq!(why_it_ended(&story), Some(CodeEnd::Replaced));
    let live = story.case.code().unwrap();
    assert_ne!(live.id, old);
    assert_eq!(live.mistyped, 0);
    let command = crate::case::Command::Redeem {
        code: old,
        matched: true,
        terminal: TILL,
        operator: cashier(),
    };
    let story = story
        .ask(&command, &till())
        .nothing_but(&Refusal::OutOfOrder);
    story.types(true).is(State::Redeemed);
}

#[test]
fn a_new_code_has_to_be_announced_again() {
    let story = a_case().issued().announces();
    assert!(story.case.is_announced());
    let story = story.issues();
    assert!(!story.case.is_announced());
}

#[test]
fn e07_a_case_has_three_codes_and_no_more() {
    let story = a_case().issued().issues().issues();
    let story = story
        .issues()
        .nothing_but(&Refusal::CodesUsedUp)
        .is(State::Issued);
    // The one that is live stays live.
    story
        .clone()
        .after_minutes(10)
        .ticks()
        .issues()
        .nothing_but(&Refusal::CodesUsedUp);
    assert_eq!(story.case.codes_issued(), 3);
}

#[test]
fn a_code_lives_ten_minutes() {
    let story = a_case().issued();
    story
        .clone()
        .after_minutes(9)
        .types(true)
        .is(State::Redeemed);
    let story = story
        .after_minutes(10)
        .types(true)
        .refused(&Refusal::OutOfOrder);
    let story = story.happened(&["code_ended"]).is(State::Approved);
    assert_eq!(why_it_ended(&story), Some(CodeEnd::Expired));
}

#[test]
fn after_the_code_a_password_is_chosen_in_ten_minutes() {
    let story = a_case().redeemed();
    story
        .clone()
        .after_minutes(9)
        .chooses_password()
        .is(State::Effective);
    let story = story
        .after_minutes(10)
        .chooses_password()
        .refused(&Refusal::OutOfOrder);
    let story = story.happened(&["code_ended"]).is(State::Approved);
    assert_eq!(why_it_ended(&story), Some(CodeEnd::ChoiceLapsed));
    story
        .issues()
        .types(true)
        .chooses_password()
        .is(State::Effective);
}

#[test]
fn d12_no_code_before_the_terminal_is_ready() {
    a_case()
        .approved()
        .issues()
        .nothing_but(&Refusal::NotPrepared);
    // What the terminal keeps has to be backed up; before it has spoken, nobody knows.
    for keeps in [Some(true), None] {
        let story = a_case()
            .where_known(|known| known.keeps_journal = keeps)
            .approved();
        let story = story.prepares().nothing_but(&Refusal::NotPrepared);
        story.issues().nothing_but(&Refusal::NotPrepared);
    }
}

#[test]
fn a_code_goes_to_the_registered_contact_and_nowhere_else() {
    let story = a_case().approved().prepares();
    let story = story
        .issues_to(Destination::TerminalScreen)
        .nothing_but(&Refusal::NotAllowed);
    let story = story.issues();
    assert_eq!(story.case.code().unwrap().contact_version, Some(1));
}

#[test]
fn d07_the_terminals_repeated_word_changes_nothing() {
    let story = a_case().redeemed().chooses_password().is(State::Effective);
    let story = story.chooses_password().happened(&[]).is(State::Effective);
    // Another registration is not a repetition, and another terminal has no word here.
    let story = story
        .registers(TILL, "another")
        .nothing_but(&Refusal::CaseClosed);
    story
        .registers(OTHER_TILL, REGISTRATION)
        .nothing_but(&Refusal::CaseClosed);
}

#[test]
fn g01_only_the_subjects_own_terminal_makes_it_effective() {
    let story = a_case().redeemed().registers(OTHER_TILL, REGISTRATION);
    story.nothing_but(&Refusal::NotAllowed).is(State::Redeemed);
}
