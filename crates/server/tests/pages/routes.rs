//! The pages over HTTP: the way of a merchant without JavaScript, and the tricks that
//! others have met.

use http_body_util::BodyExt as _;
use tillkey_server::web;
use tower::ServiceExt as _;

use crate::site::{FORM, OWN, get, header, post, site, site_with};
use crate::support::{Answer, MERCHANT, STRANGER, TERMINAL, World};

fn opening(merchant: &str) -> String {
    format!("merchant={merchant}&terminal={TERMINAL}&operator=01&reason=forgotten")
}

/// Opens a case: the path of its page, and the cookie of whoever opened it.
async fn open(world: &World, merchant: &str) -> (String, String) {
    let answer = post(world, "/reset", "", &opening(merchant)).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let cookie = header(&answer.headers, "set-cookie")
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    (header(&answer.headers, "location").to_owned(), cookie)
}

#[tokio::test]
async fn a_merchant_gets_a_reset_with_forms_alone() {
    let world = site().await;
    let (page, cookie) = open(&world, MERCHANT).await;
    let messages = world.messages().await;
    assert_eq!(
        messages.len(),
        1,
        "the code goes out when the case is opened"
    );
    let text = &messages[0].1;
    let digits = |run: &&str| run.len() == 6;
    let code = text
        .split(|c: char| !c.is_ascii_digit())
        .find(digits)
        .unwrap()
        .to_owned();
    let asked = get(&world, &page, &cookie).await;
    assert!(asked.text.contains("Enter the SMS code"), "{}", asked.text);
    assert!(!asked.text.contains(&code));

    let wrong = if code == "739164" { "739165" } else { "739164" };
    let said = post(
        &world,
        &format!("{page}/code"),
        &cookie,
        &format!("code={wrong}"),
    )
    .await;
    assert_eq!(said.status, 422);
    assert!(said.text.contains("id=\"code-wrong\"") && !said.text.contains(wrong));

    let done = post(
        &world,
        &format!("{page}/code"),
        &cookie,
        &format!("code={code}"),
    )
    .await;
    assert_eq!(
        (done.status.as_u16(), header(&done.headers, "location")),
        (303, &*page)
    );
    // The terminal of this world was never enrolled, so the code waits for it.
    let after = get(&world, &page, &cookie).await;
    assert!(
        after.text.contains("Preparing the reset code"),
        "{}",
        after.text
    );
    assert!(
        after.text.contains("http-equiv=\"refresh\""),
        "moves without JavaScript"
    );

    let gone = post(&world, &format!("{page}/cancellation"), &cookie, "").await;
    assert_eq!(gone.status, 303);
    assert!(
        get(&world, &page, &cookie)
            .await
            .text
            .contains("The request is cancelled")
    );
    let again = get(&world, &format!("{page}/again"), &cookie).await;
    assert!(
        again.text.contains(MERCHANT),
        "what was typed is kept for the next try"
    );
}

#[tokio::test]
async fn e16_a_stranger_is_answered_like_a_merchant() {
    let world = site().await;
    let shape = async |merchant: &str| {
        let (page, cookie) = open(&world, merchant).await;
        let shown = get(&world, &page, &cookie).await;
        let wrong = post(&world, &format!("{page}/code"), &cookie, "code=000000").await;
        let submitted = post(&world, &format!("{page}/submission"), &cookie, "").await;
        let case = page.trim_start_matches("/reset/").to_owned();
        [shown, wrong, submitted].map(|answer| {
            (
                answer.status,
                answer.text.replace(&case, "CASE").replace(&page, "PAGE"),
            )
        })
    };
    assert_eq!(shape(MERCHANT).await, shape(STRANGER).await);
}

#[tokio::test]
async fn c11_a_case_is_shown_to_the_device_that_opened_it() {
    let world = site().await;
    let (mine, my_cookie) = open(&world, MERCHANT).await;
    let (theirs, their_cookie) = open(&world, STRANGER).await;
    let unknown = "/reset/0000000000000000";
    for (page, cookie) in [
        (&*mine, ""),
        (&*mine, &*their_cookie),
        (&*theirs, &*my_cookie),
        (unknown, &*my_cookie),
    ] {
        for path in [page.to_owned(), format!("{page}/events")] {
            assert_eq!(get(&world, &path, cookie).await.status, 404, "{path}");
        }
        let pressed = post(&world, &format!("{page}/cancellation"), cookie, "").await;
        assert_eq!(pressed.status, 404);
    }
    assert!(
        get(&world, &mine, &my_cookie)
            .await
            .text
            .contains("Enter the SMS code")
    );
}

#[tokio::test]
async fn the_token_is_in_a_narrow_cookie_and_nowhere_else() {
    for (base_url, start, flag) in [
        (None, "tillkey-case=", false),
        (
            Some("https://reset.example"),
            "__Secure-tillkey-case=",
            true,
        ),
    ] {
        let world = site_with(base_url).await;
        let answer = post(&world, "/reset", "", &opening(MERCHANT)).await;
        let page = header(&answer.headers, "location").to_owned();
        let cookie = header(&answer.headers, "set-cookie");
        assert!(cookie.starts_with(start), "{cookie}");
        for part in ["HttpOnly", "SameSite=Strict", &format!("Path={page};")] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert_eq!(cookie.contains("; Secure"), flag);
        let (pair, token) = (
            cookie.split(';').next().unwrap(),
            cookie.split(['=', '.']).nth(1),
        );
        let shown = get(&world, &page, pair).await;
        assert!(!shown.text.contains(token.unwrap()) && !page.contains(token.unwrap()));
    }
}

#[tokio::test]
async fn b10_a_form_of_another_site_is_not_taken() {
    let world = site_with(Some("https://reset.example")).await;
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://reset.example.evil"),
        ("origin", "null"),
        ("referer", "https://reset.example/reset"),
    ] {
        let ask = world
            .post("/reset")
            .with(name, value)
            .with("content-type", FORM);
        let answer = ask.body(opening(MERCHANT).into_bytes()).go().await;
        assert_eq!(answer.status, 403, "{name}: {value}");
    }
    assert!(world.messages().await.is_empty());
    let ask = world.post("/reset").with("origin", "https://reset.example");
    let own = ask
        .with("content-type", FORM)
        .body(opening(MERCHANT).into_bytes())
        .go()
        .await;
    assert_eq!(own.status, 303);
}

#[tokio::test]
async fn b01_b08_no_address_comes_from_the_request() {
    let world = site().await;
    for path in [
        "/",
        "/reset",
        "/nowhere",
        "/reset?lang=en&return_to=//evil.example",
    ] {
        let ask = world.get(path).with("host", "evil.example");
        let ask = ask.with("x-forwarded-host", "evil.example");
        let answer = ask.with("forwarded", "host=evil.example").go().await;
        assert!(!answer.text.contains("evil"), "{path}");
        assert!(!answer.headers.contains_key("location"), "{path}");
    }
    let ask = world
        .post("/reset")
        .with(OWN.0, OWN.1)
        .with("content-type", FORM);
    let body = opening(MERCHANT).into_bytes();
    let answer = ask.with("host", "evil.example").body(body).go().await;
    assert!(header(&answer.headers, "location").starts_with("/reset/"));
    // A path that begins like another host is a missing page, never a redirect.
    let odd = world.get("//evil.example/?lang=en").go().await;
    assert!(odd.status == 404 && !odd.headers.contains_key("location"));
}

#[tokio::test]
async fn b13_every_answer_binds_the_browser() {
    let world = site().await;
    let (page, cookie) = open(&world, MERCHANT).await;
    for path in ["/", "/reset", "/nowhere", &*page] {
        let answer = get(&world, path, &cookie).await;
        let policy = header(&answer.headers, "content-security-policy");
        for part in [
            "default-src 'none'",
            "frame-ancestors 'none'",
            "script-src 'self'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"));
        assert_eq!(header(&answer.headers, "x-content-type-options"), "nosniff");
        assert_eq!(header(&answer.headers, "cache-control"), "no-store");
        assert_eq!(header(&answer.headers, "referrer-policy"), "same-origin");
    }
    let assets = web::Assets::default();
    for path in [assets.style(), assets.script(), assets.icon()] {
        let answer = get(&world, path, "").await;
        assert!(
            header(&answer.headers, "cache-control").contains("immutable"),
            "{path}"
        );
    }
    assert_eq!(get(&world, "/assets/tillkey.css", "").await.status, 404);
}

#[tokio::test]
async fn a01_a04_e12_a_form_is_read_strictly() {
    let world = site().await;
    let good = opening(MERCHANT);
    for bad in [
        format!("{good}&phone=13800138000"),
        format!("{good}&merchant={STRANGER}"),
        format!("{good}&merchant[]={STRANGER}"),
        format!("{good}&form={}", "0".repeat(20_000)),
    ] {
        assert_eq!(post(&world, "/reset", "", &bad).await.status, 400);
    }
    let odd = post(
        &world,
        "/reset",
        "",
        &good.replace("operator=01", "operator=%D9%A0%D9%A1"),
    )
    .await;
    assert_eq!(odd.status, 422);
    assert!(
        odd.text.contains("operator-wrong") && odd.text.contains(MERCHANT),
        "input is kept"
    );
    let (page, cookie) = open(&world, MERCHANT).await;
    for bad in [
        "code[]=123456",
        "code=123456&code=654321",
        "",
        "code=123456&case=1",
    ] {
        assert_eq!(
            post(&world, &format!("{page}/code"), &cookie, bad)
                .await
                .status,
            400,
            "{bad}"
        );
    }
    let shape = post(&world, &format!("{page}/code"), &cookie, "code=%7B%7D").await;
    assert!(shape.status == 422 && shape.text.contains("code-wrong"));
}

#[tokio::test]
async fn a_double_click_is_one_request() {
    let world = site().await;
    let body = format!("{}&form={}", opening(MERCHANT), "5".repeat(32));
    let first = post(&world, "/reset", "", &body).await;
    let second = post(&world, "/reset", "", &body).await;
    assert_eq!(
        header(&first.headers, "location"),
        header(&second.headers, "location")
    );
    assert_eq!(world.messages().await.len(), 1);
}

#[tokio::test]
async fn the_language_is_asked_for_kept_and_preferred() {
    let world = site().await;
    let tag = |answer: &Answer| answer.text.contains("<html lang=\"en\">");
    let plain = world.get("/").go().await;
    assert!(!tag(&plain) && !plain.headers.contains_key("set-cookie"));
    assert!(tag(&get(&world, "/", "").await));
    let chosen = world.get("/?lang=en").go().await;
    let cookie = header(&chosen.headers, "set-cookie");
    assert!(
        tag(&chosen) && cookie.starts_with("tillkey-language=en; Path=/;"),
        "{cookie}"
    );
    assert!(tag(&world
        .get("/")
        .with("cookie", "tillkey-language=en")
        .go()
        .await));
    let back = world
        .get("/?lang=zh-CN")
        .with("cookie", "tillkey-language=en")
        .go()
        .await;
    assert!(!tag(&back));
    let odd = world.get("/?lang=%3Cscript%3E").go().await;
    assert!(!odd.headers.contains_key("set-cookie") && odd.status == 200);
}

#[tokio::test]
async fn an_open_page_is_told_that_its_case_moved() {
    let world = site().await;
    let (page, cookie) = open(&world, MERCHANT).await;
    let ask = world.get(&format!("{page}/events")).with("cookie", &cookie);
    let answer = world.app.clone().oneshot(ask.request()).await.unwrap();
    assert_eq!(
        header(answer.headers(), "content-type"),
        "text/event-stream"
    );
    let mut body = answer.into_body();
    let mut next = async || {
        let frame = body.frame().await.unwrap().unwrap();
        String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap()
    };
    let mark = next().await;
    assert!(get(&world, &page, &cookie).await.text.contains(&format!(
        "data-mark=\"{}\"",
        mark.trim_start_matches("data: ").trim()
    )));
    post(&world, &format!("{page}/cancellation"), &cookie, "").await;
    let moved = next().await;
    assert!(moved.contains("cancelled") && moved != mark, "{moved}");
}

#[tokio::test]
async fn an_address_that_takes_forms_opens_their_page() {
    let world = site().await;
    let (page, cookie) = open(&world, MERCHANT).await;
    for step in ["code", "sms", "submission", "reset-code", "cancellation"] {
        let answer = get(&world, &format!("{page}/{step}"), &cookie).await;
        assert_eq!(answer.status, 303, "{step}");
        assert_eq!(header(&answer.headers, "location"), page, "{step}");
    }
    let answer = post(&world, "/", "", "").await;
    assert_eq!(answer.status, 405);
    // Attack B08: a path is not a host.
    let answer = get(&world, "//evil.example/code", "").await;
    assert_eq!(header(&answer.headers, "location"), "");
}

#[tokio::test]
async fn a03_garbage_in_the_field_of_a_code_is_a_try_like_any_other() {
    let world = site().await;
    let (page, cookie) = open(&world, MERCHANT).await;
    let mut answers = Vec::new();
    for _ in 0..20 {
        let answer = post(&world, &format!("{page}/code"), &cookie, "code=x").await;
        answers.push(answer.status.as_u16());
    }
    assert_eq!(answers.first(), Some(&422));
    assert_eq!(answers.last(), Some(&429), "{answers:?}");
}
