//! What the tests stand on: memories, and entries told to the rules one by one.

use std::collections::BTreeMap;

use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use tillkey_wire::ids::{CaseId, MerchantNumber, OperatorNumber, StaffId, TerminalId};

use super::super::{About, Known, Memory, Rule, Seen, WatchTerms, concerns, take};
use crate::event::{CaseEvent, Entry, Event};
use crate::party::{Actor, Role};
use crate::vocabulary::{Channel, EvidenceKind, Reason};

/// What a rule said, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Alert {
    pub(super) rule: Rule,
    pub(super) about: About,
    pub(super) at: Timestamp,
    pub(super) because: Vec<u64>,
}

/// Something that happened, and whose it is.
#[derive(Debug, Clone)]
pub(super) struct Happened {
    pub(super) entry: Entry,
    pub(super) known: Known,
}

/// The watch, with its memories.
#[derive(Default)]
pub(super) struct Stage {
    terms: WatchTerms,
    memories: BTreeMap<(Rule, About), Memory>,
    position: u64,
    pub(super) alerts: Vec<Alert>,
}

impl Stage {
    pub(super) fn tell(&mut self, happened: &Happened) {
        let seen = Seen {
            position: self.position,
            entry: &happened.entry,
            known: &happened.known,
            offset: Offset::constant(8),
        };
        self.position += 1;
        for concern in concerns(&seen) {
            let key = (concern.rule, concern.about.clone());
            let memory = self.memories.entry(key).or_default();
            if let Some(because) = take(memory, &concern, &self.terms) {
                self.alerts.push(Alert {
                    rule: concern.rule,
                    about: concern.about,
                    at: seen.entry.at,
                    because,
                });
            }
        }
    }

    pub(super) fn tell_all(&mut self, happened: &[Happened]) {
        for one in happened {
            self.tell(one);
        }
    }

    /// When a rule first spoke of something.
    pub(super) fn first(&self, rule: Rule, about: &About) -> Option<&Alert> {
        let mut alerts = self.alerts.iter();
        alerts.find(|alert| alert.rule == rule && alert.about == *about)
    }

    /// The largest memory, in bytes as it is stored.
    pub(super) fn largest_memory_bytes(&self) -> usize {
        let stored = |memory| serde_json::to_string(memory).unwrap().len();
        self.memories.values().map(stored).max().unwrap_or(0)
    }
}

/// Midnight of a day, where the merchants are.
pub(super) fn midnight(day: u32) -> Timestamp {
    let start: Timestamp = "2026-03-01T16:00:00Z".parse().unwrap();
    start + SignedDuration::from_hours(24 * i64::from(day))
}

/// A moment of a day, in minutes after its midnight.
pub(super) fn at(day: u32, minute: i64) -> Timestamp {
    midnight(day) + SignedDuration::from_mins(minute)
}

pub(super) fn merchant(number: u32) -> MerchantNumber {
    format!("89831005411{:04}", number % 10_000)
        .parse()
        .unwrap()
}

pub(super) fn terminal(number: u32) -> TerminalId {
    let [a, b, c, d] = number.to_be_bytes();
    TerminalId::from_bytes([a, b, c, d, 0, 0, 0, 0, 0, 0])
}

pub(super) fn case(number: u32) -> CaseId {
    let [a, b, c, d] = number.to_be_bytes();
    CaseId::from_bytes([a, b, c, d, 0, 0, 0, 0, 0, 0])
}

pub(super) fn operator(number: u8) -> OperatorNumber {
    OperatorNumber::new(number).unwrap()
}

pub(super) fn account(name: &str) -> StaffId {
    name.parse().unwrap()
}

pub(super) fn staff(name: &str, role: Role) -> Actor {
    Actor::Staff {
        staff: account(name),
        person: name.parse().unwrap(),
        role,
    }
}

/// An entry of one merchant's, whose terminal and operator `01` share its number.
pub(super) fn happened(of: u32, at: Timestamp, by: Actor, event: Event) -> Happened {
    Happened {
        entry: Entry {
            v: 1,
            at,
            acquirer: Some("demo-bank".parse().unwrap()),
            case: matches!(event, Event::Case(_)).then(|| case(of)),
            by,
            event,
        },
        known: Known {
            merchant: Some(merchant(of)),
            operator: Some((terminal(of), operator(1))),
            pictures_elsewhere: false,
        },
    }
}

pub(super) fn signed_on(of: u32, at: Timestamp) -> Happened {
    let event = Event::SignedOn {
        terminal: terminal(of),
        operator: operator(1),
        session: tillkey_wire::ids::SessionId::from_bytes([0; 10]),
        offline: false,
    };
    let by = Actor::Terminal {
        terminal: terminal(of),
    };
    happened(of, at, by, event)
}

pub(super) fn held(of: u32, at: Timestamp) -> Happened {
    let event = Event::SignOnHeld {
        terminal: terminal(of),
        operator: operator(1),
        until: at,
    };
    let by = Actor::Terminal {
        terminal: terminal(of),
    };
    happened(of, at, by, event)
}

pub(super) fn opened(of: u32, at: Timestamp, by: Actor) -> Happened {
    let event = CaseEvent::Opened {
        subject: None,
        claimed: String::new(),
        channel: Channel::Hotline,
        reason: Reason::Forgotten,
        deadline: at,
        offline: false,
    };
    happened(of, at, by, Event::Case(event))
}

pub(super) fn matched(of: u32, at: Timestamp) -> Happened {
    let event = CaseEvent::Matched {
        kind: EvidenceKind::SmsCode,
        contact_version: Some(1),
    };
    happened(of, at, Actor::Holder, Event::Case(event))
}

pub(super) fn not_matched(of: u32, at: Timestamp) -> Happened {
    let kind = EvidenceKind::SmsCode;
    let event = Event::Case(CaseEvent::NotMatched { kind });
    happened(of, at, Actor::Holder, event)
}

pub(super) fn looked_up(found: Option<u32>, at: Timestamp, by: Actor) -> Happened {
    let event = Event::LookedUp {
        by_what: "phone".to_owned(),
        found: found.map(merchant),
    };
    let mut happened = happened(found.unwrap_or(0), at, by, event);
    happened.known = Known::default();
    happened
}

pub(super) fn contact_changed(of: u32, at: Timestamp) -> Happened {
    let event = Event::ContactChanged {
        merchant: merchant(of),
        version: 2,
    };
    happened(of, at, staff("wang.admin", Role::Administrator), event)
}
