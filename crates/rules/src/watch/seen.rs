//! An event as the watch sees it: the entry, its place, and what is known of its subject.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use tillkey_wire::ids::{
    ApplicationId, CaseId, MerchantNumber, OperatorNumber, StaffId, TerminalId,
};

use super::{About, Concern, Mark, Rule};
use crate::event::{CaseEvent, Entry, Event};
use crate::onboarding::application::ApplicationEvent;
use crate::party::{Actor, Role};

/// What has to be looked up before an event can be watched: most need nothing, so that
/// reading along stays cheap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clues {
    /// Nothing.
    None,
    /// Whose case it is.
    Case(CaseId),
    /// Whose terminal it is.
    Terminal(TerminalId),
    /// Whether an application's pictures were seen in another one.
    Pictures(ApplicationId),
}

impl Clues {
    /// What this entry needs.
    pub const fn of(entry: &Entry) -> Self {
        match (&entry.event, entry.case) {
            (
                Event::Case(
                    CaseEvent::Matched { .. }
                    | CaseEvent::NotMatched { .. }
                    | CaseEvent::CodeMistyped { .. }
                    | CaseEvent::Scanned(_),
                ),
                Some(case),
            ) => Self::Case(case),
            (Event::SignedOn { terminal, .. } | Event::SignOnHeld { terminal, .. }, _) => {
                Self::Terminal(*terminal)
            }
            (
                Event::Application {
                    application,
                    step: ApplicationEvent::PaperTaken { .. },
                },
                _,
            ) => Self::Pictures(*application),
            _ => Self::None,
        }
    }
}

/// What is known of an event's subject at the time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// Whose it is.
    pub merchant: Option<MerchantNumber>,
    /// Which account it is about.
    pub operator: Option<(TerminalId, OperatorNumber)>,
    /// Whether a picture of this application was seen in another one.
    pub pictures_elsewhere: bool,
}

/// An event as the watch sees it.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// Its place in the ledger.
    pub position: u64,
    /// What happened.
    pub entry: &'a Entry,
    /// What is known of its subject.
    pub known: &'a Known,
    /// How far the merchants' clocks are from UTC.
    pub offset: Offset,
}

impl Seen<'_> {
    /// A concern of a rule with this event. `what` tells several of one subject apart.
    pub(super) fn concern(&self, rule: Rule, about: About, what: impl Into<String>) -> Concern {
        let mark = Mark {
            position: self.position,
            at: self.entry.at,
            day: self.day(self.entry.at),
            hour: self.offset.to_datetime(self.entry.at).hour(),
            what: what.into(),
        };
        Concern { rule, about, mark }
    }

    /// The account of staff that did it, where it has one of these roles.
    pub(super) fn staff(&self, roles: &[Role]) -> Option<StaffId> {
        match &self.entry.by {
            Actor::Staff { staff, role, .. } if roles.contains(role) => Some(staff.clone()),
            _ => None,
        }
    }

    fn day(&self, at: Timestamp) -> Date {
        self.offset.to_datetime(at).date()
    }
}
