//! `/lookup` over HTTP: what its form takes, and what nobody learns from it.

use axum::http::Method;

use crate::site::{get, header, post, site};
use crate::support::{MERCHANT, PHONE};

#[tokio::test]
async fn a_merchant_gets_the_number_with_a_form_alone() {
    let world = site().await;
    let form = get(&world, "/lookup", "").await;
    assert!(form.text.contains("action=\"/lookup\""), "{}", form.text);
    let taken = post(&world, "/lookup", "", "phone=138+0013+8000").await;
    assert_eq!(taken.status, 303, "{}", taken.text);
    let next = header(&taken.headers, "location");
    assert_eq!(next, "/lookup/sent");
    let messages = world.messages().await;
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert_eq!(messages[0].0, PHONE);
    assert!(messages[0].1.contains(MERCHANT));
    let shown = get(&world, next, "").await;
    assert!(shown.text.contains("href=\"/reset\""), "the way goes on");
    for text in [&taken.text, &shown.text] {
        assert!(!text.contains(MERCHANT) && !text.contains("138"), "{text}");
    }
}

#[tokio::test]
async fn e16_the_page_says_the_same_for_every_phone() {
    let mut seen = Vec::new();
    for phone in ["13800138000", "13900139000"] {
        let world = site().await;
        let mut answers = Vec::new();
        for _ in 0..31 {
            let answer = post(&world, "/lookup", "", &format!("phone={phone}")).await;
            let form = answer.text.split("name=\"form\"").next().unwrap();
            let headers: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
            let text = form.replace(phone, "PHONE");
            let next = header(&answer.headers, "location").to_owned();
            answers.push((answer.status, headers, next, text));
        }
        assert_eq!(answers[30].0, 429);
        seen.push(answers);
    }
    assert_eq!(seen[0], seen[1]);
}

#[tokio::test]
async fn b03_looking_at_the_pages_sends_nothing() {
    let world = site().await;
    let before = world.ledger_text().await;
    for path in [
        "/lookup",
        "/lookup/sent",
        "/lookup?phone=13800138000",
        "/lookup/sent?phone=13800138000",
    ] {
        for method in [Method::GET, Method::HEAD] {
            for _ in 0..5 {
                let mut request = world.get(path).request();
                *request.method_mut() = method.clone();
                let app = world.app.clone();
                let answer = tower::ServiceExt::oneshot(app, request).await.unwrap();
                assert_eq!(answer.status(), 200, "{method} {path}");
            }
        }
    }
    assert!(world.messages().await.is_empty());
    assert_eq!(world.ledger_text().await, before);
}

#[tokio::test]
async fn b08_nothing_typed_is_in_an_address_and_none_leads_away() {
    let world = site().await;
    for query in [
        "?return_to=//evil.example",
        "?next=https://evil.example",
        "?return_to=/%5Cevil.example",
        "?return_to=javascript:alert(1)",
    ] {
        for path in ["/lookup", "/lookup/sent"] {
            let shown = get(&world, &format!("{path}{query}"), "").await;
            assert!(!shown.text.contains("evil") && !shown.text.contains("alert"));
            assert!(!shown.headers.contains_key("location"));
        }
        let path = format!("/lookup{query}");
        let taken = post(&world, &path, "", "phone=13800138000").await;
        assert_eq!(header(&taken.headers, "location"), "/lookup/sent");
    }
}

#[tokio::test]
async fn a01_a06_a12_the_form_takes_one_plain_phone() {
    let world = site().await;
    for bad in [
        "phone=13800138000&phone=13900139000",
        "phone[]=13800138000&phone[]=13900139000",
        "phone%5B%5D=13800138000",
        "phone=13800138000&to=13900139000",
    ] {
        assert_eq!(post(&world, "/lookup", "", bad).await.status, 400, "{bad}");
    }
    for odd in [
        "",
        "phone=",
        "phone=%00%ff",
        "phone=13800138000%0d%0aTo:+13900139000",
        "phone=13800138000%3Bext%3D1",
        "phone=13800138000%2C13900139000",
        "phone=1380013800%E2%80%8B0",
        "phone=%E2%80%AE13800138000",
        "phone=%2B19005550100",
    ] {
        let answer = post(&world, "/lookup", "", odd).await;
        assert_eq!(answer.status, 422, "{odd}");
        assert!(answer.text.contains("id=\"phone-wrong\""), "{odd}");
    }
    let kept = post(&world, "/lookup", "", "phone=1380013800").await;
    assert!(kept.text.contains("value=\"1380013800\""), "input is kept");
    assert!(world.messages().await.is_empty());
}

#[tokio::test]
async fn b10_a_look_up_of_another_site_is_not_taken() {
    let world = site().await;
    let ask = world.post("/lookup").with("sec-fetch-site", "cross-site");
    let ask = ask.with("content-type", "application/x-www-form-urlencoded");
    let answer = ask.body(b"phone=13800138000".to_vec()).go().await;
    assert_eq!(answer.status, 403);
    assert!(world.messages().await.is_empty());
}

#[tokio::test]
async fn a_double_click_is_one_message() {
    let world = site().await;
    let body = format!("phone=13800138000&form={}", "5".repeat(32));
    for _ in 0..2 {
        assert_eq!(post(&world, "/lookup", "", &body).await.status, 303);
    }
    assert_eq!(world.messages().await.len(), 1);
}
