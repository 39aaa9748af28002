//! What a rule remembers of one subject. Bounded, whatever happens: the marks of a window
//! and never more than [`MARKS_MAX`], and habits of a fixed size.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::hours::Hours;
use super::limits::MARKS_MAX;
use super::working_day::Days;

/// What is kept of one event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Its place in the ledger.
    pub position: u64,
    /// When it happened.
    pub at: Timestamp,
    /// The day, where the merchants are.
    pub day: Date,
    /// The hour of that day.
    pub hour: i8,
    /// Tells several of one subject apart: which case, which merchant; or what it was.
    pub what: String,
}

/// What a rule remembers of one subject.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Memory {
    /// What happened within the rule's window, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    marks: Vec<Mark>,
    /// Until when the rule does not speak of this subject again.
    #[serde(skip_serializing_if = "Option::is_none")]
    quiet_until: Option<Timestamp>,
    /// A merchant's usual hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) hours: Option<Hours>,
    /// A member of staff's usual days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) days: Option<Days>,
}

impl Memory {
    /// Keeps a mark, and drops those that are older than the window.
    pub(super) fn keep(&mut self, mark: &Mark, window: SignedDuration) {
        let since = mark.at.checked_sub(window).unwrap_or(Timestamp::MIN);
        self.marks.retain(|kept| kept.at > since);
        if self.marks.len() >= MARKS_MAX {
            self.marks.remove(0);
        }
        self.marks.push(mark.clone());
    }

    /// Keeps a mark in the place of all others.
    pub(super) fn begin(&mut self, mark: &Mark) {
        self.marks = vec![mark.clone()];
    }

    /// The marks, oldest first.
    pub(super) fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// Forgets every mark.
    pub(super) fn clear(&mut self) {
        self.marks.clear();
    }

    pub(super) fn is_quiet(&self, now: Timestamp) -> bool {
        self.quiet_until.is_some_and(|until| now < until)
    }

    pub(super) fn hush(&mut self, now: Timestamp, quiet: SignedDuration) {
        self.quiet_until = Some(now.checked_add(quiet).unwrap_or(Timestamp::MAX));
    }

    /// Where the marks stand in the ledger.
    pub(super) fn positions(&self) -> Vec<u64> {
        self.marks.iter().map(|mark| mark.position).collect()
    }
}
