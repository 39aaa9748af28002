//! `/v1/managers` and what a manager does with a session: sign-in, cases, operators,
//! the contact, and how each is attacked.

use futures_util::future::join_all;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tillkey_rules::party::Role;
use tillkey_rules::vocabulary::ManagerRight;

use crate::support::{
    Answer, HOLDER, MANAGER_PHONE, MERCHANT, OTHER_MERCHANT, PHONE, TERMINAL, World, digits, other,
};

const STRANGERS_PHONE: &str = "+8613900139999";

fn opening(operator: &str, terminal: &str, merchant: &str) -> Value {
    json!({"merchant": merchant, "terminal": terminal, "operator": operator,
           "reason": "forgotten", "channel": "portal"})
}

async fn present(world: &World, token: &str, case: &str, kind: &str) -> Answer {
    world.present(case, token, &json!({"kind": kind})).await
}

/// A case of the portal, opened and proven and decided.
async fn reset(world: &World, token: &str, operator: &str) -> Value {
    let body = opening(operator, TERMINAL, MERCHANT);
    let opened = world
        .post("/v1/cases")
        .token(token)
        .json(&body)
        .go()
        .await
        .is(202);
    let case = opened["case"].as_str().unwrap();
    present(world, token, case, "portal_session").await.is(200);
    let path = format!("/v1/cases/{case}/submission");
    world.post(&path).token(token).go().await.is(200)
}

async fn delete(world: &World, token: &str, path: &str) -> Answer {
    world.ask("DELETE", path).token(token).go().await
}

#[tokio::test]
async fn a_manager_resets_a_cashier_with_a_fresh_sign_in() {
    let world = World::new().await;
    let token = world.manager(ManagerRight::ALL).await;
    let case = reset(&world, &token, "01").await;
    assert_eq!(
        (&case["decision"], &case["state"]),
        (&json!("go_ahead"), &json!("approved"))
    );
    assert_eq!(case["evidence"], json!(["portal_session"]));
    let listed = world.get("/v1/cases").token(&token).go().await.is(200);
    assert_eq!(listed["items"][0]["case"], case["case"]);
    let supervisor = reset(&world, &token, "00").await;
    assert_eq!(supervisor["decision"], "review");
    let administrator = reset(&world, &token, "99").await;
    assert_eq!(administrator["next"], json!(["sms_code"]));
}

#[tokio::test]
async fn a_stale_sign_in_proves_nothing_until_it_is_proved_anew() {
    let world = World::new().await;
    let token = world.manager(ManagerRight::ALL).await;
    let opened = world
        .post("/v1/cases")
        .token(&token)
        .json(&opening("01", TERMINAL, MERCHANT))
        .go()
        .await
        .is(202);
    let case = opened["case"].as_str().unwrap();
    world.clock.advance(SignedDuration::from_mins(11));
    let stale = present(&world, &token, case, "portal_session").await;
    assert_eq!(stale.problem(403), "not_fresh");
    let contact = json!({"phone": "13700137000"});
    let ask = world
        .post("/v1/contact-changes")
        .token(&token)
        .json(&contact);
    assert_eq!(ask.go().await.problem(403), "not_fresh");
    let again = world.manager_token(MANAGER_PHONE).await;
    present(&world, &again, case, "portal_session")
        .await
        .is(200);
}

#[tokio::test]
async fn e16_a_phone_that_is_no_managers_is_answered_alike() {
    let world = World::new().await;
    world
        .add_manager(MERCHANT, MANAGER_PHONE, ManagerRight::ALL)
        .await;
    world.messages().await;
    let mut answers = Vec::new();
    for phone in [MANAGER_PHONE, STRANGERS_PHONE] {
        let begun = world
            .post("/v1/manager-sign-ins")
            .json(&json!({"phone": phone}))
            .go()
            .await;
        let names: Vec<_> = begun.headers.keys().map(ToString::to_string).collect();
        let mut body = begun.json();
        let sign_in = body["sign_in"].take();
        let mut shape = vec![(begun.status, names, body)];
        for code in ["000000", "000001", "000002", "000003", "000004", "000005"] {
            let body = json!({"sign_in": sign_in, "code": code});
            let answer = world.post("/v1/manager-sessions").json(&body).go().await;
            let names = answer.headers.keys().map(ToString::to_string).collect();
            shape.push((answer.status, names, answer.json()));
        }
        answers.push(shape);
    }
    assert_eq!(answers[0], answers[1]);
    let sent = world.messages().await;
    assert_eq!(sent.len(), 1, "one text, to the manager");
    assert_eq!(sent[0].0, MANAGER_PHONE);
}

#[tokio::test]
async fn e01_a_code_takes_five_tries_and_a_phone_ten_a_day() {
    let world = World::new().await;
    world
        .add_manager(MERCHANT, MANAGER_PHONE, ManagerRight::ALL)
        .await;
    world.messages().await;
    let mut tried = 0;
    for round in 0..3 {
        let (sign_in, code) = world.begin_sign_in(MANAGER_PHONE).await;
        // Another source each time: the phone's budget is not the source's.
        let from = format!("198.51.100.{}", 10 + round);
        for _ in 0..5 {
            let body = json!({"sign_in": sign_in, "code": other(&code)});
            let ask = world.post("/v1/manager-sessions").json(&body).from(&from);
            let answer = ask.go().await;
            tried += 1;
            let expected = if tried <= 10 {
                "not_matched"
            } else {
                "too_many"
            };
            let status = if tried <= 10 { 422 } else { 429 };
            assert_eq!(answer.problem(status), expected, "try {tried}");
        }
        let body = json!({"sign_in": sign_in, "code": code});
        let late = world
            .post("/v1/manager-sessions")
            .json(&body)
            .from(&from)
            .go()
            .await;
        assert!(late.status != 201, "the code was used up");
        tried += 1;
    }
}

#[tokio::test]
async fn d02_parallel_guesses_are_all_counted() {
    let world = World::new().await;
    world
        .add_manager(MERCHANT, MANAGER_PHONE, ManagerRight::ALL)
        .await;
    world.messages().await;
    let (sign_in, code) = world.begin_sign_in(MANAGER_PHONE).await;
    let guess = |n: u32| {
        let guess = format!("{n:06}");
        let guess = if guess == code { other(&code) } else { guess };
        let body = json!({"sign_in": sign_in, "code": guess});
        let ask = world.post("/v1/manager-sessions").json(&body);
        ask.from(&format!("198.51.100.{n}")).go()
    };
    let answers = join_all((1..=40).map(guess)).await;
    assert!(answers.iter().all(|answer| answer.status != 201));
    let body = json!({"sign_in": sign_in, "code": code});
    let late = world.post("/v1/manager-sessions").json(&body).go().await;
    assert!(
        late.status != 201,
        "five tries are five tries, also at once"
    );
}

#[tokio::test]
async fn a_code_signs_in_once_and_on_the_device_that_asked() {
    let world = World::new().await;
    world
        .add_manager(MERCHANT, MANAGER_PHONE, ManagerRight::ALL)
        .await;
    world.messages().await;
    let (sign_in, code) = world.begin_sign_in(MANAGER_PHONE).await;
    let (elsewhere, _) = world.begin_sign_in(MANAGER_PHONE).await;
    let stolen = json!({"sign_in": elsewhere, "code": code});
    let answer = world.post("/v1/manager-sessions").json(&stolen).go().await;
    assert_eq!(answer.problem(422), "not_matched");
    let body = json!({"sign_in": sign_in, "code": code});
    let entered = world
        .post("/v1/manager-sessions")
        .json(&body)
        .go()
        .await
        .is(201);
    assert_eq!(
        entered["merchants"],
        json!([{"merchant": MERCHANT, "name": "老王面馆"}])
    );
    let again = world.post("/v1/manager-sessions").json(&body).go().await;
    assert_eq!(again.problem(422), "not_matched");
    let ledger = world.ledger_text().await;
    for secret in [
        &code,
        sign_in.as_str(),
        entered["token"].as_str().unwrap(),
        "13900139",
    ] {
        assert!(!ledger.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn c11_another_merchants_things_are_not_there() {
    let world = World::new().await;
    let theirs = world.other_merchant().await;
    let token = world.manager(ManagerRight::ALL).await;
    let foreign = opening("01", "20000001", OTHER_MERCHANT);
    let open = world
        .post("/v1/cases")
        .token(&token)
        .json(&foreign)
        .go()
        .await;
    let absent = world
        .post("/v1/cases")
        .token(&token)
        .json(&opening("01", "99999999", MERCHANT))
        .go()
        .await;
    assert_eq!(open.problem(404), "unknown");
    assert_eq!(open.text, absent.text);

    let agent = world.staff("li.na", "p-li", Role::Agent).await;
    let mut body = foreign.clone();
    body["channel"] = json!("hotline");
    let case = world
        .post("/v1/cases")
        .token(&agent)
        .json(&body)
        .go()
        .await
        .is(202);
    let case = case["case"].as_str().unwrap();
    assert_eq!(
        world
            .get(&format!("/v1/cases/{case}"))
            .token(&token)
            .go()
            .await
            .problem(404),
        "unknown"
    );
    for below in ["submission", "cancellation", "codes", "objection"] {
        let path = format!("/v1/cases/{case}/{below}");
        assert_eq!(
            world.post(&path).token(&token).go().await.problem(404),
            "unknown",
            "{below}"
        );
    }
    let consent = present(&world, &token, case, "manager_consent").await;
    assert_eq!(consent.problem(404), "unknown");
    let listed = world.get("/v1/cases").token(&token).go().await.is(200);
    assert_eq!(listed["items"], json!([]));

    let path = format!("/v1/terminals/{theirs}");
    assert_eq!(
        world.get(&path).token(&token).go().await.problem(404),
        "unknown"
    );
    let add = json!({"terminal": theirs.to_string(), "operator": "07"});
    let added = world
        .post("/v1/operators")
        .token(&token)
        .json(&add)
        .go()
        .await;
    assert_eq!(added.problem(404), "unknown");
    let removed = delete(&world, &token, &format!("/v1/operators/{theirs}/01")).await;
    assert_eq!(removed.problem(404), "unknown");
    let go = json!({"merchant": OTHER_MERCHANT});
    let ask = world.ask("PUT", "/v1/manager-sessions/current/merchant");
    assert_eq!(
        ask.token(&token).json(&go).go().await.problem(404),
        "unknown"
    );
    let mine = world.get("/v1/terminals").token(&token).go().await.is(200);
    assert_eq!(mine["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn f07_a_manager_reaches_no_account_above_their_rights() {
    let world = World::new().await;
    let token = world
        .manager(&[
            ManagerRight::ResetCashiers,
            ManagerRight::ManageOperators,
            ManagerRight::Consent,
        ])
        .await;
    let terminal = world.terminal;
    for operator in ["00", "99"] {
        let body = opening(operator, TERMINAL, MERCHANT);
        let answer = world.post("/v1/cases").token(&token).json(&body).go().await;
        assert_eq!(answer.problem(403), "not_allowed");
        let path = format!("/v1/operators/{terminal}/{operator}");
        assert_eq!(
            delete(&world, &token, &path).await.problem(403),
            "not_allowed"
        );
    }
    let agent = world.staff("li.na", "p-li", Role::Agent).await;
    let mut body = opening("99", TERMINAL, MERCHANT);
    body["channel"] = json!("hotline");
    let case = world
        .post("/v1/cases")
        .token(&agent)
        .json(&body)
        .go()
        .await
        .is(202);
    let case = case["case"].as_str().unwrap();
    let consent = present(&world, &token, case, "manager_consent").await;
    assert_eq!(consent.problem(403), "not_allowed");
    for path in ["/v1/contact-changes"] {
        let body = json!({"phone": "13700137000"});
        let answer = world.post(path).token(&token).json(&body).go().await;
        assert_eq!(answer.problem(403), "not_allowed");
    }
}

#[tokio::test]
async fn a_manager_consents_to_a_hotline_case_and_nobody_does_in_their_place() {
    let world = World::new().await;
    let token = world.manager(ManagerRight::ALL).await;
    let agent = world.staff("li.na", "p-li", Role::Agent).await;
    let case = world.staff_case("hotline", &agent).await;
    let by_agent = present(&world, &agent, &case, "manager_consent").await;
    assert_eq!(by_agent.problem(403), "not_allowed");
    let as_portal = present(&world, &token, &case, "portal_session").await;
    assert_eq!(as_portal.problem(403), "not_allowed");
    for below in ["submission", "cancellation", "codes"] {
        let path = format!("/v1/cases/{case}/{below}");
        let answer = world.post(&path).token(&token).go().await;
        assert_eq!(answer.problem(403), "not_allowed", "{below}");
    }
    let seen = world
        .get(&format!("/v1/cases/{case}"))
        .token(&token)
        .go()
        .await
        .is(200);
    assert_eq!(seen["next"], json!(["manager_consent"]));
    assert_eq!(seen["operator"], "01");
    let consented = present(&world, &token, &case, "manager_consent")
        .await
        .is(200);
    assert_eq!(consented["evidence"], json!(["manager_consent"]));
    let path = format!("/v1/cases/{case}/submission");
    let decided = world.post(&path).token(&agent).go().await.is(200);
    assert_eq!(decided["decision"], "review");
    assert_eq!(decided["evidence"], json!(["manager_consent"]));
}

#[tokio::test]
async fn before_a_consent_a_manager_sees_no_other_proof_of_the_call() {
    let world = World::new().await;
    let token = world.manager(ManagerRight::ALL).await;
    let agent = world.staff("li.na", "p-li", Role::Agent).await;
    let case = world.staff_case("hotline", &agent).await;
    world.messages().await;
    let code = world.sms_code(&case, &agent).await;
    world
        .present(
            &case,
            &agent,
            &json!({"kind": "sms_code", "code": other(&code)}),
        )
        .await;
    world
        .present(&case, &agent, &json!({"kind": "sms_code", "code": code}))
        .await
        .is(200);
    let seen = world
        .get(&format!("/v1/cases/{case}"))
        .token(&token)
        .go()
        .await
        .is(200);
    assert_eq!(seen["evidence"], json!([]));
    assert_eq!(seen["decision"], Value::Null);
    let steps: Vec<_> = seen["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["step"])
        .collect();
    assert_eq!(steps, [&json!("opened")]);
    assert_eq!(seen["challenge_expires_at"], Value::Null);
}

#[tokio::test]
async fn an_objection_closes_the_case() {
    let world = World::new().await;
    let token = world.manager(ManagerRight::ALL).await;
    let agent = world.staff("li.na", "p-li", Role::Agent).await;
    let case = world.staff_case("hotline", &agent).await;
    let path = format!("/v1/cases/{case}/objection");
    assert_eq!(
        world.post(&path).token(&agent).go().await.problem(403),
        "not_allowed"
    );
    let closed = world.post(&path).token(&token).go().await.is(200);
    assert_eq!(closed["state"], "refused");
    let late = present(&world, &token, &case, "manager_consent").await;
    assert_eq!(late.problem(409), "case_closed");
}

#[tokio::test]
async fn f03_whoever_drove_a_case_as_a_manager_does_not_review_it() {
    let world = World::new().await;
    let token = world.manager_who_is("p-zhao", ManagerRight::ALL).await;
    let case = reset(&world, &token, "00").await;
    let path = format!("/v1/cases/{}/review", case["case"].as_str().unwrap());
    let same = world.staff("zhao", "p-zhao", Role::Reviewer).await;
    let approve = json!({"verdict": "approve", "comment": "ok"});
    let answer = world.post(&path).token(&same).json(&approve).go().await;
    assert_eq!(answer.problem(403), "own_work");
    let another = world.staff("qian", "p-qian", Role::Reviewer).await;
    world
        .post(&path)
        .token(&another)
        .json(&approve)
        .go()
        .await
        .is(200);
}

#[tokio::test]
async fn c13_c14_a_changed_contact_takes_a_code_tells_the_old_one_and_counts_as_fresh() {
    let world = World::new().await;
    let token = world.manager(ManagerRight::ALL).await;
    world.messages().await;
    let new = "+8613700137000";
    let ask = |body: Value| {
        world
            .post("/v1/contact-changes")
            .token(&token)
            .json(&body)
            .go()
    };
    // C14: no reset rides along, and no case takes a phone.
    let both = json!({"phone": new, "operator": "01", "terminal": TERMINAL});
    assert_eq!(ask(both).await.problem(400), "invalid");
    let mut with_phone = opening("01", TERMINAL, MERCHANT);
    with_phone["phone"] = json!(new);
    let answer = world
        .post("/v1/cases")
        .token(&token)
        .json(&with_phone)
        .go()
        .await;
    assert_eq!(answer.problem(400), "invalid");

    let pending = ask(json!({"phone": new})).await.is(202);
    assert_eq!(pending["phone_masked"], "137****7000");
    let sent = world.messages().await;
    assert_eq!((sent.len(), sent[0].0.as_str()), (1, new));
    let code = digits(&sent[0].1, 6);
    let confirm = |code: &str| {
        let body = json!({"code": code});
        world
            .post("/v1/contact-changes/confirmation")
            .token(&token)
            .json(&body)
            .go()
    };
    assert_eq!(confirm(&other(&code)).await.problem(422), "not_matched");
    confirm(&code).await.is(204);
    assert_eq!(confirm(&code).await.problem(422), "not_matched");
    let told = world.messages().await;
    assert_eq!(
        (told.len(), told[0].0.as_str()),
        (1, PHONE),
        "the old contact is told"
    );

    let cashier = reset(&world, &token, "01").await;
    assert_eq!(
        cashier["decision"], "review",
        "C13: a fresh contact takes a reviewer"
    );
    world.clock.advance(SignedDuration::from_hours(73));
    let token = world.manager_token(MANAGER_PHONE).await;
    let cashier = reset(&world, &token, "01").await;
    assert_eq!(cashier["decision"], "go_ahead");
    let ledger = world.ledger_text().await;
    assert!(!ledger.contains("137001") && !ledger.contains(&code));
}

#[tokio::test]
async fn a_leavers_access_ends_at_once() {
    let world = World::new().await;
    let token = world.manager(ManagerRight::ALL).await;
    let case = reset(&world, &token, "01").await;
    let path = format!("/v1/operators/{}/01", world.terminal);
    delete(&world, &token, &path).await.is(204);
    let gone = world
        .get(&format!("/v1/cases/{}", case["case"].as_str().unwrap()))
        .token(&token)
        .go()
        .await
        .is(200);
    assert_eq!(gone["state"], "void");
    let add = json!({"terminal": world.terminal.to_string(), "operator": "05"});
    let added = world
        .post("/v1/operators")
        .token(&token)
        .json(&add)
        .go()
        .await;
    assert_eq!(added.status, 201);
}

#[tokio::test]
async fn sessions_idle_out_and_end_everywhere_and_with_the_account() {
    let world = World::new().await;
    let manager = world
        .add_manager(MERCHANT, MANAGER_PHONE, ManagerRight::ALL)
        .await;
    world.messages().await;
    let (first, second) = (
        world.manager_token(MANAGER_PHONE).await,
        world.manager_token(MANAGER_PHONE).await,
    );
    let sessions = world
        .get("/v1/manager-sessions")
        .token(&first)
        .go()
        .await
        .is(200);
    assert_eq!(sessions["items"].as_array().unwrap().len(), 2);
    delete(&world, &second, "/v1/manager-sessions")
        .await
        .is(204);
    for token in [&first, &second] {
        let answer = world.get("/v1/manager-sessions").token(token).go().await;
        assert_eq!(answer.problem(401), "unauthenticated");
    }
    let third = world.manager_token(MANAGER_PHONE).await;
    world.clock.advance(SignedDuration::from_mins(16));
    let idle = world.get("/v1/manager-sessions").token(&third).go().await;
    assert_eq!(idle.problem(401), "unauthenticated");

    let fourth = world.manager_token(MANAGER_PHONE).await;
    let admin = world.staff("root", "p-root", Role::Administrator).await;
    let path = format!("/v1/managers/{manager}");
    let body = json!({"rights": ["see_records"]});
    world
        .ask("PATCH", &path)
        .token(&admin)
        .json(&body)
        .go()
        .await
        .is(204);
    let reset = world
        .post("/v1/cases")
        .token(&fourth)
        .json(&opening("01", TERMINAL, MERCHANT))
        .go()
        .await;
    assert_eq!(
        reset.problem(403),
        "not_allowed",
        "a right that was taken is gone at once"
    );
    delete(&world, &admin, &path).await.is(204);
    let dead = world.get("/v1/manager-sessions").token(&fourth).go().await;
    assert_eq!(dead.problem(401), "unauthenticated");
}

#[tokio::test]
async fn nobody_but_an_administrator_makes_managers() {
    let world = World::new().await;
    let body = json!({"merchant": MERCHANT, "name": "陈店长", "phone": "13700137001",
                      "rights": ["reset_cashiers"]});
    let token = world.manager(ManagerRight::ALL).await;
    let by_manager = world
        .post("/v1/managers")
        .token(&token)
        .json(&body)
        .go()
        .await;
    assert_eq!(by_manager.problem(401), "unauthenticated");
    for role in [Role::Agent, Role::Clerk, Role::Reviewer, Role::Auditor] {
        let staff = world.staff(role.name(), role.name(), role).await;
        let answer = world
            .post("/v1/managers")
            .token(&staff)
            .json(&body)
            .go()
            .await;
        assert_eq!(answer.problem(403), "not_allowed");
    }
    world.messages().await;
    let admin = world.staff("root", "p-root", Role::Administrator).await;
    let added = world
        .post("/v1/managers")
        .token(&admin)
        .json(&body)
        .go()
        .await
        .is(201);
    assert!(added["manager"].is_string());
    let told = world.messages().await;
    assert_eq!(told[0].0, PHONE, "the merchant is told");
    let twice = world
        .post("/v1/managers")
        .token(&admin)
        .json(&body)
        .go()
        .await;
    assert_eq!(twice.problem(409), "exists");
    for (field, value) in [
        ("rights", json!([])),
        ("rights", json!(["consent", "consent"])),
        ("rights", json!(["everything"])),
        ("name", json!("a\u{202e}b")),
        ("name", json!("\u{200b}")),
        ("phone", json!("13700137001;ext=1")),
        ("phone", json!(["13700137001"])),
    ] {
        let mut bad = body.clone();
        bad[field] = value;
        let answer = world
            .post("/v1/managers")
            .token(&admin)
            .json(&bad)
            .go()
            .await;
        assert_eq!(answer.problem(400), "invalid", "A01, A06, A12: {bad}");
    }
    let path = format!("/v1/managers?merchant={MERCHANT}");
    let listed = world.get(&path).token(&admin).go().await;
    assert!(!listed.text.contains("13700137001") && listed.text.contains("137****7001"));
}

#[tokio::test]
async fn a_phone_of_several_merchants_goes_from_one_to_the_other() {
    let world = World::new().await;
    world.other_merchant().await;
    world
        .add_manager(MERCHANT, MANAGER_PHONE, ManagerRight::ALL)
        .await;
    world
        .add_manager(OTHER_MERCHANT, MANAGER_PHONE, &[ManagerRight::SeeRecords])
        .await;
    world.messages().await;
    let token = world.manager_token(MANAGER_PHONE).await;
    let here = world.get("/v1/terminals").token(&token).go().await.is(200);
    assert_eq!(here["items"][0]["merchant"], MERCHANT);
    let go = json!({"merchant": OTHER_MERCHANT});
    let ask = world.ask("PUT", "/v1/manager-sessions/current/merchant");
    ask.token(&token).json(&go).go().await.is(204);
    let there = world.get("/v1/terminals").token(&token).go().await.is(200);
    assert_eq!(there["items"][0]["merchant"], OTHER_MERCHANT);
    let body = opening("01", "20000001", OTHER_MERCHANT);
    let answer = world.post("/v1/cases").token(&token).json(&body).go().await;
    assert_eq!(
        answer.problem(403),
        "not_allowed",
        "rights are of each merchant"
    );
}

#[tokio::test]
async fn a04_the_ways_in_take_no_more_than_they_ask_for() {
    let world = World::new().await;
    world
        .add_manager(MERCHANT, MANAGER_PHONE, ManagerRight::ALL)
        .await;
    world.messages().await;
    for body in [
        json!({"phone": MANAGER_PHONE, "send_to": STRANGERS_PHONE}),
        json!({"phone": [MANAGER_PHONE, STRANGERS_PHONE]}),
        json!({"phone": HOLDER}),
    ] {
        let answer = world.post("/v1/manager-sign-ins").json(&body).go().await;
        assert_eq!(answer.problem(400), "invalid", "{body}");
    }
    assert!(world.messages().await.is_empty());
    let (sign_in, _) = world.begin_sign_in(MANAGER_PHONE).await;
    for code in [
        json!({}),
        json!(true),
        Value::Null,
        json!([""]),
        json!({"$gt": ""}),
    ] {
        let body = json!({"sign_in": sign_in, "code": code});
        let answer = world.post("/v1/manager-sessions").json(&body).go().await;
        assert_eq!(answer.problem(400), "invalid", "A03");
    }
}
