//! The default policy, as the bank would tell it.

use Channel::*;
use Decision::*;
use EvidenceKind::*;

use super::*;

const ONE: Decision = Review {
    reviewers: Reviewers::One,
};
const TWO: Decision = Review {
    reviewers: Reviewers::Two,
};

/// Decides with everything on offer.
fn check(question: &Question, expect: Decision) -> Verdict {
    let verdict = delivered().verdict(question, &everything());
    assert_eq!(verdict.decision, expect, "{question:?} {verdict:?}");
    assert!(!verdict.reasons.is_empty(), "{question:?} gives no reason");
    assert_eq!(
        verdict.next.is_empty(),
        expect != MoreEvidence,
        "{verdict:?}"
    );
    verdict
}

fn of(rank: Rank, question: Question) -> Question {
    Question { rank, ..question }
}

fn because(reason: Reason, question: Question) -> Question {
    Question { reason, ..question }
}

#[test]
fn a_quiet_day() {
    let cases: &[(Channel, &[EvidenceKind], Rank, Decision)] = &[
        (App, &[SmsCode], Rank::Cashier, GoAhead),
        (App, &[SmsCode], Rank::Supervisor, GoAhead),
        (App, &[SmsCode], Rank::Administrator, ONE),
        (App, &[], Rank::Cashier, MoreEvidence),
        (App, &[RecentTransactions], Rank::Cashier, MoreEvidence),
        (Hotline, &[], Rank::Cashier, MoreEvidence),
        (Hotline, &[SmsCode], Rank::Cashier, ONE),
        (Hotline, &[SmsCode], Rank::Administrator, TWO),
        (Hotline, &[ManagerConsent], Rank::Supervisor, ONE),
        (Hotline, &[RecentTransactions], Rank::Cashier, MoreEvidence),
        (Hotline, &[TerminalInHand], Rank::Cashier, MoreEvidence),
        (
            Hotline,
            &[TerminalInHand, RecentTransactions],
            Rank::Cashier,
            ONE,
        ),
        (Counter, &[IdentityDocument], Rank::Cashier, MoreEvidence),
        (
            Counter,
            &[IdentityDocument, BusinessLicence],
            Rank::Cashier,
            ONE,
        ),
        (Counter, &[IdentityDocument, SmsCode], Rank::Cashier, ONE),
        (
            Counter,
            &[BusinessLicence, SmsCode],
            Rank::Cashier,
            MoreEvidence,
        ),
        (
            Counter,
            &[IdentityDocument, BusinessLicence],
            Rank::Administrator,
            ONE,
        ),
        (Portal, &[PortalSession], Rank::Cashier, GoAhead),
        (Portal, &[PortalSession], Rank::Supervisor, ONE),
        (Portal, &[PortalSession], Rank::Administrator, MoreEvidence),
        (Portal, &[PortalSession, SmsCode], Rank::Administrator, ONE),
        (Terminal, &[SupervisorSignOn], Rank::Cashier, GoAhead),
        (Terminal, &[SupervisorSignOn], Rank::Supervisor, CounterOnly),
        (
            Terminal,
            &[SupervisorSignOn],
            Rank::Administrator,
            CounterOnly,
        ),
        (Terminal, &[TerminalInHand], Rank::Cashier, MoreEvidence),
        (Campaign, &[], Rank::Cashier, MoreEvidence),
        (Campaign, &[ManagerConsent], Rank::Cashier, ONE),
        (Campaign, &[ManagerConsent], Rank::Administrator, TWO),
    ];
    for (channel, evidence, rank, expect) in cases {
        check(&of(*rank, plain(*channel, evidence)), *expect);
    }
}

#[test]
fn a_first_password_is_set_at_the_enrolled_terminal() {
    let first = |rank| {
        because(
            Reason::FirstPassword,
            of(rank, plain(Terminal, &[TerminalInHand])),
        )
    };
    check(&first(Rank::Cashier), GoAhead);
    check(&first(Rank::Supervisor), GoAhead);
    check(&first(Rank::Administrator), ONE);
}

#[test]
fn after_a_departure_or_a_leak_a_phone_is_not_enough() {
    for reason in [Reason::StaffLeft, Reason::Compromised] {
        check(&because(reason, plain(App, &[SmsCode])), CounterOnly);
        check(&because(reason, plain(Hotline, &[SmsCode])), ONE);
        check(&because(reason, plain(Portal, &[PortalSession])), GoAhead);
        check(
            &because(reason, plain(Terminal, &[SupervisorSignOn])),
            GoAhead,
        );
        check(
            &because(reason, plain(Counter, &[IdentityDocument, BusinessLicence])),
            ONE,
        );
    }
}

#[test]
fn an_open_alert_takes_a_reviewer_and_shuts_nothing() {
    let alarmed = |question| Question {
        open_alert: true,
        ..question
    };
    check(&alarmed(plain(App, &[SmsCode])), ONE);
    check(&alarmed(plain(Portal, &[PortalSession])), ONE);
    check(&alarmed(plain(Hotline, &[SmsCode])), ONE);
    let first = because(Reason::FirstPassword, plain(Terminal, &[TerminalInHand]));
    check(&alarmed(first), ONE);
    // Whoever stands at the till with their own password has looked.
    check(&alarmed(plain(Terminal, &[SupervisorSignOn])), GoAhead);
}

#[test]
fn c13_a_contact_that_has_just_changed_proves_nothing() {
    let at = |hours, question| Question {
        contact_age_hours: hours,
        ..question
    };
    for hours in [0, 1, 71] {
        check(&at(hours, plain(App, &[SmsCode])), CounterOnly);
        check(&at(hours, plain(App, &[])), CounterOnly);
        check(&at(hours, plain(Hotline, &[SmsCode])), CounterOnly);
        check(
            &at(hours, plain(Hotline, &[SmsCode, RecentTransactions])),
            CounterOnly,
        );
        check(
            &at(hours, plain(Counter, &[IdentityDocument, SmsCode])),
            MoreEvidence,
        );
        check(
            &at(hours, plain(Counter, &[IdentityDocument, BusinessLicence])),
            TWO,
        );
        check(&at(hours, plain(Portal, &[PortalSession])), ONE);
        check(
            &at(hours, of(Rank::Supervisor, plain(Portal, &[PortalSession]))),
            TWO,
        );
        let admin = of(
            Rank::Administrator,
            plain(Portal, &[PortalSession, SmsCode]),
        );
        check(&at(hours, admin), CounterOnly);
        check(&at(hours, plain(Terminal, &[SupervisorSignOn])), GoAhead);
    }
    check(&at(72, plain(App, &[SmsCode])), GoAhead);
    check(&at(u32::MAX, plain(App, &[SmsCode])), GoAhead);
}

#[test]
fn a_busy_history_is_looked_at_by_a_person() {
    let resets = |resets_30d, question| Question {
        resets_30d,
        ..question
    };
    let failures = |failures_30d, question| Question {
        failures_30d,
        ..question
    };
    for question in [plain(App, &[SmsCode]), plain(Portal, &[PortalSession])] {
        check(&resets(2, question.clone()), GoAhead);
        check(&resets(3, question.clone()), ONE);
        check(&failures(19, question.clone()), GoAhead);
        check(&failures(20, question.clone()), ONE);
        check(&failures(u32::MAX, question), ONE);
    }
}

#[test]
fn e10_failures_close_no_channel() {
    let battered = |question| Question {
        failures_30d: u32::MAX,
        ..question
    };
    check(&battered(plain(App, &[SmsCode])), ONE);
    check(
        &battered(plain(Counter, &[IdentityDocument, BusinessLicence])),
        ONE,
    );
}

#[test]
fn at_night_the_hotline_takes_one_reviewer_more() {
    let at = |hour, question| Question { hour, ..question };
    for (hour, expect) in [(5, TWO), (6, ONE), (21, ONE), (22, TWO), (0, TWO)] {
        check(&at(hour, plain(Hotline, &[SmsCode])), expect);
        check(&at(hour, plain(App, &[SmsCode])), GoAhead);
    }
    check(
        &at(23, of(Rank::Administrator, plain(Hotline, &[SmsCode]))),
        CounterOnly,
    );
}

#[test]
fn c10_a_merchant_that_is_not_active_gets_nothing() {
    for merchant_status in [MerchantStatus::Suspended, MerchantStatus::Closed] {
        for channel in Channel::ALL {
            let question = Question {
                merchant_status,
                ..plain(*channel, &[])
            };
            check(&question, Refuse);
            check(
                &Question {
                    evidence: everything(),
                    ..question
                },
                Refuse,
            );
        }
    }
}

#[test]
fn next_best_is_the_cheapest_that_can_be_had() {
    let policy = delivered();
    let next = |channel, evidence: &[EvidenceKind], offered: &[EvidenceKind]| {
        policy.verdict(
            &plain(channel, evidence),
            &offered.iter().copied().collect(),
        )
    };
    assert_eq!(next(Hotline, &[], EvidenceKind::ALL).next, [SmsCode]);
    assert_eq!(
        next(
            Hotline,
            &[],
            &[TerminalInHand, RecentTransactions, ManagerConsent]
        )
        .next,
        [ManagerConsent]
    );
    assert_eq!(
        next(Hotline, &[], &[TerminalInHand, RecentTransactions]).next,
        [TerminalInHand, RecentTransactions]
    );
    assert_eq!(
        next(Hotline, &[RecentTransactions], &[TerminalInHand]).next,
        [TerminalInHand]
    );
    assert_eq!(next(Hotline, &[], &[TerminalInHand]).decision, CounterOnly);
    assert_eq!(
        next(Counter, &[], EvidenceKind::ALL).next,
        [IdentityDocument, BusinessLicence]
    );
    // What the channel cannot gather is not asked for, whatever the caller offers.
    assert_eq!(
        next(App, &[], &[PortalSession, SupervisorSignOn]).decision,
        CounterOnly
    );
}

#[test]
fn a_verdict_names_its_policies_and_reasons() {
    let verdict = check(&plain(Hotline, &[SmsCode]), ONE);
    assert_eq!(verdict.policies, ["hotline-reviewed", "hotline-phone"]);
    assert_eq!(verdict.reasons[0].zh, "客服热线的重置一律须经审核");
    let closed = Question {
        merchant_status: MerchantStatus::Closed,
        ..plain(App, &[SmsCode])
    };
    assert_eq!(check(&closed, Refuse).policies, ["merchant-closed"]);
    let json = serde_json::to_value(&verdict).unwrap();
    assert_eq!(
        json["decision"],
        serde_json::json!({ "review": { "reviewers": 1 } })
    );
    assert_eq!(serde_json::from_value::<Verdict>(json).unwrap(), verdict);
    assert!(serde_json::from_str::<Decision>(r#"{"review":{"reviewers":0}}"#).is_err());
}
