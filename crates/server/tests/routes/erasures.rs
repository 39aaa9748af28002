//! `/v1/merchants/{merchant}/erasure`: what stands in the way, two persons, and what is
//! left afterwards: a number.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tillkey_rules::party::Role;
use tillkey_rules::vocabulary::ManagerRight;
use tillkey_server::act::retention;
use tillkey_store::erasure;
use tillkey_store::seal::{DataKey, Owner};

use crate::support::{
    Answer, MANAGER_PHONE, MERCHANT, OTHER_MERCHANT, Opened, PHONE, STRANGER, World, own_password,
};

const PATH: &str = "/v1/merchants/898310054110001/erasure";

struct Staff {
    admin: String,
    reviewer: String,
}

impl Staff {
    async fn of(world: &World) -> Self {
        Self {
            admin: world.staff("wang.admin", "p-1", Role::Administrator).await,
            reviewer: world.staff("zhao.review", "p-2", Role::Reviewer).await,
        }
    }
}

async fn set_status(world: &World, staff: &Staff, status: &str) -> Answer {
    let path = format!("/v1/merchants/{MERCHANT}");
    let ask = world.ask("PATCH", &path).token(&staff.admin);
    ask.json(&json!({ "status": status })).go().await
}

/// Closes the merchant and retires its terminal.
async fn close(world: &World, staff: &Staff) {
    set_status(world, staff, "closed").await.is(204);
    let path = format!("/v1/terminals/{}/retirement", world.terminal);
    let retire = world.post(&path).token(&staff.admin);
    retire.go().await.is(204);
}

async fn show(world: &World, token: &str) -> Value {
    world.get(PATH).token(token).go().await.is(200)
}

async fn ask(world: &World, token: &str) -> Answer {
    let ask = world.post(PATH).token(token);
    ask.json(&json!({"reason": "requested"})).go().await
}

async fn review(world: &World, token: &str, verdict: &str) -> Answer {
    let path = format!("{PATH}/review");
    let ask = world.post(&path).token(token);
    ask.json(&json!({ "verdict": verdict })).go().await
}

async fn has_key(world: &World) -> bool {
    let shell = world.shell.clone();
    let read = world.shell.store().read(move |tx| {
        let owner = Owner::Merchant(MERCHANT.parse().unwrap());
        DataKey::find(tx, shell.seal_keys(), &owner).map(|key| key.is_some())
    });
    read.await.unwrap()
}

#[tokio::test]
async fn a_merchant_is_erased_by_two_persons_and_is_a_number_then() {
    let world = World::new().await;
    let staff = Staff::of(&world).await;
    world
        .add_manager(MERCHANT, MANAGER_PHONE, &[ManagerRight::ManageOperators])
        .await;
    let session = world.manager_token(MANAGER_PHONE).await;
    let case = world.app_case(MERCHANT).await;
    let code = world.sms_code(&case.case, &case.token).await;
    let proof = json!({"kind": "sms_code", "code": code});
    world.present(&case.case, &case.token, &proof).await.is(200);
    close(&world, &staff).await;
    // The case ended with the closing, and so did the manager's session.
    let gone = world.get("/v1/terminals").token(&session).go().await;
    assert_eq!(gone.problem(401), "unauthenticated");
    let view = world.get(&case.path("")).token(&case.token);
    assert_eq!(view.go().await.is(200)["state"], "void");
    assert_eq!(show(&world, &staff.admin).await["obstacles"], json!([]));

    ask(&world, &staff.admin).await.is(202);
    assert_eq!(ask(&world, &staff.admin).await.problem(409), "out_of_order");
    let listed = world.get("/v1/erasures").token(&staff.reviewer).go().await;
    assert_eq!(listed.is(200)["items"][0]["merchant"], MERCHANT);
    assert!(has_key(&world).await);
    review(&world, &staff.reviewer, "approve").await.is(204);
    assert!(!has_key(&world).await);
    let view = show(&world, &staff.admin).await;
    assert!(view["erased_at"].is_string(), "{view}");
    assert_eq!(view["waits"], Value::Null);

    let ledger = world.ledger_text().await;
    for event in ["erasure_asked", "erasure_reviewed", "merchant_erased"] {
        assert!(ledger.contains(event), "{event}");
    }
    assert!(
        world.messages().await.is_empty(),
        "nobody can be told any more"
    );
}

/// A case that nobody has proven stands in nobody's way, and tells nobody anything.
#[tokio::test]
async fn i08_a_strangers_case_neither_bars_an_erasure_nor_tells_of_it() {
    let world = World::new().await;
    let staff = Staff::of(&world).await;
    let case = world.app_case(MERCHANT).await;
    let nobodys = world.app_case(STRANGER).await;
    close(&world, &staff).await;
    ask(&world, &staff.admin).await.is(202);
    review(&world, &staff.reviewer, "approve").await.is(204);
    let challenge = async |case: &Opened| {
        let ask = world.post(&case.path("/challenges")).token(&case.token);
        let mut answer = ask.json(&json!({"kind": "sms_code"})).go().await.is(202);
        answer["case"] = Value::Null;
        answer
    };
    assert_eq!(challenge(&case).await, challenge(&nobodys).await);
    assert!(world.messages().await.is_empty());
    let state = async |case: &Opened| {
        let view = world.get(&case.path("")).token(&case.token);
        view.go().await.is(200)["state"].clone()
    };
    assert_eq!(state(&case).await, state(&nobodys).await);
}

/// Whoever meets an erased merchant is answered, and nothing brings anything back.
#[tokio::test]
async fn every_way_to_an_erased_merchant_is_answered() {
    let world = World::new().await;
    let staff = Staff::of(&world).await;
    let agent = world.staff("li.agent", "p-3", Role::Agent).await;
    world
        .add_manager(MERCHANT, MANAGER_PHONE, &[ManagerRight::SeeRecords])
        .await;
    let case = world.staff_case("hotline", &agent).await;
    close(&world, &staff).await;
    ask(&world, &staff.admin).await.is(202);
    review(&world, &staff.reviewer, "approve").await.is(204);

    let look_up = async |body: Value| {
        let ask = world.post("/v1/look-ups").token(&agent).json(&body);
        ask.go().await.is(200)["items"].clone()
    };
    let found = look_up(json!({ "merchant": MERCHANT })).await;
    assert_eq!(found[0]["name_masked"], "");
    assert_eq!(look_up(json!({ "phone": PHONE })).await, json!([]));
    let managers = format!("/v1/managers?merchant={MERCHANT}");
    let listed = world.get(&managers).token(&staff.admin).go().await.is(200);
    assert_eq!(listed["items"][0]["phone_masked"], "");
    let dossier = format!("/v1/cases/{case}/dossier");
    let seen = world.get(&dossier).token(&staff.reviewer).go().await;
    assert_eq!(seen.is(200)["name_masked"], Value::Null);
    // Not a word about the phone, nor a sign-in.
    let body = json!({ "phone": MANAGER_PHONE });
    world
        .post("/v1/manager-sign-ins")
        .json(&body)
        .go()
        .await
        .is(202);
    let body = json!({ "phone": PHONE });
    world
        .post("/v1/merchant-number-lookups")
        .json(&body)
        .go()
        .await;
    assert!(world.messages().await.is_empty());

    let refused = async |method, path: &str, body: Value| {
        let ask = world.ask(method, path).token(&staff.admin).json(&body);
        assert_eq!(ask.go().await.problem(409), "merchant_erased", "{path}");
    };
    let merchant = format!("/v1/merchants/{MERCHANT}");
    refused("PATCH", &merchant, json!({"status": "active"})).await;
    refused(
        "PUT",
        &format!("{merchant}/contact"),
        json!({ "phone": PHONE }),
    )
    .await;
    let manager =
        json!({"merchant": MERCHANT, "name": "王", "phone": PHONE, "rights": ["consent"]});
    refused("POST", "/v1/managers", manager).await;
    let till = json!({"merchant": MERCHANT, "number": "10000009", "serial_number": "SN10000009", "model": "T1"});
    refused("POST", "/v1/terminals", till).await;
    let enrolment = format!("/v1/terminals/{}/enrolment", world.terminal);
    let ask_anew = world.post(&enrolment).token(&staff.admin).go().await;
    assert_eq!(ask_anew.problem(409), "merchant_erased");
    assert_eq!(
        ask(&world, &staff.admin).await.problem(409),
        "merchant_erased"
    );
    let again = json!({"merchant": MERCHANT, "name": "新店", "phone": PHONE});
    let again = world.post("/v1/merchants").token(&staff.admin).json(&again);
    assert_eq!(again.go().await.problem(409), "exists");
}

#[tokio::test]
async fn what_is_open_bars_an_erasure_and_is_named() {
    let world = World::new().await;
    let staff = Staff::of(&world).await;
    let view = show(&world, &staff.reviewer).await;
    assert_eq!(
        view["obstacles"],
        json!(["not_closed", "terminal_in_service"])
    );
    assert_eq!(
        ask(&world, &staff.admin).await.problem(409),
        "erasure_barred"
    );
    close(&world, &staff).await;
    ask(&world, &staff.admin).await.is(202);
    // Taken back meanwhile: an approval stands on what is, not on what was.
    set_status(&world, &staff, "active").await.is(204);
    let late = review(&world, &staff.reviewer, "approve").await;
    assert_eq!(late.problem(409), "erasure_barred");
    assert!(has_key(&world).await);
    review(&world, &staff.reviewer, "refuse").await.is(204);
    assert_eq!(show(&world, &staff.admin).await["waits"], Value::Null);
}

#[tokio::test]
async fn f03_nobody_erases_alone_or_with_a_stale_sign_in() {
    let world = World::new().await;
    let staff = Staff::of(&world).await;
    // The same person, by a second account.
    let second = world.staff("wang.review", "p-1", Role::Reviewer).await;
    let agent = world.staff("li.agent", "p-3", Role::Agent).await;
    close(&world, &staff).await;
    assert_eq!(
        ask(&world, &staff.reviewer).await.problem(403),
        "not_allowed"
    );
    assert_eq!(ask(&world, &agent).await.problem(403), "not_allowed");
    let nobody = review(&world, &staff.reviewer, "approve").await;
    assert_eq!(nobody.problem(409), "out_of_order");
    ask(&world, &staff.admin).await.is(202);
    let own = review(&world, &second, "approve").await;
    assert_eq!(own.problem(403), "own_work");
    let by_maker = review(&world, &staff.admin, "approve").await;
    assert_eq!(by_maker.problem(403), "not_allowed");
    world.clock.advance(SignedDuration::from_mins(6));
    let stale = review(&world, &staff.reviewer, "approve").await;
    assert_eq!(stale.problem(403), "not_fresh");
    assert!(has_key(&world).await);
}

#[tokio::test]
async fn c11_another_acquirers_merchant_is_not_there() {
    let world = World::new().await;
    let staff = Staff::of(&world).await;
    let path = "/v1/merchants/898310054119999/erasure";
    let unknown = world.get(path).token(&staff.admin).go().await;
    assert_eq!(unknown.problem(404), "unknown");
    let ask = world.post(path).token(&staff.admin);
    let unknown = ask.json(&json!({"reason": "requested"})).go().await;
    assert_eq!(unknown.problem(404), "unknown");
}

/// Five years after the end nobody has to ask, and what is open waits a day.
#[tokio::test]
async fn five_years_after_a_merchant_left_its_data_goes_by_itself() {
    let world = World::new().await;
    let staff = Staff::of(&world).await;
    world.other_merchant().await;
    set_status(&world, &staff, "closed").await.is(204);
    let day = SignedDuration::from_hours(24);
    world.clock.advance(day * 1_825);
    retention::sweep(&world.shell).await.unwrap();
    world.clock.advance(day);
    retention::sweep(&world.shell).await.unwrap();
    assert!(has_key(&world).await, "its terminal is not retired");
    let path = format!("/v1/terminals/{}/retirement", world.terminal);
    let password = own_password("wang.admin");
    let admin = world.sign_in("wang.admin", &password).await;
    world.post(&path).token(&admin).go().await.is(204);
    retention::sweep(&world.shell).await.unwrap();
    assert!(has_key(&world).await, "it is looked at once a day");
    world.clock.advance(day);
    retention::sweep(&world.shell).await.unwrap();
    assert!(!has_key(&world).await);
    let ledger = world.ledger_text().await;
    let erased = ledger.lines().find(|line| line.contains("merchant_erased"));
    assert!(erased.unwrap().contains(r#""who":"system""#));
    let body = json!({ "merchant": OTHER_MERCHANT });
    let agent = world.staff("li.agent", "p-3", Role::Agent).await;
    let found = world.post("/v1/look-ups").token(&agent).json(&body);
    assert_eq!(found.go().await.is(200)["items"][0]["name_masked"], "小**");
}

/// Killed between the commit and the cut of the log, the next sweep cuts it.
#[tokio::test]
async fn what_a_kill_left_in_the_log_is_cut_at_the_next_sweep() {
    let world = World::new().await;
    let (store, now) = (world.shell.store(), world.shell.now());
    let erase = move |tx: &mut dyn tillkey_store::tx::Tx| {
        erasure::erase(tx, &MERCHANT.parse().unwrap(), now)
    };
    store.write(erase).await.unwrap();
    assert!(store.read(erasure::scrub_due).await.unwrap().is_some());
    retention::sweep(&world.shell).await.unwrap();
    assert_eq!(store.read(erasure::scrub_due).await.unwrap(), None);
}
