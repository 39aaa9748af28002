//! An explanation says everything in both languages.

use super::*;

#[test]
fn an_explanation_names_what_stood_in_the_way_and_what_would_help() {
    let question = Question {
        contact_age_hours: 5,
        ..plain(Channel::App, &[EvidenceKind::SmsCode])
    };
    let explanation = delivered().explain(&question, &everything());
    assert_eq!(explanation.verdict.decision, Decision::CounterOnly);
    let asked: Vec<_> = explanation
        .steps
        .iter()
        .map(|step| (step.action, step.permitted))
        .collect();
    assert_eq!(
        asked,
        [
            (Action::Reset, false),
            (Action::ResetAfterReview, false),
            (Action::ResetAfterTwoReviews, false),
            (Action::ResetAtCounter, true),
        ]
    );
    assert_eq!(explanation.steps[0].by[0].policy, "fresh-contact-app");
    let text = explanation.text();
    assert_eq!(
        text.en,
        "channel app, cashier, password forgotten, SMS code (assurance substantial), merchant active, \
contact changed 5 h ago, 0 failures and 0 resets in 30 days, hour 12, terminal online, unsettled batch unknown, no alert
decision: only at a counter
  · a contact changed within 72 hours: not by phone; please come to a counter
  · please come to a counter with the original identity document and business licence
step by step:
  reset at once: forbidden
      fresh-contact-app: a contact changed within 72 hours: not by phone; please come to a counter
  reset after one review: forbidden
      fresh-contact-app: a contact changed within 72 hours: not by phone; please come to a counter
  reset after two reviews: forbidden
      fresh-contact-app: a contact changed within 72 hours: not by phone; please come to a counter
  reset at a counter: permitted
      counter-remains: please come to a counter with the original identity document and business licence
what would help:
  counter: identity document + business licence → goes to review by two
  portal: portal session → goes to review by one
  terminal: supervisor's sign-on → goes ahead"
    );
    assert_eq!(text.zh.lines().count(), text.en.lines().count());
    assert!(text.zh.contains("裁定：仅限柜面办理"), "{}", text.zh);
}

#[test]
fn an_explanation_names_what_is_still_wanted() {
    let explanation = delivered().explain(&plain(Channel::Hotline, &[]), &everything());
    let text = explanation.text();
    assert!(text.en.contains("next: SMS code"), "{}", text.en);
    assert!(text.zh.contains("下一步：短信验证码"), "{}", text.zh);
    assert!(
        text.en
            .contains("hotline: SMS code → goes to review by one"),
        "{}",
        text.en
    );
}
