//! Sign-on and sign-off. Several operators may be signed on, and each comes and goes
//! without touching what another is in the middle of.

use jiff::Timestamp;
use rand::{CryptoRng, RngCore};
use tillkey_wire::ids::{OperatorNumber, SessionId};
use tillkey_wire::message::Report;
use tillkey_wire::opaque::{self, Ke2, OpaqueError, Subject};
use tillkey_wire::secret::Secret;

use crate::book::Book;
use crate::device::Device;
use crate::fault::Fault;
use crate::limits::SIGN_OFFS_MAX;
use crate::link::Asked;
use crate::notice::{Notice, Step};
use crate::terminal::Terminal;
use crate::tries::Tries;

/// A sign-on under way.
pub(crate) struct SignOn {
    pub(crate) operator: OperatorNumber,
    pub(crate) stage: Stage,
}

/// What a sign-on waits for.
pub(crate) enum Stage {
    /// The server's challenge.
    Challenge(opaque::client::SignOn),
    /// The session.
    Session,
    /// That the password, which was set without a link, is registered first.
    Registering {
        password: Secret<String>,
        /// What the session is called if that comes to nothing.
        session: SessionId,
    },
}

/// A session, as it is known here.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Session {
    pub(crate) id: SessionId,
    /// By the device's clock.
    pub(crate) began_at: Timestamp,
}

impl<D: Device> Terminal<D> {
    /// An operator typed a password. A sign-on that is under way is given up, because
    /// there is one keypad; sessions, resets and new passwords are not touched.
    ///
    /// Without a link the password is compared here, which takes about 20 ms.
    ///
    /// # Errors
    /// [`Fault::Offline`] without a link, where the operator never chose a password at
    /// this terminal; [`Fault::Busy`], [`Fault::NotEnrolled`].
    pub fn sign_on(
        &mut self,
        operator: OperatorNumber,
        password: Secret<String>,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Step, Fault> {
        self.sound()?;
        self.enrolled()?;
        let given_up = self.give_up_sign_on();
        let mut step = if self.linked && !self.is_set_offline(operator) {
            self.sign_on_there(operator, password, rng)?
        } else {
            self.sign_on_here(operator, password, rng)?
        };
        step.notices.splice(..0, given_up);
        Ok(step)
    }

    /// Has the server compare a password, which it does not learn.
    pub(crate) fn sign_on_there(
        &mut self,
        operator: OperatorNumber,
        password: Secret<String>,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Step, Fault> {
        let (state, ke1) = opaque::client::SignOn::start(password, rng)?;
        let frame = self.ask(
            Asked::SignOnStart(operator),
            Report::SignOnStart { operator, ke1 },
        )?;
        self.sign_on = Some(SignOn {
            operator,
            stage: Stage::Challenge(state),
        });
        Ok(Step::send(frame))
    }

    /// An operator leaves. It holds at once, with or without a link; the server is told
    /// now or with the next connection.
    ///
    /// # Errors
    /// [`Fault::OutOfOrder`] if the operator is not signed on.
    pub fn sign_off(&mut self, operator: OperatorNumber) -> Result<Step, Fault> {
        self.sound()?;
        let session = self
            .session(operator)
            .ok_or(Fault::OutOfOrder { operator })?;
        self.sessions.remove(&operator);
        self.under_way.take_if(|sale| sale.operator == operator);
        let frames = self.leave(session)?;
        Ok(Step {
            frames,
            notices: vec![Notice::SessionEnded { operator, session }],
        })
    }

    /// Tells the server of a session's end, now or with the next connection.
    pub(crate) fn leave(&mut self, session: SessionId) -> Result<Vec<Vec<u8>>, Fault> {
        while self.sign_offs.len() >= SIGN_OFFS_MAX {
            self.sign_offs.pop_first();
        }
        self.sign_offs.insert(session);
        self.tell_sign_offs()
    }

    /// Tells of every session that ended, once its beginning is told and all that was done
    /// on its word.
    pub(crate) fn tell_sign_offs(&mut self) -> Result<Vec<Vec<u8>>, Fault> {
        let mut frames = Vec::new();
        for session in self.sign_offs.clone() {
            let is_needed = |book: &Book| book.untold.needs(session);
            if !self.book.iter().any(is_needed) {
                let report = Report::SignOff { session };
                frames.extend(self.ask_once(Asked::SignOff(session), report)?);
            }
        }
        Ok(frames)
    }

    /// Learns from the challenge whether the password was right; about 20 ms.
    pub(crate) fn take_challenge(
        &mut self,
        operator: OperatorNumber,
        ke2: &Ke2,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Step, Fault> {
        let Some(SignOn {
            stage: Stage::Challenge(state),
            ..
        }) = self.sign_on.take()
        else {
            return Err(Fault::Unasked);
        };
        let subject = self.subject(operator)?;
        let ke3 = match state.finish(ke2, &subject, &self.stretching, rng) {
            Ok((ke3, _)) => ke3,
            Err(OpaqueError::WrongPassword) => {
                return Ok(Step::tell(Notice::WrongPassword { operator }));
            }
            Err(fault) => return Err(fault.into()),
        };
        let frame = self.ask(Asked::SignOnFinish(operator), Report::SignOnFinish { ke3 })?;
        self.sign_on = Some(SignOn {
            operator,
            stage: Stage::Session,
        });
        Ok(Step::send(frame))
    }

    pub(crate) fn take_session(
        &mut self,
        operator: OperatorNumber,
        session: SessionId,
        credential_version: u32,
    ) -> Result<Step, Fault> {
        self.sign_on = None;
        let now = self.device.now();
        self.change_book(|book| {
            if let Some(known) = book.operators.get_mut(&operator) {
                known.password_set = true;
                known.is_outdated |=
                    known.history.is_some() && known.credential_version != credential_version;
                known.credential_version = credential_version;
            }
            if book.tries.contains_key(&operator) {
                book.change_tries((operator, now), Tries::begin_anew);
            }
        })?;
        self.take_on(operator, session)
    }

    /// The operator is signed on from now on.
    pub(crate) fn take_on(
        &mut self,
        operator: OperatorNumber,
        session: SessionId,
    ) -> Result<Step, Fault> {
        let mut step = Step::tell(Notice::SignedOn { operator, session });
        // What ended was the session before this one.
        if let Some(sale) = &mut self.under_way
            && sale.operator == operator
        {
            sale.ends_session = false;
        }
        // Signed on a second time: the first session is nobody's any more.
        let begun = Session {
            id: session,
            began_at: self.device.now(),
        };
        if let Some(earlier) = self.sessions.insert(operator, begun)
            && earlier.id != session
        {
            step.frames.extend(self.leave(earlier.id)?);
        }
        Ok(step)
    }

    /// Ends a session here because the server ended it; after the sale that is under way,
    /// if there is one.
    pub(crate) fn end_session(&mut self, operator: OperatorNumber) -> Option<Notice> {
        if let Some(sale) = &mut self.under_way
            && sale.operator == operator
        {
            sale.ends_session = true;
            return None;
        }
        let session = self.sessions.remove(&operator)?.id;
        Some(Notice::SessionEnded { operator, session })
    }

    /// Forgets the sign-on that is under way; late replies to it answer nothing.
    pub(crate) fn give_up_sign_on(&mut self) -> Option<Notice> {
        let SignOn { operator, stage } = self.sign_on.take()?;
        if matches!(stage, Stage::Registering { .. }) {
            self.abandon_reset(operator);
        }
        let given_up = [Asked::SignOnStart(operator), Asked::SignOnFinish(operator)];
        self.waiting.retain(|_, asked| !given_up.contains(asked));
        Some(Notice::SignOnInterrupted { operator })
    }

    /// As [`Self::give_up_sign_on`], if it is this operator's.
    pub(crate) fn give_up_sign_on_of(&mut self, operator: OperatorNumber) -> Option<Notice> {
        let theirs = self
            .sign_on
            .as_ref()
            .is_some_and(|sign_on| sign_on.operator == operator);
        if theirs { self.give_up_sign_on() } else { None }
    }

    pub(crate) fn subject(&self, operator: OperatorNumber) -> Result<Subject, Fault> {
        let (_, enrolled) = self.enrolled()?;
        Ok(Subject::new(
            &enrolled.acquirer,
            enrolled.terminal,
            operator,
        ))
    }
}
