//! What staff do with an application. Each is a form, and each ends on the page again.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use tillkey_rules::onboarding::application::ApplicationCheck;
use tillkey_rules::refusal::Refusal;
use tillkey_rules::vocabulary::ApplicationPaper;
use tillkey_wire::ids::ApplicationId;
use tillkey_wire::secret::Secret;

use super::super::fresh::fresh;
use super::super::notice::Notice;
use super::super::numbers;
use super::super::seat::{Form, Posted, Seat};
use super::HERE;
use super::sheet::{Mistake, Shown, draw};
use crate::act::Failure;
use crate::act::application::{self, Parcel, Shipment, ToCheck};
use crate::peer::Peer;

fn named(seat: &Seat, application: &str) -> Result<ApplicationId, Response> {
    seat.must_be(&HERE)?;
    application
        .parse()
        .map_err(|_| Notice::Missing.page(seat.site(), seat.language))
}

/// Ends on the page: by a redirect where it was done.
async fn end(
    seat: &Seat,
    application: ApplicationId,
    done: Result<(), Failure>,
    (remark, check): (String, Option<ApplicationCheck>),
) -> Response {
    let mistake = match done {
        Ok(()) => return Redirect::to(&format!("/intake/{application}")).into_response(),
        Err(failure) => match mistake(&failure, check) {
            Some(mistake) => mistake,
            None => return seat.failed(&failure),
        },
    };
    let shown = Shown {
        mistake: Some(mistake),
        remark,
        ..Shown::default()
    };
    draw(seat, application, shown).await
}

fn mistake(failure: &Failure, check: Option<ApplicationCheck>) -> Option<Mistake> {
    Some(match (failure, check) {
        (Failure::NotFresh, _) => Mistake::PasswordNeeded,
        (Failure::Exists, _) => Mistake::Exists,
        (Failure::Invalid(_), Some(check)) => Mistake::CheckDigit(check),
        (Failure::Invalid(_), None) => Mistake::Comment,
        (Failure::Refused(refused), check) => match refused {
            Refusal::NotMatched => check.map_or(Mistake::PasswordWrong, Mistake::NotMatched),
            Refusal::TooMany { retry_at } => Mistake::TooMany(*retry_at),
            Refusal::ReasonMissing => Mistake::Reason,
            Refusal::OwnWork => Mistake::OwnWork,
            Refusal::ChecksOpen => Mistake::ChecksOpen,
            Refusal::RegionNotServed | Refusal::NotForApplicant => Mistake::NotOffered,
            refused if refused.is_overtaken() => Mistake::Moved,
            _ => return None,
        },
        _ => return None,
    })
}

/// Shows a picture of a paper.
pub(super) async fn look(
    seat: Seat,
    Path((application, paper)): Path<(String, String)>,
) -> Response {
    let application = match named(&seat, &application) {
        Ok(application) => application,
        Err(answer) => return answer,
    };
    let Ok(paper) = paper.parse::<ApplicationPaper>() else {
        return Notice::Missing.page(seat.site(), seat.language);
    };
    match application::look(seat.site().shell(), application, paper, &seat.signed_in).await {
        Ok(picture) => {
            let headers = [
                (header::CONTENT_TYPE, "image/jpeg"),
                (header::CACHE_CONTROL, "no-store"),
            ];
            (headers, picture.expose().clone()).into_response()
        }
        Err(failure) => seat.failed(&failure),
    }
}

/// What is to be opened.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct DisclosureForm {
    what: String,
}

impl Form for DisclosureForm {
    const KEPT: &'static [&'static str] = &[];
}

/// Opens a masked value.
pub(super) async fn disclose(
    Path(application): Path<String>,
    Posted { seat, form }: Posted<DisclosureForm>,
) -> Response {
    let application = match named(&seat, &application) {
        Ok(application) => application,
        Err(answer) => return answer,
    };
    let shell = seat.site().shell();
    match application::disclose(shell, application, &form.what, &seat.signed_in).await {
        Ok(opened) => {
            let shown = Shown {
                opened: Some((form.what, opened)),
                ..Shown::default()
            };
            draw(&seat, application, shown).await
        }
        Err(Failure::Invalid(_)) => Notice::Malformed.page(seat.site(), seat.language),
        Err(failure) => seat.failed(&failure),
    }
}

/// What was checked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CheckForm {
    check: String,
    holds: String,
    number: String,
}

impl Form for CheckForm {
    // A document number is not kept.
    const KEPT: &'static [&'static str] = &[];
}

/// Notes what was checked.
pub(super) async fn check(
    Path(application): Path<String>,
    Posted { seat, form }: Posted<CheckForm>,
) -> Response {
    let application = match named(&seat, &application) {
        Ok(application) => application,
        Err(answer) => return answer,
    };
    let Ok(check) = form.check.parse::<ApplicationCheck>() else {
        return Notice::Malformed.page(seat.site(), seat.language);
    };
    let found = match form.holds.as_str() {
        "" => ToCheck::Number(check, Secret::new(numbers::plain(&form.number))),
        holds => ToCheck::Word {
            check,
            holds: holds == "yes",
        },
    };
    let shell = seat.site().shell();
    let checked = application::check(shell, application, found, &seat.signed_in, None).await;
    end(&seat, application, checked, (String::new(), Some(check))).await
}

/// A form without fields.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NoForm {}

impl Form for NoForm {
    const KEPT: &'static [&'static str] = &[];
}

/// Passes an application on.
pub(super) async fn propose(
    Path(application): Path<String>,
    Posted { seat, .. }: Posted<NoForm>,
) -> Response {
    let application = match named(&seat, &application) {
        Ok(application) => application,
        Err(answer) => return answer,
    };
    let shell = seat.site().shell();
    let proposed = application::propose(shell, application, &seat.signed_in, None).await;
    end(&seat, application, proposed, (String::new(), None)).await
}

/// What is decided.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct VerdictForm {
    verdict: String,
    remark: String,
    password: String,
}

impl Form for VerdictForm {
    // The verdict is not kept: who comes back looks again before deciding.
    const KEPT: &'static [&'static str] = &["remark"];
}

/// Approves, sends back or declines.
pub(super) async fn decide(
    Path(application): Path<String>,
    Peer(source): Peer,
    Posted { seat, form }: Posted<VerdictForm>,
) -> Response {
    let application = match named(&seat, &application) {
        Ok(application) => application,
        Err(answer) => return answer,
    };
    let VerdictForm {
        verdict,
        remark,
        password,
    } = form;
    let shell = seat.site().shell();
    let decided = match verdict.as_str() {
        "return" => {
            application::give_back(shell, application, &remark, &seat.signed_in, None).await
        }
        "approve" | "decline" => match fresh(&seat, Secret::new(password), &source).await {
            Ok(by) if verdict == "approve" => {
                application::approve(shell, application, &by, None).await
            }
            Ok(by) => application::decline(shell, application, &remark, &by, None).await,
            Err(failure) => Err(failure),
        },
        _ => {
            let shown = Shown {
                mistake: Some(Mistake::Choose),
                remark,
                ..Shown::default()
            };
            return draw(&seat, application, shown).await;
        }
    };
    end(&seat, application, decided, (remark, None)).await
}

/// A terminal that is sent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ShipForm {
    serial: String,
    carrier: String,
    tracking: String,
}

impl Form for ShipForm {
    const KEPT: &'static [&'static str] = &["serial", "carrier", "tracking"];
}

/// Sends the terminal.
pub(super) async fn ship(
    Path(application): Path<String>,
    Posted { seat, form }: Posted<ShipForm>,
) -> Response {
    let application = match named(&seat, &application) {
        Ok(application) => application,
        Err(answer) => return answer,
    };
    let Ok(serial_number) = numbers::serial_number(&form.serial).parse() else {
        let shown = Shown {
            mistake: Some(Mistake::Serial),
            ..Shown::default()
        };
        return draw(&seat, application, shown).await;
    };
    let shipment = Shipment {
        serial_number,
        parcel: Parcel {
            carrier: form.carrier,
            tracking_number: form.tracking,
        },
    };
    let shell = seat.site().shell();
    match application::ship(shell, application, shipment, &seat.signed_in, None).await {
        Err(Failure::Invalid(_)) => {
            let shown = Shown {
                mistake: Some(Mistake::Parcel),
                ..Shown::default()
            };
            draw(&seat, application, shown).await
        }
        shipped => end(&seat, application, shipped, (String::new(), None)).await,
    }
}
