//! What stands around every page, and how a page becomes an answer.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use tillkey_rules::refusal::Refusal;

use super::assets::Assets;
use super::limits::REFRESH_SECONDS;
use super::nav::Nav;
use super::when::Reading;
use super::words::{Words, side};
use super::{Language, language};
use crate::config::WhomToCall;

/// What stands around a page.
#[derive(Debug)]
pub struct Frame<'a> {
    pub(super) words: &'static Words,
    pub(super) reading: Reading,
    pub(super) assets: &'a Assets,
    pub(super) whom: Option<&'a WhomToCall>,
    /// The page's own address, for the language switch.
    pub(super) path: String,
    /// Whether the page moves by itself.
    pub(super) is_live: bool,
    /// Where somebody who is signed in can go; none on a public page.
    pub(super) nav: Option<Nav>,
}

impl<'a> Frame<'a> {
    /// A frame for the page at `path`.
    pub fn new(reading: Reading, assets: &'a Assets, path: impl Into<String>) -> Self {
        let words = Words::of(reading.language);
        Self {
            words,
            reading,
            assets,
            whom: None,
            path: path.into(),
            is_live: false,
            nav: None,
        }
    }

    /// The same with what the acquirer says of whom merchants turn to.
    #[must_use]
    pub const fn with_whom(mut self, whom: &'a WhomToCall) -> Self {
        self.whom = Some(whom);
        self
    }

    /// Whom a reader turns to, where the acquirer says it.
    pub(super) fn whom(&self) -> Option<Whom<'a>> {
        let whom = self.whom.filter(|whom| !whom.is_empty())?;
        let language = self.language();
        let title = match &whom.name {
            Some(name) => side(name, language),
            None => &self.words.whom.title,
        };
        Some(Whom {
            title,
            hotline: whom.hotline.as_deref(),
            hours: whom.hours.as_ref().map(|text| side(text, language)),
            branches: whom.branches.as_ref().map(|text| side(text, language)),
        })
    }

    /// The same around a page that moves by itself.
    pub(super) fn live(self, is_live: bool) -> Self {
        Self { is_live, ..self }
    }

    /// The same with a bar above it, for somebody who is signed in.
    pub fn with_nav(self, nav: Nav) -> Self {
        Self {
            nav: Some(nav),
            ..self
        }
    }

    /// How its reader reads times.
    pub fn reading(&self) -> Reading {
        self.reading
    }

    /// Whether the page is one of the staff's.
    pub(super) fn is_staff(&self) -> bool {
        self.nav.as_ref().is_some_and(|nav| nav.is_staff)
    }

    /// The page's address in the other language. What it was asked for stays.
    pub(super) fn in_other_language(&self) -> String {
        let joint = if self.path.contains('?') { '&' } else { '?' };
        format!("{}{joint}lang={}", self.path, self.other_tag())
    }

    pub(super) const fn tag(&self) -> &'static str {
        self.reading.language.tag()
    }

    pub(super) const fn other_tag(&self) -> &'static str {
        language::other(self.reading.language).tag()
    }

    pub(super) const fn refresh_seconds(&self) -> u32 {
        REFRESH_SECONDS
    }

    pub(super) const fn language(&self) -> Language {
        self.reading.language
    }
}

/// Whom a reader turns to, in their language.
#[derive(Debug)]
pub(super) struct Whom<'a> {
    pub(super) title: &'a str,
    pub(super) hotline: Option<&'a str>,
    pub(super) hours: Option<&'a str>,
    pub(super) branches: Option<&'a str>,
}

impl Whom<'_> {
    /// The hotline's number as a telephone dials it.
    pub(super) fn dialled(&self) -> String {
        self.hotline.unwrap_or_default().replace([' ', '-'], "")
    }
}

/// With what status a page says why something was refused.
pub(super) const fn refused(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// A page as an answer. Nothing but files with a digest in their name may be kept by
/// a browser: a page can show who asked for what.
pub(super) fn respond(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, [(header::CACHE_CONTROL, "no-store")], Html(html)).into_response(),
        Err(error) => {
            tracing::error!(error = %error, "a page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
