//! What somebody says of a campaign, with forms. Whoever approves, ends it or lets it go
//! on proves who they are.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use tillkey_rules::party::Role;
use tillkey_rules::refusal::Refusal;
use tillkey_wire::ids::CampaignId;
use tillkey_wire::secret::Secret;

use super::super::fresh::fresh;
use super::super::seat::{Form, Posted, Seat};
use super::campaign::{SteerMistake, draw};
use super::named;
use crate::act::campaign as act;
use crate::act::{Failure, SignedIn, Source};
use crate::peer::Peer;

/// Who may hold it and end it.
const HOLDERS: [Role; 2] = [Role::Administrator, Role::Reviewer];

/// What is posted. Fields that are missing are empty, so that a form that was carried over
/// a sign-in asks again instead of deciding.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct SteerForm {
    verdict: String,
    digest: String,
    comment: String,
    password: String,
}

impl Form for SteerForm {
    // The verdict is not kept: who comes back looks again before deciding.
    const KEPT: &'static [&'static str] = &["comment"];
}

/// Whoever posted it, proved a moment ago.
async fn proved(seat: &Seat, form: &SteerForm, source: &Source) -> Result<SignedIn, SteerMistake> {
    let password = Secret::new(form.password.clone());
    fresh(seat, password, source)
        .await
        .map_err(|failure| match failure {
            Failure::Refused(Refusal::NotMatched) => SteerMistake::PasswordWrong,
            Failure::Refused(Refusal::TooMany { retry_at }) => SteerMistake::TooMany(retry_at),
            Failure::Busy => SteerMistake::Busy,
            _ => SteerMistake::PasswordNeeded,
        })
}

/// Ends on the page: by a redirect where it was done.
async fn end(
    seat: &Seat,
    id: CampaignId,
    (done, comment): (Result<(), Failure>, String),
) -> Response {
    let mistake = match done {
        Ok(()) => return Redirect::to(&format!("/fleet/campaigns/{id}")).into_response(),
        Err(Failure::Refused(Refusal::ReasonMissing)) => SteerMistake::Reason,
        Err(Failure::Refused(Refusal::OwnWork)) => SteerMistake::OwnWork,
        Err(Failure::Refused(Refusal::NotMatched)) => SteerMistake::OtherList,
        Err(Failure::Refused(Refusal::OutOfOrder | Refusal::CampaignClosed)) => SteerMistake::Moved,
        Err(Failure::Invalid(_)) => SteerMistake::Comment,
        Err(Failure::NotFresh) => SteerMistake::PasswordNeeded,
        Err(Failure::Busy) => SteerMistake::Busy,
        Err(failure) => return seat.failed(&failure),
    };
    draw(seat, id, (Some(mistake), comment)).await
}

/// Takes a reviewer's yes or no.
pub(super) async fn decide(
    Path(campaign): Path<String>,
    Peer(source): Peer,
    Posted { seat, form }: Posted<SteerForm>,
) -> Response {
    let id = match named(&seat, &campaign, &[Role::Reviewer]) {
        Ok(id) => id,
        Err(turned_away) => return turned_away,
    };
    if !matches!(form.verdict.as_str(), "approve" | "decline") {
        return draw(&seat, id, (None, form.comment)).await;
    }
    let by = match proved(&seat, &form, &source).await {
        Ok(by) => by,
        Err(mistake) => return draw(&seat, id, (Some(mistake), form.comment)).await,
    };
    let shell = seat.site().shell();
    let done = match form.verdict.as_str() {
        "approve" => act::approve(shell, id, &form.digest, &by, None).await,
        _ => act::decline(shell, id, &form.comment, &by, None).await,
    };
    end(&seat, id, (done, form.comment)).await
}

/// Holds it.
pub(super) async fn pause(
    Path(campaign): Path<String>,
    Posted { seat, form }: Posted<SteerForm>,
) -> Response {
    match named(&seat, &campaign, &HOLDERS) {
        Ok(id) => {
            let done = act::pause(seat.site().shell(), id, &seat.signed_in, None).await;
            end(&seat, id, (done, form.comment)).await
        }
        Err(turned_away) => turned_away,
    }
}

/// Lets it go on.
pub(super) async fn resume(
    Path(campaign): Path<String>,
    Peer(source): Peer,
    Posted { seat, form }: Posted<SteerForm>,
) -> Response {
    let id = match named(&seat, &campaign, &[Role::Administrator]) {
        Ok(id) => id,
        Err(turned_away) => return turned_away,
    };
    let by = match proved(&seat, &form, &source).await {
        Ok(by) => by,
        Err(mistake) => return draw(&seat, id, (Some(mistake), form.comment)).await,
    };
    let done = act::resume(seat.site().shell(), id, &form.comment, &by, None).await;
    end(&seat, id, (done, form.comment)).await
}

/// Ends it.
pub(super) async fn cancel(
    Path(campaign): Path<String>,
    Peer(source): Peer,
    Posted { seat, form }: Posted<SteerForm>,
) -> Response {
    let id = match named(&seat, &campaign, &HOLDERS) {
        Ok(id) => id,
        Err(turned_away) => return turned_away,
    };
    let by = match proved(&seat, &form, &source).await {
        Ok(by) => by,
        Err(mistake) => return draw(&seat, id, (Some(mistake), form.comment)).await,
    };
    let done = act::cancel(seat.site().shell(), id, &by, None).await;
    end(&seat, id, (done, form.comment)).await
}
