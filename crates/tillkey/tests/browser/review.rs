//! A reviewer looks at what somebody else gathered, and decides.

use crate::browser::Browser;
use crate::hotline::{ask_for_code, begin};
use crate::look::{look, look_here};
use crate::shop::Shop;
use crate::staff::{sign_in, sit_down};
use crate::town::Town;
use crate::words::Tongue;

/// Approves a case on the page, as somebody who had no hand in it.
pub(crate) fn approve(town: &Town, account: &str, case: &str, tongue: Tongue) {
    let browser = sit_down(town, account, tongue);
    browser.headed(tongue.say_in("review", "queue.title"));
    open(&browser, case);
    browser.fill("comment", "evidence is complete");
    browser.press(tongue.say_in("review", "verdict.approve"));
    browser.reads(tongue.say_in("review", "done.approved"));
}

/// Finds a case in the queue.
fn open(browser: &Browser, case: &str) {
    browser.click(&format!("a[href*='{case}']"));
    browser.headed(browser.tongue().say_in("review", "verdict.title"));
}

/// A call that has come as far as to the reviewers.
fn wait_for_review(town: &Town, shop: &Shop) -> String {
    let agent = sit_down(town, "li", Tongue::Chinese);
    let case = begin(&agent, shop);
    ask_for_code(&agent, shop);
    agent.headed(Tongue::Chinese.say_in("desk", "stage.review"));
    case
}

#[test]
fn a_session_that_ends_in_mid_form_loses_no_word() {
    let town = Town::found("");
    let tongue = Tongue::Chinese;
    let case = wait_for_review(&town, &Shop::open(&town));
    let browser = sit_down(&town, "chen", tongue);
    open(&browser, &case);
    look(&browser, "reviewer-verdict");
    browser.fill("comment", "核对过，材料齐全");
    // Longer than anybody may be idle.
    town.minutes_later(16);
    browser.press(tongue.say_in("review", "verdict.approve"));
    browser.reads(tongue.say_in("staff", "sign_in.kept"));
    look_here(&browser, "sign-in-kept", tongue);
    sign_in(&browser, &town, "chen");
    browser.headed(tongue.say_in("staff", "carry.title"));
    browser.reads("核对过，材料齐全");
    look_here(&browser, "sign-in-carry", tongue);
    browser.press(tongue.say_in("staff", "carry.send"));
    // Which of the two it was to be is not kept: they look again before they decide.
    browser.headed(tongue.say_in("review", "verdict.title"));
    assert_eq!(browser.typed("comment"), "核对过，材料齐全");
    browser.press(tongue.say_in("review", "verdict.approve"));
    browser.reads(tongue.say_in("review", "done.approved"));
    look_here(&browser, "reviewer-approved", tongue);
}

#[test]
fn an_approval_asks_for_the_password_after_a_while() {
    let town = Town::found("");
    let tongue = Tongue::Chinese;
    let case = wait_for_review(&town, &Shop::open(&town));
    let browser = sit_down(&town, "chen", tongue);
    open(&browser, &case);
    browser.fill("comment", "evidence is complete");
    town.minutes_later(6);
    browser.press(tongue.say_in("review", "verdict.approve"));
    browser.reads(tongue.say_in("review", "mistake.password_needed"));
    look(&browser, "reviewer-password");
    browser.fill("password", "not this one");
    browser.press(tongue.say_in("review", "verdict.approve"));
    browser.reads(tongue.say_in("review", "mistake.password_wrong"));
    assert_eq!(browser.typed("password"), "", "a password never comes back");
    browser.fill("password", town.password("chen"));
    browser.press(tongue.say_in("review", "verdict.approve"));
    browser.reads(tongue.say_in("review", "done.approved"));
}

#[test]
fn what_another_has_decided_meanwhile_is_not_decided_again() {
    let town = Town::shared();
    let tongue = Tongue::Chinese;
    let case = wait_for_review(town, &Shop::open(town));
    let browser = sit_down(town, "chen", tongue);
    open(&browser, &case);
    browser.fill("comment", "evidence is complete");
    approve(town, "sun", &case, tongue);
    browser.press(tongue.say_in("review", "verdict.approve"));
    browser.reads(tongue.say_in("review", "mistake.decided"));
    browser.reads("evidence is complete");
    look_here(&browser, "reviewer-decided", tongue);
}
