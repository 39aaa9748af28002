//! The form that a person signs at a counter: what is asked for, what was inspected,
//! and that they may ask for it. It holds no document number and no code.

use tillkey_rules::vocabulary::Reason;
use tillkey_wire::ids::{
    AcquirerId, CaseId, MerchantNumber, OperatorNumber, StaffId, TerminalNumber,
};

use super::letters::{Weight, lines};
use super::sheet::{Page, WIDTH, file};
use super::words::{CHINESE, ENGLISH, FormWords};

/// What stands on a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// Which case.
    pub case: CaseId,
    /// When it is printed, as a clock on the wall says it.
    pub printed: String,
    /// Whose merchant.
    pub acquirer: AcquirerId,
    /// Who prints it.
    pub clerk: Option<StaffId>,
    /// The merchant.
    pub merchant: MerchantNumber,
    /// Its name, masked.
    pub name_masked: String,
    /// The terminal.
    pub terminal: TerminalNumber,
    /// The operator.
    pub operator: OperatorNumber,
    /// Why.
    pub reason: Reason,
    /// What was inspected and matched.
    pub inspected: Inspected,
    /// Which scans are on file.
    pub scans: Scans,
    /// Whether the code is handed over on a sealed slip.
    pub by_slip: bool,
}

/// What was inspected and matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Inspected {
    /// The identity document.
    pub identity: bool,
    /// The business licence.
    pub licence: bool,
    /// The code sent to the registered phone.
    pub sms: bool,
}

/// Which scans are on file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scans {
    /// The identity document's front.
    pub front: bool,
    /// Its back.
    pub back: bool,
    /// The business licence.
    pub licence: bool,
}

const LEFT: f32 = 56.0;
const RIGHT: f32 = WIDTH - LEFT;
const BODY: (f32, Weight) = (10.0, Weight::Plain);
const SMALL: f32 = 8.0;

/// A label in both languages.
type Label = fn(&FormWords) -> &String;

impl Form {
    /// The form as a PDF file.
    pub fn pdf(&self) -> Vec<u8> {
        let (zh, en) = (&CHINESE.form, &ENGLISH.form);
        let mut page = Page::new();
        page.text_amid(782.0, (18.0, Weight::Bold), &zh.title);
        page.text_amid(765.0, (11.0, Weight::Plain), &en.title);
        let mut pen = Pen { page, y: 738.0 };
        pen.pair(
            (|w| &w.case, &self.case.to_string()),
            (|w| &w.printed, &self.printed),
        );
        let clerk = self.clerk.as_ref().map_or("", StaffId::as_str);
        pen.pair(
            (|w| &w.acquirer, self.acquirer.as_str()),
            (|w| &w.clerk, clerk),
        );
        pen.pair((|w| &w.branch, ""), (|w| &w.date, ""));
        self.subject(&mut pen);
        self.inspected(&mut pen);
        self.delivery(&mut pen);
        self.signatures(&mut pen);
        pen.page.text_amid(
            40.0,
            (SMALL, Weight::Plain),
            &format!("{} {}", zh.footer, en.footer),
        );
        file(&zh.title, vec![pen.page])
    }

    fn subject(&self, pen: &mut Pen) {
        pen.heading(|w| &w.subject);
        pen.pair(
            (|w| &w.merchant, self.merchant.as_str()),
            (|w| &w.name, &self.name_masked),
        );
        let rank = self.operator.rank();
        let operator = format!(
            "{}  {} {}",
            self.operator,
            CHINESE.rank.of(rank),
            ENGLISH.rank.of(rank)
        );
        pen.pair(
            (|w| &w.terminal, self.terminal.as_str()),
            (|w| &w.operator, &operator),
        );
        let reason = format!(
            "{} {}",
            CHINESE.reason.of(self.reason),
            ENGLISH.reason.of(self.reason)
        );
        pen.field(LEFT, |w| &w.reason, &reason);
        pen.down(22.0);
    }

    fn inspected(&self, pen: &mut Pen) {
        let Inspected {
            identity,
            licence,
            sms,
        } = self.inspected;
        pen.heading(|w| &w.inspected);
        pen.ticks(&[(|w| &w.identity, identity)]);
        pen.ticks(&[(|w| &w.licence, licence)]);
        pen.ticks(&[(|w| &w.sms, sms)]);
        let Scans {
            front,
            back,
            licence,
        } = self.scans;
        pen.label(LEFT, |w| &w.scans);
        pen.down(16.0);
        let scans: [(Label, bool); 3] = [
            (|w| &w.front, front),
            (|w| &w.back, back),
            (|w| &w.sheet, licence),
        ];
        pen.ticks(&scans);
    }

    fn delivery(&self, pen: &mut Pen) {
        pen.heading(|w| &w.delivery);
        pen.ticks(&[(|w| &w.contact, !self.by_slip)]);
        pen.ticks(&[(|w| &w.slip, self.by_slip)]);
        // Who of them stands there the server knows and the clerk is not told: the
        // person says so by hand.
        pen.heading(|w| &w.person);
        pen.ticks(&[(|w| &w.holder, false), (|w| &w.proxy, false)]);
    }

    fn signatures(&self, pen: &mut Pen) {
        pen.heading(|w| &w.declaration);
        for text in [&CHINESE.form.declares, &ENGLISH.form.declares] {
            for line in lines(text, Weight::Plain, (9.5, RIGHT - LEFT)) {
                pen.page.text((LEFT, pen.y), (9.5, Weight::Plain), &line);
                pen.down(14.0);
            }
        }
        pen.down(26.0);
        let signed: [Label; 2] = [|w| &w.signature, |w| &w.clerk_signature];
        for label in signed {
            pen.rule(LEFT, label, 170.0);
            pen.rule(LEFT + 340.0, |w| &w.date, 90.0);
            pen.down(40.0);
        }
        let seal = format!("{} {}", CHINESE.form.seal, ENGLISH.form.seal);
        pen.page
            .text_to((RIGHT, pen.y + 6.0), (SMALL, Weight::Plain), &seal);
    }
}

/// Writes down the page.
struct Pen {
    page: Page,
    y: f32,
}

impl Pen {
    fn down(&mut self, points: f32) {
        self.y -= points;
    }

    fn heading(&mut self, label: Label) {
        self.down(8.0);
        self.page.shade(
            (LEFT - 6.0, self.y - 5.0),
            (RIGHT - LEFT + 12.0, 18.0),
            0.92,
        );
        let end = self
            .page
            .text((LEFT, self.y), (11.0, Weight::Bold), label(&CHINESE.form));
        self.page.text(
            (end + 8.0, self.y),
            (9.5, Weight::Plain),
            label(&ENGLISH.form),
        );
        self.down(24.0);
    }

    /// A label in both languages; the second is small.
    fn label(&mut self, x: f32, label: Label) -> f32 {
        let end = self.page.text((x, self.y), BODY, label(&CHINESE.form));
        let small = (SMALL, Weight::Plain);
        self.page
            .text((end + 4.0, self.y), small, label(&ENGLISH.form))
    }

    /// A label, and its value on a line to write on.
    fn field(&mut self, x: f32, label: Label, value: &str) {
        let from = self.label(x, label) + 8.0;
        let to = if x > LEFT { RIGHT } else { LEFT + 228.0 };
        self.page
            .line((from, self.y - 3.0), (to, self.y - 3.0), 0.4);
        // A value that is longer than its line is set smaller, and then cut.
        let room = to - from - 4.0;
        let size = [10.0, 9.0, 8.0, 7.0]
            .into_iter()
            .find(|size| super::letters::width(value, Weight::Plain, *size) <= room)
            .unwrap_or(7.0);
        let first = lines(value, Weight::Plain, (size, room)).into_iter().next();
        let first = first.unwrap_or_default();
        self.page
            .text((from + 2.0, self.y), (size, Weight::Plain), &first);
    }

    fn pair(&mut self, left: (Label, &str), right: (Label, &str)) {
        self.field(LEFT, left.0, left.1);
        self.field(LEFT + 244.0, right.0, right.1);
        self.down(22.0);
    }

    /// Boxes with what they stand for, side by side.
    fn ticks(&mut self, boxes: &[(Label, bool)]) {
        let mut x = LEFT;
        for (label, holds) in boxes {
            self.page.tick((x, self.y), *holds);
            x = self.label(x + 14.0, *label) + 14.0;
        }
        self.down(17.0);
    }

    /// A line to sign on.
    fn rule(&mut self, x: f32, label: Label, length: f32) {
        let from = self.label(x, label) + 6.0;
        let to = (from + length).min(RIGHT);
        self.page
            .line((from, self.y - 3.0), (to, self.y - 3.0), 0.6);
    }
}
