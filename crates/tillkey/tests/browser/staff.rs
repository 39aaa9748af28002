//! The bank's people at their desks: they sign in, their session ends, they sign in
//! again, and what they typed is still there.

use crate::browser::{Browser, View};
use crate::look::{look, look_here};
use crate::portal::sign_in as enter;
use crate::shop::{Phone, Shop};
use crate::town::Town;
use crate::words::Tongue;

/// Somebody before the sign-in page, at a desk.
pub(crate) fn arrive(town: &Town, tongue: Tongue) -> Browser {
    let browser = Browser::open(&town.url, tongue);
    browser.view(View::Desktop);
    browser.visit("/sign-in");
    browser
}

/// Somebody who has signed in, at their own workplace.
pub(crate) fn sit_down(town: &Town, account: &str, tongue: Tongue) -> Browser {
    let browser = arrive(town, tongue);
    sign_in(&browser, town, account);
    browser.wait("their workplace", |browser| {
        (!browser.path().starts_with("/sign-in")).then_some(())
    });
    browser
}

/// Signs in on the page that asks for it; what follows is for the caller to await.
pub(crate) fn sign_in(browser: &Browser, town: &Town, account: &str) {
    browser.headed(browser.tongue().say_in("staff", "sign_in.title"));
    browser.fill("account", account);
    browser.fill("password", town.password(account));
    browser.press(browser.tongue().say_in("staff", "sign_in.send"));
}

#[test]
fn the_sign_in_page_bears_a_look() {
    let town = Town::shared();
    for tongue in Tongue::BOTH {
        let browser = arrive(town, tongue);
        if tongue == Tongue::Chinese {
            look(&browser, "sign-in");
        }
        browser.fill("account", "nobody");
        browser.fill("password", "guessed");
        browser.press(tongue.say_in("staff", "sign_in.send"));
        browser.reads(tongue.say_in("staff", "sign_in.wrong"));
        assert_eq!(browser.typed("password"), "", "a password never comes back");
        look_here(&browser, "sign-in-wrong", tongue);
    }
}

#[test]
fn signing_in_leads_to_ones_own_workplace() {
    let town = Town::shared();
    for (account, home) in [
        ("li", "/desk"),
        ("wang", "/counter"),
        ("chen", "/review"),
        ("xu", "/ledger"),
        ("zhou", "/settings/staff"),
    ] {
        let browser = sit_down(town, account, Tongue::Chinese);
        assert_eq!(browser.path(), home, "{account}");
    }
}

#[test]
fn an_administrator_makes_a_manager_who_then_signs_in() {
    let town = Town::shared();
    let tongue = Tongue::Chinese;
    let shop = Shop::open(town);
    let browser = sit_down(town, "zhou", tongue);
    browser.press(tongue.say_in("staff", "nav.managers"));
    browser.fill("merchant", &shop.merchant);
    browser.press(tongue.say_in("settings", "managers.find"));
    browser.reads(tongue.say_in("settings", "managers.none"));
    browser.fill("name", "王小明");
    let phone = format!("138{:08}", town.number());
    browser.fill("phone", &phone);
    browser.click("form.card[method=post] button");
    browser.reads(tongue.say_in("settings", "managers.no_rights"));
    assert_eq!(browser.typed("phone"), phone, "nothing typed is lost");
    look_here(&browser, "administrator-managers-mistake", tongue);
    browser.click("form.card [name=reset_cashiers]");
    browser.click("form.card[method=post] button");
    browser.reads("王**");
    look(&browser, "administrator-managers");
    let phone = Phone::new(&town.folder, format!("+86{phone}"));
    enter(&Browser::open(&town.url, tongue), &phone);
}
