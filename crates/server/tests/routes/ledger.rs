//! `/v1/ledger`: for auditors, or for all where the configuration says so.

use tillkey_rules::party::Role;

use crate::support::{MERCHANT, World};

#[tokio::test]
async fn an_auditor_mirrors_the_ledger_and_nobody_else_does() {
    let world = World::new().await;
    world.app_case(MERCHANT).await;
    let auditor = world.staff("audit", "p1", Role::Auditor).await;
    let agent = world.staff("agent", "p2", Role::Agent).await;
    assert_eq!(
        world.get("/v1/ledger/checkpoint").go().await.problem(401),
        "unauthenticated"
    );
    let refused = world.get("/v1/ledger/checkpoint").token(&agent).go().await;
    assert_eq!(refused.problem(403), "not_allowed");

    let note = world
        .get("/v1/ledger/checkpoint")
        .token(&auditor)
        .go()
        .await;
    assert_eq!(note.status, 200);
    let checkpoint = world
        .shell
        .ledger_verifier()
        .open(note.text.as_bytes())
        .unwrap();
    let size = checkpoint.head.size;
    for (path, status) in [
        (format!("/v1/ledger/tile/0/000.p/{size}"), 200),
        (format!("/v1/ledger/tile/entries/000.p/{size}"), 200),
        (format!("/v1/ledger/tile/0/000.p/{}", size + 1), 404),
        ("/v1/ledger/tile/0/000".to_owned(), 404),
        ("/v1/ledger/tile/0/000.p/0".to_owned(), 404),
        ("/v1/ledger/tile/64/000.p/1".to_owned(), 404),
        ("/v1/ledger/tile/0/../000".to_owned(), 404),
    ] {
        let answer = world.get(&path).token(&auditor).go().await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        if status == 200 {
            assert_eq!(
                answer.headers["cache-control"], "no-cache",
                "a tile that still grows"
            );
        }
    }
    let hashes = world
        .get(&format!("/v1/ledger/tile/0/000.p/{size}"))
        .token(&auditor);
    assert_eq!(
        hashes.go().await.headers["content-type"],
        "application/octet-stream"
    );
}

#[tokio::test]
async fn a_public_ledger_is_read_without_signing_in() {
    let world = World::with(|config| config.ledger_public = true).await;
    assert_eq!(world.get("/v1/ledger/checkpoint").go().await.status, 200);
}
