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
use crate::password::{Circumstances, weaknesses};
use crate::terminal::{Progress, Terminal};

/// A new password under way, before it is pending. It is lost in a power cut, and the
/// code is typed again.
pub(crate) enum Reset {
    /// A code for this screen was asked for.
    Wanted,
    /// A code was presented; kept to present it again if the link goes.
    Redeeming(ResetCode),
    /// The code was right.
    Accepted { case: CaseId, rules: PasswordRules },
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
            Self::Wanted | Self::Redeeming(_) => Progress::Asking,
            Self::Accepted { .. } => Progress::Choosing,
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
    /// [`Fault::OutOfOrder`] without an accepted code, [`Fault::Offline`].
    pub fn choose_password(
        &mut self,
        operator: OperatorNumber,
        password: Secret<String>,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Step, Fault> {
        self.sound()?;
        let Some(&Reset::Accepted { case, rules }) = self.resets.get(&operator) else {
            return Err(Fault::OutOfOrder { operator });
        };
        let known = self
            .book
            .iter()
            .find_map(|book| book.operators.get(&operator));
        let history = known
            .and_then(|operator| operator.history.clone())
            .unwrap_or_else(|| History::new(rng));
        let (vouched, history) = match self.judge(operator, &password, &rules, &history)? {
            Ok(passed) => passed,
            Err(broken) => return Ok(Step::tell(Notice::PasswordRefused { operator, broken })),
        };
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
            Asked::Register(operator),
        ];
        self.waiting.retain(|_, asked| !given_up.contains(asked));
    }

    fn begin_reset(&mut self, operator: OperatorNumber) -> Result<(), Fault> {
        self.sound()?;
        self.enrolled()?;
        self.abandon_reset(operator);
        if self.resets.len() >= RESETS_MAX {
            return Err(Fault::Busy { what: "resets" });
        }
        Ok(())
    }

    /// What to vouch for and the history to come, or which rules are broken.
    fn judge(
        &self,
        operator: OperatorNumber,
        password: &Secret<String>,
        rules: &PasswordRules,
        history: &History,
    ) -> Result<Result<(Vouched, History), BTreeSet<Rule>>, Fault> {
        let (_, enrolled) = self.enrolled()?;
        let rank = operator.rank();
        let broken = weaknesses(
            password.expose(),
            &Circumstances {
                rules,
                rank,
                serial_number: &self.profile.serial_number,
                terminal_number: &enrolled.terminal_number,
            },
        );
        if !broken.is_empty() {
            return Ok(Err(broken));
        }
        let tag = history.tag(password)?;
        if history.contains(&tag) {
            return Ok(Err(BTreeSet::from([Rule::LastFour])));
        }
        let vouched = Vouched {
            rank,
            length: u8::try_from(password.expose().len()).unwrap_or(u8::MAX),
            rules_version: rules.version(),
            checked: Rule::ALL.into(),
        };
        Ok(Ok((vouched, history.with(tag))))
    }

    pub(crate) fn take_acceptance(
        &mut self,
        operator: OperatorNumber,
        case: CaseId,
        until: Timestamp,
        rules: PasswordRules,
    ) -> Result<Step, Fault> {
        self.resets
            .insert(operator, Reset::Accepted { case, rules });
        Ok(Step::tell(Notice::CodeAccepted {
            operator,
            case,
            until,
            rules,
        }))
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
        let upload = state.finish(response, &self.subject(operator)?, rng)?;
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
        case: CaseId,
        credential_version: u32,
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
        Ok(Step {
            frames: Vec::new(),
            notices: ended.into_iter().chain([effective]).collect(),
        })
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
            Some(Reset::Registering(registering)) => {
                let (case, request) = (registering.case, registering.request.clone());
                (
                    Asked::Register(operator),
                    Report::Register { case, request },
                )
            }
            Some(Reset::Accepted { .. }) | None => return Ok(None),
        };
        self.ask_once(asked, report)
    }
}
