//! Where an application begins: what was chosen, and a phone.

use askama::Template;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use tillkey_rules::onboarding::Regions;
use tillkey_rules::onboarding::application::Choice;
use tillkey_rules::refusal::Refusal;

use super::super::Language;
use super::super::apply::ApplyWords;
use super::super::cookie::keep_applicant;
use super::super::frame::{Frame, refused, respond};
use super::super::notice::Notice;
use super::super::numbers;
use super::super::site::Site;
use super::super::words::{fill, refusal, side};
use super::ApplicationWords;
use crate::act::application::{self, NewApplicant};
use crate::act::{Failure, Phone};
use crate::peer::Peer;

/// The address of this page.
pub(super) const PATH: &str = "/apply/form";

/// What is applied for, as it stands in an address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    product: String,
    kind: String,
    region: String,
}

impl Asked {
    fn choice(&self) -> Option<Choice> {
        Some(Choice {
            product: self.product.parse().ok()?,
            applicant: self.kind.parse().ok()?,
            region: self.region.parse().ok()?,
        })
    }
}

/// What was posted.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Typed {
    product: String,
    kind: String,
    region: String,
    phone: String,
}

/// Where an application begins.
#[derive(Debug, Template)]
#[template(path = "application/start.html")]
pub struct StartPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// What is applied for; none where nothing that there is was chosen.
    pub chosen: Option<Chosen>,
    /// What was typed.
    pub phone: String,
    /// Whether the phone has to be looked at again.
    pub is_wrong: bool,
    /// Why it was not taken.
    pub refused: Option<Refusal>,
}

/// What is applied for, in words.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// The same for the form.
    pub choice: Choice,
    /// The product.
    pub product: String,
    /// Who applies.
    pub applicant: String,
    /// Where.
    pub region: String,
}

impl Chosen {
    /// Says a choice in a language; none where the product left the catalogue.
    pub(in crate::web) fn new(site: &Site, choice: Choice, language: Language) -> Option<Self> {
        let product = site.shell().catalogue().get(&choice.product)?;
        let (applicant, _) = ApplyWords::of(language).applicant(choice.applicant);
        Some(Self {
            product: side(&product.name, language).to_owned(),
            applicant: applicant.to_owned(),
            region: place(&choice, language),
            choice,
        })
    }
}

/// The place of a shop in words: province and prefecture.
pub(in crate::web) fn place(choice: &Choice, language: Language) -> String {
    let regions = Regions::known();
    let name = |code| regions.find(code).map(|found| side(&found.name, language));
    let around = regions.around(choice.region);
    let here = around.map(|found| side(&found.name, language));
    let province = name(choice.region.province()).filter(|province| here != Some(province));
    let parts: Vec<&str> = province.into_iter().chain(here).collect();
    match (parts.is_empty(), language) {
        (true, _) => choice.region.to_string(),
        (false, Language::Chinese) => parts.concat(),
        (false, Language::English) => {
            let reversed: Vec<&str> = parts.into_iter().rev().collect();
            reversed.join(", ")
        }
    }
}

impl StartPage<'_> {
    fn words(&self) -> &'static ApplicationWords {
        ApplicationWords::of(self.frame.language())
    }

    fn said(&self) -> Option<String> {
        Some(match self.refused.as_ref()? {
            Refusal::TooMany { retry_at } => {
                let time = self.frame.reading.minute(*retry_at);
                fill(&self.words().mistake.too_many, "time", &time)
            }
            other => refusal(other, self.frame.language()).to_owned(),
        })
    }

    fn is_not_offered(&self) -> bool {
        matches!(
            self.refused,
            Some(Refusal::RegionNotServed | Refusal::NotForApplicant)
        )
    }
}

fn page<'a>(site: &'a Site, language: Language, choice: Option<Choice>) -> StartPage<'a> {
    let path = match &choice {
        Some(choice) => format!(
            "{PATH}?product={}&kind={}&region={}",
            choice.product, choice.applicant, choice.region
        ),
        None => PATH.to_owned(),
    };
    StartPage {
        frame: site.frame(language, path),
        chosen: choice.and_then(|choice| Chosen::new(site, choice, language)),
        phone: String::new(),
        is_wrong: false,
        refused: None,
    }
}

/// Shows what was chosen, and asks for a phone.
pub(super) async fn show(
    State(site): State<Site>,
    language: Language,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let choice = asked.ok().and_then(|Query(asked)| asked.choice());
    respond(StatusCode::OK, &page(&site, language, choice))
}

/// Begins an application.
pub(super) async fn send(
    State(site): State<Site>,
    language: Language,
    Peer(source): Peer,
    form: Result<Form<Typed>, FormRejection>,
) -> Response {
    let Ok(Form(typed)) = form else {
        return Notice::Malformed.page(&site, language);
    };
    let asked = Asked {
        product: typed.product,
        kind: typed.kind,
        region: typed.region,
    };
    let Some(choice) = asked.choice() else {
        return Redirect::to("/apply").into_response();
    };
    let Ok(phone) = numbers::plain(&typed.phone).parse::<Phone>() else {
        let page = StartPage {
            phone: typed.phone,
            is_wrong: true,
            ..page(&site, language, Some(choice))
        };
        return respond(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let new = NewApplicant {
        choice: choice.clone(),
        phone,
    };
    match application::begin(site.shell(), new, &source, None).await {
        Ok(begun) => {
            let to = format!("/applications/{}", begun.application);
            let cookie = keep_applicant(begun.application, &begun.token, site.is_secure());
            let mut response = Redirect::to(&to).into_response();
            if let Some(cookie) = cookie {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            response
        }
        Err(Failure::Refused(refusal)) => {
            let status = refused(&refusal);
            let page = StartPage {
                phone: typed.phone,
                refused: Some(refusal),
                ..page(&site, language, Some(choice))
            };
            respond(status, &page)
        }
        Err(failure) => Notice::of(&failure).page(&site, language),
    }
}
