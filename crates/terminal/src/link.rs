//! The link: what is said first, what is asked, and to what a frame belongs. What a reply
//! does is in `reply`.
//!
//! A reply is taken only if this terminal asked for it on this connection and has not
//! had it yet; a frame is believed only if the pinned server key signed it for this
//! terminal. Everything else is refused and changes nothing.

use rand::{CryptoRng, RngCore};
use tillkey_wire::envelope::Unverified;
use tillkey_wire::ids::{CaseId, CommandId, OperatorNumber, SessionId, SnapshotId};
use tillkey_wire::message::{FromServer, FromTerminal, Report, Welcome};

use crate::device::Device;
use crate::fault::Fault;
use crate::identity::Identity;
use crate::limits::WAITING_MAX;
use crate::notice::{Notice, Step};
use crate::terminal::Terminal;

/// What a report asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    Hello,
    SignOnStart(OperatorNumber),
    SignOnFinish(OperatorNumber),
    SignOff(SessionId),
    FirstPassword(OperatorNumber),
    Redeem(OperatorNumber),
    Choose(OperatorNumber),
    Register(OperatorNumber),
    Registered(OperatorNumber),
    /// With the counter that was told.
    InHand(u64),
    Health,
    /// With its number.
    Deed(u64),
    OfflineSession(SessionId),
    /// With how many wrong passwords were told.
    OfflineTries(OperatorNumber, u32),
    Snapshot(SnapshotId),
    SnapshotPart(SnapshotId),
    JournalStands(CaseId),
    RestorePart(SnapshotId),
    Restored(SnapshotId),
    Acknowledge(CommandId),
}

impl<D: Device> Terminal<D> {
    /// A link is there: gives the first frame of the connection, `Hello` or the request
    /// to be enrolled.
    ///
    /// # Errors
    /// [`Fault::NotEnrolled`] if there is nothing to say without an enrolment code.
    pub fn connected(&mut self) -> Result<Step, Fault> {
        self.sound()?;
        let mut step = self.disconnected();
        self.linked = true;
        if !matches!(self.identity, Identity::Enrolled { .. }) {
            let asked = self.ask_to_be_enrolled()?;
            step.frames.extend(asked.frames);
            return Ok(step);
        }
        let hello = Report::Hello {
            model: self.profile.model.clone(),
            firmware: self.profile.firmware.clone(),
            capabilities: self.profile.capabilities,
            last_command: self.book.as_ref().map_or(0, |book| book.last_command),
            clock: self.device.now(),
        };
        step.frames.push(self.ask(Asked::Hello, hello)?);
        Ok(step)
    }

    /// The link is gone: sign-ons under way are to be typed again; new passwords under
    /// way are taken up with the next connection. Somebody may be signed on by this, see
    /// [`Notice::SignedOn`].
    pub fn disconnected(&mut self) -> Step {
        self.linked = false;
        self.is_welcomed = false;
        self.waiting.clear();
        self.told_health = None;
        // Whoever typed the right password is not asked for it again.
        let operator = self.sign_on.as_ref().map(|sign_on| sign_on.operator);
        let signed_on = operator.map(|operator| (operator, self.sign_on_unregistered(operator)));
        let mut step = match signed_on {
            Some((_, Ok(step))) => step,
            Some((operator, Err(_))) => Step::tell(Notice::SignOnInterrupted { operator }),
            None => Step::default(),
        };
        step.notices.extend(self.give_up_sign_on());
        step
    }

    /// Takes a frame from the link.
    ///
    /// # Errors
    /// [`Fault`]; mostly [`Advice::Ignore`](crate::Advice::Ignore): the frame changed
    /// nothing.
    pub fn receive(
        &mut self,
        frame: &[u8],
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Step, Fault> {
        self.sound()?;
        let frame = Unverified::parse(frame)?;
        let message = match &self.identity {
            Identity::Blank => return Err(Fault::NotEnrolled),
            Identity::Enrolling { .. } => return self.take_answer(&frame),
            Identity::Enrolled { enrolled, .. } => {
                let key = enrolled.server_key.verifying_key()?;
                FromServer::open(&frame, enrolled.terminal, &key)?
            }
        };
        match message {
            FromServer::Command(order) => self.take_order(&order, rng),
            FromServer::Reply { in_reply_to, reply } => {
                let asked = self.waiting.remove(&in_reply_to).ok_or(Fault::Unasked)?;
                self.take_reply(asked, reply, rng)
            }
        }
    }

    /// Sends again what the server has not answered for yet; nothing without a link.
    /// Done by itself after every welcome; a vendor may do it when a `retry_at` has come.
    ///
    /// # Errors
    /// [`Fault::Device`] if a counter cannot be reserved.
    pub fn resend(&mut self) -> Result<Step, Fault> {
        self.sound()?;
        self.tries_due = true;
        let mut step = Step::default();
        step.frames.extend(self.tell_next()?);
        step.frames.extend(self.tell_sign_offs()?);
        let resets: Vec<OperatorNumber> = self.resets.keys().copied().collect();
        for operator in resets {
            step.frames.extend(self.resume_reset(operator)?);
        }
        let pending: Vec<OperatorNumber> = self
            .book
            .iter()
            .flat_map(|book| book.pending.keys().copied())
            .collect();
        for operator in pending {
            step.frames.extend(self.send_registered(operator)?);
        }
        step.frames.extend(self.resume_work()?);
        Ok(step)
    }

    /// Whether one of these questions waits for its reply.
    pub(crate) fn waits_for(&self, questions: &[Asked]) -> bool {
        self.waiting.values().any(|asked| questions.contains(asked))
    }

    /// Signs a report under the next counter and waits for its reply.
    pub(crate) fn ask(&mut self, asked: Asked, report: Report) -> Result<Vec<u8>, Fault> {
        if !self.linked {
            return Err(Fault::Offline);
        }
        if self.waiting.len() >= WAITING_MAX {
            return Err(Fault::Busy { what: "reports" });
        }
        let counter = self.next_counter()?;
        let (keys, enrolled) = self.enrolled()?;
        let frame = FromTerminal { counter, report }.sign(enrolled.terminal, &keys.device)?;
        self.waiting.insert(counter, asked);
        Ok(frame)
    }

    /// As [`Self::ask`], unless the same question waits already. What cannot be sent now
    /// is one of those that are sent again after the next welcome, so that is no fault.
    pub(crate) fn ask_once(
        &mut self,
        asked: Asked,
        report: Report,
    ) -> Result<Option<Vec<u8>>, Fault> {
        if self.waits_for(&[asked]) {
            return Ok(None);
        }
        match self.ask(asked, report) {
            Ok(frame) => Ok(Some(frame)),
            Err(Fault::Offline | Fault::Busy { .. }) => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// Takes over what the server says of the terminal, and sends again what waited.
    pub(crate) fn take_welcome(
        &mut self,
        welcome: &Welcome,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Step, Fault> {
        let (keys, enrolled) = self.enrolled()?;
        // Passwords are bound to the acquirer's name: another one cannot be moved to.
        if enrolled.acquirer != welcome.acquirer {
            return Err(Fault::Unexpected);
        }
        if enrolled.merchant != welcome.merchant
            || enrolled.terminal_number != welcome.terminal_number
        {
            let mut enrolled = enrolled.clone();
            enrolled.merchant = welcome.merchant.clone();
            enrolled.terminal_number = welcome.terminal_number.clone();
            let keys = keys.clone();
            self.become_identity(Identity::Enrolled { keys, enrolled })?;
        }
        self.change_book(|book| {
            book.rules = welcome.password_rules;
            book.take_list(&welcome.operators);
        })?;
        self.is_welcomed = true;
        self.clock_ahead = welcome.now.duration_since(self.device.now());
        let mut step = self.resend()?.and(Notice::Welcomed);
        step.frames.extend(self.carry_on(rng)?.frames);
        step.frames.extend(self.tell_in_hand()?);
        // Revoked or removed while the terminal was away.
        let stays = |number| self.book.iter().any(|book| book.has_password(number));
        let signed_on = self.sessions.keys().copied();
        let gone: Vec<OperatorNumber> = signed_on.filter(|&number| !stays(number)).collect();
        for operator in gone {
            step.notices.extend(self.end_session(operator));
        }
        Ok(step)
    }
}
