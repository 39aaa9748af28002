//! The page of an application: what is to be done now, and how far it has come.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use tillkey_rules::onboarding::application::ApplicationState;
use tillkey_rules::onboarding::{Business, FormField};
use tillkey_rules::refusal::Refusal;
use tillkey_rules::vocabulary::{ApplicantKind, ApplicationPaper};
use tillkey_wire::ids::{ApplicationId, OperatorNumber};

use super::super::Language;
use super::super::apply::ApplyWords;
use super::super::cookie::applicant_token;
use super::super::frame::{Frame, refused, respond};
use super::super::live::{Watch, stream};
use super::super::notice::Notice;
use super::super::site::Site;
use super::super::words::{fill, refusal};
use super::ApplicationWords;
use super::start::Chosen;
use crate::act::application::{self, Access, ApplicationView};
use crate::act::party::OpenedEnrolment;
use crate::act::{ApplicationToken, Failure};
use crate::peer::Peer;
use crate::picture::PictureFault;

/// What an applicant has to hear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mistake {
    /// A code that was not taken.
    Code(Refusal),
    /// What was typed is no code.
    CodeShape,
    /// A step that was not taken.
    Step(Refusal),
    /// A picture that was not taken.
    Picture(ApplicationPaper, PictureFault),
}

/// The page of an application.
#[derive(Debug, Template)]
#[template(path = "application/page.html")]
pub struct ApplicationPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// The application.
    pub view: ApplicationView,
    /// What is applied for, in words; none where the product left the catalogue.
    pub chosen: Option<Chosen>,
    /// What went wrong.
    pub mistake: Option<Mistake>,
    /// Whether fields that were left out are named too: somebody tried to hand it in.
    pub names_all: bool,
    /// Whether what was typed was kept a moment ago.
    pub is_saved: bool,
    /// The enrolment code, in the one answer that shows it.
    pub enrolment: Option<OpenedEnrolment>,
}

/// One field of the form.
struct Line<'a> {
    field: FormField,
    name: &'static str,
    label: &'a str,
    hint: &'a str,
    wrong: Option<String>,
    text: &'a str,
}

/// One group of fields.
struct Group<'a> {
    title: &'a str,
    lines: Vec<Line<'a>>,
}

/// One paper.
struct Sheet<'a> {
    name: &'static str,
    title: &'a str,
    is_taken: bool,
    wrong: Option<&'a str>,
}

/// One step of the way.
struct StepLine<'a> {
    text: &'a str,
    is_done: bool,
    is_now: bool,
}

/// One passage of the story.
struct Passage<'a> {
    stamp: String,
    time: String,
    text: &'a str,
}

/// An operator whose first password is to be chosen.
struct First<'a> {
    operator: OperatorNumber,
    who: &'a str,
    is_set: bool,
}

impl ApplicationPage<'_> {
    fn words(&self) -> &'static ApplicationWords {
        ApplicationWords::of(self.frame.language())
    }

    fn heading(&self) -> &str {
        match &self.enrolment {
            Some(_) => &self.words().code.title,
            None => self.words().state(self.view.state),
        }
    }

    const fn state(&self) -> ApplicationState {
        self.view.state
    }

    /// Whether others move it, so that the page looks by itself.
    const fn is_live(&self) -> bool {
        self.view.state.is_open() && !self.view.state.is_editable() && self.enrolment.is_none()
    }

    fn mark(&self) -> String {
        mark(&self.view)
    }

    fn steps(&self) -> Vec<StepLine<'_>> {
        let words = &self.words().steps;
        let now = match self.view.state {
            ApplicationState::Draft | ApplicationState::Returned => 0,
            ApplicationState::Submitted | ApplicationState::Proposed => 1,
            ApplicationState::Approved | ApplicationState::Shipped => 2,
            ApplicationState::Received | ApplicationState::Enrolled => 3,
            ApplicationState::Active => 4,
            _ => return Vec::new(),
        };
        [&words.fill_in, &words.check, &words.send, &words.begin]
            .into_iter()
            .enumerate()
            .map(|(at, text)| StepLine {
                text,
                is_done: at < now,
                is_now: at == now,
            })
            .collect()
    }

    const fn is_card(&self) -> bool {
        matches!(self.view.choice.applicant, ApplicantKind::Individual)
    }

    fn groups(&self) -> Vec<Group<'_>> {
        let words = self.words();
        let shop: &[FormField] = &[
            FormField::BusinessName,
            FormField::CreditCode,
            FormField::Business,
            FormField::Address,
        ];
        let person: &[FormField] = &[FormField::PersonName, FormField::IdentityNumber];
        let account: &[FormField] = &[
            FormField::AccountName,
            FormField::AccountNumber,
            FormField::BankName,
        ];
        [
            (&words.form.shop, shop),
            (&words.form.person, person),
            (&words.form.account, account),
        ]
        .into_iter()
        .map(|(title, fields)| Group {
            title,
            lines: fields
                .iter()
                .filter_map(|field| self.line(*field))
                .collect(),
        })
        .collect()
    }

    fn line(&self, field: FormField) -> Option<Line<'_>> {
        let words = self.words();
        let (_, text) = self.view.form.iter().find(|(one, _)| *one == field)?;
        let text = text.expose().as_str();
        let is_wrong = self.view.mistakes.iter().any(|(one, _)| *one == field);
        // What nobody has come to yet is not a mistake.
        let is_named = is_wrong && (self.names_all || !text.is_empty());
        Some(Line {
            field,
            name: field.name(),
            label: words.field(field),
            hint: words.hint(field, self.is_card()),
            wrong: is_named.then(|| words.wrong(field, (self.is_card(), text))),
            text,
        })
    }

    fn businesses(&self, chosen: &str) -> Vec<(&'static str, &'static str, bool)> {
        let words = self.words();
        Business::ALL
            .iter()
            .map(|one| (one.name(), words.business(*one), one.name() == chosen))
            .collect()
    }

    fn sheets(&self) -> Vec<Sheet<'_>> {
        let names = ApplyWords::of(self.frame.language());
        self.view
            .papers
            .iter()
            .map(|(paper, is_taken)| Sheet {
                name: paper.name(),
                title: names.paper(*paper),
                is_taken: *is_taken,
                wrong: self.picture_wrong(*paper),
            })
            .collect()
    }

    fn picture_wrong(&self, paper: ApplicationPaper) -> Option<&'static str> {
        let words = &self.words().mistake;
        match self.mistake {
            Some(Mistake::Picture(of, fault)) if of == paper => Some(match fault {
                PictureFault::Empty | PictureFault::Broken | PictureFault::Polyglot => {
                    &words.picture_broken
                }
                PictureFault::WrongKind => &words.picture_kind,
                PictureFault::TooLarge | PictureFault::TooManyPixels => &words.picture_size,
                PictureFault::TooSmall => &words.picture_small,
            }),
            _ => None,
        }
    }

    /// What is said beside the field of a code.
    fn code_wrong(&self) -> Option<String> {
        let words = &self.words().mistake;
        match self.mistake.as_ref()? {
            Mistake::CodeShape => Some(words.code_shape.clone()),
            Mistake::Code(refused) => Some(self.refused(refused)),
            Mistake::Step(_) | Mistake::Picture(..) => None,
        }
    }

    /// What is said above everything.
    fn said(&self) -> Option<String> {
        match self.mistake.as_ref()? {
            Mistake::Step(refused) => Some(self.refused(refused)),
            _ => None,
        }
    }

    fn refused(&self, refused: &Refusal) -> String {
        let words = &self.words().mistake;
        match refused {
            Refusal::TooMany { retry_at } => {
                let time = self.frame.reading.minute(*retry_at);
                fill(&words.too_many, "time", &time)
            }
            Refusal::NotMatched => words.code_wrong.clone(),
            Refusal::FormNotWhole if self.view.mistakes.is_empty() => words.papers_missing.clone(),
            Refusal::FormNotWhole => words.form_not_whole.clone(),
            Refusal::PhoneNotProven => words.unproven.clone(),
            Refusal::RegionNotServed | Refusal::NotForApplicant => words.not_offered.clone(),
            other => refusal(other, self.frame.language()).to_owned(),
        }
    }

    fn story(&self) -> Vec<Passage<'_>> {
        let words = self.words();
        self.view
            .story
            .iter()
            .rev()
            .map(|(at, state)| Passage {
                stamp: at.to_string(),
                time: self.frame.reading.minute(*at),
                text: words.state(*state),
            })
            .collect()
    }

    fn deadline(&self) -> Option<String> {
        let at = self.view.deadline?;
        let time = self.frame.reading.minute(at);
        Some(fill(&self.words().page.deadline, "time", &time))
    }

    fn code_until(&self, at: &jiff::Timestamp) -> String {
        let time = self.frame.reading.minute(*at);
        fill(&self.words().code.until, "time", &time)
    }

    fn phone_lead(&self) -> String {
        fill(&self.words().phone.lead, "phone", &self.view.phone_masked)
    }

    fn firsts(&self) -> Vec<First<'_>> {
        let words = &self.words().passwords;
        self.view
            .first_passwords
            .iter()
            .map(|first| First {
                operator: first.operator,
                who: match first.operator {
                    OperatorNumber::ADMINISTRATOR => &words.administrator,
                    OperatorNumber::SUPERVISOR => &words.supervisor,
                    _ => &words.cashier,
                },
                is_set: first.is_set,
            })
            .collect()
    }

    const fn may_withdraw(&self) -> bool {
        matches!(
            self.view.state,
            ApplicationState::Draft
                | ApplicationState::Submitted
                | ApplicationState::Returned
                | ApplicationState::Proposed
        )
    }
}

/// What is wrong with one field, in words; nothing where nothing is.
pub(super) fn wrong_with(
    view: &ApplicationView,
    field: FormField,
    language: Language,
) -> Option<String> {
    view.mistakes.iter().find(|(one, _)| *one == field)?;
    let (_, text) = view.form.iter().find(|(one, _)| *one == field)?;
    let is_card = view.choice.applicant == ApplicantKind::Individual;
    let words = ApplicationWords::of(language);
    Some(words.wrong(field, (is_card, text.expose())))
}

/// Changes whenever the page does.
pub(in crate::web) fn mark(view: &ApplicationView) -> String {
    let set = view.first_passwords.iter().filter(|one| one.is_set).count();
    format!("{}.{}.{set}", view.state.name(), view.story.len())
}

/// The application that a page belongs to, and the token that its device holds.
pub(super) fn held(
    application: &str,
    headers: &HeaderMap,
    site: &Site,
) -> Option<(ApplicationId, ApplicationToken)> {
    let application = application.parse().ok()?;
    Some((application, applicant_token(headers, site.is_secure())?))
}

/// What differs between the answers that show the page.
#[derive(Debug, Default)]
pub(super) struct Shown {
    pub(super) mistake: Option<Mistake>,
    pub(super) names_all: bool,
    pub(super) is_saved: bool,
    pub(super) enrolment: Option<OpenedEnrolment>,
}

/// Draws the page.
pub(super) async fn draw(
    site: &Site,
    language: Language,
    (application, token): (ApplicationId, &ApplicationToken),
    shown: Shown,
) -> Response {
    let access = Access::Applicant(token.clone());
    let view = match application::view(site.shell(), application, &access).await {
        Ok(view) => view,
        // Somebody who lost the cookie, or came back on another device.
        Err(Failure::Unknown) => return lost(site, language),
        Err(failure) => return Notice::of(&failure).page(site, language),
    };
    let status = match &shown.mistake {
        None => StatusCode::OK,
        Some(Mistake::Code(refusal) | Mistake::Step(refusal)) => refused(refusal),
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let frame = site.frame(language, format!("/applications/{application}"));
    let page = ApplicationPage {
        chosen: Chosen::new(site, view.choice.clone(), language),
        frame,
        view,
        mistake: shown.mistake,
        names_all: shown.names_all,
        is_saved: shown.is_saved,
        enrolment: shown.enrolment,
    };
    let is_live = page.is_live();
    let page = ApplicationPage {
        frame: page.frame.live(is_live),
        ..page
    };
    respond(status, &page)
}

/// The way back for a device that holds no token.
pub(super) fn lost(_: &Site, _: Language) -> Response {
    axum::response::Redirect::to(super::back::PATH).into_response()
}

/// Shows an application.
pub(super) async fn show(
    State(site): State<Site>,
    language: Language,
    Path(application): Path<String>,
    headers: HeaderMap,
) -> Response {
    match held(&application, &headers, &site) {
        Some((application, token)) => {
            draw(&site, language, (application, &token), Shown::default()).await
        }
        None => lost(&site, language),
    }
}

/// Tells the page that its application has moved.
pub(super) async fn events(
    State(site): State<Site>,
    Path(application): Path<String>,
    headers: HeaderMap,
    Peer(source): Peer,
) -> Response {
    let Some((application, token)) = held(&application, &headers, &site) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let watch = Watch::application(site.shell().clone(), application, token);
    stream(&site, &source, watch).await
}
