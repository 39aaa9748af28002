//! Lines of a page: wrapped by columns, not by characters.

use ratatui::layout::Position;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// What may not begin a line.
const CLOSING: &str = "，。；：！？、）》”…,.;:!?)";

/// A page that is written from the top down.
pub(super) struct Page {
    pub(super) width: u16,
    pub(super) height: u16,
    /// Whether there is room for empty lines.
    pub(super) is_roomy: bool,
    pub(super) lines: Vec<Line<'static>>,
    pub(super) cursor: Option<Position>,
}

impl Page {
    pub(super) const fn new((width, height): (u16, u16), is_roomy: bool) -> Self {
        Self {
            width,
            height,
            is_roomy,
            lines: Vec::new(),
            cursor: None,
        }
    }

    /// An empty line, where there is room.
    pub(super) fn gap(&mut self) {
        if self.is_roomy {
            self.lines.push(Line::default());
        }
    }

    /// A paragraph.
    pub(super) fn styled(&mut self, text: &str, style: Style) {
        let lines = wrap(text, self.width);
        self.lines
            .extend(lines.into_iter().map(|line| Line::styled(line, style)));
    }

    /// How far down the next line is.
    pub(super) fn row(&self) -> u16 {
        u16::try_from(self.lines.len()).unwrap_or(u16::MAX)
    }
}

/// How many columns a text takes.
pub(super) fn columns(text: &str) -> u16 {
    u16::try_from(Span::raw(text).width()).unwrap_or(u16::MAX)
}

/// A text, made as wide as that with spaces.
pub(super) fn padded(text: &str, width: u16) -> String {
    let missing = usize::from(width.saturating_sub(columns(text)));
    format!("{text}{}", " ".repeat(missing))
}

/// Breaks a text into lines: between words, or between any two Chinese characters, and
/// never before a closing mark.
pub(super) fn wrap(text: &str, width: u16) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for piece in pieces(text) {
        if !line.is_empty() && columns(&line) + columns(piece.trim_end()) > width {
            lines.push(line.trim_end().to_owned());
            line.clear();
        }
        line.push_str(piece);
    }
    lines.push(line.trim_end().to_owned());
    lines
}

/// What may stand on a line by itself: a word with the space after it, or a wide
/// character, each with the closing marks that follow.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut begun = 0;
    let mut before: Option<char> = None;
    for (place, now) in text.char_indices() {
        let breaks = before.is_some_and(|before| {
            let between = before == ' ' || is_wide(before) || is_wide(now);
            between && now != ' ' && !CLOSING.contains(now)
        });
        if breaks {
            pieces.extend(text.get(begun..place));
            begun = place;
        }
        before = Some(now);
    }
    pieces.extend(text.get(begun..));
    pieces
}

fn is_wide(character: char) -> bool {
    columns(character.encode_utf8(&mut [0; 4])) > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_by_columns_and_never_before_a_closing_mark() {
        let check = |text: &str, width, expect: &[&str]| {
            assert_eq!(wrap(text, width), expect, "{text} at {width}");
        };
        check("", 10, &[""]);
        check("one two three", 8, &["one two", "three"]);
        check("操作员已签到", 8, &["操作员已", "签到"]);
        check("操作员已。签到", 8, &["操作员", "已。签到"]);
        check("操作员 03 有码", 9, &["操作员 03", "有码"]);
        check("a，b", 2, &["a，", "b"]);
    }
}
