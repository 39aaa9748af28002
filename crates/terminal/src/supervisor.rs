//! The supervisor at the till: adds, removes and resets the cashiers of this terminal, with
//! a link and without.
//!
//! It holds here at once, is kept to be told, and is undone where the server refuses it.
//! Each takes a supervisor who signed on a few minutes ago: a till that was left signed on
//! must not be enough to make a cashier of oneself. The cashier alone chooses the password.

use jiff::SignedDuration;
use tillkey_wire::ids::{OperatorNumber, Rank};
use tillkey_wire::message::{DeedKind, Supervisor};

use crate::book::Operator;
use crate::device::Device;
use crate::fault::Fault;
use crate::limits::SUPERVISOR_MINUTES;
use crate::notice::{Notice, Step};
use crate::offline_password::Authority;
use crate::reset::Reset;
use crate::terminal::Terminal;

impl<D: Device> Terminal<D> {
    /// A supervisor adds a cashier, who has no password yet. [`Self::reset_cashier`] lets
    /// them choose one.
    ///
    /// # Errors
    /// [`Fault::SignOnAgain`] without a fresh sign-on of the supervisor,
    /// [`Fault::NotACashier`], [`Fault::AlreadyThere`], [`Fault::Busy`].
    pub fn add_cashier(
        &mut self,
        supervisor: OperatorNumber,
        operator: OperatorNumber,
    ) -> Result<Step, Fault> {
        let supervisor = self.on_the_word_of(supervisor, operator)?;
        if self.is_known(operator) {
            return Err(Fault::AlreadyThere { operator });
        }
        let deed = self.deed(operator, DeedKind::Add { supervisor })?;
        self.change_book(|book| {
            book.operators.insert(operator, Operator::default());
            book.untold.add_deed(deed);
        })?;
        let mut step = Step::tell(Notice::Added { operator });
        step.frames.extend(self.tell_next()?);
        Ok(step)
    }

    /// A supervisor removes a cashier. The session ends, after the sale that is under way;
    /// the password works no more.
    ///
    /// # Errors
    /// As [`Self::add_cashier`]; [`Fault::NoSuchOperator`] where there is none.
    pub fn remove_cashier(
        &mut self,
        supervisor: OperatorNumber,
        operator: OperatorNumber,
    ) -> Result<Step, Fault> {
        let supervisor = self.about(supervisor, operator)?;
        let deed = self.deed(operator, DeedKind::Remove { supervisor })?;
        self.change_book(|book| {
            book.remove(operator);
            book.untold.add_deed(deed);
        })?;
        self.abandon_reset(operator);
        let given_up = self.give_up_sign_on_of(operator);
        let ended = self.end_session(operator);
        let notices = given_up.into_iter().chain(ended);
        Ok(Step {
            frames: self.tell_next()?.into_iter().collect(),
            notices: notices.chain([Notice::Removed { operator }]).collect(),
        })
    }

    /// A supervisor has a cashier choose a new password. With a link the server says when
    /// that may be, by a [`Notice::CodeAccepted`]; without one it may be at once, by a
    /// [`Notice::ChooseNow`].
    ///
    /// # Errors
    /// As [`Self::remove_cashier`].
    pub fn reset_cashier(
        &mut self,
        supervisor: OperatorNumber,
        operator: OperatorNumber,
    ) -> Result<Step, Fault> {
        let supervisor = self.about(supervisor, operator)?;
        if !self.linked {
            return self.let_choose(operator, Authority::Supervisor(supervisor));
        }
        self.begin_reset(operator)?;
        let deed = self.deed(operator, DeedKind::Reset { supervisor })?;
        self.change_book(|book| book.untold.add_deed(deed))?;
        let deed = deed.number;
        self.resets.insert(operator, Reset::Told { deed });
        Ok(Step::sending(self.tell_next()?))
    }

    /// As [`Self::on_the_word_of`], about a cashier who is there.
    fn about(
        &self,
        supervisor: OperatorNumber,
        operator: OperatorNumber,
    ) -> Result<Supervisor, Fault> {
        let supervisor = self.on_the_word_of(supervisor, operator)?;
        if self.is_known(operator) {
            Ok(supervisor)
        } else {
            Err(Fault::NoSuchOperator { operator })
        }
    }

    /// The supervisor's word about a cashier, if it is one.
    fn on_the_word_of(
        &self,
        supervisor: OperatorNumber,
        operator: OperatorNumber,
    ) -> Result<Supervisor, Fault> {
        self.sound()?;
        self.enrolled()?;
        let again = Fault::SignOnAgain {
            operator: supervisor,
        };
        let fresh = SignedDuration::from_mins(SUPERVISOR_MINUTES);
        let session = self
            .sessions
            .get(&supervisor)
            .filter(|_| supervisor.rank() == Rank::Supervisor);
        let Some(session) = session else {
            return Err(again);
        };
        let age = self.device.now().duration_since(session.began_at);
        // A clock that was set back makes no sign-on fresh.
        if age < SignedDuration::ZERO || age > fresh {
            return Err(again);
        }
        if operator.rank() != Rank::Cashier {
            return Err(Fault::NotACashier { operator });
        }
        Ok(Supervisor {
            operator: supervisor,
            session: session.id,
        })
    }

    pub(crate) fn is_known(&self, operator: OperatorNumber) -> bool {
        self.book
            .iter()
            .any(|book| book.operators.contains_key(&operator))
    }
}
