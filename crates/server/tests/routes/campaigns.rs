//! `/v1/campaigns`: planned, put on a list by the sweep, approved by others, held, ended;
//! and what becomes of one whose list was altered.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tillkey_rules::party::Role;
use tillkey_server::act::tick::tick;
use tillkey_store::party::acquirer::{self, Acquirer};

use crate::support::{Answer, MERCHANT, OTHER_MERCHANT, World, own_password};

/// Two merchants, each with cashier `01` who has a password; the first has `00` and `99`
/// with one as well.
pub(crate) struct Fleet {
    pub(crate) world: World,
    pub(crate) admin: String,
}

impl Fleet {
    pub(crate) async fn new() -> Self {
        let world = World::new().await;
        let other = world.other_merchant().await;
        for (terminal, operator) in [
            (world.terminal, 0),
            (world.terminal, 1),
            (world.terminal, 99),
            (other, 1),
        ] {
            world.give_password((terminal, operator));
        }
        let admin = world.staff("zhou", "p-zhou", Role::Administrator).await;
        Self { world, admin }
    }

    async fn plan(&self, body: &Value) -> Answer {
        let ask = self.world.post("/v1/campaigns").token(&self.admin);
        ask.json(body).go().await
    }

    /// Plans a campaign for cashiers and lets its list be made: its path.
    async fn listed(&self) -> String {
        self.listed_for(&["cashier"]).await
    }

    async fn listed_for(&self, ranks: &[&str]) -> String {
        let planned = self.plan(&plan_for(ranks)).await.is(202);
        self.settle().await;
        format!("/v1/campaigns/{}", planned["campaign"].as_str().unwrap())
    }

    /// The sweep looks until there is nothing more to do at once.
    pub(crate) async fn settle(&self) {
        while tick(&self.world.shell).await.unwrap() {}
    }

    pub(crate) async fn show(&self, path: &str, token: &str) -> Value {
        self.world.get(path).token(token).go().await.is(200)
    }

    async fn digest(&self, path: &str) -> String {
        let shown = self.show(path, &self.admin).await;
        shown["manifest"]["digest"].as_str().unwrap().to_owned()
    }

    async fn approve(&self, path: &str, token: &str, digest: &str) -> Answer {
        let body = json!({ "manifest_digest": digest });
        self.say(path, "approval", token, &body).await
    }

    pub(crate) async fn say(&self, path: &str, what: &str, token: &str, body: &Value) -> Answer {
        let path = format!("{path}/{what}");
        self.world.post(&path).token(token).json(body).go().await
    }

    async fn reviewer(&self, account: &str) -> String {
        self.world.staff(account, account, Role::Reviewer).await
    }

    /// One whose first wave has asked everybody.
    pub(crate) async fn running(&self) -> (String, String) {
        let path = self.listed().await;
        let chen = self.reviewer("chen").await;
        let digest = self.digest(&path).await;
        self.approve(&path, &chen, &digest).await.is(200);
        self.settle().await;
        (path, chen)
    }

    /// What somebody does who has the database in hand.
    fn tamper(&self, sql: &str) {
        assert!(self.world.tamper(sql) > 0, "{sql}");
    }
}

fn plan_for(ranks: &[&str]) -> Value {
    json!({
        "title": "三月终端升级",
        "reason": "system_update",
        "selection": {"ranks": ranks},
        "terms": {"waves": [100], "wave_hours": 72, "failures_percent": 5},
    })
}

#[tokio::test]
async fn a_campaign_is_planned_listed_approved_and_begun() {
    let fleet = Fleet::new().await;
    let planned = fleet.plan(&plan_for(&["cashier"])).await.is(202);
    let path = format!("/v1/campaigns/{}", planned["campaign"].as_str().unwrap());
    let early = fleet.show(&path, &fleet.admin).await;
    assert_eq!(early["state"], "planning");
    let unready = fleet.world.get(&format!("{path}/manifest"));
    let unready = unready.token(&fleet.admin).go().await;
    assert_eq!(unready.problem(404), "unknown", "there is no list yet");

    fleet.settle().await;
    let listed = fleet.show(&path, &fleet.admin).await;
    assert_eq!(listed["state"], "planned", "{listed}");
    assert_eq!(listed["title"], "三月终端升级");
    assert_eq!(listed["manifest"]["targets"], 2);
    assert_eq!(listed["manifest"]["merchants"], 2);
    assert_eq!(
        listed["ranks"],
        json!({"cashier": 2, "supervisor": 0, "administrator": 0})
    );
    assert_eq!(listed["approvals_needed"], 1);
    assert_eq!(listed["obstacle"], "not_allowed", "an administrator plans");

    let chen = fleet.reviewer("chen").await;
    assert_eq!(fleet.show(&path, &chen).await["obstacle"], Value::Null);
    let digest = fleet.digest(&path).await;
    let approved = fleet.approve(&path, &chen, &digest).await.is(200);
    assert_eq!(approved["approvals"], 1);
    fleet.settle().await;
    let running = fleet.show(&path, &chen).await;
    assert_eq!(running["state"], "running");
    assert_eq!(running["wave"], 1);
    assert_eq!(running["waves"][0]["tally"]["asked"], 2, "{running}");
    let story = running["story"].as_array().unwrap();
    let what: Vec<&str> = story
        .iter()
        .map(|one| one["what"].as_str().unwrap())
        .collect();
    assert_eq!(what, ["planned", "listed", "approved", "wave_began"]);
    assert_eq!(
        (&story[0]["by"], &story[2]["by"]),
        (&json!("zhou"), &json!("chen"))
    );
    // Both shops hear of it, and the ledger does not hear what it is called.
    assert_eq!(fleet.world.messages().await.len(), 2);
    assert!(!fleet.world.ledger_text().await.contains("三月"));
    let list = fleet.show("/v1/campaigns", &chen).await;
    assert_eq!(list["items"][0]["state"], "running");
    assert_eq!(list["items"][0]["manifest"]["targets"], 2);
}

#[tokio::test]
async fn the_digest_is_that_of_the_file() {
    let fleet = Fleet::new().await;
    let path = fleet
        .listed_for(&["cashier", "supervisor", "administrator"])
        .await;
    let agent = fleet.world.staff("li", "li", Role::Agent).await;
    let file = fleet
        .world
        .get(&format!("{path}/manifest"))
        .token(&agent)
        .go()
        .await;
    assert_eq!(file.status, 200);
    assert_eq!(file.headers["content-type"], "text/plain; charset=utf-8");
    let lines: Vec<&str> = file.text.lines().collect();
    let id = path.rsplit('/').next().unwrap();
    let terms = "waves=100 wave_hours=72 rest_after_hours=never failures_percent=5";
    let first = format!("tillkey campaign 1 {id} system_update {terms}");
    assert_eq!(lines[0], first);
    assert_eq!(lines.len(), 5, "{}", file.text);
    assert!(lines.contains(&format!("1 {MERCHANT} 10000001 99").as_str()));
    assert!(lines.contains(&format!("1 {OTHER_MERCHANT} 20000001 01").as_str()));
    let sum = data_encoding::HEXLOWER.encode(&Sha256::digest(file.text.as_bytes()));
    assert_eq!(sum, fleet.digest(&path).await);
}

#[tokio::test]
async fn a_long_list_comes_in_parts_that_fit() {
    let fleet = Fleet::new().await;
    let path = fleet.listed().await;
    fleet.tamper(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000) \
         INSERT INTO campaign_targets SELECT campaign, merchant, CAST(30000000 + i AS TEXT), operator, \
         terminal, state, wave, is_due, case_id, rested_at, changed_at \
         FROM campaign_targets, n WHERE merchant = '898310054110002'",
    );
    let file = fleet.world.get(&format!("{path}/manifest"));
    let file = file.token(&fleet.admin).go().await;
    let lines: BTreeSet<&str> = file.text.lines().collect();
    assert_eq!(lines.len(), 1 + 12_002, "none twice");
    assert_eq!(file.text.lines().count(), 1 + 12_002, "and none missing");
    assert!(file.text.ends_with(" 30012000 01\n"));
}

#[tokio::test]
async fn f03_f04_whoever_planned_it_approves_it_under_no_account() {
    let fleet = Fleet::new().await;
    let path = fleet.listed().await;
    let digest = fleet.digest(&path).await;
    let second = fleet
        .world
        .staff("zhou.review", "p-zhou", Role::Reviewer)
        .await;
    assert_eq!(fleet.show(&path, &second).await["obstacle"], "own_work");
    let own = fleet.approve(&path, &second, &digest).await;
    assert_eq!(own.problem(403), "own_work");
    let why = json!({"comment": "not now"});
    let own = fleet.say(&path, "refusal", &second, &why).await;
    assert_eq!(own.problem(403), "own_work");
    let by_administrator = fleet.approve(&path, &fleet.admin, &digest).await;
    assert_eq!(by_administrator.problem(403), "not_allowed");
    fleet.settle().await;
    assert_eq!(fleet.show(&path, &second).await["state"], "planned");
}

#[tokio::test]
async fn approving_takes_the_list_that_was_seen_and_a_fresh_sign_in() {
    let fleet = Fleet::new().await;
    let path = fleet.listed().await;
    let chen = fleet.reviewer("chen").await;
    let other = fleet.approve(&path, &chen, &"0".repeat(64)).await;
    assert_eq!(other.problem(422), "not_matched");
    let digest = fleet.digest(&path).await;
    fleet.world.clock.advance(SignedDuration::from_mins(6));
    let stale = fleet.approve(&path, &chen, &digest).await;
    assert_eq!(stale.problem(403), "not_fresh");
    assert_eq!(fleet.show(&path, &chen).await["approvals"], 0);
}

#[tokio::test]
async fn administrators_on_the_list_take_two_persons() {
    let fleet = Fleet::new().await;
    let path = fleet.listed_for(&["cashier", "administrator"]).await;
    let digest = fleet.digest(&path).await;
    let chen = fleet.reviewer("chen").await;
    let shown = fleet.approve(&path, &chen, &digest).await.is(200);
    assert_eq!(
        (&shown["approvals_needed"], &shown["approvals"]),
        (&json!(2), &json!(1))
    );
    fleet.settle().await;
    assert_eq!(fleet.show(&path, &chen).await["state"], "planned");
    let again = fleet.approve(&path, &chen, &digest).await;
    assert_eq!(again.problem(403), "own_work");
    let second = fleet.world.staff("chen.two", "chen", Role::Reviewer).await;
    let again = fleet.approve(&path, &second, &digest).await;
    assert_eq!(again.problem(403), "own_work", "one person is one");
    let he = fleet.reviewer("he").await;
    fleet.approve(&path, &he, &digest).await.is(200);
    fleet.settle().await;
    assert_eq!(fleet.show(&path, &he).await["state"], "running");
}

#[tokio::test]
async fn a_list_that_was_altered_is_never_begun() {
    for sql in [
        "UPDATE campaign_targets SET operator = 0 WHERE merchant = '898310054110001'",
        "DELETE FROM campaign_targets WHERE merchant = '898310054110002'",
        "INSERT INTO campaign_targets SELECT campaign, merchant, number, 98, terminal, state, \
         wave, is_due, case_id, rested_at, changed_at FROM campaign_targets LIMIT 1",
        "UPDATE campaign_merchants SET wave = 2 WHERE merchant = '898310054110002'",
        "UPDATE campaigns SET folded = replace(folded, '\"rest_after_hours\":null', \
         '\"rest_after_hours\":0')",
    ] {
        let fleet = Fleet::new().await;
        let path = fleet.listed().await;
        let digest = fleet.digest(&path).await;
        fleet.tamper(sql);
        let chen = fleet.reviewer("chen").await;
        fleet.approve(&path, &chen, &digest).await.is(200);
        fleet.settle().await;
        let shown = fleet.show(&path, &chen).await;
        assert_eq!(shown["state"], "cancelled", "{sql}");
        let last = shown["story"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(last["what"], "list_altered", "{sql}");
        assert!(
            fleet.world.messages().await.is_empty(),
            "nobody is asked: {sql}"
        );
    }
}

#[tokio::test]
async fn a_list_that_was_altered_between_waves_goes_no_further() {
    let fleet = Fleet::new().await;
    let mut plan = plan_for(&["cashier"]);
    plan["terms"]["waves"] = json!([50, 100]);
    let planned = fleet.plan(&plan).await.is(202);
    fleet.settle().await;
    let path = format!("/v1/campaigns/{}", planned["campaign"].as_str().unwrap());
    let chen = fleet.reviewer("chen").await;
    let digest = fleet.digest(&path).await;
    fleet.approve(&path, &chen, &digest).await.is(200);
    fleet.settle().await;
    assert_eq!(fleet.world.messages().await.len(), 1, "the first wave");
    fleet.tamper("UPDATE campaign_targets SET operator = 99 WHERE wave = 0");
    fleet.world.clock.advance(SignedDuration::from_hours(73));
    fleet.settle().await;
    let admin = fleet.world.sign_in("zhou", &own_password("zhou")).await;
    let shown = fleet.show(&path, &admin).await;
    assert_eq!(shown["state"], "cancelled");
    assert_eq!(shown["wave"], 1, "{shown}");
    assert!(fleet.world.messages().await.is_empty());
}

#[tokio::test]
async fn c11_another_acquirers_campaign_is_not_there() {
    let fleet = Fleet::new().await;
    let path = fleet.listed().await;
    let stranger = stranger(&fleet.world).await;
    for below in ["", "/manifest", "/targets"] {
        let ask = fleet.world.get(&format!("{path}{below}"));
        let answer = ask.token(&stranger).go().await;
        assert_eq!(answer.problem(404), "unknown", "{below}");
    }
    for below in ["pause", "cancellation"] {
        let answer = fleet.say(&path, below, &stranger, &json!({})).await;
        assert_eq!(answer.problem(404), "unknown", "{below}");
    }
    let list = fleet.show("/v1/campaigns", &stranger).await;
    assert_eq!(list["items"], json!([]));
    assert_eq!(fleet.show(&path, &fleet.admin).await["state"], "planned");
}

/// An administrator of another acquirer of the same installation.
async fn stranger(world: &World) -> String {
    let other = Acquirer {
        id: "other-bank".parse().unwrap(),
        name: "Other".to_owned(),
        created_at: world.shell.now(),
    };
    let (id, keys, mut rng) = (
        other.id.clone(),
        world.shell.seal_keys().clone(),
        world.shell.rng(),
    );
    let add = move |tx: &mut dyn tillkey_store::tx::Tx| acquirer::add(tx, &keys, &other, &mut rng);
    world.shell.store().write(add).await.unwrap();
    let first = world.hire(&id, "admin", "p9", Role::Administrator).await;
    let body = json!({"acquirer": "other-bank", "staff": "admin", "password": first.expose()});
    let session = world.post("/v1/staff/sessions").json(&body).go().await;
    let session = session.is(201);
    let body = json!({"old": first.expose(), "new": own_password("admin")});
    let changed = world.post("/v1/staff/password").json(&body);
    let changed = changed.token(session["token"].as_str().unwrap()).go().await;
    changed.is(200)["token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn each_role_does_its_own_part_and_nothing_else() {
    let fleet = Fleet::new().await;
    let path = fleet.listed().await;
    let digest = fleet.digest(&path).await;
    for role in [Role::Agent, Role::Clerk, Role::Auditor] {
        let token = fleet.world.staff(role.name(), role.name(), role).await;
        fleet.show(&path, &token).await;
        fleet.show(&format!("{path}/targets"), &token).await;
        let plan = fleet.world.post("/v1/campaigns").token(&token);
        let plan = plan.json(&plan_for(&["cashier"])).go().await;
        assert_eq!(plan.problem(403), "not_allowed");
        let approve = fleet.approve(&path, &token, &digest).await;
        assert_eq!(approve.problem(403), "not_allowed");
        for what in ["refusal", "pause", "resume", "cancellation"] {
            let said = fleet.say(&path, what, &token, &json!({})).await;
            assert_eq!(said.problem(403), "not_allowed", "{role:?} {what}");
        }
    }
    let system = fleet.world.staff("feed", "feed", Role::Integrator).await;
    for path in ["/v1/campaigns", &path, &format!("{path}/manifest")] {
        let answer = fleet.world.get(path).token(&system).go().await;
        assert_eq!(answer.problem(403), "not_allowed");
        let answer = fleet.world.get(path).go().await;
        assert_eq!(answer.problem(401), "unauthenticated");
    }
    let chen = fleet.reviewer("chen").await;
    let plan = fleet.world.post("/v1/campaigns").token(&chen);
    let plan = plan.json(&plan_for(&["cashier"])).go().await;
    assert_eq!(plan.problem(403), "not_allowed", "a reviewer plans nothing");
    let resume = fleet.say(&path, "resume", &chen, &json!({})).await;
    assert_eq!(resume.problem(403), "not_allowed");
}

#[tokio::test]
async fn a_campaign_is_held_goes_on_and_ends() {
    let fleet = Fleet::new().await;
    let (path, chen) = fleet.running().await;
    let held = fleet.say(&path, "pause", &chen, &json!({})).await.is(200);
    assert_eq!(held["state"], "paused");
    let twice = fleet.say(&path, "pause", &chen, &json!({})).await;
    assert_eq!(twice.problem(409), "out_of_order");
    let why = json!({"comment": "厂商已确认"});
    let on = fleet.say(&path, "resume", &fleet.admin, &why).await.is(200);
    assert_eq!(on["state"], "running");
    let last = on["story"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["what"], &last["comment"]),
        (&json!("resumed"), &json!("厂商已确认"))
    );
    assert!(!fleet.world.ledger_text().await.contains("厂商"));
    let ended = fleet
        .say(&path, "cancellation", &chen, &json!({}))
        .await
        .is(200);
    assert_eq!(ended["state"], "cancelled");
    let late = fleet.say(&path, "pause", &chen, &json!({})).await;
    assert_eq!(late.problem(409), "campaign_closed");
}

#[tokio::test]
async fn a_list_is_declined_with_a_reason_or_lapses() {
    let fleet = Fleet::new().await;
    let path = fleet.listed().await;
    let chen = fleet.reviewer("chen").await;
    let silent = fleet.say(&path, "refusal", &chen, &json!({})).await;
    assert_eq!(silent.problem(422), "reason_missing");
    let why = json!({"comment": "范围太大"});
    let declined = fleet.say(&path, "refusal", &chen, &why).await.is(200);
    assert_eq!(declined["state"], "declined");
    assert_eq!(declined["story"][2]["comment"], "范围太大");

    let other = fleet.listed().await;
    fleet
        .world
        .clock
        .advance(SignedDuration::from_hours(24 * 7 + 1));
    fleet.settle().await;
    let admin = fleet.world.sign_in("zhou", &own_password("zhou")).await;
    assert_eq!(fleet.show(&other, &admin).await["state"], "lapsed");
}

#[tokio::test]
async fn too_many_failures_stop_it_and_going_on_takes_a_reason() {
    let fleet = Fleet::new().await;
    let (path, _) = fleet.running().await;
    fleet.tamper("UPDATE campaign_targets SET state = 'failed' WHERE operator = 1");
    fleet.world.clock.advance(SignedDuration::from_hours(73));
    fleet.settle().await;
    let admin = fleet.world.sign_in("zhou", &own_password("zhou")).await;
    let stopped = fleet.show(&path, &admin).await;
    assert_eq!(stopped["state"], "stopped");
    assert_eq!(stopped["stopped"]["failed"], 2);
    let silent = fleet.say(&path, "resume", &admin, &json!({})).await;
    assert_eq!(silent.problem(422), "reason_missing");
    let why = json!({"comment": "已处理"});
    let on = fleet.say(&path, "resume", &admin, &why).await.is(200);
    assert_eq!(
        (&on["state"], &on["stopped"]),
        (&json!("running"), &Value::Null)
    );
    fleet.settle().await;
    let done = fleet.show(&path, &admin).await;
    assert_eq!(done["state"], "completed", "what had failed is put up with");
}

#[tokio::test]
async fn operators_are_listed_by_what_came_of_them_and_page_by_page() {
    let fleet = Fleet::new().await;
    let (path, _) = fleet.running().await;
    let targets = format!("{path}/targets");
    let all = fleet.show(&targets, &fleet.admin).await;
    let items = all["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    assert_eq!(items[0]["merchant"], MERCHANT);
    assert_eq!(items[0]["terminal_number"], "10000001");
    assert_eq!(
        (&items[0]["operator"], &items[0]["rank"]),
        (&json!("01"), &json!("cashier"))
    );
    assert_eq!(
        (&items[0]["state"], &items[0]["wave"]),
        (&json!("asked"), &json!(1))
    );
    let after = format!("{targets}?cursor={MERCHANT}.10000001.01");
    let rest = fleet.show(&after, &fleet.admin).await;
    assert_eq!(rest["items"][0]["merchant"], OTHER_MERCHANT);
    for (state, count) in [("asked", 2), ("unanswered", 0), ("renewed", 0)] {
        let found = fleet
            .show(&format!("{targets}?state={state}"), &fleet.admin)
            .await;
        assert_eq!(found["items"].as_array().unwrap().len(), count, "{state}");
    }
    // Nobody answers in time.
    fleet.world.clock.advance(SignedDuration::from_hours(73));
    fleet.settle().await;
    let admin = fleet.world.sign_in("zhou", &own_password("zhou")).await;
    let found = fleet
        .show(&format!("{targets}?state=unanswered"), &admin)
        .await;
    assert_eq!(found["items"].as_array().unwrap().len(), 2);
    for bad in ["?state=gone", "?cursor=x", "?cursor=1.2.3", "?x=1"] {
        let ask = fleet.world.get(&format!("{targets}{bad}")).token(&admin);
        assert_eq!(ask.go().await.problem(400), "invalid", "{bad}");
    }
}

#[tokio::test]
async fn a_selection_narrows_and_one_that_takes_nobody_fails() {
    let fleet = Fleet::new().await;
    for (narrowed, expect) in [
        (json!({"merchants": [OTHER_MERCHANT]}), 1),
        (json!({"areas": ["31"]}), 2),
        (json!({"areas": ["3100"]}), 2),
        (json!({"areas": ["44"]}), 0),
        (json!({"models": ["T1"]}), 2),
        (json!({"models": ["T2"]}), 0),
        (json!({"password_before": "2026-03-01T00:00:00Z"}), 2),
        (json!({"password_before": "2020-01-01T00:00:00Z"}), 0),
    ] {
        let mut plan = plan_for(&["cashier"]);
        for (field, value) in narrowed.as_object().unwrap() {
            plan["selection"][field] = value.clone();
        }
        let planned = fleet.plan(&plan).await.is(202);
        fleet.settle().await;
        let path = format!("/v1/campaigns/{}", planned["campaign"].as_str().unwrap());
        let shown = fleet.show(&path, &fleet.admin).await;
        if expect == 0 {
            assert_eq!(shown["state"], "failed", "{narrowed}");
            assert_eq!(shown["plan_fault"], "nobody", "{narrowed}");
        } else {
            assert_eq!(shown["manifest"]["targets"], expect, "{narrowed}");
        }
    }
}

#[tokio::test]
async fn a_plan_that_cannot_be_kept_to_names_what_is_wrong() {
    let fleet = Fleet::new().await;
    let many: Vec<String> = (0..501).map(|n| format!("8983100541{n:05}")).collect();
    for (at, value, field) in [
        ("/title", json!(""), "title"),
        ("/title", json!("a\u{200b}b"), "title"),
        ("/reason", json!("forgotten"), "reason"),
        ("/selection/ranks", json!([]), "selection"),
        ("/selection/ranks", json!(["owner"]), "selection.ranks[0]"),
        (
            "/selection/merchants",
            json!(["1"]),
            "selection.merchants[0]",
        ),
        ("/selection/merchants", json!(many), "selection"),
        ("/selection/areas", json!(["310"]), "selection.areas[0]"),
        ("/selection/models", json!([""]), "selection.models[0]"),
        (
            "/selection/password_before",
            json!("soon"),
            "selection.password_before",
        ),
        ("/selection/owner", json!("x"), "selection.owner"),
        ("/terms/waves", json!([]), "terms"),
        ("/terms/waves", json!([10, 50]), "terms"),
        ("/terms/waves", json!([50, 10, 100]), "terms"),
        ("/terms/waves", json!([1, 2, 3, 4, 100]), "terms"),
        ("/terms/wave_hours", json!(0), "terms"),
        ("/terms/wave_hours", json!(721), "terms"),
        ("/terms/rest_after_hours", json!(721), "terms"),
        ("/terms/failures_percent", json!(0), "terms"),
        ("/terms/failures_percent", json!(101), "terms"),
    ] {
        let mut plan = plan_for(&["cashier"]);
        let (inside, name) = at.rsplit_once('/').unwrap();
        plan.pointer_mut(inside).unwrap()[name] = value.clone();
        let answer = fleet.plan(&plan).await;
        assert_eq!(answer.problem(400), "invalid", "{at} {value}");
        assert_eq!(answer.json()["field"], field, "{at} {value}");
    }
    let list = fleet.show("/v1/campaigns", &fleet.admin).await;
    assert_eq!(list["items"], json!([]), "nothing was planned");
}

#[tokio::test]
async fn the_same_plan_under_one_key_is_one_campaign() {
    let fleet = Fleet::new().await;
    let mut names = Vec::new();
    for _ in 0..2 {
        let ask = fleet.world.post("/v1/campaigns").token(&fleet.admin);
        let ask = ask
            .with("idempotency-key", "march-update")
            .json(&plan_for(&["cashier"]));
        names.push(ask.go().await.is(202));
    }
    assert_eq!(names[0], names[1]);
    let other = fleet.world.post("/v1/campaigns").token(&fleet.admin);
    let other = other.with("idempotency-key", "march-update");
    let other = other.json(&plan_for(&["supervisor"])).go().await;
    assert_eq!(other.problem(409), "key_reused");
    let list = fleet.show("/v1/campaigns", &fleet.admin).await;
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}
