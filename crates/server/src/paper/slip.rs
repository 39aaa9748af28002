//! The sealed slip: a letter of three panels, folded twice, with the code inside.
//!
//! ```text
//!  inside (page 1)          outside (page 2, on the back)
//!  ┌───────────────┐        ┌───────────────┐
//!  │ how to use it │        │ address       │ ◄─ in front once it is folded
//!  ├┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┤        ├┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┤
//!  │ the code      │        │ pattern       │ ◄─ behind the code
//!  ├┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┤        ├┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┤
//!  │ pattern       │        │ (inside)      │
//!  └───────────────┘        └───────────────┘
//! ```
//!
//! The lower panel folds up, so that its pattern lies on the code, then the upper one
//! down over both. Against the light the code stands between two layers of random
//! digits of its own shape and size.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use serde::{Deserialize, Serialize};
use tillkey_wire::code::ResetCode;
use tillkey_wire::ids::{CaseId, MerchantNumber, OperatorNumber, TerminalNumber};

use super::letters::{Weight, lines};
use super::sheet::{HEIGHT, Page, WIDTH, file};
use super::words::{CHINESE, ENGLISH, SlipWords};

/// What stands on a slip. It is sealed wherever it waits.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slip {
    /// Which case.
    pub case: CaseId,
    /// The merchant.
    pub merchant: MerchantNumber,
    /// The only terminal that takes the code.
    pub terminal: TerminalNumber,
    /// The only operator that it is for.
    pub operator: OperatorNumber,
    /// Until when, as a clock on the wall says it.
    pub until: String,
    /// What the pattern is drawn from: random, and nothing to do with the code. A
    /// pattern that followed from the code would tell it to whoever sees the outside.
    pub pattern: u64,
    /// The code.
    #[serde(serialize_with = "exposed")]
    pub code: ResetCode,
}

/// For the sealed row that waits for the printer, and for nothing else.
fn exposed<S: serde::Serializer>(code: &ResetCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(code.expose())
}

const PANEL: f32 = HEIGHT / 3.0;
const LEFT: f32 = 64.0;
const CODE_SIZE: f32 = 30.0;

/// A label in both languages.
type Label = fn(&SlipWords) -> &String;

impl Slip {
    /// The slip as a PDF file of two pages, to be printed on one sheet.
    pub fn pdf(&self) -> Vec<u8> {
        let rng = &mut ChaCha20Rng::seed_from_u64(self.pattern);
        let mut inside = Page::new();
        inside.fold(PANEL);
        inside.fold(2.0 * PANEL);
        self.how(&mut inside);
        self.code(&mut inside);
        pattern(&mut inside, 0.0, rng);
        let mut outside = Page::new();
        outside.fold(PANEL);
        outside.fold(2.0 * PANEL);
        self.address(&mut outside);
        pattern(&mut outside, PANEL, rng);
        file(&CHINESE.slip.title, vec![inside, outside])
    }

    /// The upper panel, inside.
    fn how(&self, page: &mut Page) {
        let mut y = HEIGHT - 48.0;
        heading(page, &mut y, |w| &w.how);
        let steps: [Label; 3] = [|w| &w.how_choose, |w| &w.how_type, |w| &w.how_password];
        for label in steps {
            both(page, &mut y, label);
        }
        y -= 4.0;
        both(page, &mut y, |w| &w.nobody);
        both(page, &mut y, |w| &w.burn);
    }

    /// The middle panel, inside: the code in the middle of it, twice as long as the
    /// eye can hold in one group.
    fn code(&self, page: &mut Page) {
        let mut y = 2.0 * PANEL - 44.0;
        heading(page, &mut y, |w| &w.code);
        let (first, second) = self.code.expose().split_at_checked(4).unwrap_or(("", ""));
        page.text_amid(
            1.5 * PANEL - 8.0,
            (CODE_SIZE, Weight::Code),
            &format!("{first} {second}"),
        );
        let y = PANEL + 58.0;
        self.facts(page, y);
    }

    /// Where the code is typed, for whom, and until when.
    fn facts(&self, page: &mut Page, y: f32) {
        let operator = self.operator.to_string();
        let facts: [(Label, &str); 3] = [
            (|w| &w.terminal, self.terminal.as_str()),
            (|w| &w.operator, &operator),
            (|w| &w.until, &self.until),
        ];
        let mut x = LEFT;
        for (label, value) in facts {
            let name = format!("{} {}", label(&CHINESE.slip), label(&ENGLISH.slip));
            page.text((x, y), (8.0, Weight::Plain), &name);
            page.text((x, y - 17.0), (12.0, Weight::Bold), value);
            x += 160.0;
        }
    }

    /// The upper panel, outside: whose it is, and nothing about what is in it.
    fn address(&self, page: &mut Page) {
        let mut y = HEIGHT - 52.0;
        page.text_amid(y, (16.0, Weight::Bold), &CHINESE.slip.title);
        page.text_amid(y - 16.0, (10.0, Weight::Plain), &ENGLISH.slip.title);
        y -= 52.0;
        page.text_amid(y, (13.0, Weight::Bold), &CHINESE.slip.address);
        page.text_amid(y - 15.0, (10.0, Weight::Plain), &ENGLISH.slip.address);
        y -= 44.0;
        let case = self.case.to_string();
        let facts: [(Label, &str); 2] = [
            (|w| &w.merchant, self.merchant.as_str()),
            (|w| &w.case, &case),
        ];
        for (label, value) in facts {
            let name = format!("{} {}", label(&CHINESE.slip), label(&ENGLISH.slip));
            page.text_to((WIDTH / 2.0 - 6.0, y), (9.0, Weight::Plain), &name);
            page.text((WIDTH / 2.0 + 6.0, y), (10.0, Weight::Plain), value);
            y -= 16.0;
        }
        y -= 8.0;
        both(page, &mut y, |w| &w.keep_shut);
        y -= 2.0;
        page.gray(0.45);
        both(page, &mut y, |w| &w.fold);
        page.gray(0.0);
    }
}

fn heading(page: &mut Page, y: &mut f32, label: Label) {
    let end = page.text((LEFT, *y), (13.0, Weight::Bold), label(&CHINESE.slip));
    page.text((end + 8.0, *y), (10.0, Weight::Plain), label(&ENGLISH.slip));
    *y -= 24.0;
}

/// A sentence in both languages, one below the other.
fn both(page: &mut Page, y: &mut f32, label: Label) {
    for (text, size) in [(label(&CHINESE.slip), 10.5), (label(&ENGLISH.slip), 9.0)] {
        for line in lines(text, Weight::Plain, (size, WIDTH - 2.0 * LEFT)) {
            page.text((LEFT, *y), (size, Weight::Plain), &line);
            *y -= size + 4.0;
        }
    }
    *y -= 3.0;
}

/// Fills a panel with random digits of the code's shape and size, and smaller ones
/// across them.
fn pattern(page: &mut Page, from: f32, rng: &mut impl Rng) {
    // How many digits of each size a line of the panel has.
    for (size, step, count) in [(CODE_SIZE, 21.0, 30), (17.0, 13.0, 52)] {
        let mut y = from + 12.0;
        while y + size < from + PANEL {
            let across = 18.0 + rng.gen_range(0.0..12.0);
            let digits: String = (0..count)
                .map(|_| char::from(b'0' + rng.gen_range(0..10u8)))
                .collect();
            page.text((across, y), (size, Weight::Code), &digits);
            y += step;
        }
    }
}
