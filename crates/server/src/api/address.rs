//! What stands in an address: names in the path, filters in the query.
//!
//! A path that names nothing well formed leads nowhere and is answered like one that
//! names nothing at all. A query is read as strictly as a body.

use std::collections::BTreeMap;
use std::str::FromStr;

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::json;
use super::limits::{CURSOR_LENGTH_MAX, QUERY_BYTES_MAX};
use super::problem::Problem;

/// The one name in a path.
#[derive(Debug)]
pub(crate) struct Named<T>(pub(crate) T);

impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for Named<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::unknown())?;
        text.parse().map(Self).map_err(|_| Problem::unknown())
    }
}

/// The two names in a path.
#[derive(Debug)]
pub(crate) struct Both<A, B>(pub(crate) A, pub(crate) B);

impl<S: Send + Sync, A: FromStr, B: FromStr> FromRequestParts<S> for Both<A, B> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path((a, b)) = Path::<(String, String)>::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::unknown())?;
        match (a.parse(), b.parse()) {
            (Ok(a), Ok(b)) => Ok(Self(a, b)),
            _ => Err(Problem::unknown()),
        }
    }
}

/// The query, each parameter once and none that is not asked for.
#[derive(Debug)]
pub(crate) struct StrictQuery<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for StrictQuery<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        if parts.uri.query().unwrap_or_default().len() > QUERY_BYTES_MAX {
            return Err(Problem::too_large());
        }
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
            .map_err(|_| Problem::malformed("a query of names and values"))?;
        let mut once = BTreeMap::new();
        for (name, value) in pairs {
            if once.insert(name, value).is_some() {
                return Err(Problem::malformed("each parameter once"));
            }
        }
        Ok(Self(json::read_texts(once)?))
    }
}

/// Where a list goes on, as an earlier page said. What it means is the act's.
#[derive(Debug)]
pub(crate) struct Cursor(pub(crate) String);

impl<'de> serde::Deserialize<'de> for Cursor {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let plain = (1..=CURSOR_LENGTH_MAX).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_graphic());
        if plain {
            Ok(Self(text))
        } else {
            Err(serde::de::Error::custom(
                "the `next_cursor` of an earlier page",
            ))
        }
    }
}
