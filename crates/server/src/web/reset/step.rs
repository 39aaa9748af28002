//! What the holder of a case can do on its page. Each is a form, each ends on the
//! page again: by a redirect where it was done, with a word beside the field where
//! it was not. A code that was typed never comes back in an answer.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use tillkey_rules::refusal::Refusal;
use tillkey_rules::vocabulary::EvidenceKind;
use tillkey_wire::ids::CaseId;
use tillkey_wire::secret::Secret;

use super::super::Language;
use super::super::cookie::Holding;
use super::super::frame::{refused, respond};
use super::super::notice::Notice;
use super::super::numbers;
use super::super::site::Site;
use super::case::{CasePage, Mistake, Viewer, held};
use crate::act::case::{self, Presented};
use crate::act::{Access, Failure};
use crate::peer::Peer;

/// One press of a button on a case's page.
pub(in super::super) struct Press {
    site: Site,
    language: Language,
    case: CaseId,
    holding: Holding,
}

impl Press {
    fn access(&self) -> Access {
        Access::Holder(self.holding.token.clone())
    }

    /// Ends on the page of the case.
    async fn end(self, done: Result<(), Wrong>) -> Response {
        match done {
            Ok(()) => Redirect::to(&format!("/reset/{}", self.case)).into_response(),
            Err(Wrong::Mistake(mistake)) => self.show(mistake).await,
            Err(Wrong::Failure(failure)) => Notice::of(&failure).page(&self.site, self.language),
        }
    }

    async fn show(self, mistake: Mistake) -> Response {
        let view = match case::view(self.site.shell(), self.case, &self.access()).await {
            Ok(view) => view,
            Err(failure) => return Notice::of(&failure).page(&self.site, self.language),
        };
        let status = match &mistake {
            Mistake::Code(refusal) | Mistake::Step(refusal) => refused(refusal),
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let frame = self
            .site
            .frame(self.language, format!("/reset/{}", self.case));
        let page = CasePage::new(
            frame,
            Viewer::Holder,
            &view,
            Some(self.holding.named.clone()),
        );
        respond(
            status,
            &CasePage {
                mistake: Some(mistake),
                ..page
            },
        )
    }
}

/// Why a press came to nothing.
enum Wrong {
    Mistake(Mistake),
    Failure(Failure),
}

/// A refusal becomes a word on the page; what the case has already passed is no
/// refusal at all, since the page that follows shows it (a double click, two tabs).
fn told(
    result: Result<case::CaseView, Failure>,
    as_mistake: fn(Refusal) -> Mistake,
) -> Result<(), Wrong> {
    match result {
        Ok(_) => Ok(()),
        Err(Failure::Refused(refusal)) if refusal.is_overtaken() => Ok(()),
        Err(Failure::Refused(refusal)) => Err(Wrong::Mistake(as_mistake(refusal))),
        Err(failure) => Err(Wrong::Failure(failure)),
    }
}

/// Finds the case that a button belongs to.
fn press(
    site: Site,
    language: Language,
    case: &str,
    headers: &HeaderMap,
) -> Result<Press, Response> {
    match held(case, headers, &site) {
        Some((case, holding)) => Ok(Press {
            site,
            language,
            case,
            holding,
        }),
        None => Err(Notice::Lost.page(&site, language)),
    }
}

/// Sends an SMS code, the first or another.
pub(in super::super) async fn send_sms(
    State(site): State<Site>,
    language: Language,
    Path(case): Path<String>,
    headers: HeaderMap,
    Peer(source): Peer,
) -> Response {
    let press = match press(site, language, &case, &headers) {
        Ok(press) => press,
        Err(lost) => return lost,
    };
    let kind = EvidenceKind::SmsCode;
    let shell = press.site.shell();
    let sent = case::challenge(shell, press.case, kind, &press.access(), &source, None).await;
    press.end(told(sent, Mistake::Sms)).await
}

/// The posted code.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Entry {
    code: String,
}

/// Takes the SMS code and asks for the decision at once.
pub(in super::super) async fn take_code(
    State(site): State<Site>,
    language: Language,
    Path(case): Path<String>,
    headers: HeaderMap,
    Peer(source): Peer,
    form: Result<Form<Entry>, FormRejection>,
) -> Response {
    let Ok(Form(Entry { code })) = form else {
        return Notice::Malformed.page(&site, language);
    };
    let code = Secret::new(code);
    let press = match press(site, language, &case, &headers) {
        Ok(press) => press,
        Err(lost) => return lost,
    };
    // Some messages print the code in two groups, and some keyboards add a space.
    let (shell, access) = (press.site.shell(), press.access());
    let Ok(code) = numbers::plain(code.expose()).parse() else {
        let counted = case::present_unreadable(shell, press.case, &access, &source).await;
        let wrong = match counted {
            Err(Failure::Refused(refusal)) => Wrong::Mistake(Mistake::Code(refusal)),
            Err(failure) => Wrong::Failure(failure),
            Ok(()) => Wrong::Mistake(Mistake::Shape),
        };
        return press.end(Err(wrong)).await;
    };
    let presented = Presented::SmsCode(code);
    let taken = case::present(shell, press.case, presented, &access, &source, None).await;
    let done = match told(taken, Mistake::Code) {
        Ok(()) => told(
            case::submit(shell, press.case, &access, None).await,
            Mistake::Step,
        ),
        wrong => wrong,
    };
    press.end(done).await
}

/// Asks for the decision, where that did not follow the code by itself.
pub(in super::super) async fn submit(
    State(site): State<Site>,
    language: Language,
    Path(case): Path<String>,
    headers: HeaderMap,
) -> Response {
    let press = match press(site, language, &case, &headers) {
        Ok(press) => press,
        Err(lost) => return lost,
    };
    let submitted = case::submit(press.site.shell(), press.case, &press.access(), None).await;
    press.end(told(submitted, Mistake::Step)).await
}

/// Sends another reset code; the one before is dead.
pub(in super::super) async fn send_reset_code(
    State(site): State<Site>,
    language: Language,
    Path(case): Path<String>,
    headers: HeaderMap,
) -> Response {
    let press = match press(site, language, &case, &headers) {
        Ok(press) => press,
        Err(lost) => return lost,
    };
    let sent = case::send_code_again(press.site.shell(), press.case, &press.access(), None).await;
    press.end(told(sent, Mistake::Step)).await
}

/// Withdraws the case.
pub(in super::super) async fn cancel(
    State(site): State<Site>,
    language: Language,
    Path(case): Path<String>,
    headers: HeaderMap,
) -> Response {
    let press = match press(site, language, &case, &headers) {
        Ok(press) => press,
        Err(lost) => return lost,
    };
    let cancelled = case::cancel(press.site.shell(), press.case, &press.access(), None).await;
    press.end(told(cancelled, Mistake::Step)).await
}
