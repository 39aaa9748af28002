//! The challenge of a terminal without a network, and its answer: one page for whoever
//! drives an approved case, in every channel.
//!
//! Staff choose whether they read the answer out or it goes to the registered phone;
//! anybody else has it sent there. An answer that is read out is on the page that answers
//! the form and on no other: typing the same challenge again shows it again.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use tillkey_rules::case::State as CaseState;
use tillkey_rules::event::Destination;
use tillkey_rules::party::Role;
use tillkey_rules::refusal::Refusal;
use tillkey_wire::code::OfflineAnswer;
use tillkey_wire::ids::CaseId;

use super::Language;
use super::frame::{Frame, respond};
use super::notice::Notice;
use super::numbers;
use super::portal::seat::ManagerSeat;
use super::reset::case::held;
use super::seat::{Form, Posted, Seat};
use super::site::Site;
use super::words::{file, fill, refusal, words};
use crate::act::case::{self, CaseView};
use crate::act::{Access, Failure};

file! {
    /// The words of challenge and answer.
    OfflineWords ("offline.zh-CN.toml", "offline.en.toml") {
        ask: AskWords,
        given: GivenWords,
    }
}

words! {
    /// What the page that takes a challenge says.
    AskWords {
        title, link, lead, step_menu, step_challenge, field, field_hint, to, to_contact,
        to_read_out, go, back, shape, not_matched, not_prepared, too_many, not_due,
    }
    /// What is said of an answer that was given.
    GivenWords {
        title, sent, read_out, answer, step_type, step_choose, step_use, waits, another, never,
    }
}

/// Why a challenge was not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mistake {
    /// It has not the shape of one.
    Shape,
    /// It was not taken.
    Refused(Refusal),
}

/// What was given on this very page.
#[derive(Debug)]
pub enum Given {
    /// To the registered phone.
    Sent,
    /// To be read out.
    ReadOut(OfflineAnswer),
}

/// The page of a challenge.
#[derive(Debug, Template)]
#[template(path = "offline/page.html")]
pub struct OfflinePage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// The page of the case.
    pub back: String,
    /// Whether whoever looks may read an answer out.
    pub reads_out: bool,
    /// What was not taken.
    pub mistake: Option<Mistake>,
    /// What was given just now.
    pub given: Option<Given>,
}

impl OfflinePage<'_> {
    fn words(&self) -> &'static OfflineWords {
        OfflineWords::of(self.frame.language())
    }

    fn title(&self) -> &'static str {
        match self.given {
            Some(_) => &self.words().given.title,
            None => &self.words().ask.title,
        }
    }

    /// The answer in groups of four, as it is read out.
    fn answer(&self) -> Option<String> {
        let Some(Given::ReadOut(answer)) = &self.given else {
            return None;
        };
        let (first, second) = answer.expose().split_at_checked(4)?;
        Some(format!("{first} {second}"))
    }

    fn wrong(&self) -> Option<String> {
        let words = &self.words().ask;
        Some(match self.mistake.as_ref()? {
            Mistake::Shape => words.shape.clone(),
            Mistake::Refused(Refusal::NotMatched) => words.not_matched.clone(),
            Mistake::Refused(Refusal::NotPrepared) => words.not_prepared.clone(),
            Mistake::Refused(Refusal::OutOfOrder) => words.not_due.clone(),
            Mistake::Refused(Refusal::TooMany { retry_at }) => {
                let time = self.frame.reading.minute(*retry_at);
                fill(&words.too_many, "time", &time)
            }
            Mistake::Refused(other) => refusal(other, self.frame.language()).to_owned(),
        })
    }
}

/// What was typed. `to` is not there where there is no choice.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    challenge: String,
    #[serde(default)]
    to: Option<To>,
}

/// Where the answer goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum To {
    Contact,
    ReadOut,
}

impl Form for Asked {
    // It is on the terminal's screen still.
    const KEPT: &'static [&'static str] = &[];
}

/// Whose page it is.
enum Whose {
    Holder {
        site: Site,
        language: Language,
        access: Access,
    },
    Manager(ManagerSeat),
    Staff(Seat, Role),
}

impl Whose {
    fn site(&self) -> &Site {
        match self {
            Self::Holder { site, .. } => site,
            Self::Manager(seat) => &seat.site,
            Self::Staff(seat, _) => seat.site(),
        }
    }

    const fn language(&self) -> Language {
        match self {
            Self::Holder { language, .. } => *language,
            Self::Manager(seat) => seat.language,
            Self::Staff(seat, _) => seat.language,
        }
    }

    fn access(&self) -> Access {
        match self {
            Self::Holder { access, .. } => access.clone(),
            Self::Manager(seat) => Access::from(seat),
            Self::Staff(seat, _) => Access::from(seat),
        }
    }

    /// The page of the case.
    fn back(&self, case: CaseId) -> String {
        match self {
            Self::Holder { .. } => format!("/reset/{case}"),
            Self::Manager(_) => format!("/portal/cases/{case}"),
            Self::Staff(_, Role::Clerk) => format!("/counter/{case}"),
            Self::Staff(..) => format!("/desk/cases/{case}"),
        }
    }

    const fn reads_out(&self) -> bool {
        matches!(self, Self::Staff(..))
    }

    fn page(&self, case: CaseId) -> OfflinePage<'_> {
        let back = self.back(case);
        let path = format!("{back}/offline");
        OfflinePage {
            frame: match self {
                Self::Holder { site, language, .. } => site.frame(*language, path),
                Self::Manager(seat) => seat.frame(path),
                Self::Staff(seat, _) => seat.frame(path),
            },
            back,
            reads_out: self.reads_out(),
            mistake: None,
            given: None,
        }
    }

    fn failed(&self, case: CaseId, failure: &Failure) -> Response {
        match (self, failure) {
            (Self::Holder { site, language, .. }, failure) => {
                Notice::of(failure).page(site, *language)
            }
            (_, Failure::Unknown) => Notice::Missing.page(self.site(), self.language()),
            (Self::Manager(seat), failure) => seat.failed(failure, &self.back(case)),
            (Self::Staff(seat, _), failure) => seat.failed(failure),
        }
    }

    /// The form; the page of the case where it is not due.
    async fn show(&self, case: CaseId) -> Response {
        match case::view(self.site().shell(), case, &self.access()).await {
            Ok(view) if is_due(&view) => respond(StatusCode::OK, &self.page(case)),
            Ok(_) => Redirect::to(&self.back(case)).into_response(),
            Err(failure) => self.failed(case, &failure),
        }
    }

    async fn answer(&self, case: CaseId, asked: Asked) -> Response {
        let page = self.page(case);
        let wrong = |mistake, status| {
            let mistake = Some(mistake);
            respond(
                status,
                &OfflinePage {
                    mistake,
                    ..self.page(case)
                },
            )
        };
        let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
        // It is shown and read out in two groups.
        let Ok(challenge) = numbers::plain(&asked.challenge).parse() else {
            return wrong(Mistake::Shape, unprocessable);
        };
        let to = match asked.to {
            Some(To::ReadOut) if self.reads_out() => Destination::AnswerReadOut,
            _ => Destination::AnswerToContact,
        };
        let (shell, access) = (self.site().shell(), self.access());
        match case::answer_offline(shell, case, (challenge, to), &access).await {
            Ok(answered) => {
                let given = answered.answer.map_or(Given::Sent, Given::ReadOut);
                let given = Some(given);
                respond(StatusCode::OK, &OfflinePage { given, ..page })
            }
            Err(Failure::Refused(refused @ Refusal::TooMany { .. })) => {
                wrong(Mistake::Refused(refused), StatusCode::TOO_MANY_REQUESTS)
            }
            Err(Failure::Refused(Refusal::CaseClosed | Refusal::FactsChanged)) => {
                Redirect::to(&self.back(case)).into_response()
            }
            Err(Failure::Refused(refused)) => wrong(Mistake::Refused(refused), unprocessable),
            Err(failure) => self.failed(case, &failure),
        }
    }
}

/// Whether a challenge can be answered in a case as it stands.
pub(super) fn is_due(view: &CaseView) -> bool {
    matches!(view.state, CaseState::Approved | CaseState::Issued)
}

/// Whether an answer was given and the terminal has not told yet what became of it.
pub(super) fn is_answered(view: &CaseView) -> bool {
    view.state == CaseState::Issued && view.code_to.is_some_and(Destination::is_answer)
}

fn holder(
    site: Site,
    language: Language,
    case: &str,
    headers: &HeaderMap,
) -> Result<(Whose, CaseId), Response> {
    let Some((case, holding)) = held(case, headers, &site) else {
        return Err(Notice::Lost.page(&site, language));
    };
    let access = Access::Holder(holding.token);
    let whose = Whose::Holder {
        site,
        language,
        access,
    };
    Ok((whose, case))
}

fn manager(seat: ManagerSeat, case: &str) -> Result<(Whose, CaseId), Response> {
    match case.parse() {
        Ok(case) => Ok((Whose::Manager(seat), case)),
        Err(_) => Err(Notice::Missing.page(&seat.site, seat.language)),
    }
}

fn staff(seat: Seat, case: &str, role: Role) -> Result<(Whose, CaseId), Response> {
    seat.must_be(&[role])?;
    match case.parse() {
        Ok(case) => Ok((Whose::Staff(seat, role), case)),
        Err(_) => Err(Notice::Missing.page(seat.site(), seat.language)),
    }
}

async fn shown(whose: Result<(Whose, CaseId), Response>) -> Response {
    match whose {
        Ok((whose, case)) => whose.show(case).await,
        Err(elsewhere) => elsewhere,
    }
}

async fn answered(whose: Result<(Whose, CaseId), Response>, asked: Asked) -> Response {
    match whose {
        Ok((whose, case)) => whose.answer(case, asked).await,
        Err(elsewhere) => elsewhere,
    }
}

/// The page, for the holder of a case.
pub(super) async fn show_to_holder(
    State(site): State<Site>,
    language: Language,
    Path(case): Path<String>,
    headers: HeaderMap,
) -> Response {
    shown(holder(site, language, &case, &headers)).await
}

/// Sends the answer to the registered phone, for the holder of a case.
pub(super) async fn answer_holder(
    State(site): State<Site>,
    language: Language,
    Path(case): Path<String>,
    headers: HeaderMap,
    form: Result<axum::Form<Asked>, FormRejection>,
) -> Response {
    let Ok(axum::Form(asked)) = form else {
        return Notice::Malformed.page(&site, language);
    };
    answered(holder(site, language, &case, &headers), asked).await
}

/// The page, for a manager.
pub(super) async fn show_to_manager(seat: ManagerSeat, Path(case): Path<String>) -> Response {
    shown(manager(seat, &case)).await
}

/// Sends the answer to the registered phone, for a manager.
pub(super) async fn answer_manager(
    seat: ManagerSeat,
    Path(case): Path<String>,
    form: Result<axum::Form<Asked>, FormRejection>,
) -> Response {
    let Ok(axum::Form(asked)) = form else {
        return Notice::Malformed.page(&seat.site, seat.language);
    };
    answered(manager(seat, &case), asked).await
}

/// The page, for an agent.
pub(super) async fn show_to_agent(seat: Seat, Path(case): Path<String>) -> Response {
    shown(staff(seat, &case, Role::Agent)).await
}

/// Answers an agent.
pub(super) async fn answer_agent(
    Path(case): Path<String>,
    Posted { seat, form }: Posted<Asked>,
) -> Response {
    answered(staff(seat, &case, Role::Agent), form).await
}

/// The page, for a clerk.
pub(super) async fn show_to_clerk(seat: Seat, Path(case): Path<String>) -> Response {
    shown(staff(seat, &case, Role::Clerk)).await
}

/// Answers a clerk.
pub(super) async fn answer_clerk(
    Path(case): Path<String>,
    Posted { seat, form }: Posted<Asked>,
) -> Response {
    answered(staff(seat, &case, Role::Clerk), form).await
}
