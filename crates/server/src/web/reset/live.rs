//! Tells the page of a case that the case has moved.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::super::live::{Watch, stream};
use super::super::site::Site;
use super::case::held;
use crate::act::Access;
use crate::peer::Peer;

/// The stream of one page.
pub(in super::super) async fn events(
    State(site): State<Site>,
    Path(case): Path<String>,
    headers: HeaderMap,
    Peer(source): Peer,
) -> Response {
    let Some((case, holding)) = held(&case, &headers, &site) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let access = Access::Holder(holding.token);
    let watch = Watch::case(site.shell().clone(), case, access);
    stream(&site, &source, watch).await
}
