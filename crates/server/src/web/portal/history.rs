//! What happened: the merchant's resets, and all that changed around them.

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;

use super::PortalWords;
use super::seat::ManagerSeat;
use crate::act::case::{self, CaseSummary};
use crate::act::portal::{self, ByWhom, HistoryItem};
use crate::act::{Failure, Page};
use crate::web::CaseNames;
use crate::web::frame::{Frame, respond};
use crate::web::words::fill;

/// A page of the merchant's cases.
pub type Resets = Page<CaseSummary>;

/// What happened.
#[derive(Debug, Template)]
#[template(path = "portal/history.html")]
pub struct HistoryPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// The cases, the newest first.
    pub resets: Resets,
    /// The rest, the newest first.
    pub changes: Page<HistoryItem>,
}

impl HistoryPage<'_> {
    fn words(&self) -> &'static PortalWords {
        PortalWords::of(self.frame.language())
    }

    fn at(&self, at: &Timestamp) -> String {
        self.frame.reading.minute(*at)
    }

    fn state(&self, case: &CaseSummary) -> &'static str {
        CaseNames::of(self.frame.language()).state(case.state)
    }

    fn channel(&self, case: &CaseSummary) -> &'static str {
        CaseNames::of(self.frame.language()).channel(case.channel)
    }

    /// The words of an event; none for one that says nothing to a shopkeeper.
    fn what(&self, item: &HistoryItem) -> Option<String> {
        let entries = self.words().changes.entries();
        let found = entries.into_iter().find(|(key, _)| *key == item.what);
        let terminal = item.terminal.as_ref().map_or("", |number| number.as_str());
        let operator = item.operator.map(|number| number.to_string());
        found.map(|(_, text)| {
            let text = fill(text, "terminal", terminal);
            fill(&text, "operator", operator.as_deref().unwrap_or_default())
        })
    }

    fn by(&self, item: &HistoryItem) -> &'static str {
        let words = &self.words().by_whom;
        match item.by {
            ByWhom::You => &words.you,
            ByWhom::Manager => &words.manager,
            ByWhom::Acquirer => &words.acquirer,
            ByWhom::Device => &words.device,
        }
    }
}

/// Where the two lists go on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct After {
    resets: Option<String>,
    changes: Option<u64>,
}

/// Shows both lists.
pub(super) async fn show(seat: ManagerSeat, Query(after): Query<After>) -> Response {
    match read(&seat, &after).await {
        Ok(page) => respond(StatusCode::OK, &page),
        Err(failure) => seat.failed(&failure, "/portal/history"),
    }
}

async fn read<'a>(seat: &'a ManagerSeat, after: &After) -> Result<HistoryPage<'a>, Failure> {
    let shell = seat.site.shell();
    let resets = case::list_of_merchant(shell, &seat.by, after.resets.as_deref()).await?;
    let changes = portal::history(shell, &seat.by, after.changes).await?;
    Ok(HistoryPage {
        frame: seat.frame("/portal/history"),
        resets,
        changes,
    })
}
