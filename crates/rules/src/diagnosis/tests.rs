//! One row a reason: what the facts are, and what is said of them.

use jiff::{SignedDuration, Timestamp};
use tillkey_wire::ids::{CaseId, CodeId, TerminalId};

use super::*;
use crate::case::State;
use crate::event::{CaseEvent, CodeEnd, Destination, OldPassword, VoidReason};
use crate::party::{Actor, Subject};
use crate::policy::{Decision, Reviewers, Verdict};
use crate::vocabulary::{Channel, EvidenceKind, Reason};

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + minute * 60).unwrap()
}

fn terms() -> &'static Terms {
    static TERMS: std::sync::OnceLock<Terms> = std::sync::OnceLock::new();
    TERMS.get_or_init(Terms::default)
}

/// An operator about whom there is nothing to say.
fn in_order<'a>() -> SignOnFacts<'a> {
    SignOnFacts {
        now: at(0),
        terms: terms(),
        merchant_status: MerchantStatus::Active,
        device: Device {
            in_service: true,
            enrolled: true,
            online: true,
            seen_at: Some(at(-1)),
            clock_ahead: None,
        },
        account: Account::Present,
        password: Password::InForce {
            version: 1,
            since: at(-90_000),
            ends_at: None,
        },
        sign_ons: Count::default(),
        codes: Count::default(),
        case: None,
        signed_on_since: None,
    }
}

/// The codes of what is found once the facts are changed.
fn found<'a>(change: impl FnOnce(&mut SignOnFacts<'a>)) -> Vec<&'static str> {
    let mut facts = in_order();
    change(&mut facts);
    diagnose(&facts).iter().map(Finding::code).collect()
}

#[test]
fn where_nothing_is_wrong_that_is_said() {
    assert_eq!(found(|_| ()), ["first_password_in_force", "nothing_wrong"]);
}

#[test]
fn a_place_that_is_gone_says_no_more() {
    assert_eq!(
        found(|f| {
            f.device.in_service = false;
            f.account = Account::Unknown;
            f.device.online = false;
        }),
        ["terminal_not_in_service"]
    );
    assert_eq!(
        found(|f| f.device.enrolled = false),
        ["terminal_not_enrolled"]
    );
    assert_eq!(
        found(|f| {
            f.merchant_status = MerchantStatus::Closed;
            f.device.in_service = false;
        }),
        ["merchant_closed", "terminal_not_in_service"]
    );
}

#[test]
fn each_cause_is_named_and_comes_first() {
    let first = |change: fn(&mut SignOnFacts<'_>)| found(change)[0];
    assert_eq!(
        first(|f| f.merchant_status = MerchantStatus::Suspended),
        "merchant_suspended"
    );
    assert_eq!(first(|f| f.account = Account::Unknown), "operator_unknown");
    assert_eq!(
        first(|f| f.account = Account::Removed { at: at(-5) }),
        "operator_removed"
    );
    assert_eq!(first(|f| f.password = Password::Never), "no_password_yet");
    assert_eq!(
        first(|f| f.password = Password::Revoked { at: at(-5) }),
        "password_revoked"
    );
    assert_eq!(
        first(|f| f.password = Password::Lapsed { at: at(-5) }),
        "password_lapsed"
    );
    // Its time is over, and nobody has swept it up yet.
    assert_eq!(
        first(|f| f.password = Password::InForce {
            version: 2,
            since: at(-500),
            ends_at: Some(at(0)),
        }),
        "password_lapsed"
    );
    assert_eq!(first(|f| f.device.online = false), "terminal_offline");
    assert_eq!(
        first(|f| {
            f.device.online = false;
            f.device.seen_at = None;
        }),
        "terminal_never_seen"
    );
}

#[test]
fn sign_ons_that_did_not_finish_are_the_likely_reason_until_they_are_held() {
    let tries = |attempts, latest: i64| {
        found(|f| {
            f.sign_ons = Count {
                attempts,
                oldest_at: Some(at(-60)),
                latest_at: Some(at(latest)),
            };
        })
    };
    assert_eq!(
        tries(3, -1),
        ["sign_ons_unfinished", "first_password_in_force"]
    );
    assert_eq!(tries(9, -1), ["sign_on_held", "first_password_in_force"]);
    // The wait is over: they can try again, and the likely reason is the same.
    assert_eq!(
        tries(9, -30),
        ["sign_ons_unfinished", "first_password_in_force"]
    );
}

#[test]
fn a_hold_says_until_when() {
    let mut facts = in_order();
    facts.sign_ons = Count {
        attempts: 6,
        oldest_at: Some(at(-1)),
        latest_at: Some(at(0)),
    };
    let [first, ..] = diagnose(&facts)[..] else {
        panic!("nothing was found");
    };
    assert_eq!(first, Finding::SignOnHeld { until: at(1) });
    assert_eq!(first.details(), [("until", Detail::At(at(1)))]);
}

#[test]
fn a_later_password_says_that_the_earlier_ones_are_dead() {
    let later = |ends_at| {
        found(|f| {
            f.password = Password::InForce {
                version: 4,
                since: at(-3),
                ends_at,
            };
        })
    };
    assert_eq!(later(None), ["password_in_force", "nothing_wrong"]);
    assert_eq!(
        later(Some(at(600))),
        ["password_in_force", "password_ends", "nothing_wrong"]
    );
}

#[test]
fn codes_typed_too_often_are_held_with_the_last_that_fits() {
    let typed = |attempts| {
        found(|f| {
            f.codes = Count {
                attempts,
                oldest_at: Some(at(-10)),
                latest_at: Some(at(-1)),
            };
        })
    };
    assert_eq!(typed(9)[0], "first_password_in_force");
    assert_eq!(typed(10)[0], "code_entry_held");
}

#[test]
fn a_clock_is_worth_a_word_beyond_five_minutes_and_stops_nobody() {
    let ahead =
        |minutes| found(|f| f.device.clock_ahead = Some(SignedDuration::from_mins(minutes)));
    assert!(!ahead(5).contains(&"clock_ahead"));
    assert_eq!(
        ahead(6),
        ["first_password_in_force", "clock_ahead", "nothing_wrong"]
    );
    assert_eq!(
        ahead(-900),
        ["first_password_in_force", "clock_behind", "nothing_wrong"]
    );
}

#[test]
fn somebody_who_is_signed_on_is_shown_with_since_when() {
    let signed_on = |f: &mut SignOnFacts<'_>| f.signed_on_since = Some(at(-7));
    assert!(found(signed_on).contains(&"signed_on"));
    // A session cannot outlive its password, whatever the row says.
    assert!(
        !found(|f| {
            signed_on(f);
            f.password = Password::Never;
        })
        .contains(&"signed_on")
    );
}

/// A case after these events, a minute apart, the last one just now.
fn case(events: &[CaseEvent]) -> Case {
    let by = Actor::System;
    let opened = CaseEvent::Opened {
        subject: Some(Subject {
            acquirer: "demo-bank".parse().unwrap(),
            merchant: "898310054110001".parse().unwrap(),
            terminal: TerminalId::from_bytes([1; 10]),
            terminal_number: "T0000001".parse().unwrap(),
            operator: "01".parse().unwrap(),
        }),
        claimed: String::new(),
        channel: Channel::App,
        reason: Reason::Forgotten,
        deadline: at(1_400),
        offline: false,
    };
    let id = CaseId::from_bytes([3; 10]);
    let mut case = Case::begin(id, at(-9), &by, &opened).unwrap();
    for event in events {
        case.fold(at(0), &by, event);
    }
    case
}

fn approved() -> CaseEvent {
    CaseEvent::Approved {
        old_password: OldPassword::Kept,
    }
}

fn issued(expires: i64) -> CaseEvent {
    CaseEvent::CodeIssued {
        code: CodeId::from_bytes([4; 10]),
        to: Destination::Contact,
        expires_at: at(expires),
        contact_version: Some(1),
    }
}

fn ended() -> CaseEvent {
    CaseEvent::CodeEnded {
        code: CodeId::from_bytes([4; 10]),
        why: CodeEnd::Expired,
    }
}

fn redeemed(until: i64) -> CaseEvent {
    CaseEvent::CodeRedeemed {
        code: CodeId::from_bytes([4; 10]),
        until: at(until),
    }
}

fn in_review() -> CaseEvent {
    CaseEvent::Decided {
        question: None,
        verdict: Verdict {
            decision: Decision::Review {
                reviewers: Reviewers::One,
            },
            policies: Vec::new(),
            reasons: Vec::new(),
            next: Vec::new(),
        },
        review_by: Some(at(240)),
        contact_version: Some(1),
    }
}

#[test]
fn a_reset_that_is_not_finished_says_what_is_left_to_do() {
    let matched = CaseEvent::Matched {
        kind: EvidenceKind::SmsCode,
        contact_version: Some(1),
    };
    let rows: [(&[CaseEvent], &str); 14] = [
        (std::slice::from_ref(&matched), "case_unproven"),
        (&[matched.clone(), in_review()], "case_in_review"),
        (&[approved()], "code_not_sent"),
        (&[approved(), issued(10)], "code_not_typed"),
        (&[approved(), issued(0)], "code_over"),
        (&[approved(), issued(10), ended()], "code_over"),
        (
            &[
                approved(),
                issued(10),
                ended(),
                issued(10),
                ended(),
                issued(10),
                ended(),
            ],
            "codes_used_up",
        ),
        (
            &[approved(), issued(10), redeemed(10)],
            "password_not_chosen",
        ),
        (&[approved(), issued(10), redeemed(0)], "code_over"),
        (&[CaseEvent::Refused], "case_refused"),
        (&[CaseEvent::Cancelled], "case_cancelled"),
        (&[CaseEvent::Expired], "case_expired"),
        (
            &[CaseEvent::Voided {
                why: VoidReason::ContactChanged,
            }],
            "case_void",
        ),
        (
            &[approved(), issued(10), CaseEvent::Expired],
            "case_expired",
        ),
    ];
    for (events, expected) in rows {
        let case = case(events);
        let codes = found(|f| f.case = Some(&case));
        assert_eq!(codes, [expected, "first_password_in_force"], "{events:?}");
    }
}

#[test]
fn a_case_past_its_deadline_is_over_even_if_nobody_looked() {
    let case = case(&[approved(), issued(10)]);
    let codes = found(|f| {
        f.case = Some(&case);
        f.now = at(1_400);
    });
    assert_eq!(codes[0], "case_expired");
}

#[test]
fn a_case_that_succeeded_or_was_overtaken_explains_nothing() {
    let effective = CaseEvent::Effective {
        credential_version: 2,
        registration_digest: String::new(),
        vouched: tillkey_wire::password::Vouched {
            rank: tillkey_wire::ids::Rank::Cashier,
            length: 6,
            rules_version: 1,
            checked: Default::default(),
        },
    };
    let succeeded = case(&[approved(), issued(10), redeemed(10), effective]);
    assert_eq!(succeeded.state(), State::Effective);
    let cancelled = case(&[CaseEvent::Cancelled]);
    for case in [succeeded, cancelled] {
        let codes = found(|f| {
            f.case = Some(&case);
            f.password = Password::InForce {
                version: 2,
                since: at(0),
                ends_at: None,
            };
        });
        assert_eq!(codes, ["password_in_force", "nothing_wrong"]);
    }
}

#[test]
fn what_stands_in_the_way_comes_before_what_is_likely() {
    let case = case(&[approved(), issued(10)]);
    let codes = found(|f| {
        f.case = Some(&case);
        f.device.online = false;
        f.password = Password::Revoked { at: at(-2) };
    });
    assert_eq!(
        codes,
        ["password_revoked", "terminal_offline", "code_not_typed"]
    );
}

#[test]
fn every_finding_has_its_own_code_and_says_what_to_do_in_both_languages() {
    let names = |text: &str| {
        let mut names: Vec<String> = text
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split_once('}'))
            .map(|(name, _)| name.to_owned())
            .collect();
        names.sort();
        names
    };
    let mut codes = std::collections::BTreeSet::new();
    for finding in Finding::one_of_each() {
        let code = finding.code();
        assert!(codes.insert(code), "{code} is there twice");
        let written = serde_json::to_value(finding).unwrap();
        assert_eq!(written["finding"], code);
        let Told { says, advice } = finding.told();
        for Words { zh, en } in [says, advice] {
            assert!(zh.ends_with('。') && en.ends_with('.'), "{code}: {zh} {en}");
            assert_eq!(names(zh), names(en), "{code}");
        }
        let mut details: Vec<String> = finding
            .details()
            .into_iter()
            .map(|(name, _)| name.to_owned())
            .collect();
        details.sort();
        let said = names(&format!("{}{}", says.zh, advice.zh));
        for name in &said {
            assert!(details.contains(name), "{code} has no {name}");
        }
        assert!(
            details.iter().all(|name| said.contains(name)),
            "{code}: {details:?}"
        );
    }
}

/// Two findings with one sentence would leave a reader where they were.
#[test]
fn no_two_findings_say_the_same() {
    let mut said = std::collections::BTreeMap::new();
    for finding in Finding::one_of_each() {
        let before = said.insert(finding.told().says.zh, finding.code());
        assert_eq!(before, None, "{}", finding.code());
    }
}
