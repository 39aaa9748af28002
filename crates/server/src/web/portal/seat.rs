//! A manager at their place: who they are by their session's cookie, and where they go
//! without one.
//!
//! Every page of the portal takes a [`ManagerSeat`]. Where the session has ended, the
//! reader goes to sign in and back to the page again.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use tillkey_rules::vocabulary::ManagerRight;

use super::PortalWords;
use crate::act::managers::{self, ManagerSession};
use crate::act::{Access, Failure, portal};
use crate::web::frame::Frame;
use crate::web::notice::Notice;
use crate::web::site::Site;
use crate::web::{Language, Nav, NavLink, cookie, way_back};

/// A manager who is signed in, in the language that they read.
#[derive(Debug, Clone)]
pub(in crate::web) struct ManagerSeat {
    /// Who, and for which merchant.
    pub(in crate::web) by: ManagerSession,
    /// What that merchant is called.
    pub(in crate::web) merchant_name: String,
    /// What they read.
    pub(in crate::web) language: Language,
    pub(in crate::web) site: Site,
}

/// What managers reach a case with.
impl From<&ManagerSeat> for Access {
    fn from(seat: &ManagerSeat) -> Self {
        Self::Manager(seat.by.clone())
    }
}

impl ManagerSeat {
    /// The frame of a page at `path`, with the bar above it.
    pub(in crate::web) fn frame(&self, path: impl Into<String>) -> Frame<'_> {
        let path = path.into();
        let nav = bar(self.language, &self.merchant_name, &path, |right| {
            self.by.has(right)
        });
        self.site.frame(self.language, path).with_nav(nav)
    }

    /// Turns away whoever has not this right: the page is as one that is not there.
    ///
    /// # Errors
    /// That page.
    pub(in crate::web) fn must(&self, right: ManagerRight) -> Result<(), Response> {
        self.by
            .must(right)
            .map_err(|failure| self.failed(&failure, "/portal"))
    }

    /// The answer to a failure that no field of a page can be blamed for. `page` is
    /// where the reader was, and comes back to after a sign-in.
    pub(in crate::web) fn failed(&self, failure: &Failure, page: &str) -> Response {
        match failure {
            Failure::Unauthenticated => to_sign_in(page),
            Failure::NotFresh => to_confirm(page),
            failure => Notice::of(failure).page(&self.site, self.language),
        }
    }
}

/// The bar above a page of the portal.
pub(in crate::web) fn bar(
    language: Language,
    who: &str,
    path: &str,
    has: impl Fn(ManagerRight) -> bool,
) -> Nav {
    let words = &PortalWords::of(language).nav;
    let places = [
        ("/portal", &words.terminals, true),
        ("/portal/history", &words.history, true),
        (
            "/portal/records",
            &words.records,
            has(ManagerRight::SeeRecords),
        ),
        (
            "/portal/deposit",
            &words.deposit,
            has(ManagerRight::SeeRecords),
        ),
        (
            "/portal/contact",
            &words.contact,
            has(ManagerRight::ChangeContact),
        ),
        (
            "/portal/access",
            &words.access,
            has(ManagerRight::ManageOperators),
        ),
        ("/portal/data", &words.data, true),
        ("/portal/sessions", &words.account, true),
    ];
    let here = match path.split('/').nth(2) {
        Some("history" | "cases") => "/portal/history",
        Some("records") => "/portal/records",
        Some("deposit") => "/portal/deposit",
        Some("contact") => "/portal/contact",
        Some("access" | "access-review") => "/portal/access",
        Some("data") => "/portal/data",
        Some("sessions" | "merchants") => "/portal/sessions",
        _ => "/portal",
    };
    let links = places.into_iter().filter(|(_, _, shown)| *shown);
    Nav {
        label: words.label.clone(),
        who: who.to_owned(),
        links: links
            .map(|(href, text, _)| NavLink {
                href,
                text: text.clone(),
                is_here: href == here,
            })
            .collect(),
        sign_out: words.sign_out.clone(),
        sign_out_to: "/portal/sign-out",
        is_staff: false,
    }
}

/// Who a request comes from, if its cookie is that of a live session.
pub(in crate::web) async fn sit(
    site: &Site,
    headers: &HeaderMap,
    language: Language,
) -> Result<ManagerSeat, Failure> {
    let token = cookie::manager_token(headers, site.is_secure()).ok_or(Failure::Unauthenticated)?;
    let by = managers::signed_in(site.shell(), &token).await?;
    let merchant = portal::merchant(site.shell(), &by).await?;
    Ok(ManagerSeat {
        by,
        merchant_name: merchant.name,
        language,
        site: site.clone(),
    })
}

impl FromRequestParts<Site> for ManagerSeat {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Response> {
        let language = crate::web::language::of(&parts.uri, &parts.headers);
        match sit(site, &parts.headers, language).await {
            Ok(seat) => Ok(seat),
            Err(Failure::Unauthenticated) => Err(turn_away(parts)),
            Err(failure) => Err(Notice::of(&failure).page(site, language)),
        }
    }
}

/// Sends a page's reader to sign in, and back again after it. A script that fetches
/// gets a plain answer: it has nothing to sign in with. A form goes back to the page
/// that it stands on.
fn turn_away(parts: &Parts) -> Response {
    let accepts = parts.headers.get("accept").map(HeaderValue::as_bytes);
    if accepts == Some(b"text/event-stream") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let asked = parts.uri.path_and_query().map_or("", |path| path.as_str());
    if [Method::GET, Method::HEAD].contains(&parts.method) {
        return to_sign_in(asked);
    }
    to_sign_in(page_of_form(asked))
}

/// The page that a form stands on: its own address, or the one above it.
fn page_of_form(posted_to: &str) -> &str {
    match posted_to.rsplit_once('/') {
        Some((_, "reset" | "removal" | "contact" | "merchants" | "end" | "access-review")) => {
            posted_to
        }
        Some((above, _)) => above.strip_suffix("/operators").unwrap_or(above),
        None => "/portal",
    }
}

/// Goes to sign in, and to `page` after it.
pub(in crate::web) fn to_sign_in(page: &str) -> Response {
    Redirect::to(&format!("/portal/sign-in{}", then(page))).into_response()
}

/// Goes to prove anew who it is, and to `page` after it.
pub(in crate::web) fn to_confirm(page: &str) -> Response {
    Redirect::to(&format!("/portal/confirm{}", then(page))).into_response()
}

fn then(page: &str) -> String {
    match own_page(page) {
        Some(page) if page != "/portal" => format!("?then={}", page.replace('&', "%26")),
        _ => String::new(),
    }
}

/// A page of the portal to go on to, if it is one (attack B08).
pub(in crate::web) fn own_page(page: &str) -> Option<&str> {
    let inside = |page: &&str| *page == "/portal" || page.starts_with("/portal/");
    let entrance =
        |page: &&str| page.starts_with("/portal/sign-") || page.starts_with("/portal/confirm");
    way_back::checked(page)
        .filter(inside)
        .filter(|page| !entrance(page))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b08_only_pages_of_the_portal_are_gone_back_to() {
        for good in [
            "/portal",
            "/portal/contact",
            "/portal/terminals/a1/operators/01/reset?reason=locked",
        ] {
            assert_eq!(own_page(good), Some(good));
        }
        for bad in [
            "",
            "/",
            "/portalx",
            "/settings/staff",
            "//evil.example/portal",
            "https://evil.example/portal",
            "/portal/../reset",
            "/portal/sign-out",
            "/portal/sign-in?then=/portal",
            "/portal/confirm",
        ] {
            assert_eq!(own_page(bad), None, "{bad}");
        }
    }
}
