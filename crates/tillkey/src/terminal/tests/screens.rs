//! Every screen, in both languages and both sizes, against the files in `screens/`.
//!
//! `TILLKEY_WRITE_SCREENS=1 cargo test -p tillkey screens` writes them anew; look at
//! the difference before it is committed.

use std::fs;
use std::path::Path;

use jiff::tz::Offset;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::text::Span;
use tillkey_terminal::wire::journal::Transaction;
use tillkey_terminal::wire::message::DeedKind;
use tillkey_terminal::wire::password::Rule;
use tillkey_terminal::{Activity, Fault, Notice};

use super::away::{choose_now, deed_refused, in_force, password_void, wrong_answer};
use super::payment::{refund, sale, void};
use super::{
    Till, code_issued, code_on_screen, effective, in_hand, password_refused, refused,
    session_ended, signed_on,
};
use crate::terminal::model::{Event, Key, Model};
use crate::terminal::view::draw;
use crate::terminal::words::Language;

fn text(buffer: &Buffer) -> String {
    let area = buffer.area;
    let mut text = String::new();
    for y in 0..area.height {
        let mut line = String::new();
        let mut x = 0;
        while x < area.width {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            x += u16::try_from(Span::raw(symbol).width().max(1)).unwrap();
        }
        // A wide character in the last column would have pushed the line over.
        assert!(
            Span::raw(line.as_str()).width() <= usize::from(area.width),
            "{line}"
        );
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn rendered(model: &Model, width: u16, height: u16) -> String {
    let mut screen = Terminal::new(TestBackend::new(width, height)).unwrap();
    let offset = Offset::from_hours(8).unwrap();
    screen
        .draw(|frame| {
            let area = frame.area();
            let cursor = draw(model, offset, area, frame.buffer_mut());
            assert!(cursor.is_none_or(|at| area.contains(at)));
        })
        .unwrap();
    text(screen.backend().buffer())
}

fn check(name: &str, mut till: Till) {
    let mut found = String::new();
    for language in Language::ALL {
        till.model.language = language;
        for (width, height) in [(80, 24), (40, 16)] {
            found.push_str(&format!("=== {language} {width}x{height}\n"));
            found.push_str(&rendered(&till.model, width, height));
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src/terminal/tests/screens")
        .join(format!("{name}.txt"));
    if std::env::var_os("TILLKEY_WRITE_SCREENS").is_some() {
        fs::write(&path, &found).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "{} is another screen now:\n{found}",
        path.display()
    );
}

#[test]
fn enrolment() {
    check("enrolment", Till::new(false).types("9K4T2M"));
    check("enrolment_incomplete", Till::new(false).enters("9K4T2M"));
    check("enrolment_waits", Till::new(false).enters("9K4T2MXQ7RAB"));
}

#[test]
fn sign_on() {
    check("sign_on", Till::ready());
    check(
        "sign_on_password",
        Till::ready().enters("01").types("739201"),
    );
    check("sign_on_waits", Till::ready().enters("01").enters("739201"));
    let refusal = || refused(Activity::SignOn, "01", "too_many", Some(272));
    check(
        "sign_on_too_many",
        Till::ready().enters("01").enters("739201").hears(refusal()),
    );
    check(
        "sign_on_session_ended",
        Till::signed_on("01").hears(session_ended("01")),
    );
    check(
        "sign_on_code_issued",
        Till::ready().hears(code_issued("01")),
    );
    let unknown = Till::ready().loses_link().enters("01").enters("739201");
    check("sign_on_offline", unknown.fails_with(Fault::Offline));
}

#[test]
fn menu_and_first_password() {
    check("menu", Till::signed_on("01"));
    check("offer_first_password", Till::ready().enters("02"));
    let asked = Till::ready().enters("02").presses(Key::Confirm);
    check(
        "code_shown",
        asked.hears(code_on_screen("02")).types("40719"),
    );
}

#[test]
fn reset() {
    check(
        "code",
        Till::ready()
            .hears(code_issued("01"))
            .presses(Key::Code)
            .types("407"),
    );
    let typed = || {
        Till::ready()
            .presses(Key::Code)
            .enters("01")
            .enters("40719352")
    };
    check("code_waits_for_link", typed().loses_link());
    let refusal = refused(Activity::Redeem, "01", "not_matched", None);
    check("code_not_matched", typed().hears(refusal));
    check("choose", Till::choosing("00").types("7392"));
    check("choose_broken", Till::choosing("01").enters("112233"));
    let sent = Till::choosing("01").enters("739201").enters("739201");
    check(
        "choose_last_four",
        sent.hears(password_refused("01", Rule::LastFour)),
    );
    check(
        "choose_not_the_same",
        Till::choosing("01").enters("739201").enters("739202"),
    );
    let chosen = Till::choosing("01").enters("739201").enters("739201");
    check("effective", chosen.hears(effective("01")));
}

#[test]
fn a_check_number() {
    check("number_asked", Till::ready().hears(in_hand(Some("01"))));
    let pressed = Till::ready().presses(Key::Number);
    check("number_pressed", pressed.hears(in_hand(None)));
    let busy = Till::choosing("02").types("739").hears(in_hand(Some("01")));
    check("number_announced", busy);
    let early = Till::ready()
        .presses(Key::Number)
        .fails_with(Fault::NotAgreed);
    check("number_not_yet", early);
}

/// A morning: sales, one of them voided, and a refund.
fn morning() -> Vec<Transaction> {
    vec![
        sale(1_250),
        sale(123_450),
        sale(80),
        void(2, 123_450),
        refund(99_900),
    ]
}

#[test]
fn taking_money() {
    let at_sale = || Till::with_batch(&morning()).presses(Key::Char('1'));
    check("sale", at_sale().types("1250"));
    check("sale_dip", at_sale().enters("123450"));
    let dipped = at_sale().enters("1250").presses(Key::Char('1'));
    check("sale_receipt", dipped.records(sale(1_250)));
    let at_void = || Till::with_batch(&morning()).presses(Key::Char('2'));
    check("void_no_such_sale", at_void().enters("2"));
    check("void_confirmation", at_void().enters("1").types("5931"));
    let confirmed = at_void()
        .enters("1")
        .enters("59318264")
        .hears(signed_on("00"));
    check("void_receipt", confirmed.records(void(1, 1_250)));
    let refund = Till::with_batch(&morning()).presses(Key::Char('3'));
    check(
        "refund_confirmation",
        refund.enters("9900").presses(Key::Char('3')),
    );
}

#[test]
fn the_batch() {
    let settle = || Till::with_batch(&morning()).presses(Key::Char('4'));
    check("settle", settle());
    let totals = settle().model.head().unwrap().unsettled;
    let settled = settle().presses(Key::Confirm);
    check(
        "settle_receipt",
        settled.records(Transaction::Settlement { totals }),
    );
    let nothing = Till::with_batch(&[]).presses(Key::Char('4'));
    check("settle_nothing", nothing);
    let journal = Till::with_batch(&morning()).presses(Key::Char('5'));
    check("journal", journal.presses(Key::Down));
    check(
        "backing_up",
        Till::signed_on("00").hears(Notice::BackingUp { part: 3, parts: 10 }),
    );
}

#[test]
fn without_a_link() {
    check("sign_on_without_link", Till::ready().loses_link());
    let held = Notice::TooManyTries {
        operator: super::operator("01"),
        until: None,
    };
    let tried = Till::ready().loses_link().enters("01").enters("739201");
    check("sign_on_held", tried.hears(held));
    check(
        "offer_without_link",
        Till::ready().loses_link().enters("02"),
    );
    check("forgotten", Till::ready().loses_link().presses(Key::Code));
    check("challenge", Till::challenged("01").types("4071"));
    let wrong = Till::challenged("01").enters("40719352");
    check("challenge_wrong_answer", wrong.hears(wrong_answer("01", 4)));
    let over = Till::challenged("01").enters("40719352");
    check("challenge_used_up", over.hears(wrong_answer("01", 0)));
    let chosen = Till::challenged("01").enters("40719352");
    let chosen = chosen.hears(choose_now("01")).enters("739201");
    let chosen = chosen.enters("739201").hears(in_force("01"));
    check("in_force_without_link", chosen);
    check("password_void", Till::ready().hears(password_void("01")));
    let busy = Till::ready().enters("02").hears(password_void("01"));
    check("password_void_banner", busy);
}

#[test]
fn cashiers() {
    check("menu_supervisor", Till::signed_on("00").loses_link());
    check(
        "cashiers",
        Till::managing().with_cashiers().presses(Key::Down),
    );
    let adding = || Till::managing().presses(Key::Char('1'));
    check("cashier_add", adding().types("0"));
    let there = Fault::AlreadyThere {
        operator: super::operator("01"),
    };
    check("cashier_there", adding().enters("01").fails_with(there));
    check("cashier_reset", Till::managing().presses(Key::Char('2')));
    check("cashier_remove", Till::managing().presses(Key::Char('3')));
    check("cashier_waits", Till::resetting());
    check(
        "cashier_hand_over",
        Till::resetting().hears(choose_now("01")),
    );
    let refusal = deed_refused("07", |supervisor| DeedKind::Add { supervisor });
    check("cashier_refused", Till::ready().hears(refusal));
}

#[test]
fn a_screen_of_any_size_is_drawn() {
    let mut till = Till::choosing("01").enters("112233");
    for width in 0..50 {
        for height in 0..26 {
            till.model.update(Event::Key(Key::Language));
            let _ = rendered(&till.model, width, height);
        }
    }
    let mut journal = Till::with_batch(&morning()).presses(Key::Char('5'));
    for width in 0..50 {
        for height in 0..26 {
            journal.model.update(Event::Key(Key::Language));
            let _ = rendered(&journal.model, width, height);
        }
    }
}

#[test]
fn a_password_is_never_on_the_screen() {
    for till in [
        Till::ready().enters("01").types("739201"),
        Till::choosing("01").types("739201"),
        Till::choosing("01").enters("739201").types("739201"),
        Till::choosing("01").enters("739201").enters("739201"),
        Till::resetting()
            .hears(choose_now("01"))
            .presses(Key::Confirm)
            .types("739201"),
    ] {
        let shown = rendered(&till.model, 80, 24);
        assert!(!shown.contains("7392"), "{shown}");
    }
}
