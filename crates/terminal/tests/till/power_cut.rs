//! The power goes at every single write, once before it, once after it, once in the
//! middle of the file. Afterwards the state is the old or the new one and never neither,
//! and the same hands can finish what they began.

use tempfile::TempDir;
use tillkey_terminal::wire::code::ResetCode;
use tillkey_terminal::{Device, Fault, Notice, Progress, Standing};

use crate::devices::{Cut, Memory, Plug, SharedPlug, Torn};
use crate::world::{CASHIER, World, operator};

const OLD: &str = "739201";
const NEW: &str = "604817";

/// What a person with the codes does until it is done, from wherever the terminal is.
fn finish<D: Device>(world: &mut World<D>, code: &mut Option<ResetCode>) -> Result<(), Fault> {
    if world.terminal().standing() == Standing::Blank {
        world.enrol()?;
    } else {
        world.connect()?;
    }
    if world.bank.counters.is_empty() {
        // Enrolled on that connection; the next one says hello.
        world.connect()?;
    }
    let version = |world: &World<D>| world.bank.accounts[&operator(CASHIER)].version;
    if version(world) == 0 {
        world.first_password(CASHIER, OLD)?;
    }
    if version(world) == 1 {
        assert!(world.signs_on(CASHIER, OLD)?);
        let issued = code
            .get_or_insert_with(|| world.bank.issue(operator(CASHIER)).1)
            .copy();
        world.redeem(CASHIER, issued)?;
        world.choose(CASHIER, NEW)?;
    }
    assert!(world.signs_on(CASHIER, NEW)?);
    assert!(!world.signs_on(CASHIER, OLD)?);
    Ok(())
}

/// What has to hold right after the power is back, before anybody touches a key.
fn check<D: Device>(world: &mut World<D>) {
    let Standing::Enrolled(enrolled) = world.terminal().standing() else {
        assert!(world.bank.accounts[&operator(CASHIER)].version == 0);
        return;
    };
    let terminal = enrolled.terminal;
    assert_eq!(Some(terminal), world.bank.terminal.map(|(id, _)| id));
    let notices = world.connect().unwrap();
    // Connected, nothing is left on its way, and exactly one password works.
    let progress = world.terminal().progress(operator(CASHIER));
    assert_eq!(progress, Progress::Idle, "{notices:?}");
    let works = [OLD, NEW].map(|text| world.signs_on(CASHIER, text).unwrap());
    let version = world.bank.accounts[&operator(CASHIER)].version;
    assert_eq!(works, [version == 1, version == 2]);
}

fn cut_everywhere<D: Device>(cuts: &[Cut], power: impl Fn() -> (SharedPlug, Box<dyn Fn() -> D>)) {
    for &cut in cuts {
        let mut at = 0;
        loop {
            let (plug, device) = power();
            plug.borrow_mut().cut = Some((at, cut));
            let mut world = World::new(100);
            world.open(device()).unwrap();
            let mut code = None;
            match finish(&mut world, &mut code) {
                // The script has fewer writes than this.
                Ok(()) => break,
                Err(Fault::Device(_)) => {}
                Err(fault) => panic!("{cut:?} at {at}: {fault:?}"),
            }
            world.terminal = None;
            plug.borrow_mut().back_on();
            world.open(device()).unwrap();
            check(&mut world);
            let done = finish(&mut world, &mut code);
            assert!(done.is_ok(), "{cut:?} at {at}: {done:?}");
            assert_eq!(world.bank.accounts[&operator(CASHIER)].version, 2);
            at += 1;
        }
        assert!(
            at >= 7,
            "the script writes at least: keys, enrolment, counter, 2 uploads, 2 effects"
        );
    }
}

#[test]
fn g03_a_power_cut_at_any_write_leaves_old_or_new() {
    cut_everywhere(&[Cut::Before, Cut::After], || {
        let memory = Memory::new();
        (memory.plug.clone(), Box::new(move || memory.clone()))
    });
}

#[test]
fn g03_a_torn_file_at_any_write_leaves_old_or_new() {
    cut_everywhere(&[Cut::Before, Cut::After, Cut::Torn], || {
        let directory = TempDir::new().unwrap();
        let plug = Plug::shared();
        let device_plug = plug.clone();
        let device = move || Torn::open(directory.path(), &device_plug);
        (plug, Box::new(device))
    });
}

/// Between the two sides, too: the server has it and the terminal does not know yet.
#[test]
fn d12_the_terminal_learns_of_an_effect_that_it_missed() {
    let (mut world, memory) = World::enrolled(101);
    world.first_password(CASHIER, OLD).unwrap();
    let (_, code) = world.bank.issue(operator(CASHIER));
    world.redeem(CASHIER, code).unwrap();
    let step = world.begin_choice(CASHIER, NEW).unwrap();
    memory.plug.borrow_mut().back_on();
    memory.plug.borrow_mut().cut = Some((1, Cut::Before));
    assert!(matches!(world.carry(step), Err(Fault::Device(_))));
    assert_eq!(
        world.bank.accounts[&operator(CASHIER)].version,
        2,
        "the server has it"
    );
    world.restart(&memory);
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
    assert!(world.signs_on(CASHIER, NEW).unwrap());
}
