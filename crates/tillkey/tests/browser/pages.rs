//! Every page that links lead to, looked at: by whoever walks there from the one page
//! that they know.
//!
//! A new page needs no entry here as long as something leads to it; what nothing leads
//! to, nobody finds. Pages on the way of a case are looked at by those who go it.

use std::collections::BTreeSet;

use crate::browser::Browser;
use crate::look::{look, look_here};
use crate::portal::{manager, sign_in as enter};
use crate::shop::Shop;
use crate::staff::sit_down;
use crate::town::Town;
use crate::words::Tongue;

/// More pages than this and a page leads to itself under ever new addresses.
const PAGES_MAX: usize = 60;

/// Where the bank's people work. What is public was looked at by whoever walked in.
const STAFF_PAGES: [&str; 7] = [
    "/desk",
    "/counter",
    "/review",
    "/ledger",
    "/settings",
    "/watch",
    "/fleet",
];

/// What of a path does not differ from one case, terminal or person to the next.
fn kind(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap();
    if let Some(account) = path.strip_prefix("/settings/staff/") {
        let below = account.split_once('/').map_or("", |(_, below)| below);
        return format!("/settings/staff/one/{below}");
    }
    if path.starts_with("/apply/products/") {
        return "/apply/products/one".to_owned();
    }
    let is_name = |part: &str| {
        let word = |c: char| c.is_ascii_lowercase() || c == '-';
        !part.chars().all(word) || (part.len() > 15 && !part.contains('-'))
    };
    let part = |part| if is_name(part) { "one" } else { part };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// Looks at every kind of page under these paths that links lead to from the page that
/// is open, and gives the kinds.
fn walk(browser: &Browser, who: &str, under: &[&str]) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut ahead = vec![browser.path()];
    while let Some(path) = ahead.pop() {
        let kind = kind(&path);
        let is_theirs = under.iter().any(|under| path.starts_with(under));
        if !is_theirs || !seen.insert(kind.clone()) {
            continue;
        }
        assert!(seen.len() < PAGES_MAX, "{seen:#?}");
        browser.visit(&path);
        let missing = browser.tongue().say("missing.title");
        assert!(
            !browser.text().contains(missing),
            "{who} is led to {path}, where nothing is"
        );
        look(
            browser,
            &format!("{who}{}", kind.trim_end_matches('/').replace('/', "-")),
        );
        // What opens beside the page or is kept as a file is not a page of ours.
        let links = browser.script(
            "return [...document.links].filter((a) => !a.target && !a.download \
             && a.origin === location.origin && !a.classList.contains('tongue'))\
             .map((a) => a.pathname + a.search)",
        );
        let links = links.as_array().unwrap().iter();
        ahead.extend(links.map(|link| link.as_str().unwrap().to_owned()));
    }
    seen
}

#[test]
fn whoever_walks_in_finds_pages_that_bear_a_look() {
    let town = Town::shared();
    let browser = Browser::open(&town.url, Tongue::Chinese);
    browser.visit("/");
    let seen = walk(&browser, "public", &["/"]);
    for page in [
        "/",
        "/reset",
        "/sign-in",
        "/lookup",
        "/help",
        "/help/counter",
        "/apply",
        "/apply/products",
        "/apply/products/one",
        "/portal/sign-in",
    ] {
        assert!(seen.contains(page), "nothing leads to {page}: {seen:#?}");
    }
    browser.visit("/no-such-page");
    look(&browser, "public-missing");
}

#[test]
fn a_manager_finds_pages_that_bear_a_look() {
    let town = Town::shared();
    let shop = Shop::open(town);
    let phone = manager(town, &shop);
    let browser = Browser::open(&town.url, Tongue::Chinese);
    enter(&browser, &phone);
    let seen = walk(&browser, "manager", &["/"]);
    for page in [
        "/portal",
        "/portal/access",
        "/portal/contact",
        "/portal/data",
        "/portal/history",
    ] {
        assert!(seen.contains(page), "nothing leads to {page}: {seen:#?}");
    }
}

/// Plans a campaign that nobody approves, with mistakes first.
fn plan_a_campaign(town: &Town) {
    let browser = sit_down(town, "zhou", Tongue::Chinese);
    let say = |key| browser.tongue().say_in("fleet", key);
    browser.visit("/fleet/campaigns");
    browser.press(say("list.plan"));
    browser.fill("areas", "亚特兰蒂斯");
    browser.press(say("form.go"));
    browser.reads(say("form.check"));
    assert_eq!(
        browser.typed("areas"),
        "亚特兰蒂斯",
        "nothing typed is lost"
    );
    look(&browser, "zhou-fleet-campaigns-new-mistakes");
    browser.fill("areas", "");
    browser.fill("name", "试行");
    browser.click("input[name=reason][value=system_update]");
    browser.click("input[name=rank_cashier]");
    browser.press(say("form.go"));
    browser.headed("试行");
    // The list is made by itself, and the page says so by itself.
    browser.wait("the list", |browser| {
        let is_made = !browser.text().contains(say("now.planning_next"));
        is_made.then_some(())
    });
}

#[test]
fn the_banks_people_find_pages_that_bear_a_look() {
    let town = Town::shared();
    Shop::open(town);
    plan_a_campaign(town);
    for (account, pages) in [
        ("li", &["/desk", "/settings/sessions"][..]),
        ("wang", &["/counter", "/settings/password"]),
        (
            "chen",
            &[
                "/review",
                "/watch",
                "/fleet/campaigns",
                "/fleet/campaigns/one",
                "/fleet/campaigns/one/list",
            ],
        ),
        (
            "xu",
            &["/ledger", "/ledger/entries/one", "/ledger/dashboard"],
        ),
        (
            "zhou",
            &[
                "/settings/staff",
                "/settings/managers",
                "/settings/merchants",
                "/fleet/campaigns/new",
                "/settings/access-reviews",
                "/ledger/dashboard",
            ],
        ),
    ] {
        let browser = sit_down(town, account, Tongue::Chinese);
        let seen = walk(&browser, account, &STAFF_PAGES);
        for page in pages {
            assert!(
                seen.contains(*page),
                "{account}: nothing leads to {page}: {seen:#?}"
            );
        }
    }
}

#[test]
fn a_form_with_mistakes_bears_a_look() {
    let town = Town::shared();
    for tongue in Tongue::BOTH {
        let browser = Browser::open(&town.url, tongue);
        browser.visit("/reset");
        browser.fill("merchant", "8982900");
        browser.press(tongue.say("form.send"));
        browser.reads(tongue.say("form.check"));
        assert_eq!(
            browser.typed("merchant"),
            "8982900",
            "nothing typed is lost"
        );
        look_here(&browser, "public-reset-mistakes", tongue);
    }
}

#[test]
fn a_number_is_looked_up_and_the_answer_goes_to_the_phone() {
    let town = Town::shared();
    let shop = Shop::open(town);
    for tongue in Tongue::BOTH {
        let browser = Browser::open(&town.url, tongue);
        browser.visit("/");
        browser.press(tongue.say("home.look_up"));
        browser.fill("phone", "1390");
        browser.press(tongue.say("lookup.send"));
        browser.reads(tongue.say("lookup.phone_wrong"));
        look_here(&browser, "public-lookup-mistake", tongue);
        browser.fill("phone", shop.phone.number.strip_prefix("+86").unwrap());
        browser.press(tongue.say("lookup.send"));
        browser.headed(tongue.say("lookup_sent.title"));
        assert!(
            !browser.text().contains(&shop.merchant),
            "the answer is the phone's alone"
        );
        if tongue == Tongue::Chinese {
            look(&browser, "public-lookup-sent");
            browser.wait("the message", |_| {
                shop.phone
                    .unread()
                    .iter()
                    .any(|text| text.contains(&shop.merchant))
                    .then_some(())
            });
        }
    }
}

#[test]
fn four_answers_lead_to_a_product() {
    let town = Town::shared();
    for tongue in Tongue::BOTH {
        let browser = Browser::open(&town.url, tongue);
        browser.visit("/apply");
        browser.press(tongue.say_in("apply", "ask.go"));
        browser.reads(tongue.say_in("apply", "ask.check"));
        look_here(&browser, "public-apply-missing", tongue);
        browser.click("input[name=kind][value=sole_trader]");
        browser.script("document.querySelector('#region').value = '440300'");
        browser.click("input[name=monthly][value='60000']");
        browser.click("input[name=need][value=take_cards]");
        browser.press(tongue.say_in("apply", "ask.go"));
        browser.headed(tongue.say_in("apply", "compare.title"));
        look_here(&browser, "public-apply-answered", tongue);
        browser.press(tongue.say_in("apply", "compare.details"));
        browser.reads(tongue.say_in("apply", "product.able"));
        look_here(&browser, "public-apply-product", tongue);
    }
}
