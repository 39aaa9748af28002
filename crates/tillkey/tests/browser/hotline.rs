//! Somebody calls the bank: an agent finds them, asks what the case needs, types what
//! is said, and never sees what is right.

use crate::browser::Browser;
use crate::look::{look, look_here};
use crate::portal::{manager, sign_in};
use crate::review::approve;
use crate::shop::{CASHIER, Shop};
use crate::staff::sit_down;
use crate::town::Town;
use crate::words::Tongue;

/// Looks the caller's shop up and opens a case, from the agent's first page.
pub(crate) fn begin(browser: &Browser, shop: &Shop) -> String {
    let tongue = browser.tongue();
    browser.press(tongue.say_in("desk", "search.merchant"));
    browser.fill("what", &shop.merchant);
    browser.press(tongue.say_in("desk", "search.find"));
    // One terminal needs no choice.
    browser.headed(
        &tongue
            .say_in("desk", "till.title")
            .replace("{number}", &shop.terminal),
    );
    browser.click(&format!("[name=operator][value='{CASHIER}']"));
    browser.click("[name=reason][value=forgotten]");
    browser.press(tongue.say_in("desk", "till.send"));
    browser.wait("the case", |browser| {
        browser
            .path()
            .strip_prefix("/desk/cases/")
            .map(str::to_owned)
    })
}

/// Asks for the code on the registered phone, and types what is read out.
pub(crate) fn ask_for_code(browser: &Browser, shop: &Shop) {
    let tongue = browser.tongue();
    browser.press(tongue.say_in("desk", "sms_code.send"));
    browser.fill("answer", &shop.phone.code(6));
    browser.press(tongue.say_in("desk", "sms_code.check"));
}

fn whole_way(town: &Town, browser: &Browser) {
    let tongue = browser.tongue();
    let mut shop = Shop::open(town);
    let case = begin(browser, &shop);
    ask_for_code(browser, &shop);
    browser.headed(tongue.say_in("desk", "stage.review"));
    approve(town, "chen", &case, tongue);
    // Nobody touched the agent's page.
    browser.headed(tongue.say_in("desk", "stage.issued"));
    shop.till.tells("code_issued");
    shop.till.takes(CASHIER, &shop.phone.code(8));
    shop.till.chooses(CASHIER, "73950284");
    browser.headed(tongue.say_in("desk", "stage.effective"));
}

#[test]
fn in_chinese() {
    let town = Town::shared();
    whole_way(town, &sit_down(town, "li", Tongue::Chinese));
}

#[test]
fn in_english_without_scripts() {
    let town = Town::shared();
    let browser = sit_down(town, "li", Tongue::English).without_scripts();
    whole_way(town, &browser);
}

#[test]
fn the_way_of_a_call_bears_a_look() {
    let town = Town::shared();
    let tongue = Tongue::Chinese;
    let shop = Shop::open(town);
    let browser = sit_down(town, "li", tongue);
    browser.fill("what", "123");
    browser.press(tongue.say_in("desk", "search.find"));
    browser.reads(tongue.say_in("desk", "search.shape"));
    look_here(&browser, "agent-search-mistake", tongue);
    begin(&browser, &shop);
    look(&browser, "agent-call");
    browser.press(tongue.say_in("desk", "sms_code.send"));
    browser.fill("answer", "000000");
    browser.press(tongue.say_in("desk", "sms_code.check"));
    browser.wait("the comparison", |browser| {
        browser.has("#wrong").then_some(())
    });
    look_here(&browser, "agent-call-not-matched", tongue);
    browser.fill("answer", &shop.phone.code(6));
    browser.press(tongue.say_in("desk", "sms_code.check"));
    browser.headed(tongue.say_in("desk", "stage.review"));
    look(&browser, "agent-call-review");
}

#[test]
fn the_number_on_the_terminal_is_read_out_and_the_counter_takes_over() {
    let town = Town::shared();
    let tongue = Tongue::Chinese;
    let mut shop = Shop::open(town);
    let browser = sit_down(town, "li", tongue);
    let case = begin(&browser, &shop);
    browser.press(tongue.say_in("desk", "call.other"));
    browser.click("a[href$='kind=terminal_in_hand']");
    browser.press(tongue.say_in("desk", "terminal_in_hand.send"));
    let number = shop.till.tells("number")["number"]
        .as_str()
        .unwrap()
        .to_owned();
    look(&browser, "agent-call-number");
    browser.fill("answer", &number);
    browser.press(tongue.say_in("desk", "terminal_in_hand.check"));
    browser.reads(tongue.say_in("case", "evidence.terminal_in_hand"));
    browser.wait("the proof", |browser| {
        browser.has(".badge.good").then_some(())
    });
    look_here(&browser, "agent-call-number-matched", tongue);
    // The number alone is not enough on the phone: the counter goes on with the case.
    let clerk = sit_down(town, "wang", tongue);
    clerk.fill("case", &case);
    clerk.press(tongue.say_in("counter", "queue.take_send"));
    clerk.press(tongue.say_in("counter", "take.send"));
    clerk.headed(tongue.say_in("counter", "inspect.title"));
}

#[test]
fn a_manager_consents_in_the_portal() {
    let town = Town::shared();
    let tongue = Tongue::Chinese;
    let mut shop = Shop::open(town);
    let phone = manager(town, &shop);
    let agent = sit_down(town, "li", tongue);
    let case = begin(&agent, &shop);
    agent.press(tongue.say_in("desk", "call.other"));
    agent.click("a[href$='kind=manager_consent']");
    let browser = Browser::open(&town.url, tongue);
    sign_in(&browser, &phone);
    browser.reads(tongue.say_in("portal", "waiting.title"));
    look_here(&browser, "manager-waiting", tongue);
    browser.press(tongue.say_in("portal", "waiting.look"));
    browser.headed(tongue.say_in("portal", "consent.heading"));
    look(&browser, "manager-consent");
    browser.press(tongue.say_in("portal", "consent.yes"));
    browser.headed(tongue.say_in("portal", "elsewhere.heading"));
    // Nobody touched the agent's page.
    agent.press(tongue.say_in("desk", "stage.decide_go"));
    agent.headed(tongue.say_in("desk", "stage.review"));
    approve(town, "chen", &case, tongue);
    agent.headed(tongue.say_in("desk", "stage.issued"));
    shop.till.takes(CASHIER, &shop.phone.code(8));
    shop.till.chooses(CASHIER, "73950284");
    browser.headed(tongue.say("effective.heading"));
}

/// What somebody might call their shop.
const NAME: &str = "=<script>window.pwned = 1</script><img src=x onerror='window.pwned = 2'>    WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW";

#[test]
fn a14_a_name_stays_a_name_on_the_desk() {
    let town = Town::shared();
    let shop = Shop::named(town, NAME);
    let browser = sit_down(town, "li", Tongue::Chinese);
    begin(&browser, &shop);
    assert!(browser.script("return window.pwned").is_null());
    look(&browser, "agent-call-hostile");
}
