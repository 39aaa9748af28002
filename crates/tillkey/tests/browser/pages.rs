//! The list of pages, and a look at each of them.

use crate::browser::Browser;
use crate::look::{look, look_here};
use crate::town::Town;
use crate::words::Tongue;

/// What anybody can open.
const PUBLIC: [(&str, &str); 3] = [
    ("home", "/"),
    ("reset", "/reset"),
    ("missing", "/no-such-page"),
];

#[test]
fn public_pages_bear_a_look() {
    let town = Town::shared();
    let browser = Browser::open(&town.url, Tongue::Chinese);
    for (name, path) in PUBLIC {
        browser.visit(path);
        look(&browser, name);
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
        look_here(&browser, "reset-mistakes", tongue);
    }
}
