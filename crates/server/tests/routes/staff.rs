//! `/v1/staff` and what staff do: who they are is what the session says.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tillkey_rules::party::Role;
use tillkey_store::party::acquirer::{self, Acquirer};

use crate::support::{
    HOLDER, LICENCE, MERCHANT, OTHER_MERCHANT, PHONE, TERMINAL, World, own_password,
};

fn document(number: &str) -> Value {
    json!({"kind": "identity_document", "number": number, "original_inspected": true})
}

#[tokio::test]
async fn a_session_ends_when_it_is_signed_out_idle_or_disabled() {
    let world = World::new().await;
    let admin = world.staff("admin", "p1", Role::Administrator).await;
    let agent = world.staff("agent", "p2", Role::Agent).await;
    world.get("/v1/cases").token(&agent).go().await.is(200);
    world
        .ask("DELETE", "/v1/staff/agent")
        .token(&admin)
        .go()
        .await
        .is(204);
    let disabled = world.get("/v1/cases").token(&agent).go().await;
    assert_eq!(disabled.problem(401), "unauthenticated");
    world
        .ask("DELETE", "/v1/staff/sessions")
        .token(&admin)
        .go()
        .await
        .is(204);
    assert_eq!(
        world.get("/v1/staff").token(&admin).go().await.problem(401),
        "unauthenticated"
    );
    let clerk = world.staff("clerk", "p3", Role::Clerk).await;
    world.clock.advance(jiff::SignedDuration::from_mins(16));
    assert_eq!(
        world.get("/v1/cases").token(&clerk).go().await.problem(401),
        "unauthenticated"
    );
}

#[tokio::test]
async fn e16_a_wrong_password_and_an_unknown_account_answer_alike() {
    let world = World::new().await;
    world
        .hire(world.shell.home(), "agent", "p1", Role::Agent)
        .await;
    let ask = |account: &str| {
        let body = json!({"staff": account, "password": "not this one"});
        world.post("/v1/staff/sessions").json(&body)
    };
    for _ in 0..8 {
        let (known, unknown) = (ask("agent").go().await, ask("nobody").go().await);
        assert_eq!(known.status, unknown.status);
        assert_eq!(known.text, unknown.text);
        let names = |a: &crate::support::Answer| a.headers.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&known), names(&unknown));
    }
    assert_ne!(ask("agent").go().await.status, 201);
}

#[tokio::test]
async fn e11_a_flood_of_sign_ins_is_turned_away_and_not_worked_off() {
    let world = World::new().await;
    let ask = |index: u32| {
        let body = json!({"staff": format!("nobody{index}"), "password": "x"});
        let source = format!("198.51.100.{index}");
        world.post("/v1/staff/sessions").json(&body).from(&source)
    };
    let answers = join_all((0..120).map(|index| ask(index).go())).await;
    let busy = answers.iter().filter(|answer| answer.status == 503).count();
    assert!(busy > 50, "{busy} of 120 were turned away");
    let turned_away = answers.iter().find(|answer| answer.status == 503).unwrap();
    assert!(turned_away.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn e12_a_password_has_a_size_before_it_is_hashed() {
    let world = World::new().await;
    for (length, status) in [(300, 400), (20_000, 413)] {
        let body = json!({"staff": "agent", "password": "x".repeat(length)});
        let answer = world.post("/v1/staff/sessions").json(&body).go().await;
        assert_eq!(answer.status.as_u16(), status);
        assert!(!answer.text.contains("xxx"));
    }
}

#[tokio::test]
async fn f01_an_agent_cannot_reset_without_proof() {
    let world = World::new().await;
    let agent = world.staff("agent", "p1", Role::Agent).await;
    let case = world.staff_case("hotline", &agent).await;
    let ask = |below: &str| {
        world
            .post(&format!("/v1/cases/{case}{below}"))
            .token(&agent)
    };
    let submitted = ask("/submission").go().await.is(200);
    assert_eq!(submitted["state"], "gathering", "{submitted}");
    assert_eq!(ask("/codes").go().await.problem(409), "out_of_order");
    let approve = json!({"verdict": "approve"});
    assert_eq!(
        ask("/review").json(&approve).go().await.problem(403),
        "not_allowed"
    );
    let shown = world.present(&case, &agent, &document(HOLDER)).await;
    assert_ne!(shown.status, 200, "documents are for counters");
}

#[tokio::test]
async fn f03_whoever_made_a_case_does_not_review_it_by_a_second_account_either() {
    let world = World::new().await;
    let clerk = world.staff("clerk", "same-person", Role::Clerk).await;
    let second = world.staff("second", "same-person", Role::Reviewer).await;
    let other = world.staff("other", "another-person", Role::Reviewer).await;
    let case = world.staff_case("counter", &clerk).await;
    world
        .present(&case, &clerk, &document(HOLDER))
        .await
        .is(200);
    let licence =
        json!({"kind": "business_licence", "number": LICENCE, "original_inspected": true});
    world.present(&case, &clerk, &licence).await;
    let path = format!("/v1/cases/{case}");
    world
        .post(&format!("{path}/submission"))
        .token(&clerk)
        .go()
        .await;
    let view = world.get(&path).token(&clerk).go().await.is(200);
    assert_eq!(view["state"], "in_review", "{view}");
    let review = |token: &str| {
        let body = json!({"verdict": "approve", "comment": "originals seen"});
        world
            .post(&format!("{path}/review"))
            .token(token)
            .json(&body)
    };
    assert_eq!(review(&clerk).go().await.problem(403), "not_allowed");
    assert_eq!(review(&second).go().await.problem(403), "own_work");
    let approved = review(&other).go().await.is(200);
    assert_eq!(approved["reviews"], 1, "{approved}");
    assert!(!world.ledger_text().await.contains("originals seen"));
}

#[tokio::test]
async fn f09_nobody_is_somebody_by_a_header() {
    let world = World::new().await;
    let agent = world.staff("agent", "p1", Role::Agent).await;
    let spoof = |path: &str| {
        world
            .get(path)
            .with("x-remote-user", "admin")
            .with("x-forwarded-user", "admin")
            .with("auth-user", "admin")
            .with("x-role", "administrator")
    };
    assert_eq!(
        spoof("/v1/staff").go().await.problem(401),
        "unauthenticated"
    );
    assert_eq!(
        spoof("/v1/staff").token(&agent).go().await.problem(403),
        "not_allowed"
    );
    let found = world
        .post("/v1/look-ups")
        .token(&agent)
        .with("x-remote-user", "admin");
    found
        .json(&json!({"merchant": MERCHANT}))
        .go()
        .await
        .is(200);
    assert!(!world.ledger_text().await.contains("\"admin\""));
}

#[tokio::test]
async fn c11_another_acquirers_staff_finds_nothing_here() {
    let world = World::new().await;
    let (now, keys, mut rng) = (
        world.shell.now(),
        world.shell.seal_keys().clone(),
        world.shell.rng(),
    );
    let id: tillkey_wire::ids::AcquirerId = "other-bank".parse().unwrap();
    let other = Acquirer {
        id: id.clone(),
        name: "Other".to_owned(),
        created_at: now,
    };
    let add = move |tx: &mut dyn tillkey_store::tx::Tx| acquirer::add(tx, &keys, &other, &mut rng);
    world.shell.store().write(add).await.unwrap();
    let password = world.hire(&id, "admin", "p9", Role::Administrator).await;
    let body = json!({"acquirer": "other-bank", "staff": "admin", "password": password.expose()});
    let session = world
        .post("/v1/staff/sessions")
        .json(&body)
        .go()
        .await
        .is(201);
    let body = json!({"old": password.expose(), "new": own_password("admin")});
    let changed = world
        .post("/v1/staff/password")
        .token(session["token"].as_str().unwrap())
        .json(&body);
    let session = changed.go().await.is(200);
    let token = session["token"].as_str().unwrap();
    let case = world.app_case(MERCHANT).await;
    let (terminal, active) = (world.terminal, json!({"status": "closed"}));
    for ask in [
        world.get(&case.path("")),
        world.get(&case.path("/diagnosis")),
        world.get(&format!("/v1/operators/{terminal}/01/diagnosis")),
        world.post(&case.path("/cancellation")),
        world.get(&format!("/v1/terminals/{terminal}")),
        world.post(&format!("/v1/terminals/{terminal}/enrolment")),
        world.post(&format!("/v1/terminals/{terminal}/retirement")),
        world.ask("DELETE", &format!("/v1/operators/{terminal}/01")),
        world
            .ask("PATCH", &format!("/v1/merchants/{MERCHANT}"))
            .json(&active),
        world
            .ask("PUT", &format!("/v1/merchants/{MERCHANT}/contact"))
            .json(&json!({"phone": "13900139000"})),
    ] {
        assert_eq!(ask.token(token).go().await.problem(404), "unknown");
    }
    let look_up = world
        .post("/v1/look-ups")
        .token(token)
        .json(&json!({"merchant": MERCHANT}));
    assert_eq!(look_up.go().await.is(200)["items"], json!([]));
}

#[tokio::test]
async fn an_administrator_furnishes_a_merchant_and_an_agent_finds_it_masked() {
    let world = World::new().await;
    let admin = world.staff("admin", "p1", Role::Administrator).await;
    let agent = world.staff("agent", "p2", Role::Agent).await;
    let merchant = json!({"merchant": "898310054110002", "name": "小李水果店",
        "phone": "13900139000", "credit_code": LICENCE, "holder_identity_number": HOLDER});
    let add = |token: &str| world.post("/v1/merchants").token(token).json(&merchant);
    assert_eq!(add(&agent).go().await.problem(403), "not_allowed");
    add(&admin).go().await.is(201);
    assert_eq!(add(&admin).go().await.problem(409), "exists");
    let terminal = json!({"merchant": "898310054110002", "number": TERMINAL,
        "serial_number": "SN20000002", "model": "T1"});
    let added = world
        .post("/v1/terminals")
        .token(&admin)
        .json(&terminal)
        .go()
        .await
        .is(201);
    let id = added["terminal"].as_str().unwrap();
    let operator = json!({"terminal": id, "operator": "01"});
    world
        .post("/v1/operators")
        .token(&admin)
        .json(&operator)
        .go()
        .await
        .is(201);
    let enrolment = world
        .post(&format!("/v1/terminals/{id}/enrolment"))
        .token(&admin);
    let enrolment = enrolment.go().await.is(201);
    let code = enrolment["code"].as_str().unwrap();
    assert!(code.parse::<tillkey_wire::code::EnrolmentCode>().is_ok());
    let view = world
        .get(&format!("/v1/terminals/{id}"))
        .token(&agent)
        .go()
        .await;
    assert!(!view.text.contains(code), "shown once");
    assert_eq!(
        view.is(200)["operators"],
        json!([{"operator": "01", "password_set": false, "password_since": null,
                "signed_on_at": null, "dormant_at": null, "renewal_due": false}])
    );

    let by_phone = world
        .post("/v1/look-ups")
        .token(&agent)
        .json(&json!({"phone": PHONE}));
    let found = by_phone.go().await;
    for hidden in ["王面馆", "13800138000", HOLDER, LICENCE] {
        assert!(!found.text.contains(hidden), "{}", found.text);
    }
    assert_eq!(found.is(200)["items"][0]["merchant"], MERCHANT);
    let both = world.post("/v1/look-ups").token(&agent);
    let both = both
        .json(&json!({"merchant": MERCHANT, "phone": PHONE}))
        .go()
        .await;
    assert_eq!(both.problem(400), "malformed");
    let ledger = world.ledger_text().await;
    assert!(ledger.contains("looked_up"));
    for hidden in ["13900139000", "小李", HOLDER, LICENCE, code] {
        assert!(!ledger.contains(hidden), "{hidden}");
    }
}

#[tokio::test]
async fn a12_phones_and_names_are_plain_or_refused() {
    let world = World::new().await;
    let admin = world.staff("admin", "p1", Role::Administrator).await;
    let contact = format!("/v1/merchants/{MERCHANT}/contact");
    for phone in [
        "13900139000\r\nTo: 1",
        "13900139000;ext=1",
        "",
        "+19005550100",
    ] {
        let ask = world
            .ask("PUT", &contact)
            .token(&admin)
            .json(&json!({"phone": phone}));
        let answer = ask.go().await;
        assert_eq!(answer.problem(400), "invalid", "{phone:?}");
        assert_eq!(answer.json()["field"], "phone");
    }
    for name in ["a\u{202e}b", "a\u{0}b", "", "e\u{301}"] {
        let body = json!({"merchant": "898310054110002", "name": name, "phone": "13900139000"});
        let answer = world
            .post("/v1/merchants")
            .token(&admin)
            .json(&body)
            .go()
            .await;
        assert_eq!(answer.json()["field"], "name", "{name:?}: {}", answer.text);
    }
}

#[tokio::test]
async fn a07_a_serial_number_that_is_somebodys_phone_finds_no_phone() {
    let world = World::new().await;
    let admin = world.staff("admin", "p1", Role::Administrator).await;
    let agent = world.staff("agent", "p2", Role::Agent).await;
    world.other_merchant().await;
    let phone = PHONE.strip_prefix("+86").unwrap();
    let posing = json!({"merchant": OTHER_MERCHANT, "number": "20000009",
        "serial_number": phone, "model": "T1"});
    let ask = world.post("/v1/terminals").token(&admin).json(&posing);
    ask.go().await.is(201);
    for (key, merchant) in [("phone", MERCHANT), ("serial_number", OTHER_MERCHANT)] {
        let ask = world.post("/v1/look-ups").token(&agent);
        let found = ask.json(&json!({ key: phone })).go().await.is(200);
        let items = found["items"].as_array().unwrap();
        assert_eq!(items.len(), 1, "{key}: {found}");
        assert_eq!(items[0]["merchant"], merchant, "{key}");
    }
}
