//! What is done at the till itself: a challenge to be read out, and the supervisor's
//! cashiers.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use tillkey_terminal::OperatorView;

use super::body::{BOX_FOCUSED, CODE, FAINT, PLAIN, grouped, of_operator, say};
use super::text::{Page, padded};
use crate::terminal::model::{ADD, Challenge, Change, Choosing, Model, REMOVE, RESET, Said, left};
use crate::terminal::words::{Filled, Word};

/// Who to call, what to say, and how long it is worth anything.
pub(super) fn challenge(model: &Model, shown: &Challenge, page: &mut Page) {
    let terminal = model.view.enrolled.as_ref();
    let filled = Filled {
        terminal: terminal
            .map(|enrolled| enrolled.terminal_number.to_string())
            .unwrap_or_default(),
        left: left(shown.until, model.now),
        ..of_operator(shown.operator)
    };
    page.styled(&Word::HintChallenge.say(model.language, &filled), PLAIN);
    page.gap();
    let digits = format!("  {}  ", grouped(shown.challenge.expose(), '-'));
    page.lines.push(Line::from(vec![
        Span::raw("  "),
        Span::styled(digits, CODE),
    ]));
    page.gap();
    page.styled(&Word::HintAnswer.say(model.language, &filled), PLAIN);
}

/// The cashiers, one of them chosen, and what can be done.
pub(super) fn cashiers_page(model: &Model, (at, said): (usize, Option<&Said>), page: &mut Page) {
    let rows = usize::from(page.height.saturating_sub(page.row() + 6)).max(1);
    let count = model.cashiers().count();
    if count == 0 {
        page.gap();
        page.styled(Word::NoCashiers.raw(model.language), PLAIN);
    }
    // The chosen one stays in sight.
    let top = at.saturating_sub(rows.saturating_sub(1));
    for (place, cashier) in model.cashiers().enumerate().skip(top).take(rows) {
        let style = if place == at { BOX_FOCUSED } else { PLAIN };
        page.lines.push(row(model, cashier, style));
    }
    page.gap();
    for (key, word) in [
        (ADD, Word::CashierAdd),
        (RESET, Word::CashierReset),
        (REMOVE, Word::CashierRemove),
    ] {
        page.lines.push(Line::from(vec![
            Span::raw("  "),
            Span::styled(format!(" {key} "), BOX_FOCUSED),
            Span::raw(format!("  {}", word.raw(model.language))),
        ]));
    }
    page.gap();
    say(model, said, page);
}

fn row(model: &Model, cashier: &OperatorView, style: Style) -> Line<'static> {
    let word = if cashier.set_offline {
        Word::StateOffline
    } else if cashier.is_new {
        Word::StateNew
    } else if cashier.password_set {
        Word::StateSet
    } else {
        Word::StateNone
    };
    let session = cashier.session.map(|_| Word::StateSignedOn);
    let session = session.map_or("", |word| word.raw(model.language));
    let text = format!(
        " {}  {}  {} ",
        cashier.number,
        padded(word.raw(model.language), 18),
        padded(session, 10),
    );
    Line::styled(text, style)
}

/// What is asked once more.
pub(super) fn sure_page(model: &Model, change: Change, page: &mut Page) {
    page.gap();
    let (word, operator) = match change {
        Change::Remove(operator) => (Word::SureRemove, operator),
        Change::Reset(operator) => (Word::SureReset, operator),
    };
    page.styled(&word.say(model.language, &of_operator(operator)), PLAIN);
}

/// Who gets the keypad.
pub(super) fn hand_over_page(model: &Model, choosing: &Choosing, page: &mut Page) {
    let filled = Filled {
        left: left(choosing.until, model.now),
        ..of_operator(choosing.operator)
    };
    page.gap();
    page.styled(&Word::HandOver.say(model.language, &filled), PLAIN);
    page.gap();
    page.styled(&Word::HandOverSignsOff.say(model.language, &filled), FAINT);
}
