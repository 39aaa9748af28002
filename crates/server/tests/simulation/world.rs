//! Everybody in one run, and the clock that they share.

use std::sync::Arc;

use jiff::Timestamp;
use rand::RngCore as _;
use tillkey_server::clock::{Clock, SetClock};
use tillkey_terminal::wire::ids::{CaseId, TerminalId};
use tokio::task::spawn_blocking;

use crate::chance::Chance;
use crate::disk;
use crate::frame::{About, Up};
use crate::line::{Line, quiet};
use crate::model::{Chosen, Model, Who};
use crate::people::People;
use crate::server::{Opening, Server};
use crate::sight::Sight;
use crate::template::{Template, template};
use crate::till::Till;
use crate::trace::Trace;

/// What the server is being told by a terminal in this step.
#[derive(Debug)]
pub(crate) struct Delivered {
    pub(crate) till: usize,
    pub(crate) about: About,
    /// Its counter had been taken before.
    pub(crate) is_replay: bool,
}

pub(crate) struct World {
    pub(crate) chance: Chance,
    pub(crate) clock: Arc<SetClock>,
    /// Taken out only while it crashes.
    server: Option<Server>,
    pub(crate) tills: Vec<Till>,
    pub(crate) people: People,
    pub(crate) model: Model,
    pub(crate) sight: Sight,
    pub(crate) trace: Trace,
    pub(crate) delivered: Option<Delivered>,
    /// Frames that somebody listened to on the way: whose, and what.
    pub(crate) overheard: Vec<(usize, Up)>,
    /// A connection that no terminal of ours made.
    pub(crate) stranger: Option<Line>,
    /// How often the server crashed.
    pub(crate) crashes: u32,
    /// How much goes wrong: chances in a hundred for what is asked of the server, and
    /// weights for what happens by itself.
    pub(crate) storm: u32,
    /// Nothing goes wrong any more.
    pub(crate) is_healed: bool,
}

impl World {
    pub(crate) async fn new(seed: u64, is_shown: bool) -> Self {
        let from = template();
        let mut chance = Chance::of(seed);
        let clock = Arc::new(SetClock::new(from.now));
        let folder = disk::folder();
        disk::copy(&from.data, &folder.path().join("data-0"));
        let opening = opening(&from, &clock, &mut chance);
        let server = Server::open(folder, 0, opening).await;
        let switch_on = |enrolled| Till::switch_on(enrolled, &clock, chance.split());
        let tills = from.tills.iter().map(switch_on).collect();
        let verifier = server.shell.ledger_verifier().clone();
        let sight = Sight::of(server.data(), verifier, from.seen.clone());
        let storm = chance.weighed(&[(3, 0), (4, 1), (2, 3)]);
        let mut world = Self {
            chance,
            clock,
            server: Some(server),
            tills,
            people: People::default(),
            model: Model::default(),
            sight,
            trace: Trace::new(is_shown),
            delivered: None,
            overheard: Vec::new(),
            stranger: None,
            crashes: 0,
            storm,
            is_healed: false,
        };
        world.remember(&from);
        world
    }

    /// What was done before the run began.
    fn remember(&mut self, from: &Template) {
        for first in &from.passwords {
            let who = (first.till, first.operator);
            let chosen = Chosen {
                digits: first.digits.clone(),
                case: None,
            };
            self.model.chosen.entry(who).or_default().push(chosen);
            let known = vec![first.digits.clone()];
            self.model.versions.insert((who, 1), known.clone());
            self.model.here.insert(who, known);
        }
    }

    pub(crate) fn server(&self) -> &Server {
        self.server.as_ref().unwrap()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Which till a terminal is.
    pub(crate) fn till_of(&self, terminal: TerminalId) -> Option<usize> {
        self.tills
            .iter()
            .position(|till| till.enrolled.id == terminal)
    }

    /// Whose password a case is about, where it names somebody who exists.
    pub(crate) fn subject_of(&self, case: CaseId) -> Option<Who> {
        let story = self.sight.stories.get(&case)?;
        let subject = story.case.subject()?;
        let till = self.till_of(subject.terminal)?;
        Some((till, subject.operator.number()))
    }

    /// Waits until the server has done all that it was told.
    pub(crate) async fn quiet(&self) {
        let lines: Vec<&Line> = self
            .tills
            .iter()
            .filter_map(|till| till.line.as_ref())
            .chain(&self.stranger)
            .collect();
        quiet(&lines, &self.server().stirred).await;
    }

    /// The server ends at once. What it was saying is lost; it is opened again on the disk
    /// as `disk` leaves it.
    pub(crate) async fn crash(&mut self, disk: impl FnOnce(&std::path::Path)) {
        let copy = self.server().copy_disk();
        disk(&copy);
        for till in &mut self.tills {
            if let Some(line) = &till.line {
                line.kill();
            }
        }
        if let Some(stranger) = self.stranger.take() {
            stranger.kill();
        }
        let opening = opening(&template(), &self.clock, &mut self.chance);
        let server = self.server.take().unwrap();
        self.server = Some(server.crash(opening).await);
        self.sight.turn_to(&copy);
        self.crashes += 1;
        for till in 0..self.tills.len() {
            if self.tills[till].line.is_some() {
                let called = self.tills[till].disconnect();
                // There is nobody to be told.
                drop(called);
            }
        }
    }

    /// Ends the run, and gives its trace.
    pub(crate) async fn end(mut self) -> Trace {
        for till in &mut self.tills {
            till.lose_link();
        }
        if let Some(server) = self.server.take() {
            let folder = server.end().await;
            spawn_blocking(move || disk::remove(folder)).await.unwrap();
        }
        self.trace
    }
}

fn opening(from: &Template, clock: &Arc<SetClock>, chance: &mut Chance) -> Opening {
    Opening {
        clock: Arc::clone(clock),
        seed: chance.split().next_u64(),
        root_key: from.root_key.clone(),
        like: Some(from.shell.clone()),
    }
}
