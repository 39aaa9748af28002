//! Tells an open page that its case has moved, by server-sent events.
//!
//! An event carries the case's mark and nothing else; the page then fetches itself.
//! A ring that was missed costs a moment: the stream looks again by itself, as a
//! page without JavaScript does.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use tillkey_wire::ids::CaseId;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::time::{Instant, timeout};

use super::super::limits::{LISTENING_SECONDS_MAX, LOOK_AGAIN_SECONDS};
use super::super::site::Site;
use super::case::{held, mark};
use crate::act::{Access, case};
use crate::bell::Ring;

/// One open page.
struct Listener {
    site: Site,
    case: CaseId,
    access: Access,
    rings: Receiver<Ring>,
    told: Option<String>,
    until: Instant,
    _place: OwnedSemaphorePermit,
}

impl Listener {
    /// Waits for the next thing to say. None ends the stream; the browser connects
    /// again by itself.
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        if self.told.is_some() {
            self.wait().await;
        }
        if Instant::now() >= self.until {
            return None;
        }
        let view = case::view(self.site.shell(), self.case, &self.access)
            .await
            .ok()?;
        let mark = mark(&view);
        let event = if self.told.as_ref() == Some(&mark) {
            // A proxy that hears nothing for a while hangs up.
            Event::default().comment("")
        } else {
            Event::default().data(&mark)
        };
        self.told = Some(mark);
        Some((Ok(event), self))
    }

    /// Until this case rings, or it is time to look anyway.
    async fn wait(&mut self) {
        let case = self.case;
        let rung = async {
            loop {
                match self.rings.recv().await {
                    Ok(Ring::Case(rung)) if rung == case => return,
                    Ok(_) => {}
                    // Among the rings that were dropped may have been ours.
                    Err(RecvError::Lagged(_)) => return,
                    Err(RecvError::Closed) => std::future::pending().await,
                }
            }
        };
        let _ = timeout(Duration::from_secs(LOOK_AGAIN_SECONDS), rung).await;
    }
}

/// The stream of one page.
pub(in super::super) async fn events(
    State(site): State<Site>,
    Path(case): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some((case, holding)) = held(&case, &headers, &site) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    // A page that finds no place looks by itself from time to time.
    let Ok(place) = site.listeners().clone().try_acquire_owned() else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let access = Access::Holder(holding.token);
    if case::view(site.shell(), case, &access).await.is_err() {
        return StatusCode::NOT_FOUND.into_response();
    }
    let listener = Listener {
        // Listens before it looks, so that nothing falls in between.
        rings: site.shell().bell().listen(),
        until: Instant::now() + Duration::from_secs(LISTENING_SECONDS_MAX),
        told: None,
        _place: place,
        site,
        case,
        access,
    };
    (
        [(header::CACHE_CONTROL, "no-store")],
        Sse::new(open(listener)),
    )
        .into_response()
}

fn open(listener: Listener) -> impl Stream<Item = Result<Event, Infallible>> + Send {
    stream::unfold(listener, Listener::next)
}
