//! The products side by side: those that suit first, with the reasons, and below those
//! that cannot be had, each with why.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use tillkey_rules::onboarding::Regions;
use tillkey_rules::onboarding::catalogue::{
    Catalogue, Hindrance, Outcome, Suits, Wish, recommend, shares,
};
use tillkey_rules::vocabulary::ApplicantKind;

use super::super::Language;
use super::super::frame::{Frame, respond};
use super::super::site::Site;
use super::super::words::{fill, side};
use super::answers::Answers;
use super::offer::{Offer, joined, money};
use super::words::ApplyWords;

/// Where the products are.
pub(super) const PATH: &str = "/apply/products";

/// The products side by side.
#[derive(Debug, Template)]
#[template(path = "apply/compare.html")]
pub struct ComparePage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// What there is.
    pub catalogue: &'a Catalogue,
    /// What was answered: everything, or nothing.
    pub answers: Answers,
}

/// What is shown.
struct Shown<'a> {
    suiting: Vec<(Offer<'a>, Option<Suits>)>,
    others: Vec<(Offer<'a>, Vec<String>)>,
    /// What else is possible, where the place stands in the way of some.
    elsewhere: Option<String>,
    /// Whether it is the place that leaves nothing.
    is_nowhere: bool,
}

impl ComparePage<'_> {
    fn words(&self) -> &'static ApplyWords {
        ApplyWords::of(self.frame.language())
    }

    /// What was wished for, in a line, and what was needed, in another.
    fn told(&self, wish: &Wish) -> Vec<String> {
        let words = self.words();
        let place = Regions::known().full_name(wish.region);
        let band = self.answers.monthly.map_or("", |band| band.text(words));
        let lead = fill(
            &words.compare.lead,
            "who",
            words.applicant(wish.applicant).0,
        );
        let lead = fill(&lead, "where", side(&place, self.frame.language()));
        let lead = fill(&lead, "monthly", band);
        let needs = wish.needs.iter().map(|need| words.need(*need));
        let needs = joined(needs, self.frame.language());
        let mut lines = vec![lead];
        if !needs.is_empty() {
            lines.push(fill(&words.compare.lead_needs, "needs", &needs));
        }
        lines
    }

    /// How the costs were reckoned.
    fn reckoned(&self, wish: &Wish) -> String {
        let words = self.words();
        let share = |(card, percent): &(_, i64)| {
            let text = fill(&words.compare.share, "card", words.card(*card));
            fill(&text, "percent", &percent.to_string())
        };
        let all: Vec<String> = shares(wish).iter().map(share).collect();
        let language = self.frame.language();
        let all = joined(all.iter().map(String::as_str), language);
        let monthly = money(wish.monthly, language);
        let text = fill(&words.compare.reckoned, "monthly", &monthly);
        fill(&text, "shares", &all)
    }

    fn shown(&self) -> Shown<'_> {
        let language = self.frame.language();
        let mut shown = Shown {
            suiting: Vec::new(),
            others: Vec::new(),
            elsewhere: None,
            is_nowhere: false,
        };
        let Some(wish) = self.answers.wish() else {
            let all = self.catalogue.products();
            shown.suiting = all.map(|one| (Offer::new(one, language), None)).collect();
            return shown;
        };
        let mut is_left_out = false;
        for advice in recommend(self.catalogue, &wish) {
            let offer = Offer::new(advice.product, language);
            match advice.outcome {
                Outcome::Suits(suits) => shown.suiting.push((offer, Some(suits))),
                Outcome::DoesNotSuit(hindrances) => {
                    let is_place =
                        |hindrance: &Hindrance<'_>| matches!(hindrance, Hindrance::NotServed(_));
                    is_left_out |= hindrances.iter().any(is_place);
                    let said = hindrances.iter().map(|one| self.hindrance(one)).collect();
                    shown.others.push((offer, said));
                }
            }
        }
        if is_left_out {
            shown.elsewhere = self.elsewhere(&wish);
            let mut all = self.catalogue.products();
            shown.is_nowhere = all.all(|product| product.serves(wish.region).is_err());
        }
        shown
    }

    fn hindrance(&self, hindrance: &Hindrance<'_>) -> String {
        let words = &self.words().hindrance;
        let language = self.frame.language();
        match hindrance {
            Hindrance::NotFor(ApplicantKind::Company) => words.not_for_company.clone(),
            Hindrance::NotFor(ApplicantKind::SoleTrader) => words.not_for_sole_trader.clone(),
            Hindrance::NotFor(ApplicantKind::Individual) => words.not_for_individual.clone(),
            Hindrance::NotServed(not) => {
                let place = Regions::known().full_name(not.region);
                let text = fill(&words.not_served, "where", side(&place, language));
                fill(&text, "reason", side(&not.reason, language))
            }
            Hindrance::Lacks(need) => fill(&words.lacks, "need", self.words().need(*need)),
        }
    }

    /// What can be had at a place that some products leave out.
    fn elsewhere(&self, wish: &Wish) -> Option<String> {
        let language = self.frame.language();
        let words = &self.words().compare;
        let possible = self.catalogue.possible(wish.applicant, wish.region);
        let names: Vec<&str> = possible.map(|one| side(&one.name, language)).collect();
        if names.is_empty() {
            return None;
        }
        let place = Regions::known().full_name(wish.region);
        let text = fill(&words.elsewhere, "where", side(&place, language));
        Some(fill(&text, "products", &joined(names, language)))
    }

    fn papers(&self, offer: &Offer<'_>) -> String {
        let words = self.words();
        match self.answers.applicant {
            Some(kind) => offer.joined(offer.product.papers_of(kind).map(|one| words.paper(one))),
            None => offer.joined(offer.applicants()),
        }
    }
}

/// The products, all of them or for whoever answered every question.
pub(in super::super) async fn show(
    State(site): State<Site>,
    language: Language,
    RawQuery(query): RawQuery,
) -> Response {
    let answers = Answers::read(query.as_deref());
    if answers.wish().is_none() && Answers::are_sent(query.as_deref()) {
        return super::ask::again(&site, language, answers);
    }
    let page = ComparePage {
        frame: site.frame(language, answers.with(PATH)),
        catalogue: site.shell().catalogue(),
        answers,
    };
    respond(StatusCode::OK, &page)
}
