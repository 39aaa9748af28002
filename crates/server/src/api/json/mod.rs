//! Bodies, read strictly: a content type, a size before anything is parsed, one
//! meaning per text, and no field that is not asked for.
//!
//! [`StrictJson`] is the only way a body reaches a handler; [`NoBody`] is its twin
//! for verbs that need none.

mod read;
mod tree;

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

pub(crate) use read::FieldFault;

use super::limits::{BODY_BYTES_MAX, JSON_VALUES_MAX, REPORT_BYTES_MAX, REPORT_VALUES_MAX};
use super::problem::Problem;

/// A body and the digest of the request that it makes.
#[derive(Debug)]
pub(crate) struct StrictJson<T> {
    /// The body.
    pub(crate) body: T,
    /// What tells this request from another under the same idempotency key.
    pub(crate) digest: RequestDigest,
}

/// A body of many rows, and the digest of the request that it makes. It is read as
/// strictly as any other, with limits of its own; for whoever has signed in.
#[derive(Debug)]
pub(crate) struct ReportJson<T> {
    /// The body.
    pub(crate) body: T,
    /// What tells this request from another under the same idempotency key.
    pub(crate) digest: RequestDigest,
}

/// No body, or an empty object.
#[derive(Debug)]
pub(crate) struct NoBody {
    /// What tells this request from another under the same idempotency key.
    pub(crate) digest: RequestDigest,
}

/// SHA-256 over verb, address and body. It is kept in place of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RequestDigest(pub(crate) [u8; 32]);

impl RequestDigest {
    /// The digest of a request.
    pub(crate) fn of(method: &str, path: &str, body: &[u8]) -> Self {
        let mut hash = Sha256::new();
        for part in [method.as_bytes(), path.as_bytes(), body] {
            // Lengths first, so that no two requests are spelt alike.
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
        Self(hash.finalize().into())
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for StrictJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (body, digest) = strict(request, (BODY_BYTES_MAX, JSON_VALUES_MAX)).await?;
        Ok(Self { body, digest })
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for ReportJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (body, digest) = strict(request, (REPORT_BYTES_MAX, REPORT_VALUES_MAX)).await?;
        Ok(Self { body, digest })
    }
}

async fn strict<T: DeserializeOwned>(
    request: Request,
    (bytes_max, values_max): (usize, usize),
) -> Result<(T, RequestDigest), Problem> {
    if !says_json(request.headers()) {
        return Err(Problem::media_type());
    }
    let (bytes, digest) = whole(request, bytes_max).await?;
    let tree = tree::read(&bytes, values_max).map_err(|why| Problem::malformed(why.rule()))?;
    Ok((read::read(tree)?, digest))
}

impl<S: Send + Sync> FromRequest<S> for NoBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (bytes, digest) = whole(request, BODY_BYTES_MAX).await?;
        if bytes.is_empty() {
            return Ok(Self { digest });
        }
        let tree =
            tree::read(&bytes, JSON_VALUES_MAX).map_err(|why| Problem::malformed(why.rule()))?;
        read::read::<Nothing>(tree)?;
        Ok(Self { digest })
    }
}

/// Reads what came as names and texts, such as a query.
pub(crate) fn read_texts<T: DeserializeOwned>(
    texts: BTreeMap<String, String>,
) -> Result<T, FieldFault> {
    let fields = texts
        .into_iter()
        .map(|(name, text)| (name, tree::Tree::Text(text)));
    read::read(tree::Tree::Fields(fields.collect()))
}

/// An object without fields.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// The whole body, if it is not too large, and the digest of the request.
async fn whole(request: Request, bytes_max: usize) -> Result<(Vec<u8>, RequestDigest), Problem> {
    let method = request.method().as_str().to_owned();
    let path = request.uri().path().to_owned();
    let bytes = within(request.into_body(), bytes_max).await?;
    let digest = RequestDigest::of(&method, &path, &bytes);
    Ok((bytes, digest))
}

/// A whole body, if it is no larger than this.
pub(crate) async fn within(body: Body, bytes_max: usize) -> Result<Vec<u8>, Problem> {
    // The size that the sender gives first, so that nothing of a large body is read.
    let hint = axum::body::HttpBody::size_hint(&body).lower();
    if usize::try_from(hint).unwrap_or(usize::MAX) > bytes_max {
        return Err(Problem::too_large());
    }
    let mut bytes = Vec::new();
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Problem::malformed("a whole body"))?;
        if bytes.len().saturating_add(chunk.len()) > bytes_max {
            return Err(Problem::too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// `application/json`, with no parameter but UTF-8.
fn says_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return false;
    };
    let Ok(text) = value.to_str() else {
        return false;
    };
    let mut parts = text.split(';').map(str::trim);
    parts
        .next()
        .is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"))
        && parts.all(|part| part.eq_ignore_ascii_case("charset=utf-8"))
}
