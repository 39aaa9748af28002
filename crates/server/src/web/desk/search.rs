//! Where a call begins: the caller gives a number, the agent types it.
//!
//! Each kind of number is looked for in its own key space, so that no phone is looked
//! for among the serial numbers (A07). What was found comes in the answer to the form
//! and has no address of its own: a phone does not belong in one.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use tillkey_rules::refusal::Refusal;
use tillkey_rules::vocabulary::MerchantStatus;
use tillkey_wire::ids::CaseId;

use super::super::CaseNames;
use super::super::frame::{Frame, respond};
use super::super::numbers;
use super::super::seat::{Form, Posted, Seat};
use super::super::site::Site;
use super::super::words::fill;
use super::{DeskWords, ROLES};
use crate::act::party::{self, Found, LookUp, LookUpsMade};
use crate::act::{Failure, desk};

/// The kinds of numbers that a caller can give, the most frequent first.
const KINDS: [&str; 4] = ["merchant", "serial_number", "phone", "case"];

/// What was typed, as it was typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Typed {
    /// Which kind of number: one of `merchant`, `serial_number`, `phone`, `case`.
    pub by: String,
    /// The number.
    pub what: String,
}

impl Form for Typed {
    // A phone may be among it.
    const KEPT: &'static [&'static str] = &[];
}

/// What came of a look-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing was asked yet.
    NotAsked,
    /// The number has not the shape of its kind.
    Shape,
    /// No look-ups are left.
    UsedUp(Timestamp),
    /// There is no such case.
    NoCase,
    /// What was found; nothing, where it is empty.
    Found(Vec<Found>),
}

/// Where a call begins.
#[derive(Debug, Template)]
#[template(path = "desk/search.html")]
pub struct SearchPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// What was typed.
    pub typed: Typed,
    /// What came of it.
    pub result: Outcome,
    /// What was looked up before.
    pub made: LookUpsMade,
}

/// One kind of number to choose.
struct Kind<'a> {
    name: &'static str,
    text: &'a str,
    is_chosen: bool,
}

impl SearchPage<'_> {
    fn words(&self) -> &'static DeskWords {
        DeskWords::of(self.frame.language())
    }

    fn merchant(&self, status: &MerchantStatus) -> &'static str {
        CaseNames::of(self.frame.language()).merchant(*status)
    }

    fn kinds(&self) -> [Kind<'static>; 4] {
        let words = &self.words().search;
        let is_known = KINDS.contains(&self.typed.by.as_str());
        KINDS.map(|name| Kind {
            name,
            text: match name {
                "serial_number" => &words.serial_number,
                "phone" => &words.phone,
                "case" => &words.case,
                _ => &words.merchant,
            },
            is_chosen: self.typed.by == name || (!is_known && name == "merchant"),
        })
    }

    /// What is typed again. A phone is not: whoever looks over a shoulder has no need
    /// of it, and the caller will say it once more.
    fn what(&self) -> &str {
        if self.typed.by == "phone" {
            ""
        } else {
            &self.typed.what
        }
    }

    /// What to say at the field.
    fn wrong(&self) -> Option<String> {
        let words = &self.words().search;
        match &self.result {
            Outcome::Shape => Some(words.shape.clone()),
            Outcome::NoCase => Some(words.no_case.clone()),
            Outcome::UsedUp(at) => Some(fill(
                &words.used_up,
                "time",
                &self.frame.reading.minute(*at),
            )),
            Outcome::Found(found) if found.is_empty() => Some(words.nothing.clone()),
            Outcome::NotAsked | Outcome::Found(_) => None,
        }
    }

    fn left(&self) -> String {
        fill(
            &self.words().search.left,
            "count",
            &self.made.left.to_string(),
        )
    }

    fn found(&self) -> &[Found] {
        match &self.result {
            Outcome::Found(found) => found,
            _ => &[],
        }
    }
}

/// The empty form.
pub(in super::super) async fn show(seat: Seat) -> Response {
    if let Err(elsewhere) = seat.must_be(&ROLES) {
        return elsewhere;
    }
    page(&seat, StatusCode::OK, Typed::default(), Outcome::NotAsked).await
}

/// A result is the answer to its form: reloaded by its address it is an empty form.
pub(in super::super) async fn back() -> Redirect {
    Redirect::to("/desk")
}

/// Looks up, or goes to the case that was named.
pub(in super::super) async fn find(
    State(site): State<Site>,
    Posted { seat, form: typed }: Posted<Typed>,
) -> Response {
    if let Err(elsewhere) = seat.must_be(&ROLES) {
        return elsewhere;
    }
    if typed.by == "case" {
        return find_case(&seat, typed).await;
    }
    let Some(by_what) = read(&typed) else {
        return page(
            &seat,
            StatusCode::UNPROCESSABLE_ENTITY,
            typed,
            Outcome::Shape,
        )
        .await;
    };
    match party::look_up(site.shell(), by_what, &seat.signed_in).await {
        Ok(found) => match one_terminal(&found) {
            Some(address) => Redirect::to(&address).into_response(),
            None => page(&seat, StatusCode::OK, typed, Outcome::Found(found)).await,
        },
        Err(Failure::Refused(Refusal::TooMany { retry_at })) => {
            let status = StatusCode::TOO_MANY_REQUESTS;
            page(&seat, status, typed, Outcome::UsedUp(retry_at)).await
        }
        Err(failure) => seat.failed(&failure),
    }
}

/// Reads the number as one of its kind. Small letters are how people type.
fn read(typed: &Typed) -> Option<LookUp> {
    let plain = numbers::plain(&typed.what).to_ascii_uppercase();
    match typed.by.as_str() {
        "merchant" => plain.parse().ok().map(LookUp::Merchant),
        "serial_number" => {
            let kept = numbers::serial_number(&typed.what);
            kept.parse().ok().map(LookUp::SerialNumber)
        }
        "phone" => plain.parse().ok().map(LookUp::Phone),
        _ => None,
    }
}

async fn find_case(seat: &Seat, typed: Typed) -> Response {
    let Ok(case) = numbers::plain(&typed.what)
        .to_ascii_lowercase()
        .parse::<CaseId>()
    else {
        return page(
            seat,
            StatusCode::UNPROCESSABLE_ENTITY,
            typed,
            Outcome::Shape,
        )
        .await;
    };
    match desk::call(seat.site().shell(), case, &seat.signed_in).await {
        Ok(_) => Redirect::to(&format!("/desk/cases/{case}")).into_response(),
        Err(Failure::Unknown) => page(seat, StatusCode::NOT_FOUND, typed, Outcome::NoCase).await,
        Err(failure) => seat.failed(&failure),
    }
}

/// The address of the one terminal, where there is just one.
fn one_terminal(found: &[Found]) -> Option<String> {
    let [only] = found else { return None };
    let [terminal] = only.terminals.as_slice() else {
        return None;
    };
    Some(format!("/desk/terminals/{}", terminal.terminal))
}

async fn page(seat: &Seat, status: StatusCode, typed: Typed, result: Outcome) -> Response {
    let made = match party::look_ups_made(seat.site().shell(), &seat.signed_in).await {
        Ok(made) => made,
        Err(failure) => return seat.failed(&failure),
    };
    let page = SearchPage {
        frame: seat.frame("/desk"),
        typed,
        result,
        made,
    };
    respond(status, &page)
}
