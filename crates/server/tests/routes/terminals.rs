//! `/v1/terminals/{terminal}`: how it is, the number that proves it in hand, its move.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tillkey_rules::party::Role;
use tillkey_rules::vocabulary::ManagerRight;
use tillkey_store::{health, in_hand};
use tillkey_wire::health::{
    Bars, Condition, Health, HealthReport, Lamp, Network, NetworkKind, Percent, Power, PowerSource,
    Printer, VERSION,
};
use tillkey_wire::in_hand::InHandKey;
use x25519_dalek::{PublicKey, StaticSecret};

use crate::support::{MERCHANT, OTHER_MERCHANT, STRANGER, TERMINAL, World, other};

/// The terminal says of itself what little is well.
async fn ails(world: &World) {
    let (terminal, now) = (world.terminal, world.shell.now());
    let report = HealthReport {
        v: VERSION,
        firmware: "1.4.2".parse().unwrap(),
        clock: now - jiff::SignedDuration::from_mins(20),
        signed_on: 1,
        health: Health {
            power: Some(Power {
                source: PowerSource::Battery,
                battery_percent: Some(Percent::at_most(4)),
            }),
            lamps: [(Lamp::Red, Condition::Faulty)].into(),
            printer: Some(Printer::PaperOut),
            network: Some(Network {
                kind: NetworkKind::Cellular,
                bars: Some(Bars::at_most(3)),
            }),
            ..Health::default()
        },
    };
    let store = world.shell.store();
    store
        .write(move |tx| health::keep(tx, terminal, &report, now))
        .await
        .unwrap();
}

#[tokio::test]
async fn how_a_terminal_is_is_shown_to_its_own_staff_with_what_to_do() {
    let world = World::new().await;
    let agent = world.staff("agent", "p1", Role::Agent).await;
    let path = format!("/v1/terminals/{}/health", world.terminal);
    let silent = world.get(&path).token(&agent).go().await.is(200);
    assert_eq!(
        silent,
        json!({"online": false, "report": null, "findings": []})
    );

    ails(&world).await;
    let said = world.get(&path).token(&agent).go().await.is(200);
    assert_eq!(
        said["report"]["power"],
        json!({"source": "battery", "battery_percent": 4})
    );
    assert_eq!(said["report"]["lamps"], json!({"red": "faulty"}));
    assert_eq!(
        said["report"]["network"],
        json!({"kind": "cellular", "bars": 3})
    );
    assert_eq!(said["report"]["clock_ahead_seconds"], -1_200);
    assert_eq!(said["report"]["screen"], Value::Null, "nothing is made up");
    let codes: Vec<_> = said["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["code"].as_str().unwrap())
        .collect();
    let expect = [
        "offline",
        "battery_low",
        "paper_out",
        "clock_off",
        "lamp_faulty",
    ];
    assert_eq!(codes, expect);
    assert_eq!(said["findings"][1]["weight"], "hinders");

    assert_eq!(world.get(&path).go().await.problem(401), "unauthenticated");
    let nowhere = "/v1/terminals/00000000000000zz/health";
    assert_eq!(
        world.get(nowhere).token(&agent).go().await.problem(404),
        "unknown"
    );
}

#[tokio::test]
async fn c11_a_manager_sees_their_own_terminals_health_and_no_others() {
    let world = World::new().await;
    let theirs = world.other_merchant().await;
    ails(&world).await;
    let manager = world.manager(ManagerRight::ALL).await;
    let own = format!("/v1/terminals/{}/health", world.terminal);
    let said = world.get(&own).token(&manager).go().await.is(200);
    assert_eq!(said["report"]["printer"], "paper_out");
    let foreign = format!("/v1/terminals/{theirs}/health");
    let refused = world.get(&foreign).token(&manager).go().await;
    assert_eq!(refused.problem(404), "unknown");
}

#[tokio::test]
async fn a_terminal_is_asked_how_it_is_by_those_who_help() {
    let world = World::new().await;
    let agent = world.staff("agent", "p1", Role::Agent).await;
    let auditor = world.staff("auditor", "p2", Role::Auditor).await;
    let path = format!("/v1/terminals/{}/health", world.terminal);
    world.post(&path).token(&agent).go().await.is(202);
    assert_eq!(
        world.post(&path).token(&auditor).go().await.problem(403),
        "not_allowed"
    );
    let nowhere = "/v1/terminals/00000000000000zz/health";
    assert_eq!(
        world.post(nowhere).token(&agent).go().await.problem(404),
        "unknown"
    );
}

/// Makes the terminal one with a backup key whose owner is at hand.
async fn has_numbers(world: &World) -> InHandKey {
    let backup = StaticSecret::from([3; 32]);
    let agreement = PublicKey::from(world.shell.keyring().agreement());
    let keys = tillkey_store::party::terminal::DeviceKeys {
        device_key: [1; 32],
        backup_key: PublicKey::from(&backup).to_bytes(),
        model: "T1".to_owned(),
    };
    let (terminal, now) = (world.terminal, world.shell.now());
    let enrolled = world.shell.store().write(move |tx| {
        tillkey_store::party::terminal::enrol(tx, terminal, &keys, now)?;
        in_hand::report(tx, terminal, 0, now)
    });
    enrolled.await.unwrap();
    InHandKey::of_terminal(terminal, &backup, &(&agreement).into()).unwrap()
}

fn number(text: &str) -> Value {
    json!({"kind": "terminal_in_hand", "number": text})
}

#[tokio::test]
async fn a_number_from_the_screen_is_evidence_in_a_call_and_nowhere_else() {
    let world = World::new().await;
    let key = has_numbers(&world).await;
    let agent = world.staff("agent", "p1", Role::Agent).await;
    let case = world.staff_case("hotline", &agent).await;
    let challenges = format!("/v1/cases/{case}/challenges");
    let kind = json!({"kind": "terminal_in_hand"});
    world
        .post(&challenges)
        .token(&agent)
        .json(&kind)
        .go()
        .await
        .is(202);
    let shown = key.number(4);
    let wrong = world
        .present(&case, &agent, &number(&other(shown.expose())))
        .await;
    assert_eq!(wrong.problem(422), "not_matched");
    let right = world.present(&case, &agent, &number(shown.expose())).await;
    assert!(!right.text.contains(shown.expose().as_str()), "C08");
    assert_eq!(right.is(200)["evidence"], json!(["terminal_in_hand"]));
    let again = world.present(&case, &agent, &number(shown.expose())).await;
    assert_eq!(again.problem(422), "not_matched", "it is good once");
    assert!(!world.ledger_text().await.contains(shown.expose().as_str()));

    // The policy offers it to callers alone.
    let clerk = world.staff("clerk", "p2", Role::Clerk).await;
    let counter = world.staff_case("counter", &clerk).await;
    let next = key.number(5);
    let offered = world
        .present(&counter, &clerk, &number(next.expose()))
        .await;
    assert_eq!(offered.problem(422), "not_offered");
}

#[tokio::test]
async fn a03_a_number_that_is_none_is_refused_and_named() {
    let world = World::new().await;
    let agent = world.staff("agent", "p1", Role::Agent).await;
    let case = world.staff_case("hotline", &agent).await;
    // Each counts as a try: there are no more of these than an operator has.
    for bad in [
        json!({"kind": "terminal_in_hand"}),
        json!({"kind": "terminal_in_hand", "number": "12345"}),
        json!({"kind": "terminal_in_hand", "number": "12345６"}),
        json!({"kind": "terminal_in_hand", "number": 123456}),
        json!({"kind": "terminal_in_hand", "number": ["123456"]}),
        json!({"kind": "terminal_in_hand", "number": {"$gt": ""}}),
        json!({"kind": "terminal_in_hand", "number": null}),
        json!({"kind": "terminal_in_hand", "number": "123456", "code": "123456"}),
        json!({"kind": "terminal_in_hand", "number": "123456", "original_inspected": true}),
        json!({"kind": "terminal_in_hand", "number": "123456", "terminal": "10000001"}),
    ] {
        let answer = world.present(&case, &agent, &bad).await;
        let code = answer.problem(400);
        assert!(
            ["malformed", "invalid"].contains(&code.as_str()),
            "{bad}: {code}"
        );
    }
}

/// The terminal says how many of its transactions are not settled.
async fn says_unsettled(world: &World, count: u32) {
    let report = HealthReport {
        v: tillkey_wire::health::VERSION,
        firmware: "1.4.2".parse().unwrap(),
        clock: world.shell.now(),
        signed_on: 0,
        health: Health {
            unsettled: Some(count),
            ..Health::default()
        },
    };
    world.clock.advance(SignedDuration::from_secs(1));
    let (id, now) = (world.terminal, world.shell.now());
    let keep =
        move |tx: &mut dyn tillkey_store::tx::Tx| tillkey_store::health::keep(tx, id, &report, now);
    world.shell.store().write(keep).await.unwrap();
}

#[tokio::test]
async fn a_terminal_is_moved_by_an_administrator_within_the_house() {
    let world = World::new().await;
    let theirs = world.other_merchant().await;
    let admin = world.staff("boss", "boss", Role::Administrator).await;
    let case = world.app_case(MERCHANT).await;
    let code = world.sms_code(&case.case, &case.token).await;
    let proof = json!({"kind": "sms_code", "code": code});
    world.present(&case.case, &case.token, &proof).await.is(200);
    let path = format!("/v1/terminals/{}/move", world.terminal);
    let go = |path: &str, token: &str, merchant: &str, number: &str| {
        let body = json!({"merchant": merchant, "number": number});
        world.post(path).token(token).json(&body).go()
    };
    let clerk = world.staff("clerk", "clerk", Role::Clerk).await;
    let refused = go(&path, &clerk, OTHER_MERCHANT, "20000002").await;
    assert_eq!(refused.problem(403), "not_allowed");
    for (path, merchant, number, problem) in [
        (path.as_str(), STRANGER, "20000002", "unknown"),
        (
            "/v1/terminals/0000000000000000/move",
            OTHER_MERCHANT,
            "20000002",
            "unknown",
        ),
    ] {
        let answer = go(path, &admin, merchant, number).await;
        assert_eq!(answer.problem(404), problem, "{merchant} {number}");
    }
    for (merchant, number) in [(OTHER_MERCHANT, "20000001"), (MERCHANT, TERMINAL)] {
        let answer = go(&path, &admin, merchant, number).await;
        assert_eq!(answer.problem(409), "exists", "{merchant} {number}");
    }
    says_unsettled(&world, 3).await;
    let open = go(&path, &admin, OTHER_MERCHANT, "20000002").await;
    assert_eq!(
        open.problem(409),
        "batch_open",
        "that money is the old merchant's"
    );
    says_unsettled(&world, 0).await;
    let moved = go(&path, &admin, OTHER_MERCHANT, "20000002").await;
    assert_eq!(moved.status, 204, "{}", moved.text);
    let seen = world
        .get(&case.path(""))
        .token(&case.token)
        .go()
        .await
        .is(200);
    assert_eq!(seen["state"], "void", "{seen}");
    assert!(
        world
            .ledger_text()
            .await
            .contains(r#""event":"terminal_moved""#)
    );
    let back = format!("/v1/terminals/{theirs}/move");
    let moved = go(&back, &admin, MERCHANT, TERMINAL).await;
    assert_eq!(moved.status, 204, "the number is free: {}", moved.text);
}
