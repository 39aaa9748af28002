//! Sign-on without the server: the password is compared here.
//!
//! 1. The try is counted in storage before it is compared, with the newest password of
//!    the operator's history. [`crate::tries`] says when one may be tried at all.
//! 2. A right one begins a session under a name that the terminal draws. It is in the
//!    book, to be told, before anybody is signed on.
//! 3. Told after the next welcome, with how many were wrong before. The session goes on,
//!    unless the server refuses it or does not know the operator any more.
//!
//! A password that was chosen without a link is compared here even while there is one:
//! the server does not know it yet.

use std::collections::BTreeSet;

use rand::{CryptoRng, RngCore};
use tillkey_wire::ids::{OperatorNumber, SessionId};
use tillkey_wire::message::OfflineSignOn;
use tillkey_wire::secret::Secret;

use crate::device::Device;
use crate::fault::Fault;
use crate::notice::{Notice, Step};
use crate::terminal::Terminal;
use crate::tries::{Next, Tries};

impl<D: Device> Terminal<D> {
    /// Whether the operator's password is one that the server does not know.
    pub(crate) fn is_set_offline(&self, operator: OperatorNumber) -> bool {
        self.book
            .iter()
            .any(|book| book.offline.contains_key(&operator))
    }

    /// Compares a password here; about 20 ms.
    pub(crate) fn sign_on_here(
        &mut self,
        operator: OperatorNumber,
        password: Secret<String>,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Step, Fault> {
        let known = self.book.as_ref().and_then(|book| book.in_force(operator));
        let history = known.cloned().ok_or(Fault::Offline)?;
        if let Some(step) = self.must_wait(operator)? {
            return Ok(step);
        }
        let now = self.device.now();
        self.change_book(|book| book.change_tries((operator, now), |tries| tries.count(now)))?;
        if !history.is_newest(&history.tag(&password, &self.stretching)?) {
            let mut step = Step::tell(Notice::WrongPassword { operator });
            if self.tries(operator).is_held() {
                self.tries_due = true;
                step.frames.extend(self.tell_next()?);
            }
            return Ok(step);
        }
        self.change_book(|book| book.change_tries((operator, now), Tries::clear))?;
        let session = SessionId::random(rng);
        match self.begin_registering((operator, session), password)? {
            Some(step) => Ok(step),
            None => self.begin_session(operator, session),
        }
    }

    fn tries(&self, operator: OperatorNumber) -> Tries {
        let counted = self
            .book
            .as_ref()
            .and_then(|book| book.tries.get(&operator));
        let none = || Tries::none(self.device.now());
        counted.copied().unwrap_or_else(none)
    }

    /// Says that nothing is compared now, if that is so.
    fn must_wait(&mut self, operator: OperatorNumber) -> Result<Option<Step>, Fault> {
        let now = self.device.now();
        let until = match self.tries(operator).next(now) {
            Next::Now => return Ok(None),
            Next::At(until) => Some(until),
            Next::Anew(until) => {
                self.change_book(|book| {
                    book.change_tries((operator, now), |tries| tries.wait_from(now));
                })?;
                Some(until)
            }
            Next::Held => None,
        };
        let mut step = Step::tell(Notice::TooManyTries { operator, until });
        if until.is_none() {
            self.tries_due = true;
            step.frames.extend(self.tell_next()?);
        }
        Ok(Some(step))
    }

    /// The password was right: keeps the sign-on to be told, and signs the operator on.
    pub(crate) fn begin_session(
        &mut self,
        operator: OperatorNumber,
        session: SessionId,
    ) -> Result<Step, Fault> {
        let live: BTreeSet<SessionId> = self.sessions.values().map(|live| live.id).collect();
        let sign_on = OfflineSignOn {
            operator,
            at: self.device.now(),
            session: Some(session),
            failed: self.tries(operator).untold(),
        };
        let mut is_kept = false;
        self.change_book(|book| {
            is_kept = book.untold.add_sign_on(sign_on, &live);
            if is_kept {
                book.tries.remove(&operator);
            }
        })?;
        if !is_kept {
            return Err(Fault::Busy {
                what: "sign-ons to be told",
            });
        }
        let mut step = self.take_on(operator, session)?;
        step.frames.extend(self.tell_next()?);
        Ok(step)
    }

    /// The server has counted the session, and what was wrong before.
    pub(crate) fn take_sign_on_taken(&mut self, session: SessionId) -> Result<Step, Fault> {
        self.change_book(|book| book.untold.remove_session(session))?;
        // It was over before it could be told.
        let frames = if self.sessions.values().all(|live| live.id != session) {
            self.leave(session)?
        } else {
            Vec::new()
        };
        Ok(Step {
            frames: frames.into_iter().chain(self.tell_next()?).collect(),
            notices: Vec::new(),
        })
    }

    /// The server does not take the session: for now, or for good.
    pub(crate) fn sign_on_refused(
        &mut self,
        session: SessionId,
        may_retry: bool,
    ) -> Result<Step, Fault> {
        if may_retry {
            return Ok(Step::default());
        }
        self.change_book(|book| book.untold.remove_session(session))?;
        let mut live = self.sessions.iter();
        let operator = live
            .find(|(_, live)| live.id == session)
            .map(|(&operator, _)| operator);
        let ended = operator.and_then(|operator| self.end_session(operator));
        Ok(Step {
            frames: self.tell_next()?.into_iter().collect(),
            notices: ended.into_iter().collect(),
        })
    }

    /// The server knows of so many wrong passwords, or does not want to.
    pub(crate) fn forget_tries(
        &mut self,
        operator: OperatorNumber,
        failed: u32,
    ) -> Result<Option<Vec<u8>>, Fault> {
        let now = self.device.now();
        self.change_book(|book| {
            if book.tries.contains_key(&operator) {
                book.change_tries((operator, now), |tries| tries.told(failed));
            }
        })?;
        self.tell_next()
    }
}
