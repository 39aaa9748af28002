//! A writer: a thread that runs one request after the other, each in a transaction of its
//! own, until it is committed or the request itself does not want it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender};
use std::sync::{Arc, Mutex};

use super::connection::{Failed, PostgresTx, Session};
use super::integrator::Standing;
use super::line::Line;
use crate::engine::{Waiting, next};
use crate::fault::Fault;
use crate::limits::{ALONE_AFTER, CONTENDED_PAUSE, CONTENDED_TRIES_MAX, LARGE_IDLE_MAX};
use crate::store::Request;
use crate::threads::rest;

/// This start of this node: names its commits.
pub(super) struct Node {
    id: i64,
    commits: AtomicI64,
}

impl Node {
    pub(super) const fn new(id: i64) -> Self {
        Self {
            id,
            commits: AtomicI64::new(1),
        }
    }

    fn next(&self) -> Ticket {
        Ticket {
            node: self.id,
            number: self.commits.fetch_add(1, Ordering::Relaxed),
        }
    }
}

/// Names one commit, so that it can be asked for when its answer did not come.
#[derive(Debug, Clone, Copy)]
struct Ticket {
    node: i64,
    number: i64,
}

impl Ticket {
    fn sql(self) -> String {
        let Self { node, number } = self;
        format!("INSERT INTO commits (node, number) VALUES ({node}, {number})")
    }

    /// Whether its transaction was committed. Where its backend is still at it, this waits
    /// for that; where it was not committed, it never will be from now on, because its
    /// number is taken.
    fn was_committed(self, session: &mut Session) -> Result<bool, Fault> {
        match session.batch("look for a commit", &self.sql()) {
            Ok(()) => Ok(false),
            Err(Fault::Taken(_)) => Ok(true),
            Err(fault) => Err(fault),
        }
    }
}

/// What a writer thread owns.
pub(super) struct Writer {
    pub(super) line: Line,
    pub(super) node: Arc<Node>,
    /// Where a request waits for its events' place.
    pub(super) ledger: SyncSender<Waiting>,
    pub(super) standing: Arc<Standing>,
}

/// What came of one run of a request.
enum Run {
    /// It is committed.
    Committed { has_events: bool },
    /// It is rolled back; it says itself why.
    RolledBack,
    /// It could not be done.
    Failed(Fault),
    /// Another one was in the way: once more.
    Contended,
    /// It added what was there already, perhaps since a moment.
    Taken,
    /// The connection is gone, and nothing is done.
    Lost,
    /// The connection is gone, and it may be done.
    LostAtCommit(Ticket),
}

impl Writer {
    /// Commits requests until the queue is closed.
    pub(super) fn run(mut self, queue: &Arc<Mutex<Receiver<Waiting>>>) {
        while let Some(request) = next(queue) {
            self.write(request);
        }
    }

    /// Runs a request and answers it, or lets the integrator do so.
    fn write(&mut self, mut request: Waiting) {
        if let Err(fault) = self.standing.check() {
            return request.answer(Err(fault));
        }
        match self.settle(request.as_mut()) {
            Ok(true) => {
                // The integrator outlives the writers. Should it be gone all the same, what
                // is committed waits in the database for another node.
                if let Err(unsent) = self.ledger.send(request) {
                    unsent.0.answer(Ok(()));
                }
            }
            Ok(false) if request.is_scrub() => {
                let scrubbed = self.line.session().and_then(scrub);
                request.answer(scrubbed);
            }
            Ok(false) => request.answer(Ok(())),
            Err(fault) => request.answer(Err(fault)),
        }
    }

    /// Runs a request until it is known what came of it, and says whether it is committed
    /// with events.
    fn settle(&mut self, request: &mut dyn Request) -> Result<bool, Fault> {
        let node = Arc::clone(&self.node);
        let mut unsettled: Option<Ticket> = None;
        let mut tries = 0;
        let settled = self.line.try_again(|session| {
            if let Some(ticket) = unsettled {
                match ticket.was_committed(session) {
                    // Whether it has events is not known any more: the integrator looks.
                    Ok(true) => return Some(Ok(true)),
                    Ok(false) => unsettled = None,
                    Err(Fault::Unreachable | Fault::Locked) => return None,
                    Err(fault) => return Some(Err(fault)),
                }
            }
            loop {
                let alone = request.is_large() || tries >= ALONE_AFTER;
                tries += 1;
                match run(session, request, (&node, alone)) {
                    Run::Committed { has_events } => return Some(Ok(has_events)),
                    Run::RolledBack => return Some(Ok(false)),
                    Run::Failed(fault) => return Some(Err(fault)),
                    Run::Taken if tries > 1 => return Some(Ok(false)),
                    Run::Contended if tries >= CONTENDED_TRIES_MAX => {
                        return Some(Err(Fault::Contended));
                    }
                    Run::Taken | Run::Contended => rest(CONTENDED_PAUSE * tries),
                    Run::Lost => return None,
                    Run::LostAtCommit(ticket) => {
                        unsettled = Some(ticket);
                        return None;
                    }
                }
            }
        });
        match (settled, unsettled) {
            (Some(settled), _) => settled,
            (None, None) => Err(Fault::Unreachable),
            (None, Some(_)) => Err(Fault::Unsettled),
        }
    }
}

/// Runs a request in a transaction, once.
fn run(session: &mut Session, request: &mut dyn Request, (node, alone): (&Node, bool)) -> Run {
    // The table is locked before anything is read: what is read is then what whoever held
    // the lock before has left.
    let begin = if alone {
        format!(
            "BEGIN ISOLATION LEVEL SERIALIZABLE; \
             SET LOCAL idle_in_transaction_session_timeout = {}; \
             LOCK TABLE writers IN EXCLUSIVE MODE",
            LARGE_IDLE_MAX.as_millis()
        )
    } else {
        "BEGIN ISOLATION LEVEL SERIALIZABLE; LOCK TABLE writers IN ROW SHARE MODE".to_owned()
    };
    if let Err(fault) = session.batch("begin to write", &begin) {
        return undone(session, fault);
    }
    let mut tx = PostgresTx::new(session);
    let run = catch_unwind(AssertUnwindSafe(|| request.run(&mut tx)));
    let (failed, has_events, has_written) = (tx.failed(), tx.has_events(), tx.has_written());
    if run.is_err() {
        request.panicked();
    }
    match (run.unwrap_or(false), failed) {
        (_, Some(Failed::Lost)) => Run::Lost,
        (_, Some(Failed::Contended)) => undone(session, Fault::Contended),
        (false, Some(Failed::Taken)) => match roll_back(session) {
            Ok(()) => Run::Taken,
            Err(_) => Run::Lost,
        },
        (false, _) => {
            // Where it does not hear, it rolls back what its client has left.
            let _ = roll_back(session);
            Run::RolledBack
        }
        // The request made light of a failure; PostgreSQL does not.
        (true, Some(_)) => undone(
            session,
            Fault::damaged("request", "it went on after a statement had failed"),
        ),
        (true, None) if !has_written => match session.batch("end", "COMMIT") {
            Ok(()) => Run::Committed { has_events: false },
            Err(fault) => undone(session, fault),
        },
        (true, None) => commit(session, node.next(), has_events),
    }
}

fn commit(session: &mut Session, ticket: Ticket, has_events: bool) -> Run {
    let sql = format!("{}; COMMIT", ticket.sql());
    match session.batch("commit", &sql) {
        Ok(()) => Run::Committed { has_events },
        Err(Fault::Unreachable) => Run::LostAtCommit(ticket),
        Err(fault) => undone(session, fault),
    }
}

/// Rolls back after a failure outside of the request.
fn undone(session: &mut Session, fault: Fault) -> Run {
    match (Failed::of(&fault), roll_back(session)) {
        (Failed::Lost, _) | (_, Err(_)) => Run::Lost,
        (Failed::Contended, Ok(())) => Run::Contended,
        (Failed::Taken | Failed::Otherwise, Ok(())) => Run::Failed(fault),
    }
}

fn roll_back(session: &mut Session) -> Result<(), Fault> {
    session.batch("roll back", "ROLLBACK")
}

/// Lets the server take back the room of keys that were destroyed, so that nothing finds
/// them there. What was written ahead of it stays in its log until that is recycled.
fn scrub(session: &mut Session) -> Result<(), Fault> {
    session.batch("clear away what was erased", "VACUUM data_keys")
}
