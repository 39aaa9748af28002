//! The managers of a merchant, for an acquirer's administrators.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use tillkey_rules::party::Role;
use tillkey_rules::refusal::Refusal;
use tillkey_rules::vocabulary::ManagerRight;
use tillkey_wire::ids::{ManagerId, MerchantNumber};

use super::super::frame::{Frame, respond};
use super::super::notice::Notice;
use super::super::numbers;
use super::super::seat::{Form, Posted, Seat};
use super::super::words::fill;
use super::SettingsWords;
use crate::act::managers::{self, ManagerDetails, ManagerSummary};
use crate::act::{Failure, Phone, checked_name};

const PAGE: &str = "/settings/managers";

/// What an administrator has to hear when something was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// Not a merchant number.
    Number,
    /// A merchant that the acquirer does not have.
    Unknown,
    /// Not a name.
    Name,
    /// Not a mobile number.
    Phone,
    /// Not a personnel number.
    Person,
    /// No right at all.
    NoRights,
    /// What was held of the merchant was erased.
    Erased,
    /// The merchant has a manager with this phone.
    Exists,
    /// The merchant has as many as it may.
    Full,
    /// There is no such manager who is enabled.
    Gone,
}

/// The managers of one merchant.
#[derive(Debug, Template)]
#[template(path = "settings/managers.html")]
pub struct ManagersPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// The merchant number, as it is typed.
    pub merchant: String,
    /// Its managers, once it was found.
    pub managers: Option<Vec<ManagerSummary>>,
    /// What was typed, where it was not taken.
    pub typed: AddManagerForm,
    /// What went wrong.
    pub mistake: Option<Mistake>,
}

impl ManagersPage<'_> {
    fn words(&self) -> &'static SettingsWords {
        SettingsWords::of(self.frame.language())
    }

    fn said(&self) -> Option<&'static str> {
        let words = &self.words().managers;
        Some(match self.mistake? {
            Mistake::Number => &words.number_wrong,
            Mistake::Unknown => &words.unknown,
            Mistake::Name => &words.name_wrong,
            Mistake::Phone => &words.phone_wrong,
            Mistake::Person => &words.person_wrong,
            Mistake::NoRights => &words.no_rights,
            Mistake::Erased => &words.erased_said,
            Mistake::Exists => &words.exists,
            Mistake::Full => &words.full,
            Mistake::Gone => &words.gone,
        })
    }

    fn is_wrong(&self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake)
    }

    /// Every right: its name, its word, and whether it is among these.
    fn rights(&self, held: &BTreeSet<ManagerRight>) -> Vec<(&'static str, &'static str, bool)> {
        let words = &self.words().rights;
        let option = |right: ManagerRight| (right.name(), words.of(right), held.contains(&right));
        ManagerRight::ALL.iter().copied().map(option).collect()
    }

    /// When a manager last signed in.
    fn signed_in(&self, manager: &ManagerSummary) -> Option<String> {
        let time = self.frame.reading.minute(manager.signed_in_at?);
        Some(fill(&self.words().managers.signed_in, "time", &time))
    }

    fn rights_of(&self, manager: &ManagerSummary) -> Vec<(&'static str, &'static str, bool)> {
        self.rights(&manager.rights)
    }

    fn typed_rights(&self) -> Vec<(&'static str, &'static str, bool)> {
        self.rights(&self.typed.ticked.rights())
    }
}

/// The ticked boxes of a form; each has the name of its right.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Ticked(BTreeMap<String, String>);

impl Ticked {
    /// What was ticked; other fields are no rights.
    fn rights(&self) -> BTreeSet<ManagerRight> {
        let ticked = |right: &ManagerRight| self.0.contains_key(right.name());
        ManagerRight::ALL.iter().copied().filter(ticked).collect()
    }
}

/// A new manager, as they are typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct AddManagerForm {
    /// Whose manager.
    #[serde(default)]
    pub merchant: String,
    /// What they are called.
    #[serde(default)]
    pub name: String,
    /// Where their codes go.
    #[serde(default)]
    pub phone: String,
    /// The person, where the acquirer has a number for them.
    #[serde(default)]
    pub person: String,
    /// What they may do.
    #[serde(flatten)]
    pub ticked: Ticked,
}

impl AddManagerForm {
    /// Reads what was typed.
    fn read(&self) -> Result<ManagerDetails, Mistake> {
        let person = self.person.trim();
        let person = match person {
            "" => None,
            person => Some(person.parse().map_err(|_| Mistake::Person)?),
        };
        let phone: Phone = numbers::plain(&self.phone)
            .parse()
            .map_err(|_| Mistake::Phone)?;
        let rights = self.ticked.rights();
        if rights.is_empty() {
            return Err(Mistake::NoRights);
        }
        Ok(ManagerDetails {
            merchant: number(&self.merchant)?,
            name: checked_name(&self.name).map_err(|_| Mistake::Name)?,
            phone,
            person,
            rights,
        })
    }
}

impl Form for AddManagerForm {
    // Name and phone are the merchant's own; whoever signs in next may be another.
    const KEPT: &'static [&'static str] = &["merchant"];

    fn page(_: &str) -> &str {
        PAGE
    }
}

/// A change to one manager.
#[derive(Debug, Deserialize)]
pub(in super::super) struct ChangeForm {
    #[serde(default)]
    merchant: String,
    #[serde(flatten)]
    ticked: Ticked,
}

impl Form for ChangeForm {
    const KEPT: &'static [&'static str] = &["merchant"];

    fn page(_: &str) -> &str {
        PAGE
    }
}

/// Whose managers are asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Asked {
    merchant: String,
}

/// Shows a merchant's managers, or asks whose.
pub(in super::super) async fn show(seat: Seat, Query(asked): Query<Asked>) -> Response {
    if let Err(turned_away) = seat.must_be(&[Role::Administrator]) {
        return turned_away;
    }
    draw(&seat, blank(asked.merchant), None).await
}

/// Adds a manager.
pub(in super::super) async fn add(Posted { seat, form }: Posted<AddManagerForm>) -> Response {
    if let Err(turned_away) = seat.must_be(&[Role::Administrator]) {
        return turned_away;
    }
    let details = match form.read() {
        Ok(details) => details,
        Err(mistake) => return draw(&seat, form, Some(mistake)).await,
    };
    let added = managers::add(seat.site().shell(), details, &seat.signed_in, None).await;
    end(&seat, form, added.map(|_| ())).await
}

/// Sets what a manager may do.
pub(in super::super) async fn set_rights(
    Path(manager): Path<String>,
    Posted { seat, form }: Posted<ChangeForm>,
) -> Response {
    change(seat, &manager, form, async |seat, manager, rights| {
        if rights.is_empty() {
            return Ok(Some(Mistake::NoRights));
        }
        let shell = seat.site().shell();
        managers::set_rights(shell, manager, rights, &seat.signed_in, None).await?;
        Ok(None)
    })
    .await
}

/// Disables a manager.
pub(in super::super) async fn disable(
    Path(manager): Path<String>,
    Posted { seat, form }: Posted<ChangeForm>,
) -> Response {
    change(seat, &manager, form, async |seat, manager, _| {
        managers::disable(seat.site().shell(), manager, &seat.signed_in, None).await?;
        Ok(None)
    })
    .await
}

/// Lets a manager who is at rest sign in again.
pub(in super::super) async fn enable(
    Path(manager): Path<String>,
    Posted { seat, form }: Posted<ChangeForm>,
) -> Response {
    change(seat, &manager, form, async |seat, manager, _| {
        managers::enable(seat.site().shell(), manager, &seat.signed_in, None).await?;
        Ok(None)
    })
    .await
}

async fn change<F>(seat: Seat, manager: &str, form: ChangeForm, run: F) -> Response
where
    F: AsyncFnOnce(&Seat, ManagerId, BTreeSet<ManagerRight>) -> Result<Option<Mistake>, Failure>,
{
    if let Err(turned_away) = seat.must_be(&[Role::Administrator]) {
        return turned_away;
    }
    let Ok(manager) = manager.parse() else {
        return Notice::Missing.page(seat.site(), seat.language);
    };
    let typed = blank(form.merchant);
    match run(&seat, manager, form.ticked.rights()).await {
        Ok(Some(mistake)) => draw(&seat, typed, Some(mistake)).await,
        Ok(None) => end(&seat, typed, Ok(())).await,
        Err(Failure::Unknown) => draw(&seat, typed, Some(Mistake::Gone)).await,
        Err(failure) => end(&seat, typed, Err(failure)).await,
    }
}

fn blank(merchant: String) -> AddManagerForm {
    AddManagerForm {
        merchant,
        ..AddManagerForm::default()
    }
}

/// Ends on the list, or with a word about what was typed.
async fn end(seat: &Seat, typed: AddManagerForm, done: Result<(), Failure>) -> Response {
    let mistake = match done {
        // It was read before, so it is digits alone.
        Ok(()) => {
            let merchant = typed.merchant.trim();
            return Redirect::to(&format!("{PAGE}?merchant={merchant}")).into_response();
        }
        Err(Failure::Exists) => Mistake::Exists,
        Err(Failure::Unknown) => Mistake::Unknown,
        Err(Failure::Refused(Refusal::MerchantErased)) => Mistake::Erased,
        Err(Failure::Invalid(invalid)) if invalid.kind == "merchant" => Mistake::Full,
        Err(failure) => return seat.failed(&failure),
    };
    draw(seat, typed, Some(mistake)).await
}

async fn draw(seat: &Seat, typed: AddManagerForm, mistake: Option<Mistake>) -> Response {
    let merchant = typed.merchant.trim().to_owned();
    let (managers, mistake) = match (number(&merchant), mistake) {
        _ if merchant.is_empty() => (None, mistake),
        (Err(wrong), mistake) => (None, mistake.or(Some(wrong))),
        (Ok(number), mistake) => {
            match managers::list(seat.site().shell(), number, &seat.signed_in).await {
                Ok(managers) => (Some(managers), mistake),
                Err(Failure::Unknown) => (None, Some(Mistake::Unknown)),
                Err(failure) => return seat.failed(&failure),
            }
        }
    };
    let status = match mistake {
        None => StatusCode::OK,
        Some(Mistake::Exists | Mistake::Full | Mistake::Erased) => StatusCode::CONFLICT,
        Some(Mistake::Unknown | Mistake::Gone) => StatusCode::NOT_FOUND,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let page = ManagersPage {
        frame: seat.frame(PAGE),
        merchant,
        managers,
        typed,
        mistake,
    };
    respond(status, &page)
}

fn number(text: &str) -> Result<MerchantNumber, Mistake> {
    numbers::plain(text).parse().map_err(|_| Mistake::Number)
}
