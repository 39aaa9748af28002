//! The power goes at every write of a day at the till: what was acknowledged is there
//! afterwards, and at most one thing more, of which nobody was told.

use tempfile::TempDir;
use tillkey_terminal::limits::JOURNAL_SETTLED_MAX;
use tillkey_terminal::wire::ids::CaseId;
use tillkey_terminal::wire::message::Outcome;
use tillkey_terminal::{Device, Fault, FileDevice, Notice, Step};

use crate::commands::later;
use crate::devices::{Cut, Memory, Plug, SharedPlug, Torn, noon};
use crate::shop::{SUPERVISOR, long_log, refund_of, sale_of, sign_on, staffed};
use crate::world::{CASHIER, World, operator};

/// The device as it is when the power is back.
pub(crate) type Power<D> = (SharedPlug, Box<dyn Fn() -> D>);

pub(crate) fn in_memory() -> Power<Memory> {
    let memory = Memory::new();
    (memory.plug.clone(), Box::new(move || memory.clone()))
}

pub(crate) fn in_files() -> Power<Torn> {
    let directory = TempDir::new().unwrap();
    let plug = Plug::shared();
    let device_plug = plug.clone();
    let device = move || Torn::open(directory.path(), &device_plug);
    (plug, Box::new(device))
}

/// A day, as far as the power lasts. Says how many entries were acknowledged.
fn day<D: Device>(world: &mut World<D>, acknowledged: &mut u64) -> Result<(), Fault> {
    let (cashier, supervisor) = (operator(CASHIER), operator(SUPERVISOR));
    let mut told = |step: Step| {
        for notice in &step.notices {
            if let Notice::Recorded(entry) = notice {
                assert_eq!(entry.number, *acknowledged + 1);
                *acknowledged = entry.number;
            }
        }
    };
    let terminal = world.terminal();
    terminal.begin_sale(cashier)?;
    told(terminal.sale(cashier, sale_of(500))?);
    told(terminal.sale(cashier, sale_of(700))?);
    told(terminal.void(cashier, supervisor, 2)?);
    told(terminal.refund(cashier, supervisor, refund_of(100))?);
    told(terminal.settle(cashier)?);
    told(terminal.sale(cashier, sale_of(900))?);
    Ok(())
}

fn cut_everywhere<D: Device>(cuts: &[Cut], power: impl Fn() -> Power<D>) {
    for &cut in cuts {
        for at in 0.. {
            let (plug, device) = power();
            let mut world = World::new(260);
            world.open_with_journal(device()).unwrap();
            world.enrol().unwrap();
            world.connect().unwrap();
            staffed(&mut world);
            plug.borrow_mut().back_on();
            plug.borrow_mut().cut = Some((at, cut));
            let mut acknowledged = 0;
            let done = day(&mut world, &mut acknowledged);
            world.terminal = None;
            plug.borrow_mut().back_on();
            world.open(device()).unwrap();
            let kept = world.terminal().journal().unwrap().entries;
            if done.is_ok() {
                assert_eq!((acknowledged, kept), (6, 6));
                assert_eq!(at, 6, "each of them is one write");
                break;
            }
            assert!(matches!(done, Err(Fault::Device(_))), "{done:?}");
            let heard = (acknowledged..=acknowledged + 1).contains(&kept);
            assert!(heard, "{cut:?} at {at}: {acknowledged} told, {kept} kept");
            assert_eq!(
                kept == acknowledged,
                cut != Cut::After,
                "{cut:?} at {at}: what was not whole is cut off"
            );
            // And the day goes on.
            world.connect().unwrap();
            sign_on(&mut world);
            let step = world
                .terminal()
                .sale(operator(CASHIER), sale_of(1))
                .unwrap();
            assert!(matches!(
                step.notices.as_slice(),
                [Notice::Recorded(entry)] if entry.number == kept + 1
            ));
        }
    }
}

#[test]
fn g03_a_power_cut_at_any_write_loses_no_sale() {
    cut_everywhere(&[Cut::Before, Cut::After], in_memory);
}

#[test]
fn g03_a_torn_log_at_any_write_loses_no_sale() {
    cut_everywhere(&[Cut::Before, Cut::After, Cut::Torn], in_files);
}

/// A shop with a log as long as logs get, and one sale to begin the next batch with.
fn old_shop<D: Device>(world: &mut World<D>, device: &mut impl Device) -> u64 {
    staffed(world);
    let step = world.terminal().sale(operator(CASHIER), sale_of(1));
    let _ = step.unwrap();
    let batches = usize::try_from(JOURNAL_SETTLED_MAX / 400).unwrap() + 1;
    let log = long_log(&device.read_log().unwrap(), (batches, 399));
    device.replace_log(&log).unwrap();
    u64::try_from(log.len() - 1).unwrap()
}

#[test]
fn g03_a_power_cut_while_old_batches_are_let_go_of_loses_no_sale() {
    for (cut, kept, start) in [
        (Some((0, Cut::Before)), 0, 0),
        (Some((0, Cut::After)), 0, 400),
        (Some((1, Cut::Before)), 0, 400),
        (Some((1, Cut::After)), 1, 400),
        (None, 1, 400),
    ] {
        let memory = Memory::new();
        let mut world = World::new(261);
        world.open_with_journal(memory.clone()).unwrap();
        world.enrol().unwrap();
        world.connect().unwrap();
        let entries = old_shop(&mut world, &mut memory.clone());
        world.restart(&memory);
        world.connect().unwrap();
        sign_on(&mut world);
        let digest = world.terminal().journal().unwrap().digest.clone();
        memory.plug.borrow_mut().back_on();
        memory.plug.borrow_mut().cut = cut;
        let sale = world.terminal().sale(operator(CASHIER), sale_of(2));
        assert_eq!(sale.is_ok(), cut.is_none(), "{cut:?}");
        world.restart(&memory);
        let head = world.terminal().journal().unwrap().clone();
        assert_eq!(head.entries, entries + kept, "{cut:?}");
        assert_eq!(head.digest == digest, kept == 0, "{cut:?}");
        let records = u64::try_from(memory.log.borrow().len()).unwrap();
        assert_eq!(records, 1 + head.entries - start, "{cut:?}");
    }
}

/// Letting go needs room for a moment. Where there is none the sale is taken all the
/// same while it fits.
#[test]
fn g03_a_full_storage_keeps_old_batches_and_goes_on() {
    let memory = Memory::new();
    let mut world = World::new(262);
    world.open_with_journal(memory.clone()).unwrap();
    world.enrol().unwrap();
    world.connect().unwrap();
    let entries = old_shop(&mut world, &mut memory.clone());
    world.restart(&memory);
    world.connect().unwrap();
    sign_on(&mut world);
    memory.plug.borrow_mut().full = true;
    let sale = world.terminal().sale(operator(CASHIER), sale_of(2));
    assert!(matches!(sale, Err(Fault::NotKept { .. })));
    assert_eq!(world.terminal().journal().unwrap().entries, entries);
    memory.plug.borrow_mut().full = false;
    let sale = world.terminal().sale(operator(CASHIER), sale_of(2));
    let _ = sale.unwrap();
    let kept = u32::try_from(memory.log.borrow().len()).unwrap();
    assert!(kept <= JOURNAL_SETTLED_MAX + 2, "{kept}");
}

/// The directory of a real device, from one start to the next.
#[test]
fn a_journal_in_files_is_there_after_a_restart() {
    let directory = TempDir::new().unwrap();
    let mut world = World::new(263);
    let open = || FileDevice::open(directory.path(), noon).unwrap();
    world.open_with_journal(open()).unwrap();
    world.enrol().unwrap();
    world.connect().unwrap();
    staffed(&mut world);
    let mut acknowledged = 0;
    day(&mut world, &mut acknowledged).unwrap();
    let head = world.terminal().journal().cloned();
    world.terminal = None;
    world.open(open()).unwrap();
    assert_eq!(world.terminal().journal().cloned(), head);
    assert_eq!(world.terminal().open_batch().count(), 1);
}

#[test]
fn g03_a_power_cut_at_any_write_of_a_backup_only_delays_it() {
    for cut in [Cut::Before, Cut::After] {
        for at in 0.. {
            let (mut world, memory) = crate::shop::open_shop(264);
            let mut acknowledged = 0;
            day(&mut world, &mut acknowledged).unwrap();
            let command = world.bank.vault.order(CaseId::from_bytes([1; 10]));
            let order = world.bank.order(command, later());
            memory.plug.borrow_mut().back_on();
            memory.plug.borrow_mut().cut = Some((at, cut));
            let done = world.deliver(&order);
            world.restart(&memory);
            world.connect().unwrap();
            if world.bank.acknowledged.is_empty() {
                world.deliver(&order).unwrap();
            }
            let end = (order.id, Outcome::Done);
            assert_eq!(world.bank.acknowledged, [end], "{cut:?} at {at}");
            let (manifest, _) = world.bank.vault.stored.last().unwrap();
            assert_eq!(manifest.head.entries, 6);
            if done.is_ok() {
                assert!(at >= 2, "it is noted when it comes and when it is done");
                break;
            }
        }
    }
}
