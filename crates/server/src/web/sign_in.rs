//! Where staff sign in and out.
//!
//! A sign-in gives a new session, whatever cookie the browser had before (attack B11),
//! and goes on to an address of this site and no other (B08). Nothing on these pages
//! says whether an account exists.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use tillkey_rules::refusal::Refusal;
use tillkey_wire::secret::Secret;

use super::frame::{Frame, respond};
use super::limits::{KEPT_BYTES_MAX, KEPT_FIELDS_MAX};
use super::notice::Notice;
use super::seat::{PASSWORD_PAGE, Seat};
use super::site::Site;
use super::staff_words::StaffWords;
use super::words::fill;
use super::{Language, cookie, nav, way_back};
use crate::act::{Failure, StaffToken, staff};
use crate::peer::Peer;

/// What somebody had typed when their session ended, and where it was to go. It stands
/// in hidden fields of the sign-in page, and nowhere on the server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// Where the form is posted to.
    pub to: String,
    /// The page that the form stands on.
    pub page: String,
    /// Names and values.
    pub fields: Vec<(String, String)>,
}

/// What marks a kept field's name in the sign-in form.
const PREFIX: &str = "kept.";

impl Kept {
    /// Takes those fields of a posted form that may be kept.
    pub(super) fn read(body: &[u8], names: &[&str], (to, page): (&str, &str)) -> Self {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(body).unwrap_or_default();
        let kept = pairs
            .into_iter()
            .filter(|(name, value)| names.contains(&name.as_str()) && !value.is_empty());
        Self {
            to: to.to_owned(),
            page: page.to_owned(),
            fields: bounded(kept),
        }
    }

    fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }
}

fn bounded(fields: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    let mut room = KEPT_BYTES_MAX;
    fields
        .take(KEPT_FIELDS_MAX)
        .take_while(|(name, value)| {
            let needed = name.len() + value.len();
            let fits = needed <= room;
            room = room.saturating_sub(needed);
            fits
        })
        .collect()
}

/// Why somebody stands before the sign-in page again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignInMistake {
    /// The account and the password do not fit.
    Wrong,
    /// Not before then.
    TooMany(Timestamp),
    /// Too many sign in at once.
    Busy,
}

/// Where staff sign in.
#[derive(Debug, Template)]
#[template(path = "staff/sign_in.html")]
pub struct SignInPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// The account as it was typed.
    pub account: String,
    /// Where to go on.
    pub then: String,
    /// Whether a session ended.
    pub has_ended: bool,
    /// What was typed when it did.
    pub kept: Kept,
    /// What went wrong.
    pub mistake: Option<SignInMistake>,
}

impl SignInPage<'_> {
    fn words(&self) -> &'static StaffWords {
        StaffWords::of(self.frame.language())
    }

    fn said(&self) -> Option<String> {
        let words = &self.words().sign_in;
        Some(match self.mistake.as_ref()? {
            SignInMistake::Wrong => words.wrong.clone(),
            SignInMistake::Busy => words.busy.clone(),
            SignInMistake::TooMany(at) => {
                fill(&words.too_many, "time", &self.frame.reading.minute(*at))
            }
        })
    }

    fn prefix(&self) -> &'static str {
        PREFIX
    }
}

/// After signing in again: what was typed, ready to be sent.
#[derive(Debug, Template)]
#[template(path = "staff/carry.html")]
pub struct CarryPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// What was typed.
    pub kept: Kept,
}

impl CarryPage<'_> {
    fn words(&self) -> &'static StaffWords {
        StaffWords::of(self.frame.language())
    }
}

/// A page of another role.
#[derive(Debug, Template)]
#[template(path = "staff/not_allowed.html")]
pub struct NotAllowedPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// Their own workplace.
    pub home: &'static str,
}

impl NotAllowedPage<'_> {
    fn words(&self) -> &'static StaffWords {
        StaffWords::of(self.frame.language())
    }
}

/// Says that a page belongs to another role.
pub(super) fn not_allowed(seat: &Seat, home: &'static str) -> Response {
    let frame = seat.frame(home);
    respond(StatusCode::FORBIDDEN, &NotAllowedPage { frame, home })
}

fn page(site: &Site, language: Language) -> SignInPage<'_> {
    SignInPage {
        frame: site.frame(language, "/sign-in"),
        account: String::new(),
        then: String::new(),
        has_ended: false,
        kept: Kept::default(),
        mistake: None,
    }
}

/// Asks to sign in again in the place of a form whose session has ended.
pub(super) fn ended(site: &Site, language: Language, kept: Kept) -> Response {
    let page = SignInPage {
        then: kept.page.clone(),
        kept,
        has_ended: true,
        ..page(site, language)
    };
    respond(StatusCode::UNAUTHORIZED, &page)
}

/// Where to go on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    then: String,
}

/// Shows the form.
pub(super) async fn show(
    State(site): State<Site>,
    language: Language,
    Query(asked): Query<Asked>,
) -> Response {
    let then = way_back::checked(&asked.then).unwrap_or_default();
    let page = SignInPage {
        has_ended: !then.is_empty(),
        then: then.to_owned(),
        ..page(&site, language)
    };
    respond(StatusCode::OK, &page)
}

/// Signs in, and goes on.
pub(super) async fn send(
    State(site): State<Site>,
    language: Language,
    headers: HeaderMap,
    Peer(source): Peer,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Response {
    let Ok(Form(pairs)) = form else {
        return Notice::Malformed.page(&site, language);
    };
    let Typed {
        account,
        password,
        then,
        kept,
    } = Typed::read(pairs);
    let again = |mistake, status| {
        let page = SignInPage {
            account: account.clone(),
            then: then.clone(),
            kept: kept.clone(),
            mistake: Some(mistake),
            ..page(&site, language)
        };
        respond(status, &page)
    };
    // Names are typed as people write them; an account has one spelling.
    let Ok(name) = account.trim().to_ascii_lowercase().parse() else {
        return again(SignInMistake::Wrong, StatusCode::UNAUTHORIZED);
    };
    let shell = site.shell();
    match staff::sign_in(shell, shell.home(), name, password, &source).await {
        Ok(token) => {
            leave_before(&site, &headers).await;
            go_on(&site, language, (&token, &then), kept).await
        }
        Err(Failure::Refused(Refusal::TooMany { retry_at })) => again(
            SignInMistake::TooMany(retry_at),
            StatusCode::TOO_MANY_REQUESTS,
        ),
        Err(Failure::Busy) => again(SignInMistake::Busy, StatusCode::SERVICE_UNAVAILABLE),
        Err(Failure::Unauthenticated) => again(SignInMistake::Wrong, StatusCode::UNAUTHORIZED),
        Err(failure) => Notice::of(&failure).page(&site, language),
    }
}

/// What was typed.
struct Typed {
    account: String,
    password: Secret<String>,
    then: String,
    kept: Kept,
}

impl Typed {
    /// Reads the form. What does not belong to it is left out.
    fn read(pairs: Vec<(String, String)>) -> Self {
        let mut typed = Self {
            account: String::new(),
            password: Secret::new(String::new()),
            then: String::new(),
            kept: Kept::default(),
        };
        let mut fields = Vec::new();
        for (name, value) in pairs {
            match name.as_str() {
                "account" => typed.account = value,
                "password" => typed.password = Secret::new(value),
                "then" => way_back::checked(&value)
                    .unwrap_or_default()
                    .clone_into(&mut typed.then),
                "to" => way_back::checked(&value)
                    .unwrap_or_default()
                    .clone_into(&mut typed.kept.to),
                kept => {
                    if let Some(name) = kept.strip_prefix(PREFIX) {
                        fields.push((name.to_owned(), value));
                    }
                }
            }
        }
        typed.kept.fields = bounded(fields.into_iter());
        typed.kept.page.clone_from(&typed.then);
        typed
    }
}

/// Ends the session that the browser had before: what is left of it is nobody's.
async fn leave_before(site: &Site, headers: &HeaderMap) {
    let Some(before) = cookie::staff_token(headers, site.is_secure()) else {
        return;
    };
    if let Err(failure) = staff::sign_out(site.shell(), &before).await {
        tracing::warn!(error = %failure, "an earlier session could not be ended");
    }
}

/// Gives the cookie and shows where to go on.
async fn go_on(
    site: &Site,
    language: Language,
    (token, then): (&StaffToken, &str),
    kept: Kept,
) -> Response {
    let (role, is_due) = match staff::signed_in(site.shell(), token).await {
        Ok(signed_in) => (signed_in.actor.role(), false),
        Err(Failure::PasswordDue) => (None, true),
        Err(failure) => return Notice::of(&failure).page(site, language),
    };
    let home = role.map_or("/", nav::home_of);
    let mut response = if is_due {
        Redirect::to(PASSWORD_PAGE).into_response()
    } else if kept.is_empty() || kept.to.is_empty() {
        let then = way_back::checked(then).unwrap_or(home);
        Redirect::to(then).into_response()
    } else {
        let frame = site.frame(language, "/sign-in");
        respond(StatusCode::OK, &CarryPage { frame, kept })
    };
    if let Some(value) = cookie::keep_staff(token, site.is_secure()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// Signs out: the token is dead everywhere, the cookie gone.
pub(super) async fn leave(
    State(site): State<Site>,
    language: Language,
    headers: HeaderMap,
) -> Response {
    if let Some(token) = cookie::staff_token(&headers, site.is_secure())
        && let Err(failure) = staff::sign_out(site.shell(), &token).await
    {
        return Notice::of(&failure).page(&site, language);
    }
    let mut response = Redirect::to("/sign-in").into_response();
    if let Some(value) = cookie::drop_staff(site.is_secure()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}
