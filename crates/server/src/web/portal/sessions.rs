//! Where a manager sees on which devices they are signed in, and ends it.

use askama::Template;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;

use super::PortalWords;
use super::seat::ManagerSeat;
use crate::act::Failure;
use crate::act::managers::{self, SessionSummary};
use crate::web::cookie;
use crate::web::frame::{Frame, respond};
use crate::web::notice::Notice;
use crate::web::site::Site;

/// The sessions of a phone.
#[derive(Debug, Template)]
#[template(path = "portal/sessions.html")]
pub struct SessionsPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// Those that are live.
    pub sessions: Vec<SessionSummary>,
    /// Whether there are several merchants to choose from.
    pub has_others: bool,
}

impl SessionsPage<'_> {
    fn words(&self) -> &'static PortalWords {
        PortalWords::of(self.frame.language())
    }

    fn at(&self, at: &Timestamp) -> String {
        self.frame.reading.minute(*at)
    }
}

/// Shows the sessions.
pub(super) async fn show(seat: ManagerSeat) -> Response {
    let shell = seat.site.shell();
    let found = match managers::sessions(shell, &seat.by).await {
        Ok(sessions) => managers::merchants(shell, &seat.by)
            .await
            .map(|merchants| (sessions, merchants.len() > 1)),
        Err(failure) => Err(failure),
    };
    match found {
        Ok((sessions, has_others)) => {
            let page = SessionsPage {
                frame: seat.frame("/portal/sessions"),
                sessions,
                has_others,
            };
            respond(StatusCode::OK, &page)
        }
        Err(failure) => seat.failed(&failure, "/portal/sessions"),
    }
}

/// Ends one session.
pub(super) async fn end(seat: ManagerSeat, Path(session): Path<String>) -> Response {
    let Ok(session) = session.parse() else {
        return Notice::Missing.page(&seat.site, seat.language);
    };
    match managers::end_session(seat.site.shell(), &seat.by, session).await {
        // Ended meanwhile: what was wanted is so.
        Ok(()) | Err(Failure::Unknown) => Redirect::to("/portal/sessions").into_response(),
        Err(failure) => seat.failed(&failure, "/portal/sessions"),
    }
}

/// Ends the session of this device.
pub(super) async fn sign_out(seat: ManagerSeat) -> Response {
    left(
        &seat.site,
        managers::sign_out(seat.site.shell(), &seat.by).await,
        &seat,
    )
}

/// Ends every session of this phone.
pub(super) async fn sign_out_everywhere(seat: ManagerSeat) -> Response {
    let ended = managers::sign_out_everywhere(seat.site.shell(), &seat.by).await;
    left(&seat.site, ended, &seat)
}

fn left(site: &Site, ended: Result<(), Failure>, seat: &ManagerSeat) -> Response {
    if let Err(failure) = ended {
        return seat.failed(&failure, "/portal");
    }
    let mut response = Redirect::to("/portal/sign-in").into_response();
    if let Some(value) = cookie::drop_manager(site.is_secure()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}
