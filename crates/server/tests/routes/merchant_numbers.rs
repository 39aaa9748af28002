//! `/v1/merchant-number-lookups`: the answer goes to the registered phone, and nobody
//! else learns anything.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tillkey_rules::attempts::Scope;
use tillkey_rules::vocabulary::MerchantStatus;
use tillkey_server::act::party;
use tillkey_store::attempts;

use crate::support::{Answer, MERCHANT, PHONE, World, digits};

const PATH: &str = "/v1/merchant-number-lookups";
/// A phone that nobody registered.
const NOBODY: &str = "+8613900139000";

async fn ask(world: &World, phone: &str) -> Answer {
    world.post(PATH).json(&json!({"phone": phone})).go().await
}

/// Asks from an address of its own.
async fn ask_from(world: &World, phone: &str, number: usize) -> Answer {
    let address = format!("198.51.{}.{}", number / 250, number % 250);
    let ask = world.post(PATH).from(&address);
    ask.json(&json!({"phone": phone})).go().await
}

/// The look-ups in the ledger, newest first.
async fn entries(world: &World) -> Vec<Value> {
    let text = world.ledger_text().await;
    text.lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|entry| entry["event"] == "merchant_numbers_asked")
        .collect()
}

/// What can be seen of an answer from outside.
fn seen(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let headers = answer
        .headers
        .iter()
        .filter(|(name, _)| *name != "x-request-id")
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    (
        answer.status.as_u16(),
        headers.collect(),
        answer.text.clone(),
    )
}

#[tokio::test]
async fn the_number_goes_to_the_registered_phone_and_nowhere_else() {
    let world = World::new().await;
    let answer = ask(&world, "13800138000").await;
    assert_eq!((answer.status.as_u16(), &*answer.text), (202, ""));
    let messages = world.messages().await;
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert_eq!(messages[0].0, PHONE);
    assert!(messages[0].1.contains(MERCHANT), "{messages:?}");
    assert!(!messages[0].1.contains("http"), "no link to learn to tap");
    let entries = entries(&world).await;
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0]["found"], json!([MERCHANT]));
    assert!(!world.ledger_text().await.contains("13800138000"));
}

#[tokio::test]
async fn a_phone_of_several_merchants_gets_them_all_and_a_closed_one_none() {
    let world = World::new().await;
    let other = "898310054110002";
    let details = party::MerchantDetails {
        merchant: other.parse().unwrap(),
        name: "老王分店".to_owned(),
        phone: PHONE.parse().unwrap(),
        credit_code: None,
        holder: None,
        proxies: Vec::new(),
    };
    party::add_merchant(&world.shell, details, &world.admin, None)
        .await
        .unwrap();
    ask(&world, PHONE).await;
    let text = world.messages().await[0].1.clone();
    assert!(text.contains(MERCHANT) && text.contains(other), "{text}");
    for merchant in [MERCHANT, other] {
        let closed = MerchantStatus::Closed;
        let merchant = merchant.parse().unwrap();
        party::set_merchant_status(&world.shell, merchant, closed, &world.admin, None)
            .await
            .unwrap();
    }
    assert_eq!(ask(&world, PHONE).await.status, 202);
    assert!(world.messages().await.is_empty());
}

#[tokio::test]
async fn c13_a_phone_that_was_replaced_learns_nothing() {
    let world = World::new().await;
    let merchant = MERCHANT.parse().unwrap();
    let phone = NOBODY.parse().unwrap();
    party::change_contact(&world.shell, merchant, phone, &world.admin, None)
        .await
        .unwrap();
    ask(&world, PHONE).await;
    assert!(world.messages().await.is_empty());
    ask(&world, NOBODY).await;
    assert_eq!(world.messages().await[0].0, NOBODY);
}

#[tokio::test]
async fn e16_a_registered_phone_is_answered_like_any_other() {
    let mut seen_of = Vec::new();
    for phone in [PHONE, NOBODY] {
        let world = World::new().await;
        let mut answers = Vec::new();
        // Beyond what a phone gets, and then beyond what a source gets.
        for _ in 0..32 {
            answers.push(seen(&ask(&world, phone).await));
        }
        let keyed = world.post(PATH).with("idempotency-key", "a-key-of-mine");
        let keyed = keyed.from("198.51.100.1").json(&json!({"phone": phone}));
        answers.push(seen(&keyed.go().await));
        assert_eq!(answers[29].0, 202);
        assert_eq!(answers[30].0, 429);
        let sent = if phone == PHONE { 3 } else { 0 };
        assert_eq!(world.messages().await.len(), sent);
        // The ledger grows alike, too: whoever may see its size learns nothing.
        assert_eq!(entries(&world).await.len(), 31);
        seen_of.push(answers);
    }
    assert_eq!(seen_of[0], seen_of[1]);
}

#[tokio::test]
async fn a01_a06_a12_the_phone_is_one_plain_phone_or_nothing_happens() {
    let world = World::new().await;
    let before = world.ledger_text().await;
    for phone in [
        json!(["13800138000", "13900139000"]),
        json!({"$gt": ""}),
        json!(null),
        json!(13_800_138_000_u64),
        json!(""),
        json!("13800138000,13900139000"),
        json!("13800138000;ext=1"),
        json!("13800138000\r\nTo: 13900139000"),
        json!("1380013800\u{200b}0"),
        json!("\u{202e}13800138000"),
        json!("１３８００１３８０００"),
        json!("13800138000 "),
        json!("+19005550100"),
        json!("1".repeat(9_000)),
    ] {
        let answer = world.post(PATH).json(&json!({"phone": phone})).go().await;
        assert_eq!(answer.problem(400), "invalid", "{phone}");
        let said = answer.json();
        assert_eq!(said["field"], "phone");
        assert!(!answer.text.contains("138001"), "{}", answer.text);
    }
    for body in [
        json!({"phone[]": PHONE}),
        json!({"phone": PHONE, "to": NOBODY}),
        json!({}),
    ] {
        assert_eq!(
            world.post(PATH).json(&body).go().await.problem(400),
            "invalid"
        );
    }
    let twice = format!("{{\"phone\": \"{PHONE}\", \"phone\": \"{NOBODY}\"}}");
    let answer = world.post(PATH).text(&twice).go().await;
    assert_eq!(answer.problem(400), "malformed");
    assert!(world.messages().await.is_empty());
    assert_eq!(world.ledger_text().await, before);
}

#[tokio::test]
async fn e08_numbers_that_nobody_registered_get_no_message() {
    let world = World::new().await;
    let asks = (0..100).map(|number| {
        let phone = format!("+86170{number:08}");
        let world = &world;
        async move { ask_from(world, &phone, number).await.status }
    });
    assert!(join_all(asks).await.iter().all(|status| *status == 202));
    assert!(world.messages().await.is_empty());
}

#[tokio::test]
async fn e08_d02_a_phone_gets_three_a_day_however_many_ask_at_once() {
    let world = World::new().await;
    join_all((0..12).map(|number| ask_from(&world, PHONE, number))).await;
    assert_eq!(world.messages().await.len(), 3);
    world.clock.advance(jiff::SignedDuration::from_hours(25));
    ask(&world, PHONE).await;
    assert_eq!(world.messages().await.len(), 1, "the window slides");
}

#[tokio::test]
async fn d04_one_source_asks_for_thirty_phones_an_hour_and_all_have_a_ceiling() {
    let world = World::new().await;
    for number in 0..30 {
        let phone = format!("+86139{number:08}");
        assert_eq!(ask(&world, &phone).await.status, 202);
    }
    let refused = ask(&world, PHONE).await;
    assert_eq!(refused.problem(429), "too_many");
    assert!(world.messages().await.is_empty());
    let elsewhere = ask_from(&world, PHONE, 1).await;
    assert_eq!(elsewhere.status, 202);
    assert_eq!(world.messages().await.len(), 1);

    let now = world.shell.now();
    let spend = move |tx: &mut dyn tillkey_store::tx::Tx| {
        for _ in 0..Scope::LookUps.limit() {
            attempts::count(tx, (Scope::LookUps, "all"), now)?;
        }
        Ok(())
    };
    world.shell.store().write(spend).await.unwrap();
    assert_eq!(ask_from(&world, PHONE, 2).await.status, 202);
    assert!(world.messages().await.is_empty(), "the day's ceiling");
}

#[tokio::test]
async fn e10_look_ups_leave_a_phone_the_codes_that_it_needs() {
    let world = World::new().await;
    for number in 0..30 {
        ask_from(&world, PHONE, number).await;
    }
    world.messages().await;
    for _ in 0..3 {
        let opened = world.app_case(MERCHANT).await;
        let code = world.sms_code(&opened.case, &opened.token).await;
        assert_eq!(code, digits(&code, 6));
    }
}

#[tokio::test]
async fn the_same_key_is_one_message_and_another_phone_is_another_request() {
    let world = World::new().await;
    let keyed = async |phone: &str| {
        let ask = world.post(PATH).with("idempotency-key", "a-key-of-mine");
        ask.json(&json!({"phone": phone})).go().await
    };
    assert_eq!(keyed(PHONE).await.status, 202);
    assert_eq!(keyed(PHONE).await.status, 202);
    assert_eq!(world.messages().await.len(), 1);
    assert_eq!(keyed(NOBODY).await.problem(409), "key_reused");
}
