//! The integrator: gives committed events their place in the ledger, and answers whoever
//! waits for that.
//!
//! Every node has one. The one that holds the lock is the leader for that moment: it moves
//! what waits, from whichever node, in the order of writing, hashes it, signs the tree, and
//! commits all of it at once. Whoever gets the lock next goes on from there. Killed at any
//! instant, it has moved everything or nothing, and its lock is gone with it.
//!
//! **Invariant**: what a caller is told is done has its leaf in the signed tree. Where the
//! database stays away after the commit of the effect, the caller is told all the same,
//! since it is done and its events cannot be lost; but nothing further is done until the
//! ledger has caught up. A ledger that was found broken stays so until somebody has looked
//! and starts the node again.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};

use tillkey_rules::event::Entry;

use super::connection::{PostgresTx, Session};
use super::line::Line;
use crate::checkpoint_file::Mailbox;
use crate::engine::Waiting;
use crate::event;
use crate::fault::Fault;
use crate::ledger::{Recorded, Recorder};
use crate::limits::{INTEGRATED_AT_ONCE_MAX, LOOK_FOR_WAITING_EVERY, WAITING_WRITES_MAX};
use crate::tx::{Statement, Tx};
use crate::value::{Value, signed};

/// The lock of the leader, within its database.
pub(super) const LEADER: i64 = 0x7469_6c6c_6b65_7901;

const MOVE: Statement = Statement::new(
    "give events their place",
    "WITH taken AS (DELETE FROM events_waiting WHERE id IN \
     (SELECT id FROM events_waiting ORDER BY id LIMIT $1) \
     RETURNING id, at, acquirer, case_id, kind, actor_kind, actor, entry) \
     INSERT INTO events (position, at, acquirer, case_id, kind, actor_kind, actor, entry) \
     SELECT CAST($2 AS BIGINT) + ROW_NUMBER() OVER (ORDER BY id) - 1, \
     at, acquirer, case_id, kind, actor_kind, actor, entry FROM taken \
     RETURNING position, entry",
);

const FORGET: Statement = Statement::new(
    "forget old commits",
    "DELETE FROM commits WHERE at < now() - INTERVAL '1 hour'",
);

/// How the ledger stands, for the writers.
#[derive(Default)]
pub(super) struct Standing(Mutex<State>);

#[derive(Default, Clone, Copy)]
enum State {
    #[default]
    Well,
    Behind,
    Broken(&'static str),
}

impl Standing {
    /// Whether anything may be done.
    pub(super) fn check(&self) -> Result<(), Fault> {
        match *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            State::Well => Ok(()),
            State::Behind => Err(Fault::LedgerBehind),
            State::Broken(why) => Err(Fault::ledger_broken(why)),
        }
    }

    /// How it is found this time. Broken it stays.
    fn set(&self, found: State) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !matches!(*state, State::Broken(_)) {
            *state = found;
        }
    }
}

/// What the integrator's thread owns.
pub(super) struct Integrator {
    pub(super) line: Line,
    pub(super) recorder: Recorder,
    pub(super) checkpoints: Arc<Mailbox>,
    pub(super) standing: Arc<Standing>,
}

impl Integrator {
    /// Integrates until the last writer is gone.
    pub(super) fn run(mut self, queue: &Receiver<Waiting>) {
        let mut looks = 0u32;
        loop {
            let first = match queue.recv_timeout(LOOK_FOR_WAITING_EVERY) {
                Ok(request) => Some(request),
                // A node that was killed may have left something.
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => break,
            };
            let callers: Vec<Waiting> = first
                .into_iter()
                .chain(queue.try_iter().take(WAITING_WRITES_MAX))
                .collect();
            looks = looks.wrapping_add(1);
            let forgets = looks.is_multiple_of(1_024);
            let done = self.catch_up(!callers.is_empty(), forgets);
            self.note(&done);
            for caller in callers {
                caller.answer(match self.standing.check() {
                    Err(fault @ Fault::LedgerBroken(_)) => Err(fault),
                    Ok(()) | Err(_) => Ok(()),
                });
            }
        }
        self.checkpoints.close();
    }

    /// Lets the writers know how the ledger stands.
    fn note(&self, done: &Result<(), Fault>) {
        match done {
            Ok(()) => self.standing.set(State::Well),
            Err(fault) => {
                let shown: &dyn std::error::Error = fault;
                tracing::error!(fault = shown, "the ledger could not be carried on");
                self.standing.set(match fault {
                    Fault::LedgerBroken(why) => State::Broken(why),
                    Fault::Ledger { .. } => State::Broken("it cannot be carried on"),
                    _ => State::Behind,
                });
            }
        }
    }

    /// Moves what waits, until nothing does that was there at the beginning.
    fn catch_up(&mut self, is_asked: bool, forgets: bool) -> Result<(), Fault> {
        let Self {
            line,
            recorder,
            checkpoints,
            ..
        } = self;
        let done = line.try_again(|session| {
            let round = || round(session, recorder, (is_asked, forgets));
            // A panic in it is a round that fails.
            match catch_unwind(AssertUnwindSafe(round)).unwrap_or(Err(Fault::Panicked)) {
                Err(Fault::Unreachable | Fault::Contended | Fault::Locked) => None,
                Ok(notes) => {
                    for note in notes {
                        checkpoints.leave(note);
                    }
                    Some(Ok(()))
                }
                Err(fault) => {
                    // The lock must not outlive the round.
                    let _ = session.batch("roll back", "ROLLBACK");
                    Some(Err(fault))
                }
            }
        });
        done.unwrap_or(Err(Fault::Unreachable))
    }
}

/// Moves what waits, a part at a time, and gives the checkpoints.
fn round(
    session: &mut Session,
    recorder: &mut Recorder,
    (is_asked, forgets): (bool, bool),
) -> Result<Vec<String>, Fault> {
    const ANY: &str = "SELECT 1 FROM events_waiting LIMIT 1";
    let mut notes = Vec::new();
    if !is_asked && session.look::<i32>("look for events", ANY)?.is_none() {
        return Ok(notes);
    }
    loop {
        session.batch(
            "become the leader",
            &format!("BEGIN; SELECT pg_advisory_xact_lock({LEADER})"),
        )?;
        let mut tx = PostgresTx::new(session);
        recorder.follow(&mut tx)?;
        let (moved, recorded) = integrate(&mut tx, recorder)?;
        if forgets {
            tx.execute(FORGET, &[])?;
        }
        session.batch("commit the ledger", "COMMIT")?;
        notes.extend(recorded.map(|recorded| recorder.keep(recorded)));
        if moved < INTEGRATED_AT_ONCE_MAX {
            return Ok(notes);
        }
    }
}

/// Gives a part of what waits its place, and says how many events that were.
fn integrate(tx: &mut dyn Tx, recorder: &Recorder) -> Result<(usize, Option<Recorded>), Fault> {
    let limit = i64::try_from(INTEGRATED_AT_ONCE_MAX).unwrap_or(i64::MAX);
    let rows = tx.query_many(MOVE, &[Value::from(limit), signed(recorder.size())?])?;
    let moved = rows.len();
    if moved == 0 {
        return Ok((0, None));
    }
    for mut row in rows {
        let position = row.take()?;
        let leaf: String = row.take()?;
        let entry: Entry = serde_json::from_str(&leaf)
            .map_err(|_| Fault::damaged("entry", "it does not have the required shape"))?;
        event::note(tx, &entry, position)?;
    }
    Ok((moved, recorder.record(tx)?))
}
