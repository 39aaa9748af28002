//! One alert: what led to it, who looks into it, and what it came to.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use tillkey_rules::party::Role;
use tillkey_rules::refusal::Refusal;
use tillkey_rules::watch::{AlertOutcome, AlertState, Told};
use tillkey_wire::ids::AlertId;

use super::super::Language;
use super::super::frame::{Frame, respond};
use super::super::ledger::tell::{Line, Teller};
use super::super::seat::{Form, Posted, Seat};
use super::super::words::fill;
use super::WatchWords;
use crate::act::Failure;
use crate::act::alert::{self, AlertStory, LOOKOUTS, Outcome};

/// What somebody has to hear when what they said was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertMistake {
    /// No outcome was chosen.
    Choose,
    /// A true alarm without a word.
    Reason,
    /// A comment that cannot be kept.
    Comment,
    /// Somebody else has dealt with it.
    Moved,
    /// It is about them.
    OwnWork,
    /// Too much at once.
    Busy,
}

/// One alert.
#[derive(Debug, Template)]
#[template(path = "watch/story.html")]
pub struct AlertPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// The alert.
    pub story: AlertStory,
    /// The entries that led to it, told.
    pub lines: Vec<Line>,
    /// Where a case is opened, where the reader may open one.
    pub cases: Option<&'static str>,
    /// What was written so far.
    pub comment: String,
    /// What went wrong.
    pub mistake: Option<AlertMistake>,
}

/// An outcome to choose.
struct Choice<'a> {
    name: &'static str,
    text: &'a str,
    hint: &'a str,
}

impl AlertPage<'_> {
    fn words(&self) -> &'static WatchWords {
        WatchWords::of(self.frame.language())
    }

    fn title(&self) -> String {
        let rule = self.words().rule(self.story.view.alert.rule);
        fill(&self.words().alert.title, "rule", rule)
    }

    fn told(&self) -> Told {
        let rule = self.story.view.alert.rule;
        match self.frame.language() {
            Language::Chinese => rule.in_chinese(),
            Language::English => rule.in_english(),
        }
    }

    fn severity(&self) -> (&'static str, &'static str) {
        self.words().severity(self.story.view.alert.rule.severity())
    }

    fn minute(&self, at: Timestamp) -> String {
        self.frame.reading().minute(at)
    }

    fn raised(&self) -> String {
        self.minute(self.story.view.alert.raised_at)
    }

    fn taken(&self) -> Option<String> {
        self.story.view.alert.taken_at.map(|at| self.minute(at))
    }

    fn closed(&self) -> Option<String> {
        self.story.view.alert.closed_at.map(|at| self.minute(at))
    }

    fn state(&self) -> &'static str {
        self.words().state(self.story.view.alert.state)
    }

    fn outcome(&self) -> Option<&'static str> {
        let outcome = self.story.view.alert.outcome;
        outcome.map(|outcome| self.words().outcome(outcome))
    }

    fn lead(&self) -> String {
        let count = self.lines.len().to_string();
        fill(&self.words().alert.because_lead, "n", &count)
    }

    fn may_take(&self) -> bool {
        self.story.view.alert.state != AlertState::Closed && !self.story.is_own
    }

    fn may_close(&self) -> bool {
        self.story.view.alert.state == AlertState::Owned && self.story.is_own
    }

    fn take_lead(&self) -> String {
        let words = &self.words().alert;
        match &self.story.view.alert.owner {
            Some(owner) => fill(&words.take_over_lead, "owner", owner.as_str()),
            None => words.take_lead.clone(),
        }
    }

    fn choices(&self) -> Vec<Choice<'_>> {
        let choice = |outcome: &AlertOutcome| Choice {
            name: outcome.name(),
            text: self.words().outcome(*outcome),
            hint: self.words().outcome_hint(*outcome),
        };
        AlertOutcome::ALL.iter().map(choice).collect()
    }

    fn said(&self) -> Option<&'static str> {
        let words = &self.words().mistake;
        Some(match self.mistake? {
            AlertMistake::Choose => &words.choose,
            AlertMistake::Reason => &words.reason,
            AlertMistake::Comment => &words.comment,
            AlertMistake::Moved => &words.moved,
            AlertMistake::OwnWork => &words.own_work,
            AlertMistake::Busy => &words.busy,
        })
    }

    fn is_comment_wrong(&self) -> bool {
        matches!(
            self.mistake,
            Some(AlertMistake::Reason | AlertMistake::Comment)
        )
    }
}

/// Where somebody of this role opens a case.
const fn cases_of(role: Option<Role>) -> Option<&'static str> {
    match role {
        Some(Role::Reviewer) => Some("/review"),
        Some(Role::Auditor) => Some("/ledger/cases"),
        _ => None,
    }
}

fn named(seat: &Seat, alert: &str) -> Result<AlertId, Response> {
    seat.must_be(&LOOKOUTS)?;
    alert.parse().map_err(|_| seat.failed(&Failure::Unknown))
}

/// Shows an alert.
pub(super) async fn show(seat: Seat, Path(alert): Path<String>) -> Response {
    match named(&seat, &alert) {
        Ok(alert) => draw(&seat, alert, (None, String::new())).await,
        Err(turned_away) => turned_away,
    }
}

async fn draw(
    seat: &Seat,
    alert: AlertId,
    (mistake, comment): (Option<AlertMistake>, String),
) -> Response {
    match alert::view(seat.site().shell(), alert, &seat.signed_in).await {
        Ok(story) => {
            let teller = Teller::new(seat.reading());
            let lines = story.because.iter().map(|placed| teller.line(placed));
            let page = AlertPage {
                frame: seat.frame(format!("/watch/{alert}")),
                lines: lines.collect(),
                cases: cases_of(seat.signed_in.actor.role()),
                story,
                comment,
                mistake,
            };
            let status = match mistake {
                Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
                None => StatusCode::OK,
            };
            respond(status, &page)
        }
        Err(failure) => seat.failed(&failure),
    }
}

/// Ends on the page: by a redirect where it was done.
async fn end(
    seat: &Seat,
    alert: AlertId,
    (done, comment): (Result<(), Failure>, String),
) -> Response {
    let mistake = match done {
        Ok(()) => return Redirect::to(&format!("/watch/{alert}")).into_response(),
        Err(Failure::Refused(Refusal::ReasonMissing)) => AlertMistake::Reason,
        Err(Failure::Refused(Refusal::OwnWork)) => AlertMistake::OwnWork,
        Err(Failure::Refused(_)) => AlertMistake::Moved,
        Err(Failure::Invalid(_)) => AlertMistake::Comment,
        Err(Failure::Busy) => AlertMistake::Busy,
        Err(failure) => return seat.failed(&failure),
    };
    draw(seat, alert, (Some(mistake), comment)).await
}

/// A button, and nothing with it.
#[derive(Debug, Deserialize)]
pub(super) struct TakeForm {}

impl Form for TakeForm {
    const KEPT: &'static [&'static str] = &[];
}

/// Takes an alert.
pub(super) async fn take(Path(alert): Path<String>, posted: Posted<TakeForm>) -> Response {
    let seat = posted.seat;
    let alert = match named(&seat, &alert) {
        Ok(alert) => alert,
        Err(turned_away) => return turned_away,
    };
    let done = alert::take(seat.site().shell(), alert, &seat.signed_in, None).await;
    end(&seat, alert, (done, String::new())).await
}

/// What an alert came to.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CloseForm {
    outcome: String,
    comment: String,
}

impl Form for CloseForm {
    const KEPT: &'static [&'static str] = &["outcome", "comment"];
}

/// Closes an alert.
pub(super) async fn close(Path(alert): Path<String>, posted: Posted<CloseForm>) -> Response {
    let Posted { seat, form } = posted;
    let alert = match named(&seat, &alert) {
        Ok(alert) => alert,
        Err(turned_away) => return turned_away,
    };
    let Ok(outcome) = form.outcome.parse::<AlertOutcome>() else {
        return draw(&seat, alert, (Some(AlertMistake::Choose), form.comment)).await;
    };
    let said = Outcome {
        outcome,
        comment: form.comment.clone(),
    };
    let done = alert::close(seat.site().shell(), alert, said, &seat.signed_in, None).await;
    end(&seat, alert, (done, form.comment)).await
}
