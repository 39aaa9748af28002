//! What comes from outside is read strictly, whatever the address.

use serde_json::json;

use crate::support::{MERCHANT, World, opening};

#[tokio::test]
async fn a03_e12_bodies_that_are_not_requests_are_refused_before_anything_happens() {
    let world = World::new().await;
    let before = world.ledger_text().await;
    let good = opening(MERCHANT).to_string();
    let twice = good.replacen('{', "{\"merchant\": \"898310054110002\", ", 1);
    let large = format!("{{\"merchant\": \"{}\"}}", "1".repeat(10_000_000));
    let deep = format!(
        "{{\"merchant\": {}{}}}",
        "[".repeat(3_000),
        "]".repeat(3_000)
    );
    for (text, status, code) in [
        ("", 400, "malformed"),
        ("{", 400, "malformed"),
        ("[]", 400, "invalid"),
        ("null", 400, "invalid"),
        (twice.as_str(), 400, "malformed"),
        (deep.as_str(), 400, "malformed"),
        (large.as_str(), 413, "too_large"),
    ] {
        let answer = world.post("/v1/cases").text(text).go().await;
        assert_eq!(
            answer.problem(status),
            code,
            "{}",
            &text[..text.len().min(60)]
        );
    }
    let untyped = world
        .post("/v1/cases")
        .body(good.clone().into_bytes())
        .go()
        .await;
    assert_eq!(untyped.problem(415), "media_type");
    let form = world
        .post("/v1/cases")
        .with("content-type", "application/x-www-form-urlencoded");
    assert_eq!(
        form.body(b"merchant=1".to_vec()).go().await.problem(415),
        "media_type"
    );
    assert_eq!(world.ledger_text().await, before);
}

#[tokio::test]
async fn a01_a04_a06_a09_a12_a_field_is_one_plain_value_or_the_answer_names_it() {
    let world = World::new().await;
    for (field, value) in [
        ("merchant", json!([MERCHANT, "898310054110002"])),
        ("merchant", json!({"$gt": ""})),
        ("merchant", json!("898310054110001\u{0}")),
        ("merchant", json!("89831005411000\u{200b}")),
        ("merchant", json!("８９８３１００５４１１０００１")),
        ("merchant", json!("' OR 1=1 --")),
        ("merchant", json!(898_310_054_110_001_u64)),
        ("terminal", json!("*)(uid=*")),
        ("terminal", json!("1000\r\n01")),
        ("operator", json!("٠١")),
        ("operator", json!(1)),
        ("operator", json!(null)),
        ("reason", json!("because")),
        ("channel", json!("telepathy")),
        ("phone", json!("13900139000")),
        ("redirect", json!("//evil")),
    ] {
        let mut body = opening(MERCHANT);
        body[field] = value.clone();
        let answer = world.post("/v1/cases").json(&body).go().await;
        assert_eq!(answer.problem(400), "invalid", "{field}: {value}");
        assert_eq!(answer.json()["field"], field, "{value}");
        if let Some(text) = value.as_str().filter(|text| text.len() > 5) {
            assert!(!answer.text.contains(text), "{}", answer.text);
        }
    }
    assert!(world.messages().await.is_empty());
}

#[tokio::test]
async fn addresses_and_queries_are_read_as_strictly() {
    let world = World::new().await;
    let token = world
        .staff("li.na", "p1", tillkey_rules::party::Role::Agent)
        .await;
    for (path, status, code) in [
        ("/v1/cases?state=gathering", 200, ""),
        ("/v1/cases?state=gathering&state=void", 400, "malformed"),
        ("/v1/cases?state=nowhere", 400, "invalid"),
        ("/v1/cases?color=red", 400, "invalid"),
        ("/v1/cases?cursor=%00", 400, "invalid"),
        ("/v1/cases?cursor=made-up", 400, "invalid"),
        ("/v1/cases/0000000000000000", 404, "unknown"),
        ("/v1/cases/..%2fstaff", 404, "unknown"),
        ("/v1/nothing/here", 404, "unknown"),
        // These two once had the answer of the pages.
        ("/v1/", 404, "unknown"),
        ("/v1", 404, "unknown"),
        ("/v1/cases/0000000000000000/nothing", 404, "unknown"),
    ] {
        let answer = world.get(path).token(&token).go().await;
        assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.text);
        if status != 200 {
            assert_eq!(answer.problem(status), code, "{path}");
        }
    }
    let wrong = world.ask("PUT", "/v1/cases").token(&token).go().await;
    assert_eq!(wrong.problem(405), "method");
    assert!(wrong.headers.contains_key("allow"));
}

#[tokio::test]
async fn a_problem_is_put_in_the_language_asked_for() {
    let world = World::new().await;
    let chinese = world.get("/v1/nothing").go().await;
    let english = world
        .get("/v1/nothing")
        .with("accept-language", "en-GB,zh;q=0.5")
        .go()
        .await;
    assert_eq!(chinese.json()["title"], "没有找到。");
    assert_eq!(english.json()["title"], "There is nothing here for you.");
    assert_eq!(chinese.headers["content-language"], "zh-CN");
    assert_eq!(english.headers["content-language"], "en");
}

#[tokio::test]
async fn b01_no_answer_repeats_a_host_and_every_answer_is_hardened() {
    let world = World::new().await;
    for path in [
        "/v1/openapi.json",
        "/v1/nothing",
        "/healthz",
        "/readyz",
        "/metrics",
    ] {
        let answer = world
            .get(path)
            .with("host", "evil.example")
            .with("x-forwarded-host", "evil.example")
            .with("forwarded", "host=evil.example")
            .go()
            .await;
        assert!(!answer.text.contains("evil"), "{}", answer.text);
        assert!(
            answer
                .headers
                .values()
                .all(|v| !v.to_str().unwrap().contains("evil"))
        );
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert_eq!(answer.headers["cache-control"], "no-store");
        assert!(
            answer.headers["content-security-policy"]
                .to_str()
                .unwrap()
                .contains("'none'")
        );
        assert_eq!(answer.headers["x-request-id"].len(), 16);
    }
}

#[tokio::test]
async fn the_platform_sees_numbers_and_no_names() {
    let world = World::new().await;
    world.get("/healthz").go().await.is(204);
    world.get("/readyz").go().await.is(204);
    world.app_case(MERCHANT).await;
    let metrics = world.get("/metrics").go().await;
    assert!(
        metrics.text.contains("tillkey_ledger_entries "),
        "{}",
        metrics.text
    );
    assert!(!metrics.text.contains(MERCHANT));
}
