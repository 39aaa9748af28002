//! The keys that do something now.

use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::text::columns;
use crate::terminal::model::{Model, Screen};
use crate::terminal::words::Word;

const KEY: Style = Style::new().add_modifier(Modifier::REVERSED);

/// As many lines as the width makes necessary.
pub(super) fn lines(model: &Model, width: u16) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let mut line: Vec<Span<'static>> = Vec::new();
    let mut used = 0;
    for (key, word) in keys(model) {
        let key = format!(" {key} ");
        let word = format!(" {}  ", word.raw(model.language));
        let needed = columns(&key) + columns(word.trim_end());
        if used + needed > width && !line.is_empty() {
            lines.push(Line::from(std::mem::take(&mut line)));
            used = 0;
        }
        used += columns(&key) + columns(&word);
        line.push(Span::styled(key, KEY));
        line.push(Span::raw(word));
    }
    lines.push(Line::from(line));
    lines
}

fn keys(model: &Model) -> Vec<(&'static str, Word)> {
    let mut keys = match &model.screen {
        Screen::Ask(_) => vec![
            ("Enter", Word::KeyConfirm),
            ("<-", Word::KeyCorrect),
            ("Esc", Word::KeyCancel),
        ],
        Screen::Number(_) => vec![("Enter", Word::KeyConfirm)],
        Screen::Offer(_) => vec![("Enter", Word::KeyConfirm), ("Esc", Word::KeyCancel)],
        Screen::Wait(_) => vec![("Esc", Word::KeyCancel)],
        Screen::Done { .. } => vec![("Enter", Word::KeyConfirm)],
        Screen::Menu => Vec::new(),
        Screen::Dip { .. } => vec![("Esc", Word::KeyCancel)],
        Screen::Settle => vec![("Enter", Word::KeyConfirm), ("Esc", Word::KeyCancel)],
        Screen::Receipt(_) => vec![("Enter", Word::KeyConfirm)],
        Screen::Journal { .. } => vec![("Up/Dn", Word::KeyScroll), ("Esc", Word::KeyCancel)],
        Screen::Cashiers { .. } => vec![("Up/Dn", Word::KeyChoose), ("Esc", Word::KeyCancel)],
        Screen::Sure(_) | Screen::HandOver(_) => {
            vec![("Enter", Word::KeyConfirm), ("Esc", Word::KeyCancel)]
        }
    };
    if model.offers_code() {
        let word = if model.view.online {
            Word::KeyCode
        } else {
            Word::KeyForgotten
        };
        keys.push(("F1", word));
    }
    keys.push(("F2", Word::KeyLanguage));
    if model.offers_code() {
        keys.push(("F3", Word::KeyNumber));
    }
    keys.push(("F10", Word::KeyLeave));
    keys
}
