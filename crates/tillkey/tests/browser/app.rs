//! A cashier forgot the password, and the merchant's phone is at hand: from the front
//! page to a password in force.

use crate::browser::{Browser, View};
use crate::look::{look, look_here};
use crate::shop::{CASHIER, Shop};
use crate::town::Town;
use crate::words::Tongue;

/// What the page was, so that a page that was loaded again can be told from one that
/// moved by itself.
const MARK: &str = "window.markOfThisPage = 'same'";
const MARK_LEFT: &str = "return window.markOfThisPage || 'another'";

/// From the front page until the page asks for the SMS code.
pub(crate) fn ask(browser: &Browser, shop: &Shop, tongue: Tongue) {
    browser.visit("/");
    browser.press(tongue.say("home.start"));
    browser.headed(tongue.say("form.title"));
    fill_in(browser, shop, tongue);
    browser.press(tongue.say("form.send"));
    browser.headed(tongue.say("code.heading"));
}

/// Fills in the form.
pub(crate) fn fill_in(browser: &Browser, shop: &Shop, tongue: Tongue) {
    browser.fill("merchant", &shop.merchant);
    browser.fill("terminal", &shop.terminal);
    browser.fill("operator", CASHIER);
    browser.press(tongue.say("form.reason_forgotten"));
}

/// Types the SMS code that came to the phone, until the reset code is on its way.
pub(crate) fn prove(browser: &Browser, shop: &Shop, tongue: Tongue) {
    browser.fill("code", &shop.phone.code(6));
    browser.press(tongue.say("code.confirm"));
    browser.headed(tongue.say("issued.heading"));
}

/// Somebody with only the page, the phone and the terminal.
fn whole_way(tongue: Tongue, view: View) {
    let town = Town::shared();
    let mut shop = Shop::open(town);
    let browser = Browser::open(&town.url, tongue);
    browser.view(view);
    ask(&browser, &shop, tongue);
    prove(&browser, &shop, tongue);
    browser.script(MARK);
    shop.till.tells("code_issued");
    browser.reads(tongue.say("issued.announced"));
    shop.till.takes(CASHIER, &shop.phone.code(8));
    browser.headed(tongue.say("redeemed.heading"));
    shop.till.chooses(CASHIER, "73950284");
    browser.headed(tongue.say("effective.heading"));
    assert_eq!(
        browser.script(MARK_LEFT),
        "same",
        "the page moves by itself"
    );
    shop.till.does("sign-on 01 48261593");
    shop.till.tells("wrong_password");
    shop.till.does("sign-on 01 73950284");
    shop.till.tells("signed_on");
}

#[test]
fn in_chinese_on_a_phone() {
    whole_way(Tongue::Chinese, View::Phone);
}

#[test]
fn in_english_on_a_desktop() {
    whole_way(Tongue::English, View::Desktop);
}

#[test]
fn in_both_languages_without_scripts() {
    let town = Town::shared();
    for tongue in Tongue::BOTH {
        let mut shop = Shop::open(town);
        let browser = Browser::open(&town.url, tongue).without_scripts();
        ask(&browser, &shop, tongue);
        prove(&browser, &shop, tongue);
        shop.till.tells("code_issued");
        shop.till.takes(CASHIER, &shop.phone.code(8));
        // Nobody touches the page: it loads itself again from time to time.
        browser.headed(tongue.say("redeemed.heading"));
        shop.till.chooses(CASHIER, "73950284");
        browser.reload();
        browser.headed(tongue.say("effective.heading"));
    }
}

#[test]
fn every_stage_on_the_way_bears_a_look() {
    let town = Town::shared();
    let tongue = Tongue::Chinese;
    let mut shop = Shop::open(town);
    let browser = Browser::open(&town.url, tongue);
    ask(&browser, &shop, tongue);
    look(&browser, "reset-code");
    for tongue in Tongue::BOTH {
        browser.speak(tongue);
        browser.reload();
        browser.fill("code", "000000");
        browser.press(tongue.say("code.confirm"));
        browser.reads(tongue.say("code.wrong"));
        look_here(&browser, "reset-code-wrong", tongue);
    }
    browser.speak(tongue);
    browser.reload();
    prove(&browser, &shop, tongue);
    shop.till.tells("code_issued");
    browser.reads(tongue.say("issued.announced"));
    look(&browser, "reset-issued");
    shop.till.takes(CASHIER, &shop.phone.code(8));
    look(&browser, "reset-redeemed");
    shop.till.chooses(CASHIER, "73950284");
    look(&browser, "reset-effective");
}

#[test]
fn cancelled_and_sent_to_the_counter_bear_a_look() {
    let town = Town::shared();
    let tongue = Tongue::Chinese;
    let shop = Shop::open(town);
    let browser = Browser::open(&town.url, tongue);
    ask(&browser, &shop, tongue);
    browser.press(tongue.say("case.cancel"));
    browser.press(tongue.say("case.cancel_yes"));
    browser.headed(tongue.say("cancelled.heading"));
    look(&browser, "reset-cancelled");
    let shop = Shop::open(town);
    browser.visit("/reset");
    fill_in(&browser, &shop, tongue);
    browser.press(tongue.say("form.reason_compromised"));
    browser.press(tongue.say("form.send"));
    browser.headed(tongue.say("code.heading"));
    browser.fill("code", &shop.phone.code(6));
    browser.press(tongue.say("code.confirm"));
    browser.headed(tongue.say("counter.heading"));
    look(&browser, "reset-counter");
}
