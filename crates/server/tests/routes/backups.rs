//! Backups over the API: how a case shows that it waits for one, who may go on without,
//! and who may have one put back. The backups themselves come over the terminals' link.

use serde_json::{Value, json};
use tillkey_rules::party::Role;
use tillkey_store::party::terminal;

use crate::support::{HOLDER, LICENCE, World};

/// A counter case that is approved and waits for a terminal that keeps a journal.
async fn waiting(world: &World, clerk: &str, reviewer: &str) -> String {
    let (id, now) = (world.terminal, world.shell.now());
    let describe = move |tx: &mut dyn tillkey_store::tx::Tx| {
        terminal::describe(tx, id, r#"{"journal":true,"precheck":false}"#, now)
    };
    world.shell.store().write(describe).await.unwrap();
    let case = world.staff_case("counter", clerk).await;
    for (kind, number) in [("identity_document", HOLDER), ("business_licence", LICENCE)] {
        let body = json!({"kind": kind, "number": number, "original_inspected": true});
        world.present(&case, clerk, &body).await.is(200);
    }
    let path = format!("/v1/cases/{case}/submission");
    world.post(&path).token(clerk).go().await.is(200);
    let path = format!("/v1/cases/{case}/review");
    let body = json!({"verdict": "approve", "comment": "originals seen"});
    world
        .post(&path)
        .token(reviewer)
        .json(&body)
        .go()
        .await
        .is(200);
    case
}

#[tokio::test]
async fn a_case_waits_for_its_backup_and_a_reviewer_may_waive_it() {
    let world = World::new().await;
    let clerk = world.staff("clerk", "p1", Role::Clerk).await;
    let reviewer = world.staff("reviewer", "p2", Role::Reviewer).await;
    let case = waiting(&world, &clerk, &reviewer).await;
    let path = format!("/v1/cases/{case}");
    let view = world.get(&path).token(&clerk).go().await.is(200);
    assert_eq!(view["state"], "approved", "{view}");
    assert_eq!(view["backup"]["state"], "waits_for_terminal", "{view}");
    assert_eq!(view["backup"]["journal_intact"], Value::Null);

    let queue = async |token: &str| world.get("/v1/reviews").token(token).go().await.is(200);
    // Whoever could let it go on sees that it waits; the clerk's own approver does not.
    let other = world.staff("other", "p3", Role::Reviewer).await;
    let seen = queue(&other).await;
    assert_eq!(seen["unprepared"][0]["case"], case.as_str(), "{seen}");
    assert_eq!(
        seen["unprepared"][0]["failed"], false,
        "the terminal is away"
    );
    let auditor = world.staff("auditor", "p4", Role::Auditor).await;
    assert_eq!(queue(&auditor).await["unprepared"], json!([]));

    let waive = |token: String, reason: &str| {
        let path = format!("/v1/cases/{case}/backup-waiver");
        world
            .post(&path)
            .token(&token)
            .json(&json!({"reason": reason}))
    };
    let denied = waive(clerk.clone(), "broken").go().await;
    assert_eq!(denied.problem(403), "not_allowed");
    let silent = waive(reviewer.clone(), "  ").go().await;
    assert_eq!(silent.problem(422), "reason_missing");
    let view = waive(reviewer.clone(), "storage broken").go().await.is(200);
    assert_eq!(view["state"], "issued", "{view}");
    assert_eq!(view["backup"]["state"], "waived");
    let again = waive(reviewer, "storage broken").go().await;
    assert_eq!(again.problem(409), "out_of_order");
    // The reason may name people: the ledger has its digest alone.
    assert!(!world.ledger_text().await.contains("storage broken"));
}

#[tokio::test]
async fn backups_are_listed_and_put_back_by_those_who_may() {
    let world = World::new().await;
    let clerk = world.staff("clerk", "p1", Role::Clerk).await;
    let reviewer = world.staff("reviewer", "p2", Role::Reviewer).await;
    let base = format!("/v1/terminals/{}", world.terminal);
    let path = format!("{base}/snapshots");
    let listed = world.get(&path).token(&clerk).go().await.is(200);
    assert_eq!(listed, json!({"items": [], "restore": null}));

    let what = json!({"snapshot": "06wdqz4k8v1m3c5a"});
    let ask = format!("{base}/restores");
    let by_reviewer = world.post(&ask).token(&reviewer).json(&what).go().await;
    assert_eq!(by_reviewer.problem(403), "not_allowed");
    let unknown = world.post(&ask).token(&clerk).json(&what).go().await;
    assert_eq!(unknown.problem(404), "unknown");
    let review = format!("{base}/restores/review");
    let verdict = json!({"snapshot": "06wdqz4k8v1m3c5a", "verdict": "approve"});
    let by_clerk = world.post(&review).token(&clerk).json(&verdict).go().await;
    assert_eq!(by_clerk.problem(403), "not_allowed");
    let unknown = world
        .post(&review)
        .token(&reviewer)
        .json(&verdict)
        .go()
        .await;
    assert_eq!(unknown.problem(404), "unknown");
}
