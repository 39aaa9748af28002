//! What waits at the counter, and where a request begins.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use tillkey_rules::party::Role;
use tillkey_rules::refusal::Refusal;
use tillkey_rules::vocabulary::{Channel, Reason};
use tillkey_wire::ids::CaseId;

use super::CounterPageWords;
use crate::act::Failure;
use crate::act::case::counter::{self, CounterQueue};
use crate::act::case::{self, CaseSummary, Named, OpenRequest};
use crate::peer::Peer;
use crate::web::case_words::CaseNames;
use crate::web::frame::{Frame, respond};
use crate::web::numbers;
use crate::web::seat::{Form, Posted, Seat};
use crate::web::site::Site;
use crate::web::words::refusal;

/// The reasons that a person at a counter can have.
const REASONS: [Reason; 4] = [
    Reason::Forgotten,
    Reason::Locked,
    Reason::StaffLeft,
    Reason::Compromised,
];

/// What was typed to open a request.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Typed {
    /// The merchant number.
    pub merchant: String,
    /// The terminal number.
    pub terminal: String,
    /// The operator number.
    pub operator: String,
    /// The reason's stable name.
    pub reason: String,
}

impl Form for Typed {
    const KEPT: &'static [&'static str] = &["merchant", "terminal", "operator", "reason"];
}

/// Which fields have to be looked at again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mistakes {
    /// The merchant number.
    pub merchant: bool,
    /// The terminal number.
    pub terminal: bool,
    /// The operator number.
    pub operator: bool,
    /// The reason.
    pub reason: bool,
    /// The request number to be taken over.
    pub case: bool,
}

impl Typed {
    /// Reads the fields.
    fn read(&self) -> Result<OpenRequest, Mistakes> {
        let plain = |text: &str| numbers::plain(text).to_ascii_uppercase();
        let merchant = plain(&self.merchant).parse();
        let terminal = plain(&self.terminal).parse();
        let operator = plain(&self.operator).parse();
        let reason = self.reason.parse().ok();
        let reason = reason.filter(|reason| REASONS.contains(reason));
        let mistakes = Mistakes {
            merchant: merchant.is_err(),
            terminal: terminal.is_err(),
            operator: operator.is_err(),
            reason: reason.is_none(),
            case: false,
        };
        match (merchant, terminal, operator, reason) {
            (Ok(merchant), Ok(terminal), Ok(operator), Some(reason)) => Ok(OpenRequest {
                named: Named {
                    merchant,
                    terminal,
                    operator,
                },
                channel: Channel::Counter,
                reason,
            }),
            _ => Err(mistakes),
        }
    }
}

/// What waits at the counter.
#[derive(Debug, Template)]
#[template(path = "counter/queue.html")]
pub struct QueuePage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// What waits.
    pub queue: CounterQueue,
    /// What was typed to open a request.
    pub typed: Typed,
    /// The request number that was typed.
    pub asked: String,
    /// Which fields have to be looked at again.
    pub mistakes: Mistakes,
    /// Why a request was not opened.
    pub refused: Option<Refusal>,
}

/// One reason to choose.
struct Choice<'a> {
    name: &'static str,
    text: &'a str,
    is_chosen: bool,
}

impl QueuePage<'_> {
    fn words(&self) -> &'static CounterPageWords {
        CounterPageWords::of(self.frame.language())
    }

    fn names(&self) -> &'static CaseNames {
        CaseNames::of(self.frame.language())
    }

    fn reasons(&self) -> Vec<Choice<'_>> {
        let choice = |reason: Reason| Choice {
            name: reason.name(),
            text: self.names().reason(reason),
            is_chosen: self.typed.reason == reason.name(),
        };
        REASONS.into_iter().map(choice).collect()
    }

    fn said(&self) -> Option<&'static str> {
        let refused = self.refused.as_ref()?;
        Some(refusal(refused, self.frame.language()))
    }

    /// Whose password it is, once something has been proven.
    fn whom(&self, case: &CaseSummary) -> Option<String> {
        let subject = case.subject.as_ref()?;
        Some(format!(
            "{} / {} / {}",
            subject.merchant, subject.terminal_number, subject.operator
        ))
    }

    fn time(&self, case: &CaseSummary) -> String {
        self.frame.reading.minute(case.opened_at)
    }
}

async fn page<'a>(seat: &'a Seat, typed: Typed) -> Result<QueuePage<'a>, Response> {
    seat.must_be(&[Role::Clerk])?;
    let queue = counter::queue(seat.site().shell(), &seat.signed_in)
        .await
        .map_err(|failure| seat.failed(&failure))?;
    Ok(QueuePage {
        frame: seat.frame("/counter"),
        queue,
        typed,
        asked: String::new(),
        mistakes: Mistakes::default(),
        refused: None,
    })
}

/// Shows what waits.
pub(super) async fn show(seat: Seat) -> Response {
    match page(&seat, Typed::default()).await {
        Ok(page) => respond(StatusCode::OK, &page),
        Err(answer) => answer,
    }
}

/// Where somebody lands who reloads an address that only takes a form.
pub(super) async fn back() -> Redirect {
    Redirect::to("/counter")
}

/// Opens a request.
pub(super) async fn open(
    State(site): State<Site>,
    Peer(source): Peer,
    posted: Posted<Typed>,
) -> Response {
    let Posted { seat, form } = posted;
    if let Err(turned_away) = seat.must_be(&[Role::Clerk]) {
        return turned_away;
    }
    let request = match form.read() {
        Ok(request) => request,
        Err(mistakes) => return again(&seat, form, mistakes, None).await,
    };
    match case::open(site.shell(), request, Some(&seat.signed_in), &source, None).await {
        Ok(opened) => Redirect::to(&format!("/counter/{}", opened.case)).into_response(),
        Err(Failure::Refused(refused)) => {
            again(&seat, form, Mistakes::default(), Some(refused)).await
        }
        Err(failure) => seat.failed(&failure),
    }
}

async fn again(
    seat: &Seat,
    typed: Typed,
    mistakes: Mistakes,
    refused: Option<Refusal>,
) -> Response {
    match page(seat, typed).await {
        Ok(page) => {
            let page = QueuePage {
                mistakes,
                refused,
                ..page
            };
            respond(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(answer) => answer,
    }
}

/// Which request is looked for.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    case: String,
}

/// Goes to a request by its number.
pub(super) async fn find(seat: Seat, Query(asked): Query<Asked>) -> Response {
    // Capitals are the same characters.
    let plain = numbers::plain(&asked.case).to_ascii_lowercase();
    if let Ok(case) = plain.parse::<CaseId>() {
        return Redirect::to(&format!("/counter/{case}")).into_response();
    }
    match page(&seat, Typed::default()).await {
        Ok(page) => {
            let page = QueuePage {
                mistakes: Mistakes {
                    case: true,
                    ..Mistakes::default()
                },
                asked: asked.case.chars().take(32).collect(),
                ..page
            };
            respond(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(answer) => answer,
    }
}
