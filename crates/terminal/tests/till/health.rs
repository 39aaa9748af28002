//! What a terminal says of its own condition.

use jiff::SignedDuration;
use tillkey_terminal::wire::health::{Health, Percent, Power, PowerSource, Printer};
use tillkey_terminal::wire::message::Command;

use crate::devices::{Memory, noon};
use crate::world::{CASHIER, World};

fn paper(printer: Printer) -> Health {
    Health {
        printer: Some(printer),
        ..Health::default()
    }
}

fn battery(percent: u8) -> Health {
    Health {
        power: Some(Power {
            source: PowerSource::Battery,
            battery_percent: Some(Percent::at_most(percent)),
        }),
        ..Health::default()
    }
}

/// Looks at the device; gives how many reports the bank has then.
fn look(world: &mut World<Memory>) -> usize {
    let step = world.terminal().report_health().unwrap();
    world.carry(step).unwrap();
    world.bank.health.len()
}

#[test]
fn it_is_said_with_every_connection_when_it_changes_and_when_it_is_asked() {
    let (mut world, memory) = World::enrolled(140);
    assert_eq!(world.bank.health.len(), 1);
    assert_eq!(look(&mut world), 1, "nothing has changed");
    *memory.health.borrow_mut() = paper(Printer::PaperOut);
    assert_eq!(look(&mut world), 2);
    assert_eq!(look(&mut world), 2, "it was said");
    let last = world.bank.health.last().unwrap();
    assert_eq!(last.health, paper(Printer::PaperOut));
    assert_eq!(last.clock, noon());
    assert_eq!(last.firmware.as_str(), "1.4.2");

    let later = noon() + SignedDuration::from_mins(5);
    let order = world.bank.order(Command::ReportHealth, later);
    assert!(world.deliver(&order).unwrap().is_empty(), "nothing to show");
    assert_eq!(world.bank.health.len(), 3);
    world.connect().unwrap();
    assert_eq!(world.bank.health.len(), 4);
}

#[test]
fn a_gauge_that_flickers_is_not_reported_and_an_operator_who_signs_on_is() {
    let (mut world, memory) = World::enrolled(141);
    *memory.health.borrow_mut() = battery(57);
    assert_eq!(look(&mut world), 2);
    for percent in [56, 53, 50, 59] {
        *memory.health.borrow_mut() = battery(percent);
        assert_eq!(look(&mut world), 2, "{percent}");
    }
    *memory.health.borrow_mut() = battery(49);
    assert_eq!(look(&mut world), 3);
    world.first_password(CASHIER, "739201").unwrap();
    world.signs_on(CASHIER, "739201").unwrap();
    assert_eq!(look(&mut world), 4);
    assert_eq!(world.bank.health.last().unwrap().signed_on, 1);
}

#[test]
fn without_a_link_nothing_is_said_and_nothing_is_lost() {
    let (mut world, memory) = World::enrolled(142);
    let _ = world.terminal().disconnected();
    *memory.health.borrow_mut() = paper(Printer::CoverOpen);
    assert_eq!(look(&mut world), 1);
    world.connect().unwrap();
    assert_eq!(
        world.bank.health.last().unwrap().health,
        paper(Printer::CoverOpen)
    );
}

/// A server from before there were such reports leaves the first one unanswered: the
/// terminal says no second one, and everything else works.
#[test]
fn a_server_that_does_not_know_the_reports_is_told_once() {
    let (mut world, _) = World::enrolled(143);
    world.bank.is_old = true;
    let counters = world.bank.counters.len();
    world.connect().unwrap();
    assert_eq!(world.bank.unanswered, 1);
    assert_eq!(look(&mut world), 1);
    assert_eq!(
        world.bank.counters.len(),
        counters + 2,
        "a greeting and one report"
    );
    world.first_password(CASHIER, "739201").unwrap();
    assert!(world.signs_on(CASHIER, "739201").unwrap());
}
