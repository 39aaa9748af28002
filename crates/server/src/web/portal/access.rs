//! Who else signs in to the portal for the merchant, and the end of it.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use tillkey_rules::access_review::Reach;
use tillkey_rules::vocabulary::ManagerRight;
use tillkey_wire::ids::ManagerId;

use super::PortalWords;
use super::seat::{ManagerSeat, to_confirm};
use crate::act::Failure;
use crate::act::access_review;
use crate::act::managers::{self, Fellow};
use crate::web::frame::{Frame, respond};
use crate::web::notice::Notice;
use crate::web::settings::SettingsWords;
use crate::web::words::fill;

const PAGE: &str = "/portal/access";

/// The managers of a merchant.
#[derive(Debug, Template)]
#[template(path = "portal/access.html")]
pub struct AccessPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// Those whose access has not ended.
    pub managers: Vec<Fellow>,
    /// Whether the yearly review waits.
    pub has_review: bool,
}

impl AccessPage<'_> {
    fn words(&self) -> &'static PortalWords {
        PortalWords::of(self.frame.language())
    }

    fn rights(&self, manager: &Fellow) -> Vec<&'static str> {
        rights_of(&self.frame, manager)
    }

    fn signed_in(&self, manager: &Fellow) -> String {
        signed_in(&self.frame, manager.signed_in_at)
    }

    const fn is_removable(&self, manager: &Fellow) -> bool {
        matches!(manager.reach, Reach::Removable)
    }
}

/// What a manager may do, in words.
pub(super) fn rights_of(frame: &Frame<'_>, manager: &Fellow) -> Vec<&'static str> {
    let words = &SettingsWords::of(frame.language()).rights;
    manager
        .rights
        .iter()
        .map(|right| words.of(*right))
        .collect()
}

/// When a manager last signed in, in words.
pub(super) fn signed_in(frame: &Frame<'_>, at: Option<Timestamp>) -> String {
    let words = &PortalWords::of(frame.language()).access;
    match at {
        Some(at) => fill(&words.signed_in, "time", &frame.reading.minute(at)),
        None => words.never_signed_in.clone(),
    }
}

/// Shows the managers.
pub(super) async fn show(seat: ManagerSeat) -> Response {
    if let Err(turned_away) = seat.must(ManagerRight::ManageOperators) {
        return turned_away;
    }
    match read(&seat).await {
        Ok(page) => respond(StatusCode::OK, &page),
        Err(failure) => seat.failed(&failure, PAGE),
    }
}

async fn read(seat: &ManagerSeat) -> Result<AccessPage<'_>, Failure> {
    let shell = seat.site.shell();
    Ok(AccessPage {
        frame: seat.frame(PAGE),
        managers: managers::fellows(shell, &seat.by).await?,
        has_review: access_review::due(shell, &seat.by).await?.is_some(),
    })
}

/// Asks whether a manager's access is really to end.
#[derive(Debug, Template)]
#[template(path = "portal/end_access.html")]
pub struct EndAccessPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// Whose.
    pub manager: Fellow,
}

impl EndAccessPage<'_> {
    fn words(&self) -> &'static PortalWords {
        PortalWords::of(self.frame.language())
    }

    fn title(&self) -> String {
        fill(
            &self.words().end_access.title,
            "name",
            &self.manager.name_masked,
        )
    }
}

/// Asks. Whoever did not prove who they are just now does that first.
pub(super) async fn show_end(seat: ManagerSeat, Path(manager): Path<String>) -> Response {
    if let Err(turned_away) = seat.must(ManagerRight::ManageOperators) {
        return turned_away;
    }
    let path = format!("{PAGE}/{manager}/end");
    let Ok(id) = manager.parse::<ManagerId>() else {
        return Notice::Missing.page(&seat.site, seat.language);
    };
    let shell = seat.site.shell();
    let managers = match managers::fellows(shell, &seat.by).await {
        Ok(managers) => managers,
        Err(failure) => return seat.failed(&failure, PAGE),
    };
    let mut removable = managers
        .into_iter()
        .filter(|one| one.reach == Reach::Removable);
    let Some(manager) = removable.find(|one| one.manager == id) else {
        return Notice::Missing.page(&seat.site, seat.language);
    };
    if !seat.by.is_fresh(shell) {
        return to_confirm(&path);
    }
    let page = EndAccessPage {
        frame: seat.frame(path),
        manager,
    };
    respond(StatusCode::OK, &page)
}

/// Ends it.
pub(super) async fn end(seat: ManagerSeat, Path(manager): Path<String>) -> Response {
    let Ok(id) = manager.parse::<ManagerId>() else {
        return Notice::Missing.page(&seat.site, seat.language);
    };
    match managers::end_access(seat.site.shell(), id, &seat.by, None).await {
        // A second click: it has ended, which the list shows.
        Ok(()) | Err(Failure::Unknown) => Redirect::to(PAGE).into_response(),
        Err(failure) => seat.failed(&failure, &format!("{PAGE}/{id}/end")),
    }
}
