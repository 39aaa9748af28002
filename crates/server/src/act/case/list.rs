//! Cases in lists: who, where and since when, never what was proven.

use jiff::Timestamp;
use serde::Serialize;
use tillkey_rules::case::{Case, State};
use tillkey_rules::party::{Role, Subject};
use tillkey_rules::vocabulary::{Channel, Reason};
use tillkey_store::case::{self as cases, Cursor, Filter, Stored};
use tillkey_wire::ids::CaseId;

use crate::act::{Failure, Page, SignedIn, cursor};
use crate::limits::CASES_PAGE;
use crate::shell::Shell;

/// Which cases to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CaseFilter {
    /// Only those that stand here.
    pub state: Option<State>,
}

/// A case in a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CaseSummary {
    /// Which case.
    pub case: CaseId,
    /// Where it stands.
    pub state: State,
    /// The channel it is in.
    pub channel: Channel,
    /// Why the password is to be replaced.
    pub reason: Reason,
    /// Whose, where they exist.
    pub subject: Option<Subject>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it last moved.
    pub changed_at: Timestamp,
    /// Until when reviewers have time.
    pub review_by: Option<Timestamp>,
    /// When it closes by itself.
    pub deadline: Timestamp,
}

/// Lists the cases of the caller's acquirer, newest first.
///
/// # Errors
/// [`Failure::Invalid`] for a cursor that this list did not give.
pub async fn list(
    shell: &Shell,
    by: &SignedIn,
    filter: CaseFilter,
    cursor: Option<&str>,
) -> Result<Page<CaseSummary>, Failure> {
    by.must_be(&[Role::Agent, Role::Clerk, Role::Reviewer, Role::Auditor])?;
    let after = cursor.map(read_cursor).transpose()?;
    let acquirer = by.acquirer.clone();
    let filter = filter.state.map_or(Filter::All, Filter::State);
    let found = shell
        .store()
        .read(move |tx| cases::list(tx, &acquirer, &filter, (after, CASES_PAGE + 1)))
        .await?;
    Ok(page_of(found))
}

/// One page of cases, of which one more was read than it holds.
pub(in crate::act) fn page_of(mut found: Vec<Stored>) -> Page<CaseSummary> {
    let more = found.len() > usize::try_from(CASES_PAGE).unwrap_or(usize::MAX);
    if more {
        found.pop();
    }
    let last = found.last().filter(|_| more);
    let next_cursor = last.map(|stored| cursor::write(stored.case.opened_at(), stored.case.id()));
    let items = found.iter().map(|stored| summary(&stored.case)).collect();
    Page { items, next_cursor }
}

/// Reads a cursor that a list of cases gave.
///
/// # Errors
/// [`Failure::Invalid`] for any other.
pub(in crate::act) fn read_cursor(text: &str) -> Result<Cursor, Failure> {
    let (opened_at, id) = cursor::read(text)?;
    Ok(Cursor { opened_at, id })
}

/// A case as a list shows it.
pub(in crate::act) fn summary(case: &Case) -> CaseSummary {
    CaseSummary {
        case: case.id(),
        state: case.state(),
        channel: case.channel(),
        reason: case.reason(),
        subject: case.subject().cloned(),
        opened_at: case.opened_at(),
        changed_at: case.changed_at(),
        review_by: case.review_by(),
        deadline: case.deadline(),
    }
}
