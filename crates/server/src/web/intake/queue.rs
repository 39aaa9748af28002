//! The applications that wait, those that have waited longest first.

use askama::Template;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use tillkey_rules::onboarding::application::ApplicationState;
use tillkey_rules::party::Role;

use super::super::application::{ApplicationWords, place};
use super::super::apply::ApplyWords;
use super::super::frame::{Frame, respond};
use super::super::notice::Notice;
use super::super::seat::Seat;
use super::super::words::side;
use super::{HERE, IntakeWords};
use crate::act::Failure;
use crate::act::Page;
use crate::act::application::{self, ApplicationSummary};

/// The states that staff look through.
const TABS: [ApplicationState; 8] = [
    ApplicationState::Submitted,
    ApplicationState::Proposed,
    ApplicationState::Approved,
    ApplicationState::Returned,
    ApplicationState::Shipped,
    ApplicationState::Received,
    ApplicationState::Enrolled,
    ApplicationState::Active,
];

/// The applications in a state.
#[derive(Debug, Template)]
#[template(path = "intake/queue.html")]
pub struct IntakeQueuePage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// Which state.
    pub state: ApplicationState,
    /// Whether the reader pays deposits back.
    pub pays: bool,
    /// One line an application.
    pub rows: Vec<Row>,
    /// The next page's cursor.
    pub next: Option<String>,
}

/// One application.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its number.
    pub application: String,
    /// The product.
    pub product: String,
    /// Who applies.
    pub applicant: String,
    /// Where.
    pub region: String,
    /// Since when it stands there.
    pub since: String,
    /// How often it was sent back.
    pub returns: u32,
}

struct Tab<'a> {
    name: &'static str,
    text: &'a str,
    is_here: bool,
}

impl IntakeQueuePage<'_> {
    fn words(&self) -> &'static IntakeWords {
        IntakeWords::of(self.frame.language())
    }

    fn tabs(&self) -> Vec<Tab<'_>> {
        let (queue, states) = (
            &self.words().queue,
            ApplicationWords::of(self.frame.language()),
        );
        TABS.into_iter()
            .map(|state| Tab {
                name: state.name(),
                text: match state {
                    ApplicationState::Submitted => &queue.to_check,
                    ApplicationState::Proposed => &queue.to_approve,
                    ApplicationState::Approved => &queue.to_ship,
                    ApplicationState::Returned => &queue.returned,
                    other => states.state(other),
                },
                is_here: state == self.state,
            })
            .collect()
    }
}

/// What is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    state: String,
    cursor: Option<String>,
}

/// The state that somebody of this role has to do with.
const fn own_state(role: Option<Role>) -> ApplicationState {
    match role {
        Some(Role::Reviewer) => ApplicationState::Proposed,
        Some(Role::Administrator) => ApplicationState::Approved,
        _ => ApplicationState::Submitted,
    }
}

/// Shows what waits.
pub(super) async fn show(seat: Seat, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    if let Err(turned_away) = seat.must_be(&HERE) {
        return turned_away;
    }
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    let own = own_state(seat.signed_in.actor.role());
    let state = asked.state.parse().unwrap_or(own);
    let shell = seat.site().shell();
    match application::list(shell, state, asked.cursor, &seat.signed_in).await {
        Ok(page) => respond(StatusCode::OK, &draw(&seat, state, page)),
        Err(Failure::Invalid(_)) => Notice::Malformed.page(seat.site(), seat.language),
        Err(failure) => seat.failed(&failure),
    }
}

fn draw(
    seat: &Seat,
    state: ApplicationState,
    page: Page<ApplicationSummary>,
) -> IntakeQueuePage<'_> {
    let frame = seat.frame(format!("/intake?state={state}"));
    let (language, reading) = (frame.language(), frame.reading());
    let catalogue = seat.site().shell().catalogue();
    let row = |summary: ApplicationSummary| {
        let choice = &summary.choice;
        let product = catalogue.get(&choice.product);
        let (applicant, _) = ApplyWords::of(language).applicant(choice.applicant);
        Row {
            application: summary.application.to_string(),
            product: product.map_or_else(
                || choice.product.to_string(),
                |product| side(&product.name, language).to_owned(),
            ),
            applicant: applicant.to_owned(),
            region: place(choice, language),
            since: reading.minute(summary.since),
            returns: summary.returns,
        }
    };
    IntakeQueuePage {
        state,
        pays: matches!(
            seat.signed_in.actor.role(),
            Some(Role::Clerk | Role::Administrator)
        ),
        rows: page.items.into_iter().map(row).collect(),
        next: page.next_cursor,
        frame,
    }
}
