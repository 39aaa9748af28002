//! `/v1/reviews` and what takes a case back: two people, what they saw, and nothing else.

use futures_util::future::join_all;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tillkey_rules::party::{Actor, Role};
use tillkey_server::act::staff::{self, NewStaff};

use crate::support::{Answer, HOLDER, LICENCE, World, own_password};

fn document(kind: &str, number: &str) -> Value {
    json!({"kind": kind, "number": number, "original_inspected": true})
}

/// A case at the counter that waits for its reviewers, by the clerk of this token.
async fn waiting(world: &World, clerk: &str) -> String {
    let case = world.staff_case("counter", clerk).await;
    for (kind, number) in [("identity_document", HOLDER), ("business_licence", LICENCE)] {
        world
            .present(&case, clerk, &document(kind, number))
            .await
            .is(200);
    }
    submit(world, &case, clerk).await;
    case
}

async fn submit(world: &World, case: &str, token: &str) {
    let path = format!("/v1/cases/{case}/submission");
    let view = world.post(&path).token(token).go().await.is(200);
    assert_eq!(view["state"], "in_review", "{view}");
}

async fn say(world: &World, case: &str, token: &str, body: &Value) -> Answer {
    let path = format!("/v1/cases/{case}/review");
    world.post(&path).token(token).json(body).go().await
}

fn approve() -> Value {
    json!({"verdict": "approve", "comment": "originals seen"})
}

#[tokio::test]
async fn a_reviewer_proves_who_they_are_before_they_decide() {
    let world = World::new().await;
    let clerk = world.staff("clerk", "p1", Role::Clerk).await;
    let reviewer = world.staff("reviewer", "p2", Role::Reviewer).await;
    let case = waiting(&world, &clerk).await;
    world.clock.advance(SignedDuration::from_mins(5));
    for verdict in ["approve", "refuse"] {
        let body = json!({"verdict": verdict, "comment": "as seen"});
        let answer = say(&world, &case, &reviewer, &body).await;
        assert_eq!(answer.problem(403), "not_fresh");
    }
    let prove = |password: &str| {
        world
            .post("/v1/staff/sessions/current/proof")
            .token(&reviewer)
            .json(&json!({"password": password}))
    };
    let wrong = prove("the third shelf left of him").go().await;
    assert_eq!(wrong.problem(401), "unauthenticated");
    let still = say(&world, &case, &reviewer, &approve()).await;
    assert_eq!(still.problem(403), "not_fresh");
    prove(&own_password("reviewer")).go().await.is(204);
    let approved = say(&world, &case, &reviewer, &approve()).await.is(200);
    assert_eq!(approved["reviews"], 1, "{approved}");
    assert!(world.ledger_text().await.contains("staff_proved"));
}

#[tokio::test]
async fn e11_proofs_are_counted_like_sign_ins() {
    let world = World::new().await;
    let reviewer = world.staff("reviewer", "p2", Role::Reviewer).await;
    let prove = |password: &str| {
        world
            .post("/v1/staff/sessions/current/proof")
            .token(&reviewer)
            .json(&json!({"password": password}))
    };
    let mut held = false;
    for _ in 0..20 {
        held |= prove("the third shelf left of him").go().await.status == 429;
    }
    assert!(held, "guesses at a proof have to wait");
    let right = prove(&own_password("reviewer")).go().await;
    assert_eq!(right.problem(429), "too_many");
    let body = json!({"staff": "reviewer", "password": own_password("reviewer")});
    let elsewhere = world.post("/v1/staff/sessions").json(&body);
    let elsewhere = elsewhere.from("198.51.100.9").go().await;
    assert_eq!(elsewhere.problem(429), "too_many", "one count for both");
}

#[tokio::test]
async fn d06_a_proof_from_the_future_and_a_review_that_expired_count_for_nothing() {
    let world = World::new().await;
    let clerk = world.staff("clerk", "p1", Role::Clerk).await;
    let reviewer = world.staff("reviewer", "p2", Role::Reviewer).await;
    let case = waiting(&world, &clerk).await;
    world.clock.advance(SignedDuration::from_mins(-10));
    let early = say(&world, &case, &reviewer, &approve()).await;
    assert_eq!(early.problem(403), "not_fresh");
    world.clock.advance(SignedDuration::from_mins(4 * 60 + 11));
    let reviewer = world.sign_in("reviewer", &own_password("reviewer")).await;
    let late = say(&world, &case, &reviewer, &approve()).await;
    assert_eq!(late.problem(409), "case_closed");
    world.clock.advance(SignedDuration::from_mins(-2 * 60));
    let reviewer = world.sign_in("reviewer", &own_password("reviewer")).await;
    let back = say(&world, &case, &reviewer, &approve()).await;
    assert_eq!(back.problem(409), "case_closed", "no clock brings it back");
}

#[tokio::test]
async fn d01_a_hundred_approvals_at_once_are_one_persons_one() {
    let world = World::new().await;
    // By night the hotline takes two.
    world.clock.advance(SignedDuration::from_hours(13));
    let agent = world.staff("agent", "p1", Role::Agent).await;
    let reviewer = world.staff("reviewer", "p2", Role::Reviewer).await;
    let second = world.staff("second", "p2", Role::Reviewer).await;
    let case = world.staff_case("hotline", &agent).await;
    let code = world.sms_code(&case, &agent).await;
    let evidence = json!({"kind": "sms_code", "code": code});
    world.present(&case, &agent, &evidence).await.is(200);
    submit(&world, &case, &agent).await;
    let (case, body) = (&case, &approve());
    let tokens = [&reviewer, &second].into_iter().cycle().take(100);
    let answers = join_all(tokens.map(|token| say(&world, case, token, body))).await;
    let taken = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(taken, 1, "one person, by two accounts and a hundred times");
    let path = format!("/v1/cases/{case}");
    let view = world.get(&path).token(&reviewer).go().await.is(200);
    assert_eq!(
        (&view["state"], &view["reviews"]),
        (&json!("in_review"), &json!(1))
    );
}

#[tokio::test]
async fn a_refusal_says_why_and_the_reason_is_kept_for_staff_alone() {
    let world = World::new().await;
    let clerk = world.staff("clerk", "p1", Role::Clerk).await;
    let reviewer = world.staff("reviewer", "p2", Role::Reviewer).await;
    let case = waiting(&world, &clerk).await;
    for comment in ["", "  \n "] {
        let body = json!({"verdict": "refuse", "comment": comment});
        let silent = say(&world, &case, &reviewer, &body).await;
        assert_eq!(silent.problem(422), "reason_missing");
    }
    let body = json!({"verdict": "refuse", "comment": "<b>the photo</b> is another's"});
    let refused = say(&world, &case, &reviewer, &body).await.is(200);
    assert_eq!(refused["state"], "refused");
    assert!(!refused.to_string().contains("photo"), "not for the holder");
    let path = format!("/v1/cases/{case}/dossier");
    let dossier = world.get(&path).token(&clerk).go().await.is(200);
    let review = &dossier["reviews"][0];
    assert_eq!(review["comment"], "<b>the photo</b> is another's");
    assert_eq!(review["by"]["staff"], "reviewer");
    assert!(!world.ledger_text().await.contains("photo"));
}

#[tokio::test]
async fn c01_an_amended_case_stands_on_no_approval_from_before() {
    let world = World::new().await;
    let clerk = world.staff("clerk", "p1", Role::Clerk).await;
    let reviewer = world.staff("reviewer", "p2", Role::Reviewer).await;
    let case = waiting(&world, &clerk).await;
    let dossier = format!("/v1/cases/{case}/dossier");
    let seen = world.get(&dossier).token(&reviewer).go().await.is(200);
    assert_eq!(seen["edition"], 0);
    let amend = |token: &str| {
        let path = format!("/v1/cases/{case}/amendment");
        world.post(&path).token(token)
    };
    assert_eq!(amend(&reviewer).go().await.problem(403), "not_allowed");
    let view = amend(&clerk).go().await.is(200);
    assert_eq!(
        (&view["state"], &view["reviews"]),
        (&json!("gathering"), &json!(0))
    );
    let early = say(&world, &case, &reviewer, &approve()).await;
    assert_eq!(early.problem(409), "out_of_order");
    submit(&world, &case, &clerk).await;
    let stale = json!({"verdict": "approve", "edition": 0});
    let stale = say(&world, &case, &reviewer, &stale).await;
    assert_eq!(stale.problem(409), "out_of_order", "they saw another case");
    let body = json!({"verdict": "approve", "edition": 1});
    say(&world, &case, &reviewer, &body).await.is(200);
}

#[tokio::test]
async fn f04_a_maker_who_is_promoted_after_the_submission_does_not_review() {
    let world = World::new().await;
    let clerk = world.staff("clerk", "p1", Role::Clerk).await;
    let case = waiting(&world, &clerk).await;
    let promoted = world.staff("clerk.review", "p1", Role::Reviewer).await;
    let answer = say(&world, &case, &promoted, &approve()).await;
    assert_eq!(answer.problem(403), "own_work");
    let shown = world.get("/v1/reviews").token(&promoted).go().await.is(200);
    assert_eq!(shown["items"][0]["obstacle"], "own_work", "{shown}");
}

#[tokio::test]
async fn f03_an_account_made_from_the_command_line_goes_the_way_of_every_account() {
    let world = World::new().await;
    let clerk = world.staff("clerk", "p1", Role::Clerk).await;
    let case = waiting(&world, &clerk).await;
    // What `tillkey staff add` does, and all that it can do.
    let new = NewStaff {
        acquirer: world.shell.home().clone(),
        staff: "root".parse().unwrap(),
        person: "p1".parse().unwrap(),
        role: Role::Reviewer,
    };
    let password = staff::add(&world.shell, new, &Actor::System).await.unwrap();
    let root = world.sign_in("root", password.expose()).await;
    let first = say(&world, &case, &root, &approve()).await;
    assert_eq!(first.problem(403), "password_due");
    let body = json!({"old": password.expose(), "new": own_password("root")});
    let changed = world.post("/v1/staff/password").token(&root).json(&body);
    let root = changed.go().await.is(200);
    let root = root["token"].as_str().unwrap();
    let own = say(&world, &case, root, &approve()).await;
    assert_eq!(own.problem(403), "own_work");
}

#[tokio::test]
async fn f06_nothing_that_only_looks_approves() {
    let world = World::new().await;
    let clerk = world.staff("clerk", "p1", Role::Clerk).await;
    let reviewer = world.staff("reviewer", "p2", Role::Reviewer).await;
    let case = waiting(&world, &clerk).await;
    for method in ["GET", "HEAD", "OPTIONS", "PUT"] {
        for path in ["review", "review?verdict=approve", "dossier"] {
            let path = format!("/v1/cases/{case}/{path}");
            world.ask(method, &path).token(&reviewer).go().await;
        }
    }
    let view = world.get(&format!("/v1/cases/{case}")).token(&reviewer);
    assert_eq!(view.go().await.is(200)["reviews"], 0);
}

#[tokio::test]
async fn the_queue_has_the_most_urgent_first_and_says_what_is_whose() {
    let world = World::new().await;
    let clerk = world.staff("clerk", "p1", Role::Clerk).await;
    let reviewer = world.staff("reviewer", "p2", Role::Reviewer).await;
    let auditor = world.staff("auditor", "p3", Role::Auditor).await;
    let case = waiting(&world, &clerk).await;
    let queue = |token: &str, query: &str| {
        let path = format!("/v1/reviews{query}");
        world.get(&path).token(token)
    };
    let shown = queue(&reviewer, "").go().await.is(200);
    let item = &shown["items"][0];
    assert_eq!(
        (&shown["waiting"], &item["case"]),
        (&json!(1), &json!(case))
    );
    assert_eq!(
        (&item["rank"], &item["obstacle"]),
        (&json!("cashier"), &Value::Null)
    );
    assert_eq!(item["reviewers_needed"], 1);
    for (query, expected) in [
        ("?channel=counter", 1),
        ("?channel=hotline", 0),
        ("?rank=administrator", 0),
    ] {
        let shown = queue(&reviewer, query).go().await.is(200);
        assert_eq!(
            shown["items"].as_array().unwrap().len(),
            expected,
            "{query}"
        );
    }
    let shown = queue(&auditor, "").go().await.is(200);
    assert_eq!(shown["items"][0]["obstacle"], "not_reviewer");
    assert_eq!(queue(&clerk, "").go().await.problem(403), "not_allowed");
    assert_eq!(
        queue(&reviewer, "?rank=boss").go().await.problem(400),
        "invalid"
    );
}

#[tokio::test]
async fn a_dossier_has_outcomes_and_no_data() {
    let world = World::new().await;
    let clerk = world.staff("clerk", "p1", Role::Clerk).await;
    let reviewer = world.staff("reviewer", "p2", Role::Reviewer).await;
    let case = waiting(&world, &clerk).await;
    let path = format!("/v1/cases/{case}/dossier");
    let answer = world.get(&path).token(&reviewer).go().await;
    for hidden in [HOLDER, LICENCE, "13800138000", "王面馆", "p1"] {
        assert!(!answer.text.contains(&format!("\"{hidden}\"")), "{hidden}");
    }
    let dossier = answer.is(200);
    assert_eq!(dossier["name_masked"], "老**");
    assert_eq!(dossier["evidence"][0]["by"]["staff"], "clerk");
    assert_eq!(dossier["evidence"][0]["channel"], "counter");
    assert_eq!(dossier["standing"]["resets_30d"], 0);
    assert_eq!(dossier["story"][0]["step"], "opened");
    assert_eq!(dossier["obstacle"], Value::Null);
    let stranger = world.get(&path).go().await;
    assert_eq!(stranger.problem(401), "unauthenticated");
}
