//! The number that proves that the terminal is in hand.

use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use tillkey_terminal::wire::code::InHandNumber;
use tillkey_terminal::wire::ids::CaseId;
use tillkey_terminal::wire::message::{Command, Outcome, WhyNot};
use tillkey_terminal::{Advice, AskedFor, Device, Fault, Notice, Slot, Standing};
use x25519_dalek::StaticSecret;

use crate::devices::{Cut, Memory, Plug, SharedPlug, Torn, noon};
use crate::world::{CASHIER, World, operator};

fn later() -> Timestamp {
    noon() + SignedDuration::from_mins(5)
}

fn show_number(number: u8) -> Command {
    Command::ShowNumber {
        case: CaseId::from_bytes([1; 10]),
        operator: operator(number),
        expires_at: later(),
    }
}

fn number_of(notices: Vec<Notice>) -> (InHandNumber, Option<AskedFor>) {
    let mut numbers = notices.into_iter().filter_map(|notice| match notice {
        Notice::InHandNumber { number, asked } => Some((number, asked)),
        _ => None,
    });
    let number = numbers.next().unwrap();
    assert!(numbers.next().is_none());
    number
}

/// Asks for a number at the terminal; gives its counter.
fn press<D: Device>(world: &mut World<D>) -> Result<u64, Fault> {
    let step = world.terminal().show_number()?;
    let (number, asked) = number_of(world.carry(step)?);
    assert_eq!(asked, None);
    Ok(world.bank.counter_of(&number).unwrap())
}

#[test]
fn a_number_is_shown_when_the_bank_asks_and_says_for_what() {
    let (mut world, _) = World::enrolled(120);
    let order = world.bank.order(show_number(CASHIER), later());
    let notices = world.deliver(&order).unwrap();
    let (number, asked) = number_of(notices);
    let expect = AskedFor {
        case: CaseId::from_bytes([1; 10]),
        operator: operator(CASHIER),
        expires_at: later(),
    };
    assert_eq!(asked, Some(expect));
    let counter = world.bank.counter_of(&number).unwrap();
    assert_eq!(
        world.bank.in_hand.last(),
        Some(&counter),
        "the bank is told how far"
    );
    assert_eq!(world.bank.acknowledged, [(order.id, Outcome::Done)]);

    // The acknowledgement was lost: it is given again, and no second number.
    assert!(world.deliver(&order).unwrap().is_empty());
    assert_eq!(world.bank.acknowledged.len(), 2);
}

#[test]
fn d08_a_request_that_is_played_back_shows_nothing() {
    let (mut world, memory) = World::enrolled(121);
    let old = world.bank.order(show_number(CASHIER), later());
    let newer = world.bank.order(show_number(CASHIER), later());
    world.deliver(&newer).unwrap();
    world.restart(&memory);
    world.connect().unwrap();
    let fault = world.deliver(&old).unwrap_err();
    assert!(matches!(fault, Fault::StaleCommand { .. }), "{fault:?}");
    assert_eq!(fault.advice(), Advice::Ignore);
}

#[test]
fn a_number_is_shown_without_a_link_and_only_once_a_key_was_agreed_on() {
    let memory = Memory::new();
    let mut world = World::new(122);
    world.open(memory.clone()).unwrap();
    let fault = world.terminal().show_number().unwrap_err();
    assert!(matches!(fault, Fault::NotAgreed), "{fault:?}");
    assert_eq!(fault.advice(), Advice::Correct);
    world.enrol().unwrap();
    world.connect().unwrap();
    let _ = world.terminal().disconnected();
    let first = press(&mut world).unwrap();
    world.restart(&memory);
    let second = press(&mut world).unwrap();
    assert!(second > first, "{second} after {first}");
    assert_eq!(world.bank.in_hand, [0], "nothing was said without a link");
    world.connect().unwrap();
    assert_eq!(world.bank.in_hand, [0, second]);
}

#[test]
fn a_request_that_comes_too_late_or_for_nobody_shows_nothing() {
    let (mut world, _) = World::enrolled(123);
    let late = world.bank.order(show_number(CASHIER), noon());
    assert!(world.deliver(&late).unwrap().is_empty());
    let nobody = world.bank.order(show_number(77), later());
    assert!(world.deliver(&nobody).unwrap().is_empty());
    let why = world.bank.acknowledged.iter().map(|(_, outcome)| *outcome);
    let not_done = [WhyNot::Expired, WhyNot::UnknownOperator].map(|why| Outcome::NotDone { why });
    assert_eq!(why.collect::<Vec<_>>(), not_done);
}

/// The clock of the device is years off, and nothing of a number depends on it.
#[test]
fn g09_a_clock_that_is_years_off_changes_no_number() {
    let shown = |clock: &str| {
        let (mut world, memory) = World::enrolled(124);
        *memory.now.borrow_mut() = clock.parse().unwrap();
        world.connect().unwrap();
        let counters: Vec<u64> = (0..3).map(|_| press(&mut world).unwrap()).collect();
        let order = world.bank.order(show_number(CASHIER), later());
        let (number, _) = number_of(world.deliver(&order).unwrap());
        (counters, number.expose().clone())
    };
    assert_eq!(shown("1999-01-01T00:00:00Z"), shown("2061-07-28T00:00:00Z"));
}

#[test]
fn another_key_of_the_bank_is_taken_over_and_the_counter_goes_on() {
    let (mut world, memory) = World::enrolled(125);
    let before = press(&mut world).unwrap();
    world.bank.agreement = StaticSecret::from([6; 32]);
    world.connect().unwrap();
    let after = press(&mut world).unwrap();
    assert!(after > before);
    world.restart(&memory);
    assert!(press(&mut world).unwrap() > after);
}

/// Storage that loses its newest write shows no number a second time.
#[test]
fn numbers_go_on_even_if_the_newest_write_is_lost() {
    let (mut world, memory) = World::enrolled(126);
    let mut last = 0;
    for presses in [1, 1, 2, 5, 1, 1] {
        for _ in 0..presses {
            let counter = press(&mut world).unwrap();
            assert!(counter > last, "{counter} after {last}");
            last = counter;
        }
        memory.lose_newest(Slot::InHand);
        world.restart(&memory);
        world.connect().unwrap();
    }
}

/// Presses until three numbers were shown; gives them as far as it came.
fn press_thrice<D: Device>(world: &mut World<D>, shown: &mut Vec<u64>) -> Result<(), Fault> {
    match world.terminal().standing() {
        Standing::Blank => world.enrol().map(drop)?,
        _ => world.connect().map(drop)?,
    }
    if world.bank.counters.is_empty() {
        world.connect()?;
    }
    let order = world.bank.order(show_number(CASHIER), later());
    for by_command in [false, true, false] {
        if by_command {
            let notices = world.deliver(&order)?;
            if let [Notice::InHandNumber { number, .. }] = notices.as_slice() {
                shown.push(world.bank.counter_of(number).unwrap());
            }
        } else {
            shown.push(press(world)?);
        }
    }
    Ok(())
}

/// The power goes at every write: no counter is shown twice, and it always goes on.
fn cut_everywhere<D: Device>(cuts: &[Cut], power: impl Fn() -> (SharedPlug, Box<dyn Fn() -> D>)) {
    for &cut in cuts {
        let mut at = 0;
        loop {
            let (plug, device) = power();
            plug.borrow_mut().cut = Some((at, cut));
            let mut world = World::new(127);
            world.open(device()).unwrap();
            let mut shown = Vec::new();
            match press_thrice(&mut world, &mut shown) {
                // The script has fewer writes than this.
                Ok(()) => break,
                Err(Fault::Device(_)) => {}
                Err(fault) => panic!("{cut:?} at {at}: {fault:?}"),
            }
            world.terminal = None;
            plug.borrow_mut().back_on();
            world.open(device()).unwrap();
            let done = press_thrice(&mut world, &mut shown);
            assert!(done.is_ok(), "{cut:?} at {at}: {done:?}");
            assert!(shown.len() >= 3, "{cut:?} at {at}");
            assert!(
                shown.is_sorted_by(|a, b| a < b),
                "{cut:?} at {at}: {shown:?}"
            );
            at += 1;
        }
        assert!(
            at >= 9,
            "the agreement, a start, and one for each number at least"
        );
    }
}

#[test]
fn g03_a_power_cut_at_any_write_shows_no_number_twice() {
    cut_everywhere(&[Cut::Before, Cut::After], || {
        let memory = Memory::new();
        (memory.plug.clone(), Box::new(move || memory.clone()))
    });
}

#[test]
fn g03_a_torn_file_at_any_write_shows_no_number_twice() {
    cut_everywhere(&[Cut::Before, Cut::After, Cut::Torn], || {
        let directory = TempDir::new().unwrap();
        let plug = Plug::shared();
        let device_plug = plug.clone();
        let device = move || Torn::open(directory.path(), &device_plug);
        (plug, Box::new(device))
    });
}
