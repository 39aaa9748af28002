//! `/v1/merchants/{merchant}/personal-data`, `/v1/personal-data` and
//! `/v1/merchants/{merchant}/contact-disclosures`: who is given what, after what, how
//! often, and what is noted of it.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tillkey_rules::party::Role;
use tillkey_rules::vocabulary::ManagerRight;
use tillkey_server::act::{managers, portal};

use crate::support::{Answer, HOLDER, LICENCE, MANAGER_PHONE, MERCHANT, PHONE, World};

const EXPORT: &str = "/v1/merchants/898310054110001/personal-data";
const DISCLOSURES: &str = "/v1/merchants/898310054110001/contact-disclosures";
const COLLEAGUE: &str = "+8613900139002";

async fn export(world: &World, token: &str) -> Answer {
    world.get(EXPORT).token(token).go().await
}

async fn download(world: &World, token: &str) -> Answer {
    world.get("/v1/personal-data").token(token).go().await
}

async fn disclose(world: &World, token: &str) -> Answer {
    let ask = world.post(DISCLOSURES).token(token);
    ask.json(&json!({"reason": "call_back"})).go().await
}

#[tokio::test]
async fn an_administrator_is_given_all_that_is_held() {
    let world = World::new().await;
    let admin = world.staff("wang.admin", "p-1", Role::Administrator).await;
    world
        .add_manager(MERCHANT, MANAGER_PHONE, &[ManagerRight::SeeRecords])
        .await;
    world.messages().await;
    let case = world.app_case(MERCHANT).await;
    let code = world.sms_code(&case.case, &case.token).await;
    let proof = json!({"kind": "sms_code", "code": code});
    world.present(&case.case, &case.token, &proof).await.is(200);
    let answer = export(&world, &admin).await;
    assert_eq!(answer.headers["cache-control"], "no-store");
    let held = answer.is(200);
    assert_eq!(held["name"], "老王面馆");
    assert_eq!(held["contacts"][0]["phone"], PHONE);
    let roles: Vec<_> = held["documents"].as_array().unwrap().iter().collect();
    assert_eq!(roles.len(), 2, "the licence and the holder's identity card");
    assert_eq!(held["managers"][0]["name"], "陈店长");
    assert_eq!(held["managers"][0]["phone"], MANAGER_PHONE);
    assert_eq!(held["terminals"][0]["operators"][1]["operator"], "01");
    assert_eq!(held["cases"][0]["case"], case.case.as_str());
    assert!(!held["messages"].as_array().unwrap().is_empty());
    let text = held.to_string();
    for number in [HOLDER, LICENCE] {
        assert!(!text.contains(number), "only a keyed digest is held");
    }
    let ledger = world.ledger_text().await;
    assert!(ledger.contains("personal_data_exported"));
    assert!(!ledger.contains(PHONE) && !ledger.contains("陈店长"));
}

#[tokio::test]
async fn nobody_else_is_given_it_and_nobody_without_a_fresh_sign_in() {
    let world = World::new().await;
    let admin = world.staff("wang.admin", "p-1", Role::Administrator).await;
    for (account, role) in [
        ("li.agent", Role::Agent),
        ("zhao.review", Role::Reviewer),
        ("sun.audit", Role::Auditor),
        ("qian.clerk", Role::Clerk),
    ] {
        let token = world.staff(account, account, role).await;
        assert_eq!(export(&world, &token).await.problem(403), "not_allowed");
        assert_eq!(disclose(&world, &token).await.problem(403), "not_allowed");
    }
    let manager = world.manager(&[ManagerRight::ChangeContact]).await;
    assert_eq!(
        export(&world, &manager).await.problem(401),
        "unauthenticated"
    );
    world.clock.advance(SignedDuration::from_mins(6));
    assert_eq!(export(&world, &admin).await.problem(403), "not_fresh");
    assert_eq!(disclose(&world, &admin).await.problem(403), "not_fresh");
    let unknown = "/v1/merchants/898310054119999/personal-data";
    let password = crate::support::own_password("wang.admin");
    let admin = world.sign_in("wang.admin", &password).await;
    let unknown = world.get(unknown).token(&admin).go().await;
    assert_eq!(unknown.problem(404), "unknown");
    assert!(!world.ledger_text().await.contains("personal_data_exported"));
}

#[tokio::test]
async fn a_day_has_only_so_many_exports_and_looks() {
    let world = World::new().await;
    let admin = world.staff("wang.admin", "p-1", Role::Administrator).await;
    let other = world.staff("sun.admin", "p-2", Role::Administrator).await;
    for _ in 0..10 {
        export(&world, &admin).await.is(200);
    }
    assert_eq!(export(&world, &admin).await.problem(429), "too_many");
    for _ in 0..20 {
        disclose(&world, &admin).await.is(200);
    }
    assert_eq!(disclose(&world, &admin).await.problem(429), "too_many");
    // The other administrator has their own day.
    export(&world, &other).await.is(200);
    disclose(&world, &other).await.is(200);
    world.clock.advance(SignedDuration::from_hours(25));
    let password = crate::support::own_password("wang.admin");
    let admin = world.sign_in("wang.admin", &password).await;
    export(&world, &admin).await.is(200);
    disclose(&world, &admin).await.is(200);
}

#[tokio::test]
async fn whoever_looks_at_a_phone_is_in_the_ledger_and_the_merchant_sees_it() {
    let world = World::new().await;
    let admin = world.staff("wang.admin", "p-1", Role::Administrator).await;
    let answer = disclose(&world, &admin).await;
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(answer.is(200)["phone"], PHONE);
    let without = world
        .post(DISCLOSURES)
        .token(&admin)
        .json(&json!({}))
        .go()
        .await;
    assert_eq!(without.status, 400, "no look without a reason");
    let ledger = world.ledger_text().await;
    let line = ledger
        .lines()
        .find(|line| line.contains("contact_disclosed"));
    let line = line.unwrap();
    assert!(line.contains("wang.admin") && line.contains("call_back"));
    assert!(!ledger.contains(PHONE));
    let token = world.manager(&[ManagerRight::SeeRecords]).await;
    let token = token.parse().unwrap();
    let by = managers::signed_in(&world.shell, &token).await.unwrap();
    let history = portal::history(&world.shell, &by, None).await.unwrap();
    let what: Vec<_> = history
        .items
        .iter()
        .map(|item| item.what.as_str())
        .collect();
    assert!(what.contains(&"contact_disclosed"), "{what:?}");
}

/// A manager takes along what is theirs, and of a colleague what they see of them anyway.
#[tokio::test]
async fn f07_a_manager_is_given_their_own_and_not_a_colleagues() {
    let world = World::new().await;
    world
        .add_manager(MERCHANT, COLLEAGUE, &[ManagerRight::SeeRecords])
        .await;
    let token = world.manager(&[ManagerRight::SeeRecords]).await;
    let held = download(&world, &token).await.is(200);
    let of = |held: &Value, is_you: bool| {
        let mut people = held["managers"].as_array().unwrap().iter();
        people.find(|one| one["is_you"] == is_you).unwrap().clone()
    };
    assert_eq!(of(&held, true)["phone"], MANAGER_PHONE);
    assert_eq!(of(&held, true)["name"], "陈店长");
    assert_eq!(of(&held, false)["phone"], "139****9002");
    assert_eq!(of(&held, false)["name"], "陈**");
    // The registered phone is another's to change, and to see.
    assert_eq!(held["contacts"][0]["phone"], "138****8000");
    assert!(!held.to_string().contains(PHONE));
    let world = World::new().await;
    let token = world.manager(&[ManagerRight::ChangeContact]).await;
    let held = download(&world, &token).await.is(200);
    assert_eq!(held["contacts"][0]["phone"], PHONE);
    world.clock.advance(SignedDuration::from_mins(14));
    let ledger = world.ledger_text().await;
    assert!(ledger.contains("personal_data_exported"));
    for _ in 0..9 {
        download(&world, &token).await;
    }
    let none = download(&world, &token).await;
    assert!(["too_many", "not_fresh"].contains(&none.problem(none.status.as_u16()).as_str()));
}

#[tokio::test]
async fn an_old_sign_in_takes_nothing_along() {
    let world = World::new().await;
    let token = world.manager(&[ManagerRight::ChangeContact]).await;
    let minutes = world.shell.terms().manager_sign_in_minutes;
    // Used in between, so that it is alive.
    let step = SignedDuration::from_mins(10);
    for _ in 0..=(minutes / 10) {
        world.clock.advance(step);
        let alive = world.get("/v1/manager-sessions").token(&token).go().await;
        alive.is(200);
    }
    assert_eq!(download(&world, &token).await.problem(403), "not_fresh");
    assert!(!world.ledger_text().await.contains("personal_data_exported"));
}
