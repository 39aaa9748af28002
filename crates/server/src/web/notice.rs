//! Pages that only say that something is not there, or did not work.

use askama::Template;
use axum::extract::State;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};

use super::Language;
use super::frame::{Frame, respond};
use super::site::Site;
use super::words::{NoticeWords, Words};
use crate::act::Failure;

/// What there is to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// No case, or not with this device: the two are not told apart.
    Lost,
    /// No such page.
    Missing,
    /// A request that another site's page made.
    Foreign,
    /// A form that cannot be read.
    Malformed,
    /// Too much is asked at once.
    Busy,
    /// Something failed on our side.
    Trouble,
}

impl Notice {
    /// Every notice.
    pub const ALL: [Self; 6] = [
        Self::Lost,
        Self::Missing,
        Self::Foreign,
        Self::Malformed,
        Self::Busy,
        Self::Trouble,
    ];

    const fn status(self) -> StatusCode {
        match self {
            Self::Lost | Self::Missing => StatusCode::NOT_FOUND,
            Self::Foreign => StatusCode::FORBIDDEN,
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Trouble => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    const fn words(self, words: &Words) -> &NoticeWords {
        match self {
            Self::Lost => &words.lost,
            Self::Missing => &words.missing,
            Self::Foreign => &words.foreign,
            Self::Malformed => &words.malformed,
            Self::Busy => &words.busy,
            Self::Trouble => &words.trouble,
        }
    }

    /// The notice for a failure that no field of a page can be blamed for.
    pub(super) fn of(failure: &Failure) -> Self {
        match failure {
            Failure::Unknown
            | Failure::Unauthenticated
            | Failure::NotAllowed
            | Failure::NotFresh
            | Failure::PasswordDue => Self::Lost,
            Failure::Busy => Self::Busy,
            Failure::Invalid(_) | Failure::KeyReused | Failure::WeakPassword(_) => Self::Malformed,
            Failure::Refused(_) | Failure::Exists | Failure::Fault(_) => {
                tracing::error!(error = %failure, "a page could not be served");
                Self::Trouble
            }
        }
    }

    /// The notice as an answer.
    pub(super) fn page(self, site: &Site, language: Language) -> Response {
        let frame = site.frame(language, "/");
        let mut response = respond(
            self.status(),
            &NoticePage {
                frame,
                notice: self,
            },
        );
        if self == Self::Busy {
            response
                .headers_mut()
                .insert("retry-after", axum::http::HeaderValue::from_static("5"));
        }
        response
    }
}

/// A page that only says something.
#[derive(Debug, Template)]
#[template(path = "notice.html")]
pub struct NoticePage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// What it says.
    pub notice: Notice,
}

impl NoticePage<'_> {
    fn title(&self) -> &str {
        &self.notice.words(self.frame.words).title
    }

    fn lead(&self) -> &str {
        &self.notice.words(self.frame.words).lead
    }
}

/// Answers where there is no page.
pub(super) async fn missing(State(site): State<Site>, language: Language) -> Response {
    Notice::Missing.page(&site, language)
}

/// Answers where an address takes a form only. It stays in the address bar when a form
/// comes back with a mistake; whoever opens it again is brought to the page that the
/// form stands on, which is one step up.
pub(super) async fn form_only(
    State(site): State<Site>,
    language: Language,
    method: Method,
    uri: Uri,
) -> Response {
    match uri.path().rsplit_once('/') {
        // Never `//host`, which would be another site (attack B08).
        Some((page, _)) if method == Method::GET && page.len() > 1 && !page.starts_with("//") => {
            Redirect::to(page).into_response()
        }
        _ => {
            let mut response = Notice::Missing.page(&site, language);
            *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
            response
        }
    }
}
