//! The page of a case in the portal: the same progress page as on the public pages,
//! and for what other channels opened a consent or an objection.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use tillkey_rules::refusal::Refusal;
use tillkey_rules::vocabulary::EvidenceKind;
use tillkey_wire::ids::CaseId;
use tillkey_wire::secret::Secret;

use super::seat::ManagerSeat;
use crate::act::case::{self, CaseView, Named, Presented};
use crate::act::{Access, Failure};
use crate::peer::Peer;
use crate::web::frame::{refused, respond};
use crate::web::live::{Watch, stream};
use crate::web::notice::Notice;
use crate::web::numbers;
use crate::web::reset::case::{CasePage, Mistake, Viewer};
use crate::web::site::Site;

fn page_path(case: CaseId) -> String {
    format!("/portal/cases/{case}")
}

fn page<'a>(seat: &'a ManagerSeat, view: &CaseView) -> CasePage<'a> {
    let named = view.terminal_number.clone().zip(view.operator);
    let named = named.map(|(terminal, operator)| Named {
        merchant: seat.by.merchant.clone(),
        terminal,
        operator,
    });
    let frame = seat.frame(page_path(view.case));
    CasePage::new(frame, Viewer::of_manager(view), view, named)
}

fn read(seat: &ManagerSeat, case: &str) -> Result<CaseId, Response> {
    case.parse()
        .map_err(|_| Notice::Missing.page(&seat.site, seat.language))
}

/// Shows a case of the merchant.
pub(super) async fn show(seat: ManagerSeat, Path(case): Path<String>) -> Response {
    let case = match read(&seat, &case) {
        Ok(case) => case,
        Err(missing) => return missing,
    };
    let (shell, access) = (seat.site.shell(), Access::from(&seat));
    match case::view(shell, case, &access).await {
        Ok(view) => {
            let page = page(&seat, &view).with_hints(shell, &access).await;
            respond(StatusCode::OK, &page)
        }
        Err(failure) => lost(&seat, &failure, case),
    }
}

/// A case that is not theirs is a page that is not there.
fn lost(seat: &ManagerSeat, failure: &Failure, case: CaseId) -> Response {
    match failure {
        Failure::Unknown => Notice::Missing.page(&seat.site, seat.language),
        failure => seat.failed(failure, &page_path(case)),
    }
}

/// Tells an open page that its case has moved.
pub(super) async fn events(
    State(site): State<Site>,
    seat: ManagerSeat,
    Peer(source): Peer,
    Path(case): Path<String>,
) -> Response {
    let Ok(case) = case.parse::<CaseId>() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let watch = Watch::case(site.shell().clone(), case, Access::from(&seat));
    stream(&site, &source, watch).await
}

/// Ends a press of a button on the page of the case again. What the case has already
/// passed is no mistake, since the page shows it (a double click, two tabs).
async fn end(
    seat: &ManagerSeat,
    case: CaseId,
    done: Result<CaseView, Failure>,
    as_mistake: fn(Refusal) -> Mistake,
) -> Response {
    let onward = || Redirect::to(&page_path(case)).into_response();
    match done {
        Ok(_) => onward(),
        Err(Failure::Refused(refusal)) if refusal.is_overtaken() => onward(),
        Err(Failure::Refused(refusal)) => show_mistake(seat, case, as_mistake(refusal)).await,
        Err(failure) => lost(seat, &failure, case),
    }
}

async fn show_mistake(seat: &ManagerSeat, case: CaseId, mistake: Mistake) -> Response {
    let view = match case::view(seat.site.shell(), case, &Access::from(seat)).await {
        Ok(view) => view,
        Err(failure) => return lost(seat, &failure, case),
    };
    let status = match &mistake {
        Mistake::Code(refusal) | Mistake::Step(refusal) => refused(refusal),
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let page = page(seat, &view);
    let mistake = Some(mistake);
    respond(status, &CasePage { mistake, ..page })
}

/// Sends an SMS code to the registered phone, where the policy asks for one.
pub(super) async fn send_sms(
    seat: ManagerSeat,
    Peer(source): Peer,
    Path(case): Path<String>,
) -> Response {
    let case = match read(&seat, &case) {
        Ok(case) => case,
        Err(missing) => return missing,
    };
    let (shell, access, kind) = (
        seat.site.shell(),
        Access::from(&seat),
        EvidenceKind::SmsCode,
    );
    let sent = case::challenge(shell, case, kind, &access, &source, None).await;
    end(&seat, case, sent, Mistake::Sms).await
}

/// The posted code.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    code: String,
}

/// Takes the SMS code and asks for the decision at once.
pub(super) async fn take_code(
    seat: ManagerSeat,
    Peer(source): Peer,
    Path(case): Path<String>,
    form: Result<Form<Entry>, FormRejection>,
) -> Response {
    let Ok(Form(Entry { code })) = form else {
        return Notice::Malformed.page(&seat.site, seat.language);
    };
    let code = Secret::new(code);
    let case = match read(&seat, &case) {
        Ok(case) => case,
        Err(missing) => return missing,
    };
    let (shell, access) = (seat.site.shell(), Access::from(&seat));
    let Ok(code) = numbers::plain(code.expose()).parse() else {
        return match case::present_unreadable(shell, case, &access, &source).await {
            Ok(()) => show_mistake(&seat, case, Mistake::Shape).await,
            Err(Failure::Refused(refusal)) => {
                show_mistake(&seat, case, Mistake::Code(refusal)).await
            }
            Err(failure) => lost(&seat, &failure, case),
        };
    };
    let presented = Presented::SmsCode(code);
    let taken = case::present(shell, case, presented, &access, &source, None).await;
    match taken {
        Ok(_) => submitted(&seat, case).await,
        failed => end(&seat, case, failed, Mistake::Code).await,
    }
}

async fn submitted(seat: &ManagerSeat, case: CaseId) -> Response {
    let done = case::submit(seat.site.shell(), case, &Access::from(seat), None).await;
    end(seat, case, done, Mistake::Step).await
}

/// Presents the sign-in where the case has none yet, and asks for the decision.
pub(super) async fn submit(seat: ManagerSeat, Path(case): Path<String>) -> Response {
    let case = match read(&seat, &case) {
        Ok(case) => case,
        Err(missing) => return missing,
    };
    let (shell, access) = (seat.site.shell(), Access::from(&seat));
    let presented = match case::view(shell, case, &access).await {
        Ok(view) if view.next.contains(&EvidenceKind::PortalSession) => {
            case::present_sign_in(shell, case, &access, None).await
        }
        other => other,
    };
    match presented {
        Ok(_) => submitted(&seat, case).await,
        failed => end(&seat, case, failed, Mistake::Step).await,
    }
}

/// Sends another reset code; the one before is dead.
pub(super) async fn send_reset_code(seat: ManagerSeat, Path(case): Path<String>) -> Response {
    let case = match read(&seat, &case) {
        Ok(case) => case,
        Err(missing) => return missing,
    };
    let access = Access::from(&seat);
    let sent = case::send_code_again(seat.site.shell(), case, &access, None).await;
    end(&seat, case, sent, Mistake::Step).await
}

/// Withdraws the manager's own case.
pub(super) async fn cancel(seat: ManagerSeat, Path(case): Path<String>) -> Response {
    let case = match read(&seat, &case) {
        Ok(case) => case,
        Err(missing) => return missing,
    };
    let done = case::cancel(seat.site.shell(), case, &Access::from(&seat), None).await;
    end(&seat, case, done, Mistake::Step).await
}

/// Consents to what another channel opened.
pub(super) async fn consent(seat: ManagerSeat, Path(case): Path<String>) -> Response {
    let case = match read(&seat, &case) {
        Ok(case) => case,
        Err(missing) => return missing,
    };
    let done = case::consent(seat.site.shell(), case, &Access::from(&seat), None).await;
    end(&seat, case, done, Mistake::Step).await
}

/// Objects to what another channel opened.
pub(super) async fn object(seat: ManagerSeat, Path(case): Path<String>) -> Response {
    let case = match read(&seat, &case) {
        Ok(case) => case,
        Err(missing) => return missing,
    };
    let done = case::object(seat.site.shell(), case, &Access::from(&seat), None).await;
    end(&seat, case, done, Mistake::Step).await
}
