//! Signing on while nobody can ask the bank.

use jiff::SignedDuration;
use tillkey_terminal::limits::{OFFLINE_SIGN_ONS_MAX, TRIES_FREE, TRIES_MAX};
use tillkey_terminal::wire::message::Command;
use tillkey_terminal::{Activity, Fault, Notice};

use crate::commands::later;
use crate::devices::{Cut, Memory, noon};
use crate::world::{CASHIER, World, operator};

const OWN: &str = "739201";
const WRONG: &str = "739202";

/// The cashier has a password, and the cable is out.
fn cut_off(seed: u64) -> (World<Memory>, Memory) {
    let (mut world, memory) = World::enrolled(seed);
    world.first_password(CASHIER, OWN).unwrap();
    let _ = world.terminal().disconnected();
    (world, memory)
}

fn tries(world: &mut World<Memory>, text: &str) -> Vec<Notice> {
    let step = world.begin_sign_on(CASHIER, text).unwrap();
    assert!(step.frames.is_empty(), "nothing is said without a link");
    step.notices
}

fn is_held(notices: &[Notice]) -> bool {
    matches!(notices, [Notice::TooManyTries { until: None, .. }])
}

#[test]
fn a_sign_on_without_a_link_goes_on_after_it_and_is_told_once() {
    let (mut world, _) = cut_off(300);
    assert!(!world.signs_on(CASHIER, WRONG).unwrap());
    assert!(world.signs_on(CASHIER, OWN).unwrap());
    let session = world.terminal().session(operator(CASHIER)).unwrap();
    let notices = world.connect().unwrap();
    assert!(
        !notices
            .iter()
            .any(|n| matches!(n, Notice::SessionEnded { .. })),
        "{notices:?}"
    );
    assert_eq!(world.terminal().session(operator(CASHIER)), Some(session));
    world.connect().unwrap();
    let [told] = world.bank.away.sign_ons[..] else {
        panic!("{:?}", world.bank.away.sign_ons);
    };
    assert_eq!((told.session, told.failed), (Some(session), 1));
    assert_eq!((told.operator, told.at), (operator(CASHIER), noon()));
}

#[test]
fn only_the_password_in_force_signs_on() {
    let (mut world, _) = World::enrolled(301);
    world.first_password(CASHIER, "604817").unwrap();
    world.reset(CASHIER, OWN).unwrap();
    let _ = world.terminal().disconnected();
    assert!(!world.signs_on(CASHIER, "604817").unwrap(), "an older one");
    assert!(world.signs_on(CASHIER, OWN).unwrap());
    for number in [6, 77] {
        let fault = world.begin_sign_on(number, OWN).unwrap_err();
        assert!(
            matches!(fault, Fault::Offline),
            "no password was chosen here"
        );
    }
}

#[test]
fn e05_wrong_passwords_wait_longer_each_time_and_end() {
    let (mut world, memory) = cut_off(302);
    for _ in 0..TRIES_FREE {
        assert!(!world.signs_on(CASHIER, WRONG).unwrap());
    }
    for minutes in [1, 2, 4, 8, 16] {
        let notices = tries(&mut world, OWN);
        let [
            Notice::TooManyTries {
                until: Some(until), ..
            },
        ] = notices[..]
        else {
            panic!("{notices:?}");
        };
        let wait = until.duration_since(*memory.now.borrow());
        assert_eq!(wait, SignedDuration::from_mins(minutes));
        *memory.now.borrow_mut() = until;
        // A power cut makes no try undone.
        world.restart(&memory);
        assert!(!world.signs_on(CASHIER, WRONG).unwrap());
    }
    // Who sets the clock can wait as long as they like.
    *memory.now.borrow_mut() = noon() + SignedDuration::from_hours(24 * 365);
    assert!(is_held(&tries(&mut world, OWN)), "after {TRIES_MAX}");
    world.restart(&memory);
    assert!(is_held(&tries(&mut world, OWN)));
    // The bank is told, and counts them as its own.
    world.connect().unwrap();
    let [told] = world.bank.away.sign_ons[..] else {
        panic!("{:?}", world.bank.away.sign_ons);
    };
    assert_eq!((told.session, told.failed), (None, TRIES_MAX));
    let _ = world.terminal().disconnected();
    assert!(world.signs_on(CASHIER, OWN).unwrap());
}

#[test]
fn d06_a_clock_that_is_set_back_shortens_no_wait() {
    let (mut world, memory) = cut_off(303);
    for _ in 0..TRIES_FREE {
        assert!(!world.signs_on(CASHIER, WRONG).unwrap());
    }
    *memory.now.borrow_mut() = noon() - SignedDuration::from_hours(24);
    let from_then = noon() - SignedDuration::from_hours(24) + SignedDuration::from_mins(1);
    let notices = tries(&mut world, OWN);
    assert!(
        matches!(notices[..], [Notice::TooManyTries { until: Some(until), .. }] if until == from_then),
        "{notices:?}"
    );
    *memory.now.borrow_mut() = from_then;
    assert!(world.signs_on(CASHIER, OWN).unwrap());
}

#[test]
fn a_hold_stays_while_the_bank_does_not_take_the_count() {
    let (mut world, memory) = cut_off(304);
    for _ in 0..TRIES_MAX {
        *memory.now.borrow_mut() += SignedDuration::from_hours(1);
        assert!(!world.signs_on(CASHIER, WRONG).unwrap());
    }
    world.bank.away.refuses_sign_ons = Some(("too_many", true));
    let notices = world.connect().unwrap();
    let refused = |n: &Notice| {
        let activity = Activity::OfflineSignOn;
        matches!(n, Notice::Refused { activity: a, .. } if *a == activity)
    };
    assert!(notices.iter().any(refused), "{notices:?}");
    let _ = world.terminal().disconnected();
    assert!(is_held(&tries(&mut world, OWN)));
    world.bank.away.refuses_sign_ons = None;
    world.connect().unwrap();
    let _ = world.terminal().disconnected();
    assert!(world.signs_on(CASHIER, OWN).unwrap());
}

/// The count is on storage before anything is compared: pulling the plug on a wrong
/// password buys no other try.
#[test]
fn d02_a_try_is_counted_before_it_is_compared() {
    let (mut world, memory) = cut_off(305);
    for _ in 0..TRIES_FREE {
        let plug = memory.plug.clone();
        plug.borrow_mut().back_on();
        plug.borrow_mut().cut = Some((0, Cut::After));
        let cut = world.begin_sign_on(CASHIER, WRONG);
        assert!(matches!(cut, Err(Fault::Device(_))));
        world.restart(&memory);
    }
    let notices = tries(&mut world, OWN);
    assert!(
        matches!(notices[..], [Notice::TooManyTries { until: Some(_), .. }]),
        "{notices:?}"
    );
}

#[test]
fn a_sign_on_that_the_bank_refuses_is_over() {
    let (mut world, _) = cut_off(306);
    assert!(world.signs_on(CASHIER, OWN).unwrap());
    world.bank.away.refuses_sign_ons = Some(("too_many", true));
    world.connect().unwrap();
    assert!(
        world.terminal().session(operator(CASHIER)).is_some(),
        "not yet"
    );
    world.bank.away.refuses_sign_ons = Some(("not_served", false));
    let step = world.terminal().resend().unwrap();
    let notices = world.carry(step).unwrap();
    assert!(
        matches!(
            notices.as_slice(),
            [Notice::SessionEnded { .. }, Notice::Refused { .. }]
        ),
        "{notices:?}"
    );
    world.bank.away.refuses_sign_ons = None;
    world.connect().unwrap();
    assert!(world.bank.away.sign_ons.is_empty(), "it is not told again");
}

#[test]
fn a_session_that_was_over_before_it_could_be_told_is_told_and_ended() {
    let (mut world, memory) = cut_off(307);
    assert!(world.signs_on(CASHIER, OWN).unwrap());
    let first = world.terminal().session(operator(CASHIER)).unwrap();
    let step = world.terminal().sign_off(operator(CASHIER)).unwrap();
    assert!(step.frames.is_empty());
    assert!(world.signs_on(CASHIER, OWN).unwrap());
    let second = world.terminal().session(operator(CASHIER)).unwrap();
    // A power cut ends sessions, as it always has.
    world.restart(&memory);
    assert!(world.terminal().session(operator(CASHIER)).is_none());
    world.connect().unwrap();
    let told: Vec<_> = world.bank.away.sign_ons.iter().map(|s| s.session).collect();
    assert_eq!(told, [Some(first), Some(second)]);
    assert_eq!(world.bank.signed_off, [first, second]);
}

#[test]
fn of_too_many_sign_ons_the_oldest_goes_that_is_over() {
    let (mut world, _) = World::enrolled(308);
    world.first_password(CASHIER, OWN).unwrap();
    world.first_password(6, "482915").unwrap();
    let _ = world.terminal().disconnected();
    assert!(world.signs_on(6, "482915").unwrap());
    let live = world.terminal().session(operator(6)).unwrap();
    for _ in 0..OFFLINE_SIGN_ONS_MAX {
        assert!(world.signs_on(CASHIER, OWN).unwrap());
    }
    world.connect().unwrap();
    let sign_ons = &world.bank.away.sign_ons;
    assert_eq!(sign_ons.len(), OFFLINE_SIGN_ONS_MAX);
    assert_eq!(sign_ons[0].session, Some(live), "the oldest is not over");
}

#[test]
fn a_password_that_was_revoked_or_is_gone_signs_nobody_on() {
    let (mut world, _) = cut_off(309);
    world.connect().unwrap();
    let revoke = Command::RevokeCredential {
        operator: operator(CASHIER),
    };
    let order = world.bank.order(revoke, later());
    world.deliver(&order).unwrap();
    let _ = world.terminal().disconnected();
    assert!(matches!(
        world.begin_sign_on(CASHIER, OWN),
        Err(Fault::Offline)
    ));

    let (mut world, _) = cut_off(310);
    assert!(world.signs_on(CASHIER, OWN).unwrap());
    world.bank.accounts.remove(&operator(CASHIER));
    let notices = world.connect().unwrap();
    let ended = |n: &Notice| matches!(n, Notice::SessionEnded { .. });
    assert!(notices.iter().any(ended), "{notices:?}");
}

/// The bank's word that a new password works is lost, twice: first with the frame, then
/// after the welcome has told of it. The password that the bank has is the one that signs
/// on meanwhile.
#[test]
fn g01_between_two_words_of_the_bank_one_password_works() {
    let (mut world, memory) = World::enrolled(311);
    world.first_password(CASHIER, "604817").unwrap();
    let (_, code) = world.bank.issue(operator(CASHIER));
    world.redeem(CASHIER, code).unwrap();
    let step = world.begin_choice(CASHIER, OWN).unwrap();
    let works = |world: &mut World<Memory>| {
        ["604817", OWN].map(|text| world.signs_on(CASHIER, text).unwrap())
    };
    // Register, its answer, and the upload: then the link goes.
    assert_eq!(world.carry_some(step, 3), 3);
    assert_eq!(world.bank.accounts[&operator(CASHIER)].version, 2);
    assert_eq!(
        works(&mut world),
        [true, false],
        "the terminal has not heard"
    );
    world.restart(&memory);
    let hello = world.terminal().connected().unwrap();
    let welcome = world.bank.answer(&hello.frames[0]);
    let terminal = world.terminal.as_mut().unwrap();
    let _ = terminal.receive(&welcome, &mut world.rng).unwrap();
    let _ = terminal.disconnected();
    assert_eq!(works(&mut world), [false, true], "the list has told of it");
    world.connect().unwrap();
    let _ = world.terminal().disconnected();
    assert_eq!(works(&mut world), [false, true]);
}
