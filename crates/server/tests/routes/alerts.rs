//! `/v1/alerts`: raised once from what happened, looked into by somebody else than it is
//! about, and settled.

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::{Value, json};
use tillkey_rules::event::{Entry, Event};
use tillkey_rules::party::{Actor, Role};
use tillkey_server::act::watch::look;
use tillkey_store::event::{self, Filter};
use tillkey_wire::ids::SessionId;

use crate::support::{Answer, MERCHANT, World, other};

/// Somebody types wrong codes, case after case: so many are too many.
async fn guess(world: &World) {
    for _ in 0..2 {
        let case = world.app_case(MERCHANT).await;
        let right = world.sms_code(&case.case, &case.token).await;
        let evidence = json!({"kind": "sms_code", "code": other(&right)});
        for _ in 0..4 {
            world.present(&case.case, &case.token, &evidence).await;
        }
    }
}

/// The watch looks until there is nothing more.
async fn look_on(world: &World) {
    while look(&world.shell).await.unwrap() {}
    look(&world.shell).await.unwrap();
}

/// Appends what a member of staff did.
async fn told(world: &World, (account, role): (&str, Role), events: Vec<Event>) {
    let entry = |event| Entry {
        v: 1,
        at: world.shell.now(),
        acquirer: Some(world.shell.home().clone()),
        case: None,
        by: Actor::Staff {
            staff: account.parse().unwrap(),
            person: account.parse().unwrap(),
            role,
        },
        event,
    };
    let entries: Vec<Entry> = events.into_iter().map(entry).collect();
    let write = world.shell.store().write(move |tx| {
        for entry in &entries {
            event::append(tx, entry)?;
        }
        Ok(())
    });
    write.await.unwrap();
}

fn look_up(number: u32) -> Event {
    let found = format!("89831005411{number:04}").parse().unwrap();
    Event::LookedUp {
        by_what: "phone".to_owned(),
        found: Some(found),
    }
}

/// How many entries of a kind the ledger has.
async fn entries(world: &World, kind: &str) -> usize {
    let (acquirer, filter) = (world.shell.home().clone(), Filter::Kind(kind.to_owned()));
    let store = world.shell.store();
    let found = store.read(move |tx| event::list(tx, &acquirer, &filter, (None, 100)));
    found.await.unwrap().len()
}

async fn list(world: &World, token: &str, state: &str) -> Vec<Value> {
    let path = format!("/v1/alerts?state={state}");
    let page = world.get(&path).token(token).go().await.is(200);
    page["items"].as_array().unwrap().clone()
}

async fn take(world: &World, alert: &str, token: &str) -> Answer {
    let path = format!("/v1/alerts/{alert}/owner");
    world.post(&path).token(token).go().await
}

async fn close(world: &World, alert: &str, token: &str, body: &Value) -> Answer {
    let path = format!("/v1/alerts/{alert}/outcome");
    world.post(&path).token(token).json(body).go().await
}

#[tokio::test]
async fn d04_guesses_raise_an_alert_that_is_taken_and_closed() {
    let world = World::new().await;
    let chen = world.staff("chen", "chen", Role::Reviewer).await;
    let zhao = world.staff("zhao", "zhao", Role::Auditor).await;
    guess(&world).await;
    assert!(
        list(&world, &chen, "open").await.is_empty(),
        "nobody looked"
    );
    look_on(&world).await;
    let open = list(&world, &chen, "open").await;
    assert_eq!(open.len(), 1, "{open:?}");
    let raised = &open[0];
    assert_eq!(raised["rule"], "many_failures");
    assert_eq!(raised["severity"], "severe");
    assert_eq!(raised["about"]["kind"], "operator");
    assert_eq!(raised["about"]["merchant"], MERCHANT);
    assert_eq!(raised["about"]["operator"], "01");
    let alert = raised["alert"].as_str().unwrap();

    let path = format!("/v1/alerts/{alert}");
    let story = world.get(&path).token(&zhao).go().await.is(200);
    let because = story["because"].as_array().unwrap();
    assert_eq!(because.len(), 8, "{story}");
    assert!(because.iter().all(|one| one["kind"] == "case.not_matched"));

    let said = json!({"outcome": "true_alarm", "comment": "somebody guessed"});
    let early = close(&world, alert, &chen, &said).await;
    assert_eq!(early.problem(409), "out_of_order");
    assert_eq!(take(&world, alert, &chen).await.is(200)["state"], "owned");
    assert!(list(&world, &chen, "open").await.is_empty());
    assert_eq!(list(&world, &chen, "owned").await.len(), 1);
    // Taken over: it is the other's to settle now.
    assert_eq!(take(&world, alert, &zhao).await.is(200)["owner"], "zhao");
    let late = close(&world, alert, &chen, &said).await;
    assert_eq!(late.problem(409), "out_of_order");
    let silent = json!({"outcome": "true_alarm"});
    let silent = close(&world, alert, &zhao, &silent).await;
    assert_eq!(silent.problem(422), "reason_missing");
    let closed = close(&world, alert, &zhao, &said).await.is(200);
    assert_eq!(closed["state"], "closed");
    assert_eq!(closed["outcome"], "true_alarm");
    assert_eq!(closed["comment"], "somebody guessed");
    let again = close(&world, alert, &zhao, &said).await;
    assert_eq!(again.problem(409), "out_of_order");
    assert_eq!(
        take(&world, alert, &chen).await.problem(409),
        "out_of_order"
    );
    for (kind, count) in [("alert_raised", 1), ("alert_taken", 2), ("alert_closed", 1)] {
        assert_eq!(entries(&world, kind).await, count, "{kind}");
    }
    // What was found may name people: the ledger has its digest alone.
    assert!(!world.ledger_text().await.contains("somebody guessed"));
}

#[tokio::test]
async fn the_same_closing_twice_is_one() {
    let world = World::new().await;
    let chen = world.staff("chen", "chen", Role::Reviewer).await;
    guess(&world).await;
    look_on(&world).await;
    let open = list(&world, &chen, "open").await;
    let alert = open[0]["alert"].as_str().unwrap();
    take(&world, alert, &chen).await.is(200);
    let path = format!("/v1/alerts/{alert}/outcome");
    for _ in 0..2 {
        let body = json!({"outcome": "false_alarm"});
        let ask = world.post(&path).token(&chen).json(&body);
        let ask = ask.with("idempotency-key", "close-alert-1");
        assert_eq!(ask.go().await.is(200)["outcome"], "false_alarm");
    }
    assert_eq!(entries(&world, "alert_closed").await, 1);
}

#[tokio::test]
async fn what_was_said_is_not_said_again_and_another_day_is_another_alert() {
    let world = World::with(|config| config.watch.look_ups_a_day = 3).await;
    let chen = world.staff("chen", "chen", Role::Reviewer).await;
    world.staff("li.na", "li.na", Role::Agent).await;
    let agent = ("li.na", Role::Agent);
    for (first, alerts) in [(0, 1), (10, 1)] {
        told(&world, agent, (first..first + 4).map(look_up).collect()).await;
        look_on(&world).await;
        assert_eq!(list(&world, &chen, "open").await.len(), alerts);
    }
    world.clock.advance(SignedDuration::from_hours(24));
    let chen = world
        .sign_in("chen", &crate::support::own_password("chen"))
        .await;
    told(&world, agent, (0..4).map(look_up).collect()).await;
    look_on(&world).await;
    assert_eq!(list(&world, &chen, "open").await.len(), 2);
}

/// The watch is cut at every point of its way, and looks twice at the same time: each
/// alert is raised once, and none is lost.
#[tokio::test(flavor = "multi_thread")]
async fn d12_a_watch_that_is_cut_anywhere_raises_each_alert_once() {
    let world = World::with(|config| config.watch.look_ups_a_day = 3).await;
    let zhao = world.staff("zhao", "zhao", Role::Auditor).await;
    for round in 0..12_u32 {
        let account = format!("agent.{round}");
        let events = (0..3).map(look_up).collect();
        told(&world, (&account, Role::Agent), events).await;
        let micros = u64::from(round) * 150;
        let cut = tokio::time::timeout(Duration::from_micros(micros), look(&world.shell));
        let (_, beside) = tokio::join!(cut, look(&world.shell));
        beside.unwrap();
    }
    look_on(&world).await;
    assert_eq!(entries(&world, "alert_raised").await, 12);
    assert_eq!(list(&world, &zhao, "open").await.len(), 12);
}

#[tokio::test]
async fn c04_nobody_has_a_hand_in_an_alert_about_themselves() {
    let world = World::with(|config| config.watch.look_ups_a_day = 3).await;
    let own = world.staff("chen", "chen", Role::Reviewer).await;
    let second = world.staff("chen.audit", "chen", Role::Auditor).await;
    let zhao = world.staff("zhao", "zhao", Role::Auditor).await;
    let events = (0..3).map(look_up).collect();
    told(&world, ("chen", Role::Reviewer), events).await;
    look_on(&world).await;
    let seen = list(&world, &zhao, "open").await;
    assert_eq!(seen[0]["about"]["staff"], "chen", "{seen:?}");
    let alert = seen[0]["alert"].as_str().unwrap();
    for token in [&own, &second] {
        assert!(list(&world, token, "open").await.is_empty());
        let path = format!("/v1/alerts/{alert}");
        let shown = world.get(&path).token(token).go().await;
        assert_eq!(shown.problem(404), "unknown");
        assert_eq!(take(&world, alert, token).await.problem(403), "own_work");
    }
    take(&world, alert, &zhao).await.is(200);
}

#[tokio::test]
async fn c13_a_reset_soon_after_a_change_of_contact_raises_an_alert() {
    let world = World::new().await;
    let chen = world.staff("chen", "chen", Role::Reviewer).await;
    let changed = Event::ContactChanged {
        merchant: MERCHANT.parse().unwrap(),
        version: 2,
    };
    told(&world, ("wang.admin", Role::Administrator), vec![changed]).await;
    let case = world.app_case(MERCHANT).await;
    look_on(&world).await;
    assert!(
        list(&world, &chen, "open").await.is_empty(),
        "anybody can ask"
    );
    let code = world.sms_code(&case.case, &case.token).await;
    let evidence = json!({"kind": "sms_code", "code": code});
    let proof = world.present(&case.case, &case.token, &evidence).await;
    proof.is(200);
    look_on(&world).await;
    let open = list(&world, &chen, "open").await;
    assert_eq!(open.len(), 1, "{open:?}");
    assert_eq!(open[0]["rule"], "contact_then_reset");
    assert_eq!(open[0]["about"]["merchant"], MERCHANT);
}

#[tokio::test]
async fn a_sign_on_at_night_raises_an_alert_once_the_hours_are_known() {
    let world = World::new().await;
    let signed_on = || Event::SignedOn {
        terminal: world.terminal,
        operator: "01".parse().unwrap(),
        session: SessionId::from_bytes([1; 10]),
        offline: false,
    };
    let till = ("till", Role::Agent);
    // The day has two in the afternoon, where the merchants are, twenty times.
    for _ in 0..20 {
        told(&world, till, vec![signed_on()]).await;
        world.clock.advance(SignedDuration::from_hours(24));
    }
    world.clock.advance(SignedDuration::from_hours(13));
    told(&world, till, vec![signed_on()]).await;
    look_on(&world).await;
    let chen = world.staff("chen", "chen", Role::Reviewer).await;
    let open = list(&world, &chen, "open").await;
    assert_eq!(open.len(), 1, "{open:?}");
    assert_eq!(open[0]["rule"], "unusual_hour");
    assert_eq!(open[0]["about"]["merchant"], MERCHANT);
}

#[tokio::test]
async fn c03_alerts_are_for_those_who_look_into_them() {
    let world = World::new().await;
    for role in [Role::Agent, Role::Clerk, Role::Integrator] {
        let token = world.staff(role.name(), role.name(), role).await;
        let answer = world.get("/v1/alerts?state=open").token(&token).go().await;
        assert_eq!(answer.problem(403), "not_allowed");
    }
    let answer = world.get("/v1/alerts?state=open").go().await;
    assert_eq!(answer.problem(401), "unauthenticated");
    let chen = world.staff("chen", "chen", Role::Reviewer).await;
    for bad in ["?state=gone", "", "?state=open&cursor=1", "?state=open&x=1"] {
        let path = format!("/v1/alerts{bad}");
        assert_eq!(
            world.get(&path).token(&chen).go().await.status,
            400,
            "{bad}"
        );
    }
}

#[tokio::test]
async fn d04_while_an_alert_is_open_a_reviewer_looks_at_what_went_ahead_before() {
    let world = World::new().await;
    guess(&world).await;
    look_on(&world).await;
    world.clock.advance(SignedDuration::from_hours(25));
    let chen = world.staff("chen", "chen", Role::Reviewer).await;
    let submitted = async || {
        let case = world.app_case(MERCHANT).await;
        let code = world.sms_code(&case.case, &case.token).await;
        let evidence = json!({"kind": "sms_code", "code": code});
        world
            .present(&case.case, &case.token, &evidence)
            .await
            .is(200);
        let ask = world.post(&case.path("/submission")).token(&case.token);
        ask.go().await.is(200)
    };
    let view = submitted().await;
    assert_eq!(view["state"], "in_review", "{view}");
    let alert = list(&world, &chen, "open").await[0]["alert"].clone();
    let alert = alert.as_str().unwrap();
    take(&world, alert, &chen).await.is(200);
    assert_eq!(
        submitted().await["state"],
        "in_review",
        "somebody looks into it"
    );
    let said = json!({"outcome": "false_alarm", "comment": "a new cashier"});
    close(&world, alert, &chen, &said).await.is(200);
    let view = submitted().await;
    assert_eq!(view["state"], "approved", "as before: {view}");
}
