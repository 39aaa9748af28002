//! A new password: ask for a code or type one, choose, register, and hold on to it
//! until the server says that it is effective.
//!
//! 1. `first_password` asks for a code on this screen; `redeem` presents a code.
//! 2. `choose_password` checks the rules here, because nobody else sees the password.
//! 3. The upload is saved, then sent, and sent again after every restart and every
//!    reconnection until it is answered.
//! 4. Effective: version, history and the end of the pending upload in one write. Until
//!    then the old password is the one that works, and the book says so.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rand::{CryptoRng, RngCore};
use tillkey_wire::code::ResetCode;
use tillkey_wire::ids::{CaseId, OperatorNumber};
use tillkey_wire::message::Report;
use tillkey_wire::opaque::client::Registration;
use tillkey_wire::opaque::{RegistrationRequest, RegistrationResponse};
use tillkey_wire::password::{PasswordRules, Rule, Vouched};
use tillkey_wire::secret::Secret;

use crate::book::Pending;
use crate::device::Device;
use crate::fault::Fault;
use crate::history::History;
use crate::limits::RESETS_MAX;
use crate::link::Asked;
use crate::notice::{Notice, Step};
use crate::offline_password::Choice;
use crate::password::{Circumstances, weaknesses};
use crate::terminal::{Progress, Terminal};

/// A new password under way, before it is pending. It is lost in a power cut, and the
/// code is typed again.
pub(crate) enum Reset {
    /// A code for this screen was asked for.
    Wanted,
    /// A code was presented; kept to present it again if the link goes.
    Redeeming(ResetCode),
    /// A supervisor's deed waits for the server's answer.
    Told { deed: u64 },
    /// The server has named a case, and is asked until it lets the operator choose.
    Ready { case: CaseId },
    /// The code was right.
    Accepted { case: CaseId, rules: PasswordRules },
    /// A password may be chosen without the server.
    Here(Choice),
    /// A password was chosen.
    Registering(Box<Registering>),
}

pub(crate) struct Registering {
    case: CaseId,
    state: Registration,
    request: RegistrationRequest,
    vouched: Vouched,
    history: History,
}

impl Reset {
    pub(crate) const fn progress(&self) -> Progress {
        match self {
            Self::Wanted | Self::Redeeming(_) | Self::Told { .. } | Self::Ready { .. } => {
                Progress::Asking
            }
            Self::Accepted { .. } | Self::Here(_) => Progress::Choosing,
            Self::Registering(_) => Progress::Registering,
        }
    }
}

impl<D: Device> Terminal<D> {
    /// An operator without a password wants one.
    ///
    /// # Errors
    /// [`Fault::Offline`], [`Fault::Busy`], [`Fault::NotEnrolled`].
    pub fn first_password(&mut self, operator: OperatorNumber) -> Result<Step, Fault> {
        self.begin_reset(operator)?;
        let report = Report::FirstPassword { operator };
        let frame = self.ask(Asked::FirstPassword(operator), report)?;
        self.resets.insert(operator, Reset::Wanted);
        Ok(Step::send(frame))
    }

    /// An operator typed a reset code. A reset of the same operator that is under way
    /// is given up.
    ///
    /// # Errors
    /// [`Fault::Offline`], [`Fault::Busy`], [`Fault::NotEnrolled`].
    pub fn redeem(&mut self, operator: OperatorNumber, code: ResetCode) -> Result<Step, Fault> {
        self.begin_reset(operator)?;
        let report = Report::Redeem {
            operator,
            code: code.copy(),
        };
        let frame = self.ask(Asked::Redeem(operator), report)?;
        self.resets.insert(operator, Reset::Redeeming(code));
        Ok(Step::send(frame))
    }

    /// The operator chose a password. If it breaks a rule, a notice says which and
    /// another may be chosen; about 20 ms otherwise.
    ///
    /// # Errors
    /// [`Fault::OutOfOrder`] without anything that lets the operator choose, or if that
    /// is over; [`Fault::Offline`] where the server let them choose.
    pub fn choose_password(
        &mut self,
        operator: OperatorNumber,
        password: Secret<String>,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Step, Fault> {
        self.sound()?;
        let (case, rules) = match self.resets.get(&operator) {
            Some(&Reset::Accepted { case, rules }) => (case, rules),
            Some(&Reset::Here(choice)) => {
                return self.choose_here(operator, choice, &password, rng);
            }
            _ => return Err(Fault::OutOfOrder { operator }),
        };
        let known = self.book.as_ref().and_then(|book| book.history(operator));
        let history = known.cloned().unwrap_or_else(|| History::new(rng));
        let (vouched, history) = match self.judge(operator, &password, &rules, &history)? {
            Ok(passed) => passed,
            Err(broken) => return Ok(Step::tell(Notice::PasswordRefused { operator, broken })),
        };
        self.begin_registration((operator, case), password, (vouched, history), rng)
    }

    /// Begins with what the server is to keep of a password that passed.
    pub(crate) fn begin_registration(
        &mut self,
        (operator, case): (OperatorNumber, CaseId),
        password: Secret<String>,
        (vouched, history): (Vouched, History),
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Step, Fault> {
        let (state, request) = Registration::start(password, rng)?;
        let report = Report::Register {
            case,
            request: request.clone(),
        };
        let frame = self.ask(Asked::Register(operator), report)?;
        let registering = Registering {
            case,
            state,
            request,
            vouched,
            history,
        };
        self.resets
            .insert(operator, Reset::Registering(Box::new(registering)));
        Ok(Step::send(frame))
    }

    /// Gives up a reset before its password is sent. One that was sent is the server's
    /// to decide.
    pub fn abandon_reset(&mut self, operator: OperatorNumber) {
        self.resets.remove(&operator);
        let given_up = [
            Asked::FirstPassword(operator),
            Asked::Redeem(operator),
            Asked::Choose(operator),
            Asked::Register(operator),
        ];
        self.waiting.retain(|_, asked| !given_up.contains(asked));
    }

    pub(crate) fn begin_reset(&mut self, operator: OperatorNumber) -> Result<(), Fault> {
        self.sound()?;
        self.enrolled()?;
        self.abandon_reset(operator);
        if self.resets.len() >= RESETS_MAX {
            return Err(Fault::Busy { what: "resets" });
        }
        Ok(())
    }

    /// What to vouch for and the history to come, or which rules are broken.
    pub(crate) fn judge(
        &self,
        operator: OperatorNumber,
        password: &Secret<String>,
        rules: &PasswordRules,
        history: &History,
    ) -> Result<Result<(Vouched, History), BTreeSet<Rule>>, Fault> {
        let broken = self.weaknesses(operator, password, rules)?;
        if !broken.is_empty() {
            return Ok(Err(broken));
        }
        let tag = history.tag(password, &self.stretching)?;
        if history.contains(&tag) {
            return Ok(Err(BTreeSet::from([Rule::LastFour])));
        }
        Ok(Ok((vouch(operator, password, rules), history.with(tag))))
    }

    /// Which rules a password breaks, except that it is one of the last four.
    pub(crate) fn weaknesses(
        &self,
        operator: OperatorNumber,
        password: &Secret<String>,
        rules: &PasswordRules,
    ) -> Result<BTreeSet<Rule>, Fault> {
        let (_, enrolled) = self.enrolled()?;
        let circumstances = Circumstances {
            rules,
            rank: operator.rank(),
            serial_number: &self.profile.serial_number,
            terminal_number: &enrolled.terminal_number,
        };
        Ok(weaknesses(password.expose(), &circumstances))
    }

    pub(crate) fn take_acceptance(
        &mut self,
        (operator, case): (OperatorNumber, CaseId),
        (until, rules): (Timestamp, PasswordRules),
    ) -> Step {
        self.resets
            .insert(operator, Reset::Accepted { case, rules });
        Step::tell(Notice::CodeAccepted {
            operator,
            case,
            until,
            rules,
        })
    }

    /// The server lets the operator choose: whom a supervisor sent, or who has chosen
    /// already and has just typed it.
    pub(crate) fn take_readiness(
        &mut self,
        (operator, case): (OperatorNumber, CaseId),
        (until, rules): (Timestamp, PasswordRules),
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Step, Fault> {
        if !matches!(self.resets.get(&operator), Some(Reset::Ready { case: ready }) if *ready == case)
        {
            return Err(Fault::Unexpected);
        }
        if self.is_registering(operator) {
            return self.register_typed((operator, case), (until, rules), rng);
        }
        Ok(self.take_acceptance((operator, case), (until, rules)))
    }

    /// Asks again for what a backup was missing to: its case may go on now.
    pub(crate) fn choose_after_backup(&mut self, case: CaseId) -> Result<Option<Vec<u8>>, Fault> {
        let mut waiting = self.resets.iter();
        let operator = waiting
            .find(|(_, reset)| matches!(reset, Reset::Ready { case: ready } if *ready == case))
            .map(|(&operator, _)| operator);
        operator.map_or(Ok(None), |operator| self.resume_reset(operator))
    }

    /// Makes the upload (about 20 ms), saves it, and only then sends it.
    pub(crate) fn take_registration(
        &mut self,
        operator: OperatorNumber,
        response: &RegistrationResponse,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Step, Fault> {
        let Some(Reset::Registering(registering)) = self.resets.remove(&operator) else {
            return Err(Fault::Unasked);
        };
        let Registering {
            case,
            state,
            vouched,
            history,
            ..
        } = *registering;
        let upload = state.finish(response, &self.subject(operator)?, &self.stretching, rng)?;
        let pending = Pending {
            case,
            upload,
            vouched,
            history,
        };
        self.change_book(|book| drop(book.pending.insert(operator, pending)))?;
        // An older upload of the same operator may still wait; this one supersedes it.
        self.waiting
            .retain(|_, asked| *asked != Asked::Registered(operator));
        let frames = self.send_registered(operator)?.into_iter().collect();
        Ok(Step {
            frames,
            notices: vec![Notice::PasswordSent { operator, case }],
        })
    }

    pub(crate) fn send_registered(
        &mut self,
        operator: OperatorNumber,
    ) -> Result<Option<Vec<u8>>, Fault> {
        let pending = self
            .book
            .iter()
            .find_map(|book| book.pending.get(&operator));
        let Some(Pending {
            case,
            upload,
            vouched,
            ..
        }) = pending.cloned()
        else {
            return Ok(None);
        };
        self.ask_once(
            Asked::Registered(operator),
            Report::Registered {
                case,
                upload,
                vouched,
            },
        )
    }

    pub(crate) fn take_effect(
        &mut self,
        operator: OperatorNumber,
        (case, credential_version): (CaseId, u32),
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Step, Fault> {
        let pending = self
            .book
            .iter()
            .find_map(|book| book.pending.get(&operator));
        if pending.is_none_or(|pending| pending.case != case) {
            return Err(Fault::Unexpected);
        }
        self.change_book(|book| book.make_effective(operator, credential_version))?;
        let effective = Notice::Effective {
            operator,
            case,
            credential_version,
        };
        let ended = self.end_session(operator);
        let mut step = self.sign_on_registered(operator, rng)?;
        step.notices
            .splice(..0, ended.into_iter().chain([effective]));
        Ok(step)
    }

    /// Asks again what the link went away over.
    pub(crate) fn resume_reset(
        &mut self,
        operator: OperatorNumber,
    ) -> Result<Option<Vec<u8>>, Fault> {
        let (asked, report) = match self.resets.get(&operator) {
            Some(Reset::Wanted) => (
                Asked::FirstPassword(operator),
                Report::FirstPassword { operator },
            ),
            Some(Reset::Redeeming(code)) => (
                Asked::Redeem(operator),
                Report::Redeem {
                    operator,
                    code: code.copy(),
                },
            ),
            Some(&Reset::Ready { case }) => (Asked::Choose(operator), Report::Choose { case }),
            Some(Reset::Registering(registering)) => {
                let (case, request) = (registering.case, registering.request.clone());
                (
                    Asked::Register(operator),
                    Report::Register { case, request },
                )
            }
            // A deed is told in its turn.
            Some(Reset::Told { .. } | Reset::Accepted { .. } | Reset::Here(_)) | None => {
                return Ok(None);
            }
        };
        self.ask_once(asked, report)
    }
}

/// What is said of a password that passed.
pub(crate) fn vouch(
    operator: OperatorNumber,
    password: &Secret<String>,
    rules: &PasswordRules,
) -> Vouched {
    Vouched {
        rank: operator.rank(),
        length: u8::try_from(password.expose().len()).unwrap_or(u8::MAX),
        rules_version: rules.version(),
        checked: Rule::ALL.into(),
    }
}
