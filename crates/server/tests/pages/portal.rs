//! The portal over HTTP: the way of a manager without JavaScript, and the tricks that
//! others have met.

use jiff::SignedDuration;
use tillkey_rules::party::Role;
use tillkey_rules::vocabulary::ManagerRight;
use tillkey_rules::vocabulary::{Channel, Reason};
use tillkey_server::act::case::{Named, OpenRequest, open};
use tillkey_server::act::tick::tick;
use tillkey_server::act::{SignedIn, Source, staff};
use tillkey_store::journal;
use tillkey_wire::journal::{Head, Sum};

use crate::site::{FORM, OWN, get, header, post, site, site_with};
use crate::support::{
    Answer, MANAGER_PHONE, MERCHANT, OTHER_MERCHANT, PHONE, TERMINAL, World, digits, other,
};

/// The cookies that an answer gives, as a browser sends them back.
fn cookies(answer: &Answer) -> String {
    let given = answer.headers.get_all("set-cookie").iter();
    let pairs = given.map(|value| {
        value
            .to_str()
            .unwrap()
            .split(';')
            .next()
            .unwrap()
            .to_owned()
    });
    pairs
        .filter(|pair| !pair.ends_with('='))
        .collect::<Vec<_>>()
        .join("; ")
}

/// Signs a manager in with forms alone: the cookie of the session.
async fn signed_in(world: &World, then: &str) -> (String, Answer) {
    let body = format!("phone=139+0013+9001&then={then}");
    let begun = post(world, "/portal/sign-in", "", &body).await;
    assert_eq!(begun.status, 303, "{}", begun.text);
    let messages = world.messages().await;
    let (_, text) = messages.iter().find(|(to, _)| to == MANAGER_PHONE).unwrap();
    let body = format!("code={}&then={then}", digits(text, 6));
    let entered = post(world, "/portal/sign-in/code", &cookies(&begun), &body).await;
    assert_eq!(entered.status, 303, "{}", entered.text);
    (cookies(&entered), entered)
}

pub(crate) async fn hired(rights: &[ManagerRight]) -> (World, String) {
    let world = site().await;
    world.add_manager(MERCHANT, MANAGER_PHONE, rights).await;
    world.messages().await;
    let (cookie, _) = signed_in(&world, "").await;
    (world, cookie)
}

fn form_path(world: &World, operator: &str) -> String {
    format!(
        "/portal/terminals/{}/operators/{operator}/reset",
        world.terminal
    )
}

/// The value of a hidden field.
fn hidden<'a>(page: &'a Answer, name: &str) -> &'a str {
    let start = format!("name=\"{name}\" value=\"");
    page.text
        .split(&start)
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
}

/// A hotline case of cashier `01`.
async fn hotline_case(world: &World, merchant: &str, terminal: &str) -> String {
    let token = world.staff("li.na", "p-li", Role::Agent).await;
    let token = token.parse().unwrap();
    let source = Source::address([203, 0, 113, 8].into());
    let shell = &world.shell;
    let agent: SignedIn = staff::signed_in(shell, &token).await.unwrap();
    let request = OpenRequest {
        named: Named {
            merchant: merchant.parse().unwrap(),
            terminal: terminal.parse().unwrap(),
            operator: "01".parse().unwrap(),
        },
        channel: Channel::Hotline,
        reason: Reason::Forgotten,
    };
    let opened = open(shell, request, Some(&agent), &source, None)
        .await
        .unwrap();
    opened.case.to_string()
}

#[tokio::test]
async fn a_manager_resets_with_forms_alone() {
    let (world, cookie) = hired(ManagerRight::ALL).await;
    let home = get(&world, "/portal", &cookie).await;
    assert!(
        home.text.contains("老王面馆") && home.text.contains(TERMINAL),
        "{}",
        home.text
    );
    let terminal = get(
        &world,
        &format!("/portal/terminals/{}", world.terminal),
        &cookie,
    )
    .await;
    let path = form_path(&world, "01");
    assert!(terminal.text.contains(&path), "{}", terminal.text);
    let form = get(&world, &path, &cookie).await;
    let number = hidden(&form, "form").to_owned();
    let nothing = post(&world, &path, &cookie, &format!("form={number}")).await;
    assert!(nothing.status == 422 && nothing.text.contains("id=\"reason-wrong\""));
    let body = format!("reason=forgotten&form={number}");
    let sent = post(&world, &path, &cookie, &body).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    let case = header(&sent.headers, "location").to_owned();
    let again = post(&world, &path, &cookie, &body).await;
    assert_eq!(
        header(&again.headers, "location"),
        case,
        "a double click is one request"
    );
    let page = get(&world, &case, &cookie).await;
    assert!(
        page.text.contains("Preparing the reset code"),
        "{}",
        page.text
    );
    assert!(page.text.contains(&format!("data-live=\"{case}\"")));
    assert!(page.text.contains(&format!("{case}/cancellation")));
    let history = get(&world, "/portal/history", &cookie).await;
    assert!(history.text.contains(&case), "{}", history.text);
    let cancelled = post(&world, &format!("{case}/cancellation"), &cookie, "").await;
    assert_eq!(cancelled.status, 303);
    assert!(get(&world, &case, &cookie).await.text.contains("cancelled"));
}

#[tokio::test]
async fn a_sign_in_that_is_too_old_is_proved_anew_and_nothing_is_lost() {
    let (world, cookie) = hired(ManagerRight::ALL).await;
    world.clock.advance(SignedDuration::from_mins(11));
    let path = form_path(&world, "01");
    let sent = post(&world, &path, &cookie, "reason=locked").await;
    let confirm = header(&sent.headers, "location").to_owned();
    assert_eq!(
        confirm,
        format!("/portal/confirm?then={path}?reason=locked")
    );
    let page = get(&world, &confirm, &cookie).await;
    let then = hidden(&page, "then").to_owned();
    let body = format!("then={then}");
    let begun = post(&world, "/portal/confirm", &cookie, &body).await;
    let messages = world.messages().await;
    assert_eq!(messages[0].0, MANAGER_PHONE);
    let both = format!("{cookie}; {}", cookies(&begun));
    let code = digits(&messages[0].1, 6);
    let wrong = post(
        &world,
        "/portal/confirm/code",
        &both,
        &format!("code={}&then={then}", other(&code)),
    )
    .await;
    assert!(wrong.status == 422 && !wrong.text.contains(&other(&code)));
    let done = post(
        &world,
        "/portal/confirm/code",
        &both,
        &format!("code={code}&then={then}"),
    )
    .await;
    assert_eq!(
        header(&done.headers, "location"),
        format!("{path}?reason=locked")
    );
    let renewed = cookies(&done);
    assert_ne!(renewed, cookie, "B11: another token after each proof");
    let old = get(&world, "/portal", &cookie).await;
    assert_eq!(old.status, 303, "B11: the old token is dead");
    let form = get(&world, &format!("{path}?reason=locked"), &renewed).await;
    assert!(
        form.text.contains("value=\"locked\" required checked"),
        "{}",
        form.text
    );

    world.clock.advance(SignedDuration::from_mins(16));
    let ended = post(&world, &path, &renewed, "reason=locked").await;
    let to = header(&ended.headers, "location");
    assert_eq!(to, format!("/portal/sign-in?then={path}?reason=locked"));
}

#[tokio::test]
async fn e16_a_phone_that_is_no_managers_sees_the_same_pages() {
    let world = site().await;
    world
        .add_manager(MERCHANT, MANAGER_PHONE, ManagerRight::ALL)
        .await;
    world.messages().await;
    let mut seen = Vec::new();
    for phone in ["13900139001", "13900139999"] {
        let begun = post(&world, "/portal/sign-in", "", &format!("phone={phone}")).await;
        let cookie = cookies(&begun);
        let token = cookie.clone();
        let page = get(&world, "/portal/sign-in/code", &cookie).await;
        let wrong = post(&world, "/portal/sign-in/code", &cookie, "code=000000").await;
        let names: Vec<_> = begun.headers.keys().map(ToString::to_string).collect();
        assert!(!page.text.contains(phone) && !page.text.contains(&token));
        seen.push((
            begun.status,
            names,
            page.status,
            page.text,
            wrong.status,
            wrong.text,
        ));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(world.messages().await.len(), 1);
}

#[tokio::test]
async fn the_session_is_in_a_narrow_cookie_and_nowhere_else() {
    for (base_url, start) in [
        (None, "tillkey-manager="),
        (Some("https://reset.example"), "__Host-tillkey-manager="),
    ] {
        let world = site_with(base_url).await;
        world
            .add_manager(MERCHANT, MANAGER_PHONE, ManagerRight::ALL)
            .await;
        world.messages().await;
        let (cookie, entered) = signed_in(&world, "").await;
        let given = entered.headers.get_all("set-cookie").iter();
        let given: Vec<_> = given.map(|value| value.to_str().unwrap()).collect();
        let session = given.iter().find(|value| value.starts_with(start)).unwrap();
        for part in ["HttpOnly", "SameSite=Strict", "Path=/;"] {
            assert!(session.contains(part), "{session}");
        }
        assert_eq!(session.contains("; Secure"), base_url.is_some());
        let token = cookie.split('=').nth(1).unwrap();
        let page = get(&world, "/portal", &cookie).await;
        assert_eq!(page.status, 200);
        assert!(!page.text.contains(token));
    }
}

#[tokio::test]
async fn b08_after_a_sign_in_one_goes_on_to_the_portal_and_nowhere_else() {
    let world = site().await;
    world
        .add_manager(MERCHANT, MANAGER_PHONE, ManagerRight::ALL)
        .await;
    world.messages().await;
    for bad in [
        "//evil.example",
        "https://evil.example",
        "/settings/staff",
        "/portal/../reset",
    ] {
        let (_, entered) = signed_in(&world, bad).await;
        assert_eq!(header(&entered.headers, "location"), "/portal", "{bad}");
    }
    let (_, entered) = signed_in(&world, "/portal/history").await;
    assert_eq!(header(&entered.headers, "location"), "/portal/history");
}

#[tokio::test]
async fn b10_a_form_of_another_site_is_not_taken() {
    let (world, cookie) = hired(ManagerRight::ALL).await;
    let case = hotline_case(&world, MERCHANT, TERMINAL).await;
    for path in [
        form_path(&world, "01"),
        format!("/portal/cases/{case}/consent"),
        "/portal/contact".to_owned(),
        "/portal/sign-out-everywhere".to_owned(),
    ] {
        let ask = world.post(&path).with("sec-fetch-site", "cross-site");
        let ask = ask.with("content-type", FORM).with("cookie", &cookie);
        let answer = ask.body(b"reason=forgotten".to_vec()).go().await;
        assert_eq!(answer.status, 403, "{path}");
    }
    assert_eq!(get(&world, "/portal", &cookie).await.status, 200);
}

#[tokio::test]
async fn c11_another_merchants_pages_are_not_there() {
    let (world, cookie) = hired(ManagerRight::ALL).await;
    let theirs = world.other_merchant().await;
    let case = hotline_case(&world, OTHER_MERCHANT, "20000001").await;
    for path in [
        format!("/portal/terminals/{theirs}"),
        format!("/portal/terminals/{theirs}/operators/01/reset"),
        format!("/portal/terminals/{theirs}/operators/01/removal"),
        format!("/portal/cases/{case}"),
        format!("/portal/cases/{case}/events"),
        "/portal/cases/0000000000000000".to_owned(),
    ] {
        assert_eq!(get(&world, &path, &cookie).await.status, 404, "{path}");
    }
    for path in [
        format!("/portal/terminals/{theirs}/operators"),
        format!("/portal/terminals/{theirs}/operators/01/reset"),
        format!("/portal/cases/{case}/consent"),
        format!("/portal/cases/{case}/objection"),
        format!("/portal/cases/{case}/cancellation"),
    ] {
        let body = match path.ends_with("operators") {
            true => "operator=07",
            false if path.ends_with("reset") => "reason=forgotten",
            false => "",
        };
        assert_eq!(
            post(&world, &path, &cookie, body).await.status,
            404,
            "{path}"
        );
    }
    let go = format!("merchant={OTHER_MERCHANT}");
    assert_eq!(
        post(&world, "/portal/merchants", &cookie, &go).await.status,
        404
    );
}

#[tokio::test]
async fn f07_pages_offer_and_take_what_the_rights_cover() {
    let (world, cookie) = hired(&[ManagerRight::ResetCashiers]).await;
    let page = get(
        &world,
        &format!("/portal/terminals/{}", world.terminal),
        &cookie,
    )
    .await;
    assert!(page.text.contains("/operators/01/reset"));
    assert!(!page.text.contains("/operators/00/reset") && !page.text.contains("removal"));
    for operator in ["00", "99"] {
        let path = form_path(&world, operator);
        assert_eq!(get(&world, &path, &cookie).await.status, 404);
        assert_eq!(
            post(&world, &path, &cookie, "reason=forgotten")
                .await
                .status,
            404
        );
    }
    for path in [
        "/portal/contact",
        "/portal/records",
        "/portal/records/sign-ons",
    ] {
        assert_eq!(get(&world, path, &cookie).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_hotline_case_waits_for_a_consent_on_the_first_page() {
    let (world, cookie) = hired(ManagerRight::ALL).await;
    let case = hotline_case(&world, MERCHANT, TERMINAL).await;
    let path = format!("/portal/cases/{case}");
    let home = get(&world, "/portal", &cookie).await;
    assert!(
        home.text.contains("Waiting for you") && home.text.contains(&path),
        "{}",
        home.text
    );
    let page = get(&world, &path, &cookie).await;
    assert!(
        page.text.contains("Did your shop ask for this?"),
        "{}",
        page.text
    );
    assert!(
        !page.text.contains("cancellation"),
        "the case is the hotline's"
    );
    let done = post(&world, &format!("{path}/consent"), &cookie, "").await;
    assert_eq!(done.status, 303, "{}", done.text);
    let after = get(&world, &path, &cookie).await;
    assert!(after.text.contains("In progress elsewhere") && after.text.contains("objection"));
    let twice = post(&world, &format!("{path}/consent"), &cookie, "").await;
    assert_eq!(twice.status, 303, "a second click shows the same page");
    assert!(
        !get(&world, "/portal", &cookie)
            .await
            .text
            .contains("Waiting for you")
    );
    post(&world, &format!("{path}/objection"), &cookie, "").await;
    assert!(
        get(&world, &path, &cookie)
            .await
            .text
            .contains("not approved")
    );
}

#[tokio::test]
async fn operators_come_and_go_after_a_question() {
    let (world, cookie) = hired(ManagerRight::ALL).await;
    let path = format!("/portal/terminals/{}", world.terminal);
    let add = format!("{path}/operators");
    for typed in ["1", "01", "٠٧"] {
        let answer = post(&world, &add, &cookie, &format!("operator={typed}")).await;
        assert_eq!(answer.status, 422, "{typed}");
        assert!(answer.text.contains("id=\"operator-wrong\""), "{typed}");
        let kept = format!("value=\"{typed}\"");
        assert!(answer.text.contains(&kept), "what was typed is kept");
    }
    assert_eq!(post(&world, &add, &cookie, "operator=07").await.status, 303);
    let removal = format!("{path}/operators/07/removal");
    let asked = get(&world, &removal, &cookie).await;
    assert!(asked.text.contains("Remove operator 07?"));
    assert!(
        get(&world, &path, &cookie).await.text.contains(&removal),
        "nothing was done yet"
    );
    for _ in 0..2 {
        assert_eq!(post(&world, &removal, &cookie, "").await.status, 303);
    }
    assert!(!get(&world, &path, &cookie).await.text.contains(&removal));
    let history = get(&world, "/portal/history", &cookie).await;
    assert!(
        history
            .text
            .contains("Operator 07 removed from terminal 10000001"),
        "{}",
        history.text
    );
}

#[tokio::test]
async fn c13_the_contact_is_changed_with_a_code_to_the_new_phone() {
    let (world, cookie) = hired(ManagerRight::ALL).await;
    let page = get(&world, "/portal/contact", &cookie).await;
    assert!(page.text.contains("138****8000") && !page.text.contains("13800138000"));
    let same = post(&world, "/portal/contact", &cookie, "phone=13800138000").await;
    assert!(same.status == 422 && same.text.contains("phone-wrong"));
    assert_eq!(
        post(&world, "/portal/contact", &cookie, "phone=13700137000")
            .await
            .status,
        303
    );
    let sent = world.messages().await;
    assert_eq!(sent[0].0, "+8613700137000");
    let code = digits(&sent[0].1, 6);
    let page = get(&world, "/portal/contact", &cookie).await;
    assert!(page.text.contains("137****7000") && !page.text.contains("13700137000"));
    let wrong = post(
        &world,
        "/portal/contact/code",
        &cookie,
        &format!("code={}", other(&code)),
    )
    .await;
    assert!(wrong.status == 422 && !wrong.text.contains(&other(&code)));
    let done = post(
        &world,
        "/portal/contact/code",
        &cookie,
        &format!("code={code}"),
    )
    .await;
    assert_eq!(done.status, 303);
    assert_eq!(world.messages().await[0].0, PHONE, "the old one is told");
    let page = get(&world, "/portal/contact", &cookie).await;
    assert!(page.text.contains("Registered now") && page.text.contains("137****7000"));
    let path = form_path(&world, "01");
    let sent = post(&world, &path, &cookie, "reason=forgotten").await;
    let case = get(&world, header(&sent.headers, "location"), &cookie).await;
    assert!(
        case.text.contains("review"),
        "a fresh contact takes a reviewer: {}",
        case.text
    );
}

#[tokio::test]
async fn sessions_are_shown_and_end_everywhere() {
    let (world, cookie) = hired(ManagerRight::ALL).await;
    let (second, _) = signed_in(&world, "").await;
    let page = get(&world, "/portal/sessions", &cookie).await;
    assert!(page.text.contains("This device") && page.text.contains("Another device"));
    let out = post(&world, "/portal/sign-out-everywhere", &cookie, "").await;
    assert_eq!(header(&out.headers, "location"), "/portal/sign-in");
    for dead in [&cookie, &second] {
        let answer = get(&world, "/portal/history", dead).await;
        assert_eq!(
            header(&answer.headers, "location"),
            "/portal/sign-in?then=/portal/history"
        );
    }
}

#[tokio::test]
async fn whoever_manages_several_merchants_chooses_one() {
    let world = site().await;
    world.other_merchant().await;
    for merchant in [MERCHANT, OTHER_MERCHANT] {
        world
            .add_manager(merchant, MANAGER_PHONE, ManagerRight::ALL)
            .await;
    }
    world.messages().await;
    let (cookie, entered) = signed_in(&world, "").await;
    assert_eq!(header(&entered.headers, "location"), "/portal/merchants");
    let page = get(&world, "/portal/merchants", &cookie).await;
    assert!(page.text.contains("老王面馆") && page.text.contains("小李水果"));
    let body = format!("merchant={OTHER_MERCHANT}&then=");
    assert_eq!(
        post(&world, "/portal/merchants", &cookie, &body)
            .await
            .status,
        303
    );
    let home = get(&world, "/portal", &cookie).await;
    assert!(home.text.contains("小李水果") && home.text.contains("20000001"));
    assert!(!home.text.contains(TERMINAL));
}

#[tokio::test]
async fn records_are_shown_and_downloaded() {
    let (world, cookie) = hired(ManagerRight::ALL).await;
    let page = get(&world, "/portal/records", &cookie).await;
    assert!(page.status == 200 && page.text.contains("No sign-ons"));
    let file = get(&world, "/portal/records/sign-ons", &cookie).await;
    assert!(header(&file.headers, "content-type").starts_with("text/csv"));
    assert!(header(&file.headers, "content-disposition").starts_with("attachment"));
    assert!(
        file.text.starts_with("\u{feff}\"Terminal\",\"Operator\""),
        "{}",
        file.text
    );
    let history = get(&world, "/portal/history", &cookie).await;
    assert!(history.text.contains("Records downloaded"));
    let trade = get(&world, "/portal/records/trade", &cookie).await;
    assert!(trade.text.starts_with("\u{feff}\"Day\""), "{}", trade.text);
}

#[tokio::test]
async fn a04_forms_are_read_strictly() {
    let (world, cookie) = hired(ManagerRight::ALL).await;
    let (name, value) = OWN;
    let ask = world
        .post("/portal/sign-in")
        .with(name, value)
        .with("content-type", FORM);
    let doubled = ask
        .body(b"phone=13900139001&phone=13900139999".to_vec())
        .go()
        .await;
    assert_eq!(doubled.status, 400);
    for (path, body) in [
        (form_path(&world, "01"), "reason=forgotten&operator=99"),
        (
            form_path(&world, "01"),
            "reason=forgotten&phone=13700137000",
        ),
        (
            "/portal/contact".to_owned(),
            "phone=13700137000&operator=01",
        ),
        ("/portal/contact/code".to_owned(), "code[]=123456"),
    ] {
        assert_eq!(
            post(&world, &path, &cookie, body).await.status,
            400,
            "{path} {body}"
        );
    }
    let odd = post(
        &world,
        &form_path(&world, "01"),
        &cookie,
        "reason=system_update",
    )
    .await;
    assert_eq!(odd.status, 422);
}

#[tokio::test]
async fn a_manager_sees_why_an_operator_of_theirs_cannot_sign_on() {
    let (world, cookie) = hired(&[ManagerRight::ResetCashiers]).await;
    let terminal = format!("/portal/terminals/{}", world.terminal);
    let page = get(&world, &terminal, &cookie).await;
    let link = format!("{terminal}/operators/01");
    assert!(
        page.text.contains(&format!("href=\"{link}\"")),
        "{}",
        page.text
    );
    let found = get(&world, &link, &cookie).await;
    assert_eq!(found.status, 200, "{}", found.text);
    assert!(
        found.text.contains("This terminal is not enrolled"),
        "{}",
        found.text
    );
    let elsewhere = world.other_merchant().await;
    for path in [
        format!("/portal/terminals/{elsewhere}/operators/01"),
        "/portal/terminals/0000000000000000/operators/01".to_owned(),
        format!("{terminal}/operators/x"),
    ] {
        assert_eq!(get(&world, &path, &cookie).await.status, 404, "{path}");
    }
    let signed_out = get(&world, &link, "").await;
    assert_eq!(signed_out.status, 303);
}

#[tokio::test]
async fn f07_what_is_not_settled_is_for_those_who_may_see_records() {
    for (right, is_shown) in [
        (ManagerRight::SeeRecords, true),
        (ManagerRight::ResetCashiers, false),
    ] {
        let (world, cookie) = hired(&[right]).await;
        let (terminal, now) = (world.terminal, world.shell.now());
        let keep = move |tx: &mut dyn tillkey_store::tx::Tx| {
            let mut head = Head::empty(terminal);
            head.unsettled.sales = Sum {
                count: 3,
                fen: 13_530,
            };
            journal::keep(tx, terminal, &head, now)
        };
        world.shell.store().write(keep).await.unwrap();
        let page = get(&world, &format!("/portal/terminals/{terminal}"), &cookie).await;
        assert_eq!(page.text.contains("135.30"), is_shown, "{}", page.text);
    }
}

/// The names of the fields with which a review is answered.
fn fields_of(page: &Answer) -> Vec<String> {
    let pieces = page.text.split("type=\"radio\" name=\"").skip(1);
    let names = pieces.map(|piece| piece.split('"').next().unwrap().to_owned());
    let mut names: Vec<_> = names.collect();
    names.dedup();
    names
}

#[tokio::test]
async fn a_review_of_access_is_answered_for_everybody_without_javascript() {
    let world = site().await;
    let rights = [ManagerRight::ManageOperators, ManagerRight::ResetCashiers];
    world.add_manager(MERCHANT, MANAGER_PHONE, &rights).await;
    let mut cookie = String::new();
    for _ in 0..5 {
        assert!(
            !get(&world, "/portal", &cookie)
                .await
                .text
                .contains("access-review")
        );
        world.clock.advance(SignedDuration::from_hours(24 * 80));
        tick(&world.shell).await.unwrap();
        world.messages().await;
        (cookie, _) = signed_in(&world, "").await;
    }
    let first = get(&world, "/portal", &cookie).await;
    assert!(first.text.contains("href=\"/portal/access-review\""));
    let page = get(&world, "/portal/access-review", &cookie).await;
    assert_eq!(page.status, 200);
    assert!(!page.text.contains(" checked"), "nothing is chosen before");
    let names = fields_of(&page);
    assert_eq!(names.len(), 4, "three operators and a manager: {names:?}");
    let body = |answers: &[&str]| {
        let pairs = names.iter().zip(answers);
        let pairs: Vec<_> = pairs
            .map(|(name, answer)| format!("&{name}={answer}"))
            .collect();
        format!("round=1{}", pairs.concat())
    };

    let path = "/portal/access-review";
    let some = post(&world, path, &cookie, &body(&["keep", "remove"])).await;
    assert_eq!(some.status, 422);
    assert_eq!(
        some.text.matches(" checked").count(),
        2,
        "what was chosen stays"
    );
    let whole = body(&["keep", "remove", "keep", "keep"]);
    world.clock.advance(SignedDuration::from_mins(11));
    let stale = post(&world, path, &cookie, &whole).await;
    assert_eq!(stale.status, 403);
    assert_eq!(stale.text.matches(" checked").count(), 4);
    assert!(stale.text.contains("/portal/confirm"));
    let (cookie, _) = signed_in(&world, "").await;
    let done = post(&world, path, &cookie, &whole).await;
    assert_eq!(
        (done.status.as_u16(), header(&done.headers, "location")),
        (303, path)
    );
    let nothing = get(&world, path, &cookie).await;
    assert!(nothing.status == 200 && fields_of(&nothing).is_empty());
    let terminal = format!("/portal/terminals/{}", world.terminal);
    let left = get(&world, &terminal, &cookie).await;
    assert!(!left.text.contains("/operators/01/"), "01 is gone");
}

#[tokio::test]
async fn a_manager_who_leaves_is_ended_by_another() {
    let world = site().await;
    let rights = [ManagerRight::ManageOperators, ManagerRight::ResetCashiers];
    world.add_manager(MERCHANT, MANAGER_PHONE, &rights).await;
    let leaver = world
        .add_manager(MERCHANT, "+8613900139002", &rights[1..])
        .await;
    let owner = world
        .add_manager(MERCHANT, "+8613900139003", ManagerRight::ALL)
        .await;
    world.messages().await;
    let (cookie, _) = signed_in(&world, "").await;
    let list = get(&world, "/portal/access", &cookie).await;
    let end = |id| format!("/portal/access/{id}/end");
    assert!(list.text.contains(&end(leaver)) && !list.text.contains(&end(owner)));
    assert_eq!(get(&world, &end(owner), &cookie).await.status, 404);
    world.clock.advance(SignedDuration::from_mins(11));
    let stale = get(&world, &end(leaver), &cookie).await;
    assert!(header(&stale.headers, "location").starts_with("/portal/confirm?then=/portal/access/"));
    let (cookie, _) = signed_in(&world, "").await;
    assert_eq!(get(&world, &end(leaver), &cookie).await.status, 200);
    let ended = post(&world, &end(leaver), &cookie, "").await;
    assert_eq!(header(&ended.headers, "location"), "/portal/access");
    assert!(
        !get(&world, "/portal/access", &cookie)
            .await
            .text
            .contains(&end(leaver))
    );
}
