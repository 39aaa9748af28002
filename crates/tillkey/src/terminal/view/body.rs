//! The middle of the screen.

use jiff::tz::Offset;
use ratatui::layout::Position;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use tillkey_terminal::wire::ids::OperatorNumber;
use tillkey_terminal::wire::password::Rule;

use super::away;
use super::payment;
use super::text::{Page, columns, padded};
use crate::terminal::entry::{Field, Form, Name};
use crate::terminal::model::{
    Ask, Choosing, Item, Model, Number, Purpose, Said, Screen, Tone, Wait, left,
};
use crate::terminal::words::{Filled, Word};

pub(super) const PLAIN: Style = Style::new();
pub(super) const FAINT: Style = Style::new().fg(Color::DarkGray);
const BOX: Style = Style::new().add_modifier(Modifier::UNDERLINED);
pub(super) const BOX_FOCUSED: Style = Style::new().fg(Color::Black).bg(Color::LightCyan);
pub(super) const GOOD: Style = Style::new().fg(Color::Green).add_modifier(Modifier::BOLD);
pub(super) const BAD: Style = Style::new().fg(Color::Red).add_modifier(Modifier::BOLD);
const NOTED: Style = Style::new().fg(Color::Cyan);
pub(super) const CODE: Style = Style::new().fg(Color::Black).bg(Color::LightYellow);

/// The rules that a person can break on a keypad: digits are all there is.
const RULES: [Rule; 7] = [
    Rule::Length,
    Rule::Sequence,
    Rule::Repeat,
    Rule::PublishedDefault,
    Rule::SerialNumber,
    Rule::TerminalNumber,
    Rule::LastFour,
];

/// What stands over it.
pub(super) fn title(model: &Model) -> String {
    let word = match &model.screen {
        Screen::Ask(ask) => match &ask.purpose {
            Purpose::Enrol => Word::TitleEnrol,
            Purpose::SignOn => Word::TitleSignOn,
            Purpose::CodeSent | Purpose::CodeShown { .. } => Word::TitleCode,
            Purpose::Choose(_) => Word::TitleChoose,
            Purpose::Forgotten | Purpose::Answer(_) => Word::TitleForgotten,
            Purpose::AddCashier => Word::TitleAddCashier,
            Purpose::Sale => Word::TitleSale,
            Purpose::Refund => Word::TitleRefund,
            Purpose::Void => Word::TitleVoid,
            Purpose::Confirm(_) => Word::TitleConfirm,
        },
        Screen::Menu => Word::TitleMenu,
        Screen::Number(_) => Word::TitleNumber,
        Screen::Wait(_) => Word::TitleWait,
        Screen::Dip { .. } => Word::TitleDip,
        Screen::Settle => Word::TitleSettle,
        Screen::Receipt(_) => Word::TitleReceipt,
        Screen::Journal { .. } => Word::TitleJournal,
        Screen::Cashiers { .. } => Word::TitleCashiers,
        Screen::Sure(_) => Word::TitleSure,
        Screen::HandOver(_) => Word::TitleHandOver,
        Screen::Offer(_) | Screen::Done { .. } => Word::TitleDone,
    };
    word.raw(model.language).to_owned()
}

/// Writes the page.
pub(super) fn write((model, offset): (&Model, Offset), page: &mut Page) {
    match &model.screen {
        Screen::Ask(ask) => ask_page(model, ask, page),
        Screen::Menu => menu_page(model, page),
        Screen::Offer(operator) => {
            page.gap();
            let filled = of_operator(*operator);
            let offer = if model.view.online {
                Word::OfferFirst
            } else {
                Word::OfferFirstOffline
            };
            page.styled(&offer.say(model.language, &filled), PLAIN);
        }
        Screen::Number(number) => number_page(model, number, page),
        Screen::Wait(wait) => wait_page(model, wait, page),
        Screen::Dip { dip, said } => payment::dip_page(model, (*dip, said.as_ref()), page),
        Screen::Settle => payment::settle_page(model, page),
        Screen::Receipt(entry) => payment::receipt_page(model, (entry, offset), page),
        Screen::Journal { top } => payment::journal_page(model, *top, page),
        Screen::Cashiers { at, said } => away::cashiers_page(model, (*at, said.as_ref()), page),
        Screen::Sure(change) => away::sure_page(model, *change, page),
        Screen::HandOver(choosing) => away::hand_over_page(model, choosing, page),
        Screen::Done { said, .. } => {
            page.gap();
            say(model, Some(said), page);
        }
    }
}

fn ask_page(model: &Model, ask: &Ask, page: &mut Page) {
    let hint = |word: Word| word.raw(model.language);
    match &ask.purpose {
        Purpose::Enrol => page.styled(hint(Word::HintEnrol), FAINT),
        Purpose::SignOn if model.view.online => page.styled(hint(Word::HintSignOn), FAINT),
        Purpose::SignOn => page.styled(hint(Word::HintSignOnOffline), FAINT),
        Purpose::Forgotten => page.styled(hint(Word::HintForgotten), FAINT),
        Purpose::Answer(shown) => away::challenge(model, shown, page),
        Purpose::AddCashier => page.styled(hint(Word::HintAddCashier), FAINT),
        Purpose::CodeSent => page.styled(hint(Word::HintCode), FAINT),
        Purpose::Sale => page.styled(hint(Word::HintSale), FAINT),
        Purpose::Refund => page.styled(hint(Word::HintRefund), FAINT),
        Purpose::Void => page.styled(hint(Word::HintVoid), FAINT),
        Purpose::Confirm(errand) => page.styled(&payment::errand(model, errand), PLAIN),
        Purpose::CodeShown {
            operator,
            code,
            expires_at,
        } => {
            let filled = Filled {
                left: left(*expires_at, model.now),
                ..of_operator(*operator)
            };
            page.styled(&Word::HintCodeShown.say(model.language, &filled), PLAIN);
            let shown = format!("  {}  ", grouped(code.expose(), ' '));
            page.lines
                .push(Line::from(vec![Span::raw("  "), Span::styled(shown, CODE)]));
            page.styled(&Word::HintCodeLeft.say(model.language, &filled), FAINT);
        }
        Purpose::Choose(choosing) => {
            let filled = Filled {
                left: left(choosing.until, model.now),
                ..of_operator(choosing.operator)
            };
            page.styled(&Word::HintChoose.say(model.language, &filled), FAINT);
        }
    }
    page.gap();
    fields(model, &ask.form, page);
    page.gap();
    say(model, ask.said.as_ref(), page);
    if let Purpose::Choose(choosing) = &ask.purpose {
        if ask.said.is_some() {
            page.gap();
        }
        rules(model, choosing, page);
    }
}

fn fields(model: &Model, form: &Form, page: &mut Page) {
    let label = |field: &Field| Word::of_field(field.name).raw(model.language);
    let label_width = form
        .fields
        .iter()
        .map(|field| columns(label(field)))
        .max()
        .unwrap_or(0);
    for (place, field) in form.fields.iter().enumerate() {
        let focused = place == form.focus;
        let box_width = page.width.saturating_sub(label_width + 2);
        let (shown, cursor) = shown(field, box_width);
        if focused {
            let x = label_width + 2 + cursor;
            page.cursor = Some(Position { x, y: page.row() });
        }
        page.lines.push(Line::from(vec![
            Span::raw(padded(label(field), label_width + 2)),
            Span::styled(shown, if focused { BOX_FOCUSED } else { BOX }),
        ]));
        if place + 1 < form.fields.len() {
            page.gap();
        }
    }
}

/// A field as it is seen, and where its cursor stands.
fn shown(field: &Field, box_width: u16) -> (String, u16) {
    if field.name == Name::Amount {
        // From the right, as the cents come in.
        let text = payment::yuan(field.expose().parse().unwrap_or_default());
        let width = box_width.min(15);
        return (format!("{text:>0$}", usize::from(width)), width);
    }
    let text = if field.name.is_masked() {
        "*".repeat(field.length())
    } else if field.name.is_grouped() {
        grouped(
            field.expose(),
            if field.name == Name::EnrolmentCode {
                '-'
            } else {
                ' '
            },
        )
    } else {
        field.expose().clone()
    };
    let groups = if field.name.is_grouped() {
        field.name.length_max() / 4
    } else {
        1
    };
    let whole = u16::try_from(field.name.length_max() + groups).unwrap_or(u16::MAX);
    let width = whole.min(box_width);
    // The end is what is being typed, so the end is what is seen of a long text.
    let hidden = usize::from(columns(&text).saturating_sub(width.saturating_sub(1)));
    let seen: String = text.chars().skip(hidden).collect();
    let cursor = columns(&seen);
    (padded(&seen, width), cursor)
}

pub(super) fn grouped(text: &str, between: char) -> String {
    let mut grouped = String::with_capacity(text.len() + 3);
    for (place, character) in text.chars().enumerate() {
        if place > 0 && place % 4 == 0 {
            grouped.push(between);
        }
        grouped.push(character);
    }
    grouped
}

fn rules(model: &Model, choosing: &Choosing, page: &mut Page) {
    let digits = choosing
        .rules
        .length_min(choosing.operator.rank())
        .to_string();
    let filled = Filled {
        digits,
        ..Filled::default()
    };
    for rule in RULES {
        // On a small screen what was broken matters more than what was not.
        let leave_out = !page.is_roomy && !choosing.broken.is_empty();
        if leave_out && !choosing.broken.contains(&rule) {
            continue;
        }
        let text = Word::of_rule(rule).say(model.language, &filled);
        let (mark, style) = if choosing.broken.contains(&rule) {
            ("!", BAD)
        } else {
            ("-", FAINT)
        };
        page.styled(&format!("{mark} {text}"), style);
    }
}

fn menu_page(model: &Model, page: &mut Page) {
    page.gap();
    if let Some(operator) = model.signed_on {
        let filled = of_operator(operator);
        page.styled(&Word::MenuSignedOn.say(model.language, &filled), GOOD);
    }
    page.lines.push(Line::default());
    let menu = model.menu();
    // With room for it there is a line between two of them.
    let is_short = usize::from(page.row()) + 2 * menu.len() <= usize::from(page.height);
    for item in menu {
        let word = match item {
            Item::Code if !model.view.online => Word::MenuForgotten,
            item => item.word(),
        };
        page.lines.push(Line::from(vec![
            Span::raw("  "),
            Span::styled(format!(" {} ", item.key()), BOX_FOCUSED),
            Span::raw(format!("  {}", word.raw(model.language))),
        ]));
        if is_short {
            page.gap();
        }
    }
}

fn number_page(model: &Model, number: &Number, page: &mut Page) {
    let say = |word: Word, filled: &Filled| word.say(model.language, filled);
    let filled = Filled {
        left: left(number.until, model.now),
        ..number.operator.map(of_operator).unwrap_or_default()
    };
    page.gap();
    let what_for = match number.operator {
        Some(_) => Word::NumberFor,
        None => Word::NumberForCall,
    };
    page.styled(&say(what_for, &filled), PLAIN);
    page.gap();
    let shown: String = number.number.expose().chars().collect();
    let (begin, end) = shown.split_at_checked(3).unwrap_or((&shown, ""));
    page.lines.push(Line::from(vec![
        Span::raw("  "),
        Span::styled(format!("  {begin} {end}  "), CODE),
    ]));
    page.gap();
    page.styled(&say(Word::NumberWarning, &filled), BAD);
    page.gap();
    page.styled(&say(Word::NumberLeft, &filled), FAINT);
}

fn wait_page(model: &Model, wait: &Wait, page: &mut Page) {
    page.gap();
    let filled = wait.operator.map(of_operator).unwrap_or_default();
    page.styled(&wait.what.word().say(model.language, &filled), PLAIN);
    // An enrolment has no greeting yet: the link says enough of itself at the top.
    if !model.view.online && model.view.enrolled.is_some() && wait.what.needs_link() {
        page.lines.push(Line::default());
        page.styled(Word::WaitForLink.raw(model.language), NOTED);
    }
}

pub(super) fn say(model: &Model, said: Option<&Said>, page: &mut Page) {
    let Some(said) = said else { return };
    let style = match said.tone {
        Tone::Good => GOOD,
        Tone::Plain => NOTED,
        Tone::Bad => BAD,
    };
    page.styled(&said.text(model.language, model.now), style);
}

pub(super) fn of_operator(operator: OperatorNumber) -> Filled {
    Filled {
        operator: operator.to_string(),
        ..Filled::default()
    }
}
