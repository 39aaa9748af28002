//! A member of staff at their place: who they are by their session's cookie, and what
//! they see where there is none.
//!
//! Every staff page takes a [`Seat`], every staff form a [`Posted`]. Where the session
//! has ended, a page sends them to sign in and back again; a form keeps what is safe
//! to keep, so that nothing has to be typed twice.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use serde::de::DeserializeOwned;
use tillkey_rules::party::{Actor, Role};

use super::frame::Frame;
use super::nav::{self, Nav};
use super::notice::Notice;
use super::sign_in::{self, Kept};
use super::site::Site;
use super::when::Reading;
use super::{Language, cookie, way_back};
use crate::act::{Access, Failure, SignedIn, StaffToken, staff};

/// A member of staff who is signed in, in the language that they read.
#[derive(Debug, Clone)]
pub(super) struct Seat {
    /// Who.
    pub(super) signed_in: SignedIn,
    /// Their session's token, to end it with.
    pub(super) token: StaffToken,
    /// What they read.
    pub(super) language: Language,
    site: Site,
}

/// What staff reach a case with.
impl From<&Seat> for Access {
    fn from(seat: &Seat) -> Self {
        Self::Staff(seat.signed_in.clone())
    }
}

impl Seat {
    /// The frame of a page at `path`, with the bar above it.
    pub(super) fn frame(&self, path: impl Into<String>) -> Frame<'_> {
        let path = path.into();
        let frame = self.site.frame(self.language, path.clone());
        let Some((who, role)) = self.who() else {
            return frame;
        };
        let nav = Nav::of_staff(who, role, (self.language, &path));
        frame.with_nav(nav)
    }

    /// Their account and role.
    fn who(&self) -> Option<(&str, Role)> {
        match &self.signed_in.actor {
            Actor::Staff { staff, role, .. } => Some((staff.as_str(), *role)),
            _ => None,
        }
    }

    /// Turns away whoever has none of these roles.
    ///
    /// # Errors
    /// The page that says whose place this is.
    pub(super) fn must_be(&self, roles: &[Role]) -> Result<(), Response> {
        let turned_away = |_| {
            let home = self.who().map_or("/", |(_, role)| nav::home_of(role));
            sign_in::not_allowed(self, home)
        };
        self.signed_in.must_be(roles).map_err(turned_away)
    }

    /// The page for a failure that no field can be blamed for. A session that ended
    /// between two steps of one request is as one that had ended before.
    pub(super) fn failed(&self, failure: &Failure) -> Response {
        match failure {
            Failure::Unauthenticated => Redirect::to("/sign-in").into_response(),
            Failure::PasswordDue => Redirect::to(PASSWORD_PAGE).into_response(),
            failure => Notice::of(failure).page(&self.site, self.language),
        }
    }

    /// How they read times.
    pub(super) fn reading(&self) -> Reading {
        self.site.frame(self.language, "").reading
    }

    pub(super) const fn site(&self) -> &Site {
        &self.site
    }
}

/// Where whoever has a first password chooses another one.
pub(super) const PASSWORD_PAGE: &str = "/settings/password";

/// Who a request comes from, if its cookie is that of a live session.
async fn sit(site: &Site, headers: &HeaderMap, language: Language) -> Result<Seat, Failure> {
    let token = cookie::staff_token(headers, site.is_secure()).ok_or(Failure::Unauthenticated)?;
    let shell = site.shell();
    let signed_in = match Use::of(headers) {
        Use::Person => staff::signed_in(shell, &token).await?,
        Use::Script => staff::still_signed_in(shell, &token).await?,
    };
    Ok(Seat {
        signed_in,
        token,
        language,
        site: site.clone(),
    })
}

/// Who makes a request: a person, or a page that looks whether something has moved. A
/// page that is left open must not keep its session alive.
enum Use {
    Person,
    Script,
}

impl Use {
    /// Browsers say it themselves, and a page cannot write this header. One that says
    /// nothing is taken for a person.
    fn of(headers: &HeaderMap) -> Self {
        let dest = headers.get("sec-fetch-dest").map(HeaderValue::as_bytes);
        let accept = headers.get("accept").map(HeaderValue::as_bytes);
        if dest == Some(b"empty") || accept == Some(b"text/event-stream") {
            Self::Script
        } else {
            Self::Person
        }
    }
}

/// The same, while the first password is in force as well: for what leads on from it.
#[derive(Debug, Clone)]
pub(super) struct AnySeat(pub(super) Seat);

impl FromRequestParts<Site> for AnySeat {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Response> {
        let language = super::language::of(&parts.uri, &parts.headers);
        let sit = async {
            let token = cookie::staff_token(&parts.headers, site.is_secure());
            let token = token.ok_or(Failure::Unauthenticated)?;
            let signed_in = staff::signed_in_with_first_password(site.shell(), &token).await?;
            Ok(Seat {
                signed_in,
                token,
                language,
                site: site.clone(),
            })
        };
        match sit.await {
            Ok(seat) => Ok(Self(seat)),
            Err(Failure::Unauthenticated) => Err(to_sign_in(parts)),
            Err(failure) => Err(Notice::of(&failure).page(site, language)),
        }
    }
}

impl FromRequestParts<Site> for Seat {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Response> {
        let language = super::language::of(&parts.uri, &parts.headers);
        match sit(site, &parts.headers, language).await {
            Ok(seat) => Ok(seat),
            Err(Failure::Unauthenticated) => Err(to_sign_in(parts)),
            Err(Failure::PasswordDue) => Err(Redirect::to(PASSWORD_PAGE).into_response()),
            Err(failure) => Err(Notice::of(&failure).page(site, language)),
        }
    }
}

/// Sends a page's reader to sign in, and back again after it. A script that fetches
/// gets a plain answer: it has nothing to sign in with.
fn to_sign_in(parts: &Parts) -> Response {
    let accepts = parts.headers.get("accept").map(HeaderValue::as_bytes);
    if accepts == Some(b"text/event-stream") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let asked = parts.uri.path_and_query().map_or("", |path| path.as_str());
    let is_page = [Method::GET, Method::HEAD].contains(&parts.method);
    match way_back::checked(asked).filter(|_| is_page) {
        Some(then) => {
            let then = then.replace('&', "%26");
            Redirect::to(&format!("/sign-in?then={then}")).into_response()
        }
        None => Redirect::to("/sign-in").into_response(),
    }
}

/// What a form has that may be kept while its sender signs in again. Answers, codes,
/// passwords and document numbers are never among these.
pub(super) trait Form: DeserializeOwned {
    /// The names of the fields that are kept.
    const KEPT: &'static [&'static str];
    /// The page to go to where the sender would rather not send it again: the address
    /// of the form's own page, given the address that it was posted to.
    fn page(posted_to: &str) -> &str {
        posted_to.rsplit_once('/').map_or("/", |(page, _)| page)
    }
}

/// A form that a member of staff posted.
#[derive(Debug)]
pub(super) struct Posted<T> {
    /// Who.
    pub(super) seat: Seat,
    /// What.
    pub(super) form: T,
}

impl<T: Form> FromRequest<Site> for Posted<T> {
    type Rejection = Response;

    async fn from_request(request: Request, site: &Site) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let language = super::language::of(&parts.uri, &parts.headers);
        let seat = sit(site, &parts.headers, language).await;
        let posted_to = parts.uri.path().to_owned();
        let request = Request::from_parts(parts, body);
        let Ok(text) = Bytes::from_request(request, site).await else {
            return Err(Notice::Malformed.page(site, language));
        };
        match seat {
            Ok(seat) => match serde_urlencoded::from_bytes(&text) {
                Ok(form) => Ok(Self { seat, form }),
                Err(_) => Err(Notice::Malformed.page(site, language)),
            },
            Err(Failure::Unauthenticated) => {
                let kept = Kept::read(&text, T::KEPT, (&posted_to, T::page(&posted_to)));
                Err(sign_in::ended(site, language, kept))
            }
            Err(Failure::PasswordDue) => Err(Redirect::to(PASSWORD_PAGE).into_response()),
            Err(failure) => Err(Notice::of(&failure).page(site, language)),
        }
    }
}
