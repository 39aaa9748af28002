//! Sessions, passwords and accounts, with forms alone.

use jiff::SignedDuration;
use tillkey_rules::party::Role;

use crate::site::{cookie_of, get, header, post, seated, site};
use crate::support::{MERCHANT, STRANGER, own_password};

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

#[tokio::test]
async fn an_administrator_keeps_the_managers_of_a_merchant() {
    let world = site().await;
    let admin = seated(&world, "boss", Role::Administrator).await;
    let page = format!("/settings/managers?merchant={MERCHANT}");
    let add = |more: &str| format!("merchant={MERCHANT}&name=Wang+Li&phone=139+0013-9001{more}");
    let path = "/settings/managers";
    for (body, said) in [
        (add(""), "请至少选择一项权限"),
        (add("&consent=1").replace("139", "1390"), "手机号应为"),
        (
            add("&consent=1").replace("Wang+Li", "%E2%80%8B"),
            "姓名不能为空",
        ),
        (add("&consent=1&person=a+b"), "人员编号只能用"),
        (add("&consent=1").replace(MERCHANT, "1"), "商户编号应为"),
    ] {
        let answer = post(&world, path, &admin, &body).await;
        assert_eq!(answer.status, 422, "{body}");
        assert!(answer.text.contains(said), "{body}: {}", answer.text);
    }
    let body = add("&reset_cashiers=1&consent=1");
    let added = post(&world, path, &admin, &body).await;
    assert_eq!(header(&added.headers, "location"), page);
    assert_eq!(post(&world, path, &admin, &body).await.status, 409);
    let list = get(&world, &page, &admin).await;
    assert!(list.text.contains("139****9001"), "{}", list.text);
    assert!(!list.text.contains("13900139001") && !list.text.contains("Wang Li"));
    let manager = list.text.split("/settings/managers/").nth(1).unwrap();
    let below = format!("{path}/{}", manager.split('/').next().unwrap());
    let change = |what: &str, more: &str| {
        let (path, body) = (
            format!("{below}/{what}"),
            format!("merchant={MERCHANT}{more}"),
        );
        let (world, admin) = (&world, &admin);
        async move { post(world, &path, admin, &body).await.status.as_u16() }
    };
    assert_eq!(change("rights", "").await, 422);
    assert_eq!(change("rights", "&see_records=1").await, 303);
    let list = get(&world, &page, &admin).await;
    let ticked = |right: &str| {
        list.text
            .contains(&format!("name=\"{right}\" value=\"1\" checked"))
    };
    assert!(ticked("see_records") && !ticked("consent"));
    assert_eq!(change("disable", "").await, 303);
    assert_eq!(change("disable", "").await, 404);
    assert_eq!(change("rights", "&consent=1").await, 404);
    let unknown = format!("{path}?merchant={STRANGER}");
    assert_eq!(get(&world, &unknown, &admin).await.status, 404);
    let reviewer = seated(&world, "reviewer", Role::Reviewer).await;
    assert_ne!(get(&world, &page, &reviewer).await.status, 200);
    assert_ne!(post(&world, path, &reviewer, &body).await.status, 303);
}
