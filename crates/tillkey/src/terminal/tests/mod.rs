//! The till without a terminal, a link or a clock: what it does, and what it shows.

mod away;
mod behaviour;
mod payment;
mod screens;
mod words;

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use tillkey_terminal::wire::enrolment::{Enrolled, ServerKey};
use tillkey_terminal::wire::ids::{CaseId, OperatorNumber, SessionId, TerminalId};
use tillkey_terminal::wire::password::{PasswordRules, Rule};
use tillkey_terminal::{Activity, AskedFor, Fault, Notice, OperatorView, Progress};

use super::model::{Effect, Event, Key, Model, Start};
use super::words::Language;
use crate::till::{Act, Told, View};

pub(super) const NOW: &str = "2026-11-23T12:15:32Z";

pub(super) fn now() -> Timestamp {
    NOW.parse().unwrap()
}

pub(super) fn operator(number: &str) -> OperatorNumber {
    number.parse().unwrap()
}

fn view(enrolled: bool) -> View {
    if !enrolled {
        return View::default();
    }
    let known = |number, password_set| OperatorView {
        number: operator(number),
        password_set,
        credential_version: u32::from(password_set),
        set_offline: false,
        is_new: false,
        session: None,
        progress: Progress::Idle,
    };
    View {
        enrolled: Some(Enrolled {
            terminal: TerminalId::from_bytes([7; 10]),
            acquirer: "demo-bank".parse().unwrap(),
            merchant: "898310054110001".parse().unwrap(),
            terminal_number: "31000017".parse().unwrap(),
            server_key: ServerKey::from_bytes(&[9; 32]).unwrap(),
        }),
        online: true,
        operators: vec![known("00", true), known("01", true), known("02", false)],
        batch: Some(payment::batch(&[])),
    }
}

/// A till with somebody before it.
pub(super) struct Till {
    pub(super) model: Model,
    pub(super) effects: Vec<Effect>,
}

impl Till {
    pub(super) fn new(enrolled: bool) -> Self {
        let model = Model::new(Start {
            language: Language::Chinese,
            now: now(),
            server: "http://127.0.0.1:8080".to_owned(),
            serial_number: "SN0012345678".parse().unwrap(),
            view: view(enrolled),
            enrolling: false,
        });
        Self {
            model,
            effects: Vec::new(),
        }
    }

    /// An enrolled till with a link.
    pub(super) fn ready() -> Self {
        Self::new(true)
    }

    pub(super) fn presses(mut self, key: Key) -> Self {
        self.effects = self.model.update(Event::Key(key));
        self
    }

    /// Types characters, then confirms.
    pub(super) fn enters(mut self, text: &str) -> Self {
        for typed in text.chars() {
            self.model.update(Event::Key(Key::Char(typed)));
        }
        self.presses(Key::Confirm)
    }

    /// Types characters and stops there.
    pub(super) fn types(mut self, text: &str) -> Self {
        for typed in text.chars() {
            self = self.presses(Key::Char(typed));
        }
        self
    }

    pub(super) fn hears(mut self, notice: Notice) -> Self {
        self.effects = self.model.update(Event::Told(Told::Notice(notice)));
        self
    }

    pub(super) fn fails_with(mut self, fault: Fault) -> Self {
        self.effects = self.model.update(Event::Told(Told::NotDone(fault)));
        self
    }

    pub(super) fn after(mut self, seconds: i64) -> Self {
        let now = self.model.now + SignedDuration::from_secs(seconds);
        self.model.update(Event::Tick(now));
        self
    }

    pub(super) fn loses_link(mut self) -> Self {
        let view = View {
            online: false,
            ..self.model.view.clone()
        };
        self.model.update(Event::View(view));
        let why = "the cable".to_owned();
        let again_in = Some(std::time::Duration::from_secs(8));
        self.model
            .update(Event::Told(Told::Disconnected { why, again_in }));
        self
    }

    pub(super) fn act(&self) -> &Act {
        match self.effects.as_slice() {
            [Effect::Act(act)] => act,
            other => panic!("one act was expected: {other:?}"),
        }
    }

    pub(super) fn signed_on(number: &str) -> Self {
        Self::ready()
            .enters(number)
            .enters("739201")
            .hears(signed_on(number))
    }

    /// At the screen for a new password.
    pub(super) fn choosing(number: &str) -> Self {
        let till = Self::ready()
            .presses(Key::Code)
            .enters(number)
            .enters("40719352");
        till.hears(code_accepted(number))
    }
}

pub(super) fn code_accepted(number: &str) -> Notice {
    Notice::CodeAccepted {
        operator: operator(number),
        case: CaseId::from_bytes([1; 10]),
        until: now() + SignedDuration::from_mins(10),
        rules: PasswordRules::DEFAULT,
    }
}

pub(super) fn signed_on(number: &str) -> Notice {
    Notice::SignedOn {
        operator: operator(number),
        session: SessionId::from_bytes([2; 10]),
    }
}

pub(super) fn session_ended(number: &str) -> Notice {
    Notice::SessionEnded {
        operator: operator(number),
        session: SessionId::from_bytes([2; 10]),
    }
}

pub(super) fn code_issued(number: &str) -> Notice {
    Notice::CodeIssued {
        operator: operator(number),
        case: CaseId::from_bytes([1; 10]),
        expires_at: now() + SignedDuration::from_mins(10),
    }
}

pub(super) fn code_on_screen(number: &str) -> Notice {
    Notice::CodeOnScreen {
        operator: operator(number),
        case: CaseId::from_bytes([1; 10]),
        code: "40719352".parse().unwrap(),
        expires_at: now() + SignedDuration::from_secs(572),
    }
}

/// A number, asked for by the bank for this operator or with the key.
pub(super) fn in_hand(asked_for: Option<&str>) -> Notice {
    Notice::InHandNumber {
        number: "482913".parse().unwrap(),
        asked: asked_for.map(|number| AskedFor {
            case: CaseId::from_bytes([1; 10]),
            operator: operator(number),
            expires_at: now() + SignedDuration::from_secs(272),
        }),
    }
}

pub(super) fn effective(number: &str) -> Notice {
    Notice::Effective {
        operator: operator(number),
        case: CaseId::from_bytes([1; 10]),
        credential_version: 2,
    }
}

pub(super) fn refused(
    activity: Activity,
    number: &str,
    code: &str,
    retry_in_secs: Option<i64>,
) -> Notice {
    Notice::Refused {
        activity,
        operator: Some(operator(number)),
        code: code.parse().unwrap(),
        retry_at: retry_in_secs.map(|seconds| now() + SignedDuration::from_secs(seconds)),
    }
}

pub(super) fn password_refused(number: &str, rule: Rule) -> Notice {
    Notice::PasswordRefused {
        operator: operator(number),
        broken: BTreeSet::from([rule]),
    }
}
