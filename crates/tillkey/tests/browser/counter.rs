//! Somebody stands at a branch counter with the originals: the clerk inspects them,
//! types their numbers blind, and a reviewer looks at it.

use crate::browser::Browser;
use crate::look::{look, look_here};
use crate::review::approve;
use crate::shop::{CASHIER, Shop};
use crate::staff::sit_down;
use crate::town::Town;
use crate::words::Tongue;

/// Opens a case from the clerk's first page.
fn begin(browser: &Browser, shop: &Shop) -> String {
    let tongue = browser.tongue();
    browser.headed(tongue.say_in("counter", "queue.title"));
    browser.fill("merchant", &shop.merchant);
    browser.fill("terminal", &shop.terminal);
    browser.fill("operator", CASHIER);
    browser.click("[name=reason][value=forgotten]");
    browser.press(tongue.say_in("counter", "form.send"));
    browser.headed(tongue.say_in("counter", "inspect.title"));
    browser.path().rsplit_once('/').unwrap().1.to_owned()
}

/// Inspects one original.
fn inspect(browser: &Browser, kind: &str, number: &str) {
    let form = format!("form[action$='/{kind}']");
    browser.click(&format!("{form} [name=genuine]"));
    if browser.has(&format!("{form} [name=person]")) {
        browser.click(&format!("{form} [name=person]"));
    }
    browser.click(&format!("{form} [name=long_term]"));
    browser.fill_at(&format!("{form} [name=number]"), number);
    browser.click(&format!("{form} button"));
}

fn whole_way(tongue: Tongue) {
    let town = Town::shared();
    let mut shop = Shop::open(town);
    let browser = sit_down(town, "wang", tongue);
    let case = begin(&browser, &shop);
    inspect(&browser, "identity", &shop.holder);
    browser.reads(tongue.say_in("counter", "inspect.matched"));
    inspect(&browser, "licence", &shop.credit_code);
    browser.press(tongue.say_in("counter", "submit.send"));
    browser.headed(tongue.say_in("counter", "stage.review"));
    approve(town, "sun", &case, tongue);
    // Nobody touched the clerk's page.
    browser.headed(tongue.say_in("counter", "stage.issued_contact"));
    shop.till.tells("code_issued");
    shop.till.takes(CASHIER, &shop.phone.code(8));
    shop.till.chooses(CASHIER, "73950284");
    browser.headed(tongue.say_in("counter", "stage.effective"));
}

#[test]
fn in_chinese() {
    whole_way(Tongue::Chinese);
}

#[test]
fn in_english() {
    whole_way(Tongue::English);
}

#[test]
fn the_way_at_the_counter_bears_a_look() {
    let town = Town::shared();
    let tongue = Tongue::Chinese;
    let shop = Shop::open(town);
    let browser = sit_down(town, "wang", tongue);
    begin(&browser, &shop);
    look(&browser, "clerk-inspect");
    inspect(&browser, "identity", "310101198001019999");
    browser.reads(tongue.say_in("counter", "inspect.shape"));
    look_here(&browser, "clerk-inspect-mistake", tongue);
    inspect(&browser, "identity", &shop.holder);
    browser.reads(tongue.say_in("counter", "inspect.matched"));
    look(&browser, "clerk-matched");
}
