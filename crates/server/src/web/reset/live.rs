//! Tells the page of a case that the case has moved.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::super::live::{Watch, stream};
use super::super::site::Site;
use super::case::{held, mark};
use crate::act::{Access, case};
use crate::bell::Ring;
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
    let (shell, access) = (site.shell().clone(), Access::Holder(holding.token));
    let watch = Watch {
        wakes: Box::new(move |ring| ring == Ring::Case(case)),
        look: Box::new(move || {
            let (shell, access) = (shell.clone(), access.clone());
            Box::pin(async move {
                let view = case::view(&shell, case, &access).await.ok()?;
                Some(mark(&view))
            })
        }),
    };
    stream(&site, &source, watch).await
}
