//! `/v1/products`: what merchants can apply for, and what suits whom.
//!
//! Anybody may ask, and nothing of what is asked is kept.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use tillkey_rules::onboarding::RegionCode;
use tillkey_rules::onboarding::catalogue::{
    Advantage, Advice, Caution, Hindrance, NotServed, Outcome, Product, Wish, recommend,
};
use tillkey_rules::onboarding::deposit::DepositTerms;
use tillkey_rules::trade::Fen;
use tillkey_rules::vocabulary::{
    ApplicantKind, ApplicationPaper, CardKind, Need, ProductKind, SettlementTime,
};
use tillkey_wire::ids::ProductId;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::address::{Named, StrictQuery};
use super::problem::{Problem, ProblemBody};
use super::words::{
    ApplicantWord, CardWord, NeedWord, PaperWord, ProductKindWord, SettlementTimeWord, TextBody,
};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(advise))
}

/// The currency of every amount.
const CURRENCY: &str = "CNY";

/// A terminal with its terms. Amounts are in fen.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Product)]
struct ProductBody {
    /// Its stable name.
    #[schema(value_type = String)]
    product: ProductId,
    /// Whose offer it is.
    provider: TextBody,
    /// What it is called.
    name: TextBody,
    /// What it is for.
    summary: TextBody,
    /// What kind of terminal.
    #[schema(value_type = ProductKindWord)]
    kind: ProductKind,
    /// Which model is shipped.
    model: String,
    /// The currency of every amount.
    currency: &'static str,
    /// Who may have it, and the papers that each shows.
    applicants: Vec<ApplicantBody>,
    /// What a sale costs.
    fees: Vec<FeeBody>,
    /// When money can be there, and what that costs on top.
    settlements: Vec<SettlementBody>,
    /// Paid once; it does not come back.
    price: i64,
    /// Paid every month.
    monthly_fee: i64,
    /// The deposit.
    deposit: DepositBody,
    /// The monthly takings that it is meant for: from so much on.
    takings_from: i64,
    /// Up to so much, where there is an end.
    takings_to: Option<i64>,
    /// What it can do.
    #[schema(value_type = Vec<NeedWord>)]
    meets: BTreeSet<Need>,
    /// Where it is not to be had.
    not_served: Vec<NotServedBody>,
    /// Where these terms were published.
    source: String,
    /// The day that they are of.
    #[schema(value_type = String, format = Date)]
    as_of: String,
}

/// One kind of applicant.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProductApplicant)]
struct ApplicantBody {
    /// Who.
    #[schema(value_type = ApplicantWord)]
    applicant: ApplicantKind,
    /// The papers that they show.
    #[schema(value_type = Vec<PaperWord>)]
    papers: Vec<ApplicationPaper>,
}

/// What a sale costs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProductFee)]
struct FeeBody {
    /// How it is paid.
    #[schema(value_type = CardWord)]
    card: CardKind,
    /// Hundredths of a per cent of the sale.
    basis_points: u16,
    /// What a single sale costs at most.
    cap: Option<i64>,
}

/// What a time of settlement costs on top.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProductSettlement)]
struct SettlementBody {
    /// When.
    #[schema(value_type = SettlementTimeWord)]
    time: SettlementTime,
    /// Hundredths of a per cent of what is paid out.
    basis_points: u16,
    /// For each payment into the account.
    per_payout: i64,
}

/// A deposit, and when it goes back.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProductDeposit)]
struct DepositBody {
    /// What is paid with the application.
    deposit: i64,
    /// What earns it back; never, where this is missing.
    back: Option<DepositBackBody>,
    /// What the very first sale must come to; 0 where nothing is required.
    first_sale: i64,
    /// What is held back of the first takings; 0 where nothing is.
    frozen_fee: i64,
}

/// What earns a deposit back.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProductDepositBack)]
struct DepositBackBody {
    /// How much has to be taken: settled sales less settled refunds.
    taken: i64,
    /// Within how many calendar days after the day of activation.
    within_days: u16,
}

/// A place where a product is not to be had.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProductNotServed)]
struct NotServedBody {
    /// A province or prefecture of GB/T 2260, with all that lies in it.
    #[schema(value_type = String, pattern = "^[0-9]{6}$")]
    region: RegionCode,
    /// Why.
    reason: TextBody,
}

impl From<&NotServed> for NotServedBody {
    fn from(not: &NotServed) -> Self {
        Self {
            region: not.region,
            reason: (&not.reason).into(),
        }
    }
}

impl From<&DepositTerms> for DepositBody {
    fn from(terms: &DepositTerms) -> Self {
        Self {
            deposit: terms.deposit.fen(),
            back: terms.back.map(|back| DepositBackBody {
                taken: back.taken.fen(),
                within_days: back.within_days,
            }),
            first_sale: terms.first_sale.fen(),
            frozen_fee: terms.frozen_fee.fen(),
        }
    }
}

impl From<&Product> for ProductBody {
    fn from(product: &Product) -> Self {
        let applicants = product.papers.keys().map(|applicant| ApplicantBody {
            applicant: *applicant,
            papers: product.papers_of(*applicant).collect(),
        });
        let fees = product.fees.iter().map(|(card, fee)| FeeBody {
            card: *card,
            basis_points: fee.basis_points,
            cap: fee.cap.map(Fen::fen),
        });
        let settlements = product
            .settlements
            .iter()
            .map(|(time, surcharge)| SettlementBody {
                time: *time,
                basis_points: surcharge.basis_points,
                per_payout: surcharge.per_payout.fen(),
            });
        Self {
            product: product.id.clone(),
            provider: (&product.provider).into(),
            name: (&product.name).into(),
            summary: (&product.summary).into(),
            kind: product.kind,
            model: product.model.to_string(),
            currency: CURRENCY,
            applicants: applicants.collect(),
            fees: fees.collect(),
            settlements: settlements.collect(),
            price: product.price.fen(),
            monthly_fee: product.monthly_fee.fen(),
            deposit: (&product.deposit).into(),
            takings_from: product.takings.from.fen(),
            takings_to: product.takings.to.map(Fen::fen),
            meets: product.meets.clone(),
            not_served: product.not_served.iter().map(Into::into).collect(),
            source: product.source.clone(),
            as_of: product.as_of.to_string(),
        }
    }
}

/// Everything that can be applied for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Products)]
struct ProductsBody {
    /// SHA-256 over the catalogue: another one has another.
    catalogue: String,
    /// The products, in the order of their names.
    products: Vec<ProductBody>,
}

/// What is wished for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct WishQuery {
    /// Who applies.
    #[param(value_type = ApplicantWord)]
    applicant: ApplicantKind,
    /// Where the shop is, by GB/T 2260.
    #[param(value_type = String, pattern = "^[0-9]{6}$")]
    region: RegionCode,
    /// A month's takings, in fen.
    #[param(value_type = i64, minimum = 0, maximum = 10_000_000_000_i64)]
    monthly: String,
    /// What the terminal has to do: words of `Need`, with commas between.
    needs: Option<String>,
}

impl WishQuery {
    fn read(self) -> Result<Wish, Problem> {
        let is_plain = self.monthly.bytes().all(|b| b.is_ascii_digit());
        let fen = self.monthly.parse().ok().filter(|_| is_plain);
        let monthly =
            Fen::new(fen.unwrap_or(-1)).map_err(|why| Problem::invalid("monthly", why.rule))?;
        let needs = self.needs.unwrap_or_default();
        let needs: Result<BTreeSet<Need>, _> = needs
            .split(',')
            .filter(|need| !need.is_empty())
            .map(str::parse)
            .collect();
        Ok(Wish {
            applicant: self.applicant,
            region: self.region,
            monthly,
            needs: needs.map_err(|why| Problem::invalid("needs", why.rule))?,
        })
    }
}

/// Every product, the best first and those that cannot be had last.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProductRecommendations)]
struct AdviceBody {
    /// SHA-256 over the catalogue.
    catalogue: String,
    /// The currency of every amount.
    currency: &'static str,
    /// What is said of each product.
    recommendations: Vec<OneBody>,
}

/// What is said of one product.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProductRecommendation)]
struct OneBody {
    /// Which.
    #[schema(value_type = String)]
    product: ProductId,
    /// Its place, from 1; nothing where it cannot be had.
    rank: Option<usize>,
    /// What a month costs at most, in fen.
    monthly_cost: Option<i64>,
    /// The time of settlement that this was reckoned with.
    #[schema(value_type = Option<SettlementTimeWord>)]
    settlement: Option<SettlementTime>,
    /// What speaks for it.
    advantages: Vec<&'static str>,
    /// What to look at twice.
    cautions: Vec<&'static str>,
    /// Why it cannot be had; all reasons.
    hindrances: Vec<HindranceBody>,
}

/// Why a product cannot be had.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProductHindrance)]
struct HindranceBody {
    /// `not_for`, `not_served` or `lacks`.
    hindrance: &'static str,
    /// Of `not_served`: where, and why.
    not_served: Option<NotServedBody>,
    /// Of `lacks`: what it cannot do.
    #[schema(value_type = Option<NeedWord>)]
    need: Option<Need>,
}

impl From<&Hindrance<'_>> for HindranceBody {
    fn from(hindrance: &Hindrance<'_>) -> Self {
        let (hindrance, not_served, need) = match hindrance {
            Hindrance::NotFor(_) => ("not_for", None, None),
            Hindrance::NotServed(not) => ("not_served", Some((*not).into()), None),
            Hindrance::Lacks(need) => ("lacks", None, Some(*need)),
        };
        Self {
            hindrance,
            not_served,
            need,
        }
    }
}

const fn advantage(advantage: Advantage) -> &'static str {
    match advantage {
        Advantage::CostsLeast => "costs_least",
        Advantage::MeetsEveryNeed => "meets_every_need",
        Advantage::MeantForSuchTakings => "meant_for_such_takings",
        Advantage::NothingUpFront => "nothing_up_front",
        Advantage::DepositComesBack => "deposit_comes_back",
        Advantage::SameDayForNothing => "same_day_for_nothing",
    }
}

const fn caution(caution: Caution) -> &'static str {
    match caution {
        Caution::MeantForMore => "meant_for_more",
        Caution::MeantForLess => "meant_for_less",
        Caution::DepositStays => "deposit_stays",
        Caution::FirstSaleRequired => "first_sale_required",
        Caution::FeeIsFrozen => "fee_is_frozen",
    }
}

impl OneBody {
    fn of(product: &Product, outcome: &Outcome<'_>) -> Self {
        let mut body = Self {
            product: product.id.clone(),
            rank: None,
            monthly_cost: None,
            settlement: None,
            advantages: Vec::new(),
            cautions: Vec::new(),
            hindrances: Vec::new(),
        };
        match outcome {
            Outcome::Suits(suits) => {
                body.rank = Some(suits.rank);
                body.monthly_cost = Some(suits.monthly_cost.fen());
                body.settlement = Some(suits.settlement);
                body.advantages = suits.advantages.iter().copied().map(advantage).collect();
                body.cautions = suits.cautions.iter().copied().map(caution).collect();
            }
            Outcome::DoesNotSuit(hindrances) => {
                body.hindrances = hindrances.iter().map(Into::into).collect();
            }
        }
        body
    }
}

/// Everything that merchants can apply for.
#[utoipa::path(
    get, path = "/v1/products", tag = "products",
    responses(
        (status = 200, body = ProductsBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(())
)]
async fn list(State(api): State<Api>) -> Json<ProductsBody> {
    let catalogue = api.shell.catalogue();
    Json(ProductsBody {
        catalogue: catalogue.digest().to_string(),
        products: catalogue.products().map(Into::into).collect(),
    })
}

/// One product.
#[utoipa::path(
    get, path = "/v1/products/{product}", tag = "products",
    params(("product" = String, Path, description = "Its stable name")),
    responses(
        (status = 200, body = ProductBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(())
)]
async fn show(
    State(api): State<Api>,
    Named(product): Named<ProductId>,
) -> Result<Json<ProductBody>, Problem> {
    let product = api.shell.catalogue().get(&product);
    let product = product.ok_or_else(Problem::unknown)?;
    Ok(Json(product.into()))
}

/// Which products suit a merchant, and why. It reads a wish and keeps nothing of it.
#[utoipa::path(
    get, path = "/v1/product-recommendations", tag = "products", params(WishQuery),
    responses(
        (status = 200, body = AdviceBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(())
)]
async fn advise(
    State(api): State<Api>,
    StrictQuery(query): StrictQuery<WishQuery>,
) -> Result<Json<AdviceBody>, Problem> {
    let wish = query.read()?;
    let catalogue = api.shell.catalogue();
    let advice = recommend(catalogue, &wish);
    let one = |advice: &Advice<'_>| OneBody::of(advice.product, &advice.outcome);
    Ok(Json(AdviceBody {
        catalogue: catalogue.digest().to_string(),
        currency: CURRENCY,
        recommendations: advice.iter().map(one).collect(),
    }))
}
