//! What is held of a merchant: its phone in full, all of it in one file, and the end of it.
//! An administrator looks, gives out and asks; a reviewer approves an erasure.

use askama::Template;
use axum::extract::Query;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use tillkey_rules::erasure::{ErasureReason, ErasureVerdict, Obstacle};
use tillkey_rules::party::Role;
use tillkey_rules::refusal::Refusal;
use tillkey_rules::vocabulary::{DisclosureReason, MerchantStatus};
use tillkey_wire::ids::MerchantNumber;
use tillkey_wire::secret::Secret;

use super::super::case_words::CaseNames;
use super::super::frame::{Frame, respond};
use super::super::fresh::{fresh, proves};
use super::super::notice::Notice;
use super::super::numbers;
use super::super::personal_words::{MerchantPageWords, PersonalWords};
use super::super::seat::{Form, Posted, Seat};
use super::super::words::fill;
use crate::act::contact_disclosure;
use crate::act::erasure::{self, ErasureView, WaitingErasure};
use crate::act::{Failure, party, personal_data};
use crate::peer::Peer;

const PAGE: &str = "/settings/merchants";

/// What somebody has to hear when something was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// Not a merchant number.
    Number,
    /// A merchant that the acquirer does not have.
    Unknown,
    /// No reason was chosen.
    Reason,
    /// The password has to be typed.
    PasswordNeeded,
    /// It is not the right one.
    PasswordWrong,
    /// Too many passwords, or more than a day has.
    TooMany(Timestamp),
    /// Something stands in the way.
    Barred,
    /// The merchant was erased.
    Erased,
    /// Whoever asked cannot approve.
    OwnWork,
    /// A request waits already, or none does any more.
    Moved,
    /// Too much at once.
    Busy,
}

/// A merchant that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundMerchant {
    /// How its erasure stands.
    pub erasure: ErasureView,
    /// Its registered phone, masked.
    pub phone_masked: Option<String>,
}

/// What is held of one merchant.
#[derive(Debug, Template)]
#[template(path = "settings/merchants.html")]
pub struct MerchantsPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// Whether it is an administrator who looks, or a reviewer.
    pub is_administrator: bool,
    /// The merchant number, as it is typed.
    pub merchant: String,
    /// The merchant, once it was found.
    pub found: Option<FoundMerchant>,
    /// The erasures that wait for another person.
    pub waiting: Vec<WaitingErasure>,
    /// The registered phone in full: in this one answer.
    pub phone: Option<String>,
    /// The account whose password is asked for, unless it was given a moment ago.
    pub proves: Option<String>,
    /// What went wrong.
    pub mistake: Option<Mistake>,
}

impl MerchantsPage<'_> {
    fn all(&self) -> &'static PersonalWords {
        PersonalWords::of(self.frame.language())
    }

    fn words(&self) -> &'static MerchantPageWords {
        &self.all().merchants
    }

    fn said(&self) -> Option<String> {
        let words = self.words();
        Some(match self.mistake? {
            Mistake::Number => words.number_wrong.clone(),
            Mistake::Unknown => words.unknown.clone(),
            Mistake::Reason => words.reason_missing.clone(),
            Mistake::PasswordNeeded => words.password_needed.clone(),
            Mistake::PasswordWrong => words.password_wrong.clone(),
            Mistake::TooMany(at) => fill(&words.too_many, "time", &self.frame.reading.minute(at)),
            Mistake::Barred => words.barred.clone(),
            Mistake::Erased => words.erased_said.clone(),
            Mistake::OwnWork => words.own_work.clone(),
            Mistake::Moved => words.moved.clone(),
            Mistake::Busy => words.busy.clone(),
        })
    }

    fn at(&self, at: &Timestamp) -> String {
        self.frame.reading.minute(*at)
    }

    /// With its year: these lie years apart.
    fn full(&self, at: &Timestamp) -> String {
        self.frame.reading.full(*at)
    }

    fn status(&self, found: &FoundMerchant) -> &'static str {
        CaseNames::of(self.frame.language()).merchant(found.erasure.status)
    }

    fn is_closed(&self, found: &FoundMerchant) -> bool {
        found.erasure.status == MerchantStatus::Closed
    }

    fn obstacle(&self, obstacle: &Obstacle) -> &'static str {
        self.all().obstacle.of(*obstacle)
    }

    fn reason(&self, waits: &WaitingErasure) -> &'static str {
        self.all().erasure_reason.of(waits.reason)
    }

    fn erasure_reasons(&self) -> Vec<(&'static str, &'static str)> {
        let words = &self.all().erasure_reason;
        let option = |reason: &ErasureReason| (reason.name(), words.of(*reason));
        ErasureReason::ALL.iter().map(option).collect()
    }

    fn disclosure_reasons(&self) -> Vec<(&'static str, &'static str)> {
        let words = &self.all().disclosure_reason;
        let option = |reason: &DisclosureReason| (reason.name(), words.of(*reason));
        DisclosureReason::ALL.iter().map(option).collect()
    }

    fn kept_until(&self, found: &FoundMerchant) -> Option<String> {
        let time = self.full(&found.erasure.kept_until?);
        Some(fill(&self.words().kept_until, "time", &time))
    }

    fn erased(&self, at: &Timestamp) -> String {
        fill(&self.words().erased_lead, "time", &self.full(at))
    }

    fn asked(&self, waits: &WaitingErasure) -> String {
        let text = fill(&self.words().asked, "who", waits.account.as_str());
        fill(&text, "time", &self.at(&waits.asked_at))
    }

    fn is_password_wrong(&self) -> bool {
        matches!(
            self.mistake,
            Some(Mistake::PasswordNeeded | Mistake::PasswordWrong)
        )
    }
}

/// A form about one merchant.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct AboutForm {
    merchant: String,
    reason: String,
    verdict: String,
    password: String,
}

impl Form for AboutForm {
    const KEPT: &'static [&'static str] = &["merchant", "reason"];

    fn page(_: &str) -> &str {
        PAGE
    }
}

/// Which merchant is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Asked {
    merchant: String,
}

/// Shows a merchant, or asks which.
pub(in super::super) async fn show(seat: Seat, Query(asked): Query<Asked>) -> Response {
    if let Err(turned_away) = seat.must_be(&[Role::Administrator, Role::Reviewer]) {
        return turned_away;
    }
    draw(&seat, asked.merchant, Shown::default()).await
}

/// Closes a merchant for good.
pub(in super::super) async fn close(Posted { seat, form }: Posted<AboutForm>) -> Response {
    let number = match about(&seat, &form, Role::Administrator).await {
        Ok(number) => number,
        Err(answer) => return answer,
    };
    let shell = seat.site().shell();
    let closed = MerchantStatus::Closed;
    let done = party::set_merchant_status(shell, number, closed, &seat.signed_in, None).await;
    end(&seat, form.merchant, done).await
}

/// Shows the registered phone in full: in this answer, and at no address.
pub(in super::super) async fn disclose(
    Peer(source): Peer,
    Posted { seat, form }: Posted<AboutForm>,
) -> Response {
    let number = match about(&seat, &form, Role::Administrator).await {
        Ok(number) => number,
        Err(answer) => return answer,
    };
    let Ok(reason) = form.reason.parse() else {
        return draw(&seat, form.merchant, Mistake::Reason.into()).await;
    };
    let shell = seat.site().shell();
    let seen = match fresh(&seat, Secret::new(form.password), &source).await {
        Ok(by) => contact_disclosure::disclose(shell, (number, reason), &by).await,
        Err(failure) => Err(failure),
    };
    match seen {
        Ok(phone) => {
            let shown = Shown {
                phone: Some(phone.expose().clone()),
                mistake: None,
            };
            draw(&seat, form.merchant, shown).await
        }
        Err(failure) => end(&seat, form.merchant, Err(failure)).await,
    }
}

/// Gives all that is held of a merchant as a file.
pub(in super::super) async fn export(
    Peer(source): Peer,
    Posted { seat, form }: Posted<AboutForm>,
) -> Response {
    let number = match about(&seat, &form, Role::Administrator).await {
        Ok(number) => number,
        Err(answer) => return answer,
    };
    let shell = seat.site().shell();
    let held = match fresh(&seat, Secret::new(form.password), &source).await {
        Ok(by) => personal_data::export(shell, number, &by).await,
        Err(failure) => Err(failure),
    };
    match held {
        Ok(held) => file(&held),
        Err(failure) => end(&seat, form.merchant, Err(failure)).await,
    }
}

/// What is held, as a file that is kept by nobody on the way.
pub(in super::super) fn file(held: &personal_data::Holding) -> Response {
    let text = serde_json::to_string_pretty(held).unwrap_or_default();
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json; charset=utf-8"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment; filename=\"personal-data.json\""),
        ),
    ];
    (headers, text).into_response()
}

/// Asks for an erasure.
pub(in super::super) async fn ask(Posted { seat, form }: Posted<AboutForm>) -> Response {
    let number = match about(&seat, &form, Role::Administrator).await {
        Ok(number) => number,
        Err(answer) => return answer,
    };
    let Ok(reason) = form.reason.parse() else {
        return draw(&seat, form.merchant, Mistake::Reason.into()).await;
    };
    let shell = seat.site().shell();
    let done = erasure::ask(shell, (number, reason), &seat.signed_in, None).await;
    end(&seat, form.merchant, done).await
}

/// Takes another person's word on it.
pub(in super::super) async fn review(
    Peer(source): Peer,
    Posted { seat, form }: Posted<AboutForm>,
) -> Response {
    let number = match about(&seat, &form, Role::Reviewer).await {
        Ok(number) => number,
        Err(answer) => return answer,
    };
    let verdict = match form.verdict.as_str() {
        "approve" => ErasureVerdict::Approve,
        "refuse" => ErasureVerdict::Decline,
        _ => return Notice::Malformed.page(seat.site(), seat.language),
    };
    let shell = seat.site().shell();
    let done = match fresh(&seat, Secret::new(form.password), &source).await {
        Ok(by) => erasure::review(shell, (number, verdict), &by, None).await,
        Err(failure) => Err(failure),
    };
    end(&seat, form.merchant, done).await
}

/// The merchant that a form is about, where the sender may send it.
async fn about(seat: &Seat, form: &AboutForm, role: Role) -> Result<MerchantNumber, Response> {
    seat.must_be(&[role])?;
    match number(&form.merchant) {
        Ok(number) => Ok(number),
        Err(mistake) => Err(draw(seat, form.merchant.clone(), mistake.into()).await),
    }
}

/// What a page shows besides the merchant.
#[derive(Debug, Default)]
struct Shown {
    phone: Option<String>,
    mistake: Option<Mistake>,
}

impl From<Mistake> for Shown {
    fn from(mistake: Mistake) -> Self {
        Self {
            phone: None,
            mistake: Some(mistake),
        }
    }
}

/// Ends on the merchant's page, or with a word about why not.
async fn end(seat: &Seat, merchant: String, done: Result<(), Failure>) -> Response {
    let mistake = match done {
        // It was read before, so it is digits alone.
        Ok(()) => {
            let merchant = merchant.trim();
            return Redirect::to(&format!("{PAGE}?merchant={merchant}")).into_response();
        }
        Err(Failure::Unknown) => Mistake::Unknown,
        Err(Failure::NotFresh) => Mistake::PasswordNeeded,
        Err(Failure::Busy) => Mistake::Busy,
        Err(Failure::Refused(refusal)) => match refusal {
            Refusal::NotMatched => Mistake::PasswordWrong,
            Refusal::TooMany { retry_at } => Mistake::TooMany(retry_at),
            Refusal::ErasureBarred => Mistake::Barred,
            Refusal::MerchantErased => Mistake::Erased,
            Refusal::OwnWork => Mistake::OwnWork,
            Refusal::OutOfOrder => Mistake::Moved,
            refusal => return seat.failed(&refusal.into()),
        },
        Err(failure) => return seat.failed(&failure),
    };
    draw(seat, merchant, mistake.into()).await
}

async fn draw(seat: &Seat, merchant: String, shown: Shown) -> Response {
    let shell = seat.site().shell();
    let merchant = merchant.trim().to_owned();
    let (found, mistake) = match (number(&merchant), shown.mistake) {
        _ if merchant.is_empty() => (None, shown.mistake),
        (Err(wrong), mistake) => (None, mistake.or(Some(wrong))),
        (Ok(number), mistake) => match find(seat, number).await {
            Ok(found) => (Some(found), mistake),
            Err(Failure::Unknown) => (None, Some(Mistake::Unknown)),
            Err(failure) => return seat.failed(&failure),
        },
    };
    let waiting = match erasure::list(shell, &seat.signed_in).await {
        Ok(waiting) => waiting,
        Err(failure) => return seat.failed(&failure),
    };
    let page = MerchantsPage {
        frame: seat.frame(PAGE),
        is_administrator: seat.signed_in.must_be(&[Role::Administrator]).is_ok(),
        merchant,
        found,
        waiting,
        phone: shown.phone,
        proves: proves(seat, shell.now()),
        mistake,
    };
    respond(status(mistake), &page)
}

async fn find(seat: &Seat, number: MerchantNumber) -> Result<FoundMerchant, Failure> {
    let (shell, by) = (seat.site().shell(), &seat.signed_in);
    let contact = contact_disclosure::masked_contact(shell, number.clone(), by).await?;
    Ok(FoundMerchant {
        erasure: erasure::view(shell, number, by).await?,
        phone_masked: contact.phone_masked,
    })
}

const fn status(mistake: Option<Mistake>) -> StatusCode {
    match mistake {
        None => StatusCode::OK,
        Some(Mistake::Unknown) => StatusCode::NOT_FOUND,
        Some(Mistake::Barred | Mistake::Erased | Mistake::Moved) => StatusCode::CONFLICT,
        Some(Mistake::OwnWork) => StatusCode::FORBIDDEN,
        Some(Mistake::TooMany(_)) => StatusCode::TOO_MANY_REQUESTS,
        Some(Mistake::Busy) => StatusCode::SERVICE_UNAVAILABLE,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

fn number(text: &str) -> Result<MerchantNumber, Mistake> {
    numbers::plain(text).parse().map_err(|_| Mistake::Number)
}
