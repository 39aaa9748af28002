//! Four questions: who, where, how much, what for.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use tillkey_rules::onboarding::{Region, Regions};
use tillkey_rules::vocabulary::{ApplicantKind, Need};

use super::super::Language;
use super::super::frame::{Frame, respond};
use super::super::site::Site;
use super::super::words::side;
use super::answers::{Answers, Band};
use super::words::ApplyWords;

/// Where the questions are.
pub(super) const PATH: &str = "/apply";

/// The questions.
#[derive(Debug, Template)]
#[template(path = "apply/ask.html")]
pub struct AskPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// What was answered before.
    pub answers: Answers,
    /// Whether what is missing has to be marked.
    pub is_checked: bool,
}

/// One answer to choose.
struct Choice<'a> {
    name: String,
    text: &'a str,
    more: &'a str,
    is_chosen: bool,
}

/// A province, with what a shop in it can be in.
struct Province {
    name: &'static str,
    places: Vec<Place>,
    /// Whether it is one itself: a municipality has no prefectures.
    is_place: bool,
}

struct Place {
    code: String,
    name: &'static str,
    is_chosen: bool,
}

impl AskPage<'_> {
    fn words(&self) -> &'static ApplyWords {
        ApplyWords::of(self.frame.language())
    }

    fn applicants(&self) -> Vec<Choice<'static>> {
        let choice = |kind: &ApplicantKind| {
            let (text, more) = self.words().applicant(*kind);
            Choice {
                name: kind.to_string(),
                text,
                more,
                is_chosen: self.answers.applicant == Some(*kind),
            }
        };
        ApplicantKind::ALL.iter().map(choice).collect()
    }

    fn bands(&self) -> Vec<Choice<'static>> {
        let choice = |band: Band| Choice {
            name: band.name(),
            text: band.text(self.words()),
            more: "",
            is_chosen: self.answers.monthly == Some(band),
        };
        Band::ALL.into_iter().map(choice).collect()
    }

    fn needs(&self) -> Vec<Choice<'static>> {
        let choice = |need: &Need| Choice {
            name: need.to_string(),
            text: self.words().need(*need),
            more: "",
            is_chosen: self.answers.needs.contains(need),
        };
        Need::ALL.iter().map(choice).collect()
    }

    fn provinces(&self) -> Vec<Province> {
        let language = self.frame.language();
        let regions = Regions::known();
        // A county is in its prefecture, which is what the list has.
        let chosen = self.answers.region.and_then(|code| regions.around(code));
        let place = |region: &'static Region| Place {
            code: region.code.to_string(),
            name: side(&region.name, language),
            is_chosen: chosen.is_some_and(|chosen| chosen.code == region.code),
        };
        let province = |province: &'static Region| {
            let within = regions.within(province.code);
            Province {
                name: side(&province.name, language),
                is_place: within.iter().all(|place| place.is_province()),
                places: within.into_iter().map(place).collect(),
            }
        };
        regions.provinces().map(province).collect()
    }

    const fn lacks_applicant(&self) -> bool {
        self.is_checked && self.answers.applicant.is_none()
    }

    const fn lacks_region(&self) -> bool {
        self.is_checked && self.answers.region.is_none()
    }

    const fn lacks_monthly(&self) -> bool {
        self.is_checked && self.answers.monthly.is_none()
    }
}

/// The questions, with what an address says was answered.
pub(in super::super) async fn show(
    State(site): State<Site>,
    language: Language,
    RawQuery(query): RawQuery,
) -> Response {
    let answers = Answers::read(query.as_deref());
    let page = AskPage {
        frame: site.frame(language, answers.with(PATH)),
        answers,
        is_checked: false,
    };
    respond(StatusCode::OK, &page)
}

/// The questions again, with what is missing marked.
pub(super) fn again(site: &Site, language: Language, answers: Answers) -> Response {
    let page = AskPage {
        frame: site.frame(language, answers.with(PATH)),
        answers,
        is_checked: true,
    };
    respond(StatusCode::UNPROCESSABLE_ENTITY, &page)
}
