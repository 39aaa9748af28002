//! What is wrong with the rows of a file: which line, which column, and what it would
//! have to be. What stands there is never repeated, because it may be somebody's.

use std::borrow::Cow;

use serde::Serialize;

use crate::limits::IMPORT_WRONG_SHOWN_MAX;

/// What a cell would have to be.
pub(super) type Rule = Cow<'static, str>;

/// A column as it is written in the file, none for the whole row, and the rule.
pub(super) type Wrong = (Option<String>, Rule);

/// A cell that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WrongCell {
    /// The line of the file, from 1.
    pub line: u64,
    /// The column as the file names it; none where it is the row as a whole.
    pub column: Option<String>,
    /// What it would have to be.
    pub rule: String,
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WrongRows {
    /// How many rows were read.
    pub rows: u32,
    /// The first cells that are wrong, in the order of the file.
    pub cells: Vec<WrongCell>,
    /// How many more there are.
    pub more: u64,
}

/// What was found so far.
#[derive(Debug, Default)]
pub(super) struct Noted {
    cells: Vec<WrongCell>,
    more: u64,
}

impl Noted {
    /// Notes what is wrong with a row's cells.
    pub(super) fn cells(&mut self, line: u64, wrong: Vec<Wrong>) {
        assert!(!wrong.is_empty(), "a row that is not taken says why");
        for (column, rule) in wrong {
            self.note(WrongCell {
                line,
                column,
                rule: rule.into_owned(),
            });
        }
    }

    /// Notes what is wrong with a row as a whole.
    pub(super) fn row(&mut self, line: u64, rule: &str) {
        self.note(WrongCell {
            line,
            column: None,
            rule: rule.to_owned(),
        });
    }

    fn note(&mut self, cell: WrongCell) {
        if self.cells.len() < IMPORT_WRONG_SHOWN_MAX {
            self.cells.push(cell);
        } else {
            self.more += 1;
        }
    }

    /// All of it, if there is anything.
    pub(super) fn wrong(self, rows: u32) -> Option<WrongRows> {
        let Self { cells, more } = self;
        (!cells.is_empty()).then_some(WrongRows { rows, cells, more })
    }
}
