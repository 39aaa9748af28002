//! From what is written to what is offered: every value is looked at, and everything
//! that is wrong is said.

use std::collections::{BTreeMap, BTreeSet};

use super::fault::CatalogueFault;
use super::file::{
    Text, Written, WrittenDeposit, WrittenFee, WrittenNotServed, WrittenSurcharge, WrittenTakings,
};
use super::limits::{
    DEPOSIT_DAYS_MAX, FEE_BASIS_POINTS_MAX, NOT_SERVED_MAX, PRODUCT_NAME_CHARS_MAX,
    PRODUCT_TEXT_CHARS_MAX,
};
use super::product::{Fee, NotServed, Product, Surcharge, Takings};
use crate::onboarding::Regions;
use crate::onboarding::deposit::{DepositBack, DepositTerms};
use crate::policy::Bilingual;
use crate::trade::Fen;
use crate::vocabulary::{ApplicantKind, ApplicationPaper, CardKind, Need, SettlementTime};

/// Makes a product of what a file says. What is wrong goes to `faults`; the product is
/// only for use where nothing went there.
pub(super) fn product(file: &str, written: Written, faults: &mut Vec<CatalogueFault>) -> Product {
    let mut check = Check { file, faults };
    if file.strip_suffix(".toml") != Some(written.id.as_str()) {
        check.wrong("id", "is not the file's name");
    }
    let is_address =
        written.source.starts_with("https://") || written.source.starts_with("http://");
    if !is_address || !written.source.bytes().all(|b| b.is_ascii_graphic()) {
        check.wrong("source", "is not the address of a page");
    }
    check.length("source", &written.source, PRODUCT_TEXT_CHARS_MAX);
    check.is_consistent(&written);
    Product {
        papers: check.papers(written.papers),
        provider: check.text("provider", written.provider, PRODUCT_NAME_CHARS_MAX),
        name: check.text("name", written.name, PRODUCT_NAME_CHARS_MAX),
        summary: check.text("summary", written.summary, PRODUCT_TEXT_CHARS_MAX),
        price: check.money("price_fen", written.price_fen),
        monthly_fee: check.money("monthly_fee_fen", written.monthly_fee_fen),
        deposit: check.deposit(&written.deposit),
        not_served: check.not_served(written.not_served),
        fees: check.fees(&written.fees),
        settlements: check.settlements(&written.settlements),
        takings: check.takings(&written.takings),
        id: written.id,
        kind: written.kind,
        model: written.model,
        meets: written.meets,
        source: written.source,
        as_of: written.as_of,
    }
}

/// Where the faults of one file go.
struct Check<'a> {
    file: &'a str,
    faults: &'a mut Vec<CatalogueFault>,
}

impl Check<'_> {
    fn wrong(&mut self, key: impl Into<String>, problem: impl Into<String>) {
        self.faults.push(CatalogueFault::Wrong {
            file: self.file.to_owned(),
            key: key.into(),
            problem: problem.into(),
        });
    }

    /// What a product can do is what its terms have a price for.
    fn is_consistent(&mut self, written: &Written) {
        // Who asks for nothing in particular is reckoned by what everybody takes.
        if !written.fees.contains_key(&CardKind::Scan) {
            self.wrong("fees.scan", "is missing: every product takes codes");
        }
        let cards = [CardKind::Debit, CardKind::Credit];
        let has_cards = cards.iter().all(|card| written.fees.contains_key(card));
        let is_same_day = written.settlements.keys().any(|time| time.is_same_day());
        for (need, is_met, by) in [
            (Need::ScanCodes, true, "fees.scan"),
            (Need::TakeCards, has_cards, "fees.debit and fees.credit"),
            (Need::MoneySameDay, is_same_day, "a settlement of that day"),
        ] {
            if written.meets.contains(&need) != is_met {
                self.wrong(
                    "meets",
                    format!("names `{need}` if and only if there is {by}"),
                );
            }
        }
        if written.settlements.is_empty() {
            self.wrong("settlements", "is empty");
        }
        if written.papers.is_empty() {
            self.wrong("papers", "is empty: nobody may have it");
        }
    }

    fn money(&mut self, key: &str, fen: i64) -> Fen {
        Fen::new(fen).unwrap_or_else(|invalid| {
            self.wrong(key, format!("is not {}", invalid.rule));
            Fen::ZERO
        })
    }

    fn some_money(&mut self, key: &str, fen: i64) -> Fen {
        if fen == 0 {
            self.wrong(key, "is 0: leave it out instead");
        }
        self.money(key, fen)
    }

    fn rate(&mut self, key: &str, basis_points: u16) -> u16 {
        if basis_points > FEE_BASIS_POINTS_MAX {
            self.wrong(key, format!("is more than {FEE_BASIS_POINTS_MAX}"));
        }
        basis_points
    }

    fn length(&mut self, key: &str, text: &str, max: usize) {
        if text.chars().count() > max {
            self.wrong(key, format!("has more than {max} characters"));
        }
    }

    fn text(&mut self, key: &str, text: Text, max: usize) -> Bilingual {
        for (language, text) in [("zh-CN", &text.zh), ("en", &text.en)] {
            let key = format!("{key}.{language}");
            self.length(&key, text, max);
            if text.trim().is_empty() {
                self.wrong(&key, "is empty");
            }
            if text.chars().any(is_unseen) {
                self.wrong(&key, "has a character that cannot be seen");
            }
        }
        Bilingual::new(text.zh, text.en)
    }

    fn takings(&mut self, written: &WrittenTakings) -> Takings {
        let takings = Takings {
            from: self.money("takings.from_fen", written.from_fen),
            to: written.to_fen.map(|to| self.money("takings.to_fen", to)),
        };
        if takings.to.is_some_and(|to| to <= takings.from) {
            self.wrong("takings.to_fen", "is not more than from_fen");
        }
        takings
    }

    fn fees(&mut self, written: &BTreeMap<CardKind, WrittenFee>) -> BTreeMap<CardKind, Fee> {
        let mut fees = BTreeMap::new();
        for (card, fee) in written {
            let key = |name| format!("fees.{card}.{name}");
            let basis_points = self.rate(&key("basis_points"), fee.basis_points);
            let cap = fee.cap_fen;
            let cap = cap.map(|cap| self.some_money(&key("cap_fen"), cap));
            fees.insert(*card, Fee { basis_points, cap });
        }
        fees
    }

    fn settlements(
        &mut self,
        written: &BTreeMap<SettlementTime, WrittenSurcharge>,
    ) -> BTreeMap<SettlementTime, Surcharge> {
        let mut settlements = BTreeMap::new();
        for (time, surcharge) in written {
            let key = |name| format!("settlements.{time}.{name}");
            let checked = Surcharge {
                basis_points: self.rate(&key("basis_points"), surcharge.basis_points),
                per_payout: self.money(&key("per_payout_fen"), surcharge.per_payout_fen),
            };
            settlements.insert(*time, checked);
        }
        settlements
    }

    fn papers(
        &mut self,
        written: BTreeMap<ApplicantKind, Vec<ApplicationPaper>>,
    ) -> BTreeMap<ApplicantKind, BTreeSet<ApplicationPaper>> {
        let mut papers = BTreeMap::new();
        for (applicant, named) in written {
            let count = named.len();
            let set: BTreeSet<_> = named.into_iter().collect();
            if set.is_empty() || set.len() != count {
                let key = format!("papers.{applicant}");
                self.wrong(key, "is empty or names one twice");
            }
            papers.insert(applicant, set);
        }
        papers
    }

    fn deposit(&mut self, written: &WrittenDeposit) -> DepositTerms {
        let deposit = self.money("deposit.deposit_fen", written.deposit_fen);
        let back = written.back.as_ref().map(|back| {
            if deposit == Fen::ZERO {
                self.wrong("deposit.back", "is for a deposit, and there is none");
            }
            if !(1..=DEPOSIT_DAYS_MAX).contains(&back.within_days) {
                let problem = format!("is not within 1 and {DEPOSIT_DAYS_MAX}");
                self.wrong("deposit.back.within_days", problem);
            }
            DepositBack {
                taken: self.some_money("deposit.back.taken_fen", back.taken_fen),
                within_days: back.within_days,
            }
        });
        DepositTerms {
            deposit,
            back,
            first_sale: self.money("deposit.first_sale_fen", written.first_sale_fen),
            frozen_fee: self.money("deposit.frozen_fee_fen", written.frozen_fee_fen),
        }
    }

    fn not_served(&mut self, written: Vec<WrittenNotServed>) -> Vec<NotServed> {
        if written.len() > NOT_SERVED_MAX {
            self.wrong("not_served", format!("has more than {NOT_SERVED_MAX}"));
        }
        let mut seen = BTreeSet::new();
        let mut all = Vec::new();
        for (place, not) in written.into_iter().enumerate() {
            let key = |name| format!("not_served[{place}].{name}");
            if Regions::known().find(not.region).is_none() {
                self.wrong(key("region"), "is no province or prefecture of GB/T 2260");
            }
            if !seen.insert(not.region) {
                self.wrong(key("region"), "is named twice");
            }
            let reason = self.text(&key("reason"), not.reason, PRODUCT_TEXT_CHARS_MAX);
            all.push(NotServed {
                region: not.region,
                reason,
            });
        }
        all
    }
}

/// Characters that nobody sees and that turn what others see (attack A06).
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
                | '\u{feff}'
        )
}
