//! A picture as the body of a request.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use tokio::sync::OwnedSemaphorePermit;

use super::Api;
use super::json::{RequestDigest, within};
use super::problem::Problem;
use crate::picture::limits::FILE_BYTES_MAX;

/// A file in a body, read once there is room to work on it.
#[derive(Debug)]
pub(super) struct Upload {
    pub(super) file: Bytes,
    pub(super) digest: RequestDigest,
    _place: OwnedSemaphorePermit,
}

impl FromRequest<Api> for Upload {
    type Rejection = Problem;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Problem> {
        let mut kinds = request.headers().get_all(header::CONTENT_TYPE).iter();
        // What it says it is; what it is, its content says.
        let is_picture = matches!(
            (
                kinds.next().and_then(|kind| kind.to_str().ok()),
                kinds.next()
            ),
            (Some("image/jpeg" | "image/png"), None)
        );
        if !is_picture {
            return Err(Problem::invalid("Content-Type", "image/jpeg or image/png"));
        }
        // Before the body is read: a flood of uploads would take the memory.
        let places = std::sync::Arc::clone(api.shell.scan_places());
        let place = places.try_acquire_owned().map_err(|_| Problem::busy())?;
        let method = request.method().as_str().to_owned();
        let address = request.uri().to_string();
        let file = within(request.into_body(), FILE_BYTES_MAX).await?;
        Ok(Self {
            digest: RequestDigest::of(&method, &address, &file),
            file: file.into(),
            _place: place,
        })
    }
}
