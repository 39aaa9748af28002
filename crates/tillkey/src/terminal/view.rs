//! What the screen shows, drawn into a buffer: from 40×16 up, with Chinese characters
//! two columns wide.
//!
//! Drawn from the model and nothing else. A password is a row of stars of its length;
//! a reset code is readable while it is typed, because it opens nothing a second time.

mod away;
mod body;
mod footer;
mod payment;
mod status;
mod text;

use jiff::tz::Offset;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::widgets::{Block, BorderType, Padding, Paragraph, Widget};

use super::model::Model;

/// How wide the middle of a wide screen is.
const BODY_WIDTH_MAX: u16 = 64;
/// From this height on there is room for a frame.
const FRAMED_HEIGHT_MIN: u16 = 20;

const BAR: Style = Style::new().fg(Color::White).bg(Color::Blue);
const TITLE: Style = Style::new().add_modifier(Modifier::BOLD);

/// Draws the till; gives where the cursor stands, if anything is typed.
pub(crate) fn draw(
    model: &Model,
    offset: Offset,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let keys = footer::lines(model, area.width);
    let keys_height = u16::try_from(keys.len()).unwrap_or(1);
    let [status, banner, body, footer] = Layout::vertical([
        Constraint::Length(2),
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(keys_height),
    ])
    .areas(area);
    status::draw(model, offset, status, buffer);
    status::draw_banner(model, banner, buffer);
    Paragraph::new(keys).render(footer, buffer);
    draw_body((model, offset), body, buffer)
}

fn draw_body(
    (model, offset): (&Model, Offset),
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let framed = area.height + 5 >= FRAMED_HEIGHT_MIN;
    let width = area.width.min(BODY_WIDTH_MAX);
    let left = area.x + (area.width - width) / 2;
    let middle = Rect {
        x: left,
        width,
        ..area
    };
    let inner = if framed {
        let block = Block::bordered()
            .border_type(BorderType::Rounded)
            .title(format!(" {} ", body::title(model)))
            .title_style(TITLE)
            .padding(Padding::new(2, 2, 1, 0));
        let inner = block.inner(middle);
        block.render(middle, buffer);
        inner
    } else {
        Rect {
            x: middle.x + 1,
            width: width.saturating_sub(2),
            ..middle
        }
    };
    let mut page = text::Page::new((inner.width, inner.height), framed);
    if !framed {
        page.styled(&body::title(model), TITLE);
    }
    body::write((model, offset), &mut page);
    let cursor = page.cursor.map(|at| Position {
        x: inner.x + at.x,
        y: inner.y + at.y,
    });
    Paragraph::new(page.lines).render(inner, buffer);
    cursor.filter(|at| inner.contains(*at))
}
