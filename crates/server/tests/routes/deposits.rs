//! `/v1/deposits`: earned by what is settled, paid back once, and in the ledger.

use jiff::SignedDuration;
use jiff::civil::Date;
use serde_json::{Value, json};
use tillkey_rules::onboarding::deposit::DepositBack;
use tillkey_rules::party::Role;
use tillkey_rules::trade::Fen;
use tillkey_rules::vocabulary::ManagerRight;
use tillkey_server::act::tick::tick;
use tillkey_store::deposit::{self, NewDeposit};
use tillkey_store::tx::Tx;

use crate::support::{MERCHANT, TERMINAL, World};

/// A terminal that is in service since today, with a deposit on it.
async fn counting(world: &World) -> Date {
    let (shell, terminal) = (&world.shell, world.terminal);
    let today = shell.day(shell.now());
    let new = NewDeposit {
        terminal,
        acquirer: shell.home().clone(),
        merchant: MERCHANT.parse().unwrap(),
        number: TERMINAL.parse().unwrap(),
        deposit: Fen::sum(5_900),
        back: DepositBack {
            taken: Fen::sum(1_000_000),
            within_days: 30,
        },
        activated_on: today,
        now: shell.now(),
    };
    let add = move |tx: &mut dyn Tx| deposit::add(tx, &new);
    shell.store().write(add).await.unwrap();
    today
}

async fn report(world: &World, token: &str, rows: &[(&str, &str, i64, bool)]) {
    let day = world.shell.day(world.shell.now());
    let rows: Vec<Value> = rows
        .iter()
        .map(|(reference, kind, fen, is_settled)| {
            let mut row = json!({
                "reference": reference, "merchant": MERCHANT, "terminal": TERMINAL,
                "kind": kind, "amount": fen, "taken_at": world.shell.now(), "batch": 1,
            });
            if *is_settled {
                row["settled_on"] = json!(day);
            }
            row
        })
        .collect();
    let body = json!({ "currency": "CNY", "transactions": rows });
    let answer = world.post("/v1/transactions").token(token).json(&body);
    answer.go().await.is(200);
    tick(&world.shell).await.unwrap();
}

async fn in_state(world: &World, token: &str, state: &str) -> Vec<Value> {
    let path = format!("/v1/deposits?state={state}");
    let page = world.get(&path).token(token).go().await.is(200);
    page["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn what_is_settled_less_what_went_back_earns_it() {
    let world = World::new().await;
    let books = world.staff("books", "p-books", Role::Integrator).await;
    counting(&world).await;
    report(
        &world,
        &books,
        &[
            ("1", "sale", 999_900, true),
            ("2", "sale", 500_000, false),
            ("3", "void", 500_000, false),
            ("4", "refund", 100, true),
        ],
    )
    .await;
    let counting = in_state(&world, &books, "counting").await;
    assert_eq!(counting[0]["counted_fen"], 999_800);
    report(&world, &books, &[("5", "sale", 200, true)]).await;
    let earned = in_state(&world, &books, "earned").await;
    assert_eq!(earned[0]["counted_fen"], 1_000_000);
    assert_eq!(earned[0]["deposit_fen"], 5_900);
    let told = world.messages().await;
    assert!(
        told.iter().any(|(_, text)| text.contains("59.00")),
        "{told:?}"
    );
    // What goes back later takes nothing away.
    report(&world, &books, &[("6", "refund", 900_000, true)]).await;
    assert_eq!(in_state(&world, &books, "earned").await.len(), 1);
    let ledger = world.ledger_text().await;
    assert_eq!(ledger.matches("\"event\":\"deposit_evaluated\"").count(), 1);
    assert!(ledger.contains("\"taken_fen\":1000000"));
    assert!(!ledger.contains("999800"), "no sums are in the ledger");
}

#[tokio::test]
async fn it_is_paid_back_once_and_by_those_alone_who_pay() {
    let world = World::new().await;
    let books = world.staff("books", "p-books", Role::Integrator).await;
    let agent = world.staff("agent", "p-agent", Role::Agent).await;
    counting(&world).await;
    let path = format!("/v1/deposits/{}/return", world.terminal);
    let back = |token: &str, reference: &str| {
        let body = json!({ "reference": reference });
        world.post(&path).token(token).json(&body).go()
    };
    assert_eq!(back(&books, "PAY-1").await.problem(409), "out_of_order");
    report(&world, &books, &[("1", "sale", 1_000_000, true)]).await;
    assert_eq!(back(&agent, "PAY-1").await.problem(403), "not_allowed");
    assert_eq!(back(&books, "付款 1").await.problem(400), "invalid");
    back(&books, "PAY-1").await.is(204);
    assert_eq!(back(&books, "PAY-2").await.problem(409), "out_of_order");
    assert_eq!(in_state(&world, &books, "returned").await.len(), 1);
    let ledger = world.ledger_text().await;
    assert_eq!(ledger.matches("\"event\":\"deposit_returned\"").count(), 1);
    assert!(!ledger.contains("PAY-1"));
}

#[tokio::test]
async fn a_closed_window_waits_for_what_is_not_settled() {
    let world = World::new().await;
    let books = world.staff("books", "p-books", Role::Integrator).await;
    counting(&world).await;
    report(&world, &books, &[("1", "sale", 600_000, false)]).await;
    world.clock.advance(SignedDuration::from_hours(24 * 31));
    tick(&world.shell).await.unwrap();
    let books = world
        .sign_in("books", &crate::support::own_password("books"))
        .await;
    assert_eq!(in_state(&world, &books, "counting").await.len(), 1);
    let day = world.shell.day(world.shell.now());
    let taken_at = world.shell.now() - SignedDuration::from_hours(24 * 31);
    let body = json!({
        "currency": "CNY",
        "transactions": [{
            "reference": "1", "merchant": MERCHANT, "terminal": TERMINAL, "kind": "sale",
            "amount": 600_000, "taken_at": taken_at, "batch": 1, "settled_on": day,
        }],
    });
    let answer = world.post("/v1/transactions").token(&books).json(&body);
    answer.go().await.is(200);
    tick(&world.shell).await.unwrap();
    let missed = in_state(&world, &books, "missed").await;
    assert_eq!(missed[0]["counted_fen"], 600_000);
}

#[tokio::test]
async fn a_managers_deposit_is_their_own_merchants() {
    let world = World::new().await;
    counting(&world).await;
    let manager = world.manager(&[ManagerRight::SeeRecords]).await;
    let listed = world.get("/v1/deposits?state=counting").token(&manager);
    assert_eq!(listed.go().await.problem(401), "unauthenticated");
}
