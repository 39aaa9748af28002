//! The words of choosing a terminal, and what each word of the catalogue is called.

use tillkey_rules::onboarding::catalogue::{Advantage, Caution};
use tillkey_rules::vocabulary::{
    ApplicantKind, ApplicationPaper, CardKind, Need, ProductKind, SettlementTime,
};

use super::super::words::{file, words};

file! {
    /// The words of choosing a terminal.
    ApplyWords ("apply.zh-CN.toml", "apply.en.toml") {
        ask: AskWords,
        applicant: ApplicantWords,
        band: BandWords,
        need: NeedWords,
        kind: KindWords,
        card: CardWords,
        settlement: SettlementWords,
        paper: PaperWords,
        terms: TermsWords,
        compare: CompareWords,
        advantage: AdvantageWords,
        caution: CautionWords,
        hindrance: HindranceWords,
        product: ProductWords,
    }
}

words! {
    /// The questions.
    AskWords {
        title, lead, applicant, applicant_wrong, region, region_hint, region_choose,
        region_wrong, monthly, monthly_hint, monthly_wrong, needs, needs_hint, go, all, check,
        help,
    }
    /// Who applies.
    ApplicantWords {
        company, company_for, sole_trader, sole_trader_for, individual, individual_for,
    }
    /// Monthly takings, in plain steps.
    BandWords { first, second, third, fourth, fifth, }
    /// What a terminal may have to do.
    NeedWords {
        scan_codes, take_cards, print_receipts, without_mains, without_phone, mobile_network,
        several_cashiers, apps, money_same_day,
    }
    /// Kinds of terminal.
    KindWords { smart, signature, personal, }
    /// Ways to pay.
    CardWords { scan, debit, credit, foreign, }
    /// When money is there.
    SettlementWords { next_working_day, next_day, same_day, at_once, }
    /// Papers to hand in.
    PaperWords {
        business_licence, identity_card_front, identity_card_back, account_proof, shop_front,
        shop_inside,
    }
    /// Terms, as sentences.
    TermsWords {
        fee_capped, free, by_rate, by_payout, by_both, price, price_none, monthly_fee,
        monthly_fee_none, deposit, deposit_none, deposit_back, deposit_kept, first_sale,
        first_sale_none, first_sale_required, frozen_fee, frozen_fee_none, frozen_fee_some,
        takings_from, takings_between, takings_to,
    }
    /// The products side by side.
    CompareWords {
        title, title_all, lead, lead_needs, lead_all, answer, change, best, a_month, reckoned,
        share, fees, money, up_front, papers, apply, details, others, none, none_region,
        none_advice, elsewhere,
    }
    /// What speaks for a product.
    AdvantageWords {
        costs_least, meets_every_need, meant_for_such_takings, nothing_up_front,
        deposit_comes_back, same_day_for_nothing,
    }
    /// What to look at twice.
    CautionWords {
        meant_for_more, meant_for_less, deposit_stays, first_sale_required, fee_is_frozen,
    }
    /// Why a product cannot be had.
    HindranceWords { not_for_company, not_for_sole_trader, not_for_individual, not_served, lacks, }
    /// One product.
    ProductWords {
        who, able, suits, model, not_served, not_served_none, published, back, example,
        example_lead, example_rule, example_day, example_money, example_sales, example_refunds,
        example_standing, example_missing, example_earned,
    }
}

impl ApplyWords {
    pub(in crate::web) fn applicant(&self, kind: ApplicantKind) -> (&str, &str) {
        let words = &self.applicant;
        match kind {
            ApplicantKind::Company => (&words.company, &words.company_for),
            ApplicantKind::SoleTrader => (&words.sole_trader, &words.sole_trader_for),
            ApplicantKind::Individual => (&words.individual, &words.individual_for),
        }
    }

    pub(super) fn need(&self, need: Need) -> &str {
        let words = &self.need;
        match need {
            Need::ScanCodes => &words.scan_codes,
            Need::TakeCards => &words.take_cards,
            Need::PrintReceipts => &words.print_receipts,
            Need::WithoutMains => &words.without_mains,
            Need::WithoutPhone => &words.without_phone,
            Need::MobileNetwork => &words.mobile_network,
            Need::SeveralCashiers => &words.several_cashiers,
            Need::Apps => &words.apps,
            Need::MoneySameDay => &words.money_same_day,
        }
    }

    pub(super) fn kind(&self, kind: ProductKind) -> &str {
        match kind {
            ProductKind::Smart => &self.kind.smart,
            ProductKind::Signature => &self.kind.signature,
            ProductKind::Personal => &self.kind.personal,
        }
    }

    pub(super) fn card(&self, card: CardKind) -> &str {
        match card {
            CardKind::Scan => &self.card.scan,
            CardKind::Debit => &self.card.debit,
            CardKind::Credit => &self.card.credit,
            CardKind::Foreign => &self.card.foreign,
        }
    }

    pub(super) fn settlement(&self, time: SettlementTime) -> &str {
        let words = &self.settlement;
        match time {
            SettlementTime::NextWorkingDay => &words.next_working_day,
            SettlementTime::NextDay => &words.next_day,
            SettlementTime::SameDay => &words.same_day,
            SettlementTime::AtOnce => &words.at_once,
        }
    }

    pub(in crate::web) fn paper(&self, paper: ApplicationPaper) -> &str {
        let words = &self.paper;
        match paper {
            ApplicationPaper::BusinessLicence => &words.business_licence,
            ApplicationPaper::IdentityCardFront => &words.identity_card_front,
            ApplicationPaper::IdentityCardBack => &words.identity_card_back,
            ApplicationPaper::AccountProof => &words.account_proof,
            ApplicationPaper::ShopFront => &words.shop_front,
            ApplicationPaper::ShopInside => &words.shop_inside,
        }
    }

    pub(super) fn advantage(&self, advantage: Advantage) -> &str {
        let words = &self.advantage;
        match advantage {
            Advantage::CostsLeast => &words.costs_least,
            Advantage::MeetsEveryNeed => &words.meets_every_need,
            Advantage::MeantForSuchTakings => &words.meant_for_such_takings,
            Advantage::NothingUpFront => &words.nothing_up_front,
            Advantage::DepositComesBack => &words.deposit_comes_back,
            Advantage::SameDayForNothing => &words.same_day_for_nothing,
        }
    }

    pub(super) fn caution(&self, caution: Caution) -> &str {
        let words = &self.caution;
        match caution {
            Caution::MeantForMore => &words.meant_for_more,
            Caution::MeantForLess => &words.meant_for_less,
            Caution::DepositStays => &words.deposit_stays,
            Caution::FirstSaleRequired => &words.first_sale_required,
            Caution::FeeIsFrozen => &words.fee_is_frozen,
        }
    }
}
