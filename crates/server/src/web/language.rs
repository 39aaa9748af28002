//! Which language a reader gets: what the address asks for, else what was chosen
//! before, else what the browser prefers, else Chinese.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};

pub use crate::api::language::Language;

use super::cookie;

/// The cookie that keeps the choice. It names a language and nobody.
pub(super) const COOKIE: &str = "tillkey-language";

/// What `?lang=` asks for, if it is a language of the house.
pub(super) fn chosen(uri: &Uri) -> Option<Language> {
    let query = uri.query()?;
    query
        .split('&')
        .find_map(|pair| pair.strip_prefix("lang="))
        .and_then(from_tag)
}

/// The language of a request.
pub(super) fn of(uri: &Uri, headers: &HeaderMap) -> Language {
    chosen(uri)
        .or_else(|| cookie::read(headers, COOKIE).and_then(from_tag))
        .unwrap_or_else(|| Language::asked_for(headers))
}

fn from_tag(tag: &str) -> Option<Language> {
    [Language::Chinese, Language::English]
        .into_iter()
        .find(|language| language.tag() == tag)
}

/// The other one, for the switch.
pub(super) const fn other(language: Language) -> Language {
    match language {
        Language::Chinese => Language::English,
        Language::English => Language::Chinese,
    }
}

impl<S: Sync> FromRequestParts<S> for Language {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(of(&parts.uri, &parts.headers))
    }
}
