//! What waits, the most urgent first, and how often each rule was wrong.

use askama::Template;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use tillkey_rules::watch::AlertState;

use super::super::frame::{Frame, respond};
use super::super::notice::Notice;
use super::super::seat::Seat;
use super::WatchWords;
use crate::act::alert::{self, AlertView, LOOKOUTS, RuleCount};
use crate::act::{Failure, Page};

/// The alerts in a state.
#[derive(Debug, Template)]
#[template(path = "watch/queue.html")]
pub struct AlertQueuePage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// Which state.
    pub state: AlertState,
    /// The alerts.
    pub alerts: Page<AlertView>,
    /// How often each rule spoke of late, and was wrong.
    pub counts: Vec<RuleCount>,
}

/// A row of the list.
struct Row<'a> {
    href: String,
    severity: &'a str,
    class: &'static str,
    rule: &'a str,
    about: String,
    raised: String,
    owner: String,
    outcome: Option<&'a str>,
}

/// A state to look at.
struct Tab<'a> {
    name: &'static str,
    text: &'a str,
    is_here: bool,
}

/// A rule and how often it was wrong.
struct Count<'a> {
    rule: &'a str,
    raised: u64,
    closed: u64,
    false_alarms: u64,
    share: String,
}

impl AlertQueuePage<'_> {
    fn words(&self) -> &'static WatchWords {
        WatchWords::of(self.frame.language())
    }

    fn tabs(&self) -> Vec<Tab<'_>> {
        let tab = |state: &AlertState| Tab {
            name: state.name(),
            text: self.words().state(*state),
            is_here: *state == self.state,
        };
        AlertState::ALL.iter().map(tab).collect()
    }

    fn is_closed(&self) -> bool {
        self.state == AlertState::Closed
    }

    fn nothing(&self) -> &str {
        match self.state {
            AlertState::Open => &self.words().queue.empty_open,
            _ => &self.words().queue.empty,
        }
    }

    fn rows(&self) -> Vec<Row<'_>> {
        self.alerts
            .items
            .iter()
            .map(|view| self.row(view))
            .collect()
    }

    fn row(&self, view: &AlertView) -> Row<'_> {
        let (words, alert) = (self.words(), &view.alert);
        let (severity, class) = words.severity(alert.rule.severity());
        let owner = alert.owner.as_ref().map(ToString::to_string);
        Row {
            href: format!("/watch/{}", alert.id),
            severity,
            class,
            rule: words.rule(alert.rule),
            about: words.about(view),
            raised: self.frame.reading().minute(alert.raised_at),
            owner: owner.unwrap_or_else(|| words.queue.nobody.clone()),
            outcome: alert.outcome.map(|outcome| words.outcome(outcome)),
        }
    }

    fn rule_counts(&self) -> Vec<Count<'_>> {
        let words = self.words();
        let count = |one: &RuleCount| {
            let share = (one.false_alarms * 100).checked_div(one.closed);
            Count {
                rule: words.rule(one.rule),
                raised: one.raised,
                closed: one.closed,
                false_alarms: one.false_alarms,
                share: share.map_or_else(|| words.queue.no_share.clone(), |of| format!("{of}%")),
            }
        };
        self.counts.iter().map(count).collect()
    }
}

/// What is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    state: String,
    cursor: Option<String>,
}

/// Shows what waits.
pub(super) async fn show(seat: Seat, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    if let Err(turned_away) = seat.must_be(&LOOKOUTS) {
        return turned_away;
    }
    let Ok(Query(asked)) = asked else {
        return Notice::Missing.page(seat.site(), seat.language);
    };
    let state = asked.state.parse().unwrap_or(AlertState::Open);
    match read(&seat, state, asked.cursor).await {
        Ok((alerts, counts)) => {
            let page = AlertQueuePage {
                frame: seat.frame(format!("/watch?state={state}")),
                state,
                alerts,
                counts,
            };
            respond(StatusCode::OK, &page)
        }
        Err(failure) => seat.failed(&failure),
    }
}

async fn read(
    seat: &Seat,
    state: AlertState,
    cursor: Option<String>,
) -> Result<(Page<AlertView>, Vec<RuleCount>), Failure> {
    let shell = seat.site().shell();
    let alerts = alert::list(shell, state, cursor, &seat.signed_in).await?;
    Ok((alerts, alert::counts(shell, &seat.signed_in).await?))
}
