//! Which merchants have not reviewed who has access, for an acquirer's administrators.

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use tillkey_rules::party::Role;

use super::super::frame::{Frame, respond};
use super::super::notice::Notice;
use super::super::seat::Seat;
use super::super::words::fill;
use super::SettingsWords;
use crate::act::Page;
use crate::act::access_review::{self, OpenReview, OpenState};

const PAGE: &str = "/settings/access-reviews";

/// The reviews that are not completed.
#[derive(Debug, Template)]
#[template(path = "settings/access_reviews.html")]
pub struct AccessReviewsPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// In which state; none for all.
    pub state: Option<OpenState>,
    /// After how many days one is overdue.
    pub days: u32,
    /// The reviews.
    pub reviews: Page<OpenReview>,
}

impl AccessReviewsPage<'_> {
    fn words(&self) -> &'static SettingsWords {
        SettingsWords::of(self.frame.language())
    }

    fn lead(&self) -> String {
        let lead = &self.words().access_reviews.lead;
        fill(lead, "days", &self.days.to_string())
    }

    /// The states that can be asked for: address, word, whether it is the one.
    fn states(&self) -> Vec<(String, &'static str, bool)> {
        let words = &self.words().access_reviews;
        let one = |state: OpenState, word: &'static str| {
            let address = format!("{PAGE}?state={}", state.name());
            (address, word, self.state == Some(state))
        };
        vec![
            (PAGE.to_owned(), words.all.as_str(), self.state.is_none()),
            one(OpenState::Open, &words.open),
            one(OpenState::Overdue, &words.overdue),
        ]
    }

    const fn is_overdue(&self, review: &OpenReview) -> bool {
        matches!(review.state, OpenState::Overdue)
    }

    fn at(&self, at: &Timestamp) -> String {
        self.frame.reading.minute(*at)
    }

    fn more(&self, after: &str) -> String {
        let state = self.state.map_or("", OpenState::name);
        format!("{PAGE}?state={state}&after={after}")
    }
}

/// Which reviews are asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Asked {
    state: String,
    after: String,
}

/// Shows them.
pub(in super::super) async fn show(seat: Seat, Query(asked): Query<Asked>) -> Response {
    if let Err(turned_away) = seat.must_be(&[Role::Administrator, Role::Auditor]) {
        return turned_away;
    }
    let state = match asked.state.as_str() {
        "" => Ok(None),
        state => state.parse().map(Some),
    };
    let after = match asked.after.as_str() {
        "" => Ok(None),
        after => after.parse().map(Some),
    };
    let (Ok(state), Ok(after)) = (state, after) else {
        return Notice::Missing.page(seat.site(), seat.language);
    };
    let shell = seat.site().shell();
    match access_review::list(shell, (state, after), &seat.signed_in).await {
        Ok(reviews) => {
            let page = AccessReviewsPage {
                frame: seat.frame(PAGE),
                state,
                days: shell.terms().access_review_grace_days,
                reviews,
            };
            respond(StatusCode::OK, &page)
        }
        Err(failure) => seat.failed(&failure),
    }
}
