//! Sessions, passwords and accounts, with forms alone.

use jiff::SignedDuration;
use tillkey_rules::party::Role;

use crate::site::{cookie_of, get, header, post, seated, site};
use crate::support::own_password;

#[tokio::test]
async fn whoever_has_a_first_password_chooses_another_before_anything() {
    let world = site().await;
    let first = world
        .hire(world.shell.home(), "li.na", "li", Role::Reviewer)
        .await;
    let body = format!("account=li.na&password={}", first.expose());
    let signed_in = post(&world, "/sign-in", "", &body).await;
    assert_eq!(header(&signed_in.headers, "location"), "/settings/password");
    let cookie = cookie_of(&signed_in);
    for path in ["/review", "/settings/sessions"] {
        let page = get(&world, path, &cookie).await;
        assert_eq!(
            header(&page.headers, "location"),
            "/settings/password",
            "{path}"
        );
    }
    let page = get(&world, "/settings/password", &cookie).await;
    assert!(
        page.text.contains("You have your first password"),
        "{}",
        page.text
    );
    let send = |new: &str, again: &str| {
        let body = format!("old={}&new={new}&again={again}", first.expose());
        let cookie = cookie.clone();
        let world = &world;
        async move { post(world, "/settings/password", &cookie, &body).await }
    };
    assert_eq!(send("123456789012345", "123456789012345").await.status, 422);
    assert_eq!(
        send("a+shelf+of+green+bottles", "another").await.status,
        422
    );
    let saved = send("a+shelf+of+green+bottles", "a+shelf+of+green+bottles").await;
    assert_eq!(saved.status, 303, "{}", saved.text);
    let fresh = cookie_of(&saved);
    assert_eq!(get(&world, "/review", &fresh).await.status, 200);
    assert_eq!(
        get(&world, "/review", &cookie).await.status,
        303,
        "the old one is dead"
    );
}

#[tokio::test]
async fn a_session_ends_where_its_owner_says_so() {
    let world = site().await;
    let here = seated(&world, "agent", Role::Reviewer).await;
    let there = format!("tillkey-staff={}", {
        let body = format!(
            "account=agent&password={}",
            own_password("agent").replace(' ', "+")
        );
        let answer = post(&world, "/sign-in", "", &body).await;
        cookie_of(&answer).split_once('=').unwrap().1.to_owned()
    });
    let page = get(&world, "/settings/sessions", &here).await;
    assert_eq!(
        page.text.matches("name=\"session\"").count(),
        2,
        "{}",
        page.text
    );
    assert_eq!(page.text.matches("key\">This session").count(), 1);
    let ended = post(&world, "/settings/sessions/end", &there, "").await;
    assert_eq!(ended.status, 303);
    for cookie in [&here, &there] {
        assert_eq!(get(&world, "/review", cookie).await.status, 303);
    }
}

#[tokio::test]
async fn a_session_is_idle_for_fifteen_minutes_on_the_pages_too() {
    let world = site().await;
    let cookie = seated(&world, "agent", Role::Reviewer).await;
    world.clock.advance(SignedDuration::from_secs(14 * 60 + 59));
    assert_eq!(get(&world, "/settings/sessions", &cookie).await.status, 200);
    world.clock.advance(SignedDuration::from_mins(15));
    let page = get(&world, "/settings/sessions", &cookie).await;
    let to = header(&page.headers, "location");
    assert_eq!(to, "/sign-in?then=/settings/sessions");
}

#[tokio::test]
async fn an_administrator_adds_an_account_and_sees_its_password_once() {
    let world = site().await;
    let admin = seated(&world, "boss", Role::Administrator).await;
    let body = "account=Wang.Lei&person=w-1&role=clerk";
    let added = post(&world, "/settings/staff", &admin, body).await;
    assert_eq!(added.status, 200);
    let password = added.text.split("class=\"ticket\">").nth(1).unwrap();
    let password = password.split('<').next().unwrap().to_owned();
    assert_eq!(password.len(), 20);
    assert_eq!(header(&added.headers, "cache-control"), "no-store");
    let list = get(&world, "/settings/staff", &admin).await;
    assert!(list.text.contains("wang.lei") && !list.text.contains(&password));
    assert_eq!(
        post(&world, "/settings/staff", &admin, body).await.status,
        409
    );
    let wrong = post(
        &world,
        "/settings/staff",
        &admin,
        "account=+&person=w&role=clerk",
    )
    .await;
    assert_eq!(wrong.status, 422);
    let own = post(&world, "/settings/staff/boss/disable", &admin, "").await;
    assert_eq!(own.status, 422, "nobody locks themselves out");
    let gone = post(&world, "/settings/staff/wang.lei/disable", &admin, "").await;
    assert_eq!(gone.status, 303);
    let reviewer = seated(&world, "reviewer", Role::Reviewer).await;
    for path in ["/settings/staff", "/settings/staff/boss/sessions"] {
        let page = get(&world, path, &reviewer).await;
        assert_ne!(page.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a14_what_an_administrator_typed_is_escaped() {
    let world = site().await;
    let admin = seated(&world, "boss", Role::Administrator).await;
    let body = "account=%3Cscript%3Ex%3C/script%3E&person=%22%3E%3Cb%3E&role=clerk";
    let page = post(&world, "/settings/staff", &admin, body).await;
    assert_eq!(page.status, 422);
    assert!(!page.text.contains("<script>x") && !page.text.contains("\"><b>"));
}
