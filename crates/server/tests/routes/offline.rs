//! Challenge and answer over the API: to whom an answer is given, and for what. What the
//! terminal makes of it is in the tests of the link.

use serde_json::{Value, json};
use tillkey_rules::party::Role;
use tillkey_store::party::terminal::{self, DeviceKeys};
use tillkey_wire::agreement::AgreementKey;
use tillkey_wire::ids::{OperatorNumber, SerialNumber};
use tillkey_wire::offline::{OfflineKey, Whose};
use x25519_dalek::{PublicKey, StaticSecret};

use crate::support::{Answer, PHONE, World, digits};

/// The terminal's own side: what shows a challenge and takes an answer.
struct Till {
    key: OfflineKey,
    serial_number: SerialNumber,
}

impl Till {
    /// Enrols the world's terminal, which keeps a journal and has no link.
    async fn away(world: &World) -> Self {
        let backup = StaticSecret::from([7; 32]);
        let keys = DeviceKeys {
            device_key: [9; 32],
            backup_key: *PublicKey::from(&backup).as_bytes(),
            model: "T1".to_owned(),
        };
        let (id, now) = (world.terminal, world.shell.now());
        let enrol = move |tx: &mut dyn tillkey_store::tx::Tx| {
            terminal::enrol(tx, id, &keys, now)?;
            terminal::describe(tx, id, r#"{"journal":true,"precheck":false}"#, now)?;
            terminal::find(tx, id)
        };
        let found = world.shell.store().write(enrol).await.unwrap().unwrap();
        let agreement = PublicKey::from(world.shell.keyring().agreement());
        Self {
            key: OfflineKey::of_terminal(id, &backup, &AgreementKey::from(&agreement)).unwrap(),
            serial_number: found.serial_number,
        }
    }

    fn whose(&self, operator: u8) -> Whose<'_> {
        Whose {
            serial_number: &self.serial_number,
            operator: OperatorNumber::new(operator).unwrap(),
        }
    }

    fn challenge(&self, operator: u8, counter: u64) -> String {
        let challenge = self.key.challenge(self.whose(operator), counter);
        challenge.expose().clone()
    }

    fn answer(&self, operator: u8, counter: u64) -> String {
        self.key
            .answer(self.whose(operator), counter)
            .expose()
            .clone()
    }
}

async fn ask(world: &World, case: &str, token: &str, challenge: &str, to: &str) -> Answer {
    let path = format!("/v1/cases/{case}/offline-answer");
    let body = json!({"challenge": challenge, "to": to});
    world.post(&path).token(token).json(&body).go().await
}

/// A hotline case for operator 01 with the phone proven, before it is reviewed.
async fn proven(world: &World, agent: &str) -> String {
    let case = world.staff_case("hotline", agent).await;
    let code = world.sms_code(&case, agent).await;
    let body = json!({"kind": "sms_code", "code": code});
    world.present(&case, agent, &body).await.is(200);
    let path = format!("/v1/cases/{case}/submission");
    world.post(&path).token(agent).go().await.is(200);
    case
}

async fn approve(world: &World, case: &str) -> String {
    let reviewer = world.staff("reviewer", "p2", Role::Reviewer).await;
    let path = format!("/v1/cases/{case}/review");
    let body = json!({"verdict": "approve", "comment": "known caller"});
    let ask = world.post(&path).token(&reviewer).json(&body);
    ask.go().await.is(200);
    reviewer
}

#[tokio::test]
async fn an_agent_reads_the_answer_out_once_the_case_is_approved() {
    let world = World::new().await;
    let till = Till::away(&world).await;
    let agent = world.staff("agent", "p1", Role::Agent).await;
    let case = proven(&world, &agent).await;
    let challenge = till.challenge(1, 1);
    let early = ask(&world, &case, &agent, &challenge, "read_out").await;
    assert_eq!(
        early.problem(409),
        "out_of_order",
        "nothing before the decision"
    );
    let reviewer = approve(&world, &case).await;

    for wrong in [
        till.challenge(2, 1),
        till.challenge(1, 6_000),
        "00000000".to_owned(),
    ] {
        let refused = ask(&world, &case, &agent, &wrong, "read_out").await;
        assert_eq!(refused.problem(422), "not_matched", "{wrong}");
    }
    let others = ask(&world, &case, &reviewer, &challenge, "read_out").await;
    assert_eq!(others.problem(403), "not_allowed", "not the reviewer (F01)");

    let given = ask(&world, &case, &agent, &challenge, "read_out")
        .await
        .is(200);
    assert_eq!(given["answer"], till.answer(1, 1), "{given}");
    assert_eq!(given["case"]["state"], "issued");
    assert_eq!(given["case"]["code_to"], "answer_read_out");
    assert_eq!(given["case"]["backup"]["state"], "unreachable");
    // Pressed twice, or not understood: the same.
    let again = ask(&world, &case, &agent, &challenge, "read_out")
        .await
        .is(200);
    assert_eq!(again["answer"], given["answer"]);
    // Another challenge of the same terminal takes its place, and the old one is over.
    let next = ask(&world, &case, &agent, &till.challenge(1, 5), "read_out").await;
    assert_eq!(next.is(200)["answer"], till.answer(1, 5));
    let old = ask(&world, &case, &agent, &challenge, "read_out").await;
    assert_eq!(
        old.problem(422),
        "not_matched",
        "a counter is answered once"
    );

    let ledger = world.ledger_text().await;
    for secret in [till.answer(1, 1), till.answer(1, 5), challenge] {
        assert!(!ledger.contains(&secret), "C08: {secret} is in the ledger");
    }
}

#[tokio::test]
async fn whoever_holds_a_case_has_the_answer_sent_to_the_registered_phone() {
    let world = World::new().await;
    let till = Till::away(&world).await;
    let opened = world.app_case(crate::support::MERCHANT).await;
    let (case, token) = (opened.case, opened.token);
    let code = world.sms_code(&case, &token).await;
    let body = json!({"kind": "sms_code", "code": code});
    world.present(&case, &token, &body).await.is(200);
    let path = format!("/v1/cases/{case}/submission");
    world.post(&path).token(&token).go().await.is(200);

    let challenge = till.challenge(1, 3);
    let read_out = ask(&world, &case, &token, &challenge, "read_out").await;
    assert_eq!(
        read_out.problem(403),
        "not_allowed",
        "a page reads nothing out"
    );
    let given = ask(&world, &case, &token, &challenge, "contact")
        .await
        .is(200);
    assert_eq!(given["answer"], Value::Null, "{given}");
    let messages = world.messages().await;
    let (to, text) = messages.last().unwrap();
    assert_eq!((to.as_str(), digits(text, 8)), (PHONE, till.answer(1, 3)));
}

#[tokio::test]
async fn with_a_link_there_is_a_backup_and_no_challenge() {
    let world = World::new().await;
    let till = Till::away(&world).await;
    let agent = world.staff("agent", "p1", Role::Agent).await;
    let case = proven(&world, &agent).await;
    approve(&world, &case).await;
    world.shell.presence().came(world.terminal);
    let refused = ask(&world, &case, &agent, &till.challenge(1, 1), "read_out").await;
    assert_eq!(refused.problem(409), "not_prepared");
}

#[tokio::test]
async fn e01_guessed_challenges_run_out() {
    let world = World::new().await;
    let till = Till::away(&world).await;
    let agent = world.staff("agent", "p1", Role::Agent).await;
    let case = proven(&world, &agent).await;
    approve(&world, &case).await;
    for guess in 0..10 {
        let wrong = format!("0000000{guess}");
        let refused = ask(&world, &case, &agent, &wrong, "read_out").await;
        assert_eq!(refused.problem(422), "not_matched");
    }
    let right = ask(&world, &case, &agent, &till.challenge(1, 1), "read_out").await;
    assert_eq!(right.problem(429), "too_many");
}
