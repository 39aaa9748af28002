//! A terminal's own side: what lies in its storage after whatever befell it, and what
//! a server tells it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use jiff::Timestamp;
use tillkey_terminal::{Device, DeviceFault, Profile, Slot, Step, Terminal};
use tillkey_wire::cbor;
use tillkey_wire::enrolment::{Answer, Request};
use tillkey_wire::envelope::{self, Direction, KeyId, Unverified};
use tillkey_wire::message::{Capabilities, FromServer, OperatorState, Reply, Welcome};
use tillkey_wire::password::PasswordRules;

use crate::party::{
    TILL, code_key, enrolled, enrolment_code, known, noon, operator, rng, server_key, sure,
};

/// How many messages of one input a terminal is told.
const MESSAGES_MAX: usize = 8;

/// How far the counters of new reports are looked for.
const COUNTERS: u64 = 4_096;

/// Storage that is copied for each execution.
#[derive(Debug, Clone, Default)]
struct Memory {
    slots: BTreeMap<Slot, Vec<u8>>,
    log: Vec<Vec<u8>>,
}

/// The same storage in the hands of a terminal.
#[derive(Debug, Clone, Default)]
struct Shared(Rc<RefCell<Memory>>);

impl Device for Shared {
    fn load(&self, slot: Slot) -> Result<Option<Vec<u8>>, DeviceFault> {
        Ok(self.0.borrow().slots.get(&slot).cloned())
    }

    fn save(&mut self, slot: Slot, bytes: &[u8]) -> Result<(), DeviceFault> {
        self.0.borrow_mut().slots.insert(slot, bytes.to_vec());
        Ok(())
    }

    fn read_log(&self) -> Result<Vec<Vec<u8>>, DeviceFault> {
        Ok(self.0.borrow().log.clone())
    }

    fn append(&mut self, record: &[u8]) -> Result<(), DeviceFault> {
        self.0.borrow_mut().log.push(record.to_vec());
        Ok(())
    }

    fn replace_log(&mut self, records: &[Vec<u8>]) -> Result<(), DeviceFault> {
        self.0.borrow_mut().log = records.to_vec();
        Ok(())
    }

    fn now(&self) -> Timestamp {
        noon()
    }
}

fn profile() -> Profile {
    Profile {
        serial_number: known("SN-4471920"),
        model: known("A920 Pro"),
        firmware: known("1.4.2"),
        capabilities: Capabilities {
            journal: true,
            precheck: true,
        },
    }
}

fn open(memory: Memory) -> Result<(Terminal<Shared>, Shared), tillkey_terminal::Fault> {
    let shared = Shared(Rc::new(RefCell::new(memory)));
    Ok((Terminal::open(shared.clone(), profile())?, shared))
}

/// The first frame that a terminal says.
fn first(step: &Step) -> Unverified {
    let frame = step.frames.first().map(Vec::as_slice);
    sure(Unverified::parse(frame.unwrap_or_default()))
}

/// Enrols a terminal and welcomes it: what its storage holds then.
fn made() -> Memory {
    let (mut terminal, shared) = sure(open(Memory::default()));
    let _ = sure(terminal.enrol(&enrolment_code(), &mut rng()));
    let asked = sure(terminal.connected());
    let request = sure(Request::open(&first(&asked)));
    let answer = sure(Answer::enrolled(&request, enrolled(), &code_key()));
    let frame = sure(answer.sign(&request, &server_key()));
    let _ = sure(terminal.receive(&frame, &mut rng()));
    let welcomed = welcome(&mut terminal, 0..COUNTERS);
    assert!(welcomed.is_some(), "a terminal that nobody can welcome");
    let memory = shared.0.borrow();
    memory.clone()
}

/// Connects, and answers the greeting if it has one of these counters; gives which.
fn welcome(
    terminal: &mut Terminal<Shared>,
    counters: impl IntoIterator<Item = u64>,
) -> Option<u64> {
    let _ = terminal.connected();
    counters.into_iter().find(|&in_reply_to| {
        let reply = Reply::Welcome(Welcome {
            acquirer: known("demo-bank"),
            merchant: known("898310054110001"),
            terminal_number: known("10000001"),
            now: noon(),
            operators: [0, 1, 5, 99].into_iter().map(state).collect(),
            password_rules: PasswordRules::DEFAULT,
        });
        let message = FromServer::Reply { in_reply_to, reply };
        let frame = sure(message.sign(TILL, &server_key()));
        terminal.receive(&frame, &mut rng()).is_ok()
    })
}

fn state(number: u8) -> OperatorState {
    OperatorState {
        number: operator(number),
        password_set: false,
        credential_version: 0,
    }
}

thread_local! {
    static MADE: Memory = made();
    /// The counter of the first report after that storage was opened again.
    static NEXT: Option<u64> = {
        let (mut terminal, _) = sure(open(MADE.with(Clone::clone)));
        welcome(&mut terminal, 0..COUNTERS)
    };
}

/// The first byte says which part of a good storage is exchanged for the rest.
pub(crate) fn storage(bytes: &[u8]) {
    let Some((part, rest)) = bytes.split_first() else {
        return;
    };
    let mut memory = MADE.with(Clone::clone);
    match Slot::ALL.get(usize::from(part % 8)) {
        Some(slot) => drop(memory.slots.insert(*slot, rest.to_vec())),
        None if part % 8 == 4 => memory.slots.clear(),
        None => {
            memory.log = rest
                .split(|byte| *byte == 0xff)
                .map(<[u8]>::to_vec)
                .collect();
        }
    }
    let Ok((mut terminal, shared)) = open(memory) else {
        return;
    };
    look(&terminal);
    let _ = welcome(&mut terminal, NEXT.with(Clone::clone));
    look(&terminal);
    // What was read is written so that it is read again.
    drop(terminal);
    let memory = shared.0.borrow().clone();
    assert!(open(memory).is_ok(), "a terminal that does not open again");
}

/// A sequence of messages, each signed by the server, to a terminal that waits for a
/// code.
pub(crate) fn inbox(bytes: &[u8]) {
    let (mut terminal, shared) = sure(open(MADE.with(Clone::clone)));
    let welcomed = welcome(&mut terminal, NEXT.with(Clone::clone));
    assert!(welcomed.is_some(), "a terminal that nobody can welcome");
    let _ = terminal.redeem(operator(5), known("48213907"));
    let _ = terminal.first_password(operator(1));
    let mut rest = bytes;
    for _ in 0..MESSAGES_MAX {
        let Ok((payload, after)) = cbor::split_first(rest) else {
            break;
        };
        rest = after;
        let kid = KeyId::Terminal(TILL);
        let Ok(frame) = envelope::sign(payload.to_vec(), Direction::FromServer, kid, &server_key())
        else {
            break;
        };
        if let Ok(step) = terminal.receive(&frame, &mut rng()) {
            for frame in &step.frames {
                assert!(Unverified::parse(frame).is_ok(), "says what nobody takes");
            }
        }
        look(&terminal);
    }
    drop(terminal);
    let memory = shared.0.borrow().clone();
    assert!(open(memory).is_ok(), "a terminal that does not open again");
}

/// Asks for everything that a screen shows.
fn look(terminal: &Terminal<Shared>) {
    let _ = format!("{terminal:?}");
    for view in terminal.operators() {
        let _ = (
            terminal.session(view.number),
            terminal.progress(view.number),
        );
    }
    let _ = (terminal.password_rules(), terminal.journal());
    for entry in terminal.open_batch() {
        let _ = terminal.voidable(entry.number);
    }
}
