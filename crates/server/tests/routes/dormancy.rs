//! Managers whom nobody has seen for long: to everybody they are as if they were none,
//! until an administrator lets them in again.

use jiff::SignedDuration;
use serde_json::json;
use tillkey_rules::party::Role;
use tillkey_rules::vocabulary::ManagerRight;
use tillkey_server::act::tick::tick;

use crate::support::{MANAGER_PHONE, MERCHANT, World};

const DAY: SignedDuration = SignedDuration::from_hours(24);

#[tokio::test]
async fn e16_a_manager_at_rest_is_answered_like_a_stranger_until_let_in_again() {
    let world = World::new().await;
    let manager = world
        .add_manager(MERCHANT, MANAGER_PHONE, ManagerRight::ALL)
        .await;
    world.messages().await;
    world.clock.advance(DAY * 89);
    world.manager_token(MANAGER_PHONE).await;
    world.clock.advance(DAY * 89);
    tick(&world.shell).await.unwrap();
    world.manager_token(MANAGER_PHONE).await;
    world.clock.advance(DAY * 91);
    tick(&world.shell).await.unwrap();

    let mut answers = Vec::new();
    for phone in [MANAGER_PHONE, "+8613900139999"] {
        let ask = world
            .post("/v1/manager-sign-ins")
            .json(&json!({"phone": phone}));
        let begun = ask.go().await;
        let mut body = begun.json();
        let sign_in = body["sign_in"].take();
        let finish = json!({"sign_in": sign_in, "code": "000000"});
        let end = world.post("/v1/manager-sessions").json(&finish).go().await;
        answers.push((begun.status, body, end.status, end.json()));
    }
    assert_eq!(answers[0], answers[1]);
    assert!(world.messages().await.is_empty(), "no code goes out");
    let ledger = world.ledger_text().await;
    assert_eq!(ledger.matches("\"event\":\"manager_dormant\"").count(), 1);

    let admin = world.staff("zhou", "p-zhou", Role::Administrator).await;
    let list = format!("/v1/managers?merchant={MERCHANT}");
    let listed = world.get(&list).token(&admin).go().await.is(200);
    assert!(!listed["items"][0]["dormant_at"].is_null());
    let path = format!("/v1/managers/{manager}/enabling");
    let agent = world.staff("li.na", "p-li", Role::Agent).await;
    let ask = world.post(&path).token(&agent).go().await;
    assert_eq!(ask.problem(403), "not_allowed");
    world.post(&path).token(&admin).go().await.is(204);
    world.manager_token(MANAGER_PHONE).await;
    let again = world.post(&path).token(&admin).go().await;
    assert_eq!(again.problem(404), "unknown");
}
