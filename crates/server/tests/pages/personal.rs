//! `/settings/merchants` and `/portal/data`, with forms alone.

use jiff::SignedDuration;
use tillkey_rules::party::Role;
use tillkey_rules::vocabulary::ManagerRight;

use crate::portal::hired;
use crate::site::{get, header, post, seated, site};
use crate::support::{MANAGER_PHONE, MERCHANT, PHONE, own_password};

const PAGE: &str = "/settings/merchants";

#[tokio::test]
async fn a_phone_is_shown_once_with_a_reason_and_a_password() {
    let world = site().await;
    let cookie = seated(&world, "admin", Role::Administrator).await;
    let address = format!("{PAGE}?merchant={MERCHANT}");
    let page = get(&world, &address, &cookie).await;
    assert!(page.text.contains("138****8000") && !page.text.contains(PHONE));
    world.clock.advance(SignedDuration::from_mins(6));
    let path = "/settings/merchants/contact";
    let send = async |body: &str| {
        let body = format!("merchant={MERCHANT}&{body}");
        post(&world, path, &cookie, &body).await
    };
    assert_eq!(send("reason=").await.status, 422);
    let stale = send("reason=call_back").await;
    assert_eq!(stale.status, 422);
    assert!(!stale.text.contains(PHONE));
    let password = own_password("admin").replace(' ', "+");
    let shown = send(&format!("reason=call_back&password={password}")).await;
    assert_eq!(shown.status, 200, "{}", shown.text);
    assert!(shown.text.contains(PHONE));
    assert_eq!(header(&shown.headers, "cache-control"), "no-store");
    let after = get(&world, &address, &cookie).await;
    assert!(!after.text.contains(PHONE), "at no address");
    let reviewer = seated(&world, "review", Role::Reviewer).await;
    let body = format!("merchant={MERCHANT}&reason=call_back");
    let other = post(&world, path, &reviewer, &body).await;
    assert!(!other.text.contains(PHONE));
}

#[tokio::test]
async fn a_merchant_is_closed_asked_about_and_erased_by_another() {
    let world = site().await;
    let admin = seated(&world, "admin", Role::Administrator).await;
    let reviewer = seated(&world, "review", Role::Reviewer).await;
    let about = format!("merchant={MERCHANT}");
    let address = format!("{PAGE}?merchant={MERCHANT}");
    let barred = format!("{about}&reason=requested");
    let barred = post(&world, "/settings/merchants/erasure", &admin, &barred).await;
    assert_eq!(barred.status, 409, "{}", barred.text);
    let closed = post(&world, "/settings/merchants/closing", &admin, &about).await;
    assert_eq!(header(&closed.headers, "location"), address);
    let retire = tillkey_server::act::party::retire_terminal;
    retire(&world.shell, world.terminal, &world.admin, None)
        .await
        .unwrap();
    let asked = format!("{about}&reason=requested");
    let asked = post(&world, "/settings/merchants/erasure", &admin, &asked).await;
    assert_eq!(asked.status, 303, "{}", asked.text);
    let page = get(&world, PAGE, &reviewer).await;
    assert!(
        page.text.contains(&address),
        "it waits on the reviewer's page"
    );
    let verdict = format!("{about}&verdict=approve");
    let path = "/settings/merchants/erasure/verdict";
    let done = post(&world, path, &reviewer, &verdict).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let page = get(&world, &address, &admin).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("Data erased"));
    // Pages that meet it go on.
    let managers = format!("/settings/managers?merchant={MERCHANT}");
    assert_eq!(get(&world, &managers, &admin).await.status, 200);
    let add = format!("{about}&name=Li&phone=13800138000&consent=1");
    let add = post(&world, "/settings/managers", &admin, &add).await;
    assert_eq!(add.status, 409, "{}", add.text);
}

#[tokio::test]
async fn what_is_held_is_downloaded_by_its_manager() {
    let (world, cookie) = hired(&[ManagerRight::SeeRecords]).await;
    let page = get(&world, "/portal/data", &cookie).await;
    assert_eq!(page.status, 200);
    assert!(!page.text.contains(PHONE) && !page.text.contains(MANAGER_PHONE));
    let file = post(&world, "/portal/data/download", &cookie, "").await;
    assert_eq!(file.status, 200, "{}", file.text);
    assert_eq!(header(&file.headers, "cache-control"), "no-store");
    assert!(file.text.contains(MANAGER_PHONE) && !file.text.contains(PHONE));
    let history = get(&world, "/portal/history", &cookie).await;
    assert!(
        history
            .text
            .contains("All data held of this shop downloaded")
    );
}
