//! Sessions of staff and their passwords: who is signed in, until when, and how it ends.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tillkey_rules::party::Role;

use crate::support::{Answer, World, own_password};

async fn change(world: &World, token: &str, (old, new): (&str, &str)) -> Answer {
    let body = json!({"old": old, "new": new});
    let path = "/v1/staff/password";
    world.post(path).token(token).json(&body).go().await
}

async fn list(world: &World, token: &str, account: &str) -> Value {
    let path = format!("/v1/staff/{account}/sessions");
    world.get(&path).token(token).go().await.is(200)["items"].clone()
}

#[tokio::test]
async fn a_first_password_opens_nothing_but_the_choice_of_another() {
    let world = World::new().await;
    let home = world.shell.home().clone();
    let first = world.hire(&home, "agent", "p1", Role::Agent).await;
    let token = world.sign_in("agent", first.expose()).await;
    for path in ["/v1/cases", "/v1/staff/agent/sessions"] {
        let answer = world.get(path).token(&token).go().await;
        assert_eq!(answer.problem(403), "password_due", "{path}");
    }
    let chosen = own_password("agent");
    let changed = change(&world, &token, (first.expose(), &chosen))
        .await
        .is(200);
    let fresh = changed["token"].as_str().unwrap();
    world.get("/v1/cases").token(fresh).go().await.is(200);
    let before = world.get("/v1/cases").token(&token).go().await;
    assert_eq!(before.problem(401), "unauthenticated");
    let body = json!({"staff": "agent", "password": first.expose()});
    let again = world.post("/v1/staff/sessions").json(&body).go().await;
    assert_eq!(again.problem(401), "unauthenticated");
}

#[tokio::test]
async fn e13_a_weak_password_is_refused_and_nothing_ends() {
    let world = World::new().await;
    let agent = world.staff("agent", "p1", Role::Agent).await;
    let old = own_password("agent");
    for new in ["short", "123456789012345", "passwordpassword", &old] {
        let answer = change(&world, &agent, (&old, new)).await;
        assert_eq!(answer.problem(400), "invalid", "{new}");
        assert_eq!(answer.json()["field"], "new");
        assert!(!answer.text.contains(new));
    }
    let wrong = change(
        &world,
        &agent,
        ("not the old one", "a shelf of green bottles"),
    )
    .await;
    assert_eq!(wrong.problem(401), "unauthenticated");
    world.get("/v1/cases").token(&agent).go().await.is(200);
}

#[tokio::test]
async fn a_new_password_ends_every_session_but_the_one_it_gives() {
    let world = World::new().await;
    let here = world.staff("agent", "p1", Role::Agent).await;
    let old = own_password("agent");
    let there = world.sign_in("agent", &old).await;
    let changed = change(&world, &here, (&old, "a shelf of green bottles"))
        .await
        .is(200);
    for token in [&here, &there] {
        let answer = world.get("/v1/cases").token(token).go().await;
        assert_eq!(answer.problem(401), "unauthenticated");
    }
    let token = changed["token"].as_str().unwrap();
    assert_eq!(
        list(&world, token, "agent").await.as_array().unwrap().len(),
        1
    );
    let ledger = world.ledger_text().await;
    assert!(ledger.contains("staff_password_changed") && !ledger.contains("bottles"));
}

#[tokio::test]
async fn b11_a_sign_in_always_begins_a_new_session() {
    let world = World::new().await;
    let first = world.staff("agent", "p1", Role::Agent).await;
    let password = own_password("agent");
    let body = json!({"staff": "agent", "password": password});
    let planted = world.post("/v1/staff/sessions").token(&first).json(&body);
    let second = planted.go().await.is(201);
    assert_ne!(second["token"], json!(first));
}

#[tokio::test]
async fn a_session_is_idle_for_fifteen_minutes_and_no_longer() {
    let world = World::new().await;
    let agent = world.staff("agent", "p1", Role::Agent).await;
    for _ in 0..4 {
        world.clock.advance(SignedDuration::from_secs(14 * 60 + 59));
        world.get("/v1/cases").token(&agent).go().await.is(200);
    }
    world.clock.advance(SignedDuration::from_mins(15));
    let answer = world.get("/v1/cases").token(&agent).go().await;
    assert_eq!(answer.problem(401), "unauthenticated");
}

#[tokio::test]
async fn sessions_are_listed_and_ended_by_their_owner_and_by_an_administrator() {
    let world = World::new().await;
    let here = world.staff("agent", "p1", Role::Agent).await;
    let admin = world.staff("admin", "p2", Role::Administrator).await;
    let other = world.staff("other", "p3", Role::Reviewer).await;
    let body = json!({"staff": "agent", "password": own_password("agent")});
    let there = world
        .post("/v1/staff/sessions")
        .json(&body)
        .from("198.51.100.77")
        .with("user-agent", "<script>x</script> Windows Firefox/140.0");
    let there = there.go().await.is(201)["token"]
        .as_str()
        .unwrap()
        .to_owned();
    let items = list(&world, &here, "agent").await;
    assert_eq!(items.as_array().unwrap().len(), 2, "{items}");
    let of = |is_this: bool| {
        let items = items.as_array().unwrap().iter();
        items
            .clone()
            .find(|item| item["is_this"] == is_this)
            .unwrap()
    };
    assert_eq!(of(true)["network"], "203.0.113.0/24");
    assert_eq!(of(false)["network"], "198.51.100.0/24");
    assert_eq!(of(false)["browser"], "Firefox");
    assert!(!items.to_string().contains("script"));
    // Nobody else's, and it is not told apart from an account that is not there.
    for account in ["agent", "nobody"] {
        for below in ["", &format!("/{}", of(false)["session"].as_str().unwrap())] {
            let path = format!("/v1/staff/{account}/sessions{below}");
            let answer = world.ask("DELETE", &path).token(&other).go().await;
            assert_eq!(answer.problem(403), "not_allowed");
        }
    }
    let end = |token: &str, session: &Value| {
        let path = format!("/v1/staff/agent/sessions/{}", session.as_str().unwrap());
        world.ask("DELETE", &path).token(token)
    };
    end(&here, &of(false)["session"]).go().await.is(204);
    assert_eq!(
        end(&here, &of(false)["session"]).go().await.problem(404),
        "unknown"
    );
    assert_eq!(
        world.get("/v1/cases").token(&there).go().await.problem(401),
        "unauthenticated"
    );
    world.get("/v1/cases").token(&here).go().await.is(200);
    let all = world
        .ask("DELETE", "/v1/staff/agent/sessions")
        .token(&admin);
    all.go().await.is(204);
    assert_eq!(
        world.get("/v1/cases").token(&here).go().await.problem(401),
        "unauthenticated"
    );
    assert!(world.ledger_text().await.contains("staff_sessions_ended"));
}

#[tokio::test]
async fn an_account_has_so_many_sessions_and_the_longest_unused_goes() {
    let world = World::new().await;
    let first = world.staff("agent", "p1", Role::Agent).await;
    for number in 0..20u8 {
        world.clock.advance(SignedDuration::from_secs(1));
        let body = json!({"staff": "agent", "password": own_password("agent")});
        let source = format!("198.51.100.{number}");
        let answer = world
            .post("/v1/staff/sessions")
            .json(&body)
            .from(&source)
            .go()
            .await;
        answer.is(201);
    }
    assert_eq!(
        world.get("/v1/cases").token(&first).go().await.problem(401),
        "unauthenticated"
    );
}
