//! The whole life of a terminal, as its people meet it: a merchant chooses and applies on
//! a phone, the bank's people check and send, the terminal is enrolled and its first
//! passwords chosen, money is taken and the deposit comes back, a cashier forgets and is
//! reset, and leaves.

use serde_json::json;
use tillkey_rules::document::{ResidentIdentityNumber, SocialCreditCode};
use tillkey_server::clock::{Clock as _, SystemClock};

use crate::browser::Browser;
use crate::counter::scan;
use crate::look::{look, look_here};
use crate::portal::sign_in as enter;
use crate::shop::{CASHIER, Phone, Till, fitting};
use crate::staff::sit_down;
use crate::town::Town;
use crate::words::Tongue;

/// What the cashier chooses at first.
const FIRST: &str = "736195";
/// What the cashier chooses after having forgotten it.
const SECOND: &str = "904518";

/// A merchant to be.
struct Applicant {
    phone: Phone,
    holder: String,
    credit_code: String,
    seed: u32,
}

impl Applicant {
    fn new(town: &Town) -> Self {
        let number = town.number();
        Self {
            phone: Phone::new(&town.folder, format!("+86137{number:08}")),
            holder: fitting(
                "0123456789X",
                &format!("31010119850101{number:03}"),
                |text| ResidentIdentityNumber::parse(text).is_ok(),
            ),
            credit_code: fitting(
                "0123456789ABCDEFGHJKLMNPQRTUWXY",
                &format!("92310101MA2{number:06}"),
                |text| SocialCreditCode::parse(text).is_ok(),
            ),
            seed: 1_000 * number,
        }
    }
}

/// From the front page to the form's first page.
fn choose(browser: &Browser) {
    let tongue = browser.tongue();
    browser.visit("/");
    browser.click("a[href='/apply']");
    browser.headed(tongue.say_in("apply", "ask.title"));
    browser.click("[name=kind][value=sole_trader]");
    browser.click("#region option[value='310100'], #region option[value='310000']");
    browser.click("[name=monthly][value='12000']");
    browser.press(tongue.say_in("apply", "ask.go"));
    browser.headed(tongue.say_in("apply", "compare.title"));
    browser.click("a[href*='/apply/form?product=shengpay-smart']");
    browser.headed(tongue.say_in("application", "start.title"));
}

/// Digits as a Chinese keyboard in its full-width state types them.
fn full_width(digits: &str) -> String {
    const OFFSET: u32 = 0xFF01 - 0x21;
    let wide = |c: char| char::from_u32(u32::from(c) + OFFSET).unwrap();
    digits.chars().map(wide).collect()
}

/// Proves the phone, photographs the papers, fills in the form and hands it in; gives the
/// application's number.
fn apply(town: &Town, browser: &Browser, applicant: &Applicant) -> String {
    let tongue = browser.tongue();
    let say = |key| tongue.say_in("application", key);
    look(browser, "applicant-start");
    browser.fill("phone", applicant.phone.number.strip_prefix("+86").unwrap());
    browser.press(say("start.send"));
    browser.reads(say("phone.title"));
    look(browser, "applicant-phone");
    browser.fill("code", &full_width(&applicant.phone.code(6)));
    browser.press(say("phone.confirm"));
    browser.reads(say("picture.title"));
    browser.fill("business_name", "张江面馆");
    browser.fill("credit_code", "9231");
    browser.press(say("form.submit"));
    browser.reads(say("mistake.form_not_whole"));
    assert_eq!(
        browser.typed("business_name"),
        "张江面馆",
        "nothing is lost"
    );
    look_here(browser, "applicant-mistakes", tongue);
    let asked = browser.script(
        "return [...document.querySelectorAll('.sheet [type=file]')].map((file) => file.id)",
    );
    for (paper, seed) in asked.as_array().unwrap().iter().zip(applicant.seed..) {
        let paper = paper.as_str().unwrap();
        let file = scan(&town.folder, &format!("{paper}-{seed}.png"), seed);
        let form = format!("form[action$='/papers/{paper}']");
        browser.fill_file(&format!("{form} [name=file]"), &file);
        browser.click(&format!("{form} button"));
        browser.wait("the picture", |browser| {
            browser.has(&format!("{form} .badge.good")).then_some(())
        });
    }
    for (field, text) in [
        ("credit_code", applicant.credit_code.as_str()),
        ("address", "张江路 1 号"),
        ("person_name", "王小明"),
        ("identity_number", &full_width(&applicant.holder)),
        ("account_name", "王小明"),
        ("account_number", "6222 0212 3456 7890"),
        ("bank_name", "工商银行上海张江支行"),
    ] {
        browser.fill(field, text);
    }
    browser.click("#business option[value=restaurant]");
    browser.press(say("form.save"));
    browser.reads(say("form.saved"));
    look(browser, "applicant-form");
    assert_eq!(browser.typed("address"), "张江路 1 号", "the draft is kept");
    browser.press(say("form.submit"));
    browser.headed(say("state.submitted"));
    look(browser, "applicant-submitted");
    let path = browser.path();
    path.rsplit_once('/').unwrap().1.to_owned()
}

/// The clerk checks everything against the papers and passes it on.
fn check(clerk: &Browser, application: &str, applicant: &Applicant) {
    let tongue = clerk.tongue();
    let say = |key| tongue.say_in("intake", key);
    clerk.press(tongue.say_in("staff", "nav.intake"));
    clerk.headed(say("queue.title"));
    look(clerk, "clerk-intake");
    clerk.click(&format!("a[href='/intake/{application}']"));
    clerk.reads(say("sheet.form"));
    assert!(!clerk.text().contains(&applicant.holder), "it is masked");
    clerk.fill_at("#identity_number", "440524188001010014");
    clerk.click("form:has(#identity_number) button");
    clerk.reads(say("mistake.not_matched"));
    look_here(clerk, "clerk-intake-mismatch", tongue);
    for (field, number) in [
        ("identity_number", &full_width(&applicant.holder)),
        ("licence_number", &applicant.credit_code),
    ] {
        clerk.fill_at(&format!("#{field}"), number);
        clerk.click(&format!("form:has(#{field}) button"));
        clerk.wait("the comparison", |clerk| {
            clerk
                .has(&format!("form:has(#{field}) .badge.good"))
                .then_some(())
        });
    }
    for check in ["contact_reached", "account", "site"] {
        let form = format!("form:has([name=check][value={check}])");
        clerk.click(&format!("{form} [name=holds][value=yes]"));
        clerk.wait("the check", |clerk| {
            clerk.has(&format!("{form} .badge.good")).then_some(())
        });
    }
    look(clerk, "clerk-intake-checked");
    clerk.press(say("checks.propose"));
    clerk.reads(say("sheet.nothing_to_do"));
}

/// Somebody else approves.
fn approve(town: &Town, application: &str, tongue: Tongue) {
    let reviewer = sit_down(town, "chen", tongue);
    let say = |key| tongue.say_in("intake", key);
    reviewer.press(tongue.say_in("staff", "nav.intake"));
    reviewer.click(&format!("a[href='/intake/{application}']"));
    reviewer.reads(say("verdict.approve"));
    look(&reviewer, "reviewer-intake");
    if reviewer.has("#password") {
        reviewer.fill("password", town.password("chen"));
    }
    reviewer.press(say("verdict.approve"));
    reviewer.reads(tongue.say_in("application", "state.approved"));
}

/// The terminal goes out.
fn ship(clerk: &Browser, application: &str, till: &Till) {
    let tongue = clerk.tongue();
    clerk.visit(&format!("/intake/{application}"));
    clerk.fill("serial", &till.serial_number);
    clerk.fill("carrier", "顺丰速运");
    clerk.fill("tracking", "SF1234567890123");
    look_here(clerk, "clerk-intake-ship", tongue);
    clerk.press(tongue.say_in("intake", "ship.send"));
    clerk.reads("SF1234567890123");
}

/// The applicant has it, enrols it, and its people choose their passwords.
fn switch_on(town: &Town, browser: &Browser, applicant: &Applicant, till: &mut Till) {
    let tongue = browser.tongue();
    let say = |key| tongue.say_in("application", key);
    // Nobody touched the applicant's page.
    browser.headed(say("state.shipped"));
    look(browser, "applicant-shipped");
    applicant.phone.unread();
    browser.press(say("shipped.send_code"));
    browser.fill("code", &applicant.phone.code(6));
    browser.press(say("shipped.confirm"));
    browser.headed(say("code.title"));
    look_here(browser, "applicant-enrolment", tongue);
    let code = browser.script("return document.getElementById('enrolment-code').textContent");
    till.does(&format!("enrol {}", code.as_str().unwrap().trim()));
    till.tells("welcomed");
    browser.press(say("code.back"));
    browser.headed(say("state.enrolled"));
    look(browser, "applicant-passwords");
    for (operator, password) in [("00", "59372604"), (CASHIER, FIRST)] {
        till.does(&format!("first-password {operator}"));
        let code = till.tells("code_on_screen")["code"]
            .as_str()
            .unwrap()
            .to_owned();
        till.takes(operator, &code);
        till.chooses(operator, password);
    }
    browser.wait("two of three", |browser| {
        let set = browser.script("return document.querySelectorAll('.doors .badge.good').length");
        (set == 2).then_some(())
    });
    till.does("first-password 99");
    assert_eq!(till.tells("refused")["code"], "waits_for_review");
    let_the_administrator_in(town, &terminal_of(town, browser), tongue);
    till.takes("99", &applicant.phone.code(8));
    till.chooses("99", "48261593");
    browser.headed(say("state.active"));
    look(browser, "applicant-active");
}

/// The number of the terminal that an applicant's page is about.
fn terminal_of(town: &Town, applicant: &Browser) -> String {
    let path = applicant.path();
    let view = town.look("wang", &format!("/v1{path}"));
    view["terminal_number"].as_str().unwrap().to_owned()
}

/// A reviewer looks at who wants to be the terminal's administrator.
fn let_the_administrator_in(town: &Town, terminal: &str, tongue: Tongue) {
    let reviewer = sit_down(town, "sun", tongue);
    reviewer.headed(tongue.say_in("review", "queue.title"));
    let row = format!(
        "return [...document.querySelectorAll('tr')]\
         .find((row) => row.textContent.includes('{terminal}'))?.querySelector('a').pathname"
    );
    let case = reviewer.wait("the case", |reviewer| {
        reviewer.script(&row).as_str().map(str::to_owned)
    });
    reviewer.visit(&case);
    reviewer.fill("comment", "new terminal, approved application");
    reviewer.press(tongue.say_in("review", "verdict.approve"));
    reviewer.reads(tongue.say_in("review", "done.approved"));
}

/// Money is taken, the bank's books know it, and the deposit is earned.
fn take_money(town: &Town, manager: &Browser, till: &mut Till, (merchant, terminal): (&str, &str)) {
    let tongue = manager.tongue();
    let say = |key| tongue.say_in("portal", key);
    till.does(&format!("sign-on {CASHIER} {FIRST}"));
    till.tells("signed_on");
    till.does(&format!("sale {CASHIER} 1200000 6222021234567894"));
    till.tells("recorded");
    manager.click("a[href='/portal/deposit']");
    manager.reads(say("deposit.counting"));
    look(manager, "manager-deposit-counting");
    let now = SystemClock::default().now();
    let there = jiff::tz::Offset::from_hours(town.utc_offset_hours).unwrap();
    let report = json!({
        "currency": "CNY",
        "transactions": [{
            "reference": format!("{merchant}-1"), "merchant": merchant, "terminal": terminal,
            "kind": "sale", "amount": 1_200_000, "taken_at": now, "batch": 1,
            "settled_on": there.to_datetime(now).date(),
        }],
    });
    town.post(&town.token("books"), "/v1/transactions", &report);
    manager.wait("the deposit", |manager| {
        manager.reload();
        manager.text().contains(say("deposit.earned")).then_some(())
    });
    look(manager, "manager-deposit-earned");
}

/// The bank pays it back, and the merchant sees that.
fn pay_back(clerk: &Browser, manager: &Browser, terminal: &str) {
    let tongue = clerk.tongue();
    clerk.visit("/intake");
    clerk.press(tongue.say_in("intake", "queue.deposits"));
    clerk.reads(terminal);
    look(clerk, "clerk-deposits");
    clerk.fill("reference", "PAY-20261127-1");
    clerk.press(tongue.say_in("intake", "deposits.send"));
    clerk.wait("the list", |clerk| {
        (!clerk.text().contains(terminal)).then_some(())
    });
    manager.reload();
    manager.reads(tongue.say_in("portal", "deposit.returned"));
}

/// The cashier forgets; the manager has the password reset.
fn forget(manager: &Browser, phone: &Phone, till: &mut Till) {
    let tongue = manager.tongue();
    manager.visit("/portal");
    manager.click("a[href^='/portal/terminals/']");
    manager.click(&format!("a[href$='/operators/{CASHIER}/reset']"));
    manager.press(tongue.say_in("portal", "reset.forgotten"));
    manager.press(tongue.say_in("portal", "reset.send"));
    manager.headed(tongue.say("issued.heading"));
    till.tells("code_issued");
    till.takes(CASHIER, &phone.code(8));
    till.chooses(CASHIER, SECOND);
    manager.headed(tongue.say("effective.heading"));
}

/// The cashier leaves: not a minute later nothing opens for them.
fn leave(manager: &Browser, till: &mut Till) {
    let tongue = manager.tongue();
    till.does(&format!("sign-on {CASHIER} {SECOND}"));
    till.tells("signed_on");
    manager.visit("/portal");
    manager.click("a[href^='/portal/terminals/']");
    manager.click(&format!("a[href$='/operators/{CASHIER}/removal']"));
    manager.press(tongue.say_in("portal", "removal.yes"));
    manager.wait("the list without them", |manager| {
        (!manager.has(&format!("a[href$='/operators/{CASHIER}/reset']"))).then_some(())
    });
    till.does(&format!("sign-on {CASHIER} {SECOND}"));
    till.tells("wrong_password");
}

#[test]
fn from_the_choice_of_a_terminal_to_the_day_its_cashier_leaves() {
    let town = Town::shared();
    let tongue = Tongue::Chinese;
    let applicant = Applicant::new(town);
    let browser = Browser::open(&town.url, tongue);
    choose(&browser);
    let application = apply(town, &browser, &applicant);
    let clerk = sit_down(town, "wang", tongue);
    check(&clerk, &application, &applicant);
    approve(town, &application, tongue);
    let mut till = Till::switch_on(town, &application);
    ship(&clerk, &application, &till);
    switch_on(town, &browser, &applicant, &mut till);
    let view = town.look("wang", &format!("/v1/applications/{application}"));
    let text = |field: &str| view[field].as_str().unwrap().to_owned();
    let (merchant, terminal) = (text("merchant"), text("terminal_number"));
    let manager = Browser::open(&town.url, tongue);
    enter(&manager, &applicant.phone);
    take_money(town, &manager, &mut till, (&merchant, &terminal));
    pay_back(&clerk, &manager, &terminal);
    forget(&manager, &applicant.phone, &mut till);
    leave(&manager, &mut till);
}
