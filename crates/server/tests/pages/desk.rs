//! The hotline's desk over HTTP, with forms alone: a whole call, and the tricks that
//! callers, agents and other sites have tried.

use jiff::SignedDuration;
use tillkey_rules::party::Role;
use tillkey_server::act::party;
use tillkey_server::web::Assets;

use crate::samples::{LANGUAGES, Sample, desk};
use crate::site::{FORM, get, header, post, seated, site};
use crate::support::{Answer, MERCHANT, PHONE, World, digits, other};

/// An agent at the desk, with the page of a new case.
struct Desk {
    world: World,
    cookie: String,
    page: String,
}

impl Desk {
    async fn new() -> Self {
        let world = site().await;
        let cookie = seated(&world, "li.na", Role::Agent).await;
        let page = open(&world, &cookie, "01").await;
        Self {
            world,
            cookie,
            page,
        }
    }

    async fn shown(&self) -> String {
        let answer = get(&self.world, &self.page, &self.cookie).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.text
    }

    async fn press(&self, below: &str, body: &str) -> Answer {
        let path = format!("{}/{below}", self.page);
        post(&self.world, &path, &self.cookie, body).await
    }

    /// Has an SMS code sent, and reads it from the phone.
    async fn sms_code(&self) -> String {
        let sent = self.press("challenge", "kind=sms_code").await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        let messages = self.world.messages().await;
        assert_eq!(messages.len(), 1, "{messages:?}");
        assert_eq!(messages[0].0, PHONE, "the registered phone and no other");
        digits(&messages[0].1, 6)
    }

    async fn answer(&self, code: &str) -> Answer {
        let body = format!("kind=sms_code&answer={code}");
        self.press("evidence", &body).await
    }
}

async fn open(world: &World, cookie: &str, operator: &str) -> String {
    let found = post(
        world,
        "/desk/look-up",
        cookie,
        &format!("by=merchant&what={MERCHANT}"),
    )
    .await;
    assert_eq!(found.status, 303, "the one terminal: {}", found.text);
    let till = header(&found.headers, "location").to_owned();
    assert_eq!(till, format!("/desk/terminals/{}", world.terminal));
    let body = format!(
        "operator={operator}&reason=forgotten&form={}",
        "7".repeat(32)
    );
    let opened = post(world, &format!("{till}/cases"), cookie, &body).await;
    assert_eq!(opened.status, 303, "{}", opened.text);
    let page = header(&opened.headers, "location").to_owned();
    let again = post(world, &format!("{till}/cases"), cookie, &body).await;
    assert_eq!(header(&again.headers, "location"), page, "a double click");
    page
}

#[tokio::test]
async fn f01_c08_a_whole_call_and_no_reset_before_it_is_approved() {
    let desk = Desk::new().await;
    let first = desk.shown().await;
    assert!(first.contains("I am sending a code by SMS"), "{first}");
    assert!(
        first.contains("我现在给贵店登记的手机发一条短信验证码"),
        "{first}"
    );
    assert!(!first.contains("reset-code"));
    let early = desk.press("reset-code", "").await;
    assert_eq!(early.status, 303, "not due, and nothing happens");
    assert!(desk.world.messages().await.is_empty());

    let code = desk.sms_code().await;
    let asked = desk.shown().await;
    assert!(
        asked.contains("id=\"answer\"") && asked.contains("one by one"),
        "{asked}"
    );
    let wrong = other(&code);
    let said = desk.answer(&wrong).await;
    assert_eq!(said.status, 422);
    assert!(said.text.contains("核对不一致"), "{}", said.text);
    assert!(!said.text.contains(&wrong), "an answer never comes back");
    let short = desk.answer("12").await;
    assert_eq!(short.status, 422);
    assert!(short.text.contains("一位一位再报一遍"));

    let done = desk.answer(&code).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let review = desk.shown().await;
    assert!(review.contains("A reviewer has to approve"), "{review}");
    assert!(!review.contains("reset-code"), "not before it is approved");
    desk.press("reset-code", "").await;
    assert!(
        desk.world.messages().await.is_empty(),
        "no code before approval"
    );
    for text in [first, asked, said.text, short.text, done.text, review] {
        assert!(!text.contains(&code), "a code on the screen: {text}");
        assert!(
            !text.contains(&PHONE[3..]) && !text.contains(&PHONE[10..]),
            "{text}"
        );
        assert!(!text.contains("老王面馆"));
    }
}

#[test]
fn f01_only_an_approved_case_has_a_control_that_sends_a_code() {
    let assets = Assets::default();
    for language in LANGUAGES {
        for (Sample { name, html }, is_approved) in desk::calls(&assets, language) {
            let has = html.contains("/reset-code\"");
            assert!(!has || is_approved, "{name}");
            let must = matches!(name.as_str(), "desk_call_issued" | "desk_call_code_over");
            assert!(has || !must, "{name}");
        }
    }
}

#[tokio::test]
async fn f02_a_challenge_goes_to_what_is_registered_and_takes_no_destination() {
    let desk = Desk::new().await;
    for body in [
        "kind=sms_code&phone=13900139000",
        "kind=sms_code&to=13900139000",
        "kind=sms_code&kind=sms_code",
        "kind[]=sms_code",
        "",
    ] {
        let answer = desk.press("challenge", body).await;
        assert_eq!(answer.status, 400, "{body}");
    }
    let extra = desk
        .press("evidence", "kind=sms_code&answer=123456&phone=1")
        .await;
    assert_eq!(extra.status, 422);
    assert!(desk.world.messages().await.is_empty());
}

#[tokio::test]
async fn f09_nobody_sits_here_by_a_header() {
    let desk = Desk::new().await;
    let names = [
        "x-remote-user",
        "x-forwarded-user",
        "remote-user",
        "authorization",
    ];
    for name in names {
        let ask = desk.world.get(&desk.page).with(name, "li.na");
        let answer = ask.go().await;
        assert_eq!(answer.status, 303, "{name}");
        assert!(header(&answer.headers, "location").starts_with("/sign-in"));
    }
    let clerk = seated(&desk.world, "wang.clerk", Role::Clerk).await;
    for page in ["/desk", "/desk/queue", &desk.page] {
        let answer = get(&desk.world, page, &clerk).await;
        assert_eq!(answer.status, 403, "{page}");
    }
    let pressed = post(
        &desk.world,
        &format!("{}/cancellation", desk.page),
        &clerk,
        "",
    )
    .await;
    assert_eq!(pressed.status, 403);
}

#[tokio::test]
async fn a10_a11_a_code_counts_for_its_own_case_alone() {
    let desk = Desk::new().await;
    let code = desk.sms_code().await;
    let colleague = open(&desk.world, &desk.cookie, "00").await;
    let path = format!("{colleague}/evidence");
    let body = format!("kind=sms_code&answer={code}");
    let crossed = post(&desk.world, &path, &desk.cookie, &body).await;
    assert_eq!(crossed.status, 422);
    // Another kind named for the same answer is not that kind's answer.
    let kinds = ["terminal_in_hand", "identity_document", "portal_session"];
    for kind in kinds {
        let body = format!("kind={kind}&answer={code}");
        assert_eq!(desk.press("evidence", &body).await.status, 422, "{kind}");
    }
    assert_eq!(desk.answer(&code).await.status, 303, "its own takes it");
}

#[tokio::test]
async fn b10_another_sites_form_presses_nothing() {
    let desk = Desk::new().await;
    for below in [
        "challenge",
        "evidence",
        "submission",
        "reset-code",
        "cancellation",
    ] {
        let path = format!("{}/{below}", desk.page);
        let ask = desk.world.post(&path).with("cookie", &desk.cookie);
        let ask = ask
            .with("sec-fetch-site", "cross-site")
            .with("content-type", FORM);
        let answer = ask.body(b"kind=sms_code".to_vec()).go().await;
        assert_eq!(answer.status, 403, "{below}");
    }
    assert!(desk.world.messages().await.is_empty());
    assert!(desk.shown().await.contains("I am sending a code by SMS"));
}

#[tokio::test]
async fn c10_a_retired_terminal_and_a_suspended_merchant_get_no_reset() {
    let desk = Desk::new().await;
    let code = desk.sms_code().await;
    let (shell, admin) = (&desk.world.shell, &desk.world.admin);
    let suspended = tillkey_rules::vocabulary::MerchantStatus::Suspended;
    let merchant = MERCHANT.parse().unwrap();
    party::set_merchant_status(shell, merchant, suspended, admin, None)
        .await
        .unwrap();
    desk.answer(&code).await;
    let shown = desk.shown().await;
    assert!(
        shown.contains("Something registered has changed"),
        "{shown}"
    );
    party::retire_terminal(shell, desk.world.terminal, admin, None)
        .await
        .unwrap();
    let till = format!("/desk/terminals/{}", desk.world.terminal);
    let gone = get(&desk.world, &till, &desk.cookie).await;
    assert!(gone.text.contains("Out of service") && gone.text.contains("Suspended"));
    assert!(
        !gone.text.contains("name=\"reason\""),
        "no case can be opened"
    );
    let body = "operator=01&reason=forgotten";
    let opened = post(&desk.world, &format!("{till}/cases"), &desk.cookie, body).await;
    assert_eq!(opened.status, 422);
}

#[tokio::test]
async fn e16_what_is_not_there_and_what_is_anothers_look_alike() {
    let desk = Desk::new().await;
    let missing = "zzzzzzzzzzzzzzzz";
    for path in [
        format!("/desk/cases/{missing}"),
        "/desk/cases/nonsense".to_owned(),
        format!("/desk/terminals/{missing}"),
        format!("/desk/terminals/{missing}/operators/01"),
    ] {
        let answer = get(&desk.world, &path, &desk.cookie).await;
        assert_eq!(answer.status, 404, "{path}");
    }
    let pressed = post(
        &desk.world,
        &format!("/desk/cases/{missing}/cancellation"),
        &desk.cookie,
        "",
    )
    .await;
    assert_eq!(pressed.status, 404);
}

#[tokio::test]
async fn a_look_up_is_masked_counted_and_never_shows_a_phone() {
    let desk = Desk::new().await;
    let find = async |body: &str| post(&desk.world, "/desk/look-up", &desk.cookie, body).await;
    let none = find("by=phone&what=13900139000").await;
    assert_eq!(none.status, 200);
    assert!(!none.text.contains("13900139000"), "{}", none.text);
    for body in [
        "by=merchant&what=13800138000",
        "by=serial_number&what=a",
        "by=phone&what=898310054110001",
        "by=name&what=x",
        "by=case&what=x",
    ] {
        assert_eq!(find(body).await.status, 422, "{body}");
    }
    let one = find("by=serial_number&what=sn10000001").await;
    assert_eq!(one.status, 303);
    let home = get(&desk.world, "/desk", &desk.cookie).await.text;
    assert!(home.contains("197 look-ups left"), "{home}");
    assert!(home.contains(MERCHANT), "found before, to be found again");
    assert!(!home.contains(&PHONE[3..]));
}

#[tokio::test]
async fn the_queue_shows_the_agents_own_cases_and_all() {
    let desk = Desk::new().await;
    let number = desk.page.trim_start_matches("/desk/cases/").to_owned();
    let own = get(&desk.world, "/desk/queue", &desk.cookie).await.text;
    assert!(own.contains(&number), "{own}");
    let colleague = seated(&desk.world, "sun.agent", Role::Agent).await;
    let theirs = get(&desk.world, "/desk/queue", &colleague).await.text;
    assert!(!theirs.contains(&number));
    let all = get(&desk.world, "/desk/queue?whose=all", &colleague)
        .await
        .text;
    assert!(all.contains(&number));
    desk.press("cancellation", "").await;
    let after = get(&desk.world, "/desk/queue?whose=all", &colleague)
        .await
        .text;
    assert!(!after.contains(&number), "what is closed does not wait");
}

#[tokio::test]
async fn a_session_that_ends_in_a_call_comes_back_to_the_same_step_without_the_answer() {
    let desk = Desk::new().await;
    desk.world.clock.advance(SignedDuration::from_mins(16));
    let page = format!("{}?kind=sms_code", desk.page);
    let sent = get(&desk.world, &page, &desk.cookie).await;
    let to = header(&sent.headers, "location").to_owned();
    assert_eq!(to, format!("/sign-in?then={page}"));
    let posted = desk.answer("314159").await;
    assert_eq!(posted.status, 401);
    assert!(!posted.text.contains("314159"), "{}", posted.text);
    assert!(posted.text.contains(&format!("value=\"{}\"", desk.page)));
    let cookie = seated(&desk.world, "sun.agent", Role::Agent).await;
    let again = get(&desk.world, &page, &cookie).await;
    assert!(again.text.contains("I am sending a code by SMS"));
}

#[tokio::test]
async fn e16_the_guide_knows_nobody_and_the_real_state_is_for_a_proven_case() {
    let world = site().await;
    let guide = get(&world, "/help/diagnose", "").await;
    assert_eq!(guide.status, 200);
    assert!(!guide.text.contains("<input") && !guide.text.contains(MERCHANT));
    let body = format!("merchant={MERCHANT}&terminal=10000001&operator=01&reason=forgotten");
    let opened = post(&world, "/reset", "", &body).await;
    let page = header(&opened.headers, "location").to_owned();
    let cookie = header(&opened.headers, "set-cookie")
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let path = format!("{page}/diagnosis");
    let code = digits(&world.messages().await[0].1, 6);
    let before = get(&world, &path, &cookie).await;
    assert_eq!(before.status, 404);
    assert!(
        !get(&world, &page, &cookie)
            .await
            .text
            .contains("/diagnosis")
    );
    post(
        &world,
        &format!("{page}/code"),
        &cookie,
        &format!("code={code}"),
    )
    .await;
    let shown = get(&world, &path, &cookie).await;
    assert_eq!(shown.status, 200);
    assert!(shown.text.contains("not enrolled"), "{}", shown.text);
    assert!(get(&world, &page, &cookie).await.text.contains(&path));
    let nobody = get(&world, &path, "").await;
    assert_eq!(nobody.text, before.text, "as of a case that is not there");
}
