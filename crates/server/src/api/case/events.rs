//! `/v1/cases/{case}/events`: a case as it moves, as server-sent events.
//!
//! 1. Listen to the bell, then read the case: nothing falls between the two.
//! 2. Send it; at each ring that may be about it, read it again, and send what differs.
//! 3. End after the state that ends the case, or when the stream's time is up.
//!
//! Streams are bounded, in all and for each source. A ring only says "look": the case
//! is read by the caller's own right each time.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream::{self, Stream};
use tillkey_wire::ids::CaseId;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

use super::body::CaseBody;
use crate::act::{Access, case as act};
use crate::api::Api;
use crate::api::address::Named;
use crate::api::caller::{CaseCaller, Peer};
use crate::api::limits::{STREAM_HEARTBEAT_EVERY, STREAM_LOOK_EVERY, STREAM_TIME_MAX};
use crate::api::problem::{Problem, ProblemBody};
use crate::bell::Ring;
use crate::streams::Place;

/// The id of the event that ends a case. A browser that comes back with it is told
/// that there is no more.
const LAST: &str = "closed";

/// Follows a case. Each event is called `case` and holds the whole case; the stream
/// ends when the case is closed.
#[utoipa::path(
    get, path = "/v1/cases/{case}/events", tag = "cases", params(("case" = String, Path)),
    responses(
        (status = 200, description = "Events named `case`", body = CaseBody,
            content_type = "text/event-stream"),
        (status = 204, description = "The caller has seen the case closed"),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("case" = []), ("staff" = []), ("manager" = []))
)]
pub(super) async fn events(
    State(api): State<Api>,
    Named(case): Named<CaseId>,
    caller: CaseCaller,
    peer: Peer,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let place = api.streams.take(&peer.0)?;
    let rings = api.shell.bell().listen();
    let first: CaseBody = act::view(&api.shell, case, &caller.access).await?.into();
    let seen_last = headers
        .get("last-event-id")
        .is_some_and(|id| id.as_bytes() == LAST.as_bytes());
    if seen_last && !first.state.is_open() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let follower = Follower {
        api,
        case,
        access: caller.access,
        rings,
        sent: None,
        first: Some(first),
        until: Instant::now() + STREAM_TIME_MAX,
        _place: place,
    };
    let beat = KeepAlive::new().interval(STREAM_HEARTBEAT_EVERY);
    Ok(Sse::new(follower.stream()).keep_alive(beat).into_response())
}

/// One stream and what it needs to go on.
struct Follower {
    api: Api,
    case: CaseId,
    access: Access,
    rings: Receiver<Ring>,
    first: Option<CaseBody>,
    sent: Option<CaseBody>,
    until: Instant,
    _place: Place,
}

impl Follower {
    fn stream(self) -> impl Stream<Item = Result<Event, Infallible>> {
        stream::unfold(Some(self), |follower| async {
            let mut follower = follower?;
            let body = follower.next().await?;
            let event = Event::default().event("case").retry(Duration::from_secs(2));
            let event = if body.state.is_open() {
                event
            } else {
                event.id(LAST)
            };
            let event = event.json_data(&body).ok()?;
            let goes_on = body.state.is_open();
            follower.sent = Some(body);
            Some((Ok(event), goes_on.then_some(follower)))
        })
    }

    /// The case, once it differs from what was sent; none when the stream is over.
    async fn next(&mut self) -> Option<CaseBody> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        loop {
            // A ring of another node may be lost, so the case is looked at now and then in
            // any case.
            let look_at = self.until.min(Instant::now() + STREAM_LOOK_EVERY);
            match tokio::time::timeout_at(look_at, self.rung()).await {
                Ok(Err(Stopped)) => return None,
                Err(_) if look_at == self.until => return None,
                Ok(Ok(())) | Err(_) => {}
            }
            let view = act::view(&self.api.shell, self.case, &self.access)
                .await
                .ok()?;
            let body = CaseBody::from(view);
            if self.sent.as_ref() != Some(&body) {
                return Some(body);
            }
        }
    }

    /// Waits until this case may have moved. Whoever was too slow to hear every ring
    /// has missed some, and looks.
    async fn rung(&mut self) -> Result<(), Stopped> {
        loop {
            match self.rings.recv().await {
                Ok(Ring::Case(case)) if case == self.case => return Ok(()),
                Ok(Ring::Anything) | Err(RecvError::Lagged(_)) => return Ok(()),
                Err(RecvError::Closed) => return Err(Stopped),
                Ok(_) => {}
            }
        }
    }
}

/// The service is shutting down.
struct Stopped;
