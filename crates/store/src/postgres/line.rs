//! The connection of one thread: made when it is first needed, and made again when it is
//! lost.

use std::time::{Duration, Instant};

use super::Address;
use super::connection::Session;
use crate::fault::Fault;
use crate::limits::{OUTAGE_WAIT_MAX, RECONNECT_PAUSE};
use crate::threads::rest;

/// A thread's line to the database.
pub(super) struct Line {
    address: Address,
    session: Option<Session>,
}

impl Line {
    /// Not connected yet.
    pub(super) const fn new(address: Address) -> Self {
        Self {
            address,
            session: None,
        }
    }

    /// The connection, made anew where the last one is gone.
    ///
    /// # Errors
    /// [`Fault::Unreachable`], or why the server turns it away.
    pub(super) fn session(&mut self) -> Result<&mut Session, Fault> {
        let open = match self.session.take() {
            Some(session) if !session.is_closed() => session,
            _ => Session::open(&self.address)?,
        };
        Ok(self.session.insert(open))
    }

    /// Gives the connection up: nobody knows how it stands.
    pub(super) fn hang_up(&mut self) {
        self.session = None;
    }

    /// Does something over the connection until it says what came of it. None from it
    /// means that the connection was lost and nothing is done: it is done again over a new
    /// one. None from here means that the database stayed away for [`OUTAGE_WAIT_MAX`]. A
    /// restart of the database is shorter than that, and nobody has to see it.
    pub(super) fn try_again<T>(
        &mut self,
        mut attempt: impl FnMut(&mut Session) -> Option<T>,
    ) -> Option<T> {
        let begun = Instant::now();
        let mut pause = RECONNECT_PAUSE;
        loop {
            match self.session().map(&mut attempt) {
                Ok(Some(done)) => return Some(done),
                Ok(None) => {}
                Err(fault) => {
                    let fault: &dyn std::error::Error = &fault;
                    tracing::warn!(fault, "the database does not take a connection");
                }
            }
            self.hang_up();
            if begun.elapsed() + pause > OUTAGE_WAIT_MAX {
                return None;
            }
            rest(pause);
            pause = (pause * 2).min(Duration::from_secs(1));
        }
    }
}
