//! The two lines at the top, and the banner below them.

use jiff::tz::Offset;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use super::BAR;
use super::text::columns;
use crate::terminal::model::{Link, Model, Tone, left};
use crate::terminal::words::Word;

const LINK_ON: Style = BAR.fg(Color::LightGreen).add_modifier(Modifier::BOLD);
const LINK_OFF: Style = BAR.fg(Color::LightYellow).add_modifier(Modifier::BOLD);

/// Terminal number, link and clock; merchant number and who is signed on.
pub(super) fn draw(model: &Model, offset: Offset, area: Rect, buffer: &mut Buffer) {
    let word = |word: Word| word.raw(model.language);
    let (terminal, merchant) = match &model.view.enrolled {
        Some(enrolled) => (
            format!("{} {}", word(Word::Terminal), enrolled.terminal_number),
            format!("{} {}", word(Word::Merchant), enrolled.merchant),
        ),
        None => (
            word(Word::NotEnrolled).to_owned(),
            format!("SN {}", model.serial_number),
        ),
    };
    let clock = offset
        .to_datetime(model.now)
        .strftime("%H:%M:%S")
        .to_string();
    let operator = match model.signed_on {
        Some(number) => format!("{} {number}", word(Word::Operator)),
        None => word(Word::NobodySignedOn).to_owned(),
    };
    let (link, style) = link(model);
    let width = area.width;
    let first = spread([(terminal, BAR), (link, style), (clock, BAR)], width);
    let second = spread(
        [(merchant, BAR), (String::new(), BAR), (operator, BAR)],
        width,
    );
    Paragraph::new(vec![first, second])
        .style(BAR)
        .render(area, buffer);
}

fn link(model: &Model) -> (String, Style) {
    let word = |word: Word| word.raw(model.language).to_owned();
    if model.view.online {
        return (word(Word::Online), LINK_ON);
    }
    match model.link {
        Link::Off => (String::new(), BAR),
        Link::Connecting => (word(Word::Connecting), LINK_OFF),
        Link::Down { again_at: Some(at) } if at > model.now => (
            format!("{} {}", word(Word::Offline), left(at, model.now)),
            LINK_OFF,
        ),
        Link::Down { .. } => (word(Word::Offline), LINK_OFF),
    }
}

/// Three texts on a line: left, middle, right.
fn spread(texts: [(String, Style); 3], width: u16) -> Line<'static> {
    let [begin, middle, end] = texts;
    let [a, b, c] = [&begin.0, &middle.0, &end.0].map(|text| columns(text));
    let free = width.saturating_sub(a + b + c + 2);
    // In the middle of the line if it fits there, else between its neighbours.
    let wanted = (width / 2).saturating_sub(b / 2 + a + 1);
    let gap = if wanted < free && wanted > 0 {
        wanted
    } else {
        free / 2
    };
    let space = |columns: u16| Span::styled(" ".repeat(usize::from(columns)), BAR);
    Line::from(vec![
        space(1),
        Span::styled(begin.0, begin.1),
        space(gap),
        Span::styled(middle.0, middle.1),
        space(free - gap),
        Span::styled(end.0, end.1),
        space(1),
    ])
}

/// What is announced, or why the terminal is not served.
pub(super) fn draw_banner(model: &Model, area: Rect, buffer: &mut Buffer) {
    let (said, until) = match (&model.banner, &model.unserved) {
        (Some(banner), _) => (&banner.said, banner.code_for.map(|_| banner.until)),
        (None, Some(said)) => (said, None),
        (None, None) => return,
    };
    let colour = match said.tone {
        Tone::Good => Color::LightGreen,
        Tone::Plain => Color::LightYellow,
        Tone::Bad => Color::LightRed,
    };
    let style = Style::new().fg(Color::Black).bg(colour);
    let text = said.text(model.language, model.now);
    let left = until
        .map(|until| left(until, model.now))
        .unwrap_or_default();
    let free = area
        .width
        .saturating_sub(columns(&text) + columns(&left) + 2);
    let line = format!(" {text}{}{left} ", " ".repeat(usize::from(free)));
    Paragraph::new(Line::styled(line, style))
        .style(style)
        .render(area, buffer);
}
