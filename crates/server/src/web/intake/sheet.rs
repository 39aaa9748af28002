//! One application before the staff: what the applicant says, what was checked, and what
//! is to be done with it by whoever looks.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use tillkey_rules::onboarding::application::{ApplicationCheck, ApplicationState};
use tillkey_rules::onboarding::{Business, FormField};
use tillkey_rules::party::Role;
use tillkey_wire::ids::ApplicationId;

use super::super::application::{ApplicationWords, Chosen};
use super::super::apply::ApplyWords;
use super::super::frame::{Frame, respond};
use super::super::fresh::proves;
use super::super::notice::Notice;
use super::super::seat::Seat;
use super::super::words::fill;
use super::{HERE, IntakeWords};
use crate::act::application::{self, Access, ApplicationView, Disclosed};

/// What a member of staff has to hear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mistake {
    /// The number is not the form's.
    NotMatched(ApplicationCheck),
    /// The number does not fit its own check digit.
    CheckDigit(ApplicationCheck),
    /// Nothing was said to the applicant.
    Reason,
    /// What was said cannot be kept.
    Comment,
    /// They had a hand in it.
    OwnWork,
    /// Something is not checked.
    ChecksOpen,
    /// The password is not right.
    PasswordWrong,
    /// The password is asked for.
    PasswordNeeded,
    /// Passwords have to wait.
    TooMany(Timestamp),
    /// It stands elsewhere by now.
    Moved,
    /// The serial number is in service.
    Exists,
    /// What was typed is no serial number.
    Serial,
    /// The carrier or its number cannot be kept.
    Parcel,
    /// The product is not offered any more.
    NotOffered,
    /// Neither button said which.
    Choose,
}

/// One application.
#[derive(Debug, Template)]
#[template(path = "intake/sheet.html")]
pub struct SheetPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// The application.
    pub view: ApplicationView,
    /// What is applied for, in words; none where the product left the catalogue.
    pub chosen: Option<Chosen>,
    /// What the reader is.
    pub role: Option<Role>,
    /// Whose password is asked for before an approval, where it is.
    pub proves: Option<String>,
    /// A value that was opened, by its name.
    pub opened: Option<(String, String)>,
    /// What was typed for the applicant so far.
    pub remark: String,
    /// What went wrong.
    pub mistake: Option<Mistake>,
}

struct Line<'a> {
    name: &'static str,
    label: &'a str,
    text: String,
    is_opened: bool,
    is_masked: bool,
}

struct CheckLine<'a> {
    check: ApplicationCheck,
    title: &'a str,
    how: &'a str,
    holds: Option<bool>,
    wrong: Option<&'a str>,
}

struct PaperLine<'a> {
    name: &'static str,
    title: &'a str,
    is_taken: bool,
}

impl SheetPage<'_> {
    fn words(&self) -> &'static IntakeWords {
        IntakeWords::of(self.frame.language())
    }

    fn names(&self) -> &'static ApplicationWords {
        ApplicationWords::of(self.frame.language())
    }

    fn state(&self) -> &str {
        self.names().state(self.view.state)
    }

    fn said(&self) -> Option<String> {
        let words = &self.words().mistake;
        Some(match self.mistake.as_ref()? {
            Mistake::NotMatched(_) | Mistake::CheckDigit(_) => return None,
            Mistake::Reason => words.reason.clone(),
            Mistake::Comment => words.comment.clone(),
            Mistake::OwnWork => words.own_work.clone(),
            Mistake::ChecksOpen => words.checks_open.clone(),
            Mistake::PasswordWrong => words.password_wrong.clone(),
            Mistake::PasswordNeeded => words.password_needed.clone(),
            Mistake::TooMany(at) => fill(&words.too_many, "time", &self.frame.reading.minute(*at)),
            Mistake::Moved => words.moved.clone(),
            Mistake::Exists => words.exists.clone(),
            Mistake::Serial => words.serial.clone(),
            Mistake::Parcel => words.parcel.clone(),
            Mistake::NotOffered => words.not_offered.clone(),
            Mistake::Choose => words.choose.clone(),
        })
    }

    fn lines(&self) -> Vec<Line<'_>> {
        let opened = |name: &str| {
            let (of, text) = self.opened.as_ref()?;
            (of == name).then(|| text.clone())
        };
        let line = |name: &'static str, label, shown: String| {
            let opened = opened(name);
            Line {
                name,
                label,
                is_opened: opened.is_some(),
                is_masked: shown.contains("**"),
                text: opened.unwrap_or(shown),
            }
        };
        let phone = line(
            "phone",
            &self.words().sheet.phone,
            self.view.phone_masked.clone(),
        );
        let fields = self.view.form.iter().map(|(field, text)| {
            let shown = match text.expose().parse::<Business>() {
                Ok(business) if *field == FormField::Business => {
                    self.names().business(business).to_owned()
                }
                _ => text.expose().clone(),
            };
            line(field.name(), self.names().field(*field), shown)
        });
        std::iter::once(phone).chain(fields).collect()
    }

    fn papers(&self) -> Vec<PaperLine<'_>> {
        let names = ApplyWords::of(self.frame.language());
        self.view
            .papers
            .iter()
            .map(|(paper, is_taken)| PaperLine {
                name: paper.name(),
                title: names.paper(*paper),
                is_taken: *is_taken,
            })
            .collect()
    }

    fn checks(&self) -> Vec<CheckLine<'_>> {
        let words = self.words();
        self.view
            .checks
            .iter()
            .map(|(check, holds)| {
                let (title, how) = words.check(*check);
                let wrong = match self.mistake {
                    Some(Mistake::NotMatched(of)) if of == *check => {
                        Some(words.mistake.not_matched.as_str())
                    }
                    Some(Mistake::CheckDigit(of)) if of == *check => {
                        Some(words.mistake.check_digit.as_str())
                    }
                    _ => None,
                };
                CheckLine {
                    check: *check,
                    title,
                    how,
                    holds: *holds,
                    wrong,
                }
            })
            .collect()
    }

    const fn is_maker(&self) -> bool {
        matches!(self.role, Some(Role::Agent | Role::Clerk))
    }

    const fn opens_values(&self) -> bool {
        matches!(self.role, Some(Role::Agent | Role::Clerk | Role::Reviewer))
    }

    fn is_checking(&self) -> bool {
        self.view.state == ApplicationState::Submitted && self.is_maker()
    }

    fn is_approving(&self) -> bool {
        self.view.state == ApplicationState::Proposed && self.role == Some(Role::Reviewer)
    }

    fn is_shipping(&self) -> bool {
        let may = matches!(self.role, Some(Role::Clerk | Role::Administrator));
        self.view.state == ApplicationState::Approved && may
    }

    fn all_hold(&self) -> bool {
        self.view
            .checks
            .iter()
            .all(|(_, holds)| *holds == Some(true))
    }

    fn makers(&self) -> String {
        let makers: Vec<String> = self.view.makers.iter().map(ToString::to_string).collect();
        match makers.is_empty() {
            true => self.words().sheet.nobody.clone(),
            false => makers.join(", "),
        }
    }

    fn story(&self) -> Vec<(String, String, &str)> {
        let names = self.names();
        self.view
            .story
            .iter()
            .rev()
            .map(|(at, state)| {
                let time = self.frame.reading.minute(*at);
                (at.to_string(), time, names.state(*state))
            })
            .collect()
    }

    fn is_password_wrong(&self) -> bool {
        matches!(
            self.mistake,
            Some(Mistake::PasswordWrong | Mistake::PasswordNeeded)
        )
    }

    fn is_remark_wrong(&self) -> bool {
        matches!(self.mistake, Some(Mistake::Reason | Mistake::Comment))
    }
}

/// What differs between the answers that show the page.
#[derive(Debug, Default)]
pub(super) struct Shown {
    pub(super) mistake: Option<Mistake>,
    pub(super) remark: String,
    pub(super) opened: Option<(String, Disclosed)>,
}

/// Draws the page.
pub(super) async fn draw(seat: &Seat, id: ApplicationId, shown: Shown) -> Response {
    let (shell, access) = (seat.site().shell(), Access::Staff(seat.signed_in.clone()));
    let view = match application::view(shell, id, &access).await {
        Ok(view) => view,
        Err(failure) => return seat.failed(&failure),
    };
    let status = match &shown.mistake {
        None => StatusCode::OK,
        Some(Mistake::TooMany(_)) => StatusCode::TOO_MANY_REQUESTS,
        Some(Mistake::Moved) => StatusCode::CONFLICT,
        Some(Mistake::OwnWork) => StatusCode::FORBIDDEN,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let page = SheetPage {
        frame: seat.frame(format!("/intake/{id}")),
        chosen: Chosen::new(seat.site(), view.choice.clone(), seat.language),
        view,
        role: seat.signed_in.actor.role(),
        proves: proves(seat, shell.now()),
        opened: shown.opened.map(|(what, opened)| (what, opened.text)),
        remark: shown.remark,
        mistake: shown.mistake,
    };
    respond(status, &page)
}

/// Shows an application.
pub(super) async fn show(seat: Seat, Path(application): Path<String>) -> Response {
    if let Err(turned_away) = seat.must_be(&HERE) {
        return turned_away;
    }
    match application.parse() {
        Ok(application) => draw(&seat, application, Shown::default()).await,
        Err(_) => Notice::Missing.page(seat.site(), seat.language),
    }
}
