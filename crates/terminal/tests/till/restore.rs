//! A backup that is put back: on the terminal that lost its journal, or on its
//! replacement.

use tillkey_terminal::wire::enrolment::BackupKey;
use tillkey_terminal::wire::ids::CaseId;
use tillkey_terminal::wire::message::{Command, NotRestored, Order, Outcome, WhyNot};
use tillkey_terminal::wire::snapshot::Contents;
use tillkey_terminal::{Fault, Notice};

use crate::commands::later;
use crate::devices::{Cut, Memory};
use crate::shop::{open_shop, sells, sign_on};
use crate::vault::Spoiled;
use crate::world::World;

const ENTRIES: u64 = 260;

/// A shop whose journal is backed up and then lost.
fn robbed_shop(seed: u64) -> (World<Memory>, Memory) {
    let (mut world, memory) = backed_up_shop(seed);
    lose_journal(&mut world, &memory);
    (world, memory)
}

fn backed_up_shop(seed: u64) -> (World<Memory>, Memory) {
    let (mut world, memory) = open_shop(seed);
    for fen in 1..=ENTRIES {
        sells(&mut world, fen);
    }
    let command = world.bank.vault.order(CaseId::from_bytes([1; 10]));
    let order = world.bank.order(command, later());
    world.deliver(&order).unwrap();
    world.bank.acknowledged.clear();
    (world, memory)
}

fn lose_journal(world: &mut World<Memory>, memory: &Memory) {
    memory.log.borrow_mut().clear();
    world.restart(memory);
    world.connect().unwrap();
}

fn order_back(world: &mut World<Memory>) -> Order {
    let key = key_of(world);
    let command = world.bank.vault.order_back(&key);
    world.bank.order(command, later())
}

fn key_of(world: &World<Memory>) -> BackupKey {
    world.bank.backup_key.clone().unwrap()
}

fn backed_up(world: &World<Memory>) -> Contents {
    world.bank.vault.stored.last().unwrap().1.clone()
}

/// Delivers it; gives what the bank is told came of it.
fn restored(world: &mut World<Memory>, order: &Order) -> Result<u64, NotRestored> {
    let notices = world.deliver(order).unwrap();
    let outcome = world.bank.vault.restored.pop().unwrap();
    let last = notices.iter().rev().find_map(|notice| match notice {
        Notice::Restored(outcome) => Some(outcome.clone()),
        _ => None,
    });
    assert_eq!(last.as_ref(), Some(&outcome));
    let done = (order.id, Outcome::Done);
    assert_eq!(world.bank.acknowledged.pop(), Some(done));
    outcome.map(|head| head.entries)
}

#[test]
fn a_lost_journal_is_put_back_whole() {
    let (mut world, memory) = robbed_shop(240);
    let order = order_back(&mut world);
    assert_eq!(restored(&mut world, &order), Ok(ENTRIES));
    let head = backed_up(&world).header.head;
    assert_eq!(world.terminal().journal(), Some(&head));
    world.restart(&memory);
    assert_eq!(world.terminal().journal(), Some(&head));
    assert_eq!(world.terminal().open_batch().count(), 260);
    // And is gone on with.
    world.connect().unwrap();
    sign_on(&mut world);
    assert_eq!(sells(&mut world, 5).number, ENTRIES + 1);
    // Put back again, it has all of it already, and keeps what it has sold since.
    let again = order_back(&mut world);
    assert_eq!(restored(&mut world, &again), Ok(ENTRIES + 1));
}

#[test]
fn what_was_sold_since_is_never_written_over() {
    let (mut world, memory) = robbed_shop(241);
    sign_on(&mut world);
    sells(&mut world, 5);
    let before = memory.log.borrow().clone();
    let order = order_back(&mut world);
    assert_eq!(restored(&mut world, &order), Err(NotRestored::NotEmpty));
    assert_eq!(*memory.log.borrow(), before);
    assert_eq!(world.terminal().journal().unwrap().entries, 1);
}

/// A journal that stopped in the middle of what was backed up is a beginning of it.
#[test]
fn a_beginning_of_the_backup_is_completed() {
    let (mut world, memory) = backed_up_shop(242);
    memory.log.borrow_mut().truncate(51);
    world.restart(&memory);
    world.connect().unwrap();
    assert_eq!(world.terminal().journal().unwrap().entries, 50);
    let order = order_back(&mut world);
    assert_eq!(restored(&mut world, &order), Ok(ENTRIES));
}

#[test]
fn a_file_that_is_not_what_was_announced_is_not_put_back() {
    for spoiled in [
        Spoiled::Offset,
        Spoiled::Longer,
        Spoiled::OtherSnapshot,
        Spoiled::Altered,
        Spoiled::Empty,
    ] {
        let (mut world, memory) = robbed_shop(243);
        world.bank.vault.spoils = Some(spoiled);
        let order = order_back(&mut world);
        let outcome = restored(&mut world, &order);
        assert_eq!(outcome, Err(NotRestored::Damaged), "{spoiled:?}");
        assert!(memory.log.borrow().is_empty());
    }
}

#[test]
fn what_is_in_the_file_is_checked_before_it_is_written() {
    let (mut world, memory) = robbed_shop(244);
    let contents = backed_up(&world);
    let own = key_of(&world);
    let other = BackupKey::from_bytes(&[9; 32]).unwrap();
    let mut tries = Vec::new();
    tries.push((
        world.bank.vault.order_back_of(&contents, &other),
        world.bank.vault.file.clone(),
        NotRestored::Unreadable,
    ));
    let mut foreign = contents.clone();
    foreign.header.merchant = "898310054110002".parse().unwrap();
    tries.push((
        world.bank.vault.order_back_of(&foreign, &own),
        world.bank.vault.file.clone(),
        NotRestored::Foreign,
    ));
    let mut short = contents.clone();
    short.entries.pop();
    tries.push((
        world.bank.vault.order_back_of(&short, &own),
        world.bank.vault.file.clone(),
        NotRestored::Records,
    ));
    let mut announced = world.bank.vault.order_back_of(&contents, &own);
    if let Command::Restore { head, .. } = &mut announced {
        head.batch += 1;
    }
    let file = world.bank.vault.file.clone();
    tries.push((announced, file, NotRestored::Records));
    for (command, file, expect) in tries {
        world.bank.vault.file = file;
        let order = world.bank.order(command, later());
        assert_eq!(restored(&mut world, &order), Err(expect));
        assert!(memory.log.borrow().is_empty(), "{expect:?}");
    }
}

/// The replacement is another terminal: the server made the file out to it, and the
/// chain goes on from the old one's.
#[test]
fn a_replacement_takes_over_the_journal_of_the_terminal_before_it() {
    let (world, _) = backed_up_shop(245);
    let mut contents = backed_up(&world);
    let (mut other, memory) = World::enrolled_with_journal(246);
    contents.header.terminal = other.bank.terminal.unwrap().0;
    let key = key_of(&other);
    let command = other.bank.vault.order_back_of(&contents, &key);
    let order = other.bank.order(command, later());
    assert_eq!(restored(&mut other, &order), Ok(ENTRIES));
    other.restart(&memory);
    assert_eq!(other.terminal().journal(), Some(&contents.header.head));
}

#[test]
fn g03_a_link_cut_after_any_message_of_a_restore_only_interrupts_it() {
    let (mut world, memory) = robbed_shop(247);
    for cut in 0.. {
        lose_journal(&mut world, &memory);
        world.bank.vault.restored.clear();
        world.bank.acknowledged.clear();
        let order = order_back(&mut world);
        let step = world.hand_over(&order).unwrap();
        let carried = world.carry_some(step, cut);
        world.connect().unwrap();
        if world.bank.acknowledged.is_empty() {
            world.deliver(&order).unwrap();
        }
        assert_eq!(
            world.bank.acknowledged,
            [(order.id, Outcome::Done)],
            "cut after {cut}"
        );
        let head = backed_up(&world).header.head;
        assert!(
            world
                .bank
                .vault
                .restored
                .iter()
                .all(|outcome| *outcome == Ok(head.clone()))
        );
        assert_eq!(world.terminal().journal(), Some(&head), "cut after {cut}");
        if carried < cut {
            break;
        }
        assert!(cut < 40, "it comes to an end");
    }
}

#[test]
fn g03_a_power_cut_at_any_write_of_a_restore_leaves_nothing_or_all() {
    for cut in [Cut::Before, Cut::After] {
        for at in 0.. {
            let (mut world, memory) = robbed_shop(248);
            let order = order_back(&mut world);
            memory.plug.borrow_mut().back_on();
            memory.plug.borrow_mut().cut = Some((at, cut));
            let done = world.deliver(&order);
            let writes = memory.plug.borrow().writes;
            world.restart(&memory);
            let entries = world.terminal().journal().unwrap().entries;
            assert!([0, ENTRIES].contains(&entries), "{cut:?} at {at}");
            if done.is_ok() && at >= writes {
                break;
            }
            assert!(matches!(done, Err(Fault::Device(_))), "{cut:?} at {at}");
            world.connect().unwrap();
            if world.bank.acknowledged.is_empty() {
                world.deliver(&order).unwrap();
            }
            let done = (order.id, Outcome::Done);
            assert_eq!(world.bank.acknowledged, [done], "{cut:?} at {at}");
            assert_eq!(world.terminal().journal().unwrap().entries, ENTRIES);
        }
    }
}

#[test]
fn g03_a_full_storage_is_told_and_the_terminal_goes_on() {
    let (mut world, memory) = robbed_shop(249);
    let order = order_back(&mut world);
    memory.plug.borrow_mut().full = true;
    assert_eq!(restored(&mut world, &order), Err(NotRestored::Storage));
    memory.plug.borrow_mut().full = false;
    let again = order_back(&mut world);
    assert_eq!(restored(&mut world, &again), Ok(ENTRIES));
}

#[test]
fn a_file_that_the_bank_no_longer_gives_is_given_up() {
    let (mut world, _) = robbed_shop(250);
    let order = order_back(&mut world);
    world.bank.vault.refuses = Some(false);
    world.deliver(&order).unwrap();
    let given_up = Outcome::NotDone {
        why: WhyNot::Expired,
    };
    assert_eq!(world.bank.acknowledged, [(order.id, given_up)]);
    assert!(world.terminal().journal().unwrap().entries == 0);
}
