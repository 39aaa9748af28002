//! One case in plain words, from its opening to its end.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use tillkey_rules::party::Role;
use tillkey_wire::ids::CaseId;

use super::super::frame::{Frame, respond};
use super::super::seat::Seat;
use super::super::words::fill;
use super::tell::{Line, Teller};
use super::words::LedgerWords;
use crate::act::{Failure, ledger};

/// The story of a case.
#[derive(Debug, Template)]
#[template(path = "ledger/story.html")]
pub struct StoryPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// Which case.
    pub case: CaseId,
    /// What happened, oldest first.
    pub lines: Vec<Line>,
}

impl StoryPage<'_> {
    fn words(&self) -> &'static LedgerWords {
        LedgerWords::of(self.frame.language())
    }

    fn title(&self) -> String {
        fill(&self.words().story.title, "case", &self.case.to_string())
    }

    fn lead(&self) -> String {
        fill(
            &self.words().story.lead,
            "count",
            &self.lines.len().to_string(),
        )
    }
}

/// Tells a case.
pub(in super::super) async fn show(seat: Seat, Path(case): Path<String>) -> Response {
    if let Err(turned_away) = seat.must_be(&[Role::Auditor]) {
        return turned_away;
    }
    let Ok(case) = case.parse::<CaseId>() else {
        return seat.failed(&Failure::Unknown);
    };
    match ledger::story(seat.site().shell(), case, &seat.signed_in).await {
        Ok(told) => {
            let teller = Teller::new(seat.reading());
            let page = StoryPage {
                frame: seat.frame(format!("/ledger/cases/{case}")),
                case,
                lines: told.iter().map(|placed| teller.line(placed)).collect(),
            };
            respond(StatusCode::OK, &page)
        }
        Err(failure) => seat.failed(&failure),
    }
}
