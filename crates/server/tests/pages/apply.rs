//! `/apply` over HTTP: what is compared for whom, and where it leads.

use crate::site::{get, site};

const COMPANY: &str = "/apply/products?kind=company&region=440300&monthly=60000&need=take_cards";

#[tokio::test]
async fn four_answers_lead_to_a_recommendation_with_its_reasons() {
    let world = site().await;
    let ask = get(&world, "/apply", "").await;
    assert_eq!(ask.status, 200);
    assert!(ask.text.contains("action=\"/apply/products\"") && ask.text.contains("method=\"get\""));
    assert!(
        ask.text
            .contains("<option value=\"440300\">Shenzhen</option>")
    );
    let shown = get(&world, COMPANY, "").await;
    assert_eq!(shown.status, 200);
    let (suiting, others) = shown.text.split_once("These are not possible").unwrap();
    assert_eq!(suiting.matches("Recommended").count(), 1);
    assert!(suiting.contains("Costs least a month"), "{suiting}");
    assert!(
        suiting.contains("/apply/form?product=shengpay-smart&#38;kind=company&#38;region=440300"),
        "the way on knows what was answered: {suiting}"
    );
    assert!(others.contains("Not offered to companies") && others.contains("Lacks: Cards"));
}

#[tokio::test]
async fn a_place_that_is_left_out_is_refused_early_with_why_and_what_else() {
    let world = site().await;
    let lhasa = COMPANY.replace("440300", "540100");
    let shown = get(&world, &lhasa, "").await;
    assert!(
        shown
            .text
            .contains("Not offered in Tibet: There is no service partner there")
    );
    assert!(
        shown.text.contains("Possible in Lhasa, Tibet: "),
        "{}",
        shown.text
    );
    let hong_kong = get(&world, &COMPANY.replace("440300", "810000"), "").await;
    assert!(
        hong_kong
            .text
            .contains("No terminal is offered where your shop is.")
    );
    assert!(!hong_kong.text.contains("/apply/form"));
}

#[tokio::test]
async fn half_an_answer_is_asked_again_and_kept() {
    let world = site().await;
    let answer = get(&world, "/apply/products?kind=company&need=apps", "").await;
    assert_eq!(answer.status, 422);
    assert!(answer.text.contains("id=\"region-wrong\""));
    assert!(answer.text.contains("id=\"monthly-wrong\""));
    assert!(!answer.text.contains("id=\"kind-wrong\""));
    assert!(answer.text.contains("value=\"company\" required checked"));
    assert!(answer.text.contains("value=\"apps\" checked"));
}

#[tokio::test]
async fn an_empty_form_is_asked_again_and_not_taken_for_no_form() {
    let world = site().await;
    for sent in ["region=", "region=&lang=en", "kind=bank", "monthly=7"] {
        let answer = get(&world, &format!("/apply/products?{sent}"), "").await;
        assert_eq!(answer.status, 422, "{sent}");
        assert!(answer.text.contains("id=\"kind-wrong\""), "{sent}");
    }
}

#[tokio::test]
async fn without_answers_every_product_is_there_and_none_is_recommended() {
    let world = site().await;
    let shown = get(&world, "/apply/products", "").await;
    assert_eq!(shown.text.matches("/apply/form?product=").count(), 9);
    assert!(!shown.text.contains("Recommended"));
    for language in ["en", "zh-CN"] {
        let path = format!("/apply/products?lang={language}");
        assert_eq!(get(&world, &path, "").await.status, 200);
    }
}

#[tokio::test]
async fn the_language_switch_keeps_what_was_answered() {
    let world = site().await;
    let shown = get(&world, COMPANY, "").await;
    let switch = "/apply/products?kind=company&#38;region=440300&#38;monthly=60000\
                  &#38;need=take_cards&#38;lang=zh-CN";
    assert!(shown.text.contains(switch), "{}", shown.text);
}

#[tokio::test]
async fn a_product_shows_its_terms_and_its_deposit_by_todays_dates() {
    let world = site().await;
    let shown = get(&world, "/apply/products/shengpay-smart", "").await;
    assert_eq!(shown.status, 200);
    for text in [
        "CNY 59, all of it returned once CNY 10,000 have been taken within 30 days of activation",
        "The first sale may be of any amount",
        "No service fee is frozen",
        "is day 30, the last one",
        "CNY 6,000 to go",
        "Deposit is due back",
        "www.midsuntech.com.cn",
    ] {
        assert!(shown.text.contains(text), "{text}: {}", shown.text);
    }
    let without = get(&world, "/apply/products/unionpay-signature", "").await;
    assert!(
        without
            .text
            .contains("<dt>Deposit</dt><dd class=\"plain\">none</dd>")
            && !without.text.contains("day 0")
    );
}

#[tokio::test]
async fn a14_an_address_brings_nothing_onto_the_page() {
    let world = site().await;
    for path in [
        "/apply?kind=%3Cscript%3E&region=%22%3E&need=%3Cscript%3E",
        "/apply/products?kind=company&region=440300&monthly=60000&x=%3Cscript%3Ealert",
        "/apply/products/shengpay-smart?need=%22%3E%3Cscript%3E",
    ] {
        let shown = get(&world, path, "").await;
        assert_eq!(shown.status, 200, "{path}");
        assert!(
            !shown.text.contains("<script>") && !shown.text.contains("alert"),
            "{path}"
        );
        assert!(!shown.text.contains("%3C"), "{path}");
    }
    for path in [
        "/apply/products/no-such-terminal",
        "/apply/products/..%2f..%2fCargo.toml",
        "/apply/products/%3Cscript%3E",
        "/apply/products/SHENGPAY-SMART",
    ] {
        assert_eq!(get(&world, path, "").await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn an_installation_offers_its_own_catalogue() {
    let folder = tempfile::tempdir().unwrap();
    let delivered = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../catalogue/lakala-box.toml"
    );
    std::fs::copy(delivered, folder.path().join("lakala-box.toml")).unwrap();
    let mut world = crate::support::World::with(|config| {
        config.catalogue = Some(folder.path().to_owned());
    })
    .await;
    world.app = tillkey_server::web::router(world.shell.clone());
    let shown = get(&world, "/apply/products", "").await;
    assert_eq!(shown.text.matches("/apply/form?product=").count(), 1);
    let gone = get(&world, "/apply/products/shengpay-smart", "").await;
    assert_eq!(gone.status, 404);
}
