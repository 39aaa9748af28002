//! A password that is chosen without a link.
//!
//! 1. The answer to a challenge, or a supervisor, lets an operator choose. It is judged by
//!    the rules that the terminal was last told.
//! 2. The password as a slow hash, and the deed that tells of it, are one write. From then
//!    on it is in force here, and no older one is.
//! 3. The deed is told, and the server names a case. To be registered the password is
//!    needed, which nobody keeps: so that is done when the operator signs on with it. The
//!    person notices a moment; if the link goes in it, they are signed on without it, and
//!    the next sign-on tries again.

use jiff::{SignedDuration, Timestamp};
use rand::{CryptoRng, RngCore};
use tillkey_wire::ids::{CaseId, OperatorNumber, RefusalCode, SessionId};
use tillkey_wire::message::{DeedKind, Supervisor};
use tillkey_wire::password::PasswordRules;
use tillkey_wire::secret::Secret;

use crate::book::OfflinePassword;
use crate::device::Device;
use crate::fault::Fault;
use crate::history::History;
use crate::limits::CHOICE_MINUTES;
use crate::link::Asked;
use crate::notice::{Notice, Step};
use crate::reset::{Reset, vouch};
use crate::sign_on::{SignOn, Stage};
use crate::terminal::Terminal;

/// By what somebody may choose a password without a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Authority {
    Supervisor(Supervisor),
    /// The answer to the challenge of this counter.
    Answer {
        counter: u64,
    },
}

impl Authority {
    const fn deed(self) -> DeedKind {
        match self {
            Self::Supervisor(supervisor) => DeedKind::ResetOffline { supervisor },
            Self::Answer { counter } => DeedKind::Answered { counter },
        }
    }
}

/// A choice that is open here, by the device's clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Choice {
    authority: Authority,
    from: Timestamp,
    until: Timestamp,
}

impl<D: Device> Terminal<D> {
    /// The operator may choose now.
    pub(crate) fn let_choose(
        &mut self,
        operator: OperatorNumber,
        authority: Authority,
    ) -> Result<Step, Fault> {
        self.begin_reset(operator)?;
        let from = self.device.now();
        let stands = SignedDuration::from_mins(CHOICE_MINUTES);
        let until = from.checked_add(stands).unwrap_or(Timestamp::MAX);
        let choice = Choice {
            authority,
            from,
            until,
        };
        self.resets.insert(operator, Reset::Here(choice));
        Ok(Step::tell(Notice::ChooseNow {
            operator,
            until,
            rules: self.password_rules(),
        }))
    }

    /// The operator chose, without a link: judges the password and puts it in force.
    pub(crate) fn choose_here(
        &mut self,
        operator: OperatorNumber,
        choice: Choice,
        password: &Secret<String>,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Step, Fault> {
        let now = self.device.now();
        if !(choice.from..choice.until).contains(&now) || !self.stands(operator, choice.authority) {
            self.resets.remove(&operator);
            return Err(Fault::OutOfOrder { operator });
        }
        let rules = self.password_rules();
        let known = self.book.as_ref().and_then(|book| book.history(operator));
        let history = known.cloned().unwrap_or_else(|| History::new(rng));
        let (_, history) = match self.judge(operator, password, &rules, &history)? {
            Ok(passed) => passed,
            Err(broken) => return Ok(Step::tell(Notice::PasswordRefused { operator, broken })),
        };
        let deed = self.deed(operator, choice.authority.deed())?;
        let offline = OfflinePassword {
            history,
            deed: deed.number,
            case: None,
        };
        self.change_book(|book| {
            book.offline.insert(operator, offline);
            // An older password that is on its way would come into force after this one.
            book.pending.remove(&operator);
            if let Some(tries) = book.tries.get_mut(&operator) {
                tries.begin_anew();
            }
            if matches!(choice.authority, Authority::Answer { .. }) {
                book.challenge = None;
            }
            book.untold.add_deed(deed);
        })?;
        self.abandon_reset(operator);
        self.waiting
            .retain(|_, asked| *asked != Asked::Registered(operator));
        let given_up = self.give_up_sign_on_of(operator);
        let ended = self.end_session(operator);
        let in_force = Notice::InForceOffline { operator };
        Ok(Step {
            frames: self.tell_next()?.into_iter().collect(),
            notices: given_up
                .into_iter()
                .chain(ended)
                .chain([in_force])
                .collect(),
        })
    }

    /// Whether what opened a choice is still there.
    fn stands(&self, operator: OperatorNumber, authority: Authority) -> bool {
        let Some(book) = &self.book else {
            return false;
        };
        book.operators.contains_key(&operator)
            && match authority {
                Authority::Supervisor(_) => true,
                Authority::Answer { counter } => book.challenge.is_some_and(|standing| {
                    standing.operator == operator && standing.counter == counter
                }),
            }
    }

    /// A password that was set without a link was typed and is right: registers it first,
    /// if that can be done now.
    pub(crate) fn begin_registering(
        &mut self,
        (operator, session): (OperatorNumber, SessionId),
        password: Secret<String>,
    ) -> Result<Option<Step>, Fault> {
        let Some(case) = self.registers_in(operator) else {
            return Ok(None);
        };
        if self.begin_reset(operator).is_err() {
            return Ok(None);
        }
        self.resets.insert(operator, Reset::Ready { case });
        let Some(frame) = self.resume_reset(operator)? else {
            self.resets.remove(&operator);
            return Ok(None);
        };
        self.sign_on = Some(SignOn {
            operator,
            stage: Stage::Registering { password, session },
        });
        Ok(Some(Step::send(frame)))
    }

    /// The case in which the operator's password can be registered now.
    fn registers_in(&self, operator: OperatorNumber) -> Option<CaseId> {
        let book = self.book.as_ref().filter(|_| self.is_welcomed)?;
        // One that is on its way already is the server's to answer, and a reset of the
        // operator that is under way is not to be cut short.
        let is_free = !book.pending.contains_key(&operator) && !self.resets.contains_key(&operator);
        book.offline.get(&operator)?.case.filter(|_| is_free)
    }

    /// Whether the operator has typed the password that is being registered.
    pub(crate) fn is_registering(&self, operator: OperatorNumber) -> bool {
        self.sign_on.as_ref().is_some_and(|sign_on| {
            sign_on.operator == operator && matches!(sign_on.stage, Stage::Registering { .. })
        })
    }

    /// The server is ready: judges the typed password by the rules of now, and registers
    /// it. Where the rules have changed, another is to be chosen.
    pub(crate) fn register_typed(
        &mut self,
        (operator, case): (OperatorNumber, CaseId),
        (until, rules): (Timestamp, PasswordRules),
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Step, Fault> {
        let offline = self
            .book
            .as_ref()
            .and_then(|book| book.offline.get(&operator));
        let history = offline.map(|offline| offline.history.clone());
        let Some((
            SignOn {
                stage: Stage::Registering { password, .. },
                ..
            },
            history,
        )) = self.sign_on.as_ref().zip(history)
        else {
            return Err(Fault::Unasked);
        };
        let broken = self.weaknesses(operator, password, &rules)?;
        if !broken.is_empty() {
            self.sign_on = None;
            let step = self.take_acceptance((operator, case), (until, rules));
            return Ok(step.and(Notice::PasswordRefused { operator, broken }));
        }
        let vouched = vouch(operator, password, &rules);
        let typed = Secret::new(password.expose().clone());
        self.begin_registration((operator, case), typed, (vouched, history), rng)
    }

    /// It is registered: signs the operator on with it, as with any other.
    pub(crate) fn sign_on_registered(
        &mut self,
        operator: OperatorNumber,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Step, Fault> {
        if !self.is_registering(operator) {
            return Ok(Step::default());
        }
        match self.sign_on.take() {
            Some(SignOn {
                stage: Stage::Registering { password, .. },
                ..
            }) => self.sign_on_there(operator, password, rng),
            _ => Ok(Step::default()),
        }
    }

    /// It could not be registered now: signs the operator on without the server.
    pub(crate) fn sign_on_unregistered(&mut self, operator: OperatorNumber) -> Result<Step, Fault> {
        if !self.is_registering(operator) {
            return Ok(Step::default());
        }
        match self.sign_on.take() {
            Some(SignOn {
                stage: Stage::Registering { session, .. },
                ..
            }) => {
                self.abandon_reset(operator);
                self.begin_session(operator, session)
            }
            _ => Ok(Step::default()),
        }
    }

    /// The server does not take the password that was set by this deed, or the deed. If
    /// another was set since, that one stays.
    pub(crate) fn drop_offline(
        &mut self,
        (operator, deed): (OperatorNumber, u64),
        code: &RefusalCode,
    ) -> Result<Step, Fault> {
        let mut is_dropped = false;
        self.change_book(|book| {
            book.untold.remove_deed(deed);
            let is_this = book
                .offline
                .get(&operator)
                .is_some_and(|offline| offline.deed == deed);
            if is_this {
                book.offline.remove(&operator);
                is_dropped = true;
            }
        })?;
        if !is_dropped {
            return Ok(Step::default());
        }
        let given_up = self.give_up_sign_on_of(operator);
        let ended = self.end_session(operator);
        let refused = Notice::OfflinePasswordRefused {
            operator,
            code: code.clone(),
        };
        Ok(Step {
            frames: Vec::new(),
            notices: given_up.into_iter().chain(ended).chain([refused]).collect(),
        })
    }
}
