//! One's own password. Whoever has a first password comes here before anywhere else.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Query};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use tillkey_rules::refusal::Refusal;
use tillkey_rules::staff_password::Weakness;
use tillkey_wire::secret::Secret;

use super::super::frame::{Frame, respond};
use super::super::notice::Notice;
use super::super::seat::{AnySeat, PASSWORD_PAGE, Seat};
use super::super::words::fill;
use super::super::{Language, cookie};
use super::SettingsWords;
use crate::act::{Failure, staff};
use crate::peer::Peer;

/// Why a new password was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// The old one is not right.
    Wrong,
    /// The new one was typed in two ways.
    Unlike,
    /// The new one is not good enough.
    Weak(Weakness),
    /// Not before then.
    TooMany(Timestamp),
    /// Too much at once.
    Busy,
}

/// Where somebody chooses a password.
#[derive(Debug, Template)]
#[template(path = "settings/password.html")]
pub struct PasswordPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// The account, for the browser's own store.
    pub account: String,
    /// Whether it replaces a first password.
    pub is_first: bool,
    /// Whether one was just saved.
    pub is_done: bool,
    /// What went wrong.
    pub mistake: Option<Mistake>,
}

impl PasswordPage<'_> {
    fn words(&self) -> &'static SettingsWords {
        SettingsWords::of(self.frame.language())
    }

    fn said(&self) -> Option<String> {
        let words = &self.words().password;
        Some(match self.mistake? {
            Mistake::Wrong => words.wrong.clone(),
            Mistake::Unlike => words.unlike.clone(),
            Mistake::Busy => words.busy.clone(),
            Mistake::TooMany(at) => fill(&words.too_many, "time", &self.frame.reading.minute(at)),
            Mistake::Weak(weakness) => match self.frame.language() {
                Language::Chinese => weakness.chinese().to_owned(),
                Language::English => weakness.english().to_owned(),
            },
        })
    }

    fn is_old_wrong(&self) -> bool {
        self.mistake == Some(Mistake::Wrong)
    }

    fn is_new_wrong(&self) -> bool {
        matches!(self.mistake, Some(Mistake::Unlike | Mistake::Weak(_)))
    }
}

/// Whether a password was just saved.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Asked {
    saved: String,
}

/// What is posted.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct PasswordForm {
    old: String,
    new: String,
    again: String,
}

/// Shows the form.
pub(in super::super) async fn show(AnySeat(seat): AnySeat, Query(asked): Query<Asked>) -> Response {
    draw(&seat, !asked.saved.is_empty(), None).await
}

/// Takes a new password.
pub(in super::super) async fn send(
    AnySeat(seat): AnySeat,
    Peer(source): Peer,
    form: Result<Form<PasswordForm>, FormRejection>,
) -> Response {
    let Ok(Form(PasswordForm { old, new, again })) = form else {
        return Notice::Malformed.page(seat.site(), seat.language);
    };
    let (old, new, again) = (Secret::new(old), Secret::new(new), Secret::new(again));
    if new.expose() != again.expose() {
        return draw(&seat, false, Some(Mistake::Unlike)).await;
    }
    let shell = seat.site().shell();
    let mistake = match staff::change_password(shell, &seat.signed_in, (old, new), &source).await {
        Ok(token) => {
            let saved = format!("{PASSWORD_PAGE}?saved=yes");
            let mut response = Redirect::to(&saved).into_response();
            if let Some(value) = cookie::keep_staff(&token, seat.site().is_secure()) {
                response.headers_mut().append(header::SET_COOKIE, value);
            }
            return response;
        }
        Err(Failure::WeakPassword(weakness)) => Mistake::Weak(weakness),
        Err(Failure::Unauthenticated) => Mistake::Wrong,
        Err(Failure::Refused(Refusal::TooMany { retry_at })) => Mistake::TooMany(retry_at),
        Err(Failure::Busy) => Mistake::Busy,
        Err(failure) => return seat.failed(&failure),
    };
    draw(&seat, false, Some(mistake)).await
}

async fn draw(seat: &Seat, is_done: bool, mistake: Option<Mistake>) -> Response {
    let shell = seat.site().shell();
    let is_first = matches!(
        staff::still_signed_in(shell, &seat.token).await,
        Err(Failure::PasswordDue)
    );
    let status = match mistake {
        None => StatusCode::OK,
        Some(Mistake::TooMany(_)) => StatusCode::TOO_MANY_REQUESTS,
        Some(Mistake::Busy) => StatusCode::SERVICE_UNAVAILABLE,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let account = seat.signed_in.account();
    let page = PasswordPage {
        frame: seat.frame(PASSWORD_PAGE),
        account: account.map(ToString::to_string).unwrap_or_default(),
        is_first,
        is_done: is_done && !is_first,
        mistake,
    };
    respond(status, &page)
}
