//! `/v1/applications`: the whole way of a terminal, and what is refused on it.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tillkey_rules::party::Role;

use crate::support::counter::photo;
use crate::support::{Answer, HOLDER, LICENCE, World, digits};

const APPLICANT: &str = "+8613700137000";
const PAPERS: [&str; 6] = [
    "business_licence",
    "identity_card_front",
    "identity_card_back",
    "account_proof",
    "shop_front",
    "shop_inside",
];

/// An application as its applicant has it in hand.
struct Applicant<'a> {
    world: &'a World,
    application: String,
    token: String,
}

impl<'a> Applicant<'a> {
    async fn begin(world: &'a World) -> Self {
        let begun = begin(world, &wish("shengpay-smart", "310115"))
            .await
            .is(202);
        let text = |field: &str| begun[field].as_str().unwrap().to_owned();
        Self {
            world,
            application: text("application"),
            token: text("token"),
        }
    }

    fn path(&self, below: &str) -> String {
        format!("/v1/applications/{}{below}", self.application)
    }

    async fn post(&self, below: &str, body: &Value) -> Answer {
        let ask = self.world.post(&self.path(below)).token(&self.token);
        ask.json(body).go().await
    }

    async fn bare(&self, below: &str) -> Answer {
        self.world
            .post(&self.path(below))
            .token(&self.token)
            .go()
            .await
    }

    async fn view(&self) -> Value {
        let ask = self.world.get(&self.path("")).token(&self.token);
        ask.go().await.is(200)
    }

    /// The code of the message that just went to the phone.
    async fn code(&self) -> String {
        let messages = self.world.messages().await;
        let (to, text) = messages.last().unwrap();
        assert_eq!(to, APPLICANT);
        digits(text, 6)
    }

    async fn prove(&self) {
        let code = self.code().await;
        self.post("/phone-proof", &json!({ "code": code }))
            .await
            .is(200);
    }

    async fn write(&self, fields: &[(&str, &str)]) -> Value {
        let fields: Vec<Value> = fields
            .iter()
            .map(|(field, text)| json!({"field": field, "text": text}))
            .collect();
        let ask = self.world.ask("PATCH", &self.path("/form"));
        let ask = ask.token(&self.token).json(&json!({ "fields": fields }));
        ask.go().await.is(200)
    }

    async fn fill_in(&self) {
        self.write(&[
            ("business_name", "张江面馆"),
            ("credit_code", LICENCE),
            ("person_name", "王小明"),
            ("identity_number", HOLDER),
            ("business", "restaurant"),
            ("address", "张江路 1 号"),
            ("account_name", "王小明"),
            ("account_number", "6222021234567890"),
            ("bank_name", "工商银行"),
        ])
        .await;
        for (number, paper) in (1..).zip(PAPERS) {
            if self.view().await["papers"][paper] == json!(false) {
                let ask = self.world.post(&self.path(&format!("/papers/{paper}")));
                let ask = ask
                    .token(&self.token)
                    .with("content-type", "image/jpeg")
                    .body(photo(number));
                ask.go().await.is(201);
            }
        }
    }

    async fn submitted(world: &'a World) -> Self {
        let applicant = Self::begin(world).await;
        applicant.prove().await;
        applicant.fill_in().await;
        applicant.bare("/submission").await.is(200);
        world.messages().await;
        applicant
    }

    async fn by(&self, staff: &str, below: &str, body: &Value) -> Answer {
        let ask = self.world.post(&self.path(below)).token(staff);
        ask.json(body).go().await
    }

    async fn propose(&self, clerk: &str) -> Answer {
        let ask = self.world.post(&self.path("/proposal")).token(clerk);
        ask.go().await
    }

    async fn check_all(&self, clerk: &str) {
        for check in ["contact_reached", "account", "site"] {
            let body = json!({"check": check, "holds": true});
            self.by(clerk, "/checks", &body).await.is(200);
        }
        for (check, number) in [("licence_number", LICENCE), ("identity_number", HOLDER)] {
            let body = json!({"check": check, "number": number});
            self.by(clerk, "/checks", &body).await.is(200);
        }
    }
}

fn wish(product: &str, region: &str) -> Value {
    json!({
        "product": product, "applicant": "sole_trader", "region": region, "phone": APPLICANT,
    })
}

async fn begin(world: &World, body: &Value) -> Answer {
    world.post("/v1/applications").json(body).go().await
}

#[tokio::test]
async fn a_terminal_is_applied_for_checked_approved_and_sent() {
    let world = World::new().await;
    let clerk = world.staff("clerk", "p-clerk", Role::Clerk).await;
    let reviewer = world.staff("reviewer", "p-reviewer", Role::Reviewer).await;
    let applicant = Applicant::submitted(&world).await;
    applicant.check_all(&clerk).await;
    applicant.propose(&clerk).await.is(200);
    let approved = applicant
        .by(&reviewer, "/review", &json!({"verdict": "approve"}))
        .await
        .is(200);
    // Institution, region, category, serial.
    assert_eq!(approved["merchant"], "898310158120001");
    let shipment = json!({
        "serial_number": "SN-70000001", "carrier": "顺丰速运", "tracking_number": "SF1234567890",
    });
    applicant.by(&clerk, "/shipment", &shipment).await.is(200);
    let view = applicant.view().await;
    assert_eq!(view["state"], "shipped");
    assert_eq!(view["parcel"]["tracking_number"], "SF1234567890");
    assert_eq!(view["terminal_number"], "31010001");
    let operators: Vec<&str> = view["first_passwords"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["operator"].as_str().unwrap())
        .collect();
    assert_eq!(operators, ["00", "01", "99"]);
    let states: Vec<String> = world
        .messages()
        .await
        .into_iter()
        .filter(|(to, _)| to == APPLICANT)
        .map(|(_, text)| text)
        .collect();
    assert_eq!(states.len(), 2, "{states:?}");
    // The applicant manages the new merchant with the same phone.
    world.manager_token(APPLICANT).await;
}

#[tokio::test]
async fn the_enrolment_code_is_given_to_whoever_holds_the_phone_now() {
    let world = World::new().await;
    let clerk = world.staff("clerk", "p-clerk", Role::Clerk).await;
    let reviewer = world.staff("reviewer", "p-reviewer", Role::Reviewer).await;
    let applicant = Applicant::submitted(&world).await;
    let receipt = json!({"purpose": "receipt"});
    applicant.check_all(&clerk).await;
    applicant.propose(&clerk).await.is(200);
    let approve = json!({"verdict": "approve"});
    applicant.by(&reviewer, "/review", &approve).await.is(200);
    let shipment = json!({
        "serial_number": "SN-70000001", "carrier": "顺丰速运", "tracking_number": "SF1",
    });
    applicant.by(&clerk, "/shipment", &shipment).await.is(200);
    world.messages().await;
    // A code for another purpose opens nothing.
    applicant
        .post("/codes", &json!({"purpose": "phone"}))
        .await
        .is(202);
    let code = applicant.code().await;
    let wrong = applicant.post("/receipt", &json!({ "code": code })).await;
    assert_eq!(wrong.problem(422), "not_matched");
    applicant.post("/codes", &receipt).await.is(202);
    let code = applicant.code().await;
    let given = applicant
        .post("/receipt", &json!({ "code": code }))
        .await
        .is(200);
    assert!(given["code"].as_str().unwrap().len() > 10);
    assert_eq!(applicant.view().await["state"], "received");
    // Staff never see it.
    let typed = json!({"code": "000000"});
    let by_staff = applicant.by(&clerk, "/receipt", &typed).await;
    assert_eq!(by_staff.problem(403), "not_allowed");
    let ledger = world.ledger_text().await;
    assert!(!ledger.contains(given["code"].as_str().unwrap()));
}

#[tokio::test]
async fn f03_whoever_checked_does_not_approve() {
    let world = World::new().await;
    let clerk = world.staff("clerk", "p-one", Role::Clerk).await;
    let second = world.staff("second", "p-one", Role::Reviewer).await;
    let applicant = Applicant::submitted(&world).await;
    applicant.check_all(&clerk).await;
    let approve = json!({"verdict": "approve"});
    let early = applicant.by(&second, "/review", &approve).await;
    assert_eq!(early.problem(409), "out_of_order");
    applicant.propose(&clerk).await.is(200);
    let own = applicant.by(&second, "/review", &approve).await;
    assert_eq!(own.problem(403), "own_work");
    world.clock.advance(SignedDuration::from_mins(6));
    let third = world.staff("third", "p-three", Role::Reviewer).await;
    world.clock.advance(SignedDuration::from_mins(6));
    let stale = applicant.by(&third, "/review", &approve).await;
    assert_eq!(stale.problem(403), "not_fresh");
}

#[tokio::test]
async fn what_cannot_be_had_there_is_refused_before_the_form() {
    let world = World::new().await;
    let catalogue = world.shell.catalogue();
    let (product, region) = catalogue
        .products()
        .find_map(|product| Some((product.id.clone(), product.not_served.first()?.region)))
        .unwrap();
    let answer = begin(&world, &wish(product.as_str(), &region.to_string())).await;
    assert_eq!(answer.problem(422), "region_not_served");
    assert!(world.messages().await.is_empty());
}

#[tokio::test]
async fn a_draft_is_kept_and_says_all_that_is_missing() {
    let world = World::new().await;
    let applicant = Applicant::begin(&world).await;
    applicant.prove().await;
    applicant
        .write(&[("business_name", "张江面馆"), ("credit_code", "9135")])
        .await;
    let view = applicant.view().await;
    assert_eq!(view["form"]["credit_code"], "9135");
    assert!(view["mistakes"]["credit_code"].is_string());
    assert!(view["mistakes"]["address"].is_string());
    assert!(view["mistakes"]["business_name"].is_null());
    let early = applicant.bare("/submission").await;
    assert_eq!(early.problem(422), "form_not_whole");
    world.clock.advance(SignedDuration::from_hours(24 * 31));
    tillkey_server::act::tick::tick(&world.shell).await.unwrap();
    assert_eq!(applicant.view().await["state"], "lapsed");
}

#[tokio::test]
async fn c03_an_application_is_its_applicants_and_its_acquirers() {
    let world = World::new().await;
    let applicant = Applicant::begin(&world).await;
    world.messages().await;
    let other = Applicant::begin(&world).await;
    world.messages().await;
    let foreign = world.get(&applicant.path("")).token(&other.token);
    assert_eq!(foreign.go().await.problem(404), "unknown");
    let integrator = world.staff("system", "p-system", Role::Integrator).await;
    let by_system = world.get(&applicant.path("")).token(&integrator);
    assert_eq!(by_system.go().await.problem(404), "unknown");
    let agent = world.staff("agent", "p-agent", Role::Agent).await;
    let by_staff = applicant
        .by(&agent, "/phone-proof", &json!({"code": "000000"}))
        .await;
    assert_eq!(by_staff.problem(403), "not_allowed");
}

#[tokio::test]
async fn e08_coming_back_answers_the_same_for_whoever_asks() {
    let world = World::new().await;
    let applicant = Applicant::begin(&world).await;
    applicant.prove().await;
    let back = |application: &str, phone: &str| {
        let body = json!({"application": application, "phone": phone});
        world.post("/v1/application-returns").json(&body).go()
    };
    let unknown = back("0000000000000000", APPLICANT).await;
    let foreign = back(&applicant.application, "+8613700137001").await;
    assert_eq!(
        (unknown.status, &unknown.text),
        (foreign.status, &foreign.text)
    );
    assert!(world.messages().await.is_empty());
    let own = back(&applicant.application, APPLICANT).await;
    assert_eq!((unknown.status, &unknown.text), (own.status, &own.text));
    let code = applicant.code().await;
    let path = format!("/v1/application-returns/{}", applicant.application);
    let enter = |code: &str| world.post(&path).json(&json!({ "code": code })).go();
    let nowhere = world
        .post("/v1/application-returns/0000000000000000")
        .json(&json!({"code": "000000"}))
        .go()
        .await;
    assert_eq!(nowhere.problem(422), "not_matched");
    let token = enter(&code).await.is(200)["token"].clone();
    // The token from before is worth nothing.
    let before = world.get(&applicant.path("")).token(&applicant.token);
    assert_eq!(before.go().await.problem(404), "unknown");
    let now = world
        .get(&applicant.path(""))
        .token(token.as_str().unwrap());
    now.go().await.is(200);
    assert_eq!(enter(&code).await.problem(422), "not_matched");
}

#[tokio::test]
async fn staff_see_masked_values_and_whoever_opens_one_is_in_the_ledger() {
    let world = World::new().await;
    let clerk = world.staff("clerk", "p-clerk", Role::Clerk).await;
    let auditor = world.staff("auditor", "p-auditor", Role::Auditor).await;
    let applicant = Applicant::submitted(&world).await;
    let seen = world.get(&applicant.path("")).token(&clerk);
    let seen = seen.go().await.is(200);
    let text = seen.to_string();
    for hidden in [HOLDER, LICENCE, "6222021234567890", "王小明", "13700137000"] {
        assert!(!text.contains(hidden), "{hidden}");
    }
    let open = json!({"what": "identity_number"});
    let refused = applicant.by(&auditor, "/disclosures", &open).await;
    assert_eq!(refused.problem(403), "not_allowed");
    let opened = applicant.by(&clerk, "/disclosures", &open).await.is(200);
    assert_eq!(opened["text"], HOLDER);
    let look = world
        .get(&applicant.path("/papers/shop_front"))
        .token(&clerk);
    assert_eq!(look.go().await.status.as_u16(), 200);
    let ledger = world.ledger_text().await;
    for what in ["identity_number", "shop_front"] {
        let line = format!("\"what\":\"{what}\"");
        assert!(ledger.contains(&line), "{what}");
    }
    for secret in [HOLDER, "王小明", "13700137000", "张江路"] {
        assert!(!ledger.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn numbers_are_compared_blind_and_a_mismatch_is_noted() {
    let world = World::new().await;
    let clerk = world.staff("clerk", "p-clerk", Role::Clerk).await;
    let applicant = Applicant::submitted(&world).await;
    let by_word = json!({"check": "identity_number", "holds": true});
    let refused = applicant.by(&clerk, "/checks", &by_word).await;
    assert_eq!(refused.problem(400), "invalid");
    let mistyped = json!({"check": "identity_number", "number": "110105194912310021"});
    let refused = applicant.by(&clerk, "/checks", &mistyped).await;
    assert_eq!(refused.problem(400), "invalid");
    let other = json!({"check": "identity_number", "number": "440524188001010014"});
    let answer = applicant.by(&clerk, "/checks", &other).await;
    assert_eq!(answer.problem(422), "not_matched");
    assert!(!answer.text.contains(HOLDER));
    let seen = applicant.view().await;
    assert_eq!(seen["checks"]["identity_number"], json!(false));
    assert_eq!(applicant.propose(&clerk).await.problem(409), "checks_open");
}

#[tokio::test]
async fn what_is_sent_back_says_why_and_is_checked_anew() {
    let world = World::new().await;
    let clerk = world.staff("clerk", "p-clerk", Role::Clerk).await;
    let applicant = Applicant::submitted(&world).await;
    applicant.check_all(&clerk).await;
    let silent = json!({"verdict": "return"});
    let refused = applicant.by(&clerk, "/review", &silent).await;
    assert_eq!(refused.problem(422), "reason_missing");
    let said = json!({"verdict": "return", "remark": "请重拍营业执照，字看不清。"});
    applicant.by(&clerk, "/review", &said).await.is(200);
    let view = applicant.view().await;
    assert_eq!(view["state"], "returned");
    assert_eq!(view["remark"], "请重拍营业执照，字看不清。");
    assert_eq!(world.messages().await.len(), 1);
    applicant.bare("/submission").await.is(200);
    let view = applicant.view().await;
    assert_eq!(view["checks"]["site"], Value::Null);
    assert!(!world.ledger_text().await.contains("请重拍"));
}

#[tokio::test]
async fn what_came_to_nothing_is_erased_and_the_ledger_stays_whole() {
    let world = World::new().await;
    let applicant = Applicant::submitted(&world).await;
    applicant.bare("/withdrawal").await.is(200);
    world.clock.advance(SignedDuration::from_hours(24 * 29));
    let (shell, sweep) = (&world.shell, tillkey_server::act::retention::sweep);
    sweep(shell).await.unwrap();
    assert_eq!(applicant.view().await["form"]["person_name"], "王小明");
    world.clock.advance(SignedDuration::from_hours(24 * 2));
    sweep(shell).await.unwrap();
    let gone = world.get(&applicant.path("")).token(&applicant.token);
    assert_eq!(gone.go().await.problem(404), "unknown");
    let ledger = world.ledger_text().await;
    assert_eq!(ledger.matches("application_erased").count(), 1);
    assert!(ledger.contains("\"step\":\"withdrawn\""));
}

#[tokio::test]
async fn a_picture_of_another_application_is_flagged() {
    let world = World::new().await;
    let clerk = world.staff("clerk", "p-clerk", Role::Clerk).await;
    let first = Applicant::submitted(&world).await;
    let alone = world.get(&first.path("")).token(&clerk).go().await.is(200);
    assert_eq!(alone["seen_elsewhere"], json!(false));
    let second = Applicant::submitted(&world).await;
    let seen = world.get(&second.path("")).token(&clerk).go().await.is(200);
    assert_eq!(seen["seen_elsewhere"], json!(true));
    assert_eq!(second.view().await["seen_elsewhere"], json!(false));
    while tillkey_server::act::watch::look(&world.shell)
        .await
        .unwrap()
    {}
    let chen = world.staff("chen", "chen", Role::Reviewer).await;
    let alerts = world.get("/v1/alerts?state=open").token(&chen).go().await;
    let alerts = alerts.is(200);
    assert_eq!(alerts["items"][0]["rule"], "picture_reused", "{alerts}");
    assert_eq!(alerts["items"][0]["about"]["kind"], "application");
}
