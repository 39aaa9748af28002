//! The exhaustive check: the default policy keeps every invariant, and for each
//! invariant there is a broken policy that is caught with a counterexample.

use std::sync::atomic::{AtomicU64, Ordering};

use super::*;
use crate::policy::check::{Counterexample, Invariant, Progress, Report, check};

/// The default policy with one more file.
fn with(text: &str) -> Policy {
    let mut files = Policy::default_files();
    files.push(PolicyFile::new("broken.cedar", text));
    Policy::parse(&files).unwrap()
}

/// The default policy without some of its policies.
fn without(ids: &[&str]) -> Policy {
    let mut files = Policy::default_files();
    for file in files
        .iter_mut()
        .filter(|file| file.name.ends_with(".cedar"))
    {
        let keep = |policy: &&str| {
            !ids.iter()
                .any(|id| policy.contains(&format!("@id(\"{id}\")")))
        };
        let policies: Vec<_> = file.text.split_inclusive(";\n").filter(keep).collect();
        file.text = policies.concat();
    }
    let policy = Policy::parse(&files).unwrap();
    assert!(
        policy.ids().all(|id| !ids.contains(&id)),
        "{ids:?} are still there"
    );
    policy
}

fn look(policy: &Policy) -> Report {
    check(policy, &|_| {}).unwrap()
}

/// Finds exactly these invariants broken, and gives the first counterexample.
fn breaks(policy: &Policy, expect: &[Invariant]) -> Counterexample {
    let report = look(policy);
    let found: Vec<_> = report
        .counterexamples
        .iter()
        .map(|found| found.invariant)
        .collect();
    assert_eq!(found, expect, "{report:#?}");
    for found in &report.counterexamples {
        let sentence = found.sentence();
        assert!(
            sentence.en.starts_with(&found.invariant.statement().en),
            "{}",
            sentence.en
        );
        assert!(
            sentence.zh.contains(&found.invariant.statement().zh),
            "{}",
            sentence.zh
        );
        for id in &found.policies {
            assert!(
                sentence.en.contains(id) && sentence.zh.contains(id),
                "{sentence:?}"
            );
        }
    }
    report.counterexamples[0].clone()
}

/// A permit with nothing but its head and condition.
fn permit(head: &str, condition: &str) -> String {
    format!("@id(\"bad\")\n@reason_zh(\"错\")\n@reason_en(\"wrong\")\npermit ({head}){condition};")
}

#[test]
fn the_default_policy_holds() {
    let seen = AtomicU64::new(0);
    let report = check(delivered(), &|Progress { done, total }| {
        assert!(done <= total);
        seen.fetch_max(done, Ordering::Relaxed);
    })
    .unwrap();
    assert!(report.holds(), "{report:#?}");
    assert!(report.questions > 1_000_000, "{}", report.questions);
    assert!(seen.load(Ordering::Relaxed) > 0);
}

#[test]
fn c03_a_reset_with_no_proof_is_found() {
    let head =
        r#"principal == Channel::"app", action == Action::"reset", resource == Rank::"cashier""#;
    let found = breaks(&with(&permit(head, "")), &[Invariant::PossessionOrIdentity]);
    assert_eq!(found.question.evidence, BTreeSet::new());
    assert_eq!(found.question.channel, Channel::App);
    assert_eq!(found.decision, Decision::GoAhead);
    assert_eq!(found.policies, ["bad"]);
}

#[test]
fn a_hotline_reset_on_knowledge_alone_is_found() {
    let head =
        r#"principal == Channel::"hotline", action == Action::"reset_after_two_reviews", resource"#;
    let bad = with(&permit(
        head,
        " when { context.evidence.recent_transactions }",
    ));
    let expect = [
        Invariant::PossessionOrIdentity,
        Invariant::HotlineNotByKnowledgeAlone,
    ];
    let found = breaks(&bad, &expect);
    assert_eq!(
        found.question.evidence,
        [EvidenceKind::RecentTransactions].into()
    );
    // An original that nobody can have inspected over the telephone is no better.
    let bad = with(&permit(
        head,
        " when { context.evidence.identity_document }",
    ));
    breaks(&bad, &[Invariant::HotlineNotByKnowledgeAlone]);
}

#[test]
fn an_administrator_without_review_is_found() {
    let found = breaks(
        &without(&["administrator-reviewed"]),
        &[Invariant::AdministratorReviewed],
    );
    assert_eq!(found.question.rank, Rank::Administrator);
    assert_eq!(found.policies, ["app-phone"]);
}

#[test]
fn c13_a_fresh_contact_with_sms_alone_is_found_at_the_hour() {
    breaks(
        &without(&["fresh-contact-app"]),
        &[Invariant::FreshContactNotBySmsAlone],
    );
    breaks(
        &without(&["fresh-contact-hotline"]),
        &[Invariant::FreshContactNotBySmsAlone],
    );
    // One hour too few: the boundary is asked about, wherever a policy puts it.
    let mut files = Policy::default_files();
    let never = files
        .iter_mut()
        .find(|file| file.name == "never.cedar")
        .unwrap();
    never.text = never.text.replace(
        "context.contact_age_hours < 72",
        "71 > context.contact_age_hours",
    );
    let found = breaks(
        &Policy::parse(&files).unwrap(),
        &[Invariant::FreshContactNotBySmsAlone],
    );
    assert_eq!(found.question.contact_age_hours, 71);
}

#[test]
fn c10_a_suspended_merchant_is_found() {
    let found = breaks(
        &without(&["merchant-suspended"]),
        &[Invariant::OnlyActiveMerchants],
    );
    assert_eq!(found.question.merchant_status, MerchantStatus::Suspended);
    // Even the invitation to a counter is too much.
    assert_eq!(found.decision, Decision::CounterOnly);
}

#[test]
fn evidence_that_harms_is_found() {
    let forbid = "@id(\"bad\")\n@reason_zh(\"错\")\n@reason_en(\"wrong\")\n\
                  forbid (principal == Channel::\"portal\", action, resource)\n\
                  when { context.evidence.recent_transactions };";
    let found = breaks(&with(forbid), &[Invariant::MoreEvidenceNeverLowers]);
    assert_eq!(found.worse_with, Some(EvidenceKind::RecentTransactions));
    assert!(found.policies.contains(&"bad".to_owned()), "{found:?}");
}

#[test]
fn e10_a_closed_counter_leaves_nobody_out() {
    let forbid = "@id(\"bad\")\n@reason_zh(\"错\")\n@reason_en(\"wrong\")\n\
                  forbid (principal, action, resource == Rank::\"supervisor\")\n\
                  when { context.failures_30d > 100 && !(context has unsettled_batch) };";
    let found = breaks(&with(forbid), &[Invariant::OneChannelStaysOpen]);
    assert_eq!(found.question.failures_30d, 101);
    assert_eq!(found.question.unsettled_batch, None);
    assert!(found.policies.contains(&"bad".to_owned()), "{found:?}");
}

#[test]
fn a_policy_about_everything_is_checked_or_refused_by_its_size() {
    let all = " when { context.assurance.low && context.reason != Reason::\"locked\" && context.hour == 3
        && context.failures_30d > 5 && context.resets_30d != 7 && context.contact_age_hours >= 100
        && !context.terminal_online && context has unsettled_batch && context.unsettled_batch
        && context.merchant_status == MerchantStatus::\"active\" && principal != Channel::\"app\" }";
    let policy = with(&permit("principal, action, resource", all));
    let fault = check(&policy, &|_| {}).unwrap_err();
    assert!(matches!(&fault, PolicyFault::TooManyQuestions { place, .. } if place.line == 1));
}
