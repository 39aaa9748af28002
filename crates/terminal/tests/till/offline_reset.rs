//! A forgotten password, and nobody to ask but by telephone: challenge and answer, the
//! password that is in force at once, and how it is registered.

use jiff::SignedDuration;
use tillkey_terminal::limits::{ANSWERS_MAX, CHALLENGE_MINUTES, CHOICE_MINUTES};
use tillkey_terminal::wire::code::{OfflineAnswer, OfflineChallenge};
use tillkey_terminal::wire::message::Command;
use tillkey_terminal::wire::password::{Lengths, PasswordRules};
use tillkey_terminal::{Device, Fault, Notice, Progress, Slot, Terminal};

use crate::commands::later;
use crate::devices::{Cut, Memory, noon};
use crate::shop::SUPERVISOR;
use crate::supervisor::{NEW_WORD, OLD_WORD, SUPERVISORS_WORD};
use crate::world::{CASHIER, World, operator, profile};

/// The cashier had a password, has forgotten it, and the cable is out.
fn forgotten(seed: u64) -> (World<Memory>, Memory) {
    let (mut world, memory) = World::enrolled(seed);
    world.first_password(SUPERVISOR, SUPERVISORS_WORD).unwrap();
    world.first_password(CASHIER, OLD_WORD).unwrap();
    let _ = world.terminal().disconnected();
    (world, memory)
}

impl<D: Device> World<D> {
    /// What is shown to be read out.
    pub(crate) fn challenge(&mut self, number: u8) -> Result<OfflineChallenge, Fault> {
        let step = self.terminal().offline_challenge(operator(number))?;
        match step.notices.into_iter().next() {
            Some(Notice::OfflineChallenge { challenge, .. }) => Ok(challenge),
            other => panic!("{other:?}"),
        }
    }

    /// What the desk says in return.
    pub(crate) fn answer(&mut self, number: u8, challenge: &OfflineChallenge) -> OfflineAnswer {
        let whose = (&profile().serial_number, operator(number));
        self.bank.answer_to(whose, challenge).unwrap()
    }

    fn types(&mut self, number: u8, answer: &OfflineAnswer) -> Result<Notice, Fault> {
        let terminal = self.terminal();
        let mut step = terminal.offline_answer(operator(number), answer)?;
        assert!(step.frames.is_empty());
        Ok(step.notices.remove(0))
    }

    /// From the challenge to a password that is in force here.
    pub(crate) fn reset_offline(&mut self, number: u8, text: &str) -> Result<(), Fault> {
        let challenge = self.challenge(number)?;
        let answer = self.answer(number, &challenge);
        let notice = self.types(number, &answer)?;
        assert!(matches!(notice, Notice::ChooseNow { .. }), "{notice:?}");
        self.choose(number, text).map(drop)
    }

    fn version(&self, number: u8) -> u32 {
        self.bank.accounts[&operator(number)].version
    }
}

fn wrong(right: &OfflineAnswer) -> OfflineAnswer {
    let other = if right.expose() == "00000000" {
        "00000001"
    } else {
        "00000000"
    };
    other.parse().unwrap()
}

fn has(notices: &[Notice], is: impl Fn(&Notice) -> bool) -> bool {
    notices.iter().any(is)
}

const fn is_refused(notice: &Notice) -> bool {
    matches!(notice, Notice::OfflinePasswordRefused { .. })
}

#[test]
fn an_answer_opens_the_choice_and_the_password_is_registered_when_it_is_typed() {
    let (mut world, memory) = forgotten(340);
    let challenge = world.challenge(CASHIER).unwrap();
    let answer = world.answer(CASHIER, &challenge);
    let notice = world.types(CASHIER, &answer).unwrap();
    assert!(matches!(notice, Notice::ChooseNow { .. }), "{notice:?}");
    let notices = world.choose(CASHIER, NEW_WORD).unwrap();
    assert!(
        matches!(notices[..], [Notice::InForceOffline { .. }]),
        "{notices:?}"
    );
    let works = |world: &mut World<Memory>| {
        [OLD_WORD, NEW_WORD].map(|text| world.signs_on(CASHIER, text).unwrap())
    };
    assert_eq!(works(&mut world), [false, true]);
    world.restart(&memory);
    assert_eq!(works(&mut world), [false, true]);

    // The bank hears of it, and still has the old one.
    world.connect().unwrap();
    assert_eq!(world.bank.kinds(), [(operator(CASHIER), "answered")]);
    assert_eq!(world.version(CASHIER), 1);
    assert!(
        !world.signs_on(CASHIER, OLD_WORD).unwrap(),
        "older ones work no more here"
    );
    assert_eq!(world.version(CASHIER), 1);

    // Typed again, it is registered on the way.
    let step = world.begin_sign_on(CASHIER, NEW_WORD).unwrap();
    let notices = world.carry(step).unwrap();
    assert!(
        matches!(notices.last(), Some(Notice::SignedOn { .. })),
        "{notices:?}"
    );
    assert!(!has(&notices, |n| matches!(n, Notice::CodeAccepted { .. })));
    assert_eq!(world.version(CASHIER), 2);
    let session = world.terminal().session(operator(CASHIER));
    assert_eq!(world.bank.accounts[&operator(CASHIER)].session, session);
    let told = world.bank.away.sign_ons.len();
    assert_eq!(works(&mut world), [false, true], "compared by the bank");
    assert_eq!(world.bank.away.sign_ons.len(), told);
    // It is one of the last four.
    let notices = world.reset(CASHIER, NEW_WORD).unwrap();
    assert!(
        matches!(notices[..], [Notice::PasswordRefused { .. }]),
        "{notices:?}"
    );
}

#[test]
fn e01_five_answers_are_compared_and_then_none() {
    let (mut world, memory) = forgotten(341);
    let challenge = world.challenge(CASHIER).unwrap();
    let right = world.answer(CASHIER, &challenge);
    for left in (0..ANSWERS_MAX).rev() {
        let notice = world.types(CASHIER, &wrong(&right)).unwrap();
        let Notice::WrongAnswer { tries_left, .. } = notice else {
            panic!("{notice:?}");
        };
        assert_eq!(tries_left, left);
        world.restart(&memory);
    }
    let fault = world.types(CASHIER, &right).unwrap_err();
    assert!(matches!(fault, Fault::OutOfOrder { .. }), "{fault:?}");
    assert!(matches!(
        world.begin_choice(CASHIER, NEW_WORD),
        Err(Fault::OutOfOrder { .. })
    ));
    // Another challenge has another answer.
    let challenge = world.challenge(CASHIER).unwrap();
    let fault = world.types(CASHIER, &right).unwrap();
    assert!(matches!(fault, Notice::WrongAnswer { .. }), "{fault:?}");
    let right = world.answer(CASHIER, &challenge);
    let notice = world.types(CASHIER, &right).unwrap();
    assert!(matches!(notice, Notice::ChooseNow { .. }), "{notice:?}");
}

/// An answer is on storage as tried before it is compared.
#[test]
fn d02_an_answer_is_counted_before_it_is_compared() {
    let (mut world, memory) = forgotten(342);
    let challenge = world.challenge(CASHIER).unwrap();
    let right = world.answer(CASHIER, &challenge);
    for _ in 0..ANSWERS_MAX {
        memory.plug.borrow_mut().back_on();
        memory.plug.borrow_mut().cut = Some((0, Cut::After));
        let cut = world.types(CASHIER, &wrong(&right));
        assert!(matches!(cut, Err(Fault::Device(_))));
        world.restart(&memory);
    }
    let fault = world.types(CASHIER, &right).unwrap_err();
    assert!(matches!(fault, Fault::OutOfOrder { .. }), "{fault:?}");
}

#[test]
fn d06_an_answer_that_comes_too_late_opens_nothing_whatever_the_clock_does() {
    for (minutes, opens) in [
        (CHALLENGE_MINUTES - 1, true),
        (CHALLENGE_MINUTES, false),
        (-1, false),
    ] {
        let (mut world, memory) = forgotten(343);
        let challenge = world.challenge(CASHIER).unwrap();
        let right = world.answer(CASHIER, &challenge);
        *memory.now.borrow_mut() = noon() + SignedDuration::from_mins(minutes);
        let done = world.types(CASHIER, &right);
        assert_eq!(done.is_ok(), opens, "{minutes}: {done:?}");
        if !opens {
            assert!(matches!(done, Err(Fault::OutOfOrder { .. })));
            *memory.now.borrow_mut() = noon();
            let done = world.types(CASHIER, &right);
            assert!(matches!(done, Err(Fault::OutOfOrder { .. })), "for good");
        }
    }
}

#[test]
fn d08_an_answer_is_of_one_challenge_one_operator_and_one_device() {
    let (mut world, _) = forgotten(344);
    let challenge = world.challenge(CASHIER).unwrap();
    let right = world.answer(CASHIER, &challenge);
    // Typed for somebody else, it is not even compared.
    let other = world.types(6, &right);
    assert!(matches!(other, Err(Fault::OutOfOrder { .. })), "{other:?}");
    // Another device shows another challenge for the same operator and counter, and this
    // one's answer opens nothing there.
    let (mut elsewhere, _) = forgotten(345);
    let theirs = elsewhere.challenge(CASHIER).unwrap();
    assert_ne!(theirs.expose(), challenge.expose());
    let whose = (&profile().serial_number, operator(CASHIER));
    assert!(elsewhere.bank.answer_to(whose, &challenge).is_none());
    let notice = elsewhere.types(CASHIER, &right).unwrap();
    assert!(matches!(notice, Notice::WrongAnswer { .. }), "{notice:?}");

    // One stands at a time.
    world.challenge(6).unwrap();
    let replaced = world.types(CASHIER, &right);
    assert!(
        matches!(replaced, Err(Fault::OutOfOrder { .. })),
        "{replaced:?}"
    );
    // And none after its choice.
    let challenge = world.challenge(CASHIER).unwrap();
    let right = world.answer(CASHIER, &challenge);
    world.types(CASHIER, &right).unwrap();
    world.choose(CASHIER, NEW_WORD).unwrap();
    let used = world.types(CASHIER, &right);
    assert!(matches!(used, Err(Fault::OutOfOrder { .. })), "{used:?}");
    let again = world.begin_choice(CASHIER, "905316");
    assert!(matches!(again, Err(Fault::OutOfOrder { .. })));
}

#[test]
fn a_challenge_that_waits_is_shown_again_and_no_counter_twice() {
    let (mut world, memory) = forgotten(346);
    let mut shown: Vec<String> = Vec::new();
    for round in 0..40 {
        let number = [CASHIER, 6, SUPERVISOR][round % 3];
        let challenge = world.challenge(number).unwrap().expose().clone();
        let again = world.challenge(number).unwrap();
        assert_eq!(again.expose(), &challenge, "as long as it waits");
        assert!(!shown.contains(&challenge), "{challenge} in round {round}");
        shown.push(challenge);
        // Storage may lose its newest write, of either slot.
        if round % 5 == 2 {
            memory.lose_newest(Slot::InHand);
        }
        if round % 5 == 4 {
            memory.lose_newest(Slot::Book);
        }
        if round % 2 == 0 {
            world.restart(&memory);
        }
    }
    // The bank recognises the newest of them.
    let challenge = world.challenge(CASHIER).unwrap();
    let right = world.answer(CASHIER, &challenge);
    assert!(world.types(CASHIER, &right).is_ok());
}

#[test]
fn no_challenge_without_a_key_or_for_nobody() {
    let mut world = World::new(347);
    world.open(Memory::new()).unwrap();
    world.bank.is_old = true;
    world.enrol().unwrap();
    let fault = world.challenge(CASHIER).unwrap_err();
    assert!(matches!(fault, Fault::NotAgreed), "{fault:?}");
    world.bank.is_old = false;
    world.connect().unwrap();
    let fault = world.challenge(77).unwrap_err();
    assert!(matches!(fault, Fault::NoSuchOperator { .. }), "{fault:?}");
    world.challenge(CASHIER).unwrap();
}

/// A power cut between answer and choice, or somebody who goes away in between, costs
/// nobody the call: the same answer is typed again.
#[test]
fn g03_an_answer_is_used_up_by_the_choice_and_by_nothing_else() {
    let (mut world, memory) = forgotten(348);
    let challenge = world.challenge(CASHIER).unwrap();
    let right = world.answer(CASHIER, &challenge);
    world.types(CASHIER, &right).unwrap();
    world.restart(&memory);
    let lost = world.begin_choice(CASHIER, NEW_WORD);
    assert!(matches!(lost, Err(Fault::OutOfOrder { .. })));
    world.types(CASHIER, &right).unwrap();
    world.terminal().abandon_reset(operator(CASHIER));
    world.types(CASHIER, &right).unwrap();
    // Left alone, the choice is over by itself.
    *memory.now.borrow_mut() += SignedDuration::from_mins(CHOICE_MINUTES);
    let late = world.begin_choice(CASHIER, NEW_WORD);
    assert!(matches!(late, Err(Fault::OutOfOrder { .. })));
    world.types(CASHIER, &right).unwrap();
    world.choose(CASHIER, NEW_WORD).unwrap();
    assert!(world.signs_on(CASHIER, NEW_WORD).unwrap());
}

#[test]
fn a_challenge_that_another_takes_the_place_of_closes_the_choice_that_it_opened() {
    let (mut world, _) = forgotten(349);
    let challenge = world.challenge(CASHIER).unwrap();
    let right = world.answer(CASHIER, &challenge);
    world.types(CASHIER, &right).unwrap();
    world.challenge(6).unwrap();
    let closed = world.begin_choice(CASHIER, NEW_WORD);
    assert!(matches!(closed, Err(Fault::OutOfOrder { .. })));
}

#[test]
fn g02_a_password_that_was_on_its_way_does_not_come_after_the_newer_one() {
    let (mut world, _) = World::enrolled(350);
    world.first_password(CASHIER, OLD_WORD).unwrap();
    world.bank.refuse_uploads = Some(("too_many", true));
    world.reset(CASHIER, "905316").unwrap();
    assert_eq!(world.terminal().progress(operator(CASHIER)), Progress::Sent);
    let _ = world.terminal().disconnected();
    world.reset_offline(CASHIER, NEW_WORD).unwrap();
    world.bank.refuse_uploads = None;
    let uploads = world.bank.uploads;
    world.connect().unwrap();
    assert_eq!(world.bank.uploads, uploads);
    assert!(world.signs_on(CASHIER, NEW_WORD).unwrap());
    assert!(!world.signs_on(CASHIER, "905316").unwrap());
}

#[test]
fn a_password_that_the_bank_does_not_accept_works_no_more() {
    // The deed is refused.
    let (mut world, _) = forgotten(351);
    world.reset_offline(CASHIER, NEW_WORD).unwrap();
    assert!(world.signs_on(CASHIER, NEW_WORD).unwrap());
    world.bank.away.refuses_deeds = Some(("not_matched", false));
    let notices = world.connect().unwrap();
    assert!(has(&notices, is_refused), "{notices:?}");
    assert!(has(&notices, |n| matches!(n, Notice::SessionEnded { .. })));
    assert!(!world.signs_on(CASHIER, NEW_WORD).unwrap());
    assert!(
        world.signs_on(CASHIER, OLD_WORD).unwrap(),
        "as the bank has it"
    );

    // Its case is over by the time it is typed again.
    let (mut world, _) = forgotten(352);
    world.reset_offline(CASHIER, NEW_WORD).unwrap();
    world.connect().unwrap();
    world.bank.away.refuses_choices = Some(("case_closed", false));
    let step = world.begin_sign_on(CASHIER, NEW_WORD).unwrap();
    let notices = world.carry(step).unwrap();
    assert!(has(&notices, is_refused), "{notices:?}");
    assert!(world.terminal().session(operator(CASHIER)).is_none());
    assert!(!world.signs_on(CASHIER, NEW_WORD).unwrap());

    // It is revoked.
    let (mut world, _) = forgotten(353);
    world.reset_offline(CASHIER, NEW_WORD).unwrap();
    world.connect().unwrap();
    let revoke = Command::RevokeCredential {
        operator: operator(CASHIER),
    };
    let order = world.bank.order(revoke, later());
    world.deliver(&order).unwrap();
    let _ = world.terminal().disconnected();
    assert!(matches!(
        world.begin_sign_on(CASHIER, NEW_WORD),
        Err(Fault::Offline)
    ));
}

#[test]
fn g02_a_reset_with_a_link_takes_the_place_of_one_without() {
    let (mut world, _) = forgotten(354);
    world.reset_offline(CASHIER, NEW_WORD).unwrap();
    // The bank takes no deed for now; meanwhile a code has come by message.
    world.bank.away.refuses_deeds = Some(("too_many", true));
    world.connect().unwrap();
    let notices = world.reset(CASHIER, "905316").unwrap();
    assert!(
        has(&notices, |n| matches!(n, Notice::Effective { .. })),
        "{notices:?}"
    );
    assert!(world.signs_on(CASHIER, "905316").unwrap());
    assert!(!world.signs_on(CASHIER, NEW_WORD).unwrap());
    world.bank.away.refuses_deeds = None;
    world.connect().unwrap();
    assert!(world.bank.kinds().is_empty(), "it had its time");
    assert!(world.signs_on(CASHIER, "905316").unwrap());
}

#[test]
fn a_password_that_newer_rules_do_not_allow_is_chosen_again() {
    let (mut world, _) = forgotten(355);
    world.reset_offline(CASHIER, NEW_WORD).unwrap();
    let lengths = Lengths {
        cashier: 8,
        supervisor: 8,
        administrator: 8,
    };
    world.bank.rules = PasswordRules::new(7, lengths).unwrap();
    world.connect().unwrap();
    let step = world.begin_sign_on(CASHIER, NEW_WORD).unwrap();
    let notices = world.carry(step).unwrap();
    assert!(
        matches!(
            notices[..],
            [Notice::CodeAccepted { .. }, Notice::PasswordRefused { .. }]
        ),
        "{notices:?}"
    );
    let notices = world.choose(CASHIER, "60481739").unwrap();
    assert!(
        has(&notices, |n| matches!(n, Notice::Effective { .. })),
        "{notices:?}"
    );
    assert!(world.signs_on(CASHIER, "60481739").unwrap());
    assert!(!world.signs_on(CASHIER, NEW_WORD).unwrap());
}

/// Whatever hinders the registration, whoever typed the right password is signed on.
#[test]
fn a_registration_that_has_to_wait_holds_nobody_up() {
    let (mut world, _) = forgotten(356);
    world.reset_offline(CASHIER, NEW_WORD).unwrap();
    world.connect().unwrap();
    for refusal in [("too_many", true), ("not_prepared", false)] {
        world.bank.away.refuses_choices = Some(refusal);
        assert!(world.signs_on(CASHIER, NEW_WORD).unwrap(), "{refusal:?}");
        assert_eq!(world.version(CASHIER), 1);
    }
    world.bank.away.refuses_choices = None;
    for retry in [true, false] {
        world.bank.refuse_uploads = Some(("facts_changed", retry));
        let step = world.begin_sign_on(CASHIER, NEW_WORD).unwrap();
        let notices = world.carry(step).unwrap();
        assert!(
            has(&notices, |n| matches!(n, Notice::SignedOn { .. })),
            "{notices:?}"
        );
        let _ = world.connect().unwrap();
    }
    world.bank.refuse_uploads = None;
    assert!(world.signs_on(CASHIER, NEW_WORD).unwrap());
    assert_eq!(world.version(CASHIER), 2);
}

/// The cable is pulled after each message in turn. Whoever typed the right password is
/// signed on, with the bank or without it; the next sign-on goes on.
#[test]
fn d12_a_link_cut_anywhere_in_a_registration_leaves_the_operator_signed_on() {
    for cut in 0.. {
        let (mut world, _) = forgotten(357);
        world.reset_offline(CASHIER, NEW_WORD).unwrap();
        world.connect().unwrap();
        let step = world.begin_sign_on(CASHIER, NEW_WORD).unwrap();
        let carried = world.carry_some(step, cut);
        if carried < cut {
            assert_eq!(
                cut, 11,
                "a choice, two of registration, two of sign-on, and the end"
            );
            break;
        }
        let is_on = world.terminal().session(operator(CASHIER)).is_some();
        let by_bank = world.version(CASHIER) == 2 && cut >= 6;
        // Once the bank has it, the sign-on is one like any, and typed again.
        assert!(is_on || by_bank, "cut after {cut}");
        assert!(
            !world.signs_on(CASHIER, OLD_WORD).unwrap(),
            "cut after {cut}"
        );
        assert!(
            world.signs_on(CASHIER, NEW_WORD).unwrap(),
            "cut after {cut}"
        );
        world.connect().unwrap();
        assert!(
            world.signs_on(CASHIER, NEW_WORD).unwrap(),
            "cut after {cut}"
        );
        assert_eq!(world.version(CASHIER), 2, "cut after {cut}");
        assert!(!world.signs_on(CASHIER, OLD_WORD).unwrap());
        let views: Vec<_> = world.terminal().operators().collect();
        assert!(views.iter().all(|view| !view.set_offline));
    }
}

#[test]
fn somebody_else_at_the_keypad_gives_up_a_sign_on_that_is_being_registered() {
    let (mut world, _) = forgotten(358);
    world.reset_offline(CASHIER, NEW_WORD).unwrap();
    world.connect().unwrap();
    let first = world.begin_sign_on(CASHIER, NEW_WORD).unwrap();
    let late = world.bank.answer(&first.frames[0]);
    let second = world.begin_sign_on(SUPERVISOR, SUPERVISORS_WORD).unwrap();
    assert!(matches!(
        second.notices[..],
        [Notice::SignOnInterrupted { .. }]
    ));
    let terminal = world.terminal.as_mut().unwrap();
    let refused = terminal.receive(&late, &mut world.rng);
    assert!(matches!(refused, Err(Fault::Unasked)));
    world.carry(second).unwrap();
    assert!(world.terminal().session(operator(CASHIER)).is_none());
    assert!(world.signs_on(CASHIER, NEW_WORD).unwrap());
    assert_eq!(world.version(CASHIER), 2);
}

#[test]
fn the_supervisor_gets_a_password_by_an_answer_and_manages_with_it() {
    let (mut world, _) = forgotten(359);
    world.reset_offline(SUPERVISOR, "60481739").unwrap();
    assert!(world.signs_on(SUPERVISOR, "60481739").unwrap());
    world.supervises(Terminal::reset_cashier, CASHIER).unwrap();
    world.choose(CASHIER, NEW_WORD).unwrap();
    world.connect().unwrap();
    let expect = [(SUPERVISOR, "answered"), (CASHIER, "reset_offline")];
    assert_eq!(
        world.bank.kinds(),
        expect.map(|(number, kind)| (operator(number), kind))
    );
}

#[test]
fn c08_debug_shows_neither_challenge_nor_answer() {
    let (mut world, _) = forgotten(360);
    let step = world
        .terminal()
        .offline_challenge(operator(CASHIER))
        .unwrap();
    let shown = format!("{step:?}");
    let challenge = world.challenge(CASHIER).unwrap();
    assert!(!shown.contains(challenge.expose()), "{shown}");
    let answer = world.answer(CASHIER, &challenge);
    let shown = format!("{:?} {answer:?}", world.types(CASHIER, &answer));
    assert!(!shown.contains(answer.expose()), "{shown}");
}
