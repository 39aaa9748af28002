//! Choosing a terminal: the questions, the products side by side, one of them.

use tillkey_rules::onboarding::catalogue::Catalogue;
use tillkey_server::web::apply::{Answers, AskPage, ComparePage, ProductPage};
use tillkey_server::web::{Assets, Language};

use super::{Sample, frame, sample};

fn answers(query: &str) -> Answers {
    let answers = Answers::read(Some(query));
    assert_eq!(answers.query(), query, "a sample is answered as it says");
    answers
}

/// The pages of this area.
pub(super) fn all(assets: &Assets, language: Language) -> Vec<Sample> {
    let catalogue = Catalogue::delivered();
    let ask = |name: &str, query: &str, is_checked| {
        let page = AskPage {
            frame: frame(assets, language, "/apply"),
            answers: answers(query),
            is_checked,
        };
        sample(name, &page)
    };
    let compare = |name: &str, query: &str| {
        let page = ComparePage {
            frame: frame(assets, language, "/apply/products"),
            catalogue: &catalogue,
            answers: answers(query),
        };
        sample(name, &page)
    };
    let product = |id: &str| {
        let page = ProductPage {
            frame: frame(assets, language, &format!("/apply/products/{id}")),
            product: catalogue.get(&id.parse().unwrap()).unwrap(),
            answers: Answers::default(),
        };
        sample(&format!("apply_{}", id.replace('-', "_")), &page)
    };
    vec![
        ask("apply_ask", "", false),
        ask("apply_missing", "kind=sole_trader&need=take_cards", true),
        compare("apply_all", ""),
        compare(
            "apply_company",
            "kind=company&region=440300&monthly=60000&need=scan_codes&need=take_cards\
             &need=print_receipts",
        ),
        compare(
            "apply_stall",
            "kind=individual&region=510100&monthly=3000&need=scan_codes",
        ),
        compare(
            "apply_far",
            "kind=company&region=540100&monthly=60000&need=take_cards&need=money_same_day",
        ),
        compare("apply_nowhere", "kind=company&region=810000&monthly=60000"),
        compare(
            "apply_none",
            "kind=individual&region=540100&monthly=3000&need=take_cards&need=print_receipts\
             &need=without_phone&need=apps&need=money_same_day",
        ),
        product("shengpay-smart"),
        product("lakala-box"),
    ]
}
