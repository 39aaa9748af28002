//! What goes wrong on the way: impatience, a second tab, a button that goes back, a
//! carrier that is down, and other sites.

use std::fs;

use serde_json::json;

use crate::app::{ask, fill_in, prove};
use crate::browser::Browser;
use crate::elsewhere;
use crate::look::look;
use crate::shop::{CASHIER, Shop};
use crate::town::Town;
use crate::words::Tongue;

const TONGUE: Tongue = Tongue::Chinese;

fn phone(town: &Town) -> Browser {
    Browser::open(&town.url, TONGUE)
}

#[test]
fn going_back_shows_what_is_so_now() {
    let town = Town::shared();
    let shop = Shop::open(town);
    let browser = phone(town);
    ask(&browser, &shop, TONGUE);
    let case = browser.path();
    browser.back();
    browser.headed(TONGUE.say("form.title"));
    browser.forward();
    browser.headed(TONGUE.say("code.heading"));
    prove(&browser, &shop, TONGUE);
    browser.back();
    assert_eq!(browser.path(), case);
    browser.headed(TONGUE.say("issued.heading"));
    assert!(!browser.has("[name=code]"), "an old page asks for nothing");
    assert_eq!(
        shop.phone.unread().len(),
        1,
        "only the reset code has come since"
    );
}

#[test]
fn impatience_asks_once() {
    let town = Town::shared();
    for scripts in [true, false] {
        let shop = Shop::open(town);
        let browser = phone(town);
        let browser = if scripts {
            browser
        } else {
            browser.without_scripts()
        };
        browser.visit("/reset");
        fill_in(&browser, &shop, TONGUE);
        browser.press_twice(TONGUE.say("form.send"));
        browser.headed(TONGUE.say("code.heading"));
        browser.fill("code", &shop.phone.code(6));
        browser.press_twice(TONGUE.say("code.confirm"));
        browser.headed(TONGUE.say("issued.heading"));
        shop.phone.code(8);
        assert_eq!(shop.phone.unread(), [""; 0], "one code of each kind");
    }
}

#[test]
fn the_same_form_sent_twice_at_once_is_one_case() {
    let town = Town::shared();
    let shop = Shop::open(town);
    let browser = phone(town);
    browser.visit("/reset");
    fill_in(&browser, &shop, TONGUE);
    let ended = browser.script_later(
        "const done = arguments[arguments.length - 1];\
         const body = new URLSearchParams(new FormData(document.forms[0]));\
         const send = () => fetch('/reset', { method: 'POST', body }).then((answer) => answer.url);\
         Promise.all([send(), send(), send()]).then(done, (error) => done([String(error)]));",
    );
    let ended: Vec<&str> = ended
        .as_array()
        .unwrap()
        .iter()
        .map(|url| url.as_str().unwrap())
        .collect();
    assert!(ended[0].contains("/reset/"), "{ended:?}");
    assert!(ended.iter().all(|url| url == &ended[0]), "{ended:?}");
    shop.phone.code(6);
    assert_eq!(shop.phone.unread(), [""; 0]);
}

#[test]
fn b04_two_tabs_tell_the_same_story() {
    let town = Town::shared();
    let shop = Shop::open(town);
    let browser = phone(town);
    ask(&browser, &shop, TONGUE);
    let (first, case) = (browser.window(), browser.path());
    browser.new_tab();
    browser.visit(&case);
    prove(&browser, &shop, TONGUE);
    browser.turn_to(&first);
    // Nobody touched this one.
    browser.headed(TONGUE.say("issued.heading"));
    browser.press(TONGUE.say("case.cancel"));
    browser.press(TONGUE.say("case.cancel_yes"));
    browser.headed(TONGUE.say("cancelled.heading"));
}

#[test]
fn b04_a_tab_left_behind_cannot_undo_anything() {
    let town = Town::shared();
    let shop = Shop::open(town);
    // Without scripts, so that the tab does not notice.
    let browser = phone(town).without_scripts();
    ask(&browser, &shop, TONGUE);
    let (first, case) = (browser.window(), browser.path());
    browser.new_tab();
    browser.visit(&case);
    browser.press(TONGUE.say("case.cancel"));
    browser.press(TONGUE.say("case.cancel_yes"));
    browser.headed(TONGUE.say("cancelled.heading"));
    browser.turn_to(&first);
    browser.fill("code", &shop.phone.code(6));
    browser.press(TONGUE.say("code.confirm"));
    browser.headed(TONGUE.say("cancelled.heading"));
}

#[test]
fn codes_that_are_over_say_so() {
    let town = Town::found("");
    let (shop, other) = (Shop::open(&town), Shop::open(&town));
    let browser = phone(&town);
    ask(&browser, &other, TONGUE);
    prove(&browser, &other, TONGUE);
    let issued = browser.path();
    ask(&browser, &shop, TONGUE);
    let code = shop.phone.code(6);
    // The page counts by the server's clock, which has gone on without it.
    town.minutes_later(11);
    browser.fill("code", &code);
    browser.press(TONGUE.say("code.confirm"));
    browser.reads(TONGUE.say("code.wrong"));
    look(&browser, "reset-code-expired");
    browser.visit(&issued);
    browser.headed(TONGUE.say("code_over.heading"));
    look(&browser, "reset-issued-expired");
    browser.press(TONGUE.say("code_over.send"));
    browser.headed(TONGUE.say("issued.heading"));
}

#[test]
fn a_carrier_that_is_down_loses_nothing() {
    let town = Town::found("");
    let mut shop = Shop::open(&town);
    let spool = town.folder.join("sms");
    let _ = fs::remove_dir_all(&spool);
    fs::write(&spool, "not a folder").unwrap();
    let browser = phone(&town);
    ask(&browser, &shop, TONGUE);
    assert_eq!(shop.phone.unread(), [""; 0]);
    fs::remove_file(&spool).unwrap();
    prove(&browser, &shop, TONGUE);
    shop.till.takes(CASHIER, &shop.phone.code(8));
    shop.till.chooses(CASHIER, "73950284");
    browser.headed(TONGUE.say("effective.heading"));
}

#[test]
fn b10_another_site_cannot_send_our_forms() {
    let town = Town::shared();
    let shop = Shop::open(town);
    let browser = phone(town);
    ask(&browser, &shop, TONGUE);
    shop.phone.code(6);
    let case = browser.path();
    let evil = elsewhere::serve(format!(
        "<form method=post action='{0}/reset'><input name=merchant value={1}>\
         <input name=terminal value={2}><input name=operator value=01>\
         <input name=reason value=forgotten><button id=open>open</button></form>\
         <form method=post action='{0}{case}/cancellation'><button id=cancel>cancel</button></form>",
        town.url, shop.merchant, shop.terminal
    ));
    for button in ["#open", "#cancel"] {
        browser.go(&evil);
        browser.click(button);
        browser.headed(TONGUE.say("foreign.title"));
    }
    browser.visit(&case);
    browser.headed(TONGUE.say("code.heading"));
    assert_eq!(
        shop.phone.unread(),
        [""; 0],
        "nothing was sent in their name"
    );
}

#[test]
fn b13_no_page_shows_in_a_frame() {
    let town = Town::shared();
    let browser = phone(town);
    let evil = elsewhere::serve(format!(
        "<h1>evil</h1><iframe src='{}/'></iframe>",
        town.url
    ));
    browser.go(&evil);
    browser
        .session()
        .post("/frame", &json!({ "id": 0 }))
        .unwrap();
    let inside = browser.script("return location.protocol + document.body.innerText");
    let inside = inside.as_str().unwrap();
    assert!(inside.starts_with("chrome-error:"), "{inside}");
    assert!(!inside.contains(TONGUE.say("home.heading")), "{inside}");
    browser
        .session()
        .post("/frame", &json!({ "id": null }))
        .unwrap();
    let said = browser.complaints().join("\n");
    assert!(said.contains("frame-ancestors"), "{said}");
}
