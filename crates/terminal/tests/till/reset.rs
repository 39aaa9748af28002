use tillkey_terminal::wire::code::ResetCode;
use tillkey_terminal::wire::ids::CaseId;
use tillkey_terminal::wire::message::{FromServer, Reply};
use tillkey_terminal::wire::password::{Lengths, PasswordRules, Rule};
use tillkey_terminal::{Fault, Notice, Progress};

use crate::world::{CASHIER, World, operator};

#[test]
fn from_enrolment_to_a_new_password_the_old_one_is_dead() {
    let (mut world, memory) = World::enrolled(40);
    world.first_password(CASHIER, "739201").unwrap();
    assert!(world.signs_on(CASHIER, "739201").unwrap());
    let session = world.terminal().session(operator(CASHIER)).unwrap();

    let notices = world.reset(CASHIER, "604817").unwrap();
    let [
        Notice::PasswordSent { .. },
        Notice::SessionEnded { session: ended, .. },
        Notice::Effective {
            credential_version: 2,
            ..
        },
    ] = notices.as_slice()
    else {
        panic!("{notices:?}");
    };
    assert_eq!(
        *ended, session,
        "on effect every session of that operator ends"
    );
    assert!(!world.signs_on(CASHIER, "739201").unwrap());
    assert!(world.signs_on(CASHIER, "604817").unwrap());

    world.restart(&memory);
    world.connect().unwrap();
    assert!(!world.signs_on(CASHIER, "739201").unwrap());
    assert!(world.signs_on(CASHIER, "604817").unwrap());
    let five = world
        .terminal()
        .operators()
        .find(|o| o.number == operator(CASHIER))
        .unwrap();
    assert_eq!((five.password_set, five.credential_version), (true, 2));
}

#[test]
fn e13_a_weak_password_is_named_and_another_may_be_chosen() {
    let (mut world, _) = World::enrolled(41);
    let (_, code) = world.bank.issue(operator(CASHIER));
    world.redeem(CASHIER, code).unwrap();
    for (weak, rule) in [
        ("000000", Rule::Repeat),
        ("12345", Rule::Length),
        ("123456", Rule::Sequence),
        ("447192", Rule::SerialNumber),
        ("100000", Rule::TerminalNumber),
        ("７３９２０１", Rule::Digits),
    ] {
        let notices = world.choose(CASHIER, weak).unwrap();
        let [Notice::PasswordRefused { broken, .. }] = notices.as_slice() else {
            panic!("{notices:?}");
        };
        assert!(broken.contains(&rule), "{weak}: {broken:?}");
        assert_eq!(
            world.terminal().progress(operator(CASHIER)),
            Progress::Choosing
        );
    }
    assert_eq!(world.bank.uploads, 0);
    world.choose(CASHIER, "739201").unwrap();
    assert!(world.signs_on(CASHIER, "739201").unwrap());
}

#[test]
fn e13_none_of_the_last_four_comes_back_and_the_fifth_may() {
    let (mut world, memory) = World::enrolled(42);
    let passwords = ["739201", "604817", "482915", "905316", "276408"];
    world.first_password(CASHIER, passwords[0]).unwrap();
    for next in &passwords[1..4] {
        world.reset(CASHIER, next).unwrap();
    }
    world.restart(&memory);
    world.connect().unwrap();
    for used in &passwords[..4] {
        let notices = world.reset(CASHIER, used).unwrap();
        let [Notice::PasswordRefused { broken, .. }] = notices.as_slice() else {
            panic!("{notices:?}");
        };
        assert_eq!(broken.iter().collect::<Vec<_>>(), [&Rule::LastFour]);
    }
    world.reset(CASHIER, passwords[4]).unwrap();
    let notices = world.reset(CASHIER, passwords[0]).unwrap();
    assert!(
        matches!(notices.last(), Some(Notice::Effective { .. })),
        "{notices:?}"
    );
    // Another operator may have it: histories are apart, and so are the salts.
    let notices = world.reset(6, passwords[0]).unwrap();
    assert!(
        matches!(notices.last(), Some(Notice::Effective { .. })),
        "{notices:?}"
    );
}

#[test]
fn the_acquirers_rules_are_followed() {
    let (mut world, _) = World::enrolled(43);
    let lengths = Lengths {
        cashier: 8,
        supervisor: 8,
        administrator: 8,
    };
    world.bank.rules = PasswordRules::new(7, lengths).unwrap();
    let notices = world.reset(CASHIER, "739201").unwrap();
    assert!(
        matches!(notices.as_slice(), [Notice::PasswordRefused { .. }]),
        "{notices:?}"
    );
    world.choose(CASHIER, "73920164").unwrap();
    assert!(world.signs_on(CASHIER, "73920164").unwrap());
}

#[test]
fn a_wrong_code_opens_nothing() {
    let (mut world, _) = World::enrolled(44);
    let (_, code) = world.bank.issue(operator(CASHIER));
    let wrong: ResetCode = if code.expose() == "00000000" {
        "00000001"
    } else {
        "00000000"
    }
    .parse()
    .unwrap();
    let notices = world.redeem(CASHIER, wrong).unwrap();
    assert!(
        matches!(notices.as_slice(), [Notice::Refused { .. }]),
        "{notices:?}"
    );
    assert!(matches!(
        world.choose(CASHIER, "739201"),
        Err(Fault::OutOfOrder { .. })
    ));
    // Another operator's code, too.
    let notices = world.redeem(6, code).unwrap();
    assert!(
        matches!(notices.as_slice(), [Notice::Refused { .. }]),
        "{notices:?}"
    );
}

#[test]
fn g01_an_upload_is_sent_again_until_it_is_answered() {
    let (mut world, memory) = World::enrolled(45);
    world.first_password(CASHIER, "739201").unwrap();
    let (_, code) = world.bank.issue(operator(CASHIER));
    world.redeem(CASHIER, code).unwrap();
    let step = world.begin_choice(CASHIER, "604817").unwrap();
    let response = world.bank.answer(&step.frames[0]);
    let sent = world
        .terminal
        .as_mut()
        .unwrap()
        .receive(&response, &mut world.rng)
        .unwrap();
    assert!(matches!(
        sent.notices.as_slice(),
        [Notice::PasswordSent { .. }]
    ));

    // The frame is lost, and the power goes: the old password is the one that works.
    world.restart(&memory);
    assert_eq!(world.terminal().progress(operator(CASHIER)), Progress::Sent);
    // The server has it, and its answer is lost.
    let hello = world.terminal().connected().unwrap();
    let welcome = world.bank.answer(&hello.frames[0]);
    let again = world
        .terminal
        .as_mut()
        .unwrap()
        .receive(&welcome, &mut world.rng)
        .unwrap();
    world.bank.answer(&again.frames[0]);
    world.restart(&memory);
    assert_eq!(world.terminal().progress(operator(CASHIER)), Progress::Sent);

    let notices = world.connect().unwrap();
    let effective = |n: &Notice| {
        matches!(
            n,
            Notice::Effective {
                credential_version: 2,
                ..
            }
        )
    };
    assert!(notices.iter().any(effective), "{notices:?}");
    assert_eq!(
        world.bank.uploads, 3,
        "the first password, and this one twice"
    );
    assert!(!world.signs_on(CASHIER, "739201").unwrap());
    assert!(world.signs_on(CASHIER, "604817").unwrap());
    world.restart(&memory);
    world.connect().unwrap();
    assert_eq!(world.bank.uploads, 3, "answered, so not sent again");
}

#[test]
fn a_refused_upload_leaves_the_old_password_and_its_history() {
    let (mut world, memory) = World::enrolled(46);
    world.first_password(CASHIER, "739201").unwrap();
    world.bank.refuse_uploads = Some(("facts_changed", false));
    let notices = world.reset(CASHIER, "604817").unwrap();
    assert!(
        matches!(notices.last(), Some(Notice::Refused { .. })),
        "{notices:?}"
    );
    world.bank.refuse_uploads = None;
    world.restart(&memory);
    world.connect().unwrap();
    assert_eq!(world.bank.uploads, 2, "refused for good, so not sent again");
    assert!(world.signs_on(CASHIER, "739201").unwrap());
    let notices = world.reset(CASHIER, "604817").unwrap();
    assert!(
        matches!(notices.last(), Some(Notice::Effective { .. })),
        "it was never one of four"
    );
}

#[test]
fn an_upload_that_may_be_tried_again_is() {
    let (mut world, _) = World::enrolled(47);
    world.bank.refuse_uploads = Some(("too_many", true));
    world.reset(CASHIER, "739201").unwrap();
    assert_eq!(world.terminal().progress(operator(CASHIER)), Progress::Sent);
    world.bank.refuse_uploads = None;
    let step = world.terminal().resend().unwrap();
    let notices = world.carry(step).unwrap();
    assert!(
        matches!(notices.as_slice(), [Notice::Effective { .. }]),
        "{notices:?}"
    );
}

#[test]
fn what_the_link_went_away_over_is_asked_again() {
    let (mut world, _) = World::enrolled(48);
    // The code on the screen.
    let _ = world.terminal().first_password(operator(CASHIER)).unwrap();
    let mut notices = world.connect().unwrap();
    notices.retain(|n| matches!(n, Notice::CodeOnScreen { .. }));
    let Some(Notice::CodeOnScreen { code, .. }) = notices.pop() else {
        panic!()
    };
    // The code that was typed.
    let _ = world.terminal().redeem(operator(CASHIER), code).unwrap();
    let notices = world.connect().unwrap();
    assert!(
        notices
            .iter()
            .any(|n| matches!(n, Notice::CodeAccepted { .. })),
        "{notices:?}"
    );
    // The password that was chosen.
    let _ = world.begin_choice(CASHIER, "739201").unwrap();
    let notices = world.connect().unwrap();
    assert!(
        notices
            .iter()
            .any(|n| matches!(n, Notice::Effective { .. })),
        "{notices:?}"
    );
    assert!(world.signs_on(CASHIER, "739201").unwrap());
}

#[test]
fn g02_the_newer_of_two_resets_is_the_one_that_counts() {
    let (mut world, _) = World::enrolled(49);
    let (_, first) = world.bank.issue(operator(CASHIER));
    world.redeem(CASHIER, first).unwrap();
    let (_, second) = world.bank.issue(operator(CASHIER));
    let notices = world.choose(CASHIER, "739201").unwrap();
    assert!(
        matches!(notices.as_slice(), [Notice::Refused { .. }]),
        "{notices:?}"
    );
    world.redeem(CASHIER, second).unwrap();
    world.choose(CASHIER, "604817").unwrap();
    assert!(!world.signs_on(CASHIER, "739201").unwrap());
    assert!(world.signs_on(CASHIER, "604817").unwrap());
}

#[test]
fn c08_debug_shows_neither_code_nor_password() {
    let (mut world, _) = World::enrolled(50);
    let (_, code) = world.bank.issue(operator(CASHIER));
    let digits = code.expose().clone();
    let step = world.terminal().redeem(operator(CASHIER), code).unwrap();
    let bytes = format!("{:?}", digits.as_bytes());
    let mut shown = format!("{step:?}");
    shown += &format!("{:?}", world.carry(step).unwrap());
    let step = world.begin_choice(CASHIER, "739201").unwrap();
    shown += &format!("{step:?} {:?}", world.terminal());
    assert!(
        !shown.contains(&digits) && !shown.contains("739201"),
        "{shown}"
    );
    assert!(!shown.contains(bytes.trim_matches(['[', ']'])), "{shown}");
}

#[test]
fn g02_the_effect_of_another_case_is_not_this_ones() {
    let (mut world, _) = World::enrolled(51);
    world.bank.refuse_uploads = Some(("too_many", true));
    world.reset(CASHIER, "739201").unwrap();
    let _ = world.terminal().resend().unwrap();
    let in_reply_to = world.bank.counters.last().unwrap() + 1;
    let case = CaseId::from_bytes([1; 10]);
    let reply = Reply::Effective {
        case,
        credential_version: 9,
    };
    let frame = world.bank.sign(&FromServer::Reply { in_reply_to, reply });
    let terminal = world.terminal.as_mut().unwrap();
    assert!(matches!(
        terminal.receive(&frame, &mut world.rng),
        Err(Fault::Unexpected)
    ));
    assert_eq!(world.terminal().progress(operator(CASHIER)), Progress::Sent);
    assert!(world.terminal().operators().all(|o| !o.password_set));
}
