use tillkey_terminal::wire::message::{FromServer, Reply};
use tillkey_terminal::{Activity, Fault, Notice, Progress};

use crate::world::{CASHIER, World, operator};

/// Enrolled, with passwords for 00, 05 and 06.
fn with_passwords(seed: u64) -> World<crate::devices::Memory> {
    let (mut world, _) = World::enrolled(seed);
    world.first_password(0, "59318264").unwrap();
    world.first_password(CASHIER, "739201").unwrap();
    world.first_password(6, "482915").unwrap();
    world
}

#[test]
fn operators_come_and_go_in_turn() {
    let mut world = with_passwords(20);
    assert!(world.signs_on(CASHIER, "739201").unwrap());
    assert!(world.signs_on(6, "482915").unwrap());
    assert!(!world.signs_on(6, "739201").unwrap(), "another's password");
    let (five, six) = (operator(CASHIER), operator(6));
    let session = world.terminal().session(five).unwrap();
    assert!(
        world.terminal().session(six).is_some(),
        "a wrong try ends no session"
    );
    let step = world.terminal().sign_off(five).unwrap();
    assert!(world.terminal().session(five).is_none());
    world.carry(step).unwrap();
    assert_eq!(world.bank.signed_off, [session]);
    assert!(world.terminal().session(six).is_some());
    assert!(matches!(
        world.terminal().sign_off(five),
        Err(Fault::OutOfOrder { .. })
    ));
}

#[test]
fn unknown_operators_and_those_without_a_password_look_alike() {
    let (mut world, _) = World::enrolled(21);
    for number in [CASHIER, 77] {
        assert!(!world.signs_on(number, "739201").unwrap());
    }
}

#[test]
fn a_sign_on_loses_nobody_elses_work() {
    let mut world = with_passwords(22);
    // 05 has typed a code and is choosing a password when 06 signs on.
    let (_, code) = world.bank.issue(operator(CASHIER));
    world.redeem(CASHIER, code).unwrap();
    assert_eq!(
        world.terminal().progress(operator(CASHIER)),
        Progress::Choosing
    );
    assert!(world.signs_on(6, "482915").unwrap());
    // Between the choice and its registration 06 leaves and 00 comes.
    let step = world.begin_choice(CASHIER, "604817").unwrap();
    let response = world.bank.answer(&step.frames[0]);
    let off = world.terminal().sign_off(operator(6)).unwrap();
    world.carry(off).unwrap();
    assert!(world.signs_on(0, "59318264").unwrap());
    let terminal = world.terminal.as_mut().unwrap();
    let step = terminal.receive(&response, &mut world.rng).unwrap();
    let notices = world.carry(step).unwrap();
    assert!(
        matches!(notices.last(), Some(Notice::Effective { .. })),
        "{notices:?}"
    );
    assert!(world.terminal().session(operator(0)).is_some());
    assert!(world.signs_on(CASHIER, "604817").unwrap());
}

#[test]
fn a_second_sign_on_replaces_the_first_and_late_replies_answer_nothing() {
    let mut world = with_passwords(23);
    let first = world.begin_sign_on(CASHIER, "739201").unwrap();
    let late = world.bank.answer(&first.frames[0]);
    let second = world.begin_sign_on(6, "482915").unwrap();
    assert!(matches!(
        second.notices.as_slice(),
        [Notice::SignOnInterrupted { operator: o }] if *o == operator(CASHIER)
    ));
    let refused = world
        .terminal
        .as_mut()
        .unwrap()
        .receive(&late, &mut world.rng);
    assert!(matches!(refused, Err(Fault::Unasked)));
    world.carry(second).unwrap();
    assert!(world.terminal().session(operator(6)).is_some());
}

#[test]
fn signing_on_twice_leaves_one_session() {
    let mut world = with_passwords(24);
    assert!(world.signs_on(CASHIER, "739201").unwrap());
    let first = world.terminal().session(operator(CASHIER)).unwrap();
    assert!(world.signs_on(CASHIER, "739201").unwrap());
    assert_eq!(world.bank.signed_off, [first]);
}

#[test]
fn a_lost_link_interrupts_a_sign_on_and_keeps_a_sign_off() {
    let mut world = with_passwords(25);
    assert!(world.signs_on(CASHIER, "739201").unwrap());
    let session = world.terminal().session(operator(CASHIER)).unwrap();
    let _ = world.begin_sign_on(6, "482915").unwrap();
    let gone = world.terminal().disconnected();
    assert!(matches!(
        gone.notices.as_slice(),
        [Notice::SignOnInterrupted { .. }]
    ));
    let step = world.terminal().sign_off(operator(CASHIER)).unwrap();
    assert!(step.frames.is_empty());
    assert!(world.terminal().session(operator(CASHIER)).is_none());
    world.connect().unwrap();
    assert_eq!(world.bank.signed_off, [session]);
    world.connect().unwrap();
    assert_eq!(world.bank.signed_off.len(), 1, "told once, confirmed once");
}

#[test]
fn a_reply_answers_one_question_once() {
    let mut world = with_passwords(26);
    let step = world.begin_sign_on(CASHIER, "739201").unwrap();
    let challenge = world.bank.answer(&step.frames[0]);
    // A reply to a counter that was never used.
    let reply = FromServer::Reply {
        in_reply_to: 9_999,
        reply: Reply::SignedOff,
    };
    let other = world.bank.sign(&reply);
    let mut receive = |frame: &[u8]| {
        world
            .terminal
            .as_mut()
            .unwrap()
            .receive(frame, &mut world.rng)
    };
    assert!(matches!(receive(&other), Err(Fault::Unasked)));
    assert!(receive(&challenge).is_ok());
    assert!(
        matches!(receive(&challenge), Err(Fault::Unasked)),
        "played back"
    );
}

#[test]
fn a_reply_of_another_kind_is_refused() {
    let mut world = with_passwords(27);
    let _ = world.begin_sign_on(CASHIER, "739201").unwrap();
    let counter = world.bank.counters.last().unwrap() + 1;
    let reply = FromServer::Reply {
        in_reply_to: counter,
        reply: Reply::SignedOff,
    };
    let frame = world.bank.sign(&reply);
    let refused = world
        .terminal
        .as_mut()
        .unwrap()
        .receive(&frame, &mut world.rng);
    assert!(matches!(refused, Err(Fault::Unexpected)));
    assert!(world.terminal().session(operator(CASHIER)).is_none());
}

#[test]
fn a_refused_sign_on_says_when_to_try_again() {
    let mut world = with_passwords(28);
    let _ = world.begin_sign_on(CASHIER, "739201").unwrap();
    let counter = world.bank.counters.last().unwrap() + 1;
    let code = "too_many".parse().unwrap();
    let retry_at = Some(crate::devices::noon());
    let reply = Reply::Refused { code, retry_at };
    let frame = world.bank.sign(&FromServer::Reply {
        in_reply_to: counter,
        reply,
    });
    let step = world
        .terminal
        .as_mut()
        .unwrap()
        .receive(&frame, &mut world.rng)
        .unwrap();
    let Some(Notice::Refused {
        activity,
        retry_at: Some(_),
        ..
    }) = step.notices.first()
    else {
        panic!("{step:?}");
    };
    assert_eq!(*activity, Activity::SignOn);
}
