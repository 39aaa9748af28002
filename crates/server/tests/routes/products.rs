//! `/v1/products`: what there is, and what suits whom.

use serde_json::{Value, json};

use crate::support::World;

const ADVICE: &str = "/v1/product-recommendations";

#[tokio::test]
async fn anybody_reads_every_product_with_all_its_terms() {
    let world = World::new().await;
    let all = world.get("/v1/products").go().await;
    assert_eq!(all.status, 200, "{}", all.text);
    let body = all.json();
    assert_eq!(body["products"].as_array().unwrap().len(), 9);
    assert_eq!(body["catalogue"].as_str().unwrap().len(), 64);
    let one = world.get("/v1/products/shengpay-smart").go().await.json();
    assert!(body["products"].as_array().unwrap().contains(&one));
    assert_eq!(
        one["deposit"],
        json!({
            "deposit": 5_900, "back": {"taken": 1_000_000, "within_days": 30},
            "first_sale": 0, "frozen_fee": 0,
        })
    );
    assert_eq!(one["currency"], "CNY");
    assert_eq!(one["provider"], json!({"zh": "盛付通", "en": "Shengpay"}));
    assert_eq!(
        one["fees"][0],
        json!({"card": "scan", "basis_points": 38, "cap": null})
    );
    for text in ["zh", "en"] {
        assert!(one["not_served"][0]["reason"][text].is_string());
    }
    for path in [
        "/v1/products/no-such",
        "/v1/products/..%2f",
        "/v1/products/A",
    ] {
        assert_eq!(world.get(path).go().await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_wish_is_answered_with_the_best_first_and_every_reason() {
    let world = World::new().await;
    let query = "?applicant=company&region=540100&monthly=6000000&needs=take_cards,money_same_day";
    let answer = world.get(&format!("{ADVICE}{query}")).go().await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let body = answer.json();
    let all = body["recommendations"].as_array().unwrap();
    assert_eq!(all.len(), 9);
    assert_eq!(
        (&all[0]["rank"], &all[0]["hindrances"]),
        (&json!(1), &json!([]))
    );
    assert!(all[0]["monthly_cost"].is_i64() && all[0]["settlement"] == "at_once");
    let of = |id: &str| all.iter().find(|one| one["product"] == id).unwrap();
    let lakala = of("lakala-smart");
    assert_eq!(lakala["rank"], Value::Null);
    assert_eq!(lakala["hindrances"][0]["hindrance"], "not_served");
    assert_eq!(lakala["hindrances"][0]["not_served"]["region"], "540000");
    let boxed = of("shengpay-box")["hindrances"].as_array().unwrap();
    let codes: Vec<&Value> = boxed.iter().map(|one| &one["hindrance"]).collect();
    assert_eq!(codes, ["not_for", "lacks", "lacks"]);
    assert_eq!(boxed[1]["need"], "take_cards");
}

#[tokio::test]
async fn a01_a04_a_wish_is_read_strictly() {
    let world = World::new().await;
    let good = "applicant=company&region=310000&monthly=100";
    for bad in [
        String::new(),
        good.replace("company", "bank"),
        good.replace("310000", "31"),
        good.replace("=100", "=-1"),
        good.replace("=100", "=1e9"),
        good.replace("=100", "=%2B100"),
        good.replace("=100", "="),
        good.replace("=100", "=99999999999"),
        format!("{good}&monthly=200"),
        format!("{good}&needs=take_cards&needs=apps"),
        format!("{good}&needs=everything"),
        format!("{good}&needs[]=apps"),
        format!("{good}&phone=13800138000"),
    ] {
        let answer = world.get(&format!("{ADVICE}?{bad}")).go().await;
        assert_eq!(answer.status, 400, "{bad}: {}", answer.text);
    }
    let before = world.ledger_text().await;
    assert_eq!(
        world.get(&format!("{ADVICE}?{good}")).go().await.status,
        200
    );
    assert_eq!(world.ledger_text().await, before, "nothing is kept");
}
