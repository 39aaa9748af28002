//! The cells of a row, each read by the checked type that it is; what is wrong with any is
//! noted, and none of it is ever repeated.

use std::borrow::Cow;

use tillkey_wire::ids::InvalidId;

use super::encoding::Encoding;
use super::header::Header;
use super::rows::Row;
use super::sheet::Sheet;
use super::wrong::{Rule, Wrong};
use crate::limits::IMPORT_FIELD_BYTES_MAX;

/// The cells of a row.
pub(super) struct Cells<'a> {
    header: &'a Header,
    encoding: Encoding,
    row: &'a Row<'a>,
    wrong: Vec<Wrong>,
}

impl<'a> Cells<'a> {
    /// The cells of a row under the first line of its file.
    pub(super) fn new(sheet: &'a Sheet, row: &'a Row<'a>) -> Self {
        Self::under(sheet.header(), sheet.encoding(), row)
    }

    pub(super) fn under(header: &'a Header, encoding: Encoding, row: &'a Row<'a>) -> Self {
        let mut cells = Self {
            header,
            encoding,
            row,
            wrong: Vec::new(),
        };
        if row.len() != header.len() {
            let (has, first) = (row.len(), header.len());
            let rule = format!("as many cells as the first line has: {first}, not {has}");
            cells.wrong.push((None, rule.into()));
        }
        cells
    }

    /// The line of the row.
    pub(super) const fn line(&self) -> u64 {
        self.row.line
    }

    /// Whether nothing was found wrong yet.
    pub(super) const fn are_right(&self) -> bool {
        self.wrong.is_empty()
    }

    /// A value that has to be there. None where it is wrong, which is noted.
    pub(super) fn needed<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&str) -> Result<T, InvalidId>,
    ) -> Option<T> {
        let text = self.text(name)?;
        if text.is_empty() {
            return self.refuse(name, "not empty");
        }
        self.read(name, &text, read)
    }

    /// A value that may be left out. None also where it is wrong, which is noted.
    pub(super) fn given<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&str) -> Result<T, InvalidId>,
    ) -> Option<T> {
        let text = self.text(name)?;
        if text.is_empty() {
            return None;
        }
        self.read(name, &text, read)
    }

    fn read<T>(
        &mut self,
        name: &'static str,
        text: &str,
        read: impl FnOnce(&str) -> Result<T, InvalidId>,
    ) -> Option<T> {
        match read(text) {
            Ok(value) => Some(value),
            Err(invalid) => self.refuse(name, invalid.rule),
        }
    }

    /// Notes what a cell would have to be.
    pub(super) fn refuse<T>(&mut self, name: &'static str, rule: impl Into<Rule>) -> Option<T> {
        let written = self.header.find(name).map_or(name, |(_, written)| written);
        self.wrong.push((Some(written.to_owned()), rule.into()));
        None
    }

    /// A cell without the spaces and tabs around it, by which table programs are kept
    /// from making a number of it.
    fn text(&mut self, name: &'static str) -> Option<Cow<'a, str>> {
        let (at, _) = self.header.find(name)?;
        let bytes = self.row.cell(at)?;
        if bytes.len() > IMPORT_FIELD_BYTES_MAX {
            return self.refuse(name, "at most 1024 bytes");
        }
        let Some(text) = self.encoding.decode(bytes) else {
            let rule = match self.encoding {
                Encoding::Utf8 => "characters of UTF-8",
                Encoding::Gb18030 => "characters of UTF-8 or GB 18030",
            };
            return self.refuse(name, rule);
        };
        let ends = [' ', '\t'];
        Some(match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim_matches(ends)),
            Cow::Owned(text) => Cow::Owned(text.trim_matches(ends).to_owned()),
        })
    }

    /// What was found wrong.
    pub(super) fn into_wrong(self) -> Vec<Wrong> {
        self.wrong
    }
}
