//! A manager of the shop signs in, and resets from the list of terminals.

use serde_json::json;

use crate::browser::Browser;
use crate::shop::{CASHIER, Phone, Shop};
use crate::town::Town;
use crate::words::Tongue;

/// Has a manager entered for a shop, with every right, and gives their phone.
pub(crate) fn manager(town: &Town, shop: &Shop) -> Phone {
    let phone = format!("+86138{:08}", town.number());
    let body = json!({
        "merchant": shop.merchant, "name": "王小明", "phone": phone,
        "rights": [
            "reset_cashiers", "reset_supervisor", "manage_operators", "change_contact",
            "see_records", "consent",
        ],
    });
    town.administer("/v1/managers", &body);
    Phone::new(&town.folder, phone)
}

/// Signs in from the front page.
pub(crate) fn sign_in(browser: &Browser, phone: &Phone) {
    let tongue = browser.tongue();
    browser.visit("/");
    browser.click("a[href='/help/portal']");
    browser.click("a.button[href='/portal']");
    browser.headed(tongue.say_in("portal", "sign_in.title"));
    browser.fill("phone", phone.number.strip_prefix("+86").unwrap());
    browser.press(tongue.say_in("portal", "sign_in.send"));
    browser.headed(tongue.say_in("portal", "sign_in.code_title"));
    browser.fill("code", &phone.code(6));
    browser.press(tongue.say_in("portal", "sign_in.enter"));
    browser.reads(tongue.say_in("portal", "terminals.title"));
}

fn whole_way(town: &Town, browser: &Browser) {
    let tongue = browser.tongue();
    let mut shop = Shop::open(town);
    let phone = manager(town, &shop);
    sign_in(browser, &phone);
    browser.click("a[href^='/portal/terminals/']");
    browser.click(&format!("a[href$='/operators/{CASHIER}/reset']"));
    browser.press(tongue.say_in("portal", "reset.forgotten"));
    browser.press(tongue.say_in("portal", "reset.send"));
    browser.headed(tongue.say("issued.heading"));
    shop.till.tells("code_issued");
    shop.till.takes(CASHIER, &shop.phone.code(8));
    browser.headed(tongue.say("redeemed.heading"));
    shop.till.chooses(CASHIER, "73950284");
    browser.headed(tongue.say("effective.heading"));
}

#[test]
fn in_chinese() {
    let town = Town::shared();
    whole_way(town, &Browser::open(&town.url, Tongue::Chinese));
}

#[test]
fn in_english_without_scripts() {
    let town = Town::shared();
    let browser = Browser::open(&town.url, Tongue::English).without_scripts();
    whole_way(town, &browser);
}
