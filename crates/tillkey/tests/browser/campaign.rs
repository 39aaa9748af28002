//! A campaign as its people meet it: planned by one, approved by another, answered by the
//! merchant, and done at the till.

use crate::browser::Browser;
use crate::look::{look, look_here};
use crate::portal::{manager, sign_in as enter};
use crate::shop::{CASHIER, Phone, Shop};
use crate::staff::sit_down;
use crate::town::Town;
use crate::words::Tongue;

/// An administrator plans it for one shop's cashiers; gives its page.
fn plan(town: &Town, shop: &Shop, tongue: Tongue) -> (Browser, String) {
    let planner = sit_down(town, "zhou", tongue);
    let say = |key| tongue.say_in("fleet", key);
    planner.press(tongue.say_in("staff", "nav.campaigns"));
    planner.headed(say("list.title"));
    planner.click("a[href='/fleet/campaigns/new']");
    planner.headed(say("form.title"));
    planner.fill("name", "三月固件更新");
    planner.press(say("form.go"));
    planner.reads(say("form.check"));
    assert_eq!(
        planner.typed("name"),
        "三月固件更新",
        "nothing typed is lost"
    );
    look_here(&planner, "administrator-campaign-mistakes", tongue);
    planner.click("[name=reason][value=system_update]");
    if !planner.has("[name=rank_cashier]:checked") {
        planner.click("[name=rank_cashier]");
    }
    planner.fill("merchants", &shop.merchant);
    planner.press(say("form.go"));
    planner.headed("三月固件更新");
    planner.reads(say("state.planned"));
    planner.reads(&shop.merchant);
    look_here(&planner, "administrator-campaign-planned", tongue);
    let page = planner.path();
    (planner, page)
}

/// Somebody else approves the list.
fn approve(town: &Town, page: &str, tongue: Tongue) {
    let reviewer = sit_down(town, "chen", tongue);
    let say = |key| tongue.say_in("fleet", key);
    reviewer.press(tongue.say_in("staff", "nav.campaigns"));
    reviewer.click(&format!("a[href='{page}']"));
    reviewer.reads(say("act.approve"));
    if reviewer.has("#password") {
        reviewer.fill("password", town.password("chen"));
    }
    look(&reviewer, "reviewer-campaign");
    reviewer.press(say("act.approve"));
    reviewer.reads(say("state.running"));
}

/// The merchant is told, its manager agrees, and the cashier chooses at the till.
fn answer(browser: &Browser, phone: &Phone, shop: &mut Shop) {
    let tongue = browser.tongue();
    let say = |key| tongue.say_in("portal", key);
    enter(browser, phone);
    browser.reads(say("campaign.because_update"));
    look_here(browser, "manager-campaign-banner", tongue);
    browser.press(say("campaign.go"));
    browser.headed(say("campaign.title"));
    browser.press(say("campaign.send"));
    browser.reads(say("campaign.nobody"));
    look_here(browser, "manager-campaign-mistake", tongue);
    browser.visit("/portal");
    browser.press(say("campaign.go"));
    browser.headed(say("campaign.title"));
    look(browser, "manager-campaign");
    browser.click(&format!("[name='{}.{CASHIER}']", shop.terminal));
    shop.phone.unread();
    browser.press(say("campaign.send"));
    browser.headed(tongue.say("issued.heading"));
    shop.till.tells("code_issued");
    shop.till.takes(CASHIER, &shop.phone.code(8));
    shop.till.chooses(CASHIER, "73950284");
    browser.headed(tongue.say("effective.heading"));
    browser.visit("/portal");
    browser.wait("nothing to be done", |browser| {
        (!browser.text().contains(say("campaign.because_update"))).then_some(())
    });
}

#[test]
fn from_the_plan_to_the_new_password() {
    let town = Town::shared();
    let tongue = Tongue::Chinese;
    let mut shop = Shop::open(town);
    let phone = manager(town, &shop);
    let (planner, page) = plan(town, &shop, tongue);
    approve(town, &page, tongue);
    let told = |text: &String| text.contains("系统更新");
    planner.wait("the message", |_| {
        shop.phone.unread().iter().any(told).then_some(())
    });
    // Nobody touched the planner's page.
    planner.reads(tongue.say_in("fleet", "state.running"));
    let browser = Browser::open(&town.url, tongue);
    answer(&browser, &phone, &mut shop);
    planner.reads(tongue.say_in("fleet", "state.completed"));
    // What it fetched to keep itself up to date is none of its weight.
    planner.visit(&page);
    planner.reads(tongue.say_in("fleet", "state.completed"));
    look_here(&planner, "administrator-campaign-completed", tongue);
    planner.visit(&format!("{page}/list"));
    planner.reads(&shop.terminal);
    look_here(&planner, "administrator-campaign-list", tongue);
}
