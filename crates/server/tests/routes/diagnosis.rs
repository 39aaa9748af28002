//! Why an operator cannot sign on: who is told, and that nobody else learns anything.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tillkey_rules::attempts::Scope;
use tillkey_rules::party::Role;
use tillkey_store::attempts;
use tillkey_store::party::terminal::{self, DeviceKeys};
use tillkey_store::tx::Tx;

use crate::support::{MERCHANT, Opened, PHONE, STRANGER, World};

/// Binds made-up keys to the terminal, as an enrolment does.
async fn enrolled(world: &World) {
    let (id, now) = (world.terminal, world.shell.now());
    let keys = DeviceKeys {
        device_key: [1; 32],
        backup_key: [2; 32],
        model: "T1".to_owned(),
    };
    let enrol = move |tx: &mut dyn Tx| terminal::enrol(tx, id, &keys, now);
    world.shell.store().write(enrol).await.unwrap();
    world.shell.presence().came(id);
}

fn of_operator(world: &World, operator: &str) -> String {
    format!("/v1/operators/{}/{operator}/diagnosis", world.terminal)
}

/// The codes of what was found.
fn codes(found: &Value) -> Vec<&str> {
    let findings = found["findings"].as_array().unwrap();
    findings
        .iter()
        .map(|one| one["finding"].as_str().unwrap())
        .collect()
}

/// A case whose SMS code was typed right.
async fn proven(world: &World) -> Opened {
    let case = world.app_case(MERCHANT).await;
    let code = world.sms_code(&case.case, &case.token).await;
    let evidence = json!({"kind": "sms_code", "code": code});
    world
        .present(&case.case, &case.token, &evidence)
        .await
        .is(200);
    case
}

#[tokio::test]
async fn staff_hear_the_real_reason_and_what_to_do() {
    let world = World::new().await;
    let agent = world.staff("agent", "p1", Role::Agent).await;
    let ask = async |operator: &str| {
        let path = of_operator(&world, operator);
        world.get(&path).token(&agent).go().await.is(200)
    };
    let found = ask("01").await;
    assert_eq!(codes(&found), ["terminal_not_enrolled"], "{found}");
    enrolled(&world).await;
    assert_eq!(codes(&ask("01").await), ["no_password_yet"]);
    assert_eq!(codes(&ask("02").await), ["operator_unknown"]);
    let (terminal, now) = (world.terminal, world.shell.now());
    let tries = move |tx: &mut dyn Tx| {
        let counted = attempts::operator_subject(terminal, "01".parse().unwrap());
        for _ in 0..6 {
            attempts::count(tx, (Scope::SignOn, &counted), now)?;
        }
        Ok(())
    };
    world.shell.store().write(tries).await.unwrap();
    world.shell.presence().went(terminal);
    let found = ask("01").await;
    assert_eq!(
        codes(&found),
        ["no_password_yet", "sign_on_held", "terminal_offline"]
    );
    let held = &found["findings"][1];
    assert_eq!(held["severity"], "cause");
    assert_eq!(held["times"][0]["name"], "until");
    assert_eq!(held["times"][0]["value"], "2026-03-06T06:01:00Z");
    let says = held["says"]["zh"].as_str().unwrap();
    assert!(says.contains("14:01"), "where the merchant is: {says}");
    assert!(!found.to_string().contains(&PHONE[3..]), "{found}");
}

#[tokio::test]
async fn c10_an_operator_that_was_removed_and_a_terminal_that_was_retired_say_so() {
    let world = World::new().await;
    enrolled(&world).await;
    let agent = world.staff("agent", "p1", Role::Agent).await;
    let admin = world.staff("admin", "p2", Role::Administrator).await;
    let operator = format!("/v1/operators/{}/01", world.terminal);
    let retirement = format!("/v1/terminals/{}/retirement", world.terminal);
    let first = async |operator: &str| {
        let path = of_operator(&world, operator);
        let found = world.get(&path).token(&agent).go().await.is(200);
        codes(&found)[0].to_owned()
    };
    world
        .ask("DELETE", &operator)
        .token(&admin)
        .go()
        .await
        .is(204);
    assert_eq!(first("01").await, "operator_removed");
    world.post(&retirement).token(&admin).go().await.is(204);
    assert_eq!(first("99").await, "terminal_not_in_service");
}

#[tokio::test]
async fn e16_a_case_tells_nothing_before_something_is_proven() {
    let world = World::new().await;
    enrolled(&world).await;
    let shape = async |merchant: &str| {
        let case = world.app_case(merchant).await;
        let path = case.path("/diagnosis");
        let answer = world.get(&path).token(&case.token).go().await;
        assert_eq!(answer.problem(404), "unknown");
        let names: Vec<_> = answer.headers.keys().cloned().collect();
        (names, answer.text.replace(&case.case, "CASE"))
    };
    assert_eq!(shape(MERCHANT).await, shape(STRANGER).await);
}

#[tokio::test]
async fn e16_a_holder_is_told_as_long_as_the_proof_would_still_be_one() {
    let world = World::new().await;
    enrolled(&world).await;
    let case = proven(&world).await;
    let path = case.path("/diagnosis");
    let ask = || world.get(&path).token(&case.token);
    let found = ask().go().await.is(200);
    assert_eq!(
        codes(&found),
        ["no_password_yet", "case_unproven"],
        "{found}"
    );
    assert_eq!(found["case"], case.case);
    // Another's token, and another's case.
    let other = proven(&world).await;
    let crossed = world.get(&path).token(&other.token).go().await;
    assert_eq!(crossed.problem(404), "unknown");
    // The terminal's address is for those who are not let in by a case.
    let around = world
        .get(&of_operator(&world, "01"))
        .token(&other.token)
        .go()
        .await;
    assert_eq!(around.problem(404), "unknown");
    world
        .post(&other.path("/cancellation"))
        .token(&other.token)
        .go()
        .await
        .is(200);
    let later = || world.get(&path).token(&case.token).go();
    later().await.is(200);
    world.clock.advance(SignedDuration::from_hours(80));
    assert_eq!(later().await.problem(404), "unknown", "too long ago");
}

#[tokio::test]
async fn c13_a_holder_is_told_nothing_once_the_contact_has_changed() {
    let world = World::new().await;
    enrolled(&world).await;
    let case = proven(&world).await;
    let admin = world.staff("admin", "p2", Role::Administrator).await;
    let body = json!({"phone": "13900139000"});
    world
        .ask("PUT", &format!("/v1/merchants/{MERCHANT}/contact"))
        .token(&admin)
        .json(&body)
        .go()
        .await
        .is(204);
    let answer = world
        .get(&case.path("/diagnosis"))
        .token(&case.token)
        .go()
        .await;
    assert_eq!(answer.problem(404), "unknown");
}

#[tokio::test]
async fn an_auditor_reads_the_ledger_and_not_a_till() {
    let world = World::new().await;
    let auditor = world.staff("auditor", "p1", Role::Auditor).await;
    let path = of_operator(&world, "01");
    let answer = world.get(&path).token(&auditor).go().await;
    assert_eq!(answer.problem(403), "not_allowed");
    let nobody = world.get(&path).go().await;
    assert_eq!(nobody.problem(401), "unauthenticated");
}
