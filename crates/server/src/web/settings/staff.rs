//! The accounts of an acquirer's people, for its administrators.
//!
//! A first password is shown on the page that answers the form, once, and nowhere else:
//! not in an address, and not when the page is looked at again.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use tillkey_rules::party::Role;
use tillkey_store::limits::PAGE_MAX;
use tillkey_wire::ids::StaffId;

use super::super::frame::{Frame, respond};
use super::super::nav::role_word;
use super::super::notice::Notice;
use super::super::seat::{Form, Posted, Seat};
use super::super::staff_words::StaffWords;
use super::super::words::fill;
use super::SettingsWords;
use crate::act::staff::{self, NewStaff, StaffSummary};
use crate::act::{Failure, last_of_full};

/// What an administrator has to hear when something was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// A field is not what it should be.
    Invalid,
    /// There is such an account.
    Exists,
    /// There is no such account that is enabled.
    Gone,
    /// One's own account.
    Own,
}

/// A first password, to be shown once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// The account.
    pub account: String,
    /// Its first password.
    pub password: String,
}

/// The accounts.
#[derive(Debug, Template)]
#[template(path = "settings/staff.html")]
pub struct StaffPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// The accounts.
    pub members: Vec<StaffSummary>,
    /// What the next page begins after.
    pub next: Option<String>,
    /// What was just added.
    pub added: Option<Added>,
    /// What was typed, where it was not taken.
    pub typed: AddForm,
    /// What went wrong.
    pub mistake: Option<Mistake>,
}

impl StaffPage<'_> {
    fn words(&self) -> &'static SettingsWords {
        SettingsWords::of(self.frame.language())
    }

    fn role(&self, role: Role) -> &'static str {
        role_word(StaffWords::of(self.frame.language()), role)
    }

    fn role_of(&self, member: &StaffSummary) -> &'static str {
        self.role(member.role)
    }

    fn roles(&self) -> Vec<(&'static str, &'static str, bool)> {
        let option = |role: Role| (role.name(), self.role(role), role.name() == self.typed.role);
        Role::ALL.into_iter().map(option).collect()
    }

    fn said(&self) -> Option<&'static str> {
        let words = &self.words().staff;
        Some(match self.mistake? {
            Mistake::Invalid => &words.invalid,
            Mistake::Exists => &words.exists,
            Mistake::Gone => &words.gone,
            Mistake::Own => &words.own,
        })
    }

    fn added_title(&self, account: &str) -> String {
        fill(&self.words().staff.added, "who", account)
    }
}

/// A new account, as it is typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct AddForm {
    /// The account.
    pub account: String,
    /// The person behind it.
    pub person: String,
    /// What it may do.
    pub role: String,
}

impl Form for AddForm {
    const KEPT: &'static [&'static str] = &["account", "person", "role"];

    fn page(_: &str) -> &str {
        "/settings/staff"
    }
}

/// Nothing but who posts it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct DisableForm {}

impl Form for DisableForm {
    const KEPT: &'static [&'static str] = &[];

    fn page(_: &str) -> &str {
        "/settings/staff"
    }
}

/// Where the list goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Asked {
    after: String,
}

/// What a page of the list says besides the list.
#[derive(Default)]
struct Besides {
    added: Option<Added>,
    typed: AddForm,
    mistake: Option<Mistake>,
}

/// Shows the accounts.
pub(in super::super) async fn show(seat: Seat, Query(asked): Query<Asked>) -> Response {
    if let Err(turned_away) = seat.must_be(&[Role::Administrator]) {
        return turned_away;
    }
    draw(&seat, asked.after.parse().ok(), Besides::default()).await
}

/// Adds an account.
pub(in super::super) async fn add(Posted { seat, form }: Posted<AddForm>) -> Response {
    if let Err(turned_away) = seat.must_be(&[Role::Administrator]) {
        return turned_away;
    }
    let role = Role::ALL.into_iter().find(|role| role.name() == form.role);
    let (account, person) = (form.account.trim().to_ascii_lowercase(), form.person.trim());
    let (Ok(account), Ok(person), Some(role)) = (account.parse(), person.parse(), role) else {
        return again(&seat, form, Mistake::Invalid).await;
    };
    let new = NewStaff {
        acquirer: seat.signed_in.acquirer.clone(),
        staff: account,
        person,
        role,
    };
    let account = new.staff.to_string();
    match staff::add(seat.site().shell(), new, &seat.signed_in.actor).await {
        Ok(password) => {
            let added = Added {
                account,
                password: password.expose().clone(),
            };
            let besides = Besides {
                added: Some(added),
                ..Besides::default()
            };
            draw(&seat, None, besides).await
        }
        Err(Failure::Exists) => again(&seat, form, Mistake::Exists).await,
        Err(failure) => seat.failed(&failure),
    }
}

/// Disables an account.
pub(in super::super) async fn disable(
    Path(account): Path<String>,
    Posted { seat, form: _ }: Posted<DisableForm>,
) -> Response {
    if let Err(turned_away) = seat.must_be(&[Role::Administrator]) {
        return turned_away;
    }
    let Ok(account) = account.parse::<StaffId>() else {
        return Notice::Missing.page(seat.site(), seat.language);
    };
    // Or an installation could be left without anybody who adds accounts.
    if seat.signed_in.account() == Some(&account) {
        return again(&seat, AddForm::default(), Mistake::Own).await;
    }
    let (shell, by) = (seat.site().shell(), &seat.signed_in);
    match staff::disable(shell, &by.acquirer, account, &by.actor).await {
        Ok(()) => Redirect::to("/settings/staff").into_response(),
        Err(Failure::Unknown) => again(&seat, AddForm::default(), Mistake::Gone).await,
        Err(failure) => seat.failed(&failure),
    }
}

async fn again(seat: &Seat, typed: AddForm, mistake: Mistake) -> Response {
    let besides = Besides {
        typed,
        mistake: Some(mistake),
        ..Besides::default()
    };
    draw(seat, None, besides).await
}

async fn draw(seat: &Seat, after: Option<StaffId>, besides: Besides) -> Response {
    let shell = seat.site().shell();
    let members = match staff::list(shell, &seat.signed_in.acquirer, after).await {
        Ok(members) => members,
        Err(failure) => return seat.failed(&failure),
    };
    let last = last_of_full(&members, PAGE_MAX);
    let status = match besides.mistake {
        None => StatusCode::OK,
        Some(Mistake::Exists) => StatusCode::CONFLICT,
        Some(Mistake::Gone) => StatusCode::NOT_FOUND,
        Some(Mistake::Invalid | Mistake::Own) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let page = StaffPage {
        frame: seat.frame("/settings/staff"),
        next: last.map(|last| last.staff.to_string()),
        members,
        added: besides.added,
        typed: besides.typed,
        mistake: besides.mistake,
    };
    respond(status, &page)
}
