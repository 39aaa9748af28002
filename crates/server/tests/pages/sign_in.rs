//! Staff sign in and out with forms alone.

use axum::http::StatusCode;
use tillkey_rules::party::Role;
use tillkey_server::act::staff;

use crate::site::{cookie_of, get, header, post, seated, site};
use crate::support::{Answer, World, own_password};

async fn hire(world: &World) -> String {
    world.staff("li.na", "li", Role::Agent).await;
    own_password("li.na").replace(' ', "+")
}

async fn is_live(world: &World, cookie: &str) -> bool {
    let token = cookie.split_once('=').unwrap().1.parse().unwrap();
    staff::signed_in(&world.shell, &token).await.is_ok()
}

async fn signed_in(world: &World, account: &str, password: &str, then: &str) -> Answer {
    let body = format!("account={account}&password={password}&then={then}");
    post(world, "/sign-in", "", &body).await
}

#[tokio::test]
async fn a_member_of_staff_signs_in_goes_on_and_out() {
    let world = site().await;
    let password = hire(&world).await;
    let answer = signed_in(&world, "Li.Na ", &password, "/desk").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(header(&answer.headers, "location"), "/desk");
    let given = answer.headers["set-cookie"].to_str().unwrap();
    for flag in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(given.contains(flag), "{given}");
    }
    let cookie = cookie_of(&answer);
    let left = post(&world, "/sign-out", &cookie, "").await;
    assert_eq!(header(&left.headers, "location"), "/sign-in");
    assert!(!is_live(&world, &cookie).await);
}

#[tokio::test]
async fn b08_signing_in_leads_to_this_sites_pages_alone() {
    let world = site().await;
    let password = hire(&world).await;
    for then in [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "/sign-out",
    ] {
        let answer = signed_in(&world, "li.na", &password, then).await;
        assert_eq!(header(&answer.headers, "location"), "/desk", "{then}");
    }
}

#[tokio::test]
async fn b11_a_sign_in_gives_a_new_session_and_ends_the_one_before() {
    let world = site().await;
    let password = hire(&world).await;
    let before = cookie_of(&signed_in(&world, "li.na", &password, "").await);
    let body = format!("account=li.na&password={password}");
    let after = cookie_of(&post(&world, "/sign-in", &before, &body).await);
    assert_ne!(before, after);
    assert!(!is_live(&world, &before).await);
    assert!(is_live(&world, &after).await);
    let planted = format!("tillkey-staff=staff_{}", "A".repeat(43));
    let fresh = cookie_of(&post(&world, "/sign-in", &planted, &body).await);
    assert_ne!(fresh, planted);
}

#[tokio::test]
async fn e16_an_account_that_is_not_there_is_answered_like_a_wrong_password() {
    let world = site().await;
    hire(&world).await;
    let known = signed_in(&world, "li.na", "wrong", "").await;
    let unknown = signed_in(&world, "li.no", "wrong", "").await;
    assert_eq!(known.status, StatusCode::UNAUTHORIZED);
    assert_eq!(unknown.status, known.status);
    assert_eq!(unknown.text.replace("li.no", "li.na"), known.text);
    assert!(!known.text.contains("wrong\""), "a password came back");
}

#[tokio::test]
async fn b10_another_site_cannot_sign_anybody_in_or_out() {
    let world = site().await;
    let cookie = seated(&world, "wang", Role::Clerk).await;
    for path in ["/sign-in", "/sign-out"] {
        let answer = world
            .post(path)
            .with("cookie", &cookie)
            .with("content-type", "application/x-www-form-urlencoded")
            .with("origin", "https://evil.example")
            .body(b"account=a&password=b".to_vec())
            .go()
            .await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert!(is_live(&world, &cookie).await);
    assert_eq!(
        get(&world, "/sign-out", "").await.status,
        StatusCode::METHOD_NOT_ALLOWED
    );
}
