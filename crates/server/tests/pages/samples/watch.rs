//! The alerts' pages.

use askama::Template as _;
use tillkey_rules::event::{CaseEvent, Entry, Event};
use tillkey_rules::party::{Actor, Role};
use tillkey_rules::vocabulary::EvidenceKind;
use tillkey_rules::watch::{About, AlertOutcome, AlertState, Rule};
use tillkey_server::act::Page;
use tillkey_server::act::alert::{AlertStory, AlertView, RuleCount};
use tillkey_server::act::ledger::Placed;
use tillkey_server::web::ledger::tell::Teller;
use tillkey_server::web::watch::queue::AlertQueuePage;
use tillkey_server::web::watch::story::{AlertMistake, AlertPage};
use tillkey_server::web::{Assets, Frame, Language};
use tillkey_store::alert::Alert;
use tillkey_wire::ids::{AlertId, ApplicationId, TerminalId};

use super::{Sample, after, case, frame, sample, staff_nav};

fn framed<'a>(assets: &'a Assets, language: Language, path: &str) -> Frame<'a> {
    let nav = staff_nav(language, ("chen", Role::Reviewer), path);
    frame(assets, language, path).with_nav(nav)
}

/// An alert of each kind of subject.
fn alert(number: u8, rule: Rule, state: AlertState) -> AlertView {
    let terminal = TerminalId::from_bytes([7; 10]);
    let about = match number {
        1 => About::Operator {
            terminal,
            operator: "01".parse().unwrap(),
        },
        2 => About::Terminal { terminal },
        3 => About::Merchant {
            merchant: "898310054110001".parse().unwrap(),
        },
        4 => About::Staff {
            staff: "li.na".parse().unwrap(),
        },
        _ => About::Application {
            application: ApplicationId::from_bytes([9; 10]),
        },
    };
    let owned = state != AlertState::Open;
    let closed = state == AlertState::Closed;
    AlertView {
        alert: Alert {
            id: AlertId::from_bytes([number; 10]),
            acquirer: "demo-bank".parse().unwrap(),
            rule,
            about,
            state,
            raised_at: after(-i64::from(number) * 1_200),
            position: Some(1_300),
            owner: owned.then(|| "chen".parse().unwrap()),
            taken_at: owned.then(|| after(-900)),
            outcome: closed.then_some(AlertOutcome::FalseAlarm),
            closed_at: closed.then(|| after(-60)),
        },
        merchant: (number <= 3).then(|| "898310054110001".parse().unwrap()),
        terminal: (number == 1).then(|| "10000001".parse().unwrap()),
    }
}

fn queue(assets: &Assets, language: Language, state: AlertState) -> AlertQueuePage<'_> {
    let rules = [
        Rule::ManyFailures,
        Rule::SerialNumberCopied,
        Rule::ContactThenReset,
        Rule::ManyLookUps,
        Rule::PictureReused,
    ];
    let items = (1..)
        .zip(rules)
        .map(|(number, rule)| alert(number, rule, state));
    let count = |rule, raised, closed, false_alarms| RuleCount {
        rule,
        raised,
        closed,
        false_alarms,
    };
    AlertQueuePage {
        frame: framed(assets, language, "/watch"),
        state,
        alerts: Page {
            items: items.collect(),
            next_cursor: Some("severe.1.2".to_owned()),
        },
        counts: vec![
            count(Rule::ManyFailures, 12, 9, 3),
            count(Rule::UnusualHour, 2, 0, 0),
        ],
    }
}

fn because() -> Vec<Placed> {
    let step = |position: u64| Placed {
        position,
        entry: Entry {
            v: 1,
            at: after(-1_300 + i64::try_from(position).unwrap()),
            acquirer: None,
            case: Some(case()),
            by: Actor::Holder,
            event: Event::Case(CaseEvent::NotMatched {
                kind: EvidenceKind::SmsCode,
            }),
        },
    };
    (1..=8).map(step).collect()
}

fn story(assets: &Assets, language: Language, state: AlertState) -> AlertPage<'_> {
    let frame = framed(assets, language, "/watch/one");
    let teller = Teller::new(frame.reading());
    let because = because();
    AlertPage {
        lines: because.iter().map(|placed| teller.line(placed)).collect(),
        frame,
        story: AlertStory {
            view: alert(1, Rule::ManyFailures, state),
            because,
            comment: (state == AlertState::Closed).then(|| "已与店主核实".to_owned()),
            is_own: state != AlertState::Open,
        },
        cases: Some("/review"),
        comment: String::new(),
        mistake: None,
    }
}

pub(super) fn all(assets: &Assets, language: Language) -> Vec<Sample> {
    let empty = AlertQueuePage {
        alerts: Page {
            items: Vec::new(),
            next_cursor: None,
        },
        counts: Vec::new(),
        ..queue(assets, language, AlertState::Open)
    };
    let mut taken_over = story(assets, language, AlertState::Owned);
    taken_over.story.is_own = false;
    let wrong = AlertPage {
        comment: "店主说".to_owned(),
        mistake: Some(AlertMistake::Choose),
        ..story(assets, language, AlertState::Owned)
    };
    vec![
        sample("watch", &queue(assets, language, AlertState::Open)),
        sample("watch_closed", &queue(assets, language, AlertState::Closed)),
        sample("watch_empty", &empty),
        sample("watch_alert", &story(assets, language, AlertState::Open)),
        sample(
            "watch_alert_own",
            &story(assets, language, AlertState::Owned),
        ),
        sample("watch_alert_other", &taken_over),
        sample("watch_alert_mistake", &wrong),
        sample(
            "watch_alert_closed",
            &story(assets, language, AlertState::Closed),
        ),
    ]
}

pub(super) fn hostile(assets: &Assets, language: Language, script: &str) -> Vec<String> {
    let page = AlertPage {
        comment: script.to_owned(),
        mistake: Some(AlertMistake::Comment),
        ..story(assets, language, AlertState::Owned)
    };
    let mut closed = story(assets, language, AlertState::Closed);
    closed.story.comment = Some(script.to_owned());
    vec![page.render().unwrap(), closed.render().unwrap()]
}
