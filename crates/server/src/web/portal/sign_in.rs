//! Where a manager signs in: a phone, then the code that went to it.
//!
//! Both pages are the same for every phone (attack E16). What the device holds between
//! them is in a cookie; the code is worth nothing on another device.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use tillkey_rules::refusal::Refusal;
use tillkey_wire::secret::Secret;

use super::PortalWords;
use super::seat::own_page;
use crate::act::managers::{self, Entered};
use crate::act::{Failure, ManagerToken};
use crate::peer::Peer;
use crate::web::Language;
use crate::web::cookie::{self, Waiting};
use crate::web::frame::{Frame, respond};
use crate::web::notice::Notice;
use crate::web::numbers;
use crate::web::site::Site;
use crate::web::words::fill;

/// Where the code of a sign-in is posted to.
const SIGN_IN_CODE: &str = "/portal/sign-in/code";

/// Why a phone was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PhoneMistake {
    /// It has not the shape of one.
    Shape,
    /// Not before then.
    TooMany(Timestamp),
}

/// Where a phone is asked for.
#[derive(Debug, Template)]
#[template(path = "portal/phone.html")]
pub struct PhonePage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// The phone as it was typed.
    pub phone: String,
    /// Where to go on.
    pub then: String,
    /// What went wrong.
    pub mistake: Option<PhoneMistake>,
}

impl PhonePage<'_> {
    fn words(&self) -> &'static PortalWords {
        PortalWords::of(self.frame.language())
    }

    fn said(&self) -> Option<String> {
        Some(match self.mistake.as_ref()? {
            PhoneMistake::Shape => self.words().sign_in.phone_wrong.clone(),
            PhoneMistake::TooMany(at) => {
                let time = self.frame.reading.minute(*at);
                fill(&self.words().sign_in.too_many, "time", &time)
            }
        })
    }
}

/// Why a code was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeMistake {
    /// It has not the shape of one.
    Shape,
    /// It is not the code, or its time is over.
    Wrong,
    /// Not before then.
    TooMany(Timestamp),
}

/// Where a code is asked for: to sign in, or to prove it anew.
#[derive(Debug, Template)]
#[template(path = "portal/code.html")]
pub struct CodePage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// Where the code is posted to.
    pub action: &'static str,
    /// Where another code is asked for.
    pub back: String,
    /// Where to go on.
    pub then: String,
    /// Until when the code can be typed.
    pub expires_at: Timestamp,
    /// What went wrong.
    pub mistake: Option<CodeMistake>,
}

impl CodePage<'_> {
    fn words(&self) -> &'static PortalWords {
        PortalWords::of(self.frame.language())
    }

    fn is_renewal(&self) -> bool {
        self.action != SIGN_IN_CODE
    }

    fn lead(&self) -> &'static str {
        match self.is_renewal() {
            true => &self.words().confirm.code_lead,
            false => &self.words().sign_in.code_lead,
        }
    }

    fn enter(&self) -> &'static str {
        match self.is_renewal() {
            true => &self.words().confirm.enter,
            false => &self.words().sign_in.enter,
        }
    }

    fn wrong(&self) -> Option<String> {
        let words = &self.words().sign_in;
        Some(match self.mistake.as_ref()? {
            CodeMistake::Shape => words.code_shape.clone(),
            CodeMistake::Wrong => words.code_wrong.clone(),
            CodeMistake::TooMany(at) => {
                fill(&words.too_many, "time", &self.frame.reading.minute(*at))
            }
        })
    }

    fn until(&self) -> String {
        let time = self.frame.reading.minute(self.expires_at);
        fill(&self.words().sign_in.until, "time", &time)
    }

    /// Whether a code can still be typed.
    fn is_over(&self) -> bool {
        self.expires_at <= self.frame.reading.now
    }
}

/// Where to go on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    then: String,
}

impl Asked {
    /// The page to go on to, if it is one of the portal's.
    pub(super) fn page(&self) -> &str {
        own_page(&self.then).unwrap_or_default()
    }
}

/// The address of a page that leads on to another.
pub(super) fn leading_on(path: &str, then: &str) -> String {
    match then {
        "" => path.to_owned(),
        then => format!("{path}?then={}", then.replace('&', "%26")),
    }
}

/// Asks for the phone.
pub(super) async fn show(
    State(site): State<Site>,
    language: Language,
    Query(asked): Query<Asked>,
) -> Response {
    let page = PhonePage {
        frame: site.frame(language, leading_on("/portal/sign-in", asked.page())),
        phone: String::new(),
        then: asked.page().to_owned(),
        mistake: None,
    };
    respond(StatusCode::OK, &page)
}

/// The posted phone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PhoneEntry {
    phone: String,
    #[serde(default)]
    then: String,
}

/// Sends a code, if it is a manager's phone.
pub(super) async fn send(
    State(site): State<Site>,
    language: Language,
    Peer(source): Peer,
    form: Result<Form<PhoneEntry>, FormRejection>,
) -> Response {
    let Ok(Form(PhoneEntry { phone, then })) = form else {
        return Notice::Malformed.page(&site, language);
    };
    let then = own_page(&then).unwrap_or_default().to_owned();
    let again = |mistake, status| {
        let page = PhonePage {
            frame: site.frame(language, leading_on("/portal/sign-in", &then)),
            phone: phone.clone(),
            then: then.clone(),
            mistake: Some(mistake),
        };
        respond(status, &page)
    };
    let Ok(number) = numbers::plain(&phone).parse() else {
        return again(PhoneMistake::Shape, StatusCode::UNPROCESSABLE_ENTITY);
    };
    match managers::begin(site.shell(), number, &source).await {
        Ok(begun) => {
            let waiting = Waiting {
                sign_in: begun.sign_in,
                expires_at: begun.expires_at,
            };
            wait_for_code(&site, &waiting, &leading_on("/portal/sign-in/code", &then))
        }
        Err(Failure::Refused(Refusal::TooMany { retry_at })) => again(
            PhoneMistake::TooMany(retry_at),
            StatusCode::TOO_MANY_REQUESTS,
        ),
        Err(failure) => Notice::of(&failure).page(&site, language),
    }
}

/// Goes to where the code is typed, with what the device needs for it.
pub(super) fn wait_for_code(site: &Site, waiting: &Waiting, page: &str) -> Response {
    let mut response = Redirect::to(page).into_response();
    if let Some(value) = waiting.write(site.is_secure()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// Asks for the code.
pub(super) async fn show_code(
    State(site): State<Site>,
    language: Language,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Response {
    let Some(waiting) = Waiting::read(&headers, site.is_secure()) else {
        return Redirect::to(&leading_on("/portal/sign-in", asked.page())).into_response();
    };
    respond(
        StatusCode::OK,
        &code_page(&site, language, &waiting, asked.page()),
    )
}

fn code_page<'a>(
    site: &'a Site,
    language: Language,
    waiting: &Waiting,
    then: &str,
) -> CodePage<'a> {
    CodePage {
        frame: site.frame(language, leading_on("/portal/sign-in/code", then)),
        action: SIGN_IN_CODE,
        back: leading_on("/portal/sign-in", then),
        then: then.to_owned(),
        expires_at: waiting.expires_at,
        mistake: None,
    }
}

/// The posted code.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CodeEntry {
    pub(super) code: String,
    #[serde(default)]
    pub(super) then: String,
}

/// Signs in with the code.
pub(super) async fn take_code(
    State(site): State<Site>,
    language: Language,
    headers: HeaderMap,
    Peer(source): Peer,
    form: Result<Form<CodeEntry>, FormRejection>,
) -> Response {
    let Ok(Form(CodeEntry { code, then })) = form else {
        return Notice::Malformed.page(&site, language);
    };
    let (code, then) = (Secret::new(code), own_page(&then).unwrap_or_default());
    let Some(waiting) = Waiting::read(&headers, site.is_secure()) else {
        return Redirect::to(&leading_on("/portal/sign-in", then)).into_response();
    };
    let again = |mistake: CodeMistake| {
        let status = match mistake {
            CodeMistake::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let page = code_page(&site, language, &waiting, then);
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
    match managers::finish(site.shell(), waiting.sign_in.clone(), code, &source).await {
        Ok(entered) => {
            leave_before(&site, &headers).await;
            enter(&site, &entered, then)
        }
        Err(Failure::Refused(refusal)) => again(mistake_of(&refusal)),
        Err(failure) => Notice::of(&failure).page(&site, language),
    }
}

pub(super) fn mistake_of(refusal: &Refusal) -> CodeMistake {
    match refusal {
        Refusal::TooMany { retry_at } => CodeMistake::TooMany(*retry_at),
        _ => CodeMistake::Wrong,
    }
}

/// Ends the session that the browser had before: what is left of it is nobody's
/// (attack B11).
async fn leave_before(site: &Site, headers: &HeaderMap) {
    let Some(before) = cookie::manager_token(headers, site.is_secure()) else {
        return;
    };
    let shell = site.shell();
    let ended = match managers::signed_in(shell, &before).await {
        Ok(by) => managers::sign_out(shell, &by).await,
        Err(_) => Ok(()),
    };
    if let Err(failure) = ended {
        tracing::warn!(error = %failure, "an earlier session could not be ended");
    }
}

/// Gives the session's cookie, and goes on: whoever manages several merchants chooses
/// one first.
fn enter(site: &Site, entered: &Entered, then: &str) -> Response {
    let page = match entered.merchants.len() {
        0 | 1 => own_page(then).unwrap_or("/portal").to_owned(),
        _ => leading_on("/portal/merchants", then),
    };
    go_on_with(site, &entered.token, &page)
}

/// Goes on under a session's new token. What waited for a code is over.
pub(super) fn go_on_with(site: &Site, token: &ManagerToken, page: &str) -> Response {
    let mut response = Redirect::to(page).into_response();
    let secure = site.is_secure();
    for value in [cookie::keep_manager(token, secure), Waiting::drop(secure)]
        .into_iter()
        .flatten()
    {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}
