//! `/v1/cases`: the public way and the staff's, and how they are attacked.

use axum::http::StatusCode;
use futures_util::future::join_all;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tillkey_rules::party::Role;
use tillkey_rules::vocabulary::MerchantStatus;
use tillkey_server::act::party;
use tower::ServiceExt as _;

use crate::support::{HOLDER, MERCHANT, Opened, STRANGER, World, opening, other};

fn sms(code: &str) -> Value {
    json!({"kind": "sms_code", "code": code})
}

/// A body without what differs between any two cases.
fn shape(mut body: Value) -> Value {
    fn blank(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    match name.as_str() {
                        "case" | "token" => *value = json!("…"),
                        _ => blank(value),
                    }
                }
            }
            Value::Array(values) => values.iter_mut().for_each(blank),
            _ => {}
        }
    }
    blank(&mut body);
    body
}

#[tokio::test]
async fn the_code_from_the_registered_phone_proves_a_case_and_is_seen_nowhere_else() {
    let world = World::new().await;
    let Opened { case, token } = world.app_case(MERCHANT).await;
    let code = world.sms_code(&case, &token).await;
    let proven = world.present(&case, &token, &sms(&code)).await;
    assert!(!proven.text.contains(&code), "C08");
    let proven = proven.is(200);
    assert_eq!(proven["evidence"], json!(["sms_code"]));
    assert_eq!(proven["operator"], "01");
    let view = world
        .get(&format!("/v1/cases/{case}"))
        .token(&token)
        .go()
        .await;
    assert!(
        !view.text.contains(&code) && !view.text.contains(&token),
        "C08"
    );
    let ledger = world.ledger_text().await;
    assert!(!ledger.contains(&code) && !ledger.contains(&token));
}

#[tokio::test]
async fn e16_a_stranger_cannot_tell_who_exists() {
    let world = World::new().await;
    let mut answers = Vec::new();
    for merchant in [MERCHANT, STRANGER] {
        let mut of_one = Vec::new();
        let answer = world.post("/v1/cases").json(&opening(merchant)).go().await;
        let opened = answer.json();
        let (case, token) = (
            opened["case"].as_str().unwrap(),
            opened["token"].as_str().unwrap(),
        );
        of_one.push(answer);
        let path = format!("/v1/cases/{case}/challenges");
        let body = json!({"kind": "sms_code"});
        of_one.push(world.post(&path).token(token).json(&body).go().await);
        of_one.push(world.present(case, token, &sms("000001")).await);
        of_one.push(
            world
                .post(&format!("/v1/cases/{case}/submission"))
                .token(token)
                .go()
                .await,
        );
        of_one.push(
            world
                .get(&format!("/v1/cases/{case}"))
                .token(token)
                .go()
                .await,
        );
        for _ in 0..6 {
            of_one.push(world.present(case, token, &sms("000002")).await);
        }
        let names = |answer: &crate::support::Answer| {
            let names = answer.headers.keys().map(ToString::to_string);
            names.collect::<Vec<_>>()
        };
        answers.push(
            of_one
                .iter()
                .map(|answer| (answer.status, names(answer), shape(answer.json())))
                .collect::<Vec<_>>(),
        );
    }
    for (step, (known, unknown)) in answers[0].iter().zip(&answers[1]).enumerate() {
        assert_eq!(known, unknown, "step {step}");
    }
}

#[tokio::test]
async fn c11_a_case_is_not_there_for_whoever_has_no_part_in_it() {
    let world = World::new().await;
    let mine = world.app_case(MERCHANT).await;
    let theirs = world.app_case(STRANGER).await;
    let absent = world
        .get("/v1/cases/0000000000000000")
        .token(&mine.token)
        .go()
        .await;
    let other = world.get(&theirs.path("")).token(&mine.token).go().await;
    assert_eq!(other.problem(404), "unknown");
    assert_eq!(other.text, absent.text);
    for below in ["/submission", "/cancellation", "/codes"] {
        let answer = world
            .post(&theirs.path(below))
            .token(&mine.token)
            .go()
            .await;
        assert_eq!(answer.problem(404), "unknown", "{below}");
    }
    assert_eq!(
        world.get(&mine.path("")).go().await.problem(401),
        "unauthenticated"
    );
    let twice = world
        .get(&mine.path(""))
        .token(&mine.token)
        .token(&mine.token)
        .go()
        .await;
    assert_eq!(twice.problem(401), "unauthenticated");
    let reviewed = world.post(&mine.path("/review")).token(&mine.token);
    let reviewed = reviewed.json(&json!({"verdict": "approve"})).go().await;
    assert_eq!(reviewed.problem(401), "unauthenticated");
}

#[tokio::test]
async fn a10_a11_a_code_proves_the_case_it_was_sent_for_and_no_other() {
    let world = World::new().await;
    let first = world.app_case(MERCHANT).await;
    let code = world.sms_code(&first.case, &first.token).await;
    let second = world.app_case(MERCHANT).await;
    let challenged = json!({"kind": "sms_code"});
    let path = second.path("/challenges");
    world
        .post(&path)
        .token(&second.token)
        .json(&challenged)
        .go()
        .await
        .is(202);
    let wrong = world
        .present(&second.case, &second.token, &sms(&code))
        .await;
    assert_eq!(wrong.problem(422), "not_matched");
    let named = json!({"kind": "sms_code", "code": code, "merchant": MERCHANT});
    let named = world.present(&first.case, &first.token, &named).await;
    assert_eq!(named.problem(400), "invalid");
    world
        .present(&first.case, &first.token, &sms(&code))
        .await
        .is(200);
}

#[tokio::test]
async fn e01_d02_five_tries_use_up_a_code_even_in_parallel() {
    for (wrong_ones, status) in [(4, 200), (5, 422)] {
        let world = World::new().await;
        let Opened { case, token } = world.app_case(MERCHANT).await;
        let code = world.sms_code(&case, &token).await;
        let wrong = sms(&other(&code));
        let guesses = join_all((0..wrong_ones).map(|_| world.present(&case, &token, &wrong))).await;
        assert!(
            guesses
                .iter()
                .all(|answer| answer.problem(422) == "not_matched")
        );
        let right = world.present(&case, &token, &sms(&code)).await;
        assert_eq!(
            right.status.as_u16(),
            status,
            "after {wrong_ones}: {}",
            right.text
        );
    }
}

#[tokio::test]
async fn e01_d02_guesses_are_the_subjects_however_many_are_made_at_once() {
    let world = World::new().await;
    let Opened { case, token } = world.app_case(MERCHANT).await;
    let code = world.sms_code(&case, &token).await;
    let wrong = sms(&other(&code));
    let answers = join_all((0..40).map(|_| world.present(&case, &token, &wrong))).await;
    // Beyond the budget of the operator nothing is even looked at.
    let looked_at = answers
        .iter()
        .filter(|a| a.status == StatusCode::UNPROCESSABLE_ENTITY)
        .count();
    assert!(looked_at <= 10, "{looked_at} guesses were looked at");
    for answer in answers
        .iter()
        .filter(|a| a.status != StatusCode::UNPROCESSABLE_ENTITY)
    {
        assert_eq!(answer.problem(429), "too_many");
        assert!(answer.headers.contains_key("retry-after"));
    }
    // A new case and a new code give no new budget.
    let Opened { case, token } = world.app_case(MERCHANT).await;
    let code = world.sms_code(&case, &token).await;
    let late = world.present(&case, &token, &sms(&code)).await;
    assert_eq!(late.problem(429), "too_many");
}

#[tokio::test]
async fn d01_of_many_posts_of_one_code_one_wins() {
    let world = World::new().await;
    let Opened { case, token } = world.app_case(MERCHANT).await;
    let right = sms(&world.sms_code(&case, &token).await);
    let answers = join_all((0..30).map(|_| world.present(&case, &token, &right))).await;
    let won = answers
        .iter()
        .filter(|answer| answer.status == StatusCode::OK)
        .count();
    assert_eq!(won, 1);
    for answer in answers.iter().filter(|answer| answer.status == 409) {
        assert_eq!(answer.problem(409), "out_of_order");
    }
    let told = world.ledger_text().await;
    assert_eq!(told.matches(r#""step":"matched""#).count(), 1);
    assert_eq!(told.matches(r#""step":"not_matched""#).count(), 0);
}

#[tokio::test]
async fn e10_a_stranger_who_guesses_on_the_phones_way_leaves_the_counter_open() {
    let world = World::new().await;
    let Opened { case, token } = world.app_case(MERCHANT).await;
    let code = world.sms_code(&case, &token).await;
    for _ in 0..10 {
        world.present(&case, &token, &sms(&other(&code))).await;
    }
    let clerk = world.staff("clerk", "p1", Role::Clerk).await;
    let case = world.staff_case("counter", &clerk).await;
    let shown = json!({"kind": "identity_document", "number": HOLDER, "original_inspected": true});
    world.present(&case, &clerk, &shown).await.is(200);
}

#[tokio::test]
async fn c01_no_step_is_taken_before_it_is_due() {
    let world = World::new().await;
    let case = world.app_case(MERCHANT).await;
    let ask = |below: &str| world.post(&case.path(below)).token(&case.token);
    assert_eq!(ask("/codes").go().await.problem(409), "out_of_order");
    let unsent = world.present(&case.case, &case.token, &sms("123456")).await;
    assert_eq!(unsent.problem(422), "not_matched");
    let submitted = ask("/submission").go().await.is(200);
    assert_eq!(
        submitted["state"], "gathering",
        "nothing is proven: {submitted}"
    );
    ask("/cancellation").go().await.is(200);
    for below in ["/submission", "/cancellation", "/codes"] {
        assert_eq!(ask(below).go().await.problem(409), "case_closed", "{below}");
    }
}

#[tokio::test]
async fn c06_a_case_has_no_verbs_but_its_own() {
    let world = World::new().await;
    let case = world.app_case(MERCHANT).await;
    for method in ["PUT", "PATCH", "DELETE", "POST", "TRACE"] {
        let answer = world
            .ask(method, &case.path(""))
            .token(&case.token)
            .go()
            .await;
        assert_eq!(answer.problem(405), "method", "{method}");
    }
    for below in ["/credential", "/password", "/approval"] {
        let answer = world.post(&case.path(below)).token(&case.token).go().await;
        assert_eq!(answer.problem(404), "unknown", "{below}");
    }
}

#[tokio::test]
async fn c10_a_suspended_merchant_gets_no_way_on() {
    let world = World::new().await;
    let Opened { case, token } = world.app_case(MERCHANT).await;
    let code = world.sms_code(&case, &token).await;
    let merchant = MERCHANT.parse().unwrap();
    let suspended = MerchantStatus::Suspended;
    party::set_merchant_status(&world.shell, merchant, suspended, &world.admin, None)
        .await
        .unwrap();
    world.present(&case, &token, &sms(&code)).await;
    let submitted = world
        .post(&format!("/v1/cases/{case}/submission"))
        .token(&token)
        .go()
        .await;
    let view = world
        .get(&format!("/v1/cases/{case}"))
        .token(&token)
        .go()
        .await
        .is(200);
    let state = view["state"].as_str().unwrap();
    assert!(
        ["gathering", "refused", "void"].contains(&state),
        "{state} after {}",
        submitted.text
    );
    assert!(world.messages().await.is_empty(), "no reset code leaves");
}

#[tokio::test]
async fn a_key_is_good_for_one_request() {
    let world = World::new().await;
    let ask = |body: &Value, key: &str| {
        world
            .post("/v1/cases")
            .with("idempotency-key", key)
            .json(body)
    };
    let first = ask(&opening(MERCHANT), "key-0001").go().await;
    let again = ask(&opening(MERCHANT), "key-0001").go().await;
    assert_eq!(first.text, again.text);
    let reused = ask(&opening(STRANGER), "key-0001").go().await;
    assert_eq!(reused.problem(409), "key_reused");
    let elsewhere = ask(&opening(MERCHANT), "key-0001")
        .from("198.51.100.1")
        .go()
        .await;
    assert_ne!(
        first.text, elsewhere.text,
        "another caller's key is another key"
    );
    for bad in ["short", "has a space", &"k".repeat(65), "línea-0001"] {
        assert_eq!(
            ask(&opening(MERCHANT), bad).go().await.problem(400),
            "invalid",
            "{bad}"
        );
    }
}

#[tokio::test]
async fn a_forwarded_address_is_not_believed() {
    let world = World::new().await;
    let mut last = StatusCode::OK;
    for index in 0..2_000 {
        let spoofed = format!("198.51.100.{}", index % 250);
        let ask = world.post("/v1/cases").with("x-forwarded-for", &spoofed);
        last = ask.json(&opening(STRANGER)).go().await.status;
        if last == StatusCode::TOO_MANY_REQUESTS {
            break;
        }
    }
    assert_eq!(
        last,
        StatusCode::TOO_MANY_REQUESTS,
        "one source has one budget"
    );
    let ask = world
        .post("/v1/cases")
        .from("198.51.100.1")
        .json(&opening(STRANGER));
    ask.go().await.is(202);
}

#[tokio::test]
async fn a_stream_tells_of_each_step_and_ends_with_the_case() {
    let world = World::new().await;
    let case = world.app_case(MERCHANT).await;
    let ask = world.get(&case.path("/events")).token(&case.token);
    let response = world.app.clone().oneshot(ask.request()).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut body = response.into_body();
    let mut heard = String::new();
    while !heard.contains("\"gathering\"") {
        let frame = body.frame().await.unwrap().unwrap().into_data().unwrap();
        heard.push_str(std::str::from_utf8(&frame).unwrap());
    }
    world
        .post(&case.path("/cancellation"))
        .token(&case.token)
        .go()
        .await
        .is(200);
    while let Some(frame) = body.frame().await {
        heard.push_str(std::str::from_utf8(&frame.unwrap().into_data().unwrap()).unwrap());
    }
    assert!(
        heard.contains("event: case\n") && heard.contains("\"cancelled\""),
        "{heard}"
    );
    assert!(heard.contains("id: closed\n"), "{heard}");
    let again = world
        .get(&case.path("/events"))
        .token(&case.token)
        .with("last-event-id", "closed");
    again.go().await.is(204);
    let stranger = world
        .get(&case.path("/events"))
        .token(&"A".repeat(43))
        .go()
        .await;
    assert_eq!(stranger.problem(404), "unknown");
}
