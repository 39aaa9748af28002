//! The counter over HTTP: scans, the form, the sealed slip, and how they are attacked.

use serde_json::{Value, json};
use tillkey_rules::party::Role;
use tillkey_store::reset_code;

use crate::support::counter::{PRINTER, identity, licence, photo};
use crate::support::{HOLDER, LICENCE, World};

#[tokio::test]
async fn scans_are_kept_shown_and_written_down() {
    let world = World::with_printer().await;
    let (case, clerk) = world.on_file("wang").await;
    let path = format!("/v1/cases/{case}/scans");
    let listed = world.get(&path).token(&clerk).go().await.is(200);
    let scans = listed["scans"].as_array().unwrap();
    assert_eq!(scans.len(), 2);
    assert_eq!(scans[0]["seen_before"], Value::Null);
    let scan = scans[0]["scan"].as_str().unwrap();
    let shown = world
        .get(&format!("{path}/{scan}"))
        .token(&clerk)
        .go()
        .await;
    assert_eq!(shown.status, 200);
    assert_eq!(shown.headers["content-type"], "image/jpeg");
    assert_eq!(shown.headers["cache-control"], "no-store");
    let ledger = world.ledger_text().await;
    let looked = format!(r#""event":"scan_viewed","scan":"{scan}""#);
    assert_eq!(ledger.matches(&looked).count(), 1);
    assert_eq!(ledger.matches(r#""step":"scanned""#).count(), 2);
    assert!(!ledger.contains(HOLDER) && !ledger.contains(LICENCE));
}

#[tokio::test]
async fn c11_a_scan_is_there_for_those_alone_who_work_on_its_case() {
    let world = World::with_printer().await;
    let (case, clerk) = world.on_file("wang").await;
    let list = format!("/v1/cases/{case}/scans");
    let listed = world.get(&list).token(&clerk).go().await.is(200);
    let one = format!("{list}/{}", listed["scans"][0]["scan"].as_str().unwrap());
    let reviewer = world.staff("zhao", "zhao", Role::Reviewer).await;
    let second = world.staff("wang.review", "wang", Role::Reviewer).await;
    let others = [
        world.staff("chen", "chen", Role::Clerk).await,
        world.staff("li", "li", Role::Agent).await,
        world.staff("sun", "sun", Role::Auditor).await,
        world.staff("boss", "boss", Role::Administrator).await,
        // Not in review yet.
        reviewer.clone(),
    ];
    for token in &others {
        for path in [&list, &one] {
            let answer = world.get(path).token(token).go().await;
            assert_eq!(answer.problem(404), "unknown");
        }
    }
    let submission = format!("/v1/cases/{case}/submission");
    world.post(&submission).token(&clerk).go().await.is(200);
    assert_eq!(world.get(&one).token(&reviewer).go().await.status, 200);
    // The maker's second account reviews nothing, and so looks at nothing.
    assert_eq!(
        world.get(&one).token(&second).go().await.problem(404),
        "unknown"
    );
    // A scan of one case is not another's.
    let (other, chen) = world.inspected("chen.lu").await;
    let there = one.replace(&case, &other);
    assert_eq!(
        world.get(&there).token(&chen).go().await.problem(404),
        "unknown"
    );
    let cancel = format!("/v1/cases/{other}/cancellation");
    world.post(&cancel).token(&chen).go().await.is(200);
    assert_eq!(
        world.get(&there).token(&chen).go().await.problem(404),
        "unknown"
    );
}

#[tokio::test]
async fn e19_what_is_no_scan_is_refused_and_loses_nothing() {
    let world = World::with_printer().await;
    let (case, clerk) = world.inspected("wang").await;
    let polyglot = [&photo(1)[..], b"PK\x03\x04"].concat();
    let mut half = photo(1);
    half.truncate(half.len() / 2);
    for (file, rule) in [
        (Vec::new(), "the file is empty"),
        (b"%PDF-1.7".to_vec(), "the file is neither JPEG nor PNG"),
        (polyglot, "the file holds more than a picture"),
        (half, "the picture is damaged or incomplete"),
    ] {
        let answer = world.scan((&case, &clerk), "front", file).await;
        assert_eq!(answer.json()["rule"], rule);
        assert_eq!(answer.problem(400), "invalid");
    }
    let large = vec![0xff; 8 * 1024 * 1024 + 1];
    assert_eq!(
        world
            .scan((&case, &clerk), "front", large)
            .await
            .problem(413),
        "too_large"
    );
    let view = world
        .get(&format!("/v1/cases/{case}"))
        .token(&clerk)
        .go()
        .await
        .is(200);
    assert_eq!(
        view["evidence"],
        json!(["identity_document", "business_licence"])
    );
    world.scan((&case, &clerk), "front", photo(1)).await.is(201);
}

#[tokio::test]
async fn e19_the_same_picture_is_noticed() {
    let world = World::with_printer().await;
    let (first, wang) = world.on_file("wang").await;
    // One picture is not both sides.
    let same = world.scan((&first, &wang), "back", photo(1)).await;
    assert_eq!(same.problem(422), "same_picture");
    // Taken again, it is the same side.
    world.scan((&first, &wang), "front", photo(1)).await.is(201);
    let (second, chen) = world.inspected("chen").await;
    world
        .scan((&second, &chen), "front", photo(1))
        .await
        .is(201);
    let list = format!("/v1/cases/{second}/scans");
    let seen = world.get(&list).token(&chen).go().await.is(200);
    assert_eq!(seen["scans"][0]["seen_before"], "earlier_case");
    // And no slip stands on it.
    world.scan((&second, &chen), "back", photo(3)).await.is(201);
    let delivery = format!("/v1/cases/{second}/delivery");
    let slip = json!({"to": "sealed_slip"});
    let chosen = world.post(&delivery).token(&chen).json(&slip).go().await;
    assert_eq!(chosen.problem(409), "out_of_order");
    assert!(
        world
            .ledger_text()
            .await
            .contains(r#""reuse":"earlier_case""#)
    );
}

#[tokio::test]
async fn e19_an_expired_document_is_refused_before_it_is_compared() {
    let world = World::new().await;
    let clerk = world.staff("wang", "wang", Role::Clerk).await;
    let case = world.staff_case("counter", &clerk).await;
    for number in [HOLDER, "440524188001010014"] {
        let mut expired = identity();
        expired["number"] = json!(number);
        expired["valid_until"] = json!("2026-03-05");
        let answer = world.present(&case, &clerk, &expired).await;
        assert_eq!(answer.problem(422), "document_expired");
    }
    // It was not compared, and so is no guess.
    assert!(!world.ledger_text().await.contains("not_matched"));
    let mut last_day = identity();
    last_day["valid_until"] = json!("2026-03-06");
    world.present(&case, &clerk, &last_day).await.is(200);
    let mut odd = licence();
    odd["valid_until"] = json!("forever");
    assert_eq!(
        world.present(&case, &clerk, &odd).await.problem(400),
        "invalid"
    );
}

#[tokio::test]
async fn the_form_is_for_a_counter_case_in_which_something_matched() {
    let world = World::new().await;
    let clerk = world.staff("wang", "wang", Role::Clerk).await;
    let case = world.staff_case("counter", &clerk).await;
    let path = format!("/v1/cases/{case}/form");
    assert_eq!(
        world.get(&path).token(&clerk).go().await.problem(409),
        "out_of_order"
    );
    world.present(&case, &clerk, &identity()).await.is(200);
    let form = world.get(&path).token(&clerk).go().await;
    assert_eq!(form.headers["content-type"], "application/pdf");
    assert!(form.text.starts_with("%PDF-") && !form.text.contains(HOLDER));
    let agent = world.staff("li", "li", Role::Agent).await;
    assert_eq!(
        world.get(&path).token(&agent).go().await.problem(403),
        "not_allowed"
    );
    assert_eq!(world.ledger_text().await.matches("form_printed").count(), 1);
}

#[tokio::test]
async fn c08_the_code_of_a_slip_is_in_no_answer_event_or_view() {
    let world = World::with_printer().await;
    let (case, clerk) = world.slip_approved("wang").await;
    let printed = world.print_slip((&case, &clerk)).await;
    let answer = printed.text.clone();
    assert_eq!(printed.is(202)["delivery"], "sealed_slip");
    let again = world
        .get(&format!("/v1/cases/{case}"))
        .token(&clerk)
        .go()
        .await
        .text;
    let form = world
        .get(&format!("/v1/cases/{case}/form"))
        .token(&clerk)
        .go()
        .await
        .text;
    let ledger = world.ledger_text().await;
    let codes = world.slips().await;
    assert_eq!(codes.len(), 1, "it is printed once");
    assert_eq!(codes[0].len(), 8);
    for text in [&answer, &again, &form, &ledger] {
        assert!(!text.contains(&codes[0]), "{text}");
    }
    assert!(ledger.contains(r#""event":"slip_printed""#) && ledger.contains(PRINTER));
    // Nothing goes to a phone that is said to be gone.
    assert_eq!(world.messages().await, []);
}

/// The code that is live for the operator belongs to this case, if any does.
async fn is_live(world: &World, case: &str) -> bool {
    let (till, now) = (world.terminal, world.shell.now());
    let cashier = "01".parse().unwrap();
    let live = world
        .shell
        .store()
        .read(move |tx| reset_code::live(tx, (till, cashier), now))
        .await
        .unwrap();
    live.is_some_and(|live| live.case.to_string() == case)
}

#[tokio::test]
async fn b06_a_slip_ends_the_code_before_and_a_code_the_slip() {
    let world = World::with_printer().await;
    let (case, clerk) = world.slip_approved("wang").await;
    world.print_slip((&case, &clerk)).await.is(202);
    let slips = world.slips().await;
    assert!(is_live(&world, &case).await);
    let codes = format!("/v1/cases/{case}/codes");
    let sent = world.post(&codes).token(&clerk).go().await.is(202);
    assert!(sent["timeline"].to_string().contains("code_ended"));
    let texts = world.messages().await;
    assert!(texts.iter().any(|(_, text)| text.contains("重置码")));
    assert!(
        !texts
            .iter()
            .any(|(_, text)| slips.iter().any(|code| text.contains(code)))
    );
    world.print_slip((&case, &clerk)).await.is(202);
    assert_ne!(world.slips().await, slips);
    assert_eq!(
        world.print_slip((&case, &clerk)).await.problem(409),
        "codes_used_up"
    );
    // A newer, proven case of the same operator ends it, too.
    let (newer, _) = world.inspected("chen").await;
    assert_ne!(newer, case);
    assert!(!is_live(&world, &case).await);
}

#[tokio::test]
async fn f02_a_slip_takes_a_clerk_a_review_and_a_printer_of_ours() {
    let world = World::with_printer().await;
    let (case, clerk) = world.slip_approved("wang").await;
    let path = format!("/v1/cases/{case}/slip");
    for printer in ["counter-2", "", "../counter-1"] {
        let body = json!({"printer": printer});
        let answer = world.post(&path).token(&clerk).json(&body).go().await;
        assert!([400, 422].contains(&answer.status.as_u16()), "{printer}");
    }
    let own = json!({"printer": PRINTER, "to": "me"});
    assert_eq!(
        world
            .post(&path)
            .token(&clerk)
            .json(&own)
            .go()
            .await
            .problem(400),
        "invalid"
    );
    for role in [
        Role::Agent,
        Role::Reviewer,
        Role::Auditor,
        Role::Administrator,
    ] {
        let token = world
            .staff(&format!("a.{}", role.name()), role.name(), role)
            .await;
        assert_eq!(
            world.print_slip((&case, &token)).await.problem(403),
            "not_allowed"
        );
    }
    // The reviewer's second account is the reviewer.
    let both = world.staff("second", "wang.review", Role::Clerk).await;
    assert_eq!(
        world.print_slip((&case, &both)).await.problem(403),
        "not_allowed"
    );
    assert!(world.slips().await.is_empty());
    // Approved without it, there is none.
    let (plain, chen) = world.on_file("chen").await;
    let submission = format!("/v1/cases/{plain}/submission");
    world.post(&submission).token(&chen).go().await.is(200);
    assert_eq!(
        world.print_slip((&plain, &chen)).await.problem(409),
        "out_of_order"
    );
    let reviewer = world.staff("zhao", "zhao", Role::Reviewer).await;
    let review = format!("/v1/cases/{plain}/review");
    let approve = json!({"verdict": "approve"});
    world
        .post(&review)
        .token(&reviewer)
        .json(&approve)
        .go()
        .await
        .is(200);
    assert_eq!(
        world.print_slip((&plain, &chen)).await.problem(403),
        "not_allowed"
    );
    assert!(world.slips().await.is_empty());
}

#[tokio::test]
async fn c09_without_a_printer_there_are_no_slips() {
    let world = World::new().await;
    let (case, clerk) = world.on_file("wang").await;
    let delivery = format!("/v1/cases/{case}/delivery");
    let slip = json!({"to": "sealed_slip"});
    let chosen = world.post(&delivery).token(&clerk).json(&slip).go().await;
    assert_eq!(chosen.problem(422), "not_offered");
    assert_eq!(
        world.print_slip((&case, &clerk)).await.problem(422),
        "not_offered"
    );
    // And none is taken by whoever is no clerk.
    let agent = world.staff("li", "li", Role::Agent).await;
    let answer = world.scan((&case, &agent), "front", photo(4)).await;
    assert_eq!(answer.problem(403), "not_allowed");
}

#[tokio::test]
async fn a10_a_scan_belongs_to_the_case_in_the_address() {
    let world = World::with_printer().await;
    let (case, clerk) = world.inspected("wang").await;
    let path = format!("/v1/cases/{case}/scans?kind=identity_document&side=front");
    for more in ["&case=x", "&side=back", "&merchant=898310054110001"] {
        let ask = world.post(&format!("{path}{more}")).token(&clerk);
        let answer = ask
            .with("content-type", "image/jpeg")
            .body(photo(1))
            .go()
            .await;
        assert!(
            [400, 404].contains(&answer.status.as_u16()),
            "{more}: {}",
            answer.text
        );
    }
    let ask = world
        .post(&path)
        .token(&clerk)
        .with("content-type", "text/html");
    assert_eq!(ask.body(photo(1)).go().await.problem(400), "invalid");
}
