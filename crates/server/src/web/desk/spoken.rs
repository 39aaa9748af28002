//! A sentence to read out, in the two languages that callers speak. The one that the
//! agent reads comes first.

use super::super::Language;
use super::DeskWords;

/// A sentence to read out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spoken {
    pub(super) lines: [Line; 2],
}

/// It, in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) tag: &'static str,
    pub(super) text: String,
}

impl Spoken {
    /// What `say` picks from the words of each language.
    pub(super) fn new(reader: Language, say: impl Fn(&'static DeskWords) -> String) -> Self {
        let other = match reader {
            Language::Chinese => Language::English,
            Language::English => Language::Chinese,
        };
        let line = |language: Language| Line {
            tag: language.tag(),
            text: say(DeskWords::of(language)),
        };
        Self {
            lines: [line(reader), line(other)],
        }
    }
}
