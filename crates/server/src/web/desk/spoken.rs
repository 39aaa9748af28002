//! A sentence to read out, in the two languages that callers speak. The one that the
//! agent reads comes first.

use tillkey_rules::policy::Bilingual;

use super::super::Language;
use super::super::language::other;
use super::super::words::side;
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
        let line = |language: Language| Line {
            tag: language.tag(),
            text: say(DeskWords::of(language)),
        };
        Self {
            lines: [line(reader), line(other(reader))],
        }
    }

    /// What the rules say in both.
    pub(super) fn of(reader: Language, text: &Bilingual) -> Self {
        let line = |language: Language| Line {
            tag: language.tag(),
            text: side(text, language).to_owned(),
        };
        Self {
            lines: [line(reader), line(other(reader))],
        }
    }
}
