//! What the till does when something happens.

use tillkey_terminal::wire::password::Rule;
use tillkey_terminal::{Activity, Notice};

use super::{
    Till, code_issued, code_on_screen, effective, in_hand, operator, password_refused, refused,
    session_ended, signed_on,
};
use crate::terminal::entry::Name;
use crate::terminal::model::{Effect, Key, Purpose, Screen, Waiting};
use crate::terminal::words::Language;
use crate::till::Act;

/// What is typed into a field of the screen, if there is such a field.
pub(super) fn typed(till: &Till, name: Name) -> Option<String> {
    match &till.model.screen {
        Screen::Ask(ask) => ask.form.field(name).map(|field| field.expose().clone()),
        _ => None,
    }
}

pub(super) fn said(till: &Till) -> String {
    let said = match &till.model.screen {
        Screen::Ask(ask) => ask.said.as_ref(),
        Screen::Done { said, .. } => Some(said),
        _ => None,
    };
    said.map(|said| said.text(Language::English, till.model.now))
        .unwrap_or_default()
}

pub(super) fn waits(till: &Till, what: Waiting) -> bool {
    matches!(&till.model.screen, Screen::Wait(wait) if wait.what == what)
}

#[test]
fn an_operator_signs_on_and_off() {
    let till = Till::ready().enters("01").enters("739201");
    let Act::SignOn(who, password) = till.act() else {
        panic!("{:?}", till.effects)
    };
    assert_eq!(
        (*who, password.expose().as_str()),
        (operator("01"), "739201")
    );
    assert!(waits(&till, Waiting::SigningOn));
    let till = till.hears(signed_on("01"));
    assert_eq!(till.model.signed_on, Some(operator("01")));
    assert!(matches!(till.model.screen, Screen::Menu));
    let till = till.presses(Key::Char('0'));
    assert!(matches!(till.act(), Act::SignOff(_)));
    let till = till.hears(session_ended("01"));
    assert_eq!(till.model.signed_on, None);
    assert_eq!(said(&till), "Operator 01 is signed off.");
}

#[test]
fn a_sign_on_that_was_cancelled_and_comes_through_is_signed_off() {
    let till = Till::ready()
        .enters("01")
        .enters("739201")
        .presses(Key::Cancel);
    let till = till.hears(signed_on("01"));
    assert!(matches!(till.act(), Act::SignOff(_)));
    assert_eq!(till.model.signed_on, None);
}

#[test]
fn a_session_that_the_bank_ends_is_said_to_be() {
    let till = Till::signed_on("01").hears(session_ended("01"));
    assert_eq!(
        said(&till),
        "The bank ended the session of operator 01. Sign on again."
    );
    let other = Till::signed_on("01").hears(session_ended("00"));
    assert_eq!(
        other.model.signed_on,
        Some(operator("01")),
        "somebody else's session"
    );
}

#[test]
fn without_a_link_numbers_stay_and_passwords_go() {
    let till = Till::choosing("01")
        .loses_link()
        .enters("739201")
        .enters("739201");
    assert!(till.effects.is_empty());
    for name in [Name::NewPassword, Name::Again] {
        assert_eq!(typed(&till, name).as_deref(), Some(""));
    }
    let till = till.hears(Notice::Welcomed);
    assert_eq!(said(&till), "", "the link is back");
    let till = Till::ready()
        .presses(Key::Code)
        .enters("01")
        .loses_link()
        .enters("40719352");
    assert!(till.effects.is_empty());
    assert_eq!(typed(&till, Name::ResetCode).as_deref(), Some("40719352"));
}

#[test]
fn a_password_that_is_left_half_typed_goes_after_a_minute() {
    let till = Till::ready().enters("01").types("7392").after(59);
    assert_eq!(typed(&till, Name::Password).as_deref(), Some("7392"));
    let till = till.after(1);
    assert_eq!(typed(&till, Name::Password).as_deref(), Some(""));
    assert_eq!(typed(&till, Name::Operator).as_deref(), Some("01"));
}

#[test]
fn a_refusal_counts_down_and_then_says_so() {
    let refusal = refused(Activity::SignOn, "01", "too_many", Some(65));
    let till = Till::ready().enters("01").enters("739201").hears(refusal);
    assert!(said(&till).contains("1:05"), "{}", said(&till));
    assert_eq!(typed(&till, Name::Operator).as_deref(), Some("01"));
    let till = till.after(5);
    assert!(said(&till).contains("1:00"), "{}", said(&till));
    let till = till.after(60);
    assert_eq!(said(&till), "Too many attempts. You may try again now.");
}

#[test]
fn a_code_that_was_issued_leads_to_its_screen() {
    let till = Till::ready().hears(code_issued("01")).presses(Key::Code);
    assert_eq!(typed(&till, Name::Operator).as_deref(), Some("01"));
    let till = till.enters("40719352");
    let Act::Redeem(who, code) = till.act() else {
        panic!("{:?}", till.effects)
    };
    assert_eq!((*who, code.expose().as_str()), (operator("01"), "40719352"));
    let over = Till::ready().hears(code_issued("01")).after(601);
    assert!(
        over.model.banner.is_none(),
        "a code that is over is not announced"
    );
}

fn shows_number(till: &Till) -> bool {
    matches!(till.model.screen, Screen::Number(_))
}

#[test]
fn a_number_the_bank_asks_for_is_shown_at_once_and_goes_by_itself() {
    let till = Till::ready().hears(in_hand(Some("01")));
    assert!(shows_number(&till));
    assert!(shows_number(
        &Till::signed_on("01").hears(in_hand(Some("01")))
    ));
    let till = till.after(271);
    assert!(shows_number(&till));
    assert!(!shows_number(&till.after(1)));
}

#[test]
fn a_number_interrupts_nobody_and_waits_behind_its_key() {
    let till = Till::ready()
        .enters("01")
        .types("7392")
        .hears(in_hand(Some("02")));
    assert_eq!(typed(&till, Name::Password).as_deref(), Some("7392"));
    let till = till.presses(Key::Number);
    assert!(shows_number(&till), "the one that was asked for");
    assert!(till.effects.is_empty(), "and no other is drawn");
    let till = till.presses(Key::Confirm);
    assert!(matches!(till.presses(Key::Number).act(), Act::ShowNumber));
    let over = Till::choosing("01").hears(in_hand(Some("01"))).after(272);
    assert!(over.model.banner.is_none());
}

#[test]
fn the_number_key_works_without_a_link_and_the_menu_has_it() {
    let till = Till::ready().loses_link().presses(Key::Number);
    assert!(matches!(till.act(), Act::ShowNumber));
    let till = till.hears(in_hand(None));
    assert!(shows_number(&till));
    assert!(!shows_number(&till.after(300)));
    let menu = Till::signed_on("01").presses(Key::Char('7'));
    assert!(matches!(menu.act(), Act::ShowNumber));
    let blank = Till::new(false).presses(Key::Number);
    assert!(
        blank.effects.is_empty(),
        "there is none before the enrolment"
    );
    let left = Till::ready().presses(Key::Number).presses(Key::Cancel);
    assert!(
        !shows_number(&left.hears(in_hand(None))),
        "nobody waits for it"
    );
}

#[test]
fn a_first_password_begins_with_the_code_on_the_screen() {
    let till = Till::ready().enters("02");
    assert!(matches!(till.model.screen, Screen::Offer(_)));
    let till = till.presses(Key::Confirm);
    assert!(matches!(till.act(), Act::FirstPassword(_)));
    let till = till.hears(code_on_screen("02"));
    let Screen::Ask(ask) = &till.model.screen else {
        panic!("nothing is asked")
    };
    assert!(matches!(ask.purpose, Purpose::CodeShown { .. }));
    let till = till.enters("40719352");
    assert!(matches!(till.act(), Act::Redeem(..)));
}

#[test]
fn a_password_is_judged_before_it_is_typed_again() {
    let till = Till::choosing("01").enters("112233");
    assert_eq!(typed(&till, Name::NewPassword).as_deref(), Some(""));
    let Screen::Ask(ask) = &till.model.screen else {
        panic!("nothing is asked")
    };
    let Purpose::Choose(choosing) = &ask.purpose else {
        panic!("nothing is chosen")
    };
    assert!(
        choosing.broken.contains(&Rule::Sequence),
        "{:?}",
        choosing.broken
    );
}

#[test]
fn a_chosen_password_is_sent_once_and_kept_nowhere() {
    let till = Till::choosing("01").enters("739201").enters("739201");
    let Act::ChoosePassword(_, password) = till.act() else {
        panic!("{:?}", till.effects)
    };
    assert_eq!(password.expose(), "739201");
    assert!(waits(&till, Waiting::Registering));
    let till = till.hears(password_refused("01", Rule::LastFour));
    assert_eq!(typed(&till, Name::NewPassword).as_deref(), Some(""));
    let till = till
        .enters("592748")
        .enters("592748")
        .hears(effective("01"));
    assert_eq!(
        said(&till),
        "The new password of operator 01 works now. Sign on with it."
    );
    let till = till.presses(Key::Confirm);
    assert_eq!(typed(&till, Name::Operator).as_deref(), Some("01"));
}

#[test]
fn two_passwords_that_differ_are_both_forgotten() {
    let till = Till::choosing("01").enters("739201").enters("739202");
    assert!(till.effects.is_empty());
    for name in [Name::NewPassword, Name::Again] {
        assert_eq!(typed(&till, name).as_deref(), Some(""));
    }
}

#[test]
fn giving_up_a_reset_tells_the_terminal() {
    let till = Till::choosing("01").types("7392").presses(Key::Cancel);
    assert!(matches!(till.act(), Act::AbandonReset(_)));
    let till = till.hears(password_refused("01", Rule::LastFour));
    assert_eq!(
        typed(&till, Name::NewPassword),
        None,
        "a late answer changes nothing"
    );
}

#[test]
fn an_enrolment_takes_what_was_typed() {
    let till = Till::new(false).enters("9k4t2mxq7rab");
    let [
        Effect::Enrol {
            server,
            serial_number,
            code,
        },
    ] = till.effects.as_slice()
    else {
        panic!("{:?}", till.effects)
    };
    assert_eq!(server.to_string(), "http://127.0.0.1:8080");
    assert_eq!(serial_number.as_str(), "SN0012345678");
    assert_eq!(code.expose(), "9K4T2MXQ7RAB");
}

#[test]
fn switching_off_signs_off() {
    let till = Till::signed_on("01").presses(Key::Leave);
    assert!(matches!(
        till.effects.as_slice(),
        [Effect::Act(Act::SignOff(_)), Effect::Leave]
    ));
}
