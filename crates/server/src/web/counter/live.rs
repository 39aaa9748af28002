//! Tells the page of a case that the case has moved.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tillkey_rules::party::Role;
use tillkey_wire::ids::CaseId;

use super::case::mark;
use crate::act::case::counter;
use crate::bell::Ring;
use crate::peer::Peer;
use crate::web::live::{Watch, stream};
use crate::web::seat::Seat;
use crate::web::site::Site;

/// The stream of one page.
pub(super) async fn events(
    State(site): State<Site>,
    Path(case): Path<String>,
    seat: Seat,
    Peer(source): Peer,
) -> Response {
    let Ok(case) = case.parse::<CaseId>() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if let Err(turned_away) = seat.must_be(&[Role::Clerk]) {
        return turned_away;
    }
    let (shell, by) = (site.shell().clone(), seat.signed_in.clone());
    let watch = Watch {
        // The outbox rings when a slip goes to its printer.
        wakes: Box::new(move |ring| ring == Ring::Case(case) || ring == Ring::Outbox),
        look: Box::new(move || {
            let (shell, by) = (shell.clone(), by.clone());
            Box::pin(async move {
                let view = counter::view(&shell, case, &by).await.ok()?;
                Some(mark(&view))
            })
        }),
    };
    stream(&site, &source, watch).await
}
