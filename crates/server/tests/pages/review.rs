//! Reviewers at work, with forms alone: what approves, what does not, and what is not
//! lost.

use jiff::SignedDuration;
use tillkey_rules::document::{ResidentIdentityNumber, SocialCreditCode, Validity};
use tillkey_rules::party::Role;
use tillkey_rules::vocabulary::{Channel, Reason};
use tillkey_server::act::case::{self, Named, OpenRequest, Presented};
use tillkey_server::act::staff;
use tillkey_server::act::{Access, SignedIn, Source};
use tillkey_wire::ids::CaseId;

use crate::site::{get, header, post, seated, site};
use crate::support::{HOLDER, LICENCE, MERCHANT, TERMINAL, World, own_password};

async fn by(world: &World, cookie: &str) -> SignedIn {
    let token = cookie.split_once('=').unwrap().1.parse().unwrap();
    staff::signed_in(&world.shell, &token).await.unwrap()
}

/// A case at the counter that waits for its reviewer.
async fn waiting(world: &World, clerk: &SignedIn) -> CaseId {
    let shell = &world.shell;
    let source = Source::address([192, 0, 2, 1].into());
    let access = Access::Staff(clerk.clone());
    let request = OpenRequest {
        named: Named {
            merchant: MERCHANT.parse().unwrap(),
            terminal: TERMINAL.parse().unwrap(),
            operator: "01".parse().unwrap(),
        },
        channel: Channel::Counter,
        reason: Reason::Forgotten,
    };
    let opened = case::open(shell, request, Some(clerk), &source, None);
    let case = opened.await.unwrap().case;
    let number = ResidentIdentityNumber::parse(HOLDER).unwrap();
    let code = SocialCreditCode::parse(LICENCE).unwrap();
    for presented in [
        Presented::IdentityDocument {
            number,
            validity: Some(Validity::LongTerm),
        },
        Presented::BusinessLicence {
            code,
            validity: Some(Validity::LongTerm),
        },
    ] {
        case::present(shell, case, presented, &access, &source, None)
            .await
            .unwrap();
    }
    case::submit(shell, case, &access, None).await.unwrap();
    case
}

/// A site with a case that waits, its clerk, and a reviewer's cookie.
async fn desk() -> (World, CaseId, SignedIn, String) {
    let world = site().await;
    let clerk = by(&world, &seated(&world, "clerk", Role::Clerk).await).await;
    let reviewer = seated(&world, "reviewer", Role::Reviewer).await;
    let case = waiting(&world, &clerk).await;
    (world, case, clerk, reviewer)
}

async fn approvals(world: &World, case: CaseId, clerk: &SignedIn) -> usize {
    let dossier = case::dossier(&world.shell, case, clerk).await.unwrap();
    dossier.opinions.iter().filter(|said| said.approved).count()
}

#[tokio::test]
async fn a_reviewer_finds_the_case_and_approves_it() {
    let (world, case, clerk, reviewer) = desk().await;
    let queue = get(&world, "/review", &reviewer).await;
    assert!(
        queue.text.contains(&format!("/review/{case}")),
        "{}",
        queue.text
    );
    assert!(queue.text.contains("h 0 min left"), "{}", queue.text);
    let page = get(&world, &format!("/review/{case}"), &reviewer).await;
    for word in ["Identity document", "老**", "clerk", "Approve"] {
        assert!(page.text.contains(word), "{word}: {}", page.text);
    }
    for hidden in [HOLDER, LICENCE, "13800138000", "老王面馆"] {
        assert!(!page.text.contains(hidden), "{hidden}");
    }
    assert!(
        !page.text.contains("type=\"password\""),
        "signed in a moment ago"
    );
    let to = format!("/review/{case}/verdict");
    let body = "verdict=approve&comment=seen&edition=0";
    for _ in 0..2 {
        // A second click does nothing, and says nothing that is not so.
        let answer = post(&world, &to, &reviewer, body).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        assert_eq!(
            header(&answer.headers, "location"),
            format!("/review/{case}")
        );
    }
    assert_eq!(approvals(&world, case, &clerk).await, 1);
    let done = get(&world, &format!("/review/{case}"), &reviewer).await;
    assert!(done.text.contains("You approved it."), "{}", done.text);
    assert!(!done.text.contains("<textarea"));
}

#[tokio::test]
async fn the_password_is_asked_for_where_the_sign_in_is_not_fresh() {
    let (world, case, clerk, reviewer) = desk().await;
    world.clock.advance(SignedDuration::from_mins(6));
    let to = format!("/review/{case}/verdict");
    let page = get(&world, &format!("/review/{case}"), &reviewer).await;
    assert!(page.text.contains("type=\"password\""));
    for (password, word) in [("", "Enter your password"), ("wrong", "is not right")] {
        let body = format!("verdict=approve&comment=all+seen&edition=0&password={password}");
        let answer = post(&world, &to, &format!("{reviewer}; tillkey-lang=en"), &body).await;
        assert_eq!(answer.status, 422);
        assert!(
            answer.text.contains("all seen</textarea>"),
            "{}",
            answer.text
        );
        assert!(!answer.text.contains("value=\"wrong\""));
        let _ = word;
    }
    assert_eq!(approvals(&world, case, &clerk).await, 0);
    let password = own_password("reviewer").replace(' ', "+");
    let body = format!("verdict=approve&comment=all+seen&edition=0&password={password}");
    assert_eq!(post(&world, &to, &reviewer, &body).await.status, 303);
    assert_eq!(approvals(&world, case, &clerk).await, 1);
}

#[tokio::test]
async fn b10_f06_nothing_but_this_sites_own_form_approves() {
    let (world, case, clerk, reviewer) = desk().await;
    let to = format!("/review/{case}/verdict");
    let body = b"verdict=approve&edition=0".to_vec();
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("x-nothing", "x"),
    ] {
        let ask = world
            .post(&to)
            .with(name, value)
            .with("content-type", crate::site::FORM)
            .with("cookie", &reviewer);
        assert_eq!(
            ask.body(body.clone()).go().await.status,
            403,
            "{name}: {value}"
        );
    }
    for method in ["GET", "HEAD"] {
        for path in [
            to.clone(),
            format!("{to}?verdict=approve"),
            format!("/review/{case}?verdict=approve"),
        ] {
            world
                .ask(method, &path)
                .with("cookie", &reviewer)
                .go()
                .await;
        }
    }
    assert_eq!(approvals(&world, case, &clerk).await, 0);
}

#[tokio::test]
async fn b13_no_page_of_a_reviewer_is_framed() {
    let (world, case, _, reviewer) = desk().await;
    for path in ["/review".to_owned(), format!("/review/{case}")] {
        let page = get(&world, &path, &reviewer).await;
        assert_eq!(header(&page.headers, "x-frame-options"), "DENY");
        let policy = header(&page.headers, "content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'"));
    }
}

#[tokio::test]
async fn f03_own_work_is_shown_and_not_reviewed() {
    let (world, case, clerk, _) = desk().await;
    let promoted = world.staff("clerk.review", "clerk", Role::Reviewer).await;
    let promoted = format!("tillkey-staff={promoted}");
    let queue = get(&world, "/review", &promoted).await;
    assert!(queue.text.contains("You took part in it"), "{}", queue.text);
    let page = get(&world, &format!("/review/{case}"), &promoted).await;
    assert!(!page.text.contains("<textarea"), "no form for it");
    let to = format!("/review/{case}/verdict");
    let answer = post(&world, &to, &promoted, "verdict=approve&comment=mine").await;
    assert_eq!(answer.status, 403);
    assert!(answer.text.contains("mine"), "what was written is shown");
    assert_eq!(approvals(&world, case, &clerk).await, 0);
}

#[tokio::test]
async fn c01_what_changed_meanwhile_is_said_and_nothing_written_is_lost() {
    let (world, case, clerk, reviewer) = desk().await;
    let to = format!("/review/{case}/verdict");
    let access = Access::Staff(clerk.clone());
    case::amend(&world.shell, case, &access, None)
        .await
        .unwrap();
    case::submit(&world.shell, case, &access, None)
        .await
        .unwrap();
    let body = "verdict=approve&comment=as+I+saw+it&edition=0";
    let moved = post(&world, &to, &reviewer, body).await;
    assert_eq!(moved.status, 409);
    assert!(
        moved.text.contains("as I saw it</textarea>"),
        "{}",
        moved.text
    );
    assert!(moved.text.contains("name=\"edition\" value=\"1\""));
    let other = seated(&world, "other", Role::Reviewer).await;
    let body = "verdict=refuse&comment=no&edition=1";
    assert_eq!(post(&world, &to, &other, body).await.status, 303);
    let body = "verdict=approve&comment=as+I+saw+it&edition=1";
    let late = post(&world, &to, &reviewer, body).await;
    assert_eq!(late.status, 409);
    assert!(late.text.contains("as I saw it"));
    assert_eq!(approvals(&world, case, &clerk).await, 0);
}

#[tokio::test]
async fn a_refusal_without_a_word_is_asked_for_one() {
    let (world, case, _, reviewer) = desk().await;
    let to = format!("/review/{case}/verdict");
    let silent = post(&world, &to, &reviewer, "verdict=refuse&edition=0").await;
    assert_eq!(silent.status, 422);
    assert!(silent.text.contains("aria-invalid=\"true\""));
    let neither = post(&world, &to, &reviewer, "comment=hm&edition=0").await;
    assert_eq!(neither.status, 422);
    assert!(neither.text.contains("hm</textarea>"));
}

#[tokio::test]
async fn a_comment_survives_a_session_that_ended() {
    let (world, case, clerk, reviewer) = desk().await;
    let to = format!("/review/{case}/verdict");
    world.clock.advance(SignedDuration::from_mins(15));
    let long = "审".repeat(1_000);
    let typed: String = form_urlencoded(&long);
    let body = format!("verdict=approve&comment={typed}&edition=0&password=secret-thing");
    let ended = post(&world, &to, &reviewer, &body).await;
    assert_eq!(ended.status, 401);
    assert!(ended.text.contains(&long), "the comment is kept");
    assert!(!ended.text.contains("secret-thing"), "the password is not");
    assert!(!ended.text.contains("name=\"kept.verdict\""));
    assert_eq!(approvals(&world, case, &clerk).await, 0);
}

fn form_urlencoded(text: &str) -> String {
    text.bytes().map(|b| format!("%{b:02X}")).collect()
}

#[tokio::test]
async fn a_page_left_open_keeps_no_session_alive() {
    let (world, _, _, reviewer) = desk().await;
    for _ in 0..3 {
        world.clock.advance(SignedDuration::from_mins(6));
        let look = world
            .get("/review")
            .with("cookie", &reviewer)
            .with("sec-fetch-dest", "empty");
        let _ = look.go().await;
    }
    let page = get(&world, "/review", &reviewer).await;
    assert_eq!(page.status, 303, "idle for eighteen minutes");
    assert!(header(&page.headers, "location").starts_with("/sign-in"));
}
