//! Where a signed-in manager proves anew that it is them: a code to their own phone.
//!
//! Asked for before what could not be taken back, when the last code is some minutes
//! old: a phone or a computer that lies about unlocked proves nobody.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Query};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use tillkey_rules::refusal::Refusal;
use tillkey_wire::secret::Secret;

use super::PortalWords;
use super::seat::{ManagerSeat, own_page};
use super::sign_in::{
    Asked, CodeEntry, CodeMistake, CodePage, go_on_with, leading_on, mistake_of, wait_for_code,
};
use crate::act::Failure;
use crate::act::managers;
use crate::peer::Peer;
use crate::web::cookie::Waiting;
use crate::web::frame::{Frame, respond};
use crate::web::notice::Notice;
use crate::web::numbers;
use crate::web::words::fill;

/// Where a code is offered.
#[derive(Debug, Template)]
#[template(path = "portal/confirm.html")]
pub struct ConfirmPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// Where to go on.
    pub then: String,
    /// Not before then.
    pub retry_at: Option<Timestamp>,
}

impl ConfirmPage<'_> {
    fn words(&self) -> &'static PortalWords {
        PortalWords::of(self.frame.language())
    }

    fn said(&self) -> Option<String> {
        let time = self.frame.reading.minute(self.retry_at?);
        Some(fill(&self.words().sign_in.too_many, "time", &time))
    }
}

fn page<'a>(seat: &'a ManagerSeat, then: &str) -> ConfirmPage<'a> {
    ConfirmPage {
        frame: seat.frame(leading_on("/portal/confirm", then)),
        then: then.to_owned(),
        retry_at: None,
    }
}

/// Says why, and offers a code.
pub(super) async fn show(seat: ManagerSeat, Query(asked): Query<Asked>) -> Response {
    respond(StatusCode::OK, &page(&seat, asked.page()))
}

/// Where to go on.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Offer {
    #[serde(default)]
    then: String,
}

/// Sends a code to the manager's own phone.
pub(super) async fn send(
    seat: ManagerSeat,
    Peer(source): Peer,
    form: Result<Form<Offer>, FormRejection>,
) -> Response {
    let Ok(Form(Offer { then })) = form else {
        return Notice::Malformed.page(&seat.site, seat.language);
    };
    let then = own_page(&then).unwrap_or_default();
    match managers::begin_renewal(seat.site.shell(), &seat.by, &source).await {
        Ok(begun) => {
            let waiting = Waiting {
                sign_in: begun.sign_in,
                expires_at: begun.expires_at,
            };
            let page = leading_on("/portal/confirm/code", then);
            wait_for_code(&seat.site, &waiting, &page)
        }
        Err(Failure::Refused(Refusal::TooMany { retry_at })) => {
            let page = ConfirmPage {
                retry_at: Some(retry_at),
                ..page(&seat, then)
            };
            respond(StatusCode::TOO_MANY_REQUESTS, &page)
        }
        Err(failure) => seat.failed(&failure, then),
    }
}

fn code_page<'a>(seat: &'a ManagerSeat, waiting: &Waiting, then: &str) -> CodePage<'a> {
    CodePage {
        frame: seat.frame(leading_on("/portal/confirm/code", then)),
        action: "/portal/confirm/code",
        back: leading_on("/portal/confirm", then),
        then: then.to_owned(),
        expires_at: waiting.expires_at,
        mistake: None,
    }
}

/// Asks for the code.
pub(super) async fn show_code(
    seat: ManagerSeat,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Response {
    match Waiting::read(&headers, seat.site.is_secure()) {
        Some(waiting) => respond(StatusCode::OK, &code_page(&seat, &waiting, asked.page())),
        None => Redirect::to(&leading_on("/portal/confirm", asked.page())).into_response(),
    }
}

/// Takes the code; the session goes on under a new token.
pub(super) async fn take_code(
    seat: ManagerSeat,
    headers: HeaderMap,
    Peer(source): Peer,
    form: Result<Form<CodeEntry>, FormRejection>,
) -> Response {
    let Ok(Form(CodeEntry { code, then })) = form else {
        return Notice::Malformed.page(&seat.site, seat.language);
    };
    let (code, then) = (Secret::new(code), own_page(&then).unwrap_or_default());
    let Some(waiting) = Waiting::read(&headers, seat.site.is_secure()) else {
        return Redirect::to(&leading_on("/portal/confirm", then)).into_response();
    };
    let again = |mistake: CodeMistake| {
        let status = match mistake {
            CodeMistake::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let page = code_page(&seat, &waiting, then);
        respond(
            status,
            &CodePage {
                mistake: Some(mistake),
                ..page
            },
        )
    };
    let Ok(code) = numbers::plain(code.expose()).parse() else {
        return again(CodeMistake::Shape);
    };
    let shell = seat.site.shell();
    match managers::renew(shell, &seat.by, waiting.sign_in.clone(), code, &source).await {
        Ok(token) => go_on_with(&seat.site, &token, own_page(then).unwrap_or("/portal")),
        Err(Failure::Refused(refusal)) => again(mistake_of(&refusal)),
        Err(failure) => seat.failed(&failure, then),
    }
}
