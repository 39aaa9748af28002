//! A reader: a thread whose transactions cannot write.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, mpsc::Receiver};

use super::connection::{Failed, PostgresTx, Session};
use super::line::Line;
use crate::engine::{Waiting, next};
use crate::fault::Fault;
use crate::store::Request;

/// Answers reads until the queue is closed.
pub(super) fn run(mut line: Line, queue: &Arc<Mutex<Receiver<Waiting>>>) {
    while let Some(mut request) = next(queue) {
        let seen = line.try_again(|session| match read(session, request.as_mut()) {
            Err(Fault::Unreachable) => None,
            seen => Some(seen),
        });
        request.answer(seen.unwrap_or(Err(Fault::Unreachable)));
    }
}

/// Runs a request over one view of what is committed.
fn read(session: &mut Session, request: &mut dyn Request) -> Result<(), Fault> {
    session.batch(
        "begin to read",
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    )?;
    let mut tx = PostgresTx::new(session);
    let run = catch_unwind(AssertUnwindSafe(|| request.run(&mut tx)));
    let failed = tx.failed();
    if run.is_err() {
        request.panicked();
    }
    if failed == Some(Failed::Lost) {
        return Err(Fault::Unreachable);
    }
    session.batch("end reading", "ROLLBACK")
}
