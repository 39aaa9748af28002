//! Commands that take more than one message: a backup, and putting one back.
//!
//! Such a command is in the book from when it came until it is done, and is settled only
//! then; one at a time is carried out, in the order in which they came. Nothing of the
//! work itself is kept: after a power cut it begins anew, with a backup of the journal as
//! it is then. A lost link only interrupts it, and the server says where to go on.

use std::collections::VecDeque;

use jiff::Timestamp;
use rand::{CryptoRng, RngCore};
use serde::{Deserialize, Serialize};
use tillkey_wire::ids::{CaseId, CommandId};
use tillkey_wire::message::{Command, Order, Outcome, WhyNot};

use crate::backup::Backup;
use crate::device::Device;
use crate::fault::Fault;
use crate::limits::TASKS_MAX;
use crate::notice::Step;
use crate::restore::Fetch;
use crate::terminal::Terminal;

/// A command that is not done yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Task {
    pub(crate) id: CommandId,
    sequence: u64,
    expires_at: Timestamp,
    pub(crate) command: Command,
}

/// Those that wait, oldest first.
pub(crate) type Tasks = VecDeque<Task>;

/// How far the oldest task has come, in memory.
pub(crate) enum Work {
    Backup(Box<Backup>),
    Restore(Box<Fetch>),
}

impl<D: Device> Terminal<D> {
    /// Whether a command is waiting to be carried out.
    pub(crate) fn is_task(&self, id: CommandId) -> bool {
        self.book
            .iter()
            .any(|book| book.tasks.iter().any(|task| task.id == id))
    }

    /// Whether there is no room for one more.
    pub(crate) fn is_full_of_tasks(&self) -> bool {
        self.book
            .as_ref()
            .is_none_or(|book| book.tasks.len() >= TASKS_MAX)
    }

    /// Keeps a command until it is done, and begins with it if nothing is before it.
    pub(crate) fn take_task(
        &mut self,
        order: &Order,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Step, Fault> {
        let task = Task {
            id: order.id,
            sequence: order.sequence,
            expires_at: order.expires_at,
            command: order.command.clone(),
        };
        self.change_book(|book| {
            book.last_command = order.sequence;
            book.tasks.push_back(task);
        })?;
        if self.work.is_some() {
            return Ok(Step::default());
        }
        self.carry_on(rng)
    }

    /// Begins with the oldest task, or goes on with it; nothing without a link.
    pub(crate) fn carry_on(&mut self, rng: &mut (impl RngCore + CryptoRng)) -> Result<Step, Fault> {
        if !self.linked {
            return Ok(Step::default());
        }
        let mut step = Step::default();
        while self.work.is_none()
            && let Some(task) = self.oldest_task()
        {
            match self.begin(task, rng) {
                Ok(work) => self.work = Some(work),
                Err(why) => step
                    .frames
                    .extend(self.settle_task(Outcome::NotDone { why })?),
            }
        }
        step.frames.extend(self.resume_work()?);
        Ok(step)
    }

    /// What a task begins with, or why it is not done.
    fn begin(&self, task: Task, rng: &mut (impl RngCore + CryptoRng)) -> Result<Work, WhyNot> {
        if self.now() >= task.expires_at {
            return Err(WhyNot::Expired);
        }
        // The journal may be gone since the command came: the terminal runs without one.
        let journal = self.journal.as_ref().ok_or(WhyNot::NoJournal)?;
        match task.command {
            Command::TakeSnapshot { case, acquirer_key } => {
                let backup = self.make_backup(journal, (case, &acquirer_key), rng);
                let backup = backup.map_err(|_| WhyNot::NoJournal)?;
                Ok(Work::Backup(Box::new(backup)))
            }
            Command::Restore {
                snapshot,
                bytes,
                digest,
                head,
            } => {
                let fetch = Fetch::new((snapshot, head), (bytes, digest));
                Ok(Work::Restore(Box::new(fetch)))
            }
            // No other command becomes a task.
            _ => Err(WhyNot::Expired),
        }
    }

    /// Says again where the work stands, as after a lost link.
    pub(crate) fn resume_work(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        match &self.work {
            Some(Work::Backup(_)) => self.offer_backup(),
            Some(Work::Restore(_)) => self.ask_for_part(),
            None => Ok(None),
        }
    }

    /// The case that waits for the backup that is being handed in.
    pub(crate) fn case_of_backup(&self) -> Option<CaseId> {
        match self.oldest_task()?.command {
            Command::TakeSnapshot { case, .. } => Some(case),
            _ => None,
        }
    }

    fn oldest_task(&self) -> Option<Task> {
        self.book.as_ref()?.tasks.front().cloned()
    }

    /// The oldest task is over: notes it, tells the server, and begins with the next.
    pub(crate) fn end_task(
        &mut self,
        outcome: Outcome,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Step, Fault> {
        self.work = None;
        let frame = self.settle_task(outcome)?;
        let mut step = self.carry_on(rng)?;
        step.frames.splice(..0, frame);
        Ok(step)
    }

    fn settle_task(&mut self, outcome: Outcome) -> Result<Option<Vec<u8>>, Fault> {
        let Some(task) = self.oldest_task() else {
            return Ok(None);
        };
        self.change_book(|book| {
            book.tasks.pop_front();
            // Later commands may have been settled meanwhile.
            let sequence = book.last_command.max(task.sequence);
            book.settle(task.id, sequence, outcome);
        })?;
        self.acknowledge(task.id, outcome)
    }
}
