//! How a case stands as a clerk sees it, and what was not taken.

use tillkey_rules::case::State;
use tillkey_rules::event::Destination;
use tillkey_rules::refusal::Refusal;
use tillkey_rules::scan::Side;
use tillkey_rules::vocabulary::{Channel, EvidenceKind};

use crate::act::case::counter::CounterView;
use crate::picture::PictureFault;
use crate::web::offline;

/// What a page of a case shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It is in another channel and can be taken over.
    Elsewhere,
    /// Originals are inspected.
    Inspecting,
    /// Reviewers have it.
    Reviewing,
    /// It is approved, and the terminal is not ready yet.
    Preparing,
    /// It is approved, and a slip can be printed.
    SlipReady,
    /// A code ended unused.
    CodeOver,
    /// A code is with the registered phone.
    Sent,
    /// A code is on a slip.
    Printed,
    /// The answer to a challenge was given; the terminal has not told yet what became of
    /// it.
    Answered,
    /// A new password is being chosen.
    Choosing,
    /// The new password is in force.
    Effective,
    /// It has ended otherwise.
    Closed,
}

impl Stage {
    /// The stage of a case.
    pub fn of(view: &CounterView) -> Self {
        let case = &view.case;
        let by_slip = case.delivery == Destination::SealedSlip;
        match case.state {
            State::Gathering if case.channel != Channel::Counter => Self::Elsewhere,
            State::Gathering => Self::Inspecting,
            State::InReview => Self::Reviewing,
            // Once a code was issued, what ended is the code.
            State::Approved if view.has_issued => Self::CodeOver,
            State::Approved if by_slip && view.is_prepared => Self::SlipReady,
            State::Approved => Self::Preparing,
            State::Issued if case.code_to == Some(Destination::SealedSlip) => Self::Printed,
            State::Issued if offline::is_answered(case) => Self::Answered,
            State::Issued => Self::Sent,
            State::Redeemed => Self::Choosing,
            State::Effective => Self::Effective,
            State::Refused
            | State::Cancelled
            | State::Expired
            | State::Superseded
            | State::Void => Self::Closed,
        }
    }

    /// Its name in the template.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Elsewhere => "elsewhere",
            Self::Inspecting => "inspecting",
            Self::Reviewing => "reviewing",
            Self::Preparing => "preparing",
            Self::SlipReady => "slip_ready",
            Self::CodeOver => "code_over",
            Self::Sent => "sent",
            Self::Printed => "printed",
            Self::Answered => "answered",
            Self::Choosing => "choosing",
            Self::Effective => "effective",
            Self::Closed => "closed",
        }
    }

    pub(super) const fn is_open(self) -> bool {
        !matches!(self, Self::Effective | Self::Closed)
    }

    /// Whether there is nothing to type, so that the page may move by itself.
    pub(super) const fn is_waiting(self) -> bool {
        !matches!(self, Self::Elsewhere | Self::Inspecting)
    }
}

/// What was not taken, and where on the page that belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mistake {
    /// A document.
    Document(EvidenceKind, Wrong),
    /// The SMS code.
    Code(Wrong),
    /// A scan.
    Scan(EvidenceKind, Side, ScanWrong),
    /// A step.
    Step(Refusal),
}

/// What was wrong with what was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// Not every point was confirmed.
    Checks,
    /// Until when it is valid was not said.
    Validity,
    /// It has not the shape of one.
    Shape,
    /// It was not taken.
    Refused(Refusal),
}

/// What was wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScanWrong {
    /// It is no picture that we take.
    Picture(PictureFault),
    /// It was not taken.
    Refused(Refusal),
}

/// What may be shown again of what was typed for a document; never its number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed {
    /// Which points were confirmed.
    pub genuine: bool,
    /// That the photo is the person's.
    pub person: bool,
    /// Until when it is valid.
    pub valid_until: String,
    /// That it does not expire.
    pub long_term: bool,
}
