//! The auditors' pages over HTTP: what they show, to whom, and that a downloaded proof
//! holds.

use axum::http::StatusCode;
use tillkey_ledger::LeafProof;
use tillkey_rules::party::Role;

use crate::site::{get, header, post, seated, site};
use crate::support::{MERCHANT, TERMINAL, World};

/// Opens a case as a merchant does, and gives its identifier.
async fn a_case(world: &World) -> String {
    let body = format!("merchant={MERCHANT}&terminal={TERMINAL}&operator=01&reason=forgotten");
    let answer = post(world, "/reset", "", &body).await;
    let path = header(&answer.headers, "location");
    path.rsplit('/').next().unwrap().to_owned()
}

#[tokio::test]
async fn an_auditor_finds_a_case_reads_its_story_and_takes_a_proof_along() {
    let world = site().await;
    let case = a_case(&world).await;
    let auditor = seated(&world, "zhao", Role::Auditor).await;
    let list = get(&world, "/ledger?lang=en", &auditor).await;
    assert_eq!(list.status, StatusCode::OK);
    assert!(list.text.contains(&case), "{}", list.text);
    let found = get(&world, &format!("/ledger?q={case}"), &auditor).await;
    assert_eq!(
        header(&found.headers, "location"),
        format!("/ledger/cases/{case}")
    );
    let story = get(&world, &format!("/ledger/cases/{case}"), &auditor).await;
    assert!(story.text.contains("Reason: Forgotten"), "{}", story.text);
    let of_merchant = get(&world, &format!("/ledger?q={MERCHANT}"), &auditor).await;
    assert!(of_merchant.text.contains(&case));
    let proof = get(&world, "/ledger/entries/1/proof", &auditor).await;
    assert!(header(&proof.headers, "content-disposition").contains("1.tlog-proof"));
    let proof: LeafProof = proof.text.parse().unwrap();
    proof.verify(world.shell.ledger_verifier()).unwrap();
    let altered = LeafProof {
        leaf: b"nothing happened".to_vec(),
        ..proof
    };
    assert!(altered.verify(world.shell.ledger_verifier()).is_err());
}

#[tokio::test]
async fn f01_only_an_auditor_reads_the_ledger() {
    let world = site().await;
    let case = a_case(&world).await;
    let pages = [
        "/ledger".to_owned(),
        "/ledger/entries/0".to_owned(),
        "/ledger/entries/0/proof".to_owned(),
        format!("/ledger/cases/{case}"),
    ];
    for (account, role) in [
        ("li", Role::Agent),
        ("wang", Role::Clerk),
        ("chen", Role::Reviewer),
        ("zhou", Role::Administrator),
    ] {
        let cookie = seated(&world, account, role).await;
        for page in &pages {
            let answer = get(&world, page, &cookie).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{account} {page}");
        }
    }
    for page in &pages {
        let answer = get(&world, page, "").await;
        assert!(
            header(&answer.headers, "location").starts_with("/sign-in"),
            "{page}"
        );
    }
}

#[tokio::test]
async fn what_is_not_in_the_ledger_is_not_found() {
    let world = site().await;
    let auditor = seated(&world, "zhao", Role::Auditor).await;
    for page in [
        "/ledger/entries/999999",
        "/ledger/entries/-1",
        "/ledger/entries/18446744073709551615",
        "/ledger/entries/999999/proof",
        "/ledger/cases/nothing",
        "/ledger/cases/2n840-60r30-c1g60-w41-g",
        "/ledger?q=%27%3B--",
        "/ledger?q=898310054119999",
    ] {
        let answer = get(&world, page, &auditor).await;
        assert_eq!(
            answer.status,
            StatusCode::NOT_FOUND,
            "{page}: {}",
            answer.text
        );
    }
}

#[tokio::test]
async fn a_page_beyond_the_ledger_is_its_newest() {
    let world = site().await;
    let case = a_case(&world).await;
    let auditor = seated(&world, "zhao", Role::Auditor).await;
    let page = get(&world, "/ledger?before=18446744073709551615", &auditor).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains(&case));
}

#[tokio::test]
async fn the_dashboard_counts_what_was_opened() {
    let world = site().await;
    a_case(&world).await;
    a_case(&world).await;
    let reviewer = seated(&world, "chen", Role::Reviewer).await;
    let page = get(&world, "/ledger/dashboard?days=7&lang=en", &reviewer).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.text.contains("<dt>Cases</dt><dd>2</dd>"),
        "{}",
        page.text
    );
    let agent = seated(&world, "li", Role::Agent).await;
    let turned_away = get(&world, "/ledger/dashboard", &agent).await;
    assert_eq!(turned_away.status, StatusCode::FORBIDDEN);
}
