//! When a case has to be looked at again, and what has lapsed by then.
//!
//! Deadlines are instants, compared with a clock that never goes back: see
//! [`latest`]. A host clock set back prolongs nothing.

use jiff::Timestamp;

use super::{Case, State};
use crate::event::{CaseEvent, CodeEnd};

/// The time to judge a case by: never before its own last event.
pub(super) fn latest(case: &Case, now: Timestamp) -> Timestamp {
    now.max(case.changed_at())
}

/// The next instant at which something of this case lapses.
pub fn next(case: &Case) -> Option<Timestamp> {
    if !case.state().is_open() {
        return None;
    }
    let code = case
        .code()
        .map(|code| code.chosen_by.unwrap_or(code.expires_at));
    let review = case.review_by().filter(|_| case.state() == State::InReview);
    [Some(case.deadline()), code, review]
        .into_iter()
        .flatten()
        .min()
}

/// What has lapsed by `now`: the case, its review, or its code.
pub(super) fn lapsed(case: &Case, now: Timestamp) -> Option<CaseEvent> {
    if !case.state().is_open() {
        return None;
    }
    let review_over =
        case.state() == State::InReview && case.review_by().is_some_and(|by| by <= now);
    if case.deadline() <= now || review_over {
        return Some(CaseEvent::Expired);
    }
    let code = case.code()?;
    let (until, why) = match code.chosen_by {
        Some(until) => (until, CodeEnd::ChoiceLapsed),
        None => (code.expires_at, CodeEnd::Expired),
    };
    (until <= now).then_some(CaseEvent::CodeEnded { code: code.id, why })
}
