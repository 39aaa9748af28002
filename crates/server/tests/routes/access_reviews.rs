//! `/v1/access-reviews` and `/v1/access-review`: a review falls due, is reminded of, and
//! is answered for everybody at once; and `DELETE /v1/managers` by another manager.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tillkey_rules::party::Role;
use tillkey_rules::vocabulary::ManagerRight;
use tillkey_server::act::tick::tick;
use tillkey_wire::ids::ManagerId;

use crate::support::{Answer, MANAGER_PHONE, MERCHANT, OTHER_MERCHANT, PHONE, World};

const COLLEAGUE: &str = "+8613900139002";
const OWNER: &str = "+8613900139003";
const KEEPER: [ManagerRight; 3] = [
    ManagerRight::ManageOperators,
    ManagerRight::ResetCashiers,
    ManagerRight::ResetSupervisor,
];

/// A year later; whoever manages has signed in just now.
async fn a_year_on(world: &World) -> String {
    world.add_manager(MERCHANT, MANAGER_PHONE, &KEEPER).await;
    world.clock.advance(SignedDuration::from_hours(24 * 60));
    world.manager_token(MANAGER_PHONE).await;
    for _ in 0..4 {
        world.clock.advance(SignedDuration::from_hours(24 * 80));
        world.messages().await;
        world.manager_token(MANAGER_PHONE).await;
        tick(&world.shell).await.unwrap();
    }
    world.manager_token(MANAGER_PHONE).await
}

async fn review(world: &World, token: &str) -> Answer {
    world.get("/v1/access-review").token(token).go().await
}

async fn answer(world: &World, token: &str, body: &Value) -> Answer {
    let ask = world.ask("PUT", "/v1/access-review").token(token);
    ask.json(body).go().await
}

/// An answer for everybody on the list: `remove` for some, `keep` for the others.
fn answers(review: &Value, removed: &[&str]) -> Value {
    let said = |name: &Value| {
        let is_removed = removed.contains(&name.as_str().unwrap());
        if is_removed { "remove" } else { "keep" }
    };
    let operators: Vec<Value> = review["operators"].as_array().unwrap().iter().map(|one| {
        json!({"terminal": one["terminal"], "operator": one["operator"], "answer": said(&one["operator"])})
    }).collect();
    let managers: Vec<Value> = review["managers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| json!({"manager": one["manager"], "answer": said(&one["manager"])}))
        .collect();
    json!({"round": review["round"], "operators": operators, "managers": managers})
}

async fn overdue(world: &World, token: &str) -> Vec<Value> {
    let list = world.get("/v1/access-reviews?state=overdue").token(token);
    list.go().await.is(200)["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_review_falls_due_after_a_year_and_everybody_is_answered_for() {
    let world = World::new().await;
    let young = world.add_manager(MERCHANT, COLLEAGUE, &[ManagerRight::ResetCashiers]);
    let young: ManagerId = young.await;
    let token = a_year_on(&world).await;
    let found = review(&world, &token).await.is(200);
    assert_eq!(found["round"], 1);
    let numbers: Vec<_> = found["operators"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["operator"].as_str().unwrap(),
                one["removable"].as_bool().unwrap(),
            )
        })
        .collect();
    assert_eq!(numbers, [("00", true), ("01", true), ("99", false)]);
    let managers = found["managers"].as_array().unwrap();
    assert_eq!(managers.len(), 2);
    let you = managers.iter().find(|one| one["you"] == true).unwrap();
    assert_eq!(
        (&you["removable"], &you["name_masked"]),
        (&json!(false), &json!("陈**"))
    );

    let other = managers.iter().find(|one| one["you"] == false).unwrap();
    assert!(
        !other["dormant_at"].is_null(),
        "nobody has seen them for a year"
    );
    let gone = young.to_string();
    let mut some = answers(&found, &["01", &gone]);
    some["operators"].as_array_mut().unwrap().pop();
    assert_eq!(
        answer(&world, &token, &some).await.problem(422),
        "form_not_whole"
    );
    let too_far = answers(&found, &["99"]);
    assert_eq!(
        answer(&world, &token, &too_far).await.problem(403),
        "not_allowed"
    );
    let own = answers(&found, &[you["manager"].as_str().unwrap()]);
    assert_eq!(
        answer(&world, &token, &own).await.problem(403),
        "not_allowed"
    );
    let mut strangers = answers(&found, &[]);
    strangers["operators"][0]["operator"] = json!("44");
    assert_eq!(
        answer(&world, &token, &strangers).await.problem(409),
        "facts_changed"
    );
    assert_eq!(
        review(&world, &token).await.is(200)["operators"]
            .as_array()
            .unwrap()
            .len(),
        3
    );

    world.messages().await;
    let whole = answers(&found, &["01", &gone]);
    let reviewed = answer(&world, &token, &whole).await.is(200);
    assert_eq!(
        reviewed,
        json!({"kept": 2, "removed": 1, "managers_kept": 1, "managers_removed": 1})
    );
    let told = world.messages().await;
    assert_eq!(told.len(), 1, "the registered phone hears of the manager");
    assert_eq!(told[0].0, PHONE);
    assert_eq!(answer(&world, &token, &whole).await.problem(404), "unknown");
    assert_eq!(review(&world, &token).await.problem(404), "unknown");
    let path = format!("/v1/terminals/{}", world.terminal);
    let left = world.get(&path).token(&token).go().await.is(200);
    assert_eq!(left["operators"].as_array().unwrap().len(), 2);
    let ledger = world.ledger_text().await;
    for what in [
        "access_review_opened",
        "access_reviewed",
        "operator_removed",
        "manager_disabled",
    ] {
        assert_eq!(
            ledger.matches(&format!("\"event\":\"{what}\"")).count(),
            1,
            "{what}"
        );
    }

    // The next one is a year away.
    world.clock.advance(SignedDuration::from_hours(24 * 80));
    let token = world.manager_token(MANAGER_PHONE).await;
    tick(&world.shell).await.unwrap();
    assert_eq!(review(&world, &token).await.problem(404), "unknown");
}

#[tokio::test]
async fn an_overdue_review_is_reminded_of_once_and_listed_for_staff() {
    let world = World::new().await;
    world.clock.advance(SignedDuration::from_hours(24 * 360));
    tick(&world.shell).await.unwrap();
    assert!(world.messages().await.is_empty());
    world.staff("an.audit", "p-an", Role::Auditor).await;
    world.staff("li.na", "p-li", Role::Agent).await;
    world.clock.advance(SignedDuration::from_hours(24));
    tick(&world.shell).await.unwrap();
    tick(&world.shell).await.unwrap();
    let told = world.messages().await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].0, PHONE);
    let auditor = world
        .sign_in("an.audit", &crate::support::own_password("an.audit"))
        .await;
    assert!(overdue(&world, &auditor).await.is_empty());

    world.clock.advance(SignedDuration::from_hours(24 * 14));
    for _ in 0..3 {
        tick(&world.shell).await.unwrap();
        world.clock.advance(SignedDuration::from_hours(24));
    }
    assert_eq!(world.messages().await.len(), 1, "one reminder");
    let auditor = world
        .sign_in("an.audit", &crate::support::own_password("an.audit"))
        .await;
    let listed = overdue(&world, &auditor).await;
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (&listed[0]["merchant"], &listed[0]["state"]),
        (&json!(MERCHANT), &json!("overdue"))
    );
    let agent = world
        .sign_in("li.na", &crate::support::own_password("li.na"))
        .await;
    let ask = world.get("/v1/access-reviews").token(&agent).go().await;
    assert_eq!(ask.problem(403), "not_allowed");
}

#[tokio::test]
async fn c11_a_review_takes_the_right_a_fresh_sign_in_and_ones_own_merchant() {
    let world = World::new().await;
    let elsewhere = world.other_merchant().await;
    world
        .add_manager(MERCHANT, COLLEAGUE, &[ManagerRight::ResetCashiers])
        .await;
    let token = a_year_on(&world).await;
    world
        .add_manager(MERCHANT, OWNER, &[ManagerRight::SeeRecords])
        .await;
    world.messages().await;
    let without = world.manager_token(OWNER).await;
    assert_eq!(review(&world, &without).await.problem(403), "not_allowed");
    let found = review(&world, &token).await.is(200);
    let mut foreign = answers(&found, &[]);
    foreign["operators"][0] =
        json!({"terminal": elsewhere.to_string(), "operator": "01", "answer": "remove"});
    assert_eq!(
        answer(&world, &token, &foreign).await.problem(409),
        "facts_changed"
    );
    assert_eq!(
        answer(&world, &without, &answers(&found, &[]))
            .await
            .problem(403),
        "not_allowed"
    );
    world.clock.advance(SignedDuration::from_mins(11));
    assert_eq!(
        answer(&world, &token, &answers(&found, &[]))
            .await
            .problem(403),
        "not_fresh"
    );
    assert!(
        !world
            .ledger_text()
            .await
            .contains("\"event\":\"manager_disabled\"")
    );
}

#[tokio::test]
async fn f07_a_manager_ends_the_access_of_none_above_them_and_not_their_own() {
    let world = World::new().await;
    let me = world.add_manager(MERCHANT, MANAGER_PHONE, &KEEPER).await;
    let equal = world.add_manager(MERCHANT, COLLEAGUE, &KEEPER[1..]).await;
    let owner = world.add_manager(MERCHANT, OWNER, ManagerRight::ALL).await;
    world.other_merchant().await;
    let foreign = world
        .add_manager(OTHER_MERCHANT, "+8613900139004", &KEEPER[1..])
        .await;
    world.messages().await;
    let (token, theirs) = (
        world.manager_token(MANAGER_PHONE).await,
        world.manager_token(COLLEAGUE).await,
    );
    let end = |token: String, id: ManagerId| {
        let world = &world;
        async move {
            let path = format!("/v1/managers/{id}");
            world.ask("DELETE", &path).token(&token).go().await
        }
    };
    for (id, status, why) in [
        (me, 403, "not_allowed"),
        (owner, 403, "not_allowed"),
        (foreign, 404, "unknown"),
    ] {
        assert_eq!(end(token.clone(), id).await.problem(status), why);
    }
    assert_eq!(
        end(theirs.clone(), me).await.problem(403),
        "not_allowed",
        "no right at all"
    );
    world.messages().await;
    end(token.clone(), equal).await.is(204);
    let told = world.messages().await;
    assert_eq!((told.len(), told[0].0.as_str()), (1, PHONE));
    let cases = world.get("/v1/cases").token(&theirs).go().await;
    assert_eq!(
        cases.problem(401),
        "unauthenticated",
        "their session has ended"
    );
    assert_eq!(end(token.clone(), equal).await.problem(404), "unknown");
    world.clock.advance(SignedDuration::from_mins(11));
    assert_eq!(end(token, owner).await.problem(403), "not_fresh");
}
