//! Where somebody is signed in: their own sessions, and for an administrator those of
//! every account. Each can be ended, and all at once.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use tillkey_wire::ids::StaffId;

use super::super::frame::{Frame, respond};
use super::super::notice::Notice;
use super::super::seat::{Form, Posted, Seat};
use super::super::words::fill;
use super::SettingsWords;
use crate::act::Failure;
use crate::act::staff::{self, Device, SessionSummary};

/// The sessions of an account.
#[derive(Debug, Template)]
#[template(path = "settings/sessions.html")]
pub struct SessionsPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// The sessions.
    pub sessions: Vec<SessionSummary>,
    /// Whose they are, where they are another's.
    pub of: Option<String>,
    /// Where a session's end is posted to; all of them end one level below.
    pub to: String,
}

impl SessionsPage<'_> {
    fn words(&self) -> &'static SettingsWords {
        SettingsWords::of(self.frame.language())
    }

    fn title(&self) -> String {
        let words = &self.words().sessions;
        match &self.of {
            Some(account) => fill(&words.title_of, "who", account),
            None => words.title.clone(),
        }
    }

    fn at(&self, at: &Timestamp) -> String {
        self.frame.reading.minute(*at)
    }

    fn device(&self, device: &Device) -> String {
        let families: Vec<&str> = [device.browser(), device.system()]
            .into_iter()
            .flatten()
            .collect();
        if families.is_empty() {
            self.words().sessions.device_unknown.clone()
        } else {
            families.join(" · ")
        }
    }
}

/// Which session to end; without a name, all of them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct EndForm {
    session: String,
}

impl Form for EndForm {
    const KEPT: &'static [&'static str] = &[];
}

/// Shows one's own sessions.
pub(in super::super) async fn show(seat: Seat) -> Response {
    let own = seat.signed_in.account().cloned();
    draw(&seat, own, None).await
}

/// Shows another's.
pub(in super::super) async fn show_of(seat: Seat, Path(account): Path<String>) -> Response {
    let of = Some(account.clone());
    draw(&seat, account.parse().ok(), of).await
}

async fn draw(seat: &Seat, account: Option<StaffId>, of: Option<String>) -> Response {
    let Some(account) = account else {
        return Notice::Missing.page(seat.site(), seat.language);
    };
    let path = match &of {
        Some(of) => format!("/settings/staff/{of}/sessions"),
        None => "/settings/sessions".to_owned(),
    };
    match staff::sessions(seat.site().shell(), &seat.signed_in, account).await {
        Ok(sessions) => {
            let page = SessionsPage {
                frame: seat.frame(path.clone()),
                sessions,
                of,
                to: format!("{path}/end"),
            };
            respond(StatusCode::OK, &page)
        }
        Err(failure) => seat.failed(&failure),
    }
}

/// Ends one's own session, or all of them.
pub(in super::super) async fn end(Posted { seat, form }: Posted<EndForm>) -> Response {
    let Some(account) = seat.signed_in.account().cloned() else {
        return seat.failed(&Failure::NotAllowed);
    };
    finish(&seat, account, form, "/settings/sessions").await
}

/// Ends another's.
pub(in super::super) async fn end_of(
    Path(account): Path<String>,
    Posted { seat, form }: Posted<EndForm>,
) -> Response {
    let Ok(name) = account.parse() else {
        return Notice::Missing.page(seat.site(), seat.language);
    };
    let back = format!("/settings/staff/{account}/sessions");
    finish(&seat, name, form, &back).await
}

async fn finish(seat: &Seat, account: StaffId, form: EndForm, back: &str) -> Response {
    let shell = seat.site().shell();
    let ended = if form.session.is_empty() {
        staff::end_sessions(shell, &seat.signed_in, account).await
    } else {
        match form.session.parse() {
            Ok(session) => staff::end_session(shell, &seat.signed_in, account, session).await,
            Err(_) => Err(Failure::Unknown),
        }
    };
    match ended {
        // Sent twice, or over by itself: it is gone, which is what was asked for.
        Ok(()) | Err(Failure::Unknown) => Redirect::to(back).into_response(),
        Err(failure) => seat.failed(&failure),
    }
}
