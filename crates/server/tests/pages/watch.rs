//! Alerts, with forms alone: seen, taken, and settled.

use tillkey_rules::event::{Entry, Event};
use tillkey_rules::party::{Actor, Role};
use tillkey_rules::watch::AlertState;
use tillkey_server::act::alert;
use tillkey_server::act::staff;
use tillkey_server::act::watch::look;
use tillkey_store::event;

use crate::site::{get, header, post, seated, site};
use crate::support::World;

/// A site with an alert: another device under a terminal's serial number.
async fn alarmed() -> (World, String, String) {
    let world = site().await;
    let cookie = seated(&world, "chen", Role::Reviewer).await;
    let entry = Entry {
        v: 1,
        at: world.shell.now(),
        acquirer: Some(world.shell.home().clone()),
        case: None,
        by: Actor::System,
        event: Event::SerialNumberCopied {
            terminal: world.terminal,
            device_key_digest: "ab".repeat(32),
        },
    };
    let write = world
        .shell
        .store()
        .write(move |tx| event::append(tx, &entry));
    write.await.unwrap();
    while look(&world.shell).await.unwrap() {}
    let token = cookie.split_once('=').unwrap().1.parse().unwrap();
    let by = staff::signed_in(&world.shell, &token).await.unwrap();
    let open = alert::list(&world.shell, AlertState::Open, None, &by);
    let open = open.await.unwrap();
    let path = format!("/watch/{}", open.items[0].alert.id);
    (world, cookie, path)
}

#[tokio::test]
async fn an_alert_is_seen_taken_and_settled() {
    let (world, cookie, path) = alarmed().await;
    let queue = get(&world, "/watch", &cookie).await;
    assert!(queue.text.contains(&path), "{}", queue.text);
    assert!(queue.text.contains("Serial number copied"));
    let page = get(&world, &path, &cookie).await;
    assert!(page.text.contains("I will look into it"), "{}", page.text);
    assert!(!page.text.contains("Close the alert"));
    let taken = post(&world, &format!("{path}/owner"), &cookie, "").await;
    assert_eq!(taken.status, 303, "{}", taken.text);
    assert_eq!(header(&taken.headers, "location"), path);

    let outcome = format!("{path}/outcome");
    let unsaid = post(&world, &outcome, &cookie, "comment=a+word").await;
    assert_eq!(unsaid.status, 422);
    assert!(unsaid.text.contains("a word"), "nothing typed is lost");
    let silent = post(&world, &outcome, &cookie, "outcome=true_alarm&comment=").await;
    assert_eq!(silent.status, 422);
    let done = post(&world, &outcome, &cookie, "outcome=expected&comment=a+word").await;
    assert_eq!(done.status, 303, "{}", done.text);
    let page = get(&world, &path, &cookie).await;
    assert!(page.text.contains("Expected") && page.text.contains("a word"));
    let closed = get(&world, "/watch?state=closed", &cookie).await;
    assert!(closed.text.contains(&path));
    let again = post(&world, &outcome, &cookie, "outcome=expected").await;
    assert_eq!(again.status, 422, "it is settled");
}

#[tokio::test]
async fn the_watch_is_no_place_for_those_who_serve_merchants() {
    let (world, _, path) = alarmed().await;
    for (account, role) in [("agent", Role::Agent), ("clerk", Role::Clerk)] {
        let cookie = seated(&world, account, role).await;
        for path in ["/watch", path.as_str()] {
            assert_eq!(get(&world, path, &cookie).await.status, 403, "{path}");
        }
    }
    let cookie = seated(&world, "zhao", Role::Auditor).await;
    assert_eq!(get(&world, "/watch/gone", &cookie).await.status, 404);
}
