//! A backup before a reset, and where the journal stands after it.

use tillkey_terminal::limits::TASKS_MAX;
use tillkey_terminal::wire::ids::{CaseId, SnapshotId};
use tillkey_terminal::wire::journal::JournalDigest;
use tillkey_terminal::wire::message::{Command, FromServer, Outcome, Reply, WhyNot};
use tillkey_terminal::wire::snapshot::{Binding, Contents};
use tillkey_terminal::{Activity, Fault, Notice, Step};

use crate::commands::later;
use crate::devices::{Memory, noon};
use crate::shop::{open_shop, recorded, sells};
use crate::vault::binding_of;
use crate::world::{CASHIER, World, operator};

const CASE: CaseId = CaseId::from_bytes([1; 10]);
const ENTRIES: u64 = 260;

/// A shop with sales whose backup takes several parts.
fn busy_shop(seed: u64) -> (World<Memory>, Memory) {
    let (mut world, memory) = open_shop(seed);
    for fen in 1..=ENTRIES {
        sells(&mut world, fen);
    }
    (world, memory)
}

fn take_snapshot(world: &mut World<Memory>) -> tillkey_terminal::wire::message::Order {
    let command = world.bank.vault.order(CASE);
    world.bank.order(command, later())
}

/// The one backup that the bank has.
fn stored(world: &World<Memory>) -> Contents {
    let stored = &world.bank.vault.stored;
    let (manifest, contents) = stored.last().unwrap();
    assert_eq!(manifest.case, CASE);
    contents.clone()
}

#[test]
fn a_backup_is_handed_in_and_then_acknowledged() {
    let (mut world, _) = busy_shop(220);
    let order = take_snapshot(&mut world);
    let notices = world.deliver(&order).unwrap();
    let parts: Vec<(u32, u32)> = notices
        .iter()
        .filter_map(|notice| match notice {
            Notice::BackingUp { part, parts } => Some((*part, *parts)),
            _ => None,
        })
        .collect();
    let count = u32::try_from(parts.len()).unwrap();
    assert!(count >= 3, "{notices:?}");
    assert_eq!(
        parts,
        (1..=count).map(|part| (part, count)).collect::<Vec<_>>()
    );
    assert!(notices.iter().any(|n| matches!(n, Notice::BackedUp)));
    assert_eq!(world.bank.acknowledged, [(order.id, Outcome::Done)]);
    let contents = stored(&world);
    assert_eq!(Some(&contents.header.head), world.terminal().journal());
    assert_eq!(contents.entries.len(), 260);
    assert_eq!(contents.header.operators.len(), 3);
    let terminal = world.bank.terminal.unwrap().0;
    let expect = Binding {
        acquirer: "demo-bank".parse().unwrap(),
        merchant: "898310054110001".parse().unwrap(),
        terminal,
        terminal_number: "10000001".parse().unwrap(),
        serial_number: "SN-4471920".parse().unwrap(),
    };
    assert_eq!(binding_of(&contents), expect);
    // Said again, it is acknowledged again and not done again.
    world.deliver(&order).unwrap();
    assert_eq!(world.bank.acknowledged.len(), 2);
    assert_eq!(world.bank.vault.stored.len(), 1);
}

#[test]
fn an_empty_journal_is_backed_up_too() {
    let (mut world, _) = World::enrolled_with_journal(221);
    let order = take_snapshot(&mut world);
    world.deliver(&order).unwrap();
    assert!(stored(&world).entries.is_empty());
}

/// The cable is pulled after each message in turn; the backup goes on where it was.
#[test]
fn g03_a_link_cut_after_any_message_of_a_backup_only_interrupts_it() {
    let (mut world, memory) = busy_shop(222);
    for cut in 0.. {
        world.bank.vault.stored.clear();
        world.bank.vault.offsets.clear();
        world.bank.acknowledged.clear();
        let order = take_snapshot(&mut world);
        let step = world.hand_over(&order).unwrap();
        let carried = world.carry_some(step, cut);
        world.connect().unwrap();
        // The server, which has heard of no end, delivers it again.
        if world.bank.acknowledged.is_empty() {
            world.deliver(&order).unwrap();
        }
        assert_eq!(
            world.bank.acknowledged,
            [(order.id, Outcome::Done)],
            "cut after {cut}"
        );
        assert_eq!(world.bank.vault.stored.len(), 1, "cut after {cut}");
        let offsets = &world.bank.vault.offsets;
        assert!(
            offsets.is_sorted_by(|a, b| a < b),
            "nothing was sent twice: {offsets:?}"
        );
        if carried < cut {
            break;
        }
        assert!(cut < 40, "it comes to an end");
    }
    world.restart(&memory);
    assert_eq!(world.terminal().journal().unwrap().entries, ENTRIES);
}

/// The power goes: the backup is made anew, with what was sold meanwhile.
#[test]
fn g03_a_power_cut_makes_the_backup_anew() {
    let (mut world, memory) = busy_shop(223);
    let order = take_snapshot(&mut world);
    let step = world.hand_over(&order).unwrap();
    world.carry_some(step, 4);
    recorded(
        world
            .terminal()
            .sale(operator(CASHIER), crate::shop::sale_of(9)),
    );
    world.restart(&memory);
    let notices = world.connect().unwrap();
    assert!(notices.iter().any(|n| matches!(n, Notice::BackedUp)));
    assert_eq!(
        world.bank.acknowledged.last(),
        Some(&(order.id, Outcome::Done))
    );
    assert_eq!(stored(&world).header.head.entries, ENTRIES + 1);
}

#[test]
fn d07_later_commands_do_not_make_a_backup_stale() {
    let (mut world, memory) = busy_shop(224);
    let order = take_snapshot(&mut world);
    let _ = world.hand_over(&order).unwrap();
    let issued = Command::CodeIssued {
        case: CASE,
        operator: operator(CASHIER),
        expires_at: later(),
    };
    let after = world.bank.order(issued, later());
    world.deliver(&after).unwrap();
    assert_eq!(world.bank.acknowledged, [(after.id, Outcome::Done)]);
    world.restart(&memory);
    world.connect().unwrap();
    assert_eq!(world.bank.last_command, after.sequence);
    assert_eq!(world.bank.acknowledged[1], (order.id, Outcome::Done));
    // Both are known as done.
    for order in [&order, &after] {
        world.deliver(order).unwrap();
    }
    assert_eq!(world.bank.acknowledged.len(), 4);
    assert_eq!(world.bank.vault.stored.len(), 1);
}

#[test]
fn two_backups_are_made_one_after_the_other() {
    let (mut world, _) = busy_shop(225);
    let first = take_snapshot(&mut world);
    let step = world.hand_over(&first).unwrap();
    let second = take_snapshot(&mut world);
    let nothing_yet = world.hand_over(&second).unwrap();
    assert!(nothing_yet.frames.is_empty());
    world.carry(step).unwrap();
    let done = |id| (id, Outcome::Done);
    assert_eq!(world.bank.acknowledged, [done(first.id), done(second.id)]);
    assert_eq!(world.bank.vault.stored.len(), 2);
}

#[test]
fn a_backup_that_the_bank_refuses_is_tried_again_or_given_up() {
    let (mut world, _) = busy_shop(226);
    world.bank.vault.refuses = Some(true);
    let order = take_snapshot(&mut world);
    let notices = world.deliver(&order).unwrap();
    assert!(matches!(
        notices.as_slice(),
        [Notice::Refused {
            activity: Activity::Backup,
            retry_at: Some(_),
            ..
        }]
    ));
    assert!(world.bank.acknowledged.is_empty());
    world.bank.vault.refuses = Some(false);
    let step = world.terminal().resend().unwrap();
    world.carry(step).unwrap();
    let given_up = Outcome::NotDone {
        why: WhyNot::Expired,
    };
    assert_eq!(world.bank.acknowledged, [(order.id, given_up)]);
    // Nothing of it is left for the next connection.
    world.bank.vault.refuses = None;
    world.connect().unwrap();
    assert!(world.bank.vault.stored.is_empty());
}

#[test]
fn a_backup_whose_time_is_over_is_not_made() {
    let (mut world, memory) = busy_shop(227);
    let command = world.bank.vault.order(CASE);
    let expired = Outcome::NotDone {
        why: WhyNot::Expired,
    };
    let late = world.bank.order(command.clone(), noon());
    world.deliver(&late).unwrap();
    assert_eq!(world.bank.acknowledged, [(late.id, expired)]);
    // Nor one that was interrupted until then.
    let order = world
        .bank
        .order(command, noon() + jiff::SignedDuration::from_secs(1));
    let _ = world.hand_over(&order).unwrap();
    world.restart(&memory);
    *memory.now.borrow_mut() = noon();
    world.bank.now = later();
    world.connect().unwrap();
    assert_eq!(world.bank.acknowledged[1], (order.id, expired));
    assert!(world.bank.vault.stored.is_empty());
}

#[test]
fn e12_only_so_many_backups_wait() {
    let (mut world, _) = busy_shop(231);
    let orders: Vec<_> = (0..=TASKS_MAX).map(|_| take_snapshot(&mut world)).collect();
    let mut step = Step::default();
    for order in &orders {
        step.frames.extend(world.hand_over(order).unwrap().frames);
    }
    world.carry(step).unwrap();
    let (last, before) = orders.split_last().unwrap();
    let expired = Outcome::NotDone {
        why: WhyNot::Expired,
    };
    let outcome = |id| {
        let mut acknowledged = world.bank.acknowledged.iter();
        acknowledged
            .find(|(known, _)| *known == id)
            .map(|(_, outcome)| *outcome)
    };
    assert_eq!(outcome(last.id), Some(expired));
    assert!(
        before
            .iter()
            .all(|order| outcome(order.id) == Some(Outcome::Done))
    );
}

/// Firmware without a journal takes over in the middle of a backup.
#[test]
fn a_backup_is_given_up_where_there_is_no_journal_any_more() {
    let (mut world, memory) = busy_shop(232);
    let order = take_snapshot(&mut world);
    let _ = world.hand_over(&order).unwrap();
    world.profile.capabilities.journal = false;
    world.restart(&memory);
    world.connect().unwrap();
    let without = Outcome::NotDone {
        why: WhyNot::NoJournal,
    };
    assert_eq!(world.bank.acknowledged, [(order.id, without)]);
}

#[test]
fn a_terminal_without_a_journal_says_so() {
    let (mut world, _) = World::enrolled(228);
    let vault = world.bank.vault.order(CASE);
    let report = Command::ReportJournal {
        case: CASE,
        entries: 0,
    };
    for command in [vault, report] {
        let order = world.bank.order(command, later());
        world.deliver(&order).unwrap();
        let without = Outcome::NotDone {
            why: WhyNot::NoJournal,
        };
        assert_eq!(world.bank.acknowledged.last(), Some(&(order.id, without)));
    }
    assert!(world.bank.vault.stands.is_empty());
}

#[test]
fn an_answer_that_leads_nowhere_is_not_followed() {
    let other = SnapshotId::from_bytes([9; 10]);
    for (is_ours, offset) in [(true, 0), (true, u32::MAX), (false, 12_288)] {
        let (mut world, _) = busy_shop(229);
        let order = take_snapshot(&mut world);
        let step = world.hand_over(&order).unwrap();
        let answer = world.bank.answer(&step.frames[0]);
        let terminal = world.terminal.as_mut().unwrap();
        let part = terminal.receive(&answer, &mut world.rng).unwrap();
        assert_eq!(part.frames.len(), 1);
        let _ = world.bank.answer(&part.frames[0]);
        let ours = world.bank.vault.coming().unwrap();
        // The same place again, beyond the end, or in another backup.
        let reply = Reply::SnapshotAt {
            snapshot: if is_ours { ours } else { other },
            offset,
        };
        let frame = world.bank.sign(&FromServer::Reply {
            in_reply_to: *world.bank.counters.last().unwrap(),
            reply,
        });
        let terminal = world.terminal.as_mut().unwrap();
        let refused = terminal.receive(&frame, &mut world.rng);
        assert!(matches!(refused, Err(Fault::Unexpected)), "{refused:?}");
        // With the next connection it goes on.
        world.connect().unwrap();
        assert_eq!(world.bank.acknowledged, [(order.id, Outcome::Done)]);
    }
}

#[test]
fn g01_after_a_reset_the_journal_is_held_against_its_backup() {
    let (mut world, memory) = busy_shop(230);
    let order = take_snapshot(&mut world);
    world.deliver(&order).unwrap();
    let backed_up = stored(&world).header.head;
    sells(&mut world, 77);
    let stands = |world: &mut World<Memory>, entries| {
        let report = Command::ReportJournal {
            case: CASE,
            entries,
        };
        let order = world.bank.order(report, later());
        world.deliver(&order).unwrap();
        assert_eq!(
            world.bank.acknowledged.last(),
            Some(&(order.id, Outcome::Done))
        );
        world.deliver(&order).unwrap();
        let (case, then, head) = world.bank.vault.stands.pop().unwrap();
        assert_eq!(case, CASE);
        assert_eq!(
            world.bank.vault.stands.pop(),
            Some((case, then.clone(), head.clone())),
            "said again, it is answered again"
        );
        (then, head)
    };
    let (then, head) = stands(&mut world, backed_up.entries);
    assert_eq!(then.as_ref(), Some(&backed_up.digest));
    assert_eq!(head.entries, backed_up.entries + 1);
    let terminal = world.bank.terminal.unwrap().0;
    let empty = JournalDigest::empty(terminal);
    assert_eq!(stands(&mut world, 0).0, Some(empty.clone()));
    assert_eq!(stands(&mut world, 9_999).0, None, "never was");
    // Lost: the journal begins anew, and cannot answer for what it had.
    memory.log.borrow_mut().clear();
    world.restart(&memory);
    world.connect().unwrap();
    let (then, head) = stands(&mut world, backed_up.entries);
    assert_eq!((then, head.digest), (None, empty));
}
