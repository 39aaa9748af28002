//! Campaigns, with forms alone: planned, looked at, approved, held, ended, kept as files.

use jiff::SignedDuration;
use tillkey_rules::party::Role;
use tillkey_server::act::tick::tick;

use crate::site::{get, header, post, seated, site};
use crate::support::{MERCHANT, World, own_password};

const NEW: &str = "/fleet/campaigns/new";
/// A plan that can be kept to, without its name.
const WHOLE: &str = "reason=system_update&rank_cashier=yes&waves=once&wave_hours=72&rest=keep\
                     &failures=5";

async fn fleet() -> (World, String) {
    let world = site().await;
    world.give_password((world.terminal, 1));
    let admin = seated(&world, "zhou", Role::Administrator).await;
    (world, admin)
}

async fn settle(world: &World) {
    while tick(&world.shell).await.unwrap() {}
}

/// Plans one and lets its list be made: its page.
async fn planned() -> (World, String, String) {
    let (world, admin) = fleet().await;
    let body = format!("name=March&{WHOLE}");
    let done = post(&world, NEW, &admin, &body).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let path = header(&done.headers, "location").to_owned();
    let page = get(&world, &path, &admin).await;
    assert!(
        page.text.contains("The list is being made"),
        "{}",
        page.text
    );
    let refresh = "http-equiv=\"refresh\"";
    assert!(page.text.contains(refresh), "it loads anew by itself");
    settle(&world).await;
    let page = get(&world, &path, &admin).await;
    assert!(
        page.text.contains("It takes 1 to approve it"),
        "{}",
        page.text
    );
    assert!(!page.text.contains(refresh), "somebody may be typing");
    (world, admin, path)
}

/// The hidden digest of the form.
fn digest(page: &str) -> &str {
    let (_, rest) = page.split_once("name=\"digest\" value=\"").unwrap();
    rest.split_once('"').unwrap().0
}

#[tokio::test]
async fn everything_that_is_wrong_is_said_at_its_field_and_nothing_is_lost() {
    let (world, admin) = fleet().await;
    let body = "name=&reason=forgotten&merchants=89831&areas=Atlantis%0AJilin&models=%5E\
                &before=soon&waves=five&wave_hours=721&rest=end&rest_hours=&failures=0";
    let page = post(&world, NEW, &admin, body).await;
    assert_eq!(page.status, 422);
    for field in [
        "name",
        "reason",
        "ranks",
        "merchants",
        "areas",
        "models",
        "before",
        "waves",
        "wave_hours",
        "rest_hours",
        "failures",
    ] {
        let mark = format!("id=\"{field}-wrong\"");
        assert!(page.text.contains(&mark), "{field}: {}", page.text);
    }
    for typed in [
        "89831</textarea>",
        "Atlantis\nJilin</textarea>",
        "value=\"721\"",
    ] {
        assert!(page.text.contains(typed), "{typed}: {}", page.text);
    }
    let unchosen = post(&world, NEW, &admin, "name=March").await;
    assert!(unchosen.text.contains("id=\"rest-wrong\""));
    let two = post(&world, NEW, &admin, "name=March&areas=%E5%90%89%E6%9E%97").await;
    assert!(two.text.contains("more than one") || two.text.contains("不止一处"));
    let list = get(&world, "/fleet/campaigns", &admin).await;
    assert!(
        list.text.contains("There are no campaigns yet"),
        "{}",
        list.text
    );
}

#[tokio::test]
async fn an_ended_session_loses_no_plan() {
    let (world, _) = fleet().await;
    let body = format!("name=March&{WHOLE}");
    let ended = post(&world, NEW, "", &body).await;
    assert!(ended.text.contains("kept.name"), "{}", ended.text);
    assert!(ended.text.contains("kept.rank_cashier"));
}

#[tokio::test]
async fn f03_a_list_is_looked_at_and_approved_by_somebody_else_with_a_fresh_proof() {
    let (world, admin, path) = planned().await;
    let own = get(&world, &path, &admin).await;
    assert!(
        own.text.contains("Reviewers approve the list"),
        "{}",
        own.text
    );
    assert!(!own.text.contains("name=\"verdict\""));
    let second = format!(
        "tillkey-staff={}",
        world.staff("zhou.two", "zhou", Role::Reviewer).await
    );
    let own = get(&world, &path, &second).await;
    assert!(own.text.contains("You planned this list"), "{}", own.text);
    assert!(!own.text.contains("name=\"verdict\""));

    let chen = seated(&world, "chen", Role::Reviewer).await;
    let page = get(&world, &path, &chen).await;
    assert!(
        page.text.contains(&format!("1 {MERCHANT} 10000001 01")),
        "{}",
        page.text
    );
    assert!(page.text.contains("sha256sum campaign-"));
    let seen = digest(&page.text).to_owned();
    world.clock.advance(SignedDuration::from_mins(6));
    let verdict = format!("{path}/verdict");
    let approve = format!("verdict=approve&digest={seen}");
    let unproved = post(
        &world,
        &verdict,
        &chen,
        &format!("{approve}&comment=a+word"),
    )
    .await;
    assert_eq!(unproved.status, 422);
    assert!(unproved.text.contains("a word"), "nothing typed is lost");
    let password = own_password("chen").replace(' ', "+");
    let guessed = post(
        &world,
        &verdict,
        &chen,
        &format!("{approve}&password=guess"),
    )
    .await;
    assert_eq!(guessed.status, 422);
    let other = format!(
        "verdict=approve&digest={}&password={password}",
        "0".repeat(64)
    );
    let other = post(&world, &verdict, &chen, &other).await;
    assert_eq!(other.status, 409, "it is not the list that they saw");
    let silent = post(&world, &verdict, &chen, "verdict=decline&comment=").await;
    assert_eq!(silent.status, 422);
    let unsaid = post(&world, &verdict, &chen, &format!("digest={seen}")).await;
    assert_eq!(unsaid.status, 200, "no button, no verdict");
    let done = post(&world, &verdict, &chen, &approve).await;
    assert_eq!(done.status, 303, "{}", done.text);
    settle(&world).await;
    let page = get(&world, &path, &chen).await;
    assert!(
        page.text.contains("Wave 1 of 1 is under way"),
        "{}",
        page.text
    );
    assert!(page.text.contains("<rect class=\"asked\""), "as a picture");
    assert!(page.text.contains("Approved the list · chen"));
}

#[tokio::test]
async fn it_is_held_goes_on_and_ends_by_those_who_may() {
    let (world, admin, path) = planned().await;
    let chen = seated(&world, "chen", Role::Reviewer).await;
    let seen = digest(&get(&world, &path, &chen).await.text).to_owned();
    let approve = format!("verdict=approve&digest={seen}");
    post(&world, &format!("{path}/verdict"), &chen, &approve).await;
    settle(&world).await;
    let agent = seated(&world, "li", Role::Agent).await;
    let page = get(&world, &path, &agent).await;
    assert_eq!(page.status, 200, "a caller asks why");
    assert!(!page.text.contains("/pause") && !page.text.contains("/cancellation"));
    for below in ["pause", "resume", "cancellation"] {
        let said = post(&world, &format!("{path}/{below}"), &agent, "").await;
        assert_eq!(said.status, 403, "{below}");
    }
    let held = post(&world, &format!("{path}/pause"), &chen, "").await;
    assert_eq!(held.status, 303, "{}", held.text);
    let twice = post(&world, &format!("{path}/pause"), &chen, "").await;
    assert_eq!(twice.status, 409);
    let page = get(&world, &path, &admin).await;
    assert!(page.text.contains("is on hold"), "{}", page.text);
    let on = post(
        &world,
        &format!("{path}/resume"),
        &admin,
        "comment=all+well",
    )
    .await;
    assert_eq!(on.status, 303, "{}", on.text);
    let page = get(&world, &path, &chen).await;
    assert!(page.text.contains("all well"), "the story says why");
    let ended = post(&world, &format!("{path}/cancellation"), &chen, "").await;
    assert_eq!(ended.status, 303);
    let page = get(&world, &path, &chen).await;
    assert!(page.text.contains("Ended early") && !page.text.contains("data-live"));
}

#[tokio::test]
async fn a15_operators_are_looked_through_and_kept_as_files() {
    let (world, admin, path) = planned().await;
    let list = get(&world, &format!("{path}/list"), &admin).await;
    assert!(list.text.contains(MERCHANT), "{}", list.text);
    let none = get(&world, &format!("{path}/list?state=failed"), &admin).await;
    assert!(none.text.contains("There are no operators here"));
    let file = get(&world, &format!("{path}/manifest"), &admin).await;
    assert!(header(&file.headers, "content-disposition").starts_with("attachment"));
    assert!(
        file.text.starts_with("tillkey campaign 1 "),
        "{}",
        file.text
    );
    let table = get(&world, &format!("{path}/outcomes"), &admin).await;
    assert_eq!(
        header(&table.headers, "content-type"),
        "text/csv; charset=utf-8"
    );
    let row = format!("\"{MERCHANT}\",\"10000001\",\"01\",\"Cashier\",\"\",\"Not begun\"");
    assert!(table.text.contains(&row), "{}", table.text);
    let mut lines = table.text.lines();
    assert!(
        lines.all(|line| line.ends_with('"')),
        "every field is quoted"
    );
}

#[tokio::test]
async fn campaigns_are_planned_by_administrators_and_shown_to_staff_alone() {
    let (world, _, path) = planned().await;
    for (account, role) in [
        ("li", Role::Agent),
        ("wang", Role::Clerk),
        ("chen", Role::Reviewer),
        ("xu", Role::Auditor),
    ] {
        let cookie = seated(&world, account, role).await;
        let list = get(&world, "/fleet/campaigns", &cookie).await;
        assert!(list.text.contains(&path), "{account}");
        assert!(!list.text.contains(NEW), "{account}");
        assert_eq!(get(&world, NEW, &cookie).await.status, 403, "{account}");
        let plan = post(&world, NEW, &cookie, &format!("name=May&{WHOLE}")).await;
        assert_eq!(plan.status, 403, "{account}");
        assert_eq!(
            get(&world, &format!("{path}/list"), &cookie).await.status,
            200
        );
    }
    let gone = seated(&world, "he", Role::Reviewer).await;
    assert_eq!(
        get(&world, "/fleet/campaigns/gone", &gone).await.status,
        404
    );
    assert_eq!(get(&world, &path, "").await.status, 303);
}
