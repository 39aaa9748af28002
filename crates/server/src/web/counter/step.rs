//! What a clerk does with a case. Each is a form, and each ends on the page of the
//! case: by a redirect where it was done, with a word beside the field where it was
//! not. What is safe to keep stays; a document number never does.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use tillkey_rules::document::{ResidentIdentityNumber, SocialCreditCode, Validity};
use tillkey_rules::event::Destination;
use tillkey_rules::refusal::Refusal;
use tillkey_rules::vocabulary::EvidenceKind;
use tillkey_wire::ids::{CaseId, PrinterName};
use tillkey_wire::secret::Secret;

use super::case::{CasePage, Mistake, Typed, Wrong, named, page};
use crate::act::case::{self, CaseView, Presented, form as paper, slip};
use crate::act::{Access, Failure};
use crate::peer::Peer;
use crate::web::frame::respond;
use crate::web::numbers;
use crate::web::seat::{Form, Posted, Seat};
use crate::web::site::Site;

/// Why a step came to nothing.
pub(super) enum Undone {
    /// Something to look at again.
    Mistake(Mistake, Typed),
    /// No field can be blamed.
    Failure(Failure),
}

impl Undone {
    fn of(mistake: Mistake) -> Self {
        Self::Mistake(mistake, Typed::default())
    }
}

/// A refusal becomes a word on the page; what the case has already passed is no
/// refusal at all, since the page that follows shows it (a double click, two tabs).
fn told<T>(
    result: Result<T, Failure>,
    as_mistake: impl FnOnce(Refusal) -> Mistake,
) -> Result<(), Undone> {
    match result {
        Ok(_) => Ok(()),
        Err(Failure::Refused(refused)) if refused.is_overtaken() => Ok(()),
        Err(Failure::Refused(refused)) => Err(Undone::of(as_mistake(refused))),
        Err(failure) => Err(Undone::Failure(failure)),
    }
}

/// Ends on the page of the case.
pub(super) async fn end(seat: &Seat, case: CaseId, done: Result<(), Undone>) -> Response {
    let (mistake, typed) = match done {
        Ok(()) => return Redirect::to(&format!("/counter/{case}")).into_response(),
        Err(Undone::Failure(failure)) => return seat.failed(&failure),
        Err(Undone::Mistake(mistake, typed)) => (mistake, typed),
    };
    let status = match &mistake {
        Mistake::Step(Refusal::TooMany { .. })
        | Mistake::Code(Wrong::Refused(Refusal::TooMany { .. }))
        | Mistake::Document(_, Wrong::Refused(Refusal::TooMany { .. })) => {
            StatusCode::TOO_MANY_REQUESTS
        }
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    match page(seat, case).await {
        Ok(page) => {
            let page = CasePage {
                mistake: Some(mistake),
                typed,
                ..page
            };
            respond(status, &page)
        }
        Err(answer) => answer,
    }
}

/// A form without fields.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Press {}

impl Form for Press {
    const KEPT: &'static [&'static str] = &[];
}

/// Runs a step that has nothing to type.
async fn press<F>(path: &str, seat: &Seat, run: F) -> Response
where
    F: AsyncFnOnce(CaseId, Access) -> Result<CaseView, Failure>,
{
    let case = match named(seat, path) {
        Ok(case) => case,
        Err(answer) => return answer,
    };
    let done = told(run(case, Access::from(seat)).await, Mistake::Step);
    end(seat, case, done).await
}

/// Takes a case over from another channel.
pub(super) async fn take(
    State(site): State<Site>,
    Path(path): Path<String>,
    Posted {
        seat,
        form: Press {},
    }: Posted<Press>,
) -> Response {
    let by = seat.signed_in.clone();
    press(&path, &seat, async |case, _| {
        case::hand_over(site.shell(), case, &by, None).await
    })
    .await
}

/// A document that was inspected.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
pub(super) struct Inspected {
    genuine: Option<String>,
    person: Option<String>,
    valid_until: String,
    long_term: Option<String>,
    number: String,
}

impl Form for Inspected {
    const KEPT: &'static [&'static str] = &["genuine", "person", "valid_until", "long_term"];
}

impl Inspected {
    /// What may be shown again.
    fn typed(&self) -> Typed {
        Typed {
            genuine: self.genuine.is_some(),
            person: self.person.is_some(),
            valid_until: self.valid_until.chars().take(10).collect(),
            long_term: self.long_term.is_some(),
        }
    }

    /// Until when it is valid. One of the two has to be said, and not both.
    fn validity(&self) -> Result<Validity, Wrong> {
        // As people write a day: 2031.5.20 and 2031/05/20 are one.
        let parts: Vec<&str> = self.valid_until.trim().split(['.', '/', '-']).collect();
        let day = match parts.as_slice() {
            [year, month, day] => format!("{year}-{month:0>2}-{day:0>2}"),
            _ => self.valid_until.trim().to_owned(),
        };
        match (self.long_term.is_some(), day.as_str()) {
            (true, "") => Ok(Validity::LongTerm),
            (false, day) if !day.is_empty() => Validity::parse(day).map_err(|_| Wrong::Validity),
            _ => Err(Wrong::Validity),
        }
    }
}

/// Compares a document that was inspected.
async fn inspect<F>(
    (site, peer): (&Site, &Peer),
    path: &str,
    posted: Posted<Inspected>,
    (kind, read): (EvidenceKind, F),
) -> Response
where
    F: FnOnce(&str, Validity) -> Option<Presented>,
{
    let Posted { seat, form } = posted;
    let case = match named(&seat, path) {
        Ok(case) => case,
        Err(answer) => return answer,
    };
    let typed = form.typed();
    let has_photo = kind == EvidenceKind::IdentityDocument;
    let validity = form.validity();
    let number = Secret::new(form.number);
    let plain = Secret::new(numbers::plain(number.expose()));
    let presented = match validity {
        _ if !typed.genuine || (has_photo && !typed.person) => Err(Wrong::Checks),
        Err(wrong) => Err(wrong),
        Ok(validity) => read(plain.expose(), validity).ok_or(Wrong::Shape),
    };
    let done = match presented {
        Err(wrong) => Err(Undone::Mistake(Mistake::Document(kind, wrong), typed)),
        Ok(presented) => {
            let access = Access::from(&seat);
            let result = case::present(site.shell(), case, presented, &access, &peer.0, None).await;
            let told = told(result, |refused| {
                Mistake::Document(kind, Wrong::Refused(refused))
            });
            told.map_err(|undone| match undone {
                Undone::Mistake(mistake, _) => Undone::Mistake(mistake, typed),
                failure @ Undone::Failure(_) => failure,
            })
        }
    };
    end(&seat, case, done).await
}

/// Compares an identity document.
pub(super) async fn identity(
    State(site): State<Site>,
    Path(path): Path<String>,
    peer: Peer,
    posted: Posted<Inspected>,
) -> Response {
    let read = |text: &str, validity| {
        let number = ResidentIdentityNumber::parse(text).ok()?;
        let validity = Some(validity);
        Some(Presented::IdentityDocument { number, validity })
    };
    let kind = EvidenceKind::IdentityDocument;
    inspect((&site, &peer), &path, posted, (kind, read)).await
}

/// Compares a business licence.
pub(super) async fn licence(
    State(site): State<Site>,
    Path(path): Path<String>,
    peer: Peer,
    posted: Posted<Inspected>,
) -> Response {
    let read = |text: &str, validity| {
        let code = SocialCreditCode::parse(text).ok()?;
        let validity = Some(validity);
        Some(Presented::BusinessLicence { code, validity })
    };
    let kind = EvidenceKind::BusinessLicence;
    inspect((&site, &peer), &path, posted, (kind, read)).await
}

/// Sends an SMS code to the registered phone, which nobody names here.
pub(super) async fn send_sms(
    State(site): State<Site>,
    Path(path): Path<String>,
    Peer(source): Peer,
    Posted {
        seat,
        form: Press {},
    }: Posted<Press>,
) -> Response {
    press(&path, &seat, async |case, access| {
        let kind = EvidenceKind::SmsCode;
        case::challenge(site.shell(), case, kind, &access, &source, None).await
    })
    .await
}

/// A code that was told.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Told {
    code: String,
}

impl Form for Told {
    const KEPT: &'static [&'static str] = &[];
}

/// Compares the SMS code.
pub(super) async fn code(
    State(site): State<Site>,
    Path(path): Path<String>,
    Peer(source): Peer,
    Posted { seat, form }: Posted<Told>,
) -> Response {
    let case = match named(&seat, &path) {
        Ok(case) => case,
        Err(answer) => return answer,
    };
    let code = Secret::new(form.code);
    let done = match numbers::plain(code.expose()).parse() {
        Err(_) => Err(Undone::of(Mistake::Code(Wrong::Shape))),
        Ok(code) => {
            let (access, presented) = (Access::from(&seat), Presented::SmsCode(code));
            let result = case::present(site.shell(), case, presented, &access, &source, None).await;
            told(result, |refused| Mistake::Code(Wrong::Refused(refused)))
        }
    };
    end(&seat, case, done).await
}

/// How the code is handed over.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Delivery {
    to: Way,
}

/// A way to hand over a code.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Way {
    Contact,
    SealedSlip,
}

impl Form for Delivery {
    const KEPT: &'static [&'static str] = &["to"];
}

/// Chooses how the code is handed over.
pub(super) async fn delivery(
    State(site): State<Site>,
    Path(path): Path<String>,
    Posted { seat, form }: Posted<Delivery>,
) -> Response {
    let to = match form.to {
        Way::Contact => Destination::Contact,
        Way::SealedSlip => Destination::SealedSlip,
    };
    let by = seat.signed_in.clone();
    press(&path, &seat, async |case, _| {
        slip::choose(site.shell(), case, to, &by, None).await
    })
    .await
}

/// Asks for the decision.
pub(super) async fn submit(
    State(site): State<Site>,
    Path(path): Path<String>,
    Posted {
        seat,
        form: Press {},
    }: Posted<Press>,
) -> Response {
    press(&path, &seat, async |case, access| {
        case::submit(site.shell(), case, &access, None).await
    })
    .await
}

/// Sends another reset code to the registered phone; the one before is dead.
pub(super) async fn send_reset_code(
    State(site): State<Site>,
    Path(path): Path<String>,
    Posted {
        seat,
        form: Press {},
    }: Posted<Press>,
) -> Response {
    press(&path, &seat, async |case, access| {
        case::send_code_again(site.shell(), case, &access, None).await
    })
    .await
}

/// Where a slip is printed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Print {
    printer: PrinterName,
}

impl Form for Print {
    const KEPT: &'static [&'static str] = &["printer"];
}

/// Has a slip printed; the code before it is dead.
pub(super) async fn print_slip(
    State(site): State<Site>,
    Path(path): Path<String>,
    Posted { seat, form }: Posted<Print>,
) -> Response {
    let by = seat.signed_in.clone();
    press(&path, &seat, async |case, _| {
        slip::print(site.shell(), case, form.printer, &by, None).await
    })
    .await
}

/// Withdraws the case.
pub(super) async fn cancel(
    State(site): State<Site>,
    Path(path): Path<String>,
    Posted {
        seat,
        form: Press {},
    }: Posted<Press>,
) -> Response {
    press(&path, &seat, async |case, access| {
        case::cancel(site.shell(), case, &access, None).await
    })
    .await
}

/// Prints the form.
pub(super) async fn form(
    State(site): State<Site>,
    Path(path): Path<String>,
    seat: Seat,
) -> Response {
    let case = match named(&seat, &path) {
        Ok(case) => case,
        Err(answer) => return answer,
    };
    match paper::print(site.shell(), case, &seat.signed_in).await {
        Ok(pdf) => {
            let headers = [
                (header::CONTENT_TYPE, "application/pdf".to_owned()),
                (header::CACHE_CONTROL, "no-store".to_owned()),
                (
                    header::CONTENT_DISPOSITION,
                    format!("inline; filename=\"{case}.pdf\""),
                ),
            ];
            (headers, pdf).into_response()
        }
        Err(Failure::Refused(refused)) => {
            end(&seat, case, Err(Undone::of(Mistake::Step(refused)))).await
        }
        Err(failure) => seat.failed(&failure),
    }
}
