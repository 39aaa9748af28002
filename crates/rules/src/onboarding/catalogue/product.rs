//! A product: a terminal with its terms.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use tillkey_wire::ids::{DeviceModel, ProductId};

use crate::onboarding::RegionCode;
use crate::onboarding::deposit::DepositTerms;
use crate::policy::Bilingual;
use crate::trade::Fen;
use crate::vocabulary::{
    ApplicantKind, ApplicationPaper, CardKind, Need, ProductKind, SettlementTime,
};

/// A terminal that a merchant can apply for, with everything that is promised with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Its stable name.
    pub id: ProductId,
    /// Whose offer it is.
    pub provider: Bilingual,
    /// What it is called.
    pub name: Bilingual,
    /// What it is for, in a sentence.
    pub summary: Bilingual,
    /// What kind of terminal.
    pub kind: ProductKind,
    /// Which model is shipped.
    pub model: DeviceModel,
    /// Who may have it, each with the papers that they show.
    pub papers: BTreeMap<ApplicantKind, BTreeSet<ApplicationPaper>>,
    /// What a sale costs, by how it is paid.
    pub fees: BTreeMap<CardKind, Fee>,
    /// When money can be there, and what that costs.
    pub settlements: BTreeMap<SettlementTime, Surcharge>,
    /// What is paid once for the terminal; it does not come back.
    pub price: Fen,
    /// What is paid every month.
    pub monthly_fee: Fen,
    /// The deposit.
    pub deposit: DepositTerms,
    /// The monthly takings that it is meant for.
    pub takings: Takings,
    /// What it can do.
    pub meets: BTreeSet<Need>,
    /// Where it is not to be had.
    pub not_served: Vec<NotServed>,
    /// Where these terms were published.
    pub source: String,
    /// The day on which they were.
    pub as_of: Date,
}

/// What a sale costs the merchant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fee {
    /// Hundredths of a per cent of the sale.
    pub basis_points: u16,
    /// What a single sale costs at most.
    pub cap: Option<Fen>,
}

/// What a time of settlement costs on top of the fees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Surcharge {
    /// Hundredths of a per cent of what is paid out.
    pub basis_points: u16,
    /// For each payment into the account.
    pub per_payout: Fen,
}

/// A range of monthly takings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Takings {
    /// From so much on.
    pub from: Fen,
    /// Up to so much, where there is an end.
    pub to: Option<Fen>,
}

/// A place where a product is not to be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotServed {
    /// The place, with all that lies in it.
    pub region: RegionCode,
    /// Why.
    pub reason: Bilingual,
}

impl Product {
    /// Whether an applicant of this kind may have it.
    pub fn is_for(&self, applicant: ApplicantKind) -> bool {
        self.papers.contains_key(&applicant)
    }

    /// The papers that an applicant of this kind shows; none for one who cannot have it.
    pub fn papers_of(&self, applicant: ApplicantKind) -> impl Iterator<Item = ApplicationPaper> {
        self.papers.get(&applicant).into_iter().flatten().copied()
    }

    /// Who published the terms, as the name of their site.
    pub fn source_host(&self) -> &str {
        let rest = self.source.split_once("://").map_or("", |(_, rest)| rest);
        rest.split('/').next().unwrap_or_default()
    }

    /// Whether it is to be had at a place.
    ///
    /// # Errors
    /// [`NotServed`], with the reason.
    pub fn serves(&self, region: RegionCode) -> Result<(), &NotServed> {
        match self.not_served.iter().find(|not| not.region.covers(region)) {
            Some(not) => Err(not),
            None => Ok(()),
        }
    }
}

impl Takings {
    /// Whether so much a month is more than it is meant for.
    pub fn is_exceeded_by(&self, monthly: Fen) -> bool {
        self.to.is_some_and(|to| monthly > to)
    }
}
