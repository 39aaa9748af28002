//! Somebody stands at a branch counter with the originals: the clerk inspects them,
//! types their numbers blind, and a reviewer looks at it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

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

fn whole_way(town: &Town, browser: &Browser) {
    let tongue = browser.tongue();
    let mut shop = Shop::open(town);
    let case = begin(browser, &shop);
    inspect(browser, "identity", &shop.holder);
    browser.reads(tongue.say_in("counter", "inspect.matched"));
    inspect(browser, "licence", &shop.credit_code);
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
    let town = Town::shared();
    whole_way(town, &sit_down(town, "wang", Tongue::Chinese));
}

#[test]
fn in_english_without_scripts() {
    let town = Town::shared();
    let browser = sit_down(town, "wang", Tongue::English).without_scripts();
    whole_way(town, &browser);
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

/// A page as a scanner would give it: no two are the same picture.
pub(crate) fn scan(folder: &Path, name: &str, seed: u32) -> PathBuf {
    const SIDE: u32 = 320;
    let path = folder.join(name);
    let file = File::create(&path).unwrap();
    let mut encoder = png::Encoder::new(file, SIDE, SIDE);
    encoder.set_color(png::ColorType::Grayscale);
    let mut state = seed;
    let pixels: Vec<u8> = (0..SIDE * SIDE)
        .map(|place| {
            // Blotches of 32 by 32, so that it is a picture and not noise.
            if place % 32 == 0 {
                let cell = (place / SIDE / 32, place % SIDE / 32);
                state = seed
                    .wrapping_mul(31 + cell.0)
                    .wrapping_add(977 * cell.1)
                    .wrapping_mul(2_654_435_761);
            }
            state.to_be_bytes()[0]
        })
        .collect();
    encoder
        .write_header()
        .unwrap()
        .write_image_data(&pixels)
        .unwrap();
    path
}

/// Uploads one side of an original.
fn upload(browser: &Browser, side: &str, file: &Path) {
    let form = format!("form[action$='/{side}']");
    browser.fill_file(&format!("{form} [name=file]"), file);
    browser.click(&format!("{form} button"));
}

/// The code on the slip that lies at a printer: twice four digits.
fn printed(printer: &Path) -> String {
    let slip = fs::read_dir(printer).unwrap().next().unwrap().unwrap();
    let slip = fs::read(slip.path()).unwrap();
    let texts = String::from_utf8_lossy(&slip);
    let mut texts = texts.split('(').map(|text| text.split(')').next().unwrap());
    let is_digits = |part: &str| part.len() == 4 && part.bytes().all(|b| b.is_ascii_digit());
    let code = texts.find_map(|text| {
        let (first, second) = text.split_once(' ')?;
        (is_digits(first) && is_digits(second)).then(|| format!("{first}{second}"))
    });
    code.unwrap()
}

#[test]
fn a_code_on_a_sealed_slip_is_on_no_screen() {
    let town = Town::found("slip_spool = 'slips'\nslip_printers = ['counter-1']");
    let tongue = Tongue::Chinese;
    let mut shop = Shop::open(&town);
    let browser = sit_down(&town, "wang", tongue);
    let case = begin(&browser, &shop);
    inspect(&browser, "identity", &shop.holder);
    browser.reads(tongue.say_in("counter", "inspect.matched"));
    for (side, seed) in [("front", 1), ("back", 2)] {
        upload(
            &browser,
            side,
            &scan(&town.folder, &format!("{side}.png"), seed),
        );
        browser.wait("the scan", |browser| {
            let kept = tongue.say_in("counter", "scan.kept");
            (browser.text().matches(kept).count() >= usize::try_from(seed).unwrap()).then_some(())
        });
    }
    inspect(&browser, "licence", &shop.credit_code);
    browser.click("[name=to][value=sealed_slip]");
    browser.press(tongue.say_in("counter", "delivery.send"));
    look(&browser, "clerk-slip-chosen");
    browser.press(tongue.say_in("counter", "submit.send"));
    browser.headed(tongue.say_in("counter", "stage.review"));
    approve(&town, "sun", &case, tongue);
    browser.headed(tongue.say_in("counter", "stage.slip_ready"));
    browser.press(tongue.say_in("counter", "slip.print"));
    browser.reads(tongue.say_in("counter", "slip.sent"));
    look(&browser, "clerk-slip-printed");
    let code = printed(&town.folder.join("slips/counter-1"));
    assert!(!browser.text().contains(&code), "it is on the paper alone");
    let texts = shop.phone.unread();
    assert!(texts.iter().all(|text| !text.contains(&code)), "{texts:?}");
    shop.till.takes(CASHIER, &code);
    shop.till.chooses(CASHIER, "73950284");
    browser.headed(tongue.say_in("counter", "stage.effective"));
}
