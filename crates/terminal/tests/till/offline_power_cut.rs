//! The power goes at every single write of what is done without a link: one password
//! works afterwards and not two or none, and what the bank is told of it, it is told once.

use tillkey_terminal::wire::code::OfflineAnswer;
use tillkey_terminal::{Device, Fault, Terminal};

use crate::devices::Cut;
use crate::shop::SUPERVISOR;
use crate::shop_power_cut::{Power, in_files, in_memory};
use crate::supervisor::{NEW_WORD, OLD_WORD, SUPERVISORS_WORD};
use crate::world::{CASHIER, World, operator};

/// A day without a link, as far as the power lasts.
type Script<D> = fn(&mut World<D>, &mut Option<OfflineAnswer>) -> Result<(), Fault>;

/// The answer to a challenge; one that was given already is typed again.
fn by_answer<D: Device>(
    world: &mut World<D>,
    given: &mut Option<OfflineAnswer>,
) -> Result<(), Fault> {
    if world.terminal().operators().any(|view| view.set_offline) {
        return Ok(());
    }
    let challenge = world.challenge(CASHIER)?;
    let answer = match given.take() {
        Some(given) => given,
        None => world.answer(CASHIER, &challenge),
    };
    *given = Some(answer.copy());
    let _ = world
        .terminal()
        .offline_answer(operator(CASHIER), &answer)?;
    world.choose(CASHIER, NEW_WORD).map(drop)
}

/// The supervisor signs on and hands the keypad over.
fn by_supervisor<D: Device>(
    world: &mut World<D>,
    _: &mut Option<OfflineAnswer>,
) -> Result<(), Fault> {
    if world.terminal().operators().any(|view| view.set_offline) {
        return Ok(());
    }
    assert!(world.signs_on(SUPERVISOR, SUPERVISORS_WORD)?);
    world.supervises(Terminal::reset_cashier, CASHIER)?;
    world.choose(CASHIER, NEW_WORD).map(drop)
}

/// Runs it with the power gone at every write; then what holds is looked at, the same
/// hands finish what they began, and the bank is told.
fn cut_everywhere<D: Device>(cuts: &[Cut], power: impl Fn() -> Power<D>, script: Script<D>) {
    for &cut in cuts {
        for at in 0.. {
            let (plug, device) = power();
            let mut world = World::new(380);
            world.open(device()).unwrap();
            world.enrol().unwrap();
            world.connect().unwrap();
            world.first_password(SUPERVISOR, SUPERVISORS_WORD).unwrap();
            world.first_password(CASHIER, OLD_WORD).unwrap();
            let _ = world.terminal().disconnected();
            plug.borrow_mut().back_on();
            plug.borrow_mut().cut = Some((at, cut));
            let mut given = None;
            let done = script(&mut world, &mut given).and_then(|()| {
                assert!(world.signs_on(CASHIER, NEW_WORD)?);
                Ok(())
            });
            if let Err(fault) = &done {
                assert!(
                    matches!(fault, Fault::Device(_)),
                    "{cut:?} at {at}: {fault:?}"
                );
            }
            world.terminal = None;
            plug.borrow_mut().back_on();
            world.open(device()).unwrap();
            let is_new = world.terminal().operators().any(|view| view.set_offline);
            let works = [OLD_WORD, NEW_WORD].map(|text| world.signs_on(CASHIER, text).unwrap());
            assert_eq!(works, [!is_new, is_new], "{cut:?} at {at}");

            script(&mut world, &mut given).unwrap();
            assert!(world.signs_on(CASHIER, NEW_WORD).unwrap());
            world.connect().unwrap();
            world.connect().unwrap();
            let kinds = world.bank.kinds();
            assert_eq!(kinds.len(), 1, "{cut:?} at {at}: {kinds:?}");
            let session = world.terminal().session(operator(CASHIER));
            let told = world.bank.away.sign_ons.last().unwrap();
            assert_eq!(told.session, session, "{cut:?} at {at}");
            assert!(world.signs_on(CASHIER, NEW_WORD).unwrap());
            assert_eq!(world.bank.accounts[&operator(CASHIER)].version, 2);
            assert!(!world.signs_on(CASHIER, OLD_WORD).unwrap());
            if done.is_ok() {
                assert!(at >= 5, "{at} writes");
                break;
            }
        }
    }
}

#[test]
fn g03_a_power_cut_at_any_write_of_a_reset_by_answer_leaves_old_or_new() {
    cut_everywhere(&[Cut::Before, Cut::After], in_memory, by_answer);
}

#[test]
fn g03_a_torn_file_at_any_write_of_a_reset_by_answer_leaves_old_or_new() {
    cut_everywhere(&[Cut::Torn], in_files, by_answer);
}

#[test]
fn g03_a_power_cut_at_any_write_of_a_supervisors_reset_leaves_old_or_new() {
    cut_everywhere(&[Cut::Before, Cut::After], in_memory, by_supervisor);
}

/// What the bank is told, and the registration: the power goes while it hears of it.
#[test]
fn g03_a_power_cut_at_any_write_of_the_telling_tells_once() {
    for cut in [Cut::Before, Cut::After] {
        for at in 0.. {
            let (mut world, memory) = World::enrolled(381);
            world.first_password(SUPERVISOR, SUPERVISORS_WORD).unwrap();
            world.first_password(CASHIER, OLD_WORD).unwrap();
            let _ = world.terminal().disconnected();
            by_supervisor(&mut world, &mut None).unwrap();
            assert!(world.signs_on(CASHIER, NEW_WORD).unwrap());
            memory.plug.borrow_mut().back_on();
            memory.plug.borrow_mut().cut = Some((at, cut));
            let told = world
                .connect()
                .and_then(|_| world.begin_sign_on(CASHIER, NEW_WORD))
                .and_then(|step| world.carry(step));
            world.restart(&memory);
            world.connect().unwrap();
            assert!(
                world.signs_on(CASHIER, NEW_WORD).unwrap(),
                "{cut:?} at {at}"
            );
            assert_eq!(world.bank.kinds(), [(operator(CASHIER), "reset_offline")]);
            // The supervisor's session and the cashier's, and perhaps one that began where
            // the registration was cut; each once.
            let sign_ons = world.bank.away.sign_ons.len();
            assert!((2..=3).contains(&sign_ons), "{cut:?} at {at}: {sign_ons}");
            let account = &world.bank.accounts[&operator(CASHIER)];
            assert_eq!(account.version, 2, "{cut:?} at {at}");
            assert!(!world.signs_on(CASHIER, OLD_WORD).unwrap());
            if told.is_ok() {
                assert!(at >= 6, "{at} writes");
                break;
            }
        }
    }
}
