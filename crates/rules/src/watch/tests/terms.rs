//! The settings: the delivered ones can be served, and those that cannot are all named.

use super::super::WatchTerms;

#[test]
fn the_delivered_settings_can_be_served() {
    assert_eq!(WatchTerms::default().wrong(), Vec::<String>::new());
}

#[test]
fn settings_that_cannot_be_served_are_all_named() {
    let terms = WatchTerms {
        quiet_hours: 0,
        failures_operator: 0,
        look_ups_a_day: 10_000,
        hours_slack: 12,
        ..WatchTerms::default()
    };
    let wrong = terms.wrong().join("; ");
    for name in [
        "quiet_hours",
        "failures_operator",
        "look_ups_a_day",
        "hours_slack",
    ] {
        assert!(wrong.contains(name), "{wrong}");
    }
}
