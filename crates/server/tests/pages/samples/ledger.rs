//! The auditors' pages.

use std::collections::BTreeMap;

use askama::Template as _;
use jiff::civil::date;
use tillkey_rules::event::{CaseEvent, Destination, Entry, Event, OldPassword, VoidReason};
use tillkey_rules::party::{Actor, Role, Subject};
use tillkey_rules::policy::{Bilingual, Decision, Reviewers, Verdict};
use tillkey_rules::vocabulary::{Channel, EvidenceKind, Reason};
use tillkey_server::act::ledger::{CaseLine, Checkpoint, Placed};
use tillkey_server::act::report::{CasesReport, Day, OfChannel, Outcome, Refusals, Why};
use tillkey_server::web::ledger::dashboard::DashboardPage;
use tillkey_server::web::ledger::entry::EntryPage;
use tillkey_server::web::ledger::list::{Asked, Found, ListPage};
use tillkey_server::web::ledger::story::StoryPage;
use tillkey_server::web::ledger::tell::{Line, Teller};
use tillkey_server::web::{Assets, Frame, Language};
use tillkey_wire::ids::{CodeId, TerminalId};

use super::{Sample, after, case, frame, sample, staff_nav};

fn framed<'a>(assets: &'a Assets, language: Language, path: &str) -> Frame<'a> {
    frame(assets, language, path).with_nav(staff_nav(language, ("zhao", Role::Auditor), path))
}

fn checkpoint() -> Checkpoint {
    Checkpoint {
        origin: "tillkey.local/ledger".to_owned(),
        size: 1_204,
        root: "v0S8h1nJ0cQ0mP0dZ8cQk6m0lTqJ2t0zq1m4bVtX9aY=".to_owned(),
        note: String::new(),
    }
}

fn verdict(decision: Decision, reason: Bilingual) -> Verdict {
    Verdict {
        decision,
        policies: vec!["hotline-phone".to_owned()],
        reasons: vec![reason],
        next: Vec::new(),
    }
}

/// A hotline case from its opening to the code.
pub(super) fn steps() -> Vec<(Actor, CaseEvent)> {
    let staff = |account: &str, role| Actor::Staff {
        staff: account.parse().unwrap(),
        person: account.parse().unwrap(),
        role,
    };
    let (agent, reviewer) = (staff("li.na", Role::Agent), staff("chen", Role::Reviewer));
    let terminal = Actor::Terminal {
        terminal: TerminalId::from_bytes([7; 10]),
    };
    let subject = Subject {
        acquirer: "demo-bank".parse().unwrap(),
        merchant: "898310054110001".parse().unwrap(),
        terminal: TerminalId::from_bytes([7; 10]),
        terminal_number: "10000001".parse().unwrap(),
        operator: "01".parse().unwrap(),
    };
    let reason = Bilingual::new(
        "注册手机收到的验证码正确，由审核员复核",
        "the code sent to the registered phone was right; a reviewer approves",
    );
    let kind = EvidenceKind::SmsCode;
    let review = Decision::Review {
        reviewers: Reviewers::One,
    };
    vec![
        (
            agent.clone(),
            CaseEvent::Opened {
                subject: Some(subject),
                claimed: "0".repeat(64),
                channel: Channel::Hotline,
                reason: Reason::Forgotten,
                deadline: after(86_400),
                offline: false,
            },
        ),
        (
            agent.clone(),
            CaseEvent::Challenged {
                kind,
                expires_at: after(300),
            },
        ),
        (agent.clone(), CaseEvent::NotMatched { kind }),
        (
            agent.clone(),
            CaseEvent::Matched {
                kind,
                contact_version: Some(1),
            },
        ),
        (
            agent,
            CaseEvent::Decided {
                question: None,
                verdict: verdict(review, reason),
                review_by: Some(after(7_200)),
                contact_version: Some(1),
            },
        ),
        (
            reviewer,
            CaseEvent::Reviewed {
                approved: true,
                comment_digest: None,
            },
        ),
        (
            Actor::System,
            CaseEvent::Approved {
                old_password: OldPassword::Kept,
            },
        ),
        (
            Actor::System,
            CaseEvent::CodeIssued {
                code: CodeId::from_bytes([3; 10]),
                to: Destination::Contact,
                expires_at: after(600),
                contact_version: Some(1),
            },
        ),
        (terminal, CaseEvent::CodeMistyped { tries_left: 4 }),
        (
            Actor::System,
            CaseEvent::Voided {
                why: VoidReason::ContactChanged,
            },
        ),
    ]
}

fn lines(frame: &Frame<'_>) -> Vec<Line> {
    let teller = Teller::new(frame.reading());
    let placed = |((by, step), position): ((Actor, CaseEvent), u64)| {
        let second = i64::try_from(position).unwrap() - 1_200;
        teller.line(&Placed {
            position,
            entry: Entry {
                v: 1,
                at: after(second),
                acquirer: Some("demo-bank".parse().unwrap()),
                case: Some(case()),
                by,
                event: Event::Case(step),
            },
        })
    };
    steps().into_iter().zip(1_190..).map(placed).collect()
}

fn list<'a>(assets: &'a Assets, language: Language, found: Found) -> ListPage<'a> {
    ListPage {
        frame: framed(assets, language, "/ledger"),
        checkpoint: checkpoint(),
        asked: Asked::default(),
        found,
    }
}

fn report() -> CasesReport {
    let day = |day: i8| {
        let n = u64::try_from(day).unwrap();
        Day {
            date: date(2026, 11, day),
            outcomes: BTreeMap::from([
                (Outcome::Effective, n % 5 * 3),
                (Outcome::Open, n % 2),
                (Outcome::Refused, n % 3),
                (Outcome::Ended, n % 4),
            ]),
            p50_seconds: (n % 6 > 0).then_some(60 + n % 7 * 30),
            p90_seconds: (n % 6 > 0).then_some(400 + n % 5 * 120),
        }
    };
    let channel = |channel, n| OfChannel {
        channel,
        outcomes: BTreeMap::from([(Outcome::Effective, n), (Outcome::Refused, n / 9)]),
    };
    CasesReport {
        days: (17..=23).map(day).collect(),
        channels: vec![channel(Channel::Hotline, 31), channel(Channel::App, 120)],
        p50_seconds: Some(84),
        p90_seconds: Some(610),
        refusals: vec![
            Refusals {
                why: Why::Policy,
                reason: Some(Bilingual::new(
                    "商户已被暂停服务",
                    "the merchant is suspended",
                )),
                count: 5,
            },
            Refusals {
                why: Why::Void(VoidReason::ContactChanged),
                reason: None,
                count: 2,
            },
            Refusals {
                why: Why::Reviewer,
                reason: None,
                count: 1,
            },
        ],
    }
}

pub(super) fn all(assets: &Assets, language: Language) -> Vec<Sample> {
    let story = framed(assets, language, "/ledger");
    let told = lines(&story);
    let newest: Vec<Line> = told.iter().rev().cloned().collect();
    let one = told.first().unwrap().clone();
    let found = Found::Entries {
        lines: newest,
        older: Some("/ledger?before=1190".to_owned()),
    };
    let cases = Found::Cases {
        merchant: "898310054110001".parse().unwrap(),
        lines: vec![CaseLine {
            case: case(),
            opened_at: after(-4_000),
            state: tillkey_rules::case::State::Effective,
            channel: Channel::Counter,
        }],
    };
    let none = Found::Entries {
        lines: Vec::new(),
        older: None,
    };
    let dashboard = |report| DashboardPage {
        frame: framed(assets, language, "/ledger/dashboard?days=7"),
        days: 7,
        report,
    };
    let empty = CasesReport {
        days: report()
            .days
            .into_iter()
            .map(|day| Day {
                outcomes: BTreeMap::new(),
                p50_seconds: None,
                p90_seconds: None,
                ..day
            })
            .collect(),
        channels: Vec::new(),
        p50_seconds: None,
        p90_seconds: None,
        refusals: Vec::new(),
    };
    vec![
        sample("ledger_list", &list(assets, language, found)),
        sample("ledger_none", &list(assets, language, none)),
        sample("ledger_cases", &list(assets, language, cases)),
        sample("ledger_nothing", &list(assets, language, Found::Nothing)),
        sample(
            "ledger_story",
            &StoryPage {
                frame: story,
                case: case(),
                lines: told,
            },
        ),
        sample(
            "ledger_entry",
            &EntryPage {
                frame: framed(assets, language, "/ledger/entries/1190"),
                line: one,
                leaf: r#"["v",1]"#.to_owned(),
                key: "tillkey.local/ledger+8a1c+AZ".to_owned(),
            },
        ),
        sample("ledger_dashboard", &dashboard(report())),
        sample("ledger_dashboard_empty", &dashboard(empty)),
    ]
}

pub(super) fn hostile(assets: &Assets, language: Language, script: &str) -> Vec<String> {
    let asked = Asked {
        q: script.to_owned(),
        ..Asked::default()
    };
    let found = ListPage {
        asked,
        ..list(assets, language, Found::Nothing)
    };
    let line = Line {
        position: 7,
        at: after(0),
        time: script.to_owned(),
        who: script.to_owned(),
        what: script.to_owned(),
        because: vec![script.to_owned()],
        case: Some(case()),
    };
    let story = StoryPage {
        frame: framed(assets, language, "/ledger"),
        case: case(),
        lines: vec![line.clone()],
    };
    let entry = EntryPage {
        frame: framed(assets, language, "/ledger"),
        line,
        leaf: script.to_owned(),
        key: script.to_owned(),
    };
    vec![
        found.render().unwrap(),
        story.render().unwrap(),
        entry.render().unwrap(),
    ]
}
