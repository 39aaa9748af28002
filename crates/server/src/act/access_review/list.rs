//! Which merchants have not answered, for staff.

use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tillkey_rules::party::Role;
use tillkey_store::access_review;
use tillkey_wire::ids::MerchantNumber;

use crate::act::{Failure, Page, SignedIn};
use crate::limits::ACCESS_REVIEWS_PAGE;
use crate::shell::Shell;

/// How a review stands that is not completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenState {
    /// Its merchant has time.
    Open,
    /// It has none left.
    Overdue,
}

impl OpenState {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Overdue => "overdue",
        }
    }
}

impl FromStr for OpenState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "open" => Ok(Self::Open),
            "overdue" => Ok(Self::Overdue),
            _ => Err(()),
        }
    }
}

/// A merchant's review that is not completed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenReview {
    /// Whose.
    pub merchant: MerchantNumber,
    /// Counts the merchant's reviews, from 1.
    pub round: u32,
    /// How it stands.
    pub state: OpenState,
    /// When it fell due.
    pub opened_at: Timestamp,
    /// From when on it is overdue.
    pub overdue_at: Timestamp,
    /// When the merchant was reminded.
    pub reminded_at: Option<Timestamp>,
}

/// The reviews that the acquirer's merchants have not completed, in order of merchant
/// numbers: those in one state, or all.
///
/// # Errors
/// [`Failure::NotAllowed`] for anybody but administrators and auditors.
pub async fn list(
    shell: &Shell,
    (state, after): (Option<OpenState>, Option<MerchantNumber>),
    by: &SignedIn,
) -> Result<Page<OpenReview>, Failure> {
    by.must_be(&[Role::Administrator, Role::Auditor])?;
    let (acquirer, now) = (by.acquirer.clone(), shell.now());
    let span = match state {
        Some(OpenState::Overdue) => (Timestamp::UNIX_EPOCH, now),
        Some(OpenState::Open) => (now, Timestamp::MAX),
        None => (Timestamp::UNIX_EPOCH, Timestamp::MAX),
    };
    let read = shell.store().read(move |tx| {
        let page = (after.as_ref(), ACCESS_REVIEWS_PAGE + 1);
        access_review::list(tx, &acquirer, span, page)
    });
    let mut found = read.await?;
    let full = usize::try_from(ACCESS_REVIEWS_PAGE).unwrap_or(usize::MAX);
    let more = found.len() > full;
    found.truncate(full);
    let last = found.last().filter(|_| more);
    let next_cursor = last.map(|last| last.merchant.to_string());
    let items = found.into_iter().map(|stored| OpenReview {
        state: if stored.overdue_at <= now {
            OpenState::Overdue
        } else {
            OpenState::Open
        },
        merchant: stored.merchant,
        round: stored.round,
        opened_at: stored.opened_at,
        overdue_at: stored.overdue_at,
        reminded_at: stored.reminded_at,
    });
    Ok(Page {
        items: items.collect(),
        next_cursor,
    })
}
