//! `/v1/reports`: over how many days.

use tillkey_rules::party::Role;

use crate::support::World;

#[tokio::test]
async fn days_are_asked_for_as_they_are_spelt() {
    let world = World::new().await;
    let auditor = world.staff("audit", "p1", Role::Auditor).await;
    for (query, days) in [("", 30), ("?days=7", 7), ("?days=90", 90)] {
        let path = format!("/v1/reports/cases{query}");
        let body = world.get(&path).token(&auditor).go().await.is(200);
        assert_eq!(body["days"].as_array().unwrap().len(), days, "{query}");
    }
    for bad in ["8", "07", "+7", "7.0", ""] {
        let path = format!("/v1/reports/cases?days={bad}");
        let answer = world.get(&path).token(&auditor).go().await;
        assert_eq!(answer.problem(400), "invalid", "{bad}");
    }
}
