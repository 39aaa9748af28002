//! The counter with forms alone, from the first document to the slip.

use axum::http::StatusCode;
use tillkey_rules::party::Role;
use tillkey_server::web;

use crate::site::{FORM, OWN, get, header, post, seated, site};
use crate::support::counter::{PRINTER, photo};
use crate::support::{Answer, HOLDER, LICENCE, MERCHANT, TERMINAL, World};

/// An installation with a printer of slips, as its pages.
async fn counter() -> World {
    let mut world = World::with_printer().await;
    world.app = web::router(world.shell.clone());
    world
}

/// Opens a case and gives the address of its page.
async fn open(world: &World, cookie: &str) -> String {
    let body = format!("merchant={MERCHANT}&terminal={TERMINAL}&operator=01&reason=forgotten");
    let opened = post(world, "/counter/open", cookie, &body).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text);
    header(&opened.headers, "location").to_owned()
}

fn identity(number: &str) -> String {
    format!("genuine=yes&person=yes&valid_until=2031-05-20&number={number}")
}

/// Presents both documents.
async fn inspect(world: &World, page: &str, cookie: &str) {
    let done = post(
        world,
        &format!("{page}/identity"),
        cookie,
        &identity(HOLDER),
    )
    .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let body = format!("genuine=yes&long_term=yes&number={LICENCE}");
    let done = post(world, &format!("{page}/licence"), cookie, &body).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
}

/// Uploads a file as a browser does.
async fn upload(world: &World, path: &str, cookie: &str, file: &[u8]) -> Answer {
    let head = "--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\
                content-type: text/html\r\n\r\n";
    let body = [head.as_bytes(), file, b"\r\n--edge--\r\n"].concat();
    let (name, value) = OWN;
    let ask = world.post(path).with(name, value).with("cookie", cookie);
    let ask = ask.with("content-type", "multipart/form-data; boundary=edge");
    ask.body(body).go().await
}

async fn on_file(world: &World, page: &str, cookie: &str) {
    for (side, number) in [("front", 1), ("back", 2)] {
        let path = format!("{page}/scans/identity_document/{side}");
        let taken = upload(world, &path, cookie, &photo(number)).await;
        assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text);
    }
}

#[tokio::test]
async fn a_clerk_goes_the_whole_way_with_forms_alone() {
    let world = counter().await;
    let clerk = seated(&world, "wang", Role::Clerk).await;
    let page = open(&world, &clerk).await;
    let fresh = get(&world, &page, &clerk).await;
    // Nothing about the merchant before something has matched, and nothing to submit.
    assert!(!fresh.text.contains(MERCHANT) && !fresh.text.contains("/submission"));
    inspect(&world, &page, &clerk).await;
    on_file(&world, &page, &clerk).await;
    let ready = get(&world, &page, &clerk).await;
    for part in [MERCHANT, "/submission", "/delivery", "/form"] {
        assert!(ready.text.contains(part), "{part}");
    }
    assert!(!ready.text.contains(HOLDER) && !ready.text.contains(LICENCE));
    let chosen = post(
        &world,
        &format!("{page}/delivery"),
        &clerk,
        "to=sealed_slip",
    )
    .await;
    assert_eq!(chosen.status, StatusCode::SEE_OTHER);
    post(&world, &format!("{page}/submission"), &clerk, "").await;
    let waiting = get(&world, &page, &clerk).await;
    assert!(waiting.text.contains("Waiting for the review"));
    assert!(!waiting.text.contains("/slip\"") && !waiting.text.contains("/identity\""));
    approve(&world, &page).await;
    let approved = get(&world, &page, &clerk).await;
    assert!(approved.text.contains("The sealed slip can be printed"));
    let body = format!("printer={PRINTER}");
    let printed = post(&world, &format!("{page}/slip"), &clerk, &body).await;
    assert_eq!(printed.status, StatusCode::SEE_OTHER, "{}", printed.text);
    let shown = get(&world, &page, &clerk).await.text;
    let queue = get(&world, "/counter", &clerk).await.text;
    let codes = world.slips().await;
    assert_eq!(codes.len(), 1);
    for text in [&printed.text, &shown, &queue] {
        assert!(!text.contains(&codes[0]), "C08");
    }
    let sent = get(&world, &page, &clerk).await;
    assert!(sent.text.contains("The printer has it."), "{}", sent.text);
}

/// Approves a case as somebody else.
async fn approve(world: &World, page: &str) {
    use tillkey_rules::party::Actor;
    use tillkey_server::act::SignedIn;
    use tillkey_server::act::case::{self, Review};
    let by = SignedIn {
        acquirer: world.shell.home().clone(),
        actor: Actor::Staff {
            staff: "zhao".parse().unwrap(),
            person: "p-zhao".parse().unwrap(),
            role: Role::Reviewer,
        },
        session: tillkey_wire::ids::StaffSessionId::from_bytes([7; 10]),
        proved_at: world.shell.now(),
    };
    let review = Review {
        approve: true,
        comment: String::new(),
        edition: None,
    };
    let case = page.rsplit('/').next().unwrap().parse().unwrap();
    case::review(&world.shell, case, review, &by, None)
        .await
        .unwrap();
}

#[tokio::test]
async fn what_is_typed_wrong_is_said_and_the_number_never_comes_back() {
    let world = counter().await;
    let clerk = seated(&world, "wang", Role::Clerk).await;
    let page = open(&world, &clerk).await;
    let path = format!("{page}/identity");
    let mistyped = HOLDER.replace('X', "1");
    for (body, said) in [
        (
            format!("genuine=yes&valid_until=2031-05-20&number={HOLDER}"),
            "Confirm each point",
        ),
        (
            format!("genuine=yes&person=yes&number={HOLDER}"),
            "State until when",
        ),
        (
            format!("genuine=yes&person=yes&valid_until=soon&number={HOLDER}"),
            "State until when",
        ),
        (identity(&mistyped), "Mistyped"),
        (identity("440524188001010014"), "It did not match"),
        (
            format!("genuine=yes&person=yes&valid_until=2026.3.1&number={HOLDER}"),
            "The document has expired",
        ),
        (
            format!("genuine=yes&person=yes&valid_until=2026/03/01&number={HOLDER}"),
            "The document has expired",
        ),
    ] {
        let (name, value) = OWN;
        let ask = world
            .post(&path)
            .with(name, value)
            .with("content-type", FORM);
        let ask = ask.with("cookie", &clerk).with("accept-language", "en");
        let answer = ask.body(body.clone().into_bytes()).go().await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert!(answer.text.contains(said), "{body}: {said}");
        for number in [HOLDER, mistyped.as_str(), "440524188001010014"] {
            assert!(!answer.text.contains(number), "{body}");
        }
        if body.contains("valid_until=2031-05-20") {
            assert!(
                answer.text.contains("value=\"2031-05-20\""),
                "what is safe is kept"
            );
        }
    }
}

#[tokio::test]
async fn e19_e12_a_file_that_is_no_scan_is_said_to_be_none_and_loses_nothing() {
    let world = counter().await;
    let clerk = seated(&world, "wang", Role::Clerk).await;
    let page = open(&world, &clerk).await;
    inspect(&world, &page, &clerk).await;
    let front = format!("{page}/scans/identity_document/front");
    let large = vec![0xff; 9 * 1024 * 1024];
    let polyglot = [&photo(1)[..], b"%PDF-1.7"].concat();
    for (file, said) in [
        (&b""[..], "文件是空的"),
        (b"GIF89a", "只接受 JPEG 或 PNG"),
        (&polyglot, "除图片外还有其他内容"),
        (&photo(1)[..400], "已损坏或不完整"),
        (&large, "超过 8 MB"),
    ] {
        let answer = upload(&world, &front, &clerk, file).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{said}");
        assert!(answer.text.contains(said), "{said}");
    }
    on_file(&world, &page, &clerk).await;
    let same = format!("{page}/scans/identity_document/back");
    let answer = upload(&world, &same, &clerk, &photo(1)).await;
    assert!(answer.text.contains("正反面是同一张图片"));
    for odd in [
        "sms_code/front",
        "identity_document/top",
        "business_licence/back",
    ] {
        let answer = upload(&world, &format!("{page}/scans/{odd}"), &clerk, &photo(1)).await;
        assert!(answer.status.is_client_error(), "{odd}");
    }
}

#[tokio::test]
async fn a_scan_is_shown_to_its_clerk_and_kept_by_no_browser() {
    let world = counter().await;
    let clerk = seated(&world, "wang", Role::Clerk).await;
    let page = open(&world, &clerk).await;
    inspect(&world, &page, &clerk).await;
    on_file(&world, &page, &clerk).await;
    let shown = get(&world, &page, &clerk).await.text;
    let mut links = shown
        .split("href=\"")
        .filter_map(|rest| rest.split('"').next());
    let link = links.find(|link| link.contains("/scans/")).unwrap();
    let scan = get(&world, link, &clerk).await;
    assert_eq!(header(&scan.headers, "content-type"), "image/jpeg");
    assert_eq!(header(&scan.headers, "cache-control"), "no-store");
    let other = seated(&world, "chen", Role::Clerk).await;
    let agent = seated(&world, "li", Role::Agent).await;
    for cookie in [&other, &agent] {
        assert_eq!(
            get(&world, link, cookie).await.status,
            StatusCode::NOT_FOUND
        );
    }
    let stranger = get(&world, link, "").await;
    assert!(header(&stranger.headers, "location").starts_with("/sign-in"));
    let form = get(&world, &format!("{page}/form"), &clerk).await;
    assert_eq!(header(&form.headers, "content-type"), "application/pdf");
    assert_eq!(header(&form.headers, "cache-control"), "no-store");
}

#[tokio::test]
async fn c11_the_counter_is_the_clerks() {
    let world = counter().await;
    let clerk = seated(&world, "wang", Role::Clerk).await;
    let page = open(&world, &clerk).await;
    for role in [
        Role::Agent,
        Role::Reviewer,
        Role::Auditor,
        Role::Administrator,
    ] {
        let cookie = seated(&world, &format!("a.{}", role.name()), role).await;
        for path in ["/counter", page.as_str()] {
            let answer = get(&world, path, &cookie).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        }
        for below in [
            "identity",
            "slip",
            "reset-code",
            "cancellation",
            "take",
            "submission",
        ] {
            let body = match below {
                "identity" => identity(HOLDER),
                "slip" => format!("printer={PRINTER}"),
                _ => String::new(),
            };
            let answer = post(&world, &format!("{page}/{below}"), &cookie, &body).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{below}");
        }
    }
    let none = get(&world, "/counter/0000000000000000", &clerk).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn f02_no_form_takes_a_phone_or_a_printer_of_ones_own() {
    let world = counter().await;
    let clerk = seated(&world, "wang", Role::Clerk).await;
    let page = open(&world, &clerk).await;
    inspect(&world, &page, &clerk).await;
    for (below, body) in [
        ("sms", "phone=13900139000".to_owned()),
        ("reset-code", "phone=13900139000".to_owned()),
        ("delivery", "to=13900139000".to_owned()),
        ("slip", "printer=../x".to_owned()),
        ("slip", format!("printer={PRINTER}&to=13900139000")),
    ] {
        let answer = post(&world, &format!("{page}/{below}"), &clerk, &body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{below} {body}");
    }
    assert_eq!(world.messages().await, []);
}

#[tokio::test]
async fn a_case_of_another_channel_is_found_and_taken_over() {
    let world = site().await;
    let clerk = seated(&world, "wang", Role::Clerk).await;
    let (case, _) = {
        use tillkey_rules::vocabulary::{Channel, Reason};
        use tillkey_server::act::Source;
        use tillkey_server::act::case::{Named, OpenRequest, open};
        let request = OpenRequest {
            named: Named {
                merchant: MERCHANT.parse().unwrap(),
                terminal: TERMINAL.parse().unwrap(),
                operator: "01".parse().unwrap(),
            },
            channel: Channel::App,
            reason: Reason::Forgotten,
        };
        let source = Source::address([203, 0, 113, 9].into());
        let opened = open(&world.shell, request, None, &source, None)
            .await
            .unwrap();
        (opened.case.to_string(), opened.token)
    };
    let spoken = case.to_uppercase();
    let found = get(&world, &format!("/counter/find?case={spoken}"), &clerk).await;
    let page = header(&found.headers, "location").to_owned();
    assert_eq!(page, format!("/counter/{case}"));
    let shown = get(&world, &page, &clerk).await;
    assert!(shown.text.contains("/take") && !shown.text.contains("/identity\""));
    post(&world, &format!("{page}/take"), &clerk, "").await;
    let taken = get(&world, &page, &clerk).await;
    assert!(taken.text.contains("/identity\"") && !taken.text.contains("/take\""));
    let wrong = get(&world, "/counter/find?case=12345", &clerk).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("value=\"12345\""));
}

#[tokio::test]
async fn what_was_typed_to_open_a_case_stays_when_something_is_wrong() {
    let world = site().await;
    let clerk = seated(&world, "wang", Role::Clerk).await;
    let body = format!("merchant={MERCHANT}&terminal=1&operator=01&reason=locked");
    let again = post(&world, "/counter/open", &clerk, &body).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text.contains(&format!("value=\"{MERCHANT}\"")));
    assert!(again.text.contains("value=\"locked\" required checked"));
    assert!(again.text.contains("id=\"terminal-wrong\""));
    // A session that has ended keeps it, too, but for a document's number.
    let page = open(&world, &clerk).await;
    world.clock.advance(jiff::SignedDuration::from_mins(16));
    let ended = post(
        &world,
        &format!("{page}/identity"),
        &clerk,
        &identity(HOLDER),
    )
    .await;
    assert_eq!(ended.status, StatusCode::UNAUTHORIZED);
    assert!(ended.text.contains("2031-05-20") && !ended.text.contains(HOLDER));
}
