//! A part of the benchmark that is a process of its own, seen from both sides: its memory
//! and its open files are to be told apart from the server's.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::io::{self, BufRead, BufReader};
use std::ops::Range;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;
use std::time::Duration;

use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::time::{Instant, timeout_at};

use super::line::{self, Brief, Said, What};
use super::moment::Moment;
use super::{found, subscribers, terminals};
use crate::failed::Failed;

/// How long all clients together may take for one thing.
pub(super) const WAIT_MAX: Duration = Duration::from_secs(180);

/// Is a part: does what it is told first, until nobody speaks to it any more.
pub(in super::super) fn be() -> Result<(), Failed> {
    let mut brief = String::new();
    io::stdin()
        .lock()
        .read_line(&mut brief)
        .map_err(Failed::because("a part of the benchmark was told nothing"))?;
    match line::read(&brief)? {
        Brief::Found { folder, terminals } => found::run(&folder, terminals),
        Brief::Terminals { folder, server } => terminals::run(&folder, &server),
        Brief::Subscribers { port } => subscribers::run(port),
    }
}

/// A part that runs. Dropping it kills it.
pub(super) struct Part {
    name: &'static str,
    process: Child,
    tell: ChildStdin,
    said: UnboundedReceiver<Said>,
}

impl Part {
    /// Starts one.
    pub(super) fn start(name: &'static str, brief: &Brief) -> Result<Self, Failed> {
        let failed = || Failed::because(format!("the {name} cannot be started"));
        let program = env::current_exe().map_err(failed())?;
        let mut process = Command::new(program)
            .args(["bench", "--part"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(failed())?;
        let (Some(tell), Some(out)) = (process.stdin.take(), process.stdout.take()) else {
            unreachable!("both were asked for")
        };
        let (hear, said) = mpsc::unbounded_channel();
        thread::spawn(move || {
            for line in BufReader::new(out).lines() {
                let Some(said) = line.ok().and_then(|line| line::read(&line).ok()) else {
                    return;
                };
                if hear.send(said).is_err() {
                    return;
                }
            }
        });
        let mut part = Self {
            name,
            process,
            tell,
            said,
        };
        line::write(&mut part.tell, brief)?;
        Ok(part)
    }

    /// Its process.
    pub(super) fn process(&self) -> u32 {
        self.process.id()
    }

    /// Has some of its clients connect, and gives when each was.
    pub(super) async fn connect(&mut self, clients: Range<usize>) -> Result<Vec<Moment>, Failed> {
        line::write(&mut self.tell, &clients)?;
        let connected = self.each(What::Connected, clients.collect()).await?;
        Ok(connected.into_values().collect())
    }

    /// Waits until it has happened to each of these, and gives when.
    pub(super) async fn each(
        &mut self,
        what: What,
        clients: BTreeSet<usize>,
    ) -> Result<BTreeMap<usize, Moment>, Failed> {
        let until = Instant::now() + WAIT_MAX;
        let mut done = BTreeMap::new();
        while done.len() < clients.len() {
            let said = self.hear(until, clients.len() - done.len()).await?;
            if said.what == what && clients.contains(&said.client) {
                done.entry(said.client).or_insert(said.at);
            } else if said.what == What::Lost && what != What::Connected {
                return Err(Failed::new(format!(
                    "one of the {} lost its connection, which nobody had cut",
                    self.name
                )));
            }
        }
        Ok(done)
    }

    /// Waits until each of so many has lost its connection and is back, and gives when the
    /// last was, and how often they tried altogether.
    pub(super) async fn back(&mut self, clients: usize) -> Result<(Moment, usize), Failed> {
        let until = Instant::now() + WAIT_MAX;
        let (mut away, mut back) = (BTreeSet::new(), BTreeSet::new());
        let mut tries = 0;
        loop {
            let said = self.hear(until, clients - back.len()).await?;
            match said.what {
                What::Lost => {
                    tries += 1;
                    away.insert(said.client);
                    back.remove(&said.client);
                }
                What::Connected if away.contains(&said.client) => {
                    back.insert(said.client);
                }
                _ => {}
            }
            if back.len() == clients {
                return Ok((said.at, tries));
            }
        }
    }

    /// The next thing it says, before a time at which so many are missing.
    pub(super) async fn hear(&mut self, until: Instant, missing: usize) -> Result<Said, Failed> {
        match timeout_at(until, self.said.recv()).await {
            Ok(Some(said)) => Ok(said),
            Ok(None) => Err(self.gone()),
            Err(_) => Err(Failed::new(format!(
                "{missing} of the {} are still missing after {} s",
                self.name,
                WAIT_MAX.as_secs()
            ))),
        }
    }

    /// Waits for its end, which has to be a good one.
    pub(super) fn ended(mut self) -> Result<(), Failed> {
        let status = self
            .process
            .wait()
            .map_err(Failed::because("a process cannot be waited for"))?;
        if status.success() {
            Ok(())
        } else {
            Err(self.gone())
        }
    }

    fn gone(&self) -> Failed {
        Failed::new(format!("the process of the {} ended by itself", self.name))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
