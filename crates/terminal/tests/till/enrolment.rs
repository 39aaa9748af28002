use ed25519_dalek::SigningKey;
use tillkey_terminal::wire::code::EnrolmentCode;
use tillkey_terminal::{Advice, Fault, FileDevice, Notice, Slot, Standing, Terminal};

use crate::bank::Bank;
use crate::devices::Memory;
use crate::world::{World, profile};

#[test]
fn a_code_enrols_a_terminal_once() {
    let (mut world, memory) = World::enrolled(1);
    let id = world.bank.terminal.unwrap().0;
    assert!(matches!(world.terminal().standing(), Standing::Enrolled(e) if e.terminal == id));
    let again = world
        .terminal
        .as_mut()
        .unwrap()
        .enrol(&world.code, &mut world.rng);
    assert!(matches!(again, Err(Fault::AlreadyEnrolled)));
    world.restart(&memory);
    assert!(matches!(world.terminal().standing(), Standing::Enrolled(e) if e.terminal == id));
    assert_eq!(world.terminal().operators().count(), 3);
}

#[test]
fn a_wrong_code_is_refused_and_the_right_one_still_works() {
    let mut world = World::new(2);
    world.open(Memory::new()).unwrap();
    let wrong = EnrolmentCode::random(&mut world.rng);
    let right = std::mem::replace(&mut world.code, wrong);
    let step = world
        .terminal
        .as_mut()
        .unwrap()
        .enrol(&world.code, &mut world.rng)
        .unwrap();
    assert!(step.frames.is_empty(), "there is no link yet");
    let notices = world.connect().unwrap();
    assert!(
        matches!(notices.as_slice(), [Notice::EnrolmentRefused { .. }]),
        "{notices:?}"
    );
    assert_eq!(world.terminal().standing(), Standing::Enrolling);
    world.code = right;
    world.enrol().unwrap();
    assert!(matches!(world.terminal().standing(), Standing::Enrolled(_)));
}

/// Somebody in the middle who does not know the code answers in the bank's place.
#[test]
fn another_server_cannot_be_pinned() {
    let mut world = World::new(3);
    world.open(Memory::new()).unwrap();
    let _ = world
        .terminal
        .as_mut()
        .unwrap()
        .enrol(&world.code, &mut world.rng)
        .unwrap();
    let step = world.terminal().connected().unwrap();
    let (mut middle, other_code) = Bank::new(99, &[]);
    // It takes any request as proven: its own terminal's answer, and its own key.
    let mut elsewhere = World::new(99);
    elsewhere.open(Memory::new()).unwrap();
    elsewhere.code = other_code;
    let _ = elsewhere
        .terminal
        .as_mut()
        .unwrap()
        .enrol(&elsewhere.code, &mut elsewhere.rng);
    let theirs = elsewhere.terminal().connected().unwrap();
    let answer = middle.answer(&theirs.frames[0]);
    let refused = world
        .terminal
        .as_mut()
        .unwrap()
        .receive(&answer, &mut world.rng);
    assert_eq!(refused.unwrap_err().advice(), Advice::Ignore);
    assert_eq!(world.terminal().standing(), Standing::Enrolling);
    world.carry(step).unwrap();
    assert!(matches!(world.terminal().standing(), Standing::Enrolled(_)));
}

#[test]
fn the_answer_may_be_lost_and_asked_for_again() {
    let memory = Memory::new();
    let mut world = World::new(4);
    world.open(memory.clone()).unwrap();
    let _ = world
        .terminal
        .as_mut()
        .unwrap()
        .enrol(&world.code, &mut world.rng)
        .unwrap();
    let first = world.terminal().connected().unwrap();
    world.bank.answer(&first.frames[0]);
    world.restart(&memory);
    let second = world.terminal().connected().unwrap();
    assert_eq!(first.frames, second.frames);
    world.carry(second).unwrap();
    assert!(matches!(world.terminal().standing(), Standing::Enrolled(_)));
}

#[test]
fn state_that_was_copied_to_another_device_is_refused() {
    let (world, memory) = World::enrolled(5);
    drop(world);
    let mut other = profile();
    other.serial_number = "SN-9999999".parse().unwrap();
    let fault = Terminal::open(memory, other).unwrap_err();
    assert_eq!(fault.advice(), Advice::EnrolAgain);
}

#[test]
fn nothing_can_be_done_before_enrolment() {
    let mut world = World::new(6);
    world.open(Memory::new()).unwrap();
    assert!(matches!(
        world.terminal().connected(),
        Err(Fault::NotEnrolled)
    ));
    let refused = world.begin_sign_on(5, "739201");
    assert!(matches!(refused, Err(Fault::NotEnrolled)));
}

#[test]
fn a_terminal_number_may_change_and_an_acquirer_may_not() {
    let (mut world, memory) = World::enrolled(7);
    world.bank.terminal_number = "20000002".to_owned();
    world.connect().unwrap();
    world.restart(&memory);
    let standing = world.terminal().standing();
    let Standing::Enrolled(enrolled) = standing else {
        panic!("{standing:?}")
    };
    assert_eq!(enrolled.terminal_number.as_str(), "20000002");
    world.bank.acquirer = "other-bank".parse().unwrap();
    assert!(matches!(world.connect(), Err(Fault::Unexpected)));
}

/// The storage was not cleared between two enrolments: operators, pending uploads and
/// settled commands of the first are not the second's.
#[test]
fn the_book_of_another_enrolment_is_not_read() {
    let (mut world, first) = World::enrolled(9);
    world.first_password(5, "739201").unwrap();
    let (other, second) = World::enrolled(10);
    drop(other);
    first.copy_slot(Slot::Identity, &second);
    world.restart(&first);
    assert_eq!(world.terminal().operators().count(), 0);
}

/// A fleet runs in threads.
#[test]
fn a_terminal_can_be_sent_to_another_thread() {
    fn check<T: Send>() {}
    check::<Terminal<FileDevice>>();
}

#[test]
fn frames_by_another_key_are_refused() {
    let (mut world, _) = World::enrolled(8);
    let step = world.terminal().connected().unwrap();
    let honest = std::mem::replace(&mut world.bank.key, SigningKey::generate(&mut world.rng));
    let forged = world.bank.answer(&step.frames[0]);
    let refused = world
        .terminal
        .as_mut()
        .unwrap()
        .receive(&forged, &mut world.rng);
    assert!(matches!(refused, Err(Fault::Frame(_))));
    world.bank.key = honest;
    world.connect().unwrap();
}
