//! The hotline's desk: the look-up, a terminal, a call at every stage, the queue.

use std::collections::BTreeMap;

use askama::Template;
use tillkey_rules::case::State;
use tillkey_rules::diagnosis::Finding;
use tillkey_rules::event::Destination;
use tillkey_rules::party::Subject;
use tillkey_rules::policy::{Bilingual, Decision, Reviewers};
use tillkey_rules::refusal::Refusal;
use tillkey_rules::vocabulary::{Channel, EvidenceKind, MerchantStatus, Reason};
use tillkey_server::act::case::{CaseSummary, CaseView, TimelineItem};
use tillkey_server::act::desk::{Call, Queue, Till, TillOperator, Whose};
use tillkey_server::act::diagnosis::Diagnosis;
use tillkey_server::act::party::{Found, FoundTerminal, LookUpsMade};
use tillkey_server::web::desk::call::{CallPage, Mistake};
use tillkey_server::web::desk::diagnosis::DeskDiagnosisPage;
use tillkey_server::web::desk::queue::QueuePage;
use tillkey_server::web::desk::search::{Outcome, SearchPage, Typed};
use tillkey_server::web::desk::till::{TillPage, Typed as Chosen};
use tillkey_server::web::{Assets, Frame, Language, Nav, NavLink};
use tillkey_wire::ids::{CaseId, OperatorNumber, TerminalId};

use super::{Sample, after, case, frame, now, sample};

/// The frame of an agent's page.
fn desk<'a>(assets: &'a Assets, language: Language, path: &str) -> Frame<'a> {
    let (label, text, sign_out) = match language {
        Language::Chinese => ("工作台", "坐席", "退出"),
        Language::English => ("Workplaces", "Desk", "Sign out"),
    };
    frame(assets, language, path).with_nav(Nav {
        label: label.to_owned(),
        who: "li.na".to_owned(),
        links: vec![NavLink {
            href: "/desk",
            text: text.to_owned(),
            is_here: true,
        }],
        sign_out: sign_out.to_owned(),
        sign_out_to: "/sign-out",
        is_staff: true,
    })
}

fn terminal() -> TerminalId {
    TerminalId::from_bytes([1; 10])
}

fn operator(number: u8) -> OperatorNumber {
    OperatorNumber::new(number).unwrap()
}

fn subject() -> Subject {
    Subject {
        acquirer: "demo-bank".parse().unwrap(),
        merchant: "898310054110001".parse().unwrap(),
        terminal: terminal(),
        terminal_number: "10000001".parse().unwrap(),
        operator: operator(1),
    }
}

fn search(assets: &Assets, language: Language) -> SearchPage<'_> {
    SearchPage {
        frame: desk(assets, language, "/desk"),
        typed: Typed::default(),
        result: Outcome::NotAsked,
        made: LookUpsMade {
            left: 187,
            found: vec!["898310054110001".parse().unwrap()],
        },
    }
}

fn found(name: &str) -> Found {
    let row = |number: &str, online| FoundTerminal {
        terminal: terminal(),
        number: number.parse().unwrap(),
        online,
    };
    Found {
        merchant: "898310054110001".parse().unwrap(),
        name_masked: name.to_owned(),
        status: MerchantStatus::Active,
        terminals: vec![row("10000001", true), row("10000002", false)],
    }
}

fn till(assets: &Assets, language: Language) -> TillPage<'_> {
    let one = |number, password_set, case| TillOperator {
        operator: operator(number),
        password_set,
        case,
    };
    TillPage {
        frame: desk(assets, language, "/desk/terminals/x"),
        till: Till {
            terminal: terminal(),
            number: "10000001".parse().unwrap(),
            merchant: "898310054110001".parse().unwrap(),
            status: MerchantStatus::Active,
            in_service: true,
            online: true,
            seen_at: Some(after(-40)),
            operators: vec![
                one(0, true, None),
                one(1, true, Some((case(), State::InReview))),
                one(2, false, None),
                one(99, true, None),
            ],
        },
        typed: Chosen {
            form: "0".repeat(32),
            ..Chosen::default()
        },
        is_wrong: false,
        refused: None,
    }
}

/// A call in a state, after these steps.
fn call(state: State, steps: &str) -> Call {
    let steps: Vec<&str> = steps.split_whitespace().collect();
    let item = |(step, ago): (&&str, i64)| TimelineItem {
        at: after(-20 * ago),
        step: (*step).to_owned(),
    };
    let mut timeline: Vec<_> = steps.iter().rev().zip(1..).map(item).collect();
    timeline.reverse();
    Call {
        hints: match state {
            State::Issued => super::paper_is_out(),
            _ => Vec::new(),
        },
        view: CaseView {
            case: case(),
            state,
            channel: Channel::Hotline,
            reason: Reason::Forgotten,
            opened_at: after(-200),
            deadline: after(86_000),
            decision: None,
            reasons: Vec::new(),
            next: vec![EvidenceKind::SmsCode],
            evidence: Vec::new(),
            delivery: Destination::Contact,
            reviewers_needed: 0,
            reviews: 0,
            review_by: None,
            questions: Vec::new(),
            challenge_expires_at: None,
            code_expires_at: None,
            code_to: None,
            code_announced: false,
            codes_left: 2,
            terminal_number: None,
            operator: None,
            backup: None,
            newer: None,
            may_object: false,
            timeline,
        },
        subject: Some(subject()),
        kinds: vec![
            EvidenceKind::SmsCode,
            EvidenceKind::TerminalInHand,
            EvidenceKind::RecentTransactions,
            EvidenceKind::ManagerConsent,
        ],
        challenges: BTreeMap::new(),
        tries_left: 9,
    }
}

/// A call that waits for the answer to a challenge of this kind.
fn asked(kind: EvidenceKind, seconds: i64) -> Call {
    let mut asked = call(State::Gathering, "opened challenged");
    asked.challenges.insert(kind, after(seconds));
    asked
}

/// A call in which the phone was proven and the policy has decided.
fn decided(state: State, steps: &str, decision: Decision) -> Call {
    let mut decided = call(state, &format!("opened challenged matched decided {steps}"));
    decided.view.decision = Some(decision);
    decided.view.reasons = vec![Bilingual::new(
        "注册手机收到的验证码正确，由审核员复核",
        "the code sent to the registered phone was right; a reviewer approves",
    )];
    decided.view.evidence = vec![EvidenceKind::SmsCode];
    decided.view.next = Vec::new();
    decided.kinds.remove(0);
    decided
}

/// A call at a stage: its name, the case, the proof chosen, what was not taken.
type Row = (&'static str, Call, Option<EvidenceKind>, Option<Mistake>);

fn gathering() -> Vec<Row> {
    use EvidenceKind::{ManagerConsent, RecentTransactions, SmsCode, TerminalInHand};
    let opened = || call(State::Gathering, "opened");
    let mut alone = asked(SmsCode, 200);
    alone.kinds.truncate(1);
    let mut questions = asked(RecentTransactions, 1_100);
    questions.view.questions = ["sales_count/2026-11-20", "net_paid/2026-11-17"]
        .map(|question| question.parse().unwrap())
        .to_vec();
    let mut stuck = opened();
    stuck.kinds.clear();
    let mut nobody = opened();
    nobody.subject = None;
    vec![
        ("begin", opened(), None, None),
        ("nobody", nobody, None, None),
        ("sms", asked(SmsCode, 280), None, None),
        ("sms_alone", alone, None, None),
        ("sms_shape", asked(SmsCode, 280), None, Some(Mistake::Shape)),
        (
            "sms_wrong",
            asked(SmsCode, 200),
            None,
            Some(Mistake::NotMatched),
        ),
        ("sms_over", asked(SmsCode, 0), None, None),
        (
            "too_many",
            asked(SmsCode, 100),
            None,
            Some(Mistake::TooMany(after(80_000))),
        ),
        ("terminal", opened(), Some(TerminalInHand), None),
        (
            "terminal_asked",
            asked(TerminalInHand, 280),
            Some(TerminalInHand),
            None,
        ),
        ("transactions", opened(), Some(RecentTransactions), None),
        (
            "transactions_asked",
            questions,
            Some(RecentTransactions),
            None,
        ),
        ("consent", opened(), Some(ManagerConsent), None),
        ("stuck", stuck, None, None),
    ]
}

fn after_gathering() -> Vec<Row> {
    let one = Decision::Review {
        reviewers: Reviewers::One,
    };
    let mut proven = call(State::Gathering, "opened challenged matched");
    proven.view.next = Vec::new();
    proven.view.evidence = vec![EvidenceKind::SmsCode];
    let counter = decided(State::Gathering, "", Decision::CounterOnly);
    let mut review = decided(State::InReview, "", one);
    review.view.reviewers_needed = 1;
    review.view.review_by = Some(after(14_000));
    let issued = "reviewed approved prepared code_issued";
    let mut away = decided(State::Issued, issued, one);
    away.view.code_expires_at = Some(after(560));
    let mut told = decided(State::Issued, &format!("{issued} code_announced"), one);
    told.view.code_expires_at = Some(after(540));
    told.view.code_announced = true;
    let given = "reviewed approved prepared answer_given";
    let mut answered = decided(State::Issued, given, one);
    answered.view.code_to = Some(Destination::AnswerReadOut);
    answered.view.code_expires_at = Some(after(2_500_000));
    let over = decided(State::Approved, &format!("{issued} code_ended"), one);
    let mut used_up = over.clone();
    used_up.view.codes_left = 0;
    let redeemed = decided(State::Redeemed, &format!("{issued} code_redeemed"), one);
    let steps = format!("{issued} code_redeemed effective");
    let effective = decided(State::Effective, &steps, one);
    let mut app = call(State::Gathering, "opened challenged");
    app.view.channel = Channel::App;
    vec![
        ("decide", proven, None, None),
        ("counter", counter, None, None),
        ("review", review, None, None),
        (
            "preparing",
            decided(State::Approved, "reviewed approved", one),
            None,
            None,
        ),
        ("issued", away, None, None),
        ("issued_told", told, None, None),
        ("answered", answered, None, None),
        ("code_over", over, None, None),
        (
            "codes_used_up",
            used_up,
            None,
            Some(Mistake::Refused(Refusal::CodesUsedUp)),
        ),
        ("redeemed", redeemed, None, None),
        ("effective", effective, None, None),
        (
            "refused",
            decided(State::Refused, "reviewed refused", one),
            None,
            None,
        ),
        (
            "cancelled",
            call(State::Cancelled, "opened cancelled"),
            None,
            None,
        ),
        (
            "expired",
            call(State::Expired, "opened expired"),
            None,
            None,
        ),
        (
            "superseded",
            call(State::Superseded, "opened superseded"),
            None,
            None,
        ),
        ("void", decided(State::Void, "voided", one), None, None),
        ("elsewhere", app, None, None),
    ]
}

fn queue(assets: &Assets, language: Language, whose: Whose) -> QueuePage<'_> {
    let row = |number: u8, state, subject, ago: i64| CaseSummary {
        case: CaseId::from_bytes([number; 10]),
        state,
        channel: Channel::Hotline,
        reason: Reason::Locked,
        subject,
        opened_at: after(-ago),
        changed_at: after(-ago / 2),
        review_by: (state == State::InReview).then(|| after(9_000)),
        deadline: after(86_400 - ago),
    };
    let items = match whose {
        Whose::Own => Vec::new(),
        Whose::All => vec![
            row(1, State::Gathering, Some(subject()), 60),
            row(2, State::InReview, Some(subject()), 900),
            row(3, State::Issued, Some(subject()), 2_000),
            row(4, State::Gathering, None, 3_000),
        ],
    };
    QueuePage {
        frame: desk(assets, language, "/desk/queue"),
        whose,
        queue: Queue {
            items,
            next_cursor: (whose == Whose::All).then(|| "1.x".to_owned()),
            mark: "4-9-1".to_owned(),
        },
        mark: "0-0-0 4-9-1".to_owned(),
    }
}

fn diagnosis(assets: &Assets, language: Language) -> DeskDiagnosisPage<'_> {
    DeskDiagnosisPage {
        frame: desk(assets, language, "/desk/terminals/x/operators/01"),
        diagnosis: found_out(),
    }
}

/// An operator with three things to say about.
pub(crate) fn found_out() -> Diagnosis {
    Diagnosis {
        merchant: "898310054110001".parse().unwrap(),
        terminal: terminal(),
        terminal_number: "10000001".parse().unwrap(),
        operator: operator(1),
        at: now(),
        online: false,
        seen_at: Some(after(-4_000)),
        password_version: Some(3),
        password_since: Some(after(-90_000)),
        case: Some(case()),
        findings: vec![
            Finding::SignOnHeld { until: after(300) },
            Finding::TerminalOffline {
                seen_at: after(-4_000),
            },
            Finding::CodeNotTyped { until: after(400) },
            Finding::PasswordInForce {
                version: 3,
                since: after(-90_000),
            },
        ],
        hints: super::paper_is_out(),
    }
}

/// The pages of calls, each with whether the case is approved.
pub(crate) fn calls(assets: &Assets, language: Language) -> Vec<(Sample, bool)> {
    let rows = gathering().into_iter().chain(after_gathering());
    rows.map(|(name, call, chosen, mistake)| {
        let is_approved = call.view.state.is_approved();
        let frame = desk(assets, language, "/desk/cases/x");
        let page = CallPage::new(frame, call, chosen);
        let page = CallPage { mistake, ..page };
        (sample(&format!("desk_call_{name}"), &page), is_approved)
    })
    .collect()
}

pub(super) fn all(assets: &Assets, language: Language) -> Vec<Sample> {
    let typed = |by: &str, what: &str, result| SearchPage {
        typed: Typed {
            by: by.to_owned(),
            what: what.to_owned(),
        },
        result,
        ..search(assets, language)
    };
    let mut gone = till(assets, language);
    gone.till.in_service = false;
    gone.till.operators.clear();
    let wrong = TillPage {
        is_wrong: true,
        ..till(assets, language)
    };
    let used_up = SearchPage {
        made: LookUpsMade::default(),
        ..typed("merchant", "898310054110001", Outcome::UsedUp(after(3_600)))
    };
    let mut samples = vec![
        sample("desk", &search(assets, language)),
        sample(
            "desk_shape",
            &typed("merchant", "89831005411", Outcome::Shape),
        ),
        sample(
            "desk_nothing",
            &typed("phone", "13800138000", Outcome::Found(Vec::new())),
        ),
        sample(
            "desk_no_case",
            &typed("case", "00000000000000", Outcome::NoCase),
        ),
        sample("desk_used_up", &used_up),
        sample(
            "desk_found",
            &typed("phone", "13800138000", Outcome::Found(vec![found("老**")])),
        ),
        sample("desk_till", &till(assets, language)),
        sample("desk_till_wrong", &wrong),
        sample("desk_till_gone", &gone),
        sample("desk_queue_own", &queue(assets, language, Whose::Own)),
        sample("desk_queue_all", &queue(assets, language, Whose::All)),
        sample("desk_diagnosis", &diagnosis(assets, language)),
    ];
    samples.extend(calls(assets, language).into_iter().map(|(page, _)| page));
    samples
}

pub(super) fn hostile(assets: &Assets, language: Language, script: &str) -> Vec<String> {
    let named = SearchPage {
        result: Outcome::Found(vec![found(script)]),
        ..search(assets, language)
    };
    let typed = SearchPage {
        typed: Typed {
            by: "merchant".to_owned(),
            what: script.to_owned(),
        },
        result: Outcome::Shape,
        ..search(assets, language)
    };
    let mut chosen = till(assets, language);
    chosen.typed.form = script.to_owned();
    let mut reasoned = decided(State::Refused, "refused", Decision::Refuse);
    reasoned.view.reasons = vec![Bilingual::new(script, script)];
    let mut stepped = call(State::Gathering, "opened");
    stepped.view.timeline[0].step = script.to_owned();
    let page = |call| CallPage::new(desk(assets, language, "/desk/cases/x"), call, None);
    vec![
        named.render().unwrap(),
        typed.render().unwrap(),
        chosen.render().unwrap(),
        page(reasoned).render().unwrap(),
        page(stepped).render().unwrap(),
    ]
}
