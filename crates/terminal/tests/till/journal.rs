//! Sales, refunds, voids and settlements.

use tillkey_terminal::wire::ids::OperatorNumber;
use tillkey_terminal::wire::journal::{Amount, JournalFault, Transaction};
use tillkey_terminal::wire::message::Command;
use tillkey_terminal::wire::secret::Secret;
use tillkey_terminal::{Advice, Fault, Notice, Sale, Slot, Step};

use crate::commands::later;
use crate::devices::{Cut, Memory};
use crate::shop::{SUPERVISOR, open_shop, recorded, refund_of, sale_of, sells};
use crate::world::{CASHIER, World, operator};

#[test]
fn a_day_at_the_till() {
    let (mut world, memory) = open_shop(200);
    let (cashier, supervisor) = (operator(CASHIER), operator(SUPERVISOR));
    let first = sells(&mut world, 1_200);
    assert_eq!((first.number, first.batch), (1, 1));
    sells(&mut world, 800);
    let void = recorded(world.terminal().void(cashier, supervisor, 2));
    assert!(matches!(
        void.transaction,
        Transaction::Void { entry: 2, amount, .. } if amount.fen() == 800
    ));
    let refund = world.terminal().refund(cashier, supervisor, refund_of(100));
    recorded(refund);
    let numbers = |world: &mut World<Memory>| -> Vec<u64> {
        let batch = world.terminal().open_batch().map(|entry| entry.number);
        batch.collect()
    };
    assert_eq!(numbers(&mut world), [4, 3, 2, 1]);
    assert_eq!(world.terminal().voidable(1).map(Amount::fen), Some(1_200));
    assert_eq!(world.terminal().voidable(2), None);
    let head = world.terminal().journal().unwrap().clone();
    assert_eq!(head.unsettled.net_fen(), 1_100);
    // The power goes; nothing of it does.
    world.restart(&memory);
    assert_eq!(world.terminal().journal(), Some(&head));
    world.connect().unwrap();
    assert!(world.signs_on(CASHIER, "739201").unwrap());
    recorded(world.terminal().settle(cashier));
    assert!(numbers(&mut world).is_empty());
    let fifth = sells(&mut world, 5);
    assert_eq!((fifth.number, fifth.batch), (6, 2));
}

#[test]
fn who_is_not_signed_on_takes_no_money() {
    let (mut world, _) = open_shop(201);
    let (cashier, supervisor) = (operator(CASHIER), operator(SUPERVISOR));
    sells(&mut world, 500);
    let out_of_order = |step: Result<Step, Fault>, who: OperatorNumber| {
        assert!(
            matches!(step, Err(Fault::OutOfOrder { operator }) if operator == who),
            "{step:?}"
        );
    };
    let six = operator(6);
    out_of_order(world.terminal().sale(six, sale_of(1)), six);
    out_of_order(world.terminal().settle(six), six);
    assert!(world.terminal().begin_sale(six).is_err());
    // Only a supervisor confirms, and only one who is here.
    let refund = world.terminal().refund(cashier, cashier, refund_of(1));
    out_of_order(refund, cashier);
    let step = world.terminal().sign_off(supervisor).unwrap();
    world.carry(step).unwrap();
    out_of_order(world.terminal().void(cashier, supervisor, 1), supervisor);
    let refund = world.terminal().refund(cashier, supervisor, refund_of(1));
    out_of_order(refund, supervisor);
    assert_eq!(world.terminal().journal().unwrap().entries, 1);
}

#[test]
fn what_the_journal_does_not_take_is_refused_and_the_terminal_goes_on() {
    let (mut world, _) = open_shop(202);
    let (cashier, supervisor) = (operator(CASHIER), operator(SUPERVISOR));
    let nothing = world.terminal().settle(cashier).unwrap_err();
    assert!(matches!(
        nothing,
        Fault::NotTaken(JournalFault::Totals { .. })
    ));
    assert_eq!(nothing.advice(), Advice::Correct);
    sells(&mut world, 500);
    recorded(world.terminal().void(cashier, supervisor, 1));
    for number in [0, 1, 2, 99] {
        let void = world.terminal().void(cashier, supervisor, number);
        assert!(
            matches!(void, Err(Fault::NotTaken(JournalFault::NoSuchSale { number: n })) if n == number)
        );
    }
    // The supervisor takes no sale, and may settle.
    let sale = world.terminal().sale(supervisor, sale_of(1));
    assert!(matches!(
        sale,
        Err(Fault::NotTaken(JournalFault::Operator { .. }))
    ));
    recorded(world.terminal().settle(supervisor));
}

#[test]
fn a_terminal_without_a_journal_takes_no_money() {
    let (mut world, _) = World::enrolled(203);
    world.first_password(CASHIER, "739201").unwrap();
    assert!(world.signs_on(CASHIER, "739201").unwrap());
    assert!(world.terminal().journal().is_none());
    let sale = world.terminal().sale(operator(CASHIER), sale_of(1));
    assert!(matches!(sale, Err(Fault::NoJournal)));
    let begun = world.terminal().begin_sale(operator(CASHIER));
    assert!(matches!(begun, Err(Fault::NoJournal)));
}

#[test]
fn g03_a_full_storage_refuses_a_sale_and_nothing_else() {
    let (mut world, memory) = open_shop(204);
    sells(&mut world, 100);
    memory.plug.borrow_mut().full = true;
    for _ in 0..3 {
        let fault = world
            .terminal()
            .sale(operator(CASHIER), sale_of(200))
            .unwrap_err();
        assert!(matches!(fault, Fault::NotKept { .. }), "{fault:?}");
        assert_eq!(fault.advice(), Advice::Correct);
        assert_eq!(world.terminal().journal().unwrap().entries, 1);
    }
    assert!(world.signs_on(SUPERVISOR, "59318264").unwrap());
    memory.plug.borrow_mut().full = false;
    assert_eq!(sells(&mut world, 300).number, 2);
    world.restart(&memory);
    assert_eq!(world.terminal().journal().unwrap().entries, 2);
}

#[test]
fn g03_a_sale_that_is_being_keyed_in_is_finished_before_the_session_ends() {
    let ends: [fn(OperatorNumber) -> Command; 2] = [
        |operator| Command::EndSessions { operator },
        |operator| Command::RevokeCredential { operator },
    ];
    for end in ends {
        for taken in [true, false] {
            let (mut world, _) = open_shop(205);
            let cashier = operator(CASHIER);
            world.terminal().begin_sale(cashier).unwrap();
            assert_eq!(world.terminal().sale_in_progress(), Some(cashier));
            let order = world.bank.order(end(cashier), later());
            let notices = world.deliver(&order).unwrap();
            let ended = |n: &Notice| matches!(n, Notice::SessionEnded { .. });
            assert!(!notices.iter().any(ended), "{notices:?}");
            assert_eq!(world.bank.acknowledged.len(), 1);
            // Nothing but the sale is done with the session that is over.
            assert!(matches!(
                world.terminal().settle(cashier),
                Err(Fault::OutOfOrder { .. })
            ));
            let step = if taken {
                world.terminal().sale(cashier, sale_of(700)).unwrap()
            } else {
                world.terminal().give_up_sale(cashier)
            };
            assert!(step.notices.iter().any(ended), "{step:?}");
            assert_eq!(world.terminal().session(cashier), None);
            assert_eq!(
                world.terminal().journal().unwrap().entries,
                u64::from(taken)
            );
            let sale = world.terminal().sale(cashier, sale_of(1));
            assert!(matches!(sale, Err(Fault::OutOfOrder { .. })));
        }
    }
}

#[test]
fn a_new_password_ends_the_old_session_after_the_sale() {
    let (mut world, _) = open_shop(206);
    let cashier = operator(CASHIER);
    world.terminal().begin_sale(cashier).unwrap();
    world.reset(CASHIER, "604817").unwrap();
    assert!(world.terminal().session(cashier).is_some());
    // Signed on again with the new password meanwhile, the new session stays.
    assert!(world.signs_on(CASHIER, "604817").unwrap());
    sells(&mut world, 700);
    assert!(world.terminal().session(cashier).is_some());
    // Whoever leaves leaves the sale behind.
    world.terminal().begin_sale(cashier).unwrap();
    let step = world.terminal().sign_off(cashier).unwrap();
    world.carry(step).unwrap();
    assert_eq!(world.terminal().sale_in_progress(), None);
}

#[test]
fn one_sale_at_a_time() {
    let (mut world, _) = open_shop(207);
    world.first_password(6, "482915").unwrap();
    assert!(world.signs_on(6, "482915").unwrap());
    world.terminal().begin_sale(operator(CASHIER)).unwrap();
    world.terminal().begin_sale(operator(CASHIER)).unwrap();
    assert!(matches!(
        world.terminal().begin_sale(operator(6)),
        Err(Fault::Busy { .. })
    ));
    let nobodys = world.terminal().give_up_sale(operator(6));
    assert!(nobodys.notices.is_empty());
    sells(&mut world, 1);
    world.terminal().begin_sale(operator(6)).unwrap();
}

#[test]
fn the_server_is_told_of_sales_by_the_journal_and_not_by_the_vendor() {
    let (mut world, memory) = open_shop(208);
    memory.health.borrow_mut().unsettled = Some(99);
    let look = |world: &mut World<Memory>| {
        let step = world.terminal().report_health().unwrap();
        world.carry(step).unwrap();
        let health = &world.bank.health.last().unwrap().health;
        (health.sale_in_progress, health.unsettled)
    };
    assert_eq!(look(&mut world), (Some(false), Some(0)));
    world.terminal().begin_sale(operator(CASHIER)).unwrap();
    assert_eq!(look(&mut world), (Some(true), Some(0)));
    sells(&mut world, 1);
    assert_eq!(look(&mut world), (Some(false), Some(1)));
    recorded(world.terminal().settle(operator(CASHIER)));
    assert_eq!(look(&mut world), (Some(false), Some(0)));
}

/// Enrolled again, it is another terminal: the old journal is not its own.
#[test]
fn a_journal_of_another_enrolment_is_not_gone_on_with() {
    let (mut world, memory) = open_shop(209);
    sells(&mut world, 100);
    let (mut other, fresh) = World::enrolled_with_journal(210);
    other.first_password(CASHIER, "739201").unwrap();
    *fresh.log.borrow_mut() = memory.log.borrow().clone();
    other.restart(&fresh);
    assert_eq!(other.terminal().journal().unwrap().entries, 0);
    other.connect().unwrap();
    assert!(other.signs_on(CASHIER, "739201").unwrap());
    assert_eq!(sells(&mut other, 5).number, 1);
    other.restart(&fresh);
    assert_eq!(other.terminal().journal().unwrap().entries, 1);
}

#[test]
fn a_log_that_is_no_journal_is_a_lost_state() {
    let (mut world, memory) = open_shop(211);
    sells(&mut world, 100);
    sells(&mut world, 200);
    memory.log.borrow_mut().remove(1);
    world.terminal = None;
    let fault = world.open_with_journal(memory.clone()).unwrap_err();
    assert!(matches!(fault, Fault::Journal(_)), "{fault:?}");
    assert_eq!(fault.advice(), Advice::EnrolAgain);
    assert!(memory.copy_of(Slot::Book).is_some());
}

#[test]
fn a_write_of_which_nobody_knows_stops_the_terminal() {
    for (cut, entries) in [(Cut::Before, 1), (Cut::After, 2)] {
        let (mut world, memory) = open_shop(212);
        sells(&mut world, 100);
        memory.plug.borrow_mut().back_on();
        memory.plug.borrow_mut().cut = Some((0, cut));
        let sale = world.terminal().sale(operator(CASHIER), sale_of(200));
        assert!(matches!(sale, Err(Fault::Device(_))));
        let sale = world.terminal().sale(operator(CASHIER), sale_of(200));
        assert!(matches!(sale, Err(Fault::Broken)));
        world.restart(&memory);
        assert_eq!(world.terminal().journal().unwrap().entries, entries);
    }
}

/// Full card numbers are masked before they reach the journal, and found nowhere in it.
#[test]
fn g05_no_card_number_is_in_the_log() {
    let (mut world, memory) = open_shop(213);
    let number = "6222021234567890128";
    let card = tillkey_terminal::wire::journal::MaskedPan::of(&Secret::new(number.to_owned()));
    let sale = Sale {
        card: card.unwrap(),
        ..sale_of(100)
    };
    recorded(world.terminal().sale(operator(CASHIER), sale));
    let log = memory.log.borrow().concat();
    let holds = |text: &str| log.windows(text.len()).any(|at| at == text.as_bytes());
    assert!(holds("622202******0128"));
    assert!(!holds(number) && !holds("1234567890"));
}
