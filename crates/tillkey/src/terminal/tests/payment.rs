//! Taking money at the till.

use std::sync::Arc;

use tillkey_terminal::wire::journal::{Entry, Head, Tally, Transaction};
use tillkey_terminal::wire::message::NotRestored;
use tillkey_terminal::{Fault, Notice};

use super::{Till, now, operator, session_ended, signed_on};
use crate::terminal::entry::Name;
use crate::terminal::model::{Effect, Key, Purpose, Screen, Waiting};
use crate::terminal::words::Language;
use crate::till::{Act, Batch, View};

pub(super) fn sale(fen: u64) -> Transaction {
    Transaction::Sale {
        amount: tillkey_terminal::wire::journal::Amount::from_fen(fen).unwrap(),
        card: "622202******4121".parse().unwrap(),
        remark: None,
    }
}

pub(super) fn void(entry: u64, fen: u64) -> Transaction {
    Transaction::Void {
        entry,
        amount: tillkey_terminal::wire::journal::Amount::from_fen(fen).unwrap(),
        confirmed_by: operator("00"),
    }
}

pub(super) fn refund(fen: u64) -> Transaction {
    Transaction::Refund {
        amount: tillkey_terminal::wire::journal::Amount::from_fen(fen).unwrap(),
        card: "430000******6667".parse().unwrap(),
        confirmed_by: operator("00"),
        remark: None,
    }
}

/// A batch of these transactions.
pub(super) fn batch(transactions: &[Transaction]) -> Arc<Batch> {
    let terminal = tillkey_terminal::wire::ids::TerminalId::from_bytes([7; 10]);
    let mut tally = Tally::from(Head::empty(terminal)).unwrap();
    let mut entries = Vec::new();
    for transaction in transactions {
        let entry = entry_of(tally.head(), transaction.clone());
        tally.add(&entry).unwrap();
        entries.insert(0, entry);
    }
    Arc::new(Batch {
        head: tally.head().clone(),
        entries,
    })
}

fn entry_of(head: &Head, transaction: Transaction) -> Entry {
    Entry {
        number: head.entries + 1,
        at: now(),
        batch: head.batch,
        operator: operator("01"),
        transaction,
    }
}

impl Till {
    /// With operator 01 signed on, and these transactions in the batch.
    pub(super) fn with_batch(transactions: &[Transaction]) -> Self {
        let mut till = Self::signed_on("01");
        till.has(transactions);
        till
    }

    fn has(&mut self, transactions: &[Transaction]) {
        let view = View {
            batch: Some(batch(transactions)),
            ..self.model.view.clone()
        };
        self.model.update(super::Event::View(view));
    }

    /// The terminal records it, as its next entry.
    pub(super) fn records(self, transaction: Transaction) -> Self {
        let entry = entry_of(self.model.head().unwrap(), transaction);
        self.hears(Notice::Recorded(entry))
    }
}

fn waits(till: &Till, what: Waiting) -> bool {
    matches!(&till.model.screen, Screen::Wait(wait) if wait.what == what)
}

fn is_at_menu(till: &Till) -> bool {
    matches!(till.model.screen, Screen::Menu)
}

fn announced(till: &Till) -> String {
    let banner = till.model.banner.as_ref();
    banner
        .map(|banner| banner.said.text(Language::English, till.model.now))
        .unwrap_or_default()
}

fn said(till: &Till) -> String {
    let said = match &till.model.screen {
        Screen::Ask(ask) => ask.said.as_ref(),
        Screen::Dip { said, .. } => said.as_ref(),
        _ => None,
    };
    said.map(|said| said.text(Language::English, till.model.now))
        .unwrap_or_default()
}

#[test]
fn a_sale_is_keyed_in_dipped_recorded_and_shown() {
    let till = Till::with_batch(&[]).presses(Key::Char('1'));
    assert!(matches!(till.act(), Act::BeginSale(who) if *who == operator("01")));
    let till = till.enters("01250");
    assert!(matches!(till.model.screen, Screen::Dip { .. }));
    let till = till.presses(Key::Char('4'));
    assert_eq!(said(&till), "The card could not be read. Dip it again.");
    let till = till.presses(Key::Char('1'));
    let Act::Sale(who, taken) = till.act() else {
        panic!("{:?}", till.effects)
    };
    assert_eq!(*who, operator("01"));
    assert_eq!(
        taken.amount.fen(),
        1_250,
        "no digit counts before the first"
    );
    assert_eq!(taken.card.to_string(), "622202******4121");
    assert!(waits(&till, Waiting::Recording));
    let till = till.presses(Key::Cancel);
    assert!(waits(&till, Waiting::Recording), "it cannot be called back");
    let till = till.records(sale(1_250));
    assert!(matches!(till.model.screen, Screen::Receipt(_)));
    assert!(till.effects.is_empty());
    assert!(is_at_menu(&till.presses(Key::Confirm)));
}

#[test]
fn neither_a_sale_nor_a_confirmation_needs_a_link() {
    let till = Till::with_batch(&[sale(500)])
        .loses_link()
        .presses(Key::Char('1'))
        .enters("500")
        .presses(Key::Char('2'));
    assert!(matches!(till.act(), Act::Sale(..)));
    let till = Till::with_batch(&[sale(500)])
        .loses_link()
        .presses(Key::Char('2'))
        .enters("1")
        .enters("59318264");
    assert!(matches!(till.act(), Act::SignOn(..)));
}

#[test]
fn a_sale_that_is_given_up_is_given_up_at_the_terminal() {
    for cancelled in [
        Till::with_batch(&[])
            .presses(Key::Char('1'))
            .presses(Key::Cancel),
        Till::with_batch(&[])
            .presses(Key::Char('1'))
            .enters("500")
            .presses(Key::Cancel),
    ] {
        assert!(matches!(cancelled.act(), Act::GiveUpSale(_)));
        assert!(is_at_menu(&cancelled));
    }
    let mut till = Till::with_batch(&[]).presses(Key::Char('1')).types("5");
    let later = till.model.now + jiff::SignedDuration::from_secs(60);
    till.effects = till.model.update(super::Event::Tick(later));
    assert!(matches!(till.act(), Act::GiveUpSale(_)), "nobody goes on");
    assert!(is_at_menu(&till));
}

#[test]
fn an_amount_that_is_none_is_not_taken() {
    for digits in ["", "0", "9999999999"] {
        let till = Till::with_batch(&[]).presses(Key::Char('1')).enters(digits);
        assert!(said(&till).starts_with("An amount is"), "{digits}");
    }
}

/// The supervisor signs on for it, and is signed off when it is done.
#[test]
fn a_void_is_confirmed_by_the_supervisor() {
    let till = Till::with_batch(&[sale(500), sale(700)])
        .presses(Key::Char('2'))
        .enters("2");
    let Screen::Ask(ask) = &till.model.screen else {
        panic!("nothing is asked")
    };
    assert!(matches!(ask.purpose, Purpose::Confirm(_)));
    let till = till.enters("59318264");
    let Act::SignOn(who, password) = till.act() else {
        panic!("{:?}", till.effects)
    };
    assert_eq!(*who, operator("00"));
    assert_eq!(password.expose(), "59318264");
    let till = till.hears(Notice::WrongPassword {
        operator: operator("00"),
    });
    assert_eq!(said(&till), "Wrong password. Try again.");
    let till = till.enters("59318264").hears(signed_on("00"));
    assert!(matches!(till.act(), Act::Void(who, by, 2)
        if *who == operator("01") && *by == operator("00")));
    assert_eq!(till.model.signed_on, Some(operator("01")));
    let till = till.records(void(2, 700));
    assert!(matches!(till.act(), Act::SignOff(who) if *who == operator("00")));
    assert!(matches!(till.model.screen, Screen::Receipt(_)));
    let till = till.hears(session_ended("00"));
    assert_eq!(till.model.signed_on, Some(operator("01")));
}

#[test]
fn a_refund_is_confirmed_by_the_supervisor() {
    let till = Till::with_batch(&[])
        .presses(Key::Char('3'))
        .enters("900")
        .presses(Key::Char('3'))
        .enters("59318264")
        .hears(signed_on("00"));
    let Act::Refund(_, by, back) = till.act() else {
        panic!("{:?}", till.effects)
    };
    assert_eq!((*by, back.amount.fen()), (operator("00"), 900));
    assert_eq!(back.card.to_string(), "430000******6667");
}

#[test]
fn what_cannot_be_voided_is_said_before_anybody_confirms() {
    for number in ["1", "2", "3", "9"] {
        let till = Till::with_batch(&[sale(500), void(1, 500), refund(5)])
            .presses(Key::Char('2'))
            .enters(number);
        assert!(said(&till).starts_with("No such sale"), "{number}");
        assert!(till.effects.is_empty());
    }
}

#[test]
fn a_supervisor_who_comes_too_late_is_signed_off() {
    let till = Till::with_batch(&[sale(500)])
        .presses(Key::Char('2'))
        .enters("1")
        .enters("59318264")
        .presses(Key::Cancel);
    assert!(is_at_menu(&till));
    let till = till.hears(signed_on("00"));
    assert!(matches!(till.act(), Act::SignOff(who) if *who == operator("00")));
    assert_eq!(till.model.signed_on, Some(operator("01")));
}

#[test]
fn what_was_not_recorded_is_said_and_leaves_nobody_signed_on() {
    let source = tillkey_terminal::DeviceFault::LogFull { bytes: 9 };
    let till = Till::with_batch(&[sale(500)])
        .presses(Key::Char('2'))
        .enters("1")
        .enters("59318264")
        .hears(signed_on("00"))
        .fails_with(Fault::NotKept { source });
    assert_eq!(announced(&till), "Storage is full: nothing was taken");
    assert!(is_at_menu(&till));
    assert!(matches!(
        till.effects.as_slice(),
        [Effect::Act(Act::GiveUpSale(_)), Effect::Act(Act::SignOff(who))] if *who == operator("00")
    ));
}

#[test]
fn a_batch_is_settled_once_it_has_something() {
    let till = Till::with_batch(&[]).presses(Key::Char('4'));
    let till = till.presses(Key::Confirm);
    assert!(till.effects.is_empty() && is_at_menu(&till));
    let till = Till::with_batch(&[sale(500)])
        .presses(Key::Char('4'))
        .presses(Key::Confirm);
    assert!(matches!(till.act(), Act::Settle(_)));
    let totals = till.model.head().unwrap().unsettled;
    let till = till.records(Transaction::Settlement { totals });
    assert!(matches!(till.model.screen, Screen::Receipt(_)));
}

#[test]
fn the_journal_scrolls_and_ends() {
    let till = Till::with_batch(&[sale(1), sale(2), sale(3)]).presses(Key::Char('5'));
    let top = |till: &Till| match till.model.screen {
        Screen::Journal { top } => top,
        _ => panic!("no journal"),
    };
    let mut till = till;
    for expect in [1, 2, 2] {
        till = till.presses(Key::Down);
        assert_eq!(top(&till), expect);
    }
    for expect in [1, 0, 0] {
        till = till.presses(Key::Up);
        assert_eq!(top(&till), expect);
    }
    assert!(is_at_menu(&till.presses(Key::Cancel)));
}

#[test]
fn the_supervisor_takes_no_sales_and_a_till_without_a_journal_no_money() {
    let mut supervisor = Till::signed_on("00");
    supervisor.has(&[]);
    for key in ['1', '2', '3'] {
        supervisor = supervisor.presses(Key::Char(key));
        assert!(is_at_menu(&supervisor) && supervisor.effects.is_empty());
    }
    let mut without = Till::signed_on("01");
    let view = View {
        batch: None,
        ..without.model.view.clone()
    };
    without.model.update(super::Event::View(view));
    for key in ['1', '2', '3', '4', '5'] {
        without = without.presses(Key::Char(key));
        assert!(is_at_menu(&without));
    }
}

#[test]
fn g03_a_session_that_ends_after_its_sale_leaves_the_receipt_to_be_read() {
    let till = Till::with_batch(&[])
        .presses(Key::Char('1'))
        .enters("500")
        .presses(Key::Char('1'))
        .records(sale(500))
        .hears(session_ended("01"));
    assert!(matches!(till.model.screen, Screen::Receipt(_)));
    assert!(announced(&till).starts_with("The bank ended the session"));
    let till = till.presses(Key::Confirm);
    assert!(matches!(&till.model.screen, Screen::Ask(ask)
        if ask.form.field(Name::Operator).is_some()));
    // In the middle of anything else it is over at once.
    let till = Till::with_batch(&[sale(500)])
        .presses(Key::Char('2'))
        .hears(session_ended("01"));
    assert!(said(&till).starts_with("The bank ended the session"));
}

#[test]
fn a_backup_is_told_of_and_holds_nobody_up() {
    let progress = |part| Notice::BackingUp { part, parts: 10 };
    let till = Till::with_batch(&[])
        .presses(Key::Char('1'))
        .types("12")
        .hears(progress(3));
    assert_eq!(announced(&till), "Backing up 3/10");
    assert!(matches!(&till.model.screen, Screen::Ask(ask) if ask.form.text(Name::Amount) == "12"));
    let till = till.hears(Notice::BackedUp);
    assert_eq!(announced(&till), "The journal is backed up");
    // What somebody has to do about stays.
    let till = till.hears(super::code_issued("01")).hears(progress(4));
    assert!(announced(&till).starts_with("Code for operator 01"));
}

#[test]
fn a_restore_is_told_of() {
    let head = batch(&[sale(1), sale(2)]).head.clone();
    for (outcome, expect) in [
        (Ok(head), "Journal restored: 2 entries"),
        (
            Err(NotRestored::NotEmpty),
            "Not restored: this terminal has new entries",
        ),
        (
            Err(NotRestored::Damaged),
            "The backup was not restored. Call your bank",
        ),
    ] {
        let till = Till::ready()
            .hears(Notice::Restoring { part: 1, parts: 4 })
            .hears(Notice::Restored(outcome));
        assert_eq!(announced(&till), expect);
    }
}
