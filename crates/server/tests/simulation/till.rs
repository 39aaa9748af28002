//! A terminal on the SDK that vendors embed, its storage, and what is on its way to it and
//! from it.

use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};

use ed25519_dalek::VerifyingKey;
use rand_chacha::ChaCha20Rng;
use sha2::{Digest as _, Sha512};
use tillkey_server::clock::SetClock;
use tillkey_terminal::wire::envelope::Unverified;
use tillkey_terminal::wire::ids::{OperatorNumber, TerminalId, TerminalNumber};
use tillkey_terminal::wire::message::{Capabilities, FromServer, FromTerminal};
use tillkey_terminal::wire::opaque::Stretching;
use tillkey_terminal::wire::opaque::stretching::Job;
use tillkey_terminal::{Advice, Fault, Notice, Profile, Progress, Standing, Step, Terminal};

use crate::frame::{Down, Up};
use crate::line::Line;
use crate::storage::{Contents, Storage};

/// The operators of every terminal here: a supervisor and two cashiers.
pub(crate) const OPERATORS: [u8; 3] = [0, 1, 2];

pub(crate) fn operator(number: u8) -> OperatorNumber {
    OperatorNumber::new(number).unwrap()
}

/// What stays the same of a terminal from its enrolment on.
#[derive(Debug, Clone)]
pub(crate) struct Enrolled {
    pub(crate) id: TerminalId,
    pub(crate) number: TerminalNumber,
    pub(crate) keeps_journal: bool,
    /// None before it is enrolled.
    pub(crate) device_key: Option<VerifyingKey>,
    pub(crate) contents: Contents,
}

/// What a call came to.
#[derive(Debug, Default)]
pub(crate) struct Called {
    pub(crate) notices: Vec<Notice>,
    pub(crate) fault: Option<Fault>,
    /// The power went in the middle of it.
    pub(crate) power_cut: bool,
}

pub(crate) struct Till {
    pub(crate) enrolled: Enrolled,
    pub(crate) storage: Storage,
    terminal: Option<Terminal<Storage>>,
    rng: ChaCha20Rng,
    /// The connection, while there is one.
    pub(crate) line: Option<Line>,
    /// On their way to the server.
    pub(crate) up: VecDeque<Up>,
    /// On their way to the terminal.
    pub(crate) down: VecDeque<Down>,
}

impl Till {
    pub(crate) fn switch_on(enrolled: &Enrolled, clock: &Arc<SetClock>, rng: ChaCha20Rng) -> Self {
        let storage = Storage::new(enrolled.contents.clone(), Arc::clone(clock));
        let mut till = Self {
            enrolled: enrolled.clone(),
            storage,
            terminal: None,
            rng,
            line: None,
            up: VecDeque::new(),
            down: VecDeque::new(),
        };
        till.reopen();
        till
    }

    /// Opens the terminal on what its storage holds.
    fn reopen(&mut self) {
        self.storage.mend();
        let profile = profile(&self.enrolled.number, self.enrolled.keeps_journal);
        let opened = Terminal::open_with(self.storage.clone(), profile, stretching());
        self.terminal = Some(opened.expect("a terminal opens on what it has written"));
    }

    pub(crate) fn terminal(&self) -> &Terminal<Storage> {
        self.terminal.as_ref().unwrap()
    }

    /// The power goes and comes back: what was only in memory is gone.
    pub(crate) fn cut_power(&mut self) {
        self.lose_link();
        self.reopen();
    }

    /// The link is gone, with all that is on its way.
    pub(crate) fn lose_link(&mut self) {
        if let Some(line) = self.line.take() {
            line.cut();
        }
        self.up.clear();
        self.down.clear();
    }

    /// The link is gone, and the terminal has noticed.
    pub(crate) fn disconnect(&mut self) -> Called {
        self.lose_link();
        self.call(|terminal, _| Ok(terminal.disconnected()))
    }

    /// Calls the terminal; what it wants to say goes on its way.
    pub(crate) fn call(
        &mut self,
        call: impl FnOnce(&mut Terminal<Storage>, &mut ChaCha20Rng) -> Result<Step, Fault>,
    ) -> Called {
        let terminal = self.terminal.as_mut().unwrap();
        let done = call(terminal, &mut self.rng);
        if self.storage.is_blown() {
            self.cut_power();
            return Called {
                power_cut: true,
                ..Called::default()
            };
        }
        match done {
            Ok(step) => {
                for frame in step.frames {
                    self.send(frame);
                }
                Called {
                    notices: step.notices,
                    ..Called::default()
                }
            }
            Err(fault) => {
                match fault.advice() {
                    Advice::Ignore | Advice::Correct => {}
                    Advice::Reconnect => self.lose_link(),
                    Advice::Reopen => self.cut_power(),
                    Advice::EnrolAgain => panic!("a terminal lost its state: {fault}"),
                }
                Called {
                    fault: Some(fault),
                    ..Called::default()
                }
            }
        }
    }

    pub(crate) fn progress(&self, number: u8) -> Progress {
        self.terminal().progress(operator(number))
    }

    pub(crate) fn is_signed_on(&self, number: u8) -> bool {
        self.terminal().session(operator(number)).is_some()
    }

    fn send(&mut self, frame: Vec<u8>) {
        if self.line.is_none() {
            return;
        }
        let read = self.enrolled.device_key.as_ref().map(|key| {
            let frame = Unverified::parse(&frame).unwrap();
            FromTerminal::open(&frame, self.enrolled.id, key).unwrap()
        });
        self.up.push_back(Up::of(frame, read.as_ref()));
    }

    /// Reads what the server says to it.
    pub(crate) fn read_down(&self, frame: &[u8]) -> FromServer {
        let Standing::Enrolled(enrolled) = self.terminal().standing() else {
            panic!("a terminal is not enrolled any more");
        };
        let key = enrolled.server_key.verifying_key().unwrap();
        let frame = Unverified::parse(frame).unwrap();
        FromServer::open(&frame, self.enrolled.id, &key).unwrap()
    }
}

pub(crate) fn profile(number: &TerminalNumber, keeps_journal: bool) -> Profile {
    Profile {
        serial_number: format!("SN{number}").parse().unwrap(),
        model: "T1".parse().unwrap(),
        firmware: "1.0".parse().unwrap(),
        capabilities: Capabilities {
            journal: keeps_journal,
            precheck: false,
        },
    }
}

/// Stretching that costs nothing, so that a run is not twenty milliseconds for each
/// password. The SDK tries what stretches before it trusts it, so this one is Argon2id
/// when it is tried and a plain hash from then on; to the server the two look alike.
pub(crate) fn stretching() -> Stretching {
    static QUICK: OnceLock<Stretching> = OnceLock::new();
    QUICK
        .get_or_init(|| {
            let slow = Stretching::built_in();
            let is_tried = std::sync::atomic::AtomicBool::new(true);
            Stretching::by(move |job| {
                if is_tried.swap(false, std::sync::atomic::Ordering::Relaxed) {
                    return slow
                        .compute(job)
                        .map_err(|_| tillkey_terminal::wire::opaque::stretching::NotComputed);
                }
                let Job {
                    password,
                    salt,
                    tag,
                } = job;
                let digest = Sha512::new().chain_update(salt).chain_update(password);
                let digest = digest.finalize();
                for (to, from) in tag.iter_mut().zip(digest.iter().cycle()) {
                    *to = *from;
                }
                Ok(())
            })
            .unwrap()
        })
        .clone()
}
