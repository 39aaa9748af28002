//! Tells an open page that what it shows has moved, by server-sent events.
//!
//! An event carries a mark and nothing else; the page then fetches itself. A ring that
//! was missed costs a moment: the stream looks again by itself, as a page without
//! JavaScript does.

use std::convert::Infallible;
use std::pin::Pin;
use std::time::Duration;

use axum::http::{StatusCode, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tillkey_wire::ids::{ApplicationId, CaseId};
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::time::{Instant, timeout};

use super::limits::{LISTENING_SECONDS_MAX, LOOK_AGAIN_SECONDS};
use super::reset::case::mark;
use super::site::Site;
use crate::act::{Access, ApplicationToken, Source, application, case};
use crate::bell::Ring;
use crate::shell::Shell;
use crate::streams::Place;

/// One look at what the page shows: a mark that changes whenever that does; none where
/// there is nothing to see any more.
pub(super) type Look = Pin<Box<dyn Future<Output = Option<String>> + Send>>;

/// What a page listens to.
pub(super) struct Watch {
    /// Whether a ring may concern the page.
    pub(super) wakes: Box<dyn Fn(Ring) -> bool + Send + Sync>,
    /// Looks.
    pub(super) look: Box<dyn Fn() -> Look + Send + Sync>,
}

impl Watch {
    /// The page of a case, for whoever reaches it.
    pub(super) fn case(shell: Shell, case: CaseId, access: Access) -> Self {
        Self {
            wakes: Box::new(move |ring| ring == Ring::Case(case)),
            look: Box::new(move || {
                let (shell, access) = (shell.clone(), access.clone());
                Box::pin(async move {
                    let view = case::view(&shell, case, &access).await.ok()?;
                    Some(mark(&view))
                })
            }),
        }
    }

    /// The page of an application, for its applicant.
    pub(super) fn application(shell: Shell, id: ApplicationId, token: ApplicationToken) -> Self {
        Self {
            wakes: Box::new(move |ring| ring == Ring::Application(id)),
            look: Box::new(move || {
                let access = application::Access::Applicant(token.clone());
                let shell = shell.clone();
                Box::pin(async move {
                    let view = application::view(&shell, id, &access).await.ok()?;
                    Some(super::application::mark(&view))
                })
            }),
        }
    }
}

/// One open page.
struct Listener {
    watch: Watch,
    rings: Receiver<Ring>,
    told: Option<String>,
    until: Instant,
    _place: Place,
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
        let mark = (self.watch.look)().await?;
        let event = if self.told.as_ref() == Some(&mark) {
            // A proxy that hears nothing for a while hangs up.
            Event::default().comment("")
        } else {
            Event::default().data(&mark)
        };
        self.told = Some(mark);
        Some((Ok(event), self))
    }

    /// Until something rings that may concern the page, or it is time to look anyway.
    async fn wait(&mut self) {
        let (rings, wakes) = (&mut self.rings, &self.watch.wakes);
        let rung = async {
            loop {
                match rings.recv().await {
                    Ok(ring) if ring == Ring::Anything || wakes(ring) => return,
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
pub(super) async fn stream(site: &Site, source: &Source, watch: Watch) -> Response {
    // A page that finds no place looks by itself from time to time.
    let Ok(place) = site.streams().take(source) else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    // Listens before it looks, so that nothing falls in between.
    let rings = site.shell().bell().listen();
    if (watch.look)().await.is_none() {
        return StatusCode::NOT_FOUND.into_response();
    }
    let listener = Listener {
        watch,
        rings,
        told: None,
        until: Instant::now() + Duration::from_secs(LISTENING_SECONDS_MAX),
        _place: place,
    };
    (
        [(header::CACHE_CONTROL, "no-store")],
        Sse::new(stream::unfold(listener, Listener::next)),
    )
        .into_response()
}
