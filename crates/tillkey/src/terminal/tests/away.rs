//! Without a link, and the supervisor at the till.

use jiff::SignedDuration;
use tillkey_terminal::wire::message::{Deed, DeedKind, Supervisor};
use tillkey_terminal::wire::password::{PasswordRules, Rule};
use tillkey_terminal::{Activity, Fault, Notice};

use super::behaviour::{said, typed, waits};
use super::{
    Till, code_accepted, effective, now, operator, password_refused, refused, session_ended,
    signed_on,
};
use crate::terminal::entry::Name;
use crate::terminal::model::{Change, Effect, Key, Purpose, Screen, Waiting};
use crate::till::{Act, View};

pub(super) fn challenge(number: &str) -> Notice {
    Notice::OfflineChallenge {
        operator: operator(number),
        challenge: "07482913".parse().unwrap(),
        until: now() + SignedDuration::from_mins(30),
        tries_left: 5,
    }
}

pub(super) fn wrong_answer(number: &str, tries_left: u32) -> Notice {
    Notice::WrongAnswer {
        operator: operator(number),
        tries_left,
    }
}

pub(super) fn choose_now(number: &str) -> Notice {
    Notice::ChooseNow {
        operator: operator(number),
        until: now() + SignedDuration::from_mins(10),
        rules: PasswordRules::DEFAULT,
    }
}

pub(super) fn in_force(number: &str) -> Notice {
    Notice::InForceOffline {
        operator: operator(number),
    }
}

pub(super) fn added(number: &str) -> Notice {
    Notice::Added {
        operator: operator(number),
    }
}

pub(super) fn deed_refused(number: &str, kind: fn(Supervisor) -> DeedKind) -> Notice {
    let supervisor = Supervisor {
        operator: operator("00"),
        session: tillkey_terminal::wire::ids::SessionId::from_bytes([2; 10]),
    };
    Notice::DeedRefused {
        deed: Deed {
            number: 1,
            operator: operator(number),
            at: now(),
            kind: kind(supervisor),
        },
        code: "not_served".parse().unwrap(),
    }
}

pub(super) fn password_void(number: &str) -> Notice {
    Notice::OfflinePasswordRefused {
        operator: operator(number),
        code: "not_matched".parse().unwrap(),
    }
}

impl Till {
    /// Without a link, with the challenge of that operator on the screen.
    pub(super) fn challenged(number: &str) -> Self {
        let till = Self::ready().loses_link().presses(Key::Code);
        till.enters(number).hears(challenge(number))
    }

    /// The supervisor is signed on and looks at the cashiers.
    pub(super) fn managing() -> Self {
        Self::signed_on("00").presses(Key::Char('8'))
    }

    /// As [`Self::managing`], asked once more about a reset of operator 01.
    pub(super) fn resetting() -> Self {
        Self::managing()
            .presses(Key::Char('2'))
            .presses(Key::Confirm)
    }

    /// With more about the cashiers than there was.
    pub(super) fn with_cashiers(mut self) -> Self {
        let mut view = View::clone(&self.model.view);
        let mut cashier = |number, password_set, set_offline, is_new| {
            let like = view.operators[1];
            view.operators.push(tillkey_terminal::OperatorView {
                number: operator(number),
                password_set,
                set_offline,
                is_new,
                ..like
            });
        };
        cashier("03", true, true, false);
        cashier("07", false, false, true);
        view.operators[1].session =
            Some(tillkey_terminal::wire::ids::SessionId::from_bytes([2; 10]));
        self.model.update(super::Event::View(view));
        self
    }
}

#[test]
fn a_sign_on_needs_no_link() {
    let till = Till::ready().loses_link().enters("01").enters("739201");
    assert!(matches!(till.act(), Act::SignOn(..)));
    let till = till.hears(signed_on("01"));
    assert!(matches!(till.model.screen, Screen::Menu));
    let unknown = Till::ready().loses_link().enters("01").enters("739201");
    let unknown = unknown.fails_with(Fault::Offline);
    assert!(
        said(&unknown).contains("cannot check"),
        "{}",
        said(&unknown)
    );
}

#[test]
fn too_many_tries_count_down_or_wait_for_the_link() {
    let tried = || Till::ready().loses_link().enters("01").enters("739201");
    let too_many = |until| Notice::TooManyTries {
        operator: operator("01"),
        until,
    };
    let till = tried().hears(too_many(Some(now() + SignedDuration::from_secs(65))));
    assert!(said(&till).contains("1:05"), "{}", said(&till));
    let held = tried().hears(too_many(None));
    assert!(
        said(&held).contains("until there is a network"),
        "{}",
        said(&held)
    );
}

#[test]
fn a_forgotten_password_is_reset_by_telephone() {
    let till = Till::ready().loses_link().presses(Key::Code);
    let Screen::Ask(ask) = &till.model.screen else {
        panic!("nothing is asked")
    };
    assert!(matches!(ask.purpose, Purpose::Forgotten));
    let till = till.enters("01");
    assert!(matches!(till.act(), Act::OfflineChallenge(_)));
    let till = till.hears(challenge("01")).enters("40719352");
    let Act::OfflineAnswer(who, answer) = till.act() else {
        panic!("{:?}", till.effects)
    };
    assert_eq!(
        (*who, answer.expose().as_str()),
        (operator("01"), "40719352")
    );
    let till = till.hears(wrong_answer("01", 4));
    assert_eq!(said(&till), "The answer is wrong. Tries left: 4.");
    assert_eq!(typed(&till, Name::Answer).as_deref(), Some(""));
    let till = till.enters("40719353").hears(choose_now("01"));
    let till = till.enters("739201").enters("739201");
    assert!(matches!(till.act(), Act::ChoosePassword(..)));
    assert!(waits(&till, Waiting::Registering));
    let till = till.hears(in_force("01"));
    assert!(said(&till).contains("works now"), "{}", said(&till));
    let till = till.presses(Key::Confirm);
    assert_eq!(typed(&till, Name::Operator).as_deref(), Some("01"));
}

#[test]
fn used_up_late_and_impossible_challenges_begin_anew() {
    let answered = || Till::challenged("01").enters("40719352");
    for till in [
        answered().hears(wrong_answer("01", 0)),
        answered().fails_with(Fault::OutOfOrder {
            operator: operator("01"),
        }),
        Till::ready()
            .loses_link()
            .presses(Key::Code)
            .enters("01")
            .fails_with(Fault::NotAgreed),
    ] {
        let Screen::Ask(ask) = &till.model.screen else {
            panic!("nothing is asked")
        };
        assert!(matches!(ask.purpose, Purpose::Forgotten));
        assert!(!said(&till).is_empty());
    }
}

#[test]
fn with_a_link_the_code_key_leads_to_the_code() {
    let till = Till::ready().presses(Key::Code);
    let Screen::Ask(ask) = &till.model.screen else {
        panic!("nothing is asked")
    };
    assert!(matches!(ask.purpose, Purpose::CodeSent));
    // Without one an operator who never had a password is helped on, too.
    let till = Till::ready()
        .loses_link()
        .enters("02")
        .presses(Key::Confirm);
    assert!(matches!(till.act(), Act::OfflineChallenge(_)));
}

#[test]
fn only_the_supervisor_has_the_cashiers() {
    let cashier = Till::signed_on("01").presses(Key::Char('8'));
    assert!(matches!(cashier.model.screen, Screen::Menu));
    let till = Till::managing();
    let listed: Vec<_> = till.model.cashiers().map(|c| c.number).collect();
    assert_eq!(listed, ["01", "02"].map(operator));
    let ended = till.hears(session_ended("00"));
    assert!(said(&ended).contains("session of operator 00"));
}

#[test]
fn a_cashier_is_added_and_chooses_with_the_supervisor_signed_off() {
    let till = Till::managing().presses(Key::Char('1')).enters("07");
    assert!(matches!(till.act(), Act::AddCashier(..)));
    let till = till.hears(added("07"));
    assert!(matches!(till.act(), Act::ResetCashier(..)), "at once");
    for (permitted, registers) in [
        (code_accepted("07"), effective("07")),
        (choose_now("07"), in_force("07")),
    ] {
        let till = Till::managing().presses(Key::Char('1')).enters("07");
        let till = till.hears(added("07")).hears(permitted);
        assert!(matches!(till.model.screen, Screen::HandOver(_)));
        assert!(till.model.signed_on.is_some());
        let till = till.presses(Key::Confirm);
        assert!(
            matches!(till.act(), Act::SignOff(_)),
            "nobody's menu lies behind it"
        );
        assert_eq!(till.model.signed_on, None);
        let till = till
            .hears(session_ended("00"))
            .enters("739201")
            .enters("739201");
        assert!(matches!(till.act(), Act::ChoosePassword(..)));
        let till = till.hears(registers).presses(Key::Confirm);
        assert_eq!(typed(&till, Name::Operator).as_deref(), Some("07"));
        assert_eq!(typed(&till, Name::Password).as_deref(), Some(""));
    }
}

#[test]
fn a_choice_that_is_given_up_leads_to_the_sign_on_and_not_to_the_menu() {
    let till = Till::resetting()
        .hears(choose_now("01"))
        .presses(Key::Confirm);
    let till = till.presses(Key::Cancel);
    assert!(matches!(till.act(), Act::AbandonReset(_)));
    assert!(!matches!(till.model.screen, Screen::Menu));
    // Before the keypad is handed over, the supervisor may think again.
    let till = Till::resetting()
        .hears(choose_now("01"))
        .presses(Key::Cancel);
    assert!(matches!(till.act(), Act::AbandonReset(_)));
    assert!(matches!(till.model.screen, Screen::Cashiers { .. }));
    assert!(till.model.signed_on.is_some());
}

#[test]
fn a_removal_is_asked_for_once_more() {
    let till = Till::managing().presses(Key::Down).presses(Key::Char('3'));
    let Screen::Sure(Change::Remove(who)) = till.model.screen else {
        panic!("nothing is asked")
    };
    assert_eq!(who, operator("02"));
    let kept = Till::managing()
        .presses(Key::Char('3'))
        .presses(Key::Cancel);
    assert!(kept.effects.is_empty());
    let till = till.presses(Key::Confirm);
    assert!(matches!(till.act(), Act::RemoveCashier(..)));
    let till = till.hears(Notice::Removed {
        operator: operator("02"),
    });
    assert!(matches!(
        &till.model.screen,
        Screen::Cashiers { said: Some(_), .. }
    ));
}

#[test]
fn a_supervisor_who_signed_on_long_ago_signs_on_again() {
    let again = Fault::SignOnAgain {
        operator: operator("00"),
    };
    let till = Till::managing().presses(Key::Char('1')).enters("07");
    let till = till.fails_with(again);
    assert!(matches!(till.act(), Act::SignOff(_)));
    assert_eq!(typed(&till, Name::Operator).as_deref(), Some("00"));
    assert!(said(&till).contains("sign on again"), "{}", said(&till));
}

#[test]
fn what_the_bank_says_no_to_is_said() {
    let not_yet = refused(Activity::Choose, "01", "not_prepared", None);
    let till = Till::resetting().hears(not_yet);
    assert!(waits(&till, Waiting::Permitting), "for the backup");
    let till = till.hears(refused(Activity::Choose, "01", "case_closed", None));
    assert!(matches!(
        &till.model.screen,
        Screen::Cashiers { said: Some(_), .. }
    ));
    let refusal = deed_refused("01", |supervisor| DeedKind::Reset { supervisor });
    let till = Till::resetting().hears(refusal);
    assert!(matches!(
        &till.model.screen,
        Screen::Cashiers { said: Some(_), .. }
    ));
    let refusal = deed_refused("07", |supervisor| DeedKind::Add { supervisor });
    assert!(Till::ready().hears(refusal).model.banner.is_some());

    // A void password is said where it is typed, before anybody who is there, and to
    // nobody in the middle of something.
    let typing = Till::ready().enters("01").enters("739201");
    assert!(said(&typing.hears(password_void("01"))).contains("no longer works"));
    let idle = Till::ready().hears(password_void("01"));
    assert!(matches!(idle.model.screen, Screen::Done { .. }));
    let busy = Till::ready().enters("02").hears(password_void("01"));
    assert!(busy.model.banner.is_some());
}

#[test]
fn rules_that_changed_lead_from_the_sign_on_to_another_choice() {
    let till = Till::ready().enters("01").enters("739201");
    let till = till
        .hears(code_accepted("01"))
        .hears(password_refused("01", Rule::Length));
    assert!(
        said(&till).contains("rules for passwords"),
        "{}",
        said(&till)
    );
    let till = till.enters("73920164").enters("73920164");
    let [Effect::Act(Act::ChoosePassword(..))] = till.effects[..] else {
        panic!("{:?}", till.effects)
    };
}
