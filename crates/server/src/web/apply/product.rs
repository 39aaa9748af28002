//! One product: all of its terms, and its deposit by an example that begins today.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::ToSpan;
use jiff::civil::Date;
use tillkey_rules::onboarding::Regions;
use tillkey_rules::onboarding::catalogue::{NotServed, Product};
use tillkey_rules::onboarding::deposit::{DayTaken, DepositBack, DepositStanding, evaluate};
use tillkey_rules::trade::Fen;
use tillkey_wire::ids::ProductId;

use super::super::Language;
use super::super::frame::{Frame, respond};
use super::super::notice::Notice;
use super::super::site::Site;
use super::super::words::{fill, side};
use super::answers::Answers;
use super::offer::{Line, Offer};
use super::words::ApplyWords;

/// One product.
#[derive(Debug, Template)]
#[template(path = "apply/product.html")]
pub struct ProductPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// Which.
    pub product: &'a Product,
    /// What was answered before, to go on with.
    pub answers: Answers,
}

/// The deposit, by an example.
struct Example {
    lead: String,
    rule: String,
    days: Vec<ExampleDay>,
}

/// One day of the example.
struct ExampleDay {
    day: String,
    money: String,
    standing: String,
    is_earned: bool,
}

impl ProductPage<'_> {
    fn words(&self) -> &'static ApplyWords {
        ApplyWords::of(self.frame.language())
    }

    fn offer(&self) -> Offer<'_> {
        Offer::new(self.product, self.frame.language())
    }

    /// Who may have it, each with the papers that they show.
    fn papers(&self) -> Vec<Line> {
        let words = self.words();
        let offer = self.offer();
        let line = |kind: &_| Line {
            name: words.applicant(*kind).0.to_owned(),
            text: offer.joined(self.product.papers_of(*kind).map(|one| words.paper(one))),
        };
        self.product.papers.keys().map(line).collect()
    }

    fn needs(&self) -> Vec<&'static str> {
        let needs = self.product.meets.iter();
        needs.map(|need| self.words().need(*need)).collect()
    }

    fn not_served(&self) -> Vec<Line> {
        let language = self.frame.language();
        let not_served = self.product.not_served.iter();
        let line = |not: &NotServed| {
            let place = Regions::known().full_name(not.region);
            Line {
                name: side(&place, language).to_owned(),
                text: side(&not.reason, language).to_owned(),
            }
        };
        not_served.map(line).collect()
    }

    fn published(&self) -> String {
        let words = &self.words().product;
        let text = fill(&words.published, "date", &self.product.as_of.to_string());
        fill(&text, "source", self.product.source_host())
    }

    /// What would happen if the terminal were activated today. The rule itself says how
    /// each day leaves it.
    fn example(&self) -> Option<Example> {
        let back = self.product.deposit.back?;
        let words = &self.words().product;
        let offer = self.offer();
        let reading = self.frame.reading;
        let today = reading.day(reading.now);
        let lead = fill(&words.example_lead, "today", &reading.date(today));
        let last_day = reading.date(back.last_day(today));
        let lead = fill(&lead, "last", &last_day);
        let taken = made_up(&back, today);
        let days = taken.iter().zip(1..).map(|(day, count)| {
            let so_far = taken.get(..count).unwrap_or_default();
            let standing = evaluate(&back, today, so_far, day.day);
            let (text, is_earned) = match standing {
                DepositStanding::Earned { .. } => (words.example_earned.clone(), true),
                DepositStanding::Counting { missing, .. } => {
                    let missing = offer.money(missing);
                    (fill(&words.example_missing, "money", &missing), false)
                }
                DepositStanding::Missed { .. } => (String::new(), false),
            };
            ExampleDay {
                day: reading.date(day.day),
                money: match day.refunds {
                    Fen::ZERO => fill(&words.example_sales, "money", &offer.money(day.sales)),
                    refunds => fill(&words.example_refunds, "money", &offer.money(refunds)),
                },
                standing: text,
                is_earned,
            }
        });
        Some(Example {
            lead: fill(&lead, "days", &back.within_days.to_string()),
            rule: fill(&words.example_rule, "taken", &offer.money(back.taken)),
            days: days.collect(),
        })
    }
}

/// Four days of trade that earn a deposit back, one of them by way of a refund.
fn made_up(back: &DepositBack, activated_on: Date) -> Vec<DayTaken> {
    let sixth = i32::from(back.within_days) / 6;
    // Rounded up, so that the parts of an odd amount are no less than the whole.
    let part = |percent: i64| Fen::sum((back.taken.fen() * percent + 99) / 100);
    let back_on = 2 * sixth + 1;
    [
        (0, 40, 0),
        (2 * sixth, 35, 0),
        (back_on, 0, 5),
        (back_on.max(4 * sixth), 32, 0),
    ]
    .map(|(after, sales, refunds)| DayTaken {
        day: activated_on.saturating_add(after.days()),
        sales: part(sales),
        refunds: part(refunds),
        unsettled: 0,
    })
    .to_vec()
}

/// One product, if there is such a one.
pub(in super::super) async fn show(
    State(site): State<Site>,
    language: Language,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let product = id
        .parse::<ProductId>()
        .ok()
        .and_then(|id| site.shell().catalogue().get(&id));
    let Some(product) = product else {
        return Notice::Missing.page(&site, language);
    };
    let answers = Answers::read(query.as_deref());
    let path = answers.with(&format!("/apply/products/{}", product.id));
    let page = ProductPage {
        frame: site.frame(language, path),
        product,
        answers,
    };
    respond(StatusCode::OK, &page)
}
