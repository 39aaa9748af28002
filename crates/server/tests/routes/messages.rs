//! What leaves, and what it may cost.

use serde_json::json;
use tillkey_rules::attempts::Scope;
use tillkey_rules::party::Role;
use tillkey_rules::vocabulary::ManagerRight;
use tillkey_store::attempts;

use crate::support::{Answer, MANAGER_PHONE, MERCHANT, Opened, PHONE, STRANGER, World, other};

async fn challenge(world: &World, opened: &Opened, from: &str) -> Answer {
    let body = json!({"kind": "sms_code"});
    let ask = world.post(&opened.path("/challenges")).token(&opened.token);
    ask.json(&body).from(from).go().await
}

#[tokio::test]
async fn e08_a_day_has_so_much_money_and_a_part_is_kept_for_what_is_owed() {
    // Three codes, and two messages more for what is owed.
    let world = World::with(|config| {
        config.message_money.price_fen = 20;
        config.message_money.day_cap_fen = 100;
        config.message_money.day_reserve_fen = 40;
    })
    .await;
    let first = world.app_case(MERCHANT).await;
    let code = world.sms_code(&first.case, &first.token).await;
    let mut answers = Vec::new();
    for _ in 0..4 {
        let next = world.app_case(MERCHANT).await;
        answers.push(challenge(&world, &next, "198.51.100.1").await);
    }
    assert!(answers.iter().all(|answer| answer.status.as_u16() == 202));
    let names = |answer: &Answer| {
        let view = answer.json();
        view.as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(
        names(&answers[0]),
        names(&answers[3]),
        "outsiders see no difference"
    );
    assert_eq!(
        world.messages().await.len(),
        2,
        "two more, then the money is kept"
    );
    let ledger = world.ledger_text().await;
    assert_eq!(
        ledger.matches("message_cap_reached").count(),
        1,
        "said once a day"
    );
    assert!(ledger.contains(r#""purse":"asked""#));
    // What follows from a proof still leaves. The same payload function pays for both.
    let body = json!({"kind": "sms_code", "code": code});
    world
        .present(&first.case, &first.token, &body)
        .await
        .is(200);
    hear(&world).await;
    let submitted = world.post(&first.path("/submission")).token(&first.token);
    submitted.go().await.is(200);
    let messages = world.messages().await;
    assert_eq!(
        messages.len(),
        1,
        "the reset code is paid from the reserve: {messages:?}"
    );
    // The next day has its own money.
    world.clock.advance(jiff::SignedDuration::from_hours(25));
    let next = world.app_case(MERCHANT).await;
    challenge(&world, &next, "198.51.100.2").await.is(202);
    assert_eq!(world.messages().await.len(), 1);
}

/// The terminal says that it keeps no journal, so that a code can be issued.
async fn hear(world: &World) {
    let (terminal, now) = (world.terminal, world.shell.now());
    let described = r#"{"journal": false, "precheck": false}"#;
    let describe = move |tx: &mut dyn tillkey_store::tx::Tx| {
        tillkey_store::party::terminal::describe(tx, terminal, described, now)
    };
    world.shell.store().write(describe).await.unwrap();
}

#[tokio::test]
async fn e08_only_registered_numbers_of_allowed_beginnings_get_messages() {
    let world = World::with(|config| config.sms_prefixes = vec!["+86139".to_owned()]).await;
    assert!(PHONE.starts_with("+86138"));
    let opened = world.app_case(MERCHANT).await;
    challenge(&world, &opened, "198.51.100.1").await.is(202);
    assert!(world.messages().await.is_empty());
    let stranger = world.app_case(STRANGER).await;
    challenge(&world, &stranger, "198.51.100.1").await.is(202);
    assert!(world.messages().await.is_empty());
    let body = json!({"kind": "sms_code", "phone": "+8613900139000"});
    let ask = world.post(&opened.path("/challenges")).token(&opened.token);
    assert_eq!(ask.json(&body).go().await.problem(400), "invalid", "A04");
    let spent = world.shell.store().read({
        let (home, day) = (
            world.shell.home().clone(),
            world.shell.day(world.shell.now()),
        );
        move |tx| tillkey_store::spending::on_day(tx, &home, day)
    });
    assert_eq!(
        spent.await.unwrap().asked,
        0,
        "what does not leave costs nothing"
    );
}

#[tokio::test]
async fn e08_one_phone_gets_ten_codes_a_day_by_whatever_channel() {
    let world = World::new().await;
    let agent = world.staff("agent", "p-agent", Role::Agent).await;
    for number in 0..6 {
        let opened = world.app_case(MERCHANT).await;
        challenge(&world, &opened, &format!("198.51.100.{number}"))
            .await
            .is(202);
        let case = world.staff_case("hotline", &agent).await;
        let body = json!({"kind": "sms_code"});
        let path = format!("/v1/cases/{case}/challenges");
        world
            .post(&path)
            .token(&agent)
            .json(&body)
            .go()
            .await
            .is(202);
    }
    assert_eq!(world.messages().await.len(), 10);
}

#[tokio::test]
async fn e08_a_source_asks_for_thirty_messages_an_hour() {
    let world = World::new().await;
    for round in 0..11 {
        // Opened from elsewhere: that has a budget of its own.
        let ask = world.post("/v1/cases").from(&format!("198.51.100.{round}"));
        let opened = ask
            .json(&crate::support::opening(STRANGER))
            .go()
            .await
            .is(202);
        let opened = Opened {
            case: opened["case"].as_str().unwrap().to_owned(),
            token: opened["token"].as_str().unwrap().to_owned(),
        };
        for _ in 0..3 {
            let answer = challenge(&world, &opened, "203.0.113.99").await;
            if round < 10 {
                answer.is(202);
            } else {
                assert_eq!(answer.problem(429), "too_many");
            }
        }
    }
}

#[tokio::test]
async fn d04_one_guess_sprayed_over_many_subjects_is_noticed() {
    let world = World::new().await;
    let agent = world.staff("agent", "p-agent", Role::Agent).await;
    let opened = world.app_case(MERCHANT).await;
    let code = world.sms_code(&opened.case, &opened.token).await;
    // So many wrong proofs were made at other merchants, from as many addresses.
    let (home, now) = (world.shell.home().clone(), world.shell.now());
    let before = Scope::WrongProof.limit() - 1;
    let sprayed = move |tx: &mut dyn tillkey_store::tx::Tx| {
        for _ in 0..before {
            attempts::count(tx, (Scope::WrongProof, home.as_str()), now)?;
        }
        Ok(())
    };
    world.shell.store().write(sprayed).await.unwrap();
    let stranger = world.app_case(STRANGER).await;
    let guess = json!({"kind": "sms_code", "code": other(&code)});
    let last = world.present(&stranger.case, &stranger.token, &guess).await;
    assert_eq!(last.problem(422), "not_matched");
    assert_eq!(
        world
            .ledger_text()
            .await
            .matches("guessing_noticed")
            .count(),
        1
    );
    // Self-service waits, whoever asks and from wherever; nothing is even looked at.
    let right = json!({"kind": "sms_code", "code": code});
    let held = world.present(&opened.case, &opened.token, &right).await;
    assert_eq!(held.problem(429), "too_many");
    assert_eq!(
        world
            .ledger_text()
            .await
            .matches("guessing_noticed")
            .count(),
        1
    );
    // Where a person sits between, it goes on.
    let case = world.staff_case("hotline", &agent).await;
    let code = world.sms_code(&case, &agent).await;
    let body = json!({"kind": "sms_code", "code": code});
    world.present(&case, &agent, &body).await.is(200);
    // And an hour later everywhere.
    world.clock.advance(jiff::SignedDuration::from_mins(62));
    let opened = world.app_case(MERCHANT).await;
    let code = world.sms_code(&opened.case, &opened.token).await;
    let body = json!({"kind": "sms_code", "code": code});
    world
        .present(&opened.case, &opened.token, &body)
        .await
        .is(200);
}

#[tokio::test]
async fn e01_agents_behind_one_address_have_budgets_of_their_own() {
    let world = World::new().await;
    let first = world.staff("agent-1", "p-1", Role::Agent).await;
    let second = world.staff("agent-2", "p-2", Role::Agent).await;
    let case = world.staff_case("hotline", &first).await;
    let (home, now) = (world.shell.home().clone(), world.shell.now());
    let spent = move |tx: &mut dyn tillkey_store::tx::Tx| {
        let agent = format!("staff/{home}/agent-1");
        for _ in 0..Scope::SourceProof.limit() {
            attempts::count(tx, (Scope::SourceProof, &agent), now)?;
        }
        Ok(())
    };
    world.shell.store().write(spent).await.unwrap();
    let path = format!("/v1/cases/{case}/challenges");
    let body = json!({"kind": "sms_code"});
    let mine = world.post(&path).token(&first).json(&body).go().await;
    assert_eq!(mine.problem(429), "too_many");
    world
        .post(&path)
        .token(&second)
        .json(&body)
        .go()
        .await
        .is(202);
}

#[tokio::test]
async fn a_merchants_messages_are_in_the_language_that_it_chose() {
    let world = World::new().await;
    let token = world.manager(ManagerRight::ALL).await;
    let put = |token: &str, language: &str| {
        let ask = world.ask("PUT", "/v1/message-language").token(token);
        ask.json(&json!({"language": language}))
    };
    assert_eq!(put(&token, "fr").go().await.problem(400), "invalid");
    let narrow = [ManagerRight::ResetCashiers];
    world.add_manager(MERCHANT, "+8613900139002", &narrow).await;
    world.messages().await;
    let other = world.manager_token("+8613900139002").await;
    assert_eq!(put(&other, "en").go().await.problem(403), "not_allowed");
    for _ in 0..2 {
        put(&token, "en").go().await.is(204);
    }
    let opened = world.app_case(MERCHANT).await;
    challenge(&world, &opened, "198.51.100.1").await.is(202);
    let sent = world.messages().await;
    assert!(
        sent.iter().all(|(_, text)| text.contains("is your code")),
        "{sent:?}"
    );
    let (_, code) = world.begin_sign_in(MANAGER_PHONE).await;
    assert_eq!(code.len(), 6);
    let ledger = world.ledger_text().await;
    assert_eq!(ledger.matches("message_language_changed").count(), 1);
    put(&token, "zh-CN").go().await.is(204);
    let opened = world.app_case(MERCHANT).await;
    challenge(&world, &opened, "198.51.100.1").await.is(202);
    let sent = world.messages().await;
    assert!(
        sent.iter().all(|(_, text)| text.starts_with("验证码")),
        "{sent:?}"
    );
}
