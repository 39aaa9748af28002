//! Which product for whom, and why.
//!
//! What cannot be had is said with every reason at once. What can be had is put in order:
//! the fewest cautions first, then what a month costs, then what is paid up front, then
//! the name.
//!
//! A month's cost is reckoned in whole fen: each fee on its share of the takings, each
//! rounded half up to a fen. Caps of single sales are left out, because nobody knows how
//! many sales there will be: so it is what the fees come to at most.

use std::collections::BTreeSet;

use super::product::{NotServed, Product};
use super::read::Catalogue;
use crate::onboarding::RegionCode;
use crate::trade::Fen;
use crate::vocabulary::{ApplicantKind, CardKind, Need, SettlementTime};

/// How often in a month money is paid out, for what a payout costs.
const PAYOUTS_A_MONTH: i64 = 30;

/// Basis points in the whole.
const WHOLE: i64 = 10_000;

/// What a merchant says of their trade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// Who applies.
    pub applicant: ApplicantKind,
    /// Where the shop is.
    pub region: RegionCode,
    /// What a month's takings come to.
    pub monthly: Fen,
    /// What the terminal has to do.
    pub needs: BTreeSet<Need>,
}

/// What is said of one product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice<'a> {
    /// Which.
    pub product: &'a Product,
    /// Whether it suits.
    pub outcome: Outcome<'a>,
}

/// Whether a product suits a wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// It can be had.
    Suits(Suits),
    /// It cannot, for all of these reasons.
    DoesNotSuit(Vec<Hindrance<'a>>),
}

/// Where a product that can be had stands among the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suits {
    /// Its place, from 1.
    pub rank: usize,
    /// What a month costs at most.
    pub monthly_cost: Fen,
    /// The time of settlement that this was reckoned with.
    pub settlement: SettlementTime,
    /// What speaks for it.
    pub advantages: Vec<Advantage>,
    /// What to look at twice.
    pub cautions: Vec<Caution>,
}

/// What speaks for a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Advantage {
    /// Some of those that suit cost more a month, and none costs less.
    CostsLeast,
    /// It does everything that was asked for.
    MeetsEveryNeed,
    /// It is meant for takings like these.
    MeantForSuchTakings,
    /// Nothing is paid up front.
    NothingUpFront,
    /// The deposit comes back at takings like these.
    DepositComesBack,
    /// The money is there on the same day without a surcharge.
    SameDayForNothing,
}

/// What to look at twice before applying.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Caution {
    /// It is meant for more takings.
    MeantForMore,
    /// It is meant for less takings.
    MeantForLess,
    /// At takings like these the deposit does not come back in time.
    DepositStays,
    /// The first sale must come to something.
    FirstSaleRequired,
    /// A part of the takings is held back as a fee.
    FeeIsFrozen,
}

/// Why a product cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hindrance<'a> {
    /// It is not for applicants of this kind.
    NotFor(ApplicantKind),
    /// It is not to be had there.
    NotServed(&'a NotServed),
    /// It cannot do something that is needed.
    Lacks(Need),
}

/// Says of every product whether it suits, the best first and those that do not last.
pub fn recommend<'a>(catalogue: &'a Catalogue, wish: &Wish) -> Vec<Advice<'a>> {
    let mut suiting = Vec::new();
    let mut others = Vec::new();
    for product in catalogue.products() {
        let hindrances = hindrances(product, wish);
        if hindrances.is_empty() {
            suiting.push((product, suits(product, wish)));
        } else {
            let outcome = Outcome::DoesNotSuit(hindrances);
            others.push(Advice { product, outcome });
        }
    }
    suiting.sort_by_key(|(product, suits)| {
        let up_front = product.price.fen() + product.deposit.deposit.fen();
        (suits.cautions.len(), suits.monthly_cost, up_front)
    });
    let costs = || suiting.iter().map(|(_, suits)| suits.monthly_cost);
    let (least, most) = (costs().min(), costs().max());
    let ranked = suiting
        .into_iter()
        .zip(1..)
        .map(|((product, mut suits), rank)| {
            suits.rank = rank;
            if least != most && Some(suits.monthly_cost) == least {
                suits.advantages.insert(0, Advantage::CostsLeast);
            }
            let outcome = Outcome::Suits(suits);
            Advice { product, outcome }
        });
    ranked.chain(others).collect()
}

fn hindrances<'a>(product: &'a Product, wish: &Wish) -> Vec<Hindrance<'a>> {
    let mut found = Vec::new();
    if let Err(not) = product.serves(wish.region) {
        found.push(Hindrance::NotServed(not));
    }
    if !product.is_for(wish.applicant) {
        found.push(Hindrance::NotFor(wish.applicant));
    }
    let lacking = wish.needs.difference(&product.meets);
    found.extend(lacking.map(|need| Hindrance::Lacks(*need)));
    found
}

/// Everything but the rank and what follows from the others.
fn suits(product: &Product, wish: &Wish) -> Suits {
    let (settlement, payouts) = settlement(product, wish);
    let fees = shares(wish).iter().fold(0_i64, |sum, (card, percent)| {
        let share = rounded(wish.monthly.fen(), *percent, 100);
        let points = product.fees.get(card).map_or(0, |fee| fee.basis_points);
        sum.saturating_add(rounded(share, i64::from(points), WHOLE))
    });
    let monthly_cost = fees
        .saturating_add(payouts)
        .saturating_add(product.monthly_fee.fen());
    Suits {
        rank: 0,
        monthly_cost: Fen::sum(monthly_cost),
        settlement,
        advantages: advantages(product, wish),
        cautions: cautions(product, wish),
    }
}

/// How the takings are thought to be paid, in per cent: by what was asked for. Who asks
/// for neither codes nor cards is reckoned by codes, which every product takes.
pub fn shares(wish: &Wish) -> &'static [(CardKind, i64)] {
    const CODES: &[(CardKind, i64)] = &[(CardKind::Scan, 100)];
    const CARDS: &[(CardKind, i64)] = &[(CardKind::Debit, 40), (CardKind::Credit, 60)];
    const BOTH: &[(CardKind, i64)] = &[
        (CardKind::Scan, 50),
        (CardKind::Debit, 20),
        (CardKind::Credit, 30),
    ];
    let needs = |need| wish.needs.contains(&need);
    match (needs(Need::ScanCodes), needs(Need::TakeCards)) {
        (_, false) => CODES,
        (false, true) => CARDS,
        (true, true) => BOTH,
    }
}

/// The cheapest time of settlement that will do, and what a month of it costs.
fn settlement(product: &Product, wish: &Wish) -> (SettlementTime, i64) {
    let same_day = wish.needs.contains(&Need::MoneySameDay);
    product
        .settlements
        .iter()
        .filter(|(time, _)| !same_day || time.is_same_day())
        .map(|(time, surcharge)| {
            let points = i64::from(surcharge.basis_points);
            let cost = rounded(wish.monthly.fen(), points, WHOLE)
                .saturating_add(surcharge.per_payout.fen().saturating_mul(PAYOUTS_A_MONTH));
            (*time, cost)
        })
        // The later of two that cost the same is the quicker.
        .min_by_key(|(time, cost)| (*cost, std::cmp::Reverse(*time)))
        .unwrap_or((SettlementTime::NextWorkingDay, 0))
}

fn advantages(product: &Product, wish: &Wish) -> Vec<Advantage> {
    let deposit = &product.deposit;
    let takings = &product.takings;
    let same_day_for_nothing = product.settlements.iter().any(|(time, surcharge)| {
        time.is_same_day() && surcharge.basis_points == 0 && surcharge.per_payout == Fen::ZERO
    });
    [
        (!wish.needs.is_empty(), Advantage::MeetsEveryNeed),
        (
            wish.monthly >= takings.from && !takings.is_exceeded_by(wish.monthly),
            Advantage::MeantForSuchTakings,
        ),
        (
            product.price == Fen::ZERO && deposit.deposit == Fen::ZERO,
            Advantage::NothingUpFront,
        ),
        (
            is_earned(product, wish) == Some(true),
            Advantage::DepositComesBack,
        ),
        (same_day_for_nothing, Advantage::SameDayForNothing),
    ]
    .into_iter()
    .filter_map(|(is_so, advantage)| is_so.then_some(advantage))
    .collect()
}

fn cautions(product: &Product, wish: &Wish) -> Vec<Caution> {
    let takings = &product.takings;
    let deposit = &product.deposit;
    [
        (wish.monthly < takings.from, Caution::MeantForMore),
        (takings.is_exceeded_by(wish.monthly), Caution::MeantForLess),
        (
            is_earned(product, wish) == Some(false),
            Caution::DepositStays,
        ),
        (deposit.first_sale > Fen::ZERO, Caution::FirstSaleRequired),
        (deposit.frozen_fee > Fen::ZERO, Caution::FeeIsFrozen),
    ]
    .into_iter()
    .filter_map(|(is_so, caution)| is_so.then_some(caution))
    .collect()
}

/// Whether such takings earn the deposit back, where there is one: a month has thirty
/// days, and the day of activation is not counted on.
fn is_earned(product: &Product, wish: &Wish) -> Option<bool> {
    if product.deposit.deposit == Fen::ZERO {
        return None;
    }
    Some(product.deposit.back.is_some_and(|back| {
        let taken = wish
            .monthly
            .fen()
            .saturating_mul(i64::from(back.within_days))
            / 30;
        taken >= back.taken.fen()
    }))
}

/// `amount × part ÷ whole`, half up.
fn rounded(amount: i64, part: i64, whole: i64) -> i64 {
    amount.saturating_mul(part).saturating_add(whole / 2) / whole
}
