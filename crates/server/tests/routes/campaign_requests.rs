//! `/v1/campaign-requests`: what a campaign asks of a merchant, and what its managers may
//! answer.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tillkey_rules::party::Role;
use tillkey_rules::vocabulary::ManagerRight;

use crate::campaigns::Fleet;
use crate::support::{Answer, MANAGER_PHONE, MERCHANT, OTHER_MERCHANT, digits};

const TILL: &str = "10000001";

/// A campaign that asks, and its request for the merchant.
async fn asked(fleet: &Fleet) -> (String, String) {
    let (path, _) = fleet.running().await;
    let id = path.rsplit('/').next().unwrap().to_owned();
    fleet.world.messages().await;
    (path, format!("/v1/campaign-requests/{id}"))
}

async fn manager(fleet: &Fleet, rights: &[ManagerRight]) -> String {
    fleet.world.manager(rights).await
}

async fn consent(fleet: &Fleet, request: &str, token: &str, who: &[(&str, &str)]) -> Answer {
    let one = |(terminal, operator): &(&str, &str)| json!({"terminal_number": terminal, "operator": operator});
    let operators: Vec<Value> = who.iter().map(one).collect();
    let body = json!({ "operators": operators });
    let ask = fleet
        .world
        .post(&format!("{request}/consents"))
        .token(token);
    ask.json(&body).go().await
}

async fn tally(fleet: &Fleet, path: &str) -> Value {
    let admin = fleet.world.get(path).token(&fleet.admin).go().await;
    admin.is(200)["tally"].clone()
}

#[tokio::test]
async fn a_consent_opens_a_case_that_the_list_s_approval_stands_behind() {
    let fleet = Fleet::new().await;
    let (path, request) = asked(&fleet).await;
    let token = manager(&fleet, ManagerRight::ALL).await;
    let all = fleet.show("/v1/campaign-requests", &token).await;
    assert_eq!(all["items"][0]["due"], 1, "{all}");
    assert_eq!(all["items"][0]["reason"], "system_update");
    let shown = fleet.show(&request, &token).await;
    let due = &shown["operators"][0];
    assert_eq!(
        (&due["terminal_number"], &due["operator"]),
        (&json!(TILL), &json!("01"))
    );
    assert_eq!(
        (&due["state"], &due["may_answer"]),
        (&json!("asked"), &json!(true))
    );

    fleet.world.messages().await;
    let answered = consent(&fleet, &request, &token, &[(TILL, "01")])
        .await
        .is(200);
    let case = answered["items"][0]["case"].as_str().unwrap();
    let case_path = format!("/v1/cases/{case}");
    let view = fleet.show(&case_path, &token).await;
    assert_eq!(
        (&view["channel"], &view["reason"]),
        (&json!("campaign"), &json!("system_update"))
    );
    assert_eq!(view["state"], "approved", "{view}");
    let steps: Vec<&str> = view["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["step"].as_str().unwrap())
        .collect();
    let approved = steps.iter().position(|step| *step == "approved").unwrap();
    assert_eq!(steps[approved - 1], "reviewed_in_campaign", "{steps:?}");
    assert_eq!(tally(&fleet, &path).await["open"], 1);
    let ledger = fleet.world.ledger_text().await;
    assert!(ledger.contains(r#""step":"reviewed_in_campaign""#));

    let again = consent(&fleet, &request, &token, &[(TILL, "01")]).await;
    assert_eq!(again.problem(400), "invalid", "it is under way");
    // Withdrawn, nothing has failed: it is asked as before.
    fleet
        .say(&case_path, "cancellation", &token, &json!({}))
        .await
        .is(200);
    assert_eq!(tally(&fleet, &path).await["asked"], 2);
    consent(&fleet, &request, &token, &[(TILL, "01")])
        .await
        .is(200);
}

#[tokio::test]
async fn f07_a_manager_answers_for_the_ranks_that_they_may_reset_and_no_other() {
    let fleet = Fleet::new().await;
    let (_, request) = asked(&fleet).await;
    let consents = [ManagerRight::Consent, ManagerRight::ResetSupervisor];
    let token = manager(&fleet, &consents).await;
    let shown = fleet.show(&request, &token).await;
    assert_eq!(shown["operators"][0]["may_answer"], false);
    let answer = consent(&fleet, &request, &token, &[(TILL, "01")]).await;
    assert_eq!(answer.problem(403), "not_allowed");
    let cases = fleet.show("/v1/cases", &token).await;
    assert!(cases["items"].as_array().unwrap().is_empty(), "{cases}");
}

#[tokio::test]
async fn it_takes_the_right_to_consent_a_fresh_sign_in_and_operators_that_are_due() {
    let fleet = Fleet::new().await;
    let (path, request) = asked(&fleet).await;
    let all = fleet.world.manager(&[ManagerRight::ResetCashiers]).await;
    let list = fleet.show("/v1/campaign-requests", &all).await;
    assert!(list["items"].as_array().unwrap().is_empty());
    let ask = fleet.world.get(&request).token(&all);
    assert_eq!(ask.go().await.problem(403), "not_allowed");
    let answer = consent(&fleet, &request, &all, &[(TILL, "01")]).await;
    assert_eq!(answer.problem(403), "not_allowed");

    let phone = "+8613900139002";
    fleet
        .world
        .add_manager(MERCHANT, phone, ManagerRight::ALL)
        .await;
    fleet.world.messages().await;
    let token = fleet.world.manager_token(phone).await;
    let many = vec![(TILL, "01"); 11];
    for (who, why) in [
        (&[][..], "nobody"),
        (&[(TILL, "02")][..], "not on the list"),
        (&[("20000001", "01")][..], "another merchant's"),
        (&[(TILL, "01"), (TILL, "01")][..], "twice"),
        (&many[..], "too many"),
    ] {
        let answer = consent(&fleet, &request, &token, who).await;
        assert_eq!(answer.problem(400), "invalid", "{why}");
    }
    let unknown = "/v1/campaign-requests/0000000000000000";
    let answer = consent(&fleet, unknown, &token, &[(TILL, "01")]).await;
    assert_eq!(answer.problem(404), "unknown");
    fleet
        .say(&path, "pause", &fleet.admin, &json!({}))
        .await
        .is(200);
    let answer = consent(&fleet, &request, &token, &[(TILL, "01")]).await;
    assert_eq!(answer.problem(409), "out_of_order", "held");
    assert_eq!(fleet.show(&request, &token).await["held"], true);
    fleet
        .say(&path, "resume", &fleet.admin, &json!({"comment": ""}))
        .await
        .is(200);
    fleet.world.clock.advance(SignedDuration::from_mins(11));
    let answer = consent(&fleet, &request, &token, &[(TILL, "01")]).await;
    assert_eq!(answer.problem(403), "not_fresh");
    let answer = fleet.say(&request, "objection", &token, &json!({})).await;
    assert_eq!(answer.problem(403), "not_fresh");
}

#[tokio::test]
async fn c11_what_is_asked_of_another_merchant_is_not_there() {
    let fleet = Fleet::new().await;
    let (path, request) = asked(&fleet).await;
    let phone = "+8613900139003";
    fleet
        .world
        .add_manager(OTHER_MERCHANT, phone, ManagerRight::ALL)
        .await;
    fleet.world.messages().await;
    let other = fleet.world.manager_token(phone).await;
    let shown = fleet.show(&request, &other).await;
    let operators = shown["operators"].as_array().unwrap();
    assert_eq!(operators.len(), 1);
    assert_eq!(operators[0]["terminal_number"], "20000001");
    let answer = consent(&fleet, &request, &other, &[(TILL, "01")]).await;
    assert_eq!(answer.problem(400), "invalid");
    let ended = fleet
        .say(&path, "cancellation", &fleet.admin, &json!({}))
        .await;
    ended.is(200);
    let ask = fleet.world.get(&request).token(&other);
    assert_eq!(ask.go().await.problem(404), "unknown", "it is over");
}

#[tokio::test]
async fn a_merchant_that_objects_counts_as_a_failure_and_may_think_again() {
    let fleet = Fleet::new().await;
    let (path, request) = asked(&fleet).await;
    let token = manager(&fleet, ManagerRight::ALL).await;
    let objected = fleet
        .say(&request, "objection", &token, &json!({}))
        .await
        .is(200);
    assert_eq!(objected, json!({"operators": 1}));
    let again = fleet
        .say(&request, "objection", &token, &json!({}))
        .await
        .is(200);
    assert_eq!(again, json!({"operators": 0}));
    let ledger = fleet.world.ledger_text().await;
    assert_eq!(ledger.matches("campaign_objected").count(), 1);
    let counted = tally(&fleet, &path).await;
    assert_eq!(
        (&counted["objected"], &counted["asked"]),
        (&json!(1), &json!(1))
    );
    fleet.world.messages().await;
    consent(&fleet, &request, &token, &[(TILL, "01")])
        .await
        .is(200);
    assert_eq!(tally(&fleet, &path).await["objected"], 0);
}

#[tokio::test]
async fn c13_after_a_change_of_contact_people_look_at_it() {
    let fleet = Fleet::new().await;
    let (path, request) = asked(&fleet).await;
    let token = manager(&fleet, ManagerRight::ALL).await;
    let put = format!("/v1/merchants/{MERCHANT}/contact");
    let ask = fleet.world.ask("PUT", &put).token(&fleet.admin);
    ask.json(&json!({"phone": "13800138999"}))
        .go()
        .await
        .is(204);
    let answered = consent(&fleet, &request, &token, &[(TILL, "01")])
        .await
        .is(200);
    let case = answered["items"][0]["case"].as_str().unwrap();
    let case = format!("/v1/cases/{case}");
    assert_eq!(fleet.show(&case, &token).await["state"], "in_review");
    let sun = fleet.world.staff("sun", "sun", Role::Reviewer).await;
    let verdict = json!({"verdict": "refuse", "comment": "nobody there changed it"});
    fleet.say(&case, "review", &sun, &verdict).await.is(200);
    let counted = tally(&fleet, &path).await;
    assert_eq!(
        (&counted["failed"], &counted["asked"]),
        (&json!(1), &json!(1))
    );
    let shown = fleet.show(&request, &token).await;
    assert_eq!(shown["operators"][0]["state"], "failed");
}

#[tokio::test]
async fn the_merchant_is_told_once_in_its_own_language() {
    let fleet = Fleet::new().await;
    let token = manager(&fleet, ManagerRight::ALL).await;
    let ask = fleet.world.ask("PUT", "/v1/message-language").token(&token);
    ask.json(&json!({"language": "en"})).go().await.is(204);
    fleet.world.messages().await;
    fleet.running().await;
    let sent = fleet.world.messages().await;
    let english = |(_, text): &&(String, String)| text.contains("need a new password");
    let chinese = |(_, text): &&(String, String)| text.contains("需更换密码");
    assert_eq!(sent.iter().filter(english).count(), 1, "{sent:?}");
    assert_eq!(sent.iter().filter(chinese).count(), 1, "{sent:?}");
    fleet.settle().await;
    assert!(fleet.world.messages().await.is_empty(), "once");
    let (_, text) = &sent[0];
    assert!(
        !digits(text, 4).is_empty(),
        "they recognise their own number"
    );
    assert_ne!(MANAGER_PHONE, sent[0].0, "it goes to the registered phone");
}
