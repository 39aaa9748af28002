//! The link: what is said first, what is asked, and to what a frame belongs.
//!
//! A reply is taken only if this terminal asked for it on this connection and has not
//! had it yet; a frame is believed only if the pinned server key signed it for this
//! terminal. Everything else is refused and changes nothing.

use rand::{CryptoRng, RngCore};
use tillkey_wire::envelope::Unverified;
use tillkey_wire::ids::{CaseId, CommandId, OperatorNumber, SessionId, SnapshotId};
use tillkey_wire::message::{FromServer, FromTerminal, Reply, Report, Welcome};

use crate::device::Device;
use crate::fault::Fault;
use crate::identity::Identity;
use crate::limits::WAITING_MAX;
use crate::notice::{Activity, Notice, Step};
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
    Register(OperatorNumber),
    Registered(OperatorNumber),
    /// With the counter that was told.
    InHand(u64),
    Health,
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
    /// way are taken up with the next connection.
    pub fn disconnected(&mut self) -> Step {
        self.linked = false;
        self.waiting.clear();
        self.told_health = None;
        let notices = self.give_up_sign_on().into_iter().collect();
        Step {
            frames: Vec::new(),
            notices,
        }
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
        let mut step = Step::default();
        for session in self.sign_offs.clone() {
            step.frames
                .extend(self.ask_once(Asked::SignOff(session), Report::SignOff { session })?);
        }
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

    fn take_reply(
        &mut self,
        asked: Asked,
        reply: Reply,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Step, Fault> {
        match (asked, reply) {
            (Asked::Hello, Reply::Welcome(welcome)) => self.take_welcome(&welcome, rng),
            (Asked::SignOnStart(operator), Reply::SignOnChallenge { ke2 }) => {
                self.take_challenge(operator, &ke2, rng)
            }
            (
                Asked::SignOnFinish(operator),
                Reply::SignedOn {
                    session,
                    credential_version,
                },
            ) => self.take_session(operator, session, credential_version),
            (Asked::SignOff(session), Reply::SignedOff) => {
                self.sign_offs.remove(&session);
                Ok(Step::default())
            }
            (
                Asked::FirstPassword(operator),
                Reply::CodeOnScreen {
                    case,
                    code,
                    expires_at,
                },
            ) => {
                self.resets.remove(&operator);
                Ok(Step::tell(Notice::CodeOnScreen {
                    operator,
                    case,
                    code,
                    expires_at,
                }))
            }
            (
                Asked::Redeem(asked),
                Reply::CodeAccepted {
                    case,
                    operator,
                    until,
                    password_rules,
                },
            ) if asked == operator => self.take_acceptance(operator, case, until, password_rules),
            (Asked::Register(operator), Reply::Registration { response }) => {
                self.take_registration(operator, &response, rng)
            }
            (
                Asked::Registered(operator),
                Reply::Effective {
                    case,
                    credential_version,
                },
            ) => self.take_effect(operator, case, credential_version),
            (Asked::InHand(_), Reply::InHand { agreement_key }) => {
                self.take_agreement(&agreement_key)
            }
            (Asked::Health, Reply::HealthTaken) => Ok(Step::default()),
            (Asked::Acknowledge(_), Reply::Acknowledged)
            | (Asked::JournalStands(_), Reply::JournalTaken) => Ok(Step::default()),
            (asked, Reply::Refused { code, retry_at }) => {
                let mut step = self.refused_work(asked, retry_at.is_some(), rng)?;
                let (activity, operator) = self.take_refusal(asked, retry_at.is_some())?;
                step.notices.push(Notice::Refused {
                    activity,
                    operator,
                    code,
                    retry_at,
                });
                Ok(step)
            }
            (asked, reply) => self.take_reply_to_work(asked, reply, rng),
        }
    }

    /// What is said to a backup, and to one that is put back.
    fn take_reply_to_work(
        &mut self,
        asked: Asked,
        reply: Reply,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Step, Fault> {
        match (asked, reply) {
            (
                Asked::Snapshot(asked) | Asked::SnapshotPart(asked),
                Reply::SnapshotAt { snapshot, offset },
            ) => self.take_offset(asked, (snapshot, offset)),
            (
                Asked::Snapshot(asked) | Asked::SnapshotPart(asked),
                Reply::SnapshotStored { snapshot },
            ) => self.take_stored((asked, snapshot), rng),
            (
                Asked::RestorePart(asked),
                Reply::RestorePart {
                    snapshot,
                    offset,
                    part,
                },
            ) => self.take_part(asked, (snapshot, offset, &part)),
            (Asked::Restored(asked), Reply::RestoreTaken) => self.take_restored(asked, rng),
            _ => Err(Fault::Unexpected),
        }
    }

    /// A refusal without a time ends the work; with one it is taken up again then.
    fn refused_work(
        &mut self,
        asked: Asked,
        may_retry: bool,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Step, Fault> {
        match asked {
            Asked::Snapshot(_) | Asked::SnapshotPart(_) => self.backup_refused(may_retry, rng),
            Asked::RestorePart(_) | Asked::Restored(_) => self.restore_refused(may_retry, rng),
            _ => Ok(Step::default()),
        }
    }

    /// Takes over what the server says of the terminal, and sends again what waited.
    fn take_welcome(
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
        self.clock_ahead = welcome.now.duration_since(self.device.now());
        let mut step = self.resend()?.and(Notice::Welcomed);
        step.frames.extend(self.carry_on(rng)?.frames);
        step.frames.extend(self.tell_in_hand()?);
        // Revoked or removed while the terminal was away.
        let gone: Vec<OperatorNumber> = self
            .sessions
            .keys()
            .filter(|number| {
                !welcome
                    .operators
                    .iter()
                    .any(|o| o.number == **number && o.password_set)
            })
            .copied()
            .collect();
        for operator in gone {
            step.notices.extend(self.end_session(operator));
        }
        Ok(step)
    }

    /// Undoes what was asked. `may_retry` keeps a new password that is on its way.
    fn take_refusal(
        &mut self,
        asked: Asked,
        may_retry: bool,
    ) -> Result<(Activity, Option<OperatorNumber>), Fault> {
        Ok(match asked {
            Asked::Hello => (Activity::Connect, None),
            Asked::SignOnStart(operator) | Asked::SignOnFinish(operator) => {
                self.sign_on = None;
                (Activity::SignOn, Some(operator))
            }
            Asked::SignOff(session) => {
                self.sign_offs.remove(&session);
                (Activity::SignOff, None)
            }
            Asked::FirstPassword(operator) => {
                self.resets.remove(&operator);
                (Activity::FirstPassword, Some(operator))
            }
            Asked::Redeem(operator) => {
                self.resets.remove(&operator);
                (Activity::Redeem, Some(operator))
            }
            Asked::Register(operator) => {
                self.resets.remove(&operator);
                (Activity::NewPassword, Some(operator))
            }
            Asked::Registered(operator) => {
                if !may_retry {
                    self.change_book(|book| drop(book.pending.remove(&operator)))?;
                }
                (Activity::NewPassword, Some(operator))
            }
            Asked::InHand(_) => (Activity::InHand, None),
            Asked::Health => (Activity::Health, None),
            Asked::Snapshot(_) | Asked::SnapshotPart(_) => (Activity::Backup, None),
            Asked::RestorePart(_) | Asked::Restored(_) => (Activity::Restore, None),
            Asked::JournalStands(_) => (Activity::Journal, None),
            Asked::Acknowledge(_) => (Activity::Acknowledge, None),
        })
    }
}
