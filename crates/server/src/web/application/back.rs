//! The way back to an application from another device: its number and its phone, then the
//! code that went there. Nothing says whether there is such an application.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use tillkey_rules::refusal::Refusal;
use tillkey_wire::code::SmsCode;
use tillkey_wire::ids::ApplicationId;

use super::super::Language;
use super::super::cookie::keep_applicant;
use super::super::frame::{Frame, refused, respond};
use super::super::notice::Notice;
use super::super::numbers;
use super::super::site::Site;
use super::super::words::{fill, refusal};
use super::ApplicationWords;
use crate::act::application;
use crate::act::{Failure, Phone};
use crate::peer::Peer;

/// The address of this page.
pub(super) const PATH: &str = "/apply/return";

/// What was typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Typed {
    /// The application's number.
    pub number: String,
    /// The phone.
    pub phone: String,
}

/// Where number and phone are typed.
#[derive(Debug, Template)]
#[template(path = "application/back.html")]
pub struct BackPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// What was typed.
    pub typed: Typed,
    /// Whether the number has to be looked at again.
    pub is_number_wrong: bool,
    /// Whether the phone has to be.
    pub is_phone_wrong: bool,
    /// Why it was not taken.
    pub refused: Option<Refusal>,
}

/// Where the code is typed.
#[derive(Debug, Template)]
#[template(path = "application/enter.html")]
pub struct EnterPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// Which application.
    pub application: ApplicationId,
    /// Why the code was not taken.
    pub refused: Option<Refusal>,
}

fn said(refused: Option<&Refusal>, frame: &Frame<'_>) -> Option<String> {
    let words = &ApplicationWords::of(frame.language()).mistake;
    Some(match refused? {
        Refusal::TooMany { retry_at } => {
            fill(&words.too_many, "time", &frame.reading.minute(*retry_at))
        }
        Refusal::NotMatched => words.code_wrong.clone(),
        other => refusal(other, frame.language()).to_owned(),
    })
}

impl BackPage<'_> {
    fn words(&self) -> &'static ApplicationWords {
        ApplicationWords::of(self.frame.language())
    }

    fn said(&self) -> Option<String> {
        said(self.refused.as_ref(), &self.frame)
    }
}

impl EnterPage<'_> {
    fn words(&self) -> &'static ApplicationWords {
        ApplicationWords::of(self.frame.language())
    }

    fn said(&self) -> Option<String> {
        said(self.refused.as_ref(), &self.frame)
    }
}

fn page(site: &Site, language: Language, typed: Typed) -> BackPage<'_> {
    BackPage {
        frame: site.frame(language, PATH),
        typed,
        is_number_wrong: false,
        is_phone_wrong: false,
        refused: None,
    }
}

/// An empty form.
pub(super) async fn show(State(site): State<Site>, language: Language) -> Response {
    respond(StatusCode::OK, &page(&site, language, Typed::default()))
}

/// Sends a code to the phone, if it is the application's.
pub(super) async fn send(
    State(site): State<Site>,
    language: Language,
    Peer(source): Peer,
    form: Result<Form<Typed>, FormRejection>,
) -> Response {
    let Ok(Form(typed)) = form else {
        return Notice::Malformed.page(&site, language);
    };
    let number = numbers::plain(&typed.number).to_ascii_lowercase();
    let phone = numbers::plain(&typed.phone).parse::<Phone>();
    let (application, phone) = match (number.parse::<ApplicationId>(), phone) {
        (Ok(application), Ok(phone)) => (application, phone),
        (number, phone) => {
            let page = BackPage {
                is_number_wrong: number.is_err(),
                is_phone_wrong: phone.is_err(),
                ..page(&site, language, typed)
            };
            return respond(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    };
    match application::return_to(site.shell(), application, phone, &source, None).await {
        Ok(()) => Redirect::to(&format!("{PATH}/{application}")).into_response(),
        Err(Failure::Refused(refusal)) => {
            let status = refused(&refusal);
            let page = BackPage {
                refused: Some(refusal),
                ..page(&site, language, typed)
            };
            respond(status, &page)
        }
        Err(failure) => Notice::of(&failure).page(&site, language),
    }
}

fn enter_page(site: &Site, language: Language, application: ApplicationId) -> EnterPage<'_> {
    EnterPage {
        frame: site.frame(language, format!("{PATH}/{application}")),
        application,
        refused: None,
    }
}

/// Asks for the code.
pub(super) async fn code(
    State(site): State<Site>,
    language: Language,
    Path(application): Path<String>,
) -> Response {
    match application.parse() {
        Ok(application) => respond(StatusCode::OK, &enter_page(&site, language, application)),
        Err(_) => Notice::Missing.page(&site, language),
    }
}

/// What was typed of a code.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct TypedCode {
    code: String,
}

impl TypedCode {
    pub(super) fn read(&self) -> Option<SmsCode> {
        numbers::plain(&self.code).parse().ok()
    }
}

/// Lets the applicant in.
pub(super) async fn enter(
    State(site): State<Site>,
    language: Language,
    Path(application): Path<String>,
    Peer(source): Peer,
    form: Result<Form<TypedCode>, FormRejection>,
) -> Response {
    let (Ok(application), Ok(Form(typed))) = (application.parse::<ApplicationId>(), form) else {
        return Notice::Malformed.page(&site, language);
    };
    let entered = match typed.read() {
        Some(code) => {
            let typed = (code, &source);
            application::enter(site.shell(), application, typed, None).await
        }
        None => Err(Failure::Refused(Refusal::NotMatched)),
    };
    match entered {
        Ok(back) => {
            let to = format!("/applications/{application}");
            let cookie = keep_applicant(application, &back.token, site.is_secure());
            let mut response = Redirect::to(&to).into_response();
            if let Some(cookie) = cookie {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            response
        }
        Err(Failure::Refused(refusal)) => {
            let status = refused(&refusal);
            let page = EnterPage {
                refused: Some(refusal),
                ..enter_page(&site, language, application)
            };
            respond(status, &page)
        }
        Err(failure) => Notice::of(&failure).page(&site, language),
    }
}
